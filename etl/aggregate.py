"""Aggregate at the source: an agency's row-per-request log -> the monthly counts it submits, by a declared mapping.

Runs inside the agency. Only the columns that the mapping names are looked at, only declared columns are written, and
no message ever holds anything from the log but the number of a row. What cannot be understood is never left out in
silence: it stops the run and says which column and row.
"""

import io
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from etl import together
from etl.agreements import Agreements
from etl.convert import last_day
from etl.errors import SettingsError
from etl.evaluate import first_day, next_period, periods_between
from etl.judging import Judged, Settings
from etl.layout import SheetTable
from etl.logbook import LogReading, read_log
from etl.mapping import Count, Longest, Mapping, Median, Stock
from etl.read import FileRead
from etl.validate import in_order, validate
from schemas.declare import Dataset, Origin
from schemas.release import sha256

__all__ = ["aggregate", "as_file", "checked", "months_of", "read_log", "submission_bytes"]

Key = tuple[str, ...]
"""A month and the codes of the mapped dimensions, in the order of the mapping."""


class _Tables:
    """Counts by month and codes, for the months asked for."""

    def __init__(self, log: LogReading, months: Sequence[str]) -> None:
        self.log, self.mapping, self.months = log, log.mapping, months
        self.places = {row: self._places(row) for row in log.rows}

    def _places(self, row: int) -> list[Key]:
        """The codes under which a row counts: its own, and those of the totals it is part of."""
        found: list[Key] = [()]
        for name, dimension in self.mapping.dimensions.items():
            codes = dict.fromkeys([self.log.code(name, row), dimension.total or self.log.code(name, row)])
            found = [(*place, code) for place in found for code in codes]
        return found

    def grouped(self, rows: Iterable[int], month: Callable[[int], str]) -> dict[Key, list[int]]:
        """The rows of each month and codes."""
        found: defaultdict[Key, list[int]] = defaultdict(list)
        for row in rows:
            when = month(row)
            for place in self.places[row] if when in self.months else ():
                found[(when, *place)].append(row)
        return dict(found)

    def by_log(self, rows: Iterable[int]) -> dict[Key, list[int]]:
        """The rows by the month of the log's own time column."""
        return self.grouped(rows, lambda row: self.log.month(self.mapping.month_of, row))

    def count(self, name: str) -> dict[Key, int]:
        """The cells of a count, where they are not 0."""
        rows = [row for row in self.log.rows if row in self.log.passing(name)]
        declared = self.mapping.counts.get(name, Count())
        anchor = declared.month_of
        groups = self.grouped(rows, lambda row: self.log.month(anchor, row)) if anchor else self.by_log(rows)
        return {key: self._size(declared, some) for key, some in groups.items()}

    def _size(self, declared: Count, rows: Sequence[int]) -> int:
        if declared.distinct:
            return len({self._value(declared.distinct, row) for row in rows})
        if declared.sum:
            return sum(self._whole(declared.sum, row) for row in rows)
        return len(rows)

    def _value(self, column: str, row: int) -> str:
        value = self.log.value(column, row)
        if not value:
            self.log.fault(column, "empty, but its distinct values are counted", row)
        return value

    def _whole(self, column: str, row: int) -> int:
        text = self.log.value(column, row)
        if text.isascii() and text.isdigit() and len(text) <= 9:
            return int(text)
        self.log.fault(column, "not a whole number, but it is added up", row)
        return 0

    def stock(self, stock: Stock) -> dict[Key, int]:
        """How many rows were open on the first or the last day of each month."""
        found: dict[Key, int] = defaultdict(int)
        for row in self.log.within(stock):
            opened, closed = self.log.required_time(stock.opened, row), self.log.time(stock.closed, row)
            if opened is None:
                continue
            if closed and closed.date() < opened.date():
                self.log.fault(stock.closed, f"earlier than “{stock.opened}”", row)
            for month in self.months:
                edge = first_day(month if stock.at == "start" else next_period(month))
                if opened.date() < edge and (closed is None or closed.date() >= edge):
                    for place in self.places[row]:
                        found[(month, *place)] += 1
        return dict(found)

    def median(self, median: Median) -> dict[Key, str]:
        """Median hours, to two decimals; empty where fewer rows than the rule of 5 asks for."""
        found = {}
        for key, rows in self.by_log(self.log.within(median)).items():
            hours = [self._known_hours(median, row) for row in rows]
            if len(rows) >= median.fewest:
                found[key] = f"{round(statistics.median(hours), 2):.2f}".rstrip("0").rstrip(".")
        return found

    def _known_hours(self, median: Median, row: int) -> float:
        for column in (median.start, median.end):
            self.log.required_time(column, row)
        return self.log.hours(median.start, median.end, row) or 0.0

    def longest(self, longest: Longest) -> dict[Key, str]:
        """The most working days from one date to another, in the month of the second."""
        groups = self.grouped(self.log.within(longest), lambda row: self.log.month(longest.end, row))
        return {key: str(max(self._working_days(longest, row) for row in rows)) for key, rows in groups.items()}

    def _working_days(self, longest: Longest, row: int) -> int:
        first, last = self.log.required_time(longest.start, row), self.log.time(longest.end, row)
        if first is None or last is None:
            return 0
        if last.date() < first.date():
            self.log.fault(longest.end, f"earlier than “{longest.start}”", row)
            return 0
        return int(np.busday_count(first.date(), last.date()))

    def latest(self, column: str) -> dict[Key, str]:
        """The latest day of a column; empty where no row has one."""
        groups = self.by_log(row for row in self.log.rows if self.log.time(column, row))
        days = {key: [self.log.time(column, row) for row in rows] for key, rows in groups.items()}
        return {key: max(day for day in some if day).date().isoformat() for key, some in days.items()}


