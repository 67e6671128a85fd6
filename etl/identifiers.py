"""R26: does a header or a cell name a person, or carry something that identifies one?

First line of defence is the closed list of columns; these rules say *why* an unknown column is refused, and look at
every text of a file: cells, titles, other sheets, comments, properties, the file's own name. Deterministic patterns come
first (`etl.patterns`), then names (`etl.person_names`). A finding never repeats what was found.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from etl.findings import Finding, found
from etl.layout import SheetTable
from etl.parts import Aside
from etl.patterns import as_typed, pattern_in
from etl.person_names import names_a_person
from schemas import vocabulary
from schemas.declare import Column, Dataset, Kind, Role
from schemas.jurisdiction import DEFAULT

_BANNED_WORDS = frozenset("""
name names firstname lastname surname forename middlename fullname initials dob birth birthdate birthday born ssn
anumber alien alienno aliennumber booking bookingno bookingnumber ccn inmate inmateid detainee defendant arrestee
prisoner country citizenship nationality ethnicity race sex gender age address street zip phone
telephone mobile email fbi sid cii passport casenumber subject charge charges nombre apellido apellidos nacimiento
""".strip().split())  # fmt: skip
_BANNED_PAIRS = frozenset({
    ("a", "number"), ("a", "no"), ("a", "num"), ("case", "number"), ("case", "no"), ("booking", "id"), ("person", "id"),
    ("e", "mail"), ("file", "number"), ("cause", "number"), ("ba", "number"), ("ba", "no"), ("social", "security"),
    ("license", "plate"),
})  # fmt: skip
_BANNED_ALONE = frozenset({"person", "persons", "people", "individual", "client"})
_LISTS_PEOPLE = frozenset(
    {"name", "lastname", "firstname", "surname", "dob", "birth", "inmate", "alien", "booking", "ssn"}
)
"""Words of which a list of people has at least one in its header."""

_PLAIN = re.compile(r"-?[\d,]{1,15}(?:\.\d{1,9})?%?|(?:19|20)\d{2}-(?:\d{2}(?:-\d{2})?|Q[1-4])")
"""Cells that need no look: numbers, periods and days."""

PERSON_LEVEL_ROWS = 20
"""So few rows can be counts of 0 and 1 by chance."""

ONE_ROW_A_PERSON = found("R26", "The table has one row for each person or request instead of counts.")
_LONGEST_HEADER = 30


def words_of(header: str) -> list[str]:
    """The words of a column name: `personDOB`, `Person DOB` and `person_dob` are the same."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header.replace("#", " number "))
    return [word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word]


def banned_header(header: str) -> bool:
    """Whether a header that is no column of the dataset asks for personal data."""
    words = words_of(header)
    banned = bool(_BANNED_WORDS & {*words, "".join(words)}) or bool(set(pairwise(words)) & _BANNED_PAIRS)
    return banned or (len(words) == 1 and words[0] in _BANNED_ALONE)


def identifier_in(text: str, *, names: bool = False, jurisdiction: str = DEFAULT) -> str | None:
    """What kind of identifier a text holds, in words; None when none is recognised. `names` looks for names too."""
    plain = as_typed(text)
    return pattern_in(plain) or ("the name of a person" if names and names_a_person(plain, jurisdiction) else None)


def _identifiers(
    table: SheetTable, names: Sequence[str | None], dataset: Dataset | None, jurisdiction: str
) -> dict[int, dict[str, str]]:
    """Position of a column -> those of its different texts that hold an identifier -> which.

    Every cell of a table is searched but plain numbers, days and codes of the column's list.
    """
    guilty: dict[int, dict[str, str]] = {}
    seen: dict[str, str | None] = {}
    columns = zip(names, zip(*(cells for _, cells in table.rows), strict=True), strict=False)
    for place, (name, cells) in enumerate(columns):
        column = dataset.column(name) if dataset and name else None
        if told := identifiers_among(dict.fromkeys(cells), column, jurisdiction, seen):
            guilty[place] = told
    return guilty


