"""A record for tests of pages and papers: every declared table with its own example, and chosen indicator lines."""

import csv
import io
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date

import pytest

from etl.edition.record import Record
from schemas.declare import Dataset
from schemas.dictionary import (
    dataset_definition,
    indicator_definition,
    law_definition,
    published_fields,
    vocabulary_texts,
)
from schemas.jurisdiction import jurisdiction
from schemas.registry import datasets
from schemas.release import Reason, canonical_json

LINE = ("indicator", "period", "agency", "numerator", "denominator", "value", "met", "status", "reporting")
Line = tuple[object, ...]
NOTICE: tuple[Line, ...] = (
    ("K2", "2026-08", "ALL", 16, 19, 0.8421, "no", "shown", "certified"),
    ("K2", "2026-09", "ALL", 21, 25, 0.84, "no", "shown", "certified"),
    ("K2", "2026-09", "DAJD", 20, 24, 0.8333, "no", "shown", "certified"),
    ("K1", "2026-09", "DAJD", 0, "", 0, "yes", "shown", "certified"),
)


def csv_text(heads: Sequence[str], rows: Sequence[Mapping[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, heads, restval="", lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _example(one: Dataset) -> list[dict[str, str]]:
    rows = [{"data_origin": "SAMPLE DATA", **cells} for cells in one.examples]
    statuses = {f.name: "shown" for f in published_fields(one) if f.of}
    return [{**statuses, **row} for row in rows]


def _record_of_lines(
    lines: Sequence[Line] = NOTICE, *, tables: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
    changed: Mapping[str, str] | None = None, origin: str = "sample", reasons: tuple[Reason, ...] = (),
    revisions: Sequence[Mapping[str, object]] = (), release_id: str = "",
) -> Record:  # fmt: skip
    """Every declared table with its example (or the rows of `tables`), and indicator lines of the columns of LINE."""
    county = jurisdiction()
    files = {f"definitions/{one.id}.json": canonical_json(dataset_definition(one)) for one in datasets()}
    indicators = [indicator_definition(i, one) for one in datasets() for i in one.indicators]
    files["definitions/indicators.json"] = canonical_json(indicators)
    files["definitions/law.json"] = canonical_json([law_definition(law) for law in county.law.values()])
    files["definitions/jurisdiction.json"] = canonical_json(
        {name: value for name, value in asdict(county).items() if name not in ("law", "duties")}
    )
    files |= {f"definitions/vocabularies/{n}.csv": text for n, text in vocabulary_texts(datasets(), county).items()}
    for one in datasets():
        rows = (tables or {}).get(one.id, _example(one))
        files[f"tables/{one.id}.csv"] = csv_text([f.name for f in published_fields(one)], rows)
    files["tables/indicators.csv"] = csv_text(LINE, [dict(zip(LINE, line, strict=True)) for line in lines])
    heads = ("dataset", "key", "column", "old", "new", "class", "reason", "date", "data_origin")
    files["revisions.csv"] = csv_text(heads, revisions)
    files |= changed or {}
    title = "The record" if origin == "real" else "SAMPLE DATA: The record"
    return Record(
        title=title, created_on=date(2026, 10, 20), data_to="2026-09", release_id=release_id, reasons=reasons,
        origins={one.id: origin for one in datasets()}, read=files.__getitem__,
    )  # fmt: skip


@pytest.fixture(scope="session")
def record_of_lines() -> Callable[..., Record]:
    """Make a record: `record_of_lines(lines, tables=…, origin="real")`."""
    return _record_of_lines


# --- reading a paper back --------------------------------------------------------------------------------------------

_OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)endobj", re.DOTALL)
_NEXT = re.compile(rb"/(f\d+) [\d.]+ Tf|\(|T[Jj]", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _stream(body: bytes) -> bytes:
    head, _, content = body.partition(b"stream")
    length = int(re.search(rb"/Length (\d+)", head)[1])
    content = content.lstrip(b"\r\n") if content[:2] == b"\r\n" else content[1:]
    return zlib.decompress(content[:length]) if b"FlateDecode" in head else content[:length]


def _unescaped(text: bytes) -> bytes:
    return _ESCAPE.sub(
        lambda m: bytes([int(m[1], 8) & 255]) if m[1][:1].isdigit() else _PLAIN.get(m[1], m[1]), text)  # fmt: skip


def _string_end(content: bytes, start: int) -> int:
    """Where the string that opens at `start` ends; parentheses inside it may be balanced or escaped."""
    depth, place = 1, start + 1
    while depth:
        letter = content[place : place + 1]
        place += 2 if letter == b"\\" else 1
        depth += {b"(": 1, b")": -1}.get(letter, 0)
    return place


def _shown(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The font and the codes of each text that a page shows."""
    font, codes, place = b"", b"", 0
    while found := _NEXT.search(content, place):
        place = found.end()
        if found[1]:
            font = found[1]
        elif found[0] == b"(":
            place = _string_end(content, found.start())
            codes += _unescaped(content[found.end() : place - 1])
        else:
            yield font, codes
            codes = b""


def _letters(cmap: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", cmap.partition(b"beginbfchar")[2])
    return {int(code, 16): bytes.fromhex(word.decode()).decode("utf-16-be") for code, word in pairs}


def _pdf_pages(paper: bytes) -> list[str]:
    """The text of each page of one of Typst's PDF files: two-byte codes, each font with its table of letters."""
    objects = {int(number): body for number, body in _OBJECT.findall(paper)}
    maps = {
        number: _letters(_stream(objects[int(found[1])])) for number, body in objects.items()
        if (found := re.search(rb"/ToUnicode (\d+) 0 R", body))
    }  # fmt: skip
    pages = []
    for body in (body for body in objects.values() if re.search(rb"/Type\s*/Page\b(?!s)", body)):
        resources = objects[int(re.search(rb"/Resources (\d+) 0 R", body)[1])]
        fonts = {name: maps[int(font)] for name, font in re.findall(rb"/(f\d+) (\d+) 0 R", resources)}
        content = _stream(objects[int(re.search(rb"/Contents (\d+) 0 R", body)[1])])
        said = []
        for name, codes in _shown(content):
            letters = (int.from_bytes(codes[n : n + 2], "big") for n in range(0, len(codes), 2))
            said.append("".join(fonts[name].get(letter, "□") for letter in letters))
        pages.append(" ".join(" ".join(said).split()))
    return pages


@pytest.fixture(scope="session")
def pdf_pages() -> Callable[[bytes], list[str]]:
    """The text of each page of a PDF that Typst made."""
    return _pdf_pages
