"""What must hold of every submission, as cases that a test and the fuzzer share.

Each case takes a source of chance, makes a file, has the product judge it as `daylight check` does, and returns what
went wrong in words, or nothing.
"""

import io
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from benchmarks.faults import Fault, fault_in, with_faults
from benchmarks.forms import FORMS, Written, expected, grid, rezipped, written
from benchmarks.made_up import COUNTY, ON, Made, faults_in, table
from etl.findings import Finding
from etl.judging import Judged, Settings, judge
from schemas.declare import Dataset
from schemas.rules import Level

Case = Callable[[random.Random, str, Path], str | None]
_HOSTILE = ("=1+1", "@SUM(A1)", "-1", "1e9", "9" * 40, "NaN", "1,2,3", "٣", "\u202e", "'", '"', "2026-13", "9/10/2026",
            "A-123 456 789", "x" * 300, "", " ", "TRUE", "1.5", "Ünïcode", "\ufeff", "NULL", "#REF!", "1.0", "0x10", "½",
            "Infinity", "٢٠٢٦-٠٩", "2026-09-31", "-0", "+5", "１２", "1'000", "1 000", "1.000", "ALL",
            "certified_zero")  # fmt: skip


def judged(file: Written, dataset: Dataset | None, folder: Path) -> Judged:
    """What the product says of a file by itself. Raises whatever the product raises."""
    path = folder / file.name
    path.write_bytes(file.content)
    (one,) = judge([(path, file.name)], Settings(on=ON, jurisdiction=COUNTY, dataset=dataset))
    return one


