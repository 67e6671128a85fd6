"""A row-per-request log as its mapping reads it: times, codes, and which rows pass which test.

Nothing is guessed: a cell that the mapping does not foresee is a fault, named by column and row and never by value.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from etl.container import MOST_BYTES, Unsafe, check_container
from etl.errors import SubmissionRefused
from etl.layout import clean
from etl.mapping import Coded, Filled, Mapping, Scope, Split, Values, casefolded
from etl.sheetcells import SheetCells
from etl.textfile import NotText, decode, records
from etl.workbook import Unreadable, read_sheets

_ROWS_NAMED = 20
_LOOKED_AT = 40
"""How many of the first rows may be titles above the header."""
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?")
_TIME_OF_DAY = ("%H", "%I", "%X", "%c")

Row = tuple[int, Sequence[str]]


class LogReading:
    """The log as the mapping reads it. Faults are gathered, so that one answer names them all."""

    def __init__(self, log: pd.DataFrame, mapping: Mapping) -> None:
        self.mapping = mapping
        self.rows = [int(str(row)) for row in log.index]
        self.columns = {name: dict(zip(self.rows, log[name], strict=True)) for name in mapping.columns}
        self.faults: defaultdict[str, set[int]] = defaultdict(set)
        self._days: dict[str, dict[int, datetime | None]] = {}
        self._passing: dict[str, frozenset[int]] = {}

    def keep(self, rows: Iterable[int]) -> None:
        """Look at these rows only."""
        self.rows = list(rows)

    def fault(self, column: str, words: str, row: int) -> None:
        """Note that a row cannot be understood, and why."""
        self.faults[f"Column “{column}”: {words}"].add(row)

    def refuse_faults(self) -> None:
        """SubmissionRefused with every fault by column, and the rows by number."""
        if not self.faults:
            return
        lines = []
        for words, rows in self.faults.items():
            named = ", ".join(str(row) for row in sorted(rows)[:_ROWS_NAMED])
            more = f" and {len(rows) - _ROWS_NAMED} more" if len(rows) > _ROWS_NAMED else ""
            lines.append(f"{words} (row {named}{more}).")
        raise SubmissionRefused("The log cannot be counted as the mapping says. Nothing was written.\n  " +
                                "\n  ".join(lines))  # fmt: skip

    def time(self, column: str, row: int) -> datetime | None:
        """The time in a cell; None where it is empty, or where it cannot be read, which is a fault."""
        known = self._days.setdefault(column, {})
        if row not in known:
            known[row] = self._read_time(column, row)
        return known[row]

    def _read_time(self, column: str, row: int) -> datetime | None:
        text, form = self.columns[column][row], self.mapping.times.get(column)
        if not text:
            return None
        try:
            if _ISO.fullmatch(text):  # a real date of a spreadsheet is read as ISO, however it is shown
                return datetime.fromisoformat(text)
            if form:
                return datetime.strptime(text, form).replace(tzinfo=None)  # noqa: DTZ007 - a log's own clock
        except ValueError:
            pass
        self.fault(column, f"not a time written as {form or 'year-month-day, as in 2026-09-10 14:05'}", row)
        return None

    def required_time(self, column: str, row: int) -> datetime | None:
        """The time in a cell that must not be empty."""
        if not self.columns[column][row]:
            self.fault(column, "empty, but a date is needed here", row)
        return self.time(column, row)

    def month(self, column: str, row: int) -> str:
        """The month of a time; empty where there is none."""
        moment = self.time(column, row)
        return f"{moment:%Y-%m}" if moment else ""

    def hours(self, start: str, end: str, row: int) -> float | None:
        """The hours between two times of a row; None where one is empty."""
        for column in (start, end):
            if self._only_a_day(column, row):
                self.fault(column, "a day without a time of day: hours cannot be counted", row)
                return None
        first, last = self.time(start, row), self.time(end, row)
        if first is None or last is None:
            return None
        if last < first:
            self.fault(end, f"earlier than “{start}”", row)
            return None
        return (last - first).total_seconds() / 3600

    def _only_a_day(self, column: str, row: int) -> bool:
        text, form = self.columns[column][row], self.mapping.times.get(column, "")
        if not text or _ISO.fullmatch(text):
            return 0 < len(text) <= len("2026-09-10")
        return not any(part in form for part in _TIME_OF_DAY)

    def value(self, column: str, row: int) -> str:
        """A cell as it is compared."""
        return casefolded([self.columns[column][row]])[0]

    def code(self, name: str, row: int) -> str:
        """The code of a dimension; a value that the mapping does not list is a fault."""
        dimension = self.mapping.dimensions[name]
        meant = dict(zip(casefolded(dimension.codes), dimension.codes.values(), strict=True))
        value = self.value(dimension.column, row)
        if value not in meant:
            self.fault(dimension.column, "a value that the mapping does not list", row)
        return meant.get(value, "")

    def passing(self, name: str) -> frozenset[int]:
        """The rows that pass a test, or that a count counts."""
        if name not in self._passing:
            self._passing[name] = frozenset(self._find(name))
        return self._passing[name]

    def _find(self, name: str) -> Iterable[int]:
        mapping = self.mapping
        if name in mapping.tests:
            return [row for row in self.rows if self._passes(name, row)]
        if name in mapping.split_counts:
            return self._split_rows(mapping.split_counts[name], name)
        return self.within(mapping.counts[name])

    def within(self, scope: Scope) -> list[int]:
        """The rows of a scope, in the log's order."""
        rows = set(self.rows).intersection(*(self.passing(name) for name in scope.all_of))
        if scope.any_of:
            rows &= frozenset[int]().union(*(self.passing(name) for name in scope.any_of))
        rows = rows.difference(*(self.passing(name) for name in scope.none_of))
        return [row for row in self.rows if row in rows]

    def _split_rows(self, split: Split, name: str) -> Iterable[int]:
        listed, ours = set(casefolded(split.values)), set(casefolded(split.into[name]))
        for row in self.within(split):
            value = self.value(split.column, row)
            if value in ours:
                yield row
            elif value not in listed:
                self.fault(split.column, "a value that the mapping does not list", row)

    def _passes(self, name: str, row: int) -> bool:
        test = self.mapping.tests[name]
        match test:
            case Values():
                value = self.value(test.column, row)
                if value not in casefolded((*test.yes, *test.no)):
                    self.fault(test.column, "a value that the mapping does not list", row)
                return value in casefolded(test.yes)
            case Filled():
                return bool(self.columns[test.filled][row])
            case Coded():
                return self.code(test.dimension, row) in test.codes
            case _:
                hours = self.hours(test.start, test.end, row)
                return hours is not None and hours <= test.hours