def identifiers_among(
    texts: Iterable[str], column: Column | None, jurisdiction: str, seen: dict[str, str | None]
) -> dict[str, str]:
    """Which different texts of a column hold an identifier, and what kind. `seen`: what is known of texts already."""
    is_code = column is not None and column.kind is Kind.CODE
    known = vocabulary.spellings(column.vocabulary, jurisdiction) if column and is_code else {}
    guilty = {}
    for text in texts:
        if text and not _PLAIN.fullmatch(text) and text.casefold() not in known:
            if text not in seen:
                seen[text] = identifier_in(text, names=True, jurisdiction=jurisdiction)
            if kind := seen[text]:
                guilty[text] = kind
    return guilty


def _in_cells(
    table: SheetTable, names: Sequence[str | None], dataset: Dataset | None, jurisdiction: str
) -> list[Finding]:
    guilty = _identifiers(table, names, dataset, jurisdiction)
    findings: dict[int, Finding] = {}
    for row, cells in table.rows if guilty else ():
        for place, kinds in guilty.items():
            kind = kinds.get(cells[place])
            if kind and row not in findings:
                where = names[place] or f"column {(table.positions or range(len(names)))[place] + 1}"
                findings[row] = found("R26", f"A cell of {where} looks like {kind}.", row=row, column=names[place])
    return list(findings.values())


def _one_row_a_person(table: SheetTable, names: Sequence[str | None], dataset: Dataset) -> bool:
    """Whether a table is plainly one row for each person.

    Every count is 0 or 1, and the same keys come again and again, or every row has a text of its own, such as a number.
    """
    keys = [place for place, name in enumerate(names) if name in dataset.key]
    counts = [place for place, name in enumerate(names) if name and dataset.column(name).role is Role.COUNT]
    texts = [place for place, name in enumerate(names)
             if name and name not in dataset.key and dataset.column(name).kind is Kind.TEXT]  # fmt: skip
    if len(table.rows) <= PERSON_LEVEL_ROWS or not counts:
        return False
    if any(cells[place] not in ("", "0", "1") for _, cells in table.rows for place in counts):
        return False
    different = {tuple(cells[place] for place in keys) for _, cells in table.rows}
    own_texts = max((len({cells[place] for _, cells in table.rows} - {""}) for place in texts), default=0)
    return len(different) * 2 < len(table.rows) or own_texts * 10 > len(table.rows) * 9


def _in_asides(asides: Iterable[Aside], jurisdiction: str) -> list[Finding]:
    """R26 for the texts outside the table: one finding for each row, or for each kind of place that has no row."""
    findings: dict[tuple[str | None, int | None, str], Finding] = {}
    asked: defaultdict[tuple[str | None, int], set[str]] = defaultdict(set)
    for aside in asides:
        at = (aside.sheet, aside.row, "" if aside.row else aside.where)
        kind = identifier_in(aside.text.replace("_", " "), names=aside.names, jurisdiction=jurisdiction)
        if kind and at not in findings:
            message = f"A text outside the table ({aside.where}) looks like {kind}."
            findings[at] = replace(found("R26", message, row=aside.row), sheet=aside.sheet)
        if aside.row and aside.cell and len(aside.text) <= _LONGEST_HEADER and banned_header(aside.text):
            asked[aside.sheet, aside.row].add(" ".join(words_of(aside.text)))
    for (sheet, row), headers in asked.items():
        people = any(_LISTS_PEOPLE & {*header.split(), header.replace(" ", "")} for header in headers)
        if people and len(headers) > 1 and (sheet, row, "") not in findings:
            message = "A row outside the table asks for personal data."
            findings[sheet, row, ""] = replace(found("R26", message, row=row), sheet=sheet)
    return list(findings.values())


def personal_data(
    table: SheetTable, names: Sequence[str | None], dataset: Dataset | None, jurisdiction: str
) -> list[Finding]:
    """R26 for the cells of a table, one finding for each row, and for a table that is one row for each person."""
    told = _in_cells(table, names, dataset, jurisdiction)
    if dataset and _one_row_a_person(table, names, dataset):
        told.append(ONE_ROW_A_PERSON)
    return told


def personal_data_beside(asides: Iterable[Aside], in_the_name: str | None, jurisdiction: str) -> list[Finding]:
    """R26 for everything of a file that is not in its table, and for what its name gives away."""
    told = _in_asides(asides, jurisdiction)
    if in_the_name:
        message = f"The name of the file looks as if it held {in_the_name}. Give the file another name."
        told.append(found("R26", message))
    return told