def aggregate(log: pd.DataFrame, mapping: Mapping, dataset: Dataset, *, periods: Sequence[str]) -> pd.DataFrame:
    """Count a log.

    log: text, indexed by the row number a person sees; `mapping` was checked against `dataset` by `read_mapping`.
    Returns a table of text with declared columns only: one row for each month and combination of codes, the rows for
    all together where asked for, and one certified zero for a month in which there was nothing to count.
    SubmissionRefused names the columns and rows that cannot be understood.
    """
    reading = LogReading(log, mapping)
    months = {row: reading.required_time(mapping.month_of, row) for row in reading.rows}
    reading.refuse_faults()
    last = max(periods)
    moved = bool(mapping.stocks or mapping.longest or any(count.month_of for count in mapping.counts.values()))
    reading.keep(
        row for row, day in months.items()
        if day and (f"{day:%Y-%m}" in periods or (moved and f"{day:%Y-%m}" <= last))
    )  # fmt: skip
    tables = _Tables(reading, periods)
    cells = _cells(tables, dataset)
    own = tables.by_log(reading.rows)
    reading.refuse_faults()
    return _table(_keys(mapping, cells, own, periods), cells, own, (mapping, dataset))


Cells = dict[str, dict[Key, str]]


def _cells(tables: _Tables, dataset: Dataset) -> Cells:
    """Every computed column: its cells by month and codes, where they are not 0 or empty."""
    mapping = tables.mapping
    found: Cells = {}
    for name in (*mapping.split_counts, *mapping.counts):
        if name in {column.name for column in dataset.columns}:
            found[name] = {key: str(number) for key, number in tables.count(name).items()}
    for name, stock in mapping.stocks.items():
        found[name] = {key: str(number) for key, number in tables.stock(stock).items()}
    found |= {name: tables.median(median) for name, median in mapping.medians.items()}
    found |= {name: tables.longest(longest) for name, longest in mapping.longest.items()}
    found |= {name: tables.latest(day.latest) for name, day in mapping.dates.items() if day.latest}
    return found


def _keys(mapping: Mapping, cells: Cells, own: dict[Key, list[int]], periods: Sequence[str]) -> list[Key]:
    """The rows of the table: what was counted, and a row of zeros for what must be there without it."""
    keys = {*own, *(key for some in cells.values() for key in some)}
    always: list[Key] = [()]
    for name, dimension in mapping.dimensions.items():
        zero = [dimension.total or mapping.zero.get(name, "")]
        codes = dict.fromkeys(dimension.codes.values()) if dimension.every else zero
        always = [(*place, code) for place in always for code in codes]
    every = any(dimension.every for dimension in mapping.dimensions.values())
    for month in periods:
        if every or not any(key[0] == month for key in keys):
            keys |= {(month, *place) for place in always}
    return sorted(keys)


