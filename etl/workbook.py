"""Reads a spreadsheet in a process of its own, with limits on memory and time.

The parent checks the container first (`etl.container`). What a reader then still gets wrong (a file made to exhaust it)
ends the child and nothing else. The child prints JSON, a line for each row with its cells that are not empty and how the
file holds them, what `etl.sheetscan` or `etl.odsscan` saw of each sheet, and the texts that are in no cell (`etl.parts`):
neither process ever holds the whole output.
"""

import json
import resource
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from etl.odsscan import scan_ods
from etl.parts import Aside, Unsearchable, asides_in
from etl.sheetscan import Facts, Place, percent_styles, scan, sheet_members

_MEMORY_ABOVE_SIZE = 200_000_000
"""Address space of the child beside the file's own size, so that what it holds in memory can never be more.

Measured, in MB above the size: 60 for 10,000 rows of 27 columns, 140 for 50,000 rows of 11.
"""
_CPU_SECONDS = 20
_PATIENCE_SECONDS = 45
_MOST_ROWS = 250_000
_LONGEST_CELL = 70_000
_MOST_CELLS = 750_000
_TOO_LONG = "The spreadsheet takes too long to read."
_TOO_MUCH = "The spreadsheet asks for more memory or time than a submission can need, or is damaged."


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


@dataclass(frozen=True)
class Workbook:
    """A whole spreadsheet: its sheets in order, and the texts that are in no cell."""

    sheets: tuple[SheetCells, ...]
    asides: tuple[Aside, ...]


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
            if len(value) > _LONGEST_CELL:
                raise Unreadable("A cell holds more text than a spreadsheet program lets anyone write into it.")
            found = ("text", value)
        case _:
            found = ("time", str(value))
    return found


def _as_shown(number: str) -> str:
    """A number that is shown as a percentage, as a person sees it: 0.95 is 95%."""
    return f"{(Decimal(number) * 100).normalize():f}%"


def _rows(sheet: Any, percents: frozenset[Place]) -> Iterator[tuple[int, list[tuple[int, str, str]]]]:  # noqa: ANN401
    """The rows that are not empty. The reader pads rows above the first cell, but not columns to its left."""
    first_column = (sheet.start or (0, 0))[1] + 1
    if sheet.end is not None and sheet.end[0] >= _MOST_ROWS:
        raise Unreadable("The sheet goes down to a row far below what a submission can hold. Delete the rows below.")
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [(place, *cell) for place, value in enumerate(row, start=first_column) if (cell := _cell(value))]
        if percents:
            cells = [
                (place, kind, _as_shown(text) if kind == "number" and (number, place) in percents else text)
                for place, kind, text in cells
            ]
        if cells:
            yield number, cells


def _scanned(archive: zipfile.ZipFile, members: dict[str, str]) -> tuple[dict[str, Facts], list[Aside]]:
    """What the fast reader does not tell: the facts of each sheet by name, and the texts in none of its cells."""
    if not members:
        return scan_ods(archive)
    percents = percent_styles(archive)
    facts, asides = {}, []
    for name, member in members.items():
        if member:
            facts[name], some = scan(archive, member, sheet=name, percents=percents)
            asides += some
    return facts, asides


def _pieces(path: str) -> Iterator[object]:
    """What the child prints for one file: each sheet, its rows, and last the asides, or why it cannot be read."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum  # noqa: PLC0415 - only in the child

    cells, shown = 0, set[str]()
    try:
        with CalamineWorkbook.from_path(path) as workbook, zipfile.ZipFile(path) as archive:
            members = sheet_members(archive) if path.lower().endswith(".xlsx") else {}
            scanned, asides = _scanned(archive, members)
            for told in workbook.sheets_metadata:
                facts = scanned.pop(told.name, Facts())
                yield {"sheet": told.name, "visible": told.visible is SheetVisibleEnum.Visible, "facts": vars(facts)}
                for number, row in _rows(workbook.get_sheet_by_name(told.name), frozenset(facts.percents)):
                    shown.update(text for _, kind, text in row if kind == "text")
                    cells += len(row)
                    if cells > _MOST_CELLS:
                        raise Unreadable("The spreadsheet holds more cells than a submission can need.")
                    yield number, row
            asides += asides_in(archive, members, shown)
            yield {"asides": [asdict(aside) for aside in asides if aside.text not in shown]}
    except (CalamineError, ValueError, KeyError, OSError, zipfile.BadZipFile) as fault:
        damaged = "The spreadsheet is damaged or protected by a password."
        yield {"unreadable": str(fault) if isinstance(fault, Unreadable | Unsearchable) else damaged}


def _limit(size: int) -> None:
    most = _MEMORY_ABOVE_SIZE + size
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _facts(told: dict[str, Any]) -> Facts:
    """What was seen of a sheet, as the child printed it; JSON knows no tuples."""
    facts = Facts(**told)
    for name in ("formulas", "formulas_without_value", "errors", "percents", "merges", "hidden_columns"):
        setattr(facts, name, [tuple(place) for place in getattr(facts, name)])
    return facts


def _workbook(printed: Iterable[bytes]) -> Workbook | None:
    """The workbook that the child printed, each text kept once; None when it did not come to its end."""
    sheets: list[tuple[dict[str, Any], list[Any]]] = []
    for line in printed:
        piece: Any = json.loads(line) if line.endswith(b"\n") else None
        match piece:
            case [number, cells]:
                row = tuple((place, sys.intern(kind), sys.intern(text)) for place, kind, text in cells)
                sheets[-1][1].append((number, row))
            case {"sheet": _}:
                sheets.append((piece, []))
            case {"unreadable": words}:
                raise Unreadable(words)
            case {"asides": asides}:
                found = [SheetCells(told["sheet"], told["visible"], tuple(rows), _facts(told["facts"]))
                         for told, rows in sheets]  # fmt: skip
                return Workbook(tuple(found), tuple(Aside(**told) for told in asides))
    return None


def start(path: Path) -> subprocess.Popen[bytes]:
    """Start the child that reads a spreadsheet and prints what it finds."""
    command = [sys.executable, "-m", "etl.workbook", str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603


def read_workbook(path: Path) -> Workbook:
    """A whole spreadsheet. Raises Unreadable, after at most a set time, when it cannot be had."""
    child = start(path)
    alarm = threading.Timer(_PATIENCE_SECONDS, child.kill)
    alarm.start()
    try:
        with child:
            book = _workbook(child.stdout or ())
    finally:
        alarm.cancel()
    if book is None:
        raise Unreadable(_TOO_LONG if child.returncode == -signal.SIGKILL else _TOO_MUCH)
    return book


def read_sheets(path: Path) -> list[SheetCells]:
    """Every sheet of a spreadsheet, in order. Raises Unreadable as `read_workbook` does."""
    return list(read_workbook(path).sheets)


def read_here(path: str) -> None:
    """What the child does: read a spreadsheet within the limits and print it."""
    _limit(Path(path).stat().st_size)
    for piece in _pieces(path):
        sys.stdout.write(f"{json.dumps(piece)}\n")


if __name__ == "__main__":
    read_here(sys.argv[1])
