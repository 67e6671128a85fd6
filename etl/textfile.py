"""CSV as agencies send it -> records with the line on which each starts.

UTF-8 with or without a mark, UTF-16 with a mark, Windows-1252 with a warning; comma, semicolon or tab; quotes around
line breaks (RFC 4180). The standard library's reader does the parsing.
"""

import csv
import io
from collections.abc import Iterator
from statistics import median_low

_DELIMITERS = (",", ";", "\t")
_LOOKED_AT = 100_000
"""How many characters at the beginning of a file tell its delimiter."""

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OTHER_KINDS = (
    (b"%pdf", "a PDF"), (b"{\\rtf", "a text document"), (b"<!doctype html", "a web page"), (b"<html", "a web page"),
    (b"<?xml", "an XML file"), (b"{", "JSON"), (b"[", "JSON"),
)  # fmt: skip
"""How files begin that are text and no CSV."""

LONGEST = 100_000
"""Characters of a cell; the reader's own limit can be changed by any library that is loaded beside us."""
CONTROL = frozenset(chr(code) for code in range(32)) - {"\t", "\n", "\r", "\f", "\v"}

Record = tuple[int, tuple[str, ...]]
"""The line on which a record starts, counted from 1, and its cells."""


class NotText(ValueError):
    """Why a file is not CSV, in words for the person who sent it."""


def decode(content: bytes) -> tuple[str, bool]:
    """The text of a file, and whether it was read as Windows-1252; NotText when it is no text, or none of that kind."""
    start = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for sign, kind in _OTHER_KINDS:
        if start.startswith(sign):
            raise NotText(f"The file is named .csv but is {kind}.")
    encodings = ("utf-16",) if content.startswith(_UTF_16_MARKS) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if CONTROL & set(text):
            break
        return text, encoding == "cp1252"
    raise NotText("The file is not text in a character set that can be recognised.")


def delimiter(text: str) -> str:
    """The delimiter that stands in most of the first lines, and often in each; quoted parts are left out.

    A comma within cells ("ICE, FOIA 15-87693", 1,234,567) can outnumber the tabs of a line, but seldom those of all lines.
    """
    head = [line for line in text[:_LOOKED_AT].splitlines()[:20] if line.strip()]
    unquoted = ["".join(line.split('"')[::2]) for line in head]

    def weight(mark: str) -> int:
        counts = [line.count(mark) for line in unquoted if mark in line]
        return len(counts) ** 2 * median_low(counts) if counts else 0

    return max(_DELIMITERS, key=weight)


def records(text: str) -> Iterator[Record]:
    """Each record that is no blank line, with the line on which it starts; NotText when quotes are misplaced."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text), strict=True)
    start = 1
    try:
        for record in reader:
            if max(map(len, record), default=0) > LONGEST:
                raise NotText(
                    f"The CSV is malformed from line {start} on: a cell has more than {LONGEST:,} characters."
                )
            if record:
                yield start, tuple(record)
            start = reader.line_num + 1
    except csv.Error as fault:
        raise NotText(f"The CSV is malformed from line {start} on: {fault}.") from fault
