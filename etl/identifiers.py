"""R26: does a header or a cell name a person, or carry something that identifies one?

First line of defence is the closed list of columns; these rules say *why* an unknown column is refused, and look at
every text of a file, other sheets included. Deterministic patterns come first; pairs of names are recognised with the
US Census lists of the `names` package. A finding never repeats what was found.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise

from etl.findings import Finding, found
from etl.layout import SheetTable
from schemas.declare import Dataset, Kind, Role
from schemas.registry import datasets
from schemas.vocabulary import codes
from schemas.vocabulary import names as vocabularies

_BANNED = """
name names firstname lastname surname forename middlename dob birth birthdate birthday born ssn anumber alien alienno
aliennumber booking bookingno bookingnumber ccn inmate inmateid detainee country citizenship nationality ethnicity race
sex gender age address street zip phone telephone mobile email fbi sid cii passport casenumber subject charge charges
"""
_BANNED_WORDS = frozenset(_BANNED.split())
_BANNED_PAIRS = frozenset(
    {("a", "number"), ("a", "no"), ("a", "num"), ("case", "number"), ("case", "no"), ("booking", "id"),
     ("person", "id"), ("e", "mail"), ("file", "number"), ("cause", "number")}
)  # fmt: skip
_PATTERNS = (
    ("an e-mail address", re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")),
    ("an alien registration number", re.compile(r"\bA[- #]{0,2}\d{3}[- ]?\d{3}[- ]?\d{1,3}\b", re.IGNORECASE)),
    ("a social security number", re.compile(r"\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b")),
    ("a telephone number",
     re.compile(r"(?<![\d-])(?:\+?1[-. ]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])\d{3}[-. ]\d{4}(?![\d-])")),
    ("a date of birth", re.compile(r"\b(?:d\.?o\.?b\.?|born|birth\w*)\b\W*(?:on|date|is)?\W*[\d]", re.IGNORECASE)),
    ("a booking or case number",
     re.compile(r"\b(?:booking|ccn|case|cause|inmate|b/?a)\s*(?:no\.?|number|num\.?|id|#)?\W{0,3}[A-Z-]{0,4}\d{4,}",
                re.IGNORECASE)),
    ("a street address",
     re.compile(r"\b\d{1,5}\s+(?:[NSEW]{1,2}\.?\s+)?[A-Z][\w.]*(?:\s+[A-Z][\w.]*)?\s+(?:st|street|ave|avenue|rd|road|blvd|"
                r"boulevard|dr|drive|ln|lane|ct|pl|way)\b", re.IGNORECASE)),
    ("a nationality or citizenship",
     re.compile(r"\b(?:citizen(?:ship)? of|national(?:ity)?(?: of|:)|born in)\s+[A-Z]", re.IGNORECASE)),
)  # fmt: skip
_PAIR = re.compile(r"\b([A-Z][a-z]+|[A-Z]{2,})(?:\s+[A-Z]\.?)?\s+([A-Z][a-z]+(?:-[A-Z][a-z]+)?|[A-Z]{2,})\b")
_LAST_FIRST = re.compile(r"\b([A-Z][a-z]+|[A-Z]{2,}),\s*([A-Z][a-z]+|[A-Z]{2,})\b")
_PERSON_LEVEL_ROWS = 20


def words_of(header: str) -> list[str]:
    """The words of a column name: `personDOB`, `Person DOB` and `person_dob` are the same."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return [word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word]


def banned_header(header: str) -> bool:
    """Whether a header that is no column of the dataset asks for personal data."""
    words = words_of(header)
    return bool(_BANNED_WORDS & {*words, "".join(words)}) or bool(set(pairwise(words)) & _BANNED_PAIRS)


@cache
def _census(file: str) -> frozenset[str]:
    lines = (resources.files("names") / file).read_text(encoding="utf-8").splitlines()
    return frozenset(line.split()[0] for line in lines if line.strip())


@cache
def _ordinary_words() -> frozenset[str]:
    """The words of our own lists and declarations: a text made of them names an office or a place."""
    texts = [code.label for name in vocabularies() for code in codes(name)]
    for dataset in datasets():
        texts += [dataset.title, dataset.summary]
        for column in dataset.columns:
            texts += [column.label, column.description]
        texts += [text for example in dataset.examples for text in example.values()]
    return frozenset(word.upper() for text in texts for word in re.findall(r"[A-Za-z]+", text))


def _names_a_person(text: str) -> bool:
    """Whether a text holds a first and a last name of the Census lists, neither of which is an ordinary word here."""
    pairs = [(first, last) for first, last in _PAIR.findall(text)] + [
        (f, last) for last, f in _LAST_FIRST.findall(text)
    ]
    firsts = ("dist.female.first", "dist.male.first")
    for first, last in pairs:
        given, family = first.upper(), last.upper().partition("-")[0]
        if {given, family} & _ordinary_words():
            continue
        if any(given in _census(file) for file in firsts) and family in _census("dist.all.last"):
            return True
    return False


def identifier_in(text: str, *, names: bool = False) -> str | None:
    """What kind of identifier a text holds, in words; None when none is recognised. `names` looks for names too."""
    for kind, pattern in _PATTERNS:
        if pattern.search(text):
            return kind
    return "the name of a person" if names and _names_a_person(text) else None


def _searched(table: SheetTable, names: Sequence[str | None], dataset: Dataset) -> Iterable[tuple[int, int, str, bool]]:
    """Every text cell of a table: row, position, text, and whether a name may hide in it (free text)."""
    free = {column.name for column in dataset.columns if column.kind is Kind.TEXT}
    for number, cells in table.rows:
        for place, text in enumerate(cells):
            if any(letter.isalpha() for letter in text) or text.count("-") > 1 or "(" in text:
                yield number, place, text, names[place] is None or names[place] in free


def _one_row_a_person(table: SheetTable, names: Sequence[str | None], dataset: Dataset) -> bool:
    """Whether a table is plainly one row for each person: the same keys again and again, every count 0 or 1."""
    keys = [place for place, name in enumerate(names) if name in dataset.key]
    counts = [place for place, name in enumerate(names) if name and dataset.column(name).role is Role.COUNT]
    if len(table.rows) <= _PERSON_LEVEL_ROWS or not counts:
        return False
    if any(cells[place] not in ("", "0", "1") for _, cells in table.rows for place in counts):
        return False
    different = {tuple(cells[place] for place in keys) for _, cells in table.rows}
    return len(different) * 2 < len(table.rows)


def personal_data(
    table: SheetTable, names: Sequence[str | None], dataset: Dataset, elsewhere: Iterable[str]
) -> list[Finding]:
    """R26 for every text of a file, one finding for each row. `elsewhere` are texts outside the table."""
    findings: dict[int, Finding] = {}
    seen: dict[tuple[str, bool], str | None] = {}
    for row, place, text, free in _searched(table, names, dataset):
        if (text, free) not in seen:
            seen[text, free] = identifier_in(text, names=free)
        kind = seen[text, free]
        if kind and row not in findings:
            where = names[place] or f"column {place + 1}"
            findings[row] = found("R26", f"A cell of {where} looks like {kind}.", row=row, column=names[place])
    told = list(findings.values())
    if any(identifier_in(text) for text in elsewhere):
        told.append(
            found("R26", "A text outside the table, such as on another sheet, looks like it identifies a person.")
        )
    if _one_row_a_person(table, names, dataset):
        told.append(found("R26", "The table has one row for each person or request instead of counts."))
    return told