def values(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """The cells of a typed table as plain values, None where nothing is reported."""
    return [
        tuple(None if pd.isna(cell) else cell.date() if isinstance(cell, pd.Timestamp) else cell for cell in row)
        for row in frame.itertuples(index=False)
    ]  # fmt: skip


def errors_of(one: Judged) -> list[Finding]:
    """The findings that refuse the file."""
    return [finding for finding in one.findings if finding.severity is Level.ERROR]


def _told(one: Judged) -> str:
    return "; ".join(f"{f.kind.code} {f.row} {f.column}: {f.message}" for f in errors_of(one)) or "no error"


def _wrong_with_acceptance(made: Made, file: Written, one: Judged) -> str | None:
    """A good table must be accepted with exactly its values, each in the row that a person sees."""
    if one.refused or one.validated.table is None:
        return f"{made.dataset.id}: refused: {_told(one)}"
    if tuple(one.validated.table.index) != file.numbers:
        return f"{made.dataset.id}: rows {tuple(one.validated.table.index)} instead of {file.numbers}"
    wrong = [(file.numbers[place], got, put) for place, (got, put) in
             enumerate(zip(values(one.validated.table), expected(made), strict=True)) if got != put]  # fmt: skip
    return f"{made.dataset.id}: other values: {wrong}" if wrong else None


def valid(chance: random.Random, suffix: str, folder: Path) -> str | None:
    """A table that keeps every rule, in any legitimate form, is accepted with exactly the values put in."""
    made = table(chance)
    file = written(made, suffix, chance)
    return _wrong_with_acceptance(made, file, judged(file, made.dataset, folder))


def names(one: Judged, fault: Fault, number: int) -> bool:
    """Whether an error says the fault's code, row and column."""
    return any(
        finding.kind.code == fault.code and finding.row == number and finding.column in fault.columns
        for finding in errors_of(one)
    )


def faulty(chance: random.Random, suffix: str, folder: Path) -> str | None:
    """A table with one fault is refused, and a finding names the rule, the row and the column."""
    made = table(chance)
    broken, (fault,) = with_faults(made, [fault_in(made, chance.randrange(len(made.rows)), suffix, chance)])
    file = written(broken, suffix, chance)
    one = judged(file, made.dataset, folder)
    if not one.refused:
        return f"{made.dataset.id}: ACCEPTED {fault}"
    if not names(one, fault, file.numbers[fault.at]):
        return f"{made.dataset.id}: row {file.numbers[fault.at]} of {fault} is not named: {_told(one)}"
    return None


def _listed(one: Judged, fault: Fault, number: int) -> bool:
    """Whether the report leads a person to the fault: an error in its row, at one of its cells or by its rule."""
    places = {*fault.columns, *(name for name, _ in fault.cells)}
    return any(finding.row == number and finding.column in places for finding in errors_of(one))


def mended(chance: random.Random, suffix: str, folder: Path) -> str | None:
    """Undoing exactly what one report lists leads to acceptance: all errors are told in one pass."""
    made = table(chance)
    rows = chance.sample(range(len(made.rows)), chance.randrange(1, min(5, len(made.rows)) + 1))
    planted = [fault_in(made, at, suffix, chance, alone=False) for at in rows]
    planted.sort(key=lambda fault: fault.copy_of is not None)
    broken, faults = with_faults(made, planted)
    file = written(broken, suffix, chance)
    one = judged(file, made.dataset, folder)
    unlisted = [fault for fault in faults if not _listed(one, fault, file.numbers[fault.at])]
    again, _ = with_faults(made, unlisted)
    file = written(again, suffix, chance)
    wrong = _wrong_with_acceptance(made, file, judged(file, made.dataset, folder))
    return f"{wrong}; not listed at first: {unlisted}" if wrong else None


# --- the header ------------------------------------------------------------------------------------------------------

_OF_A_PERSON = ("Date of birth", "LastName", "A-Number", "inmate_name", "SSN", "Home address", "E-mail", "Booking No",
                "Country of citizenship", "person_id", "Telephone")  # fmt: skip
_UNKNOWN = ("remarks", "Column 7", "requests recieved by fax", "x")
_TITLES = ("Monthly report", "Records unit")


def header(chance: random.Random, suffix: str, folder: Path) -> str | None:
    """A column too few, too many, twice or about a person is refused, and so is a cell beyond the header."""
    made = table(chance)
    names = [column.name for column in made.dataset.columns]
    rows = [[row.get(name, "").replace("\n", " ") for name in names] for row in made.rows]
    above = [[title] for title in _TITLES[: chance.randrange(3)]]
    number = len(above) + 1
    at = chance.randrange(len(names) + 1)
    match chance.choice(("V103", "V104", "V105", "R26", "V109")):
        case "V103" as code:
            column = chance.choice([column.name for column in made.dataset.columns if column.in_header])
            rows = [row[: names.index(column)] + row[names.index(column) + 1 :] for row in rows]
            names.remove(column)
            wanted = (code, None, column)
        case "V109" as code:
            place = chance.randrange(len(rows))
            rows[place] = [*rows[place], "", "7"]
            wanted = (code, number + 1 + place, None)
        case "V105" as code:
            column = chance.choice(names)
            names = [*names[:at], column, *names[at:]]
            rows = [[*row[:at], "", *row[at:]] for row in rows]
            wanted = (code, number, column)
        case code:
            name = chance.choice(_OF_A_PERSON if code == "R26" else _UNKNOWN)
            names = [*names[:at], name, *names[at:]]
            rows = [[*row[:at], chance.choice(("", "1")), *row[at:]] for row in rows]
            wanted = (code, number, None)
    file = Written(grid([*above, names, *rows], suffix), suffix, ())
    one = judged(file, made.dataset, folder)
    if wanted in {(finding.kind.code, finding.row, finding.column) for finding in errors_of(one)}:
        return None
    return f"{made.dataset.id}: {'refused' if one.refused else 'ACCEPTED'}, {wanted} not told: {_told(one)}"


# --- damage ----------------------------------------------------------------------------------------------------------


def _bytes_damaged(content: bytes, chance: random.Random) -> bytes:
    """The content with one to four kinds of damage."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0 if data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            case 1 if chance.random() < 0.3:
                del data[at:]
            case 2:
                data[at:at] = data[at : at + chance.randrange(1, 400)]
            case 3:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
            case 4:
                del data[at : at + chance.randrange(1, 50)]
            case _:
                mark = chance.choice((b",", b";", b"<", b">", b'"', b"\n"))
                cells = bytes(data).split(mark)
                cells[chance.randrange(len(cells))] = chance.choice(_HOSTILE).encode()
                data = bytearray(mark.join(cells))
    return bytes(data)


def _member_damaged(content: bytes, chance: random.Random) -> bytes:
    """The spreadsheet with one of its parts damaged and packed again, so that the damage comes past the checksums."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if name.endswith((".xml", ".rels"))]
        sheets = [name for name in names if "sheet1" in name or name.endswith(("sharedStrings.xml", "content.xml"))]
        name = chance.choice(sheets if chance.random() < 0.7 else names)
        part = archive.read(name)
    return rezipped(content, {name: _bytes_damaged(part, chance)})


def _cells_damaged(made: Made, chance: random.Random) -> Made:
    """The table with some cells replaced by hostile ones."""
    for _ in range(chance.randrange(1, 5)):
        column = chance.choice(made.dataset.columns).name
        made = made.with_cell(chance.randrange(len(made.rows)), column, chance.choice(_HOSTILE))
    return made


def _wrongly_accepted(one: Judged) -> str | None:
    """What our own arithmetic has against a table that was accepted."""
    frame, dataset = one.validated.table, one.validated.dataset
    if one.refused:
        return None
    if frame is None or dataset is None:
        return "accepted without a table"
    names = list(frame.columns)
    rows = [{name: _text(cell) for name, cell in zip(names, row, strict=True)} for row in values(frame)]
    wrong = faults_in(rows, dataset)
    return f"{dataset.id}: ACCEPTED with {wrong}" if wrong else None


def _text(value: object) -> str:
    return "" if value is None else str(value)


def damaged(chance: random.Random, suffix: str, folder: Path) -> str | None:
    """A damaged file ends in a verdict, and what is accepted keeps every rule."""
    made = table(chance)
    dataset = made.dataset if chance.random() < 0.7 else None
    if chance.random() < 0.3:
        file = written(_cells_damaged(made, chance), suffix, chance)
    else:
        file = written(made, suffix, chance)
        packed = suffix != ".csv" and chance.random() < 0.8
        content = _member_damaged(file.content, chance) if packed else _bytes_damaged(file.content, chance)
        file = replace(file, content=content)
    return _wrongly_accepted(judged(file, dataset, folder))


CASES: dict[str, Case] = {"valid": valid, "faulty": faulty, "mended": mended, "header": header, "damaged": damaged}
KINDS: Sequence[str] = tuple(FORMS)


def run(kind: str, suffix: str, seed: object, folder: Path) -> str | None:
    """One case of a kind for a kind of file; the seed repeats it."""
    return CASES[kind](random.Random(f"{kind} {suffix} {seed}"), suffix, folder)
