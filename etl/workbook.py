"""Reads a spreadsheet in a process of its own, with limits on memory and time.

The parent checks the container first (`etl.container`). What a reader then still gets wrong (a file made to exhaust it)
ends the child and nothing else. The child prints JSON: of each sheet its cells and how the file holds them
(`etl.sheetcells`) and what `etl.sheetscan` or `etl.odsscan` saw of it, and the texts that are in no cell (`etl.parts`).
A sheet of plain rows is thinned first (`etl.thin`).
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
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from etl.odsscan import scan_ods
from etl.parts import Aside, Unsearchable, asides_in
from etl.sheetcells import EMPTY, Coder, SheetCells, packed
from etl.sheetscan import Facts, Place, percent_styles, place_of, scan, sheet_members
from etl.thin import Thinned, thin_workbook

_MEMORY_ABOVE_SIZE = 200_000_000
"""Address space of the child beside the file's own size, so that what it holds in memory can never be more.

Measured, in MB above the size: 60 for 10,000 rows of 27 columns, 140 for 50,000 rows of 11.
"""
_CPU_SECONDS = 20
_PATIENCE_SECONDS = 45
_MOST_ROWS = 250_000
_LONGEST_CELL = 70_000
_MOST_CELLS = 750_000
_AT_ONCE = 2_000
"""Rows that are printed as one line where a sheet is read cell by cell."""

_TOO_LONG = "The spreadsheet takes too long to read."
_TOO_MUCH = "The spreadsheet asks for more memory or time than a submission can need, or is damaged."


class Unreadable(ValueError):
    """Why a workbook could not be read, in words for the person who sent it."""


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
    from decimal import Decimal  # noqa: PLC0415 - takes the child longer to import than most files need it

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


def _scanned(
    archive: zipfile.ZipFile, members: dict[str, str], percents: frozenset[str], thinned: dict[str, Thinned]
) -> tuple[dict[str, Facts], list[Aside]]:
    """What the fast reader does not tell: the facts of each sheet by name, and the texts in none of its cells."""
    if not members:
        return scan_ods(archive)
    facts, asides = {}, []
    for name, member in members.items():
        if member:
            source = BytesIO(thinned[name].beside) if name in thinned else archive.open(member)
            with source:
                facts[name], some = scan(source, sheet=name, percents=percents)
            asides += some
    return facts, asides


class _Count:
    """How many cells a spreadsheet holds so far; Unreadable once they are more than a submission can need."""

    def __init__(self) -> None:
        self._cells = 0

    def add(self, cells: int) -> None:
        self._cells += cells
        if self._cells > _MOST_CELLS:
            raise Unreadable("The spreadsheet holds more cells than a submission can need.")


def _of_thinned(sheet: Any, thinned: Thinned, percents: frozenset[str], count: _Count) -> dict[str, Any]:  # noqa: ANN401
    """The whole of a sheet that was thinned, ready for JSON."""
    cells = [EMPTY] * len(thinned.cells)
    for code, ((_, kind, text),) in _rows(sheet, frozenset((code, 1) for code in thinned.percents(percents))):
        cells[code] = (kind, text)
    filled = [kind != "" for kind, _ in cells]
    for codes in thinned.columns.values():
        count.add(sum(map(filled.__getitem__, codes)))
    columns = {place_of(f"{name.decode()}1")[1]: codes for name, codes in thinned.columns.items()}
    return packed(cells[1:], thinned.numbers, columns)


def _whole(sheet: Any, percents: frozenset[Place], count: _Count) -> Iterator[dict[str, Any]]:  # noqa: ANN401
    """A sheet as the reader holds it, some rows at a time, ready for JSON."""
    coder, rows = Coder(), _rows(sheet, percents)
    while some := list(islice(rows, _AT_ONCE)):
        for _, cells in some:
            count.add(len(cells))
        yield coder.pack(some)


def _sheets(path: str, archive: zipfile.ZipFile, shown: set[str]) -> Iterator[dict[str, Any]]:
    """Each sheet and its rows, and last the asides."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum  # noqa: PLC0415 - only in the child

    count, members = _Count(), sheet_members(archive) if path.lower().endswith(".xlsx") else {}
    percents = percent_styles(archive) if members else frozenset[str]()
    source, thinned = thin_workbook(archive, members)
    scanned, asides = _scanned(archive, members, percents, thinned)
    with CalamineWorkbook.from_filelike(source) if source else CalamineWorkbook.from_path(path) as workbook:
        for told in workbook.sheets_metadata:
            facts, sheet = scanned.pop(told.name, Facts()), workbook.get_sheet_by_name(told.name)
            yield {"sheet": told.name, "visible": told.visible is SheetVisibleEnum.Visible, "facts": vars(facts)}
            plain = thinned.get(told.name)
            for piece in (
                [_of_thinned(sheet, plain, percents, count)] if plain
                else _whole(sheet, frozenset(facts.percents), count)
            ):  # fmt: skip
                shown.update(text for kind, text in piece["cells"] if kind == "text")
                yield piece
    asides += asides_in(archive, members, shown)
    yield {"asides": [asdict(aside) for aside in asides if aside.text not in shown]}


def _pieces(path: str) -> Iterator[object]:
    """What the child prints for one file: each sheet, its rows, and last the asides, or why it cannot be read."""
    from python_calamine import CalamineError  # noqa: PLC0415 - only in the child

    try:
        with zipfile.ZipFile(path) as archive:
            yield from _sheets(path, archive, set())
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
    """The workbook that the child printed; None when it did not come to its end."""
    sheets: list[SheetCells] = []
    for line in printed:
        piece: Any = json.loads(line) if line.endswith(b"\n") else None
        match piece:
            case {"numbers": _}:
                sheets[-1].add(piece)
            case {"sheet": name, "visible": visible, "facts": facts}:
                sheets.append(SheetCells(name, visible, _facts(facts)))
            case {"unreadable": words}:
                raise Unreadable(words)
            case {"asides": asides}:
                return Workbook(tuple(sheets), tuple(Aside(**told) for told in asides))
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
    except Unreadable:
        raise
    except (ValueError, LookupError, TypeError):
        book = None  # a child that was led astray prints what makes no workbook
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