@dataclass(frozen=True)
class _Sheet:
    """The rows of a CSV or of one sheet, and the cells (row, position from 0) that hold no value that can be trusted."""

    rows: Sequence[Row]
    doubtful: frozenset[tuple[int, int]] = frozenset()


def read_log(path: Path, mapping: Mapping) -> pd.DataFrame:
    """The columns of a log that the mapping names, as text; no other is kept.

    Indexed by the row number a person sees. The header is the first row that has every named column; titles may stand
    above it. SubmissionRefused says what is wrong with the file or which column it does not have.
    """
    wanted = dict(zip(mapping.columns, casefolded(mapping.columns), strict=True))
    sheets = _sheets(path)
    for sheet in sheets:
        for at, (_, cells) in enumerate(sheet.rows[:_LOOKED_AT]):
            if set(wanted.values()) <= {*_plain(cells)}:
                return _chosen(sheet, at, wanted)
    seen = {cell for sheet in sheets for _, cells in sheet.rows[:_LOOKED_AT] for cell in _plain(cells)}
    missing = [f"“{name}”" for name, plain in wanted.items() if plain not in seen] or ["all of them in one row"]
    raise SubmissionRefused(f"The log does not have these columns of the mapping: {', '.join(missing)}.")


def _plain(cells: Sequence[str]) -> list[str]:
    return casefolded(clean(cell) for cell in cells)


def _chosen(sheet: _Sheet, at: int, wanted: dict[str, str]) -> pd.DataFrame:
    header = _plain(sheet.rows[at][1])
    twice = [f"“{name}”" for name, plain in wanted.items() if header.count(plain) > 1]
    if twice:
        raise SubmissionRefused(f"The log has more than one column {', '.join(twice)}: name them apart.")
    places = {name: header.index(plain) for name, plain in wanted.items()}
    rows = [(number, cells) for number, cells in sheet.rows[at + 1 :] if any(clean(cell) for cell in cells)]
    bad = [f"“{name}” row {number}" for number, _ in rows for name, place in places.items()
           if (number, place) in sheet.doubtful]  # fmt: skip
    if bad:
        raise SubmissionRefused("The log has merged cells, error values or formulas without a stored value in columns "
                                f"of the mapping: {', '.join(bad[:_ROWS_NAMED])}.")  # fmt: skip
    return pd.DataFrame(
        {name: [clean(cells[place]) if place < len(cells) else "" for _, cells in rows]
         for name, place in places.items()},
        index=[number for number, _ in rows], dtype="str",
    )  # fmt: skip


def _sheets(path: Path) -> list[_Sheet]:
    """What a log file holds, sheet by sheet; a CSV is one sheet."""
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".xlsx", ".ods"):
        raise SubmissionRefused("A log is read from a .csv, .xlsx or .ods file. Save it as one of these.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SubmissionRefused("The log is larger than 50 MB: take out the years that are not reported.")
        content = path.read_bytes()
        if suffix == ".csv":
            return [_Sheet(list(records(decode(content)[0])))]
        check_container(content, suffix)
        return [_sheet(cells) for cells in read_sheets(path) if cells.visible]
    except OSError as fault:
        raise SubmissionRefused(f"The log cannot be opened: {fault.strerror}.") from fault
    except (NotText, Unsafe, Unreadable) as fault:
        raise SubmissionRefused(f"The log cannot be read: {fault}") from fault


def _sheet(cells: SheetCells) -> _Sheet:
    rows = []
    for number, some in cells.rows:
        texts = {place: text for place, _, text in some}
        rows.append((number, [texts.get(place, "") for place in range(1, max(texts) + 1)]))
    facts = cells.facts
    doubtful = {(row, place - 1) for row, place in (*facts.formulas_without_value, *facts.errors)}
    doubtful |= {
        (row, place - 1) for first_row, first, last_row, last in facts.merges
        for row in range(first_row, min(last_row, first_row + 1_000) + 1)
        for place in range(first, min(last, first + 1_000) + 1)
    }  # fmt: skip
    return _Sheet(rows, frozenset(doubtful))
