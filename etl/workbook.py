"""Reads a spreadsheet in a process of its own, with limits on memory and time.

The parent checks the container first (`etl.container`). What a reader then still gets wrong (a file made to exhaust it)
ends the child and nothing else. The child prints one JSON document: for each sheet its cells that are not empty, with
how the file holds them, and what `etl.sheetscan` saw.
"""

import json
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from etl.sheetscan import Facts, scan, sheet_members

_MEMORY_ABOVE_SIZE = 320_000_000
"""Address space of the child, beside twice the file's size. Measured: 22 MB for a month's file, 140 MB for 550,000 cells."""
_CPU_SECONDS = 20
_PATIENCE_SECONDS = 45
_MOST_ROWS = 250_000
_MOST_OUTPUT = 150_000_000


class Unreadable(ValueError):
    """Why a workbook could not be read, in words for the person who sent it."""


@dataclass(frozen=True)
class SheetCells:
    """One sheet: each row that is not empty with its number, and in it column (from 1), kind and text of each cell.

    kind: `number`, `text`, `date`, `truth` or `time`, as the file holds the cell.
    """

    name: str
    visible: bool
    rows: tuple[tuple[int, tuple[tuple[int, str, str], ...]], ...]
    facts: Facts


def _cell(value: object) -> tuple[str, str] | None:
    """How the file holds a cell, and its text: whole numbers without a point, dates as ISO; None for an empty one."""
    found: tuple[str, str] | None
    match value:
        case "" | None:
            found = None
        case bool():
            found = ("truth", str(value).upper())
        case int() | float():
            number = float(value)
            found = ("number", str(int(number)) if number.is_integer() else repr(number))
        case datetime():
            found = ("date", value.date().isoformat() if value.time() == time() else value.isoformat())
        case date():
            found = ("date", value.isoformat())
        case str():
            found = ("text", value)
        case _:
            found = ("time", str(value))
    return found


def _rows(sheet: Any) -> Iterator[tuple[int, list[tuple[int, str, str]]]]:  # noqa: ANN401 - calamine's own sheet
    """The rows that are not empty. The reader pads rows above the first cell, but not columns to its left."""
    first_column = (sheet.start or (0, 0))[1] + 1
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > _MOST_ROWS:
            raise Unreadable(
                "The sheet goes down to a row far below what a submission can hold. Delete the rows below."
            )
        cells = [(place, *cell) for place, value in enumerate(row, start=first_column) if (cell := _cell(value))]
        if cells:
            yield number, cells


def _read_all(path: str) -> dict[str, Any]:
    """What the child prints for one file."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum  # noqa: PLC0415 - only in the child

    sheets = []
    is_xlsx = path.lower().endswith(".xlsx")
    try:
        with CalamineWorkbook.from_path(path) as workbook, zipfile.ZipFile(path) as archive:
            members = sheet_members(archive) if is_xlsx else {}
            for told in workbook.sheets_metadata:
                facts = scan(archive, members[told.name]) if members.get(told.name) else Facts()
                sheet = workbook.get_sheet_by_name(told.name)
                sheets.append({
                    "name": told.name, "visible": told.visible is SheetVisibleEnum.Visible,
                    "rows": list(_rows(sheet)), "facts": asdict(facts),
                })  # fmt: skip
    except (CalamineError, ValueError, KeyError, OSError, zipfile.BadZipFile) as fault:
        words = (
            str(fault) if isinstance(fault, Unreadable) else "The spreadsheet is damaged or protected by a password."
        )
        return {"unreadable": words}
    return {"sheets": sheets}


def _limit(size: int) -> None:
    most = _MEMORY_ABOVE_SIZE + 2 * size
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _sheet(told: dict[str, Any]) -> SheetCells:
    """A sheet as the child printed it; JSON knows no tuples."""
    rows = tuple((number, tuple((place, kind, text) for place, kind, text in cells)) for number, cells in told["rows"])
    facts = Facts(**told["facts"])
    for name in ("formulas", "formulas_without_value", "errors", "merges", "hidden_columns"):
        setattr(facts, name, [tuple(place) for place in getattr(facts, name)])
    return SheetCells(told["name"], told["visible"], rows, facts)


def read_sheets(path: Path) -> list[SheetCells]:
    """Every sheet of a spreadsheet, in order. Raises Unreadable, after at most a set time, when it cannot be had."""
    command = [sys.executable, "-m", "etl.workbook", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_PATIENCE_SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as fault:
        raise Unreadable("The spreadsheet takes too long to read.") from fault
    if done.returncode != 0 or len(done.stdout) > _MOST_OUTPUT:
        raise Unreadable("The spreadsheet asks for more memory or time than a submission can need, or is damaged.")
    answer = json.loads(done.stdout)
    if "unreadable" in answer:
        raise Unreadable(answer["unreadable"])
    return [_sheet(told) for told in answer["sheets"]]


if __name__ == "__main__":
    _limit(Path(sys.argv[1]).stat().st_size)
    sys.stdout.write(json.dumps(_read_all(sys.argv[1])))