def _table(
    keys: Sequence[Key], cells: Cells, own: dict[Key, list[int]], declared: tuple[Mapping, Dataset]
) -> pd.DataFrame:
    mapping, dataset = declared
    counted = {key[0] for key in own} | {
        key[0] for name, some in cells.items() if dataset.column(name).numeric
        for key, text in some.items() if text != "0"
    }  # fmt: skip
    known = {*cells, *mapping.constants, *mapping.dimensions, *mapping.dates, "period", "status", "method"}
    names = [c.name for c in dataset.columns if c.name in known or c.in_header]
    records = []
    for key in keys:
        fixed = {"period": key[0], "method": "census", **mapping.constants}
        fixed["status"] = "certified" if key[0] in counted else "certified_zero"
        fixed |= dict(zip(mapping.dimensions, key[1:], strict=True))
        fixed |= {
            name: date.fromordinal(last_day(key[0]).toordinal() + day.days_after_month).isoformat()
            for name, day in mapping.dates.items() if day.days_after_month is not None
        }  # fmt: skip
        records.append({name: fixed.get(name, _cell(name, key, cells, own, mapping)) for name in names})
    return pd.DataFrame(records, columns=names, index=range(2, len(records) + 2), dtype="str")


def _cell(name: str, key: Key, cells: Cells, own: dict[Key, list[int]], mapping: Mapping) -> str:
    """One computed cell: what was counted, else 0 for a count and empty for what is not reported."""
    if name in mapping.split_counts or name in mapping.counts or name in mapping.stocks:
        count = mapping.counts.get(name)
        hidden = count is not None and count.empty_without_rows and key not in own
        return "" if hidden else cells[name].get(key, "0")
    return cells.get(name, {}).get(key, "")


def months_of(log: pd.DataFrame, mapping: Mapping, *, first: str, last: str, on: date) -> list[str]:
    """The months to report: those given, else from the log's first month to the last one that is over.

    SettingsError when there is none.
    """
    reading = LogReading(log, mapping)
    found = sorted(month for row in reading.rows if (month := reading.month(mapping.month_of, row)))
    start = first or (found[0] if found else "")
    over = date.fromordinal(on.replace(day=1).toordinal() - 1)
    months = periods_between(start, last or f"{over:%Y-%m}") if start else []
    if not months:
        raise SettingsError("There is no month to report: say which with --from and --to, as in 2026-09.")
    return months


def as_file(table: pd.DataFrame, name: str) -> FileRead:
    """The table as a submission that was read, so that it can be checked before it is written."""
    rows = tuple((int(str(row)), tuple(map(str, cells))) for row, *cells in table.itertuples())
    sheet = SheetTable(tuple(table.columns), rows)
    return FileRead(name, Path(name), sha256(submission_bytes(table, None, ".csv")), sheet)


def checked(table: pd.DataFrame, name: str, settings: Settings) -> Judged:
    """The table judged as `daylight check` would judge the file, totals and months against each other included."""
    file = as_file(table, name)
    alone = validate(file, dataset=settings.dataset, on=settings.on, jurisdiction=settings.jurisdiction)
    placed = []
    if alone.dataset is not None and alone.table is not None:
        placed = together.judge_together(
            together.combine([(alone.dataset.id, name, alone.table)]), settings.jurisdiction
        )
    findings = in_order((*alone.findings, *(each.finding for each in placed)))
    return Judged(file, alone, findings, Agreements(Origin.REAL, (), ()))


def submission_bytes(table: pd.DataFrame, dataset: Dataset | None, suffix: str) -> bytes:
    """The submission as a file: .csv, or .xlsx with its numbers as numbers on the sheet Data."""
    match suffix:
        case ".csv":
            return table.to_csv(index=False, lineterminator="\n").encode()
        case ".xlsx" if dataset is not None:
            return _workbook(table, dataset)
        case _:
            raise SettingsError(f"A submission is written as .csv or .xlsx, not as “{suffix}”.")


def _workbook(table: pd.DataFrame, dataset: Dataset) -> bytes:
    import xlsxwriter  # noqa: PLC0415 - only here, and slow to load

    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as workbook:
        workbook.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001 - the same table is the same bytes
        sheet = workbook.add_worksheet("Data")
        for place, name in enumerate(table.columns):
            numeric = dataset.column(name).numeric
            sheet.write_string(0, place, name)
            for number, text in enumerate(table[name], start=1):
                if text and numeric:
                    sheet.write_number(number, place, float(text))
                elif text:
                    sheet.write_string(number, place, text)
    return written.getvalue()
