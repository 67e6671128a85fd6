"""Protected tables -> the indicator table (contract, section 4): every figure with numerator, denominator and status.

Indicators are computed from protected counts only. A hidden part makes the indicator suppressed, a part that is not
reported makes it not reported; zero is a value. A full count has no sampling error and carries no interval; a sample
carries Wilson's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from etl.disclosure import ProtectedTable
from etl.evaluate import all_satisfied, weighted_sum
from schemas.declare import Direction, Formula, Indicator, MaxOf, Origin, RowsWhere, SumOf, Target
from schemas.dictionary import ORIGIN_FIELD, origin_mark
from schemas.jurisdiction import Basis, Jurisdiction
from schemas.release import CellStatus
from schemas.shares import wilson

ALL = "ALL"
COLUMNS = ("indicator", "period", "agency", "numerator", "denominator", "value", "low", "high", "target", "met", "status",
           "basis", "reporting")  # fmt: skip
_NUMBERS = ("numerator", "denominator", "value", "low", "high", "target")
_MET: dict[object, str] = {True: "yes", False: "no"}
_DIGITS = 4


@dataclass(frozen=True)
class Amount:
    """The value of a formula over some rows, or the reason why there is none."""

    value: float | None
    status: CellStatus = CellStatus.SHOWN


_WEAKEST_FIRST = (CellStatus.SUPPRESSED, CellStatus.NOT_REPORTED, CellStatus.NOT_APPLICABLE)


class Measured:
    """A formula applied to every row of a published table, ready to be added up over any of its rows.

    Hidden goes before not reported, not reported before not applicable. A greatest value passes over cells with nothing
    to measure: a system of which no account was disabled has no days to count.
    """

    def __init__(self, formula: Formula, table: pd.DataFrame) -> None:
        self._greatest = isinstance(formula, MaxOf)
        self._counts_rows = isinstance(formula, RowsWhere)
        where, names, values = _parts(formula, table)
        self._taken = where.tolist()
        self._values = [None if pd.isna(value) else float(value) for value in values]
        columns = [table[f"{name}_status"].tolist() for name in names if f"{name}_status" in table]
        self._statuses = [set(row) for row in zip(*columns, strict=True)] if columns else [set[str]()] * len(table)

    def over(self, places: Sequence[int]) -> Amount:
        """The value over some rows, by their positions in the table."""
        taken = [place for place in places if self._taken[place]]
        if self._counts_rows:
            return Amount(float(len(taken)))
        stated = set().union(*(self._statuses[place] for place in taken))
        values = [value for place in taken if (value := self._values[place]) is not None]
        if CellStatus.SUPPRESSED in stated:
            return Amount(None, CellStatus.SUPPRESSED)
        if self._greatest and CellStatus.NOT_REPORTED not in stated:
            return Amount(max(values)) if values else Amount(None, CellStatus.NOT_APPLICABLE)
        absent = next((status for status in _WEAKEST_FIRST if status in stated), None)
        return Amount(None, absent) if absent else Amount(sum(values))


def _parts(formula: Formula, table: pd.DataFrame) -> tuple["pd.Series[bool]", list[str], pd.Series]:
    """Which rows a formula takes, which columns it uses, and its value for each row."""
    match formula:
        case SumOf():
            names = [name for name, _ in formula.terms]
            return all_satisfied(formula.where, table), names, weighted_sum(formula.terms, table)
        case RowsWhere():
            return all_satisfied(formula.where, table), [], pd.Series(1, index=table.index)
        case MaxOf():
            return pd.Series(data=True, index=table.index), [formula.column], table[formula.column]


def is_met(value: float, target: Target) -> bool:
    """Whether a value meets a target."""
    match target.direction:
        case Direction.AT_LEAST:
            return value >= target.value
        case Direction.AT_MOST:
            return value <= target.value
        case Direction.WITHIN:
            return abs(value) <= target.value


@dataclass(frozen=True)
class _Over:
    """An indicator measured on a table, with how each row was counted and reported."""

    indicator: Indicator
    top: Measured
    bottom: Measured | None
    methods: Sequence[str]
    reported: Sequence[str]

    def line(self, places: Sequence[int]) -> dict[str, object]:
        """One line of the indicator table over some rows: figures, interval for samples, met, status, reporting."""
        top = self.top.over(places)
        bottom = self.bottom.over(places) if self.bottom else None
        methods = {self.methods[place] for place in places}
        line: dict[str, object] = {"status": top.status, "reporting": _weakest({self.reported[p] for p in places})}
        if len(methods) > 1:  # R23: a sample is never added to a full count
            return {**line, "status": CellStatus.NOT_APPLICABLE}
        if bottom and bottom.value is None:
            return {**line, "numerator": top.value, "status": bottom.status}
        line |= {"numerator": top.value, "denominator": bottom.value if bottom else None}
        if top.value is None:
            return line
        if bottom is None:
            return {**line, **self._judged(top.value)}
        if not bottom.value:
            return {**line, "status": CellStatus.NOT_APPLICABLE}
        line |= self._judged(top.value / bottom.value)
        if methods == {"sample"}:
            line["low"], line["high"] = wilson(top.value, bottom.value)
        return line

    def _judged(self, value: float) -> dict[str, object]:
        target = self.indicator.target
        return {"value": value, "met": is_met(value, target) if target else None}


def _weakest(reported: set[str]) -> str:
    """How the rows behind a figure were reported, the weakest first; empty where nobody reports (the ledger)."""
    return next((name for name in ("preliminary", "late", "certified", "certified_zero") if name in reported), "")


def _measured(indicator: Indicator, table: pd.DataFrame) -> _Over:
    status_name = next((name for name in ("report_status", "status") if name in table), "")
    nothing = [""] * len(table)
    return _Over(
        indicator, Measured(indicator.numerator, table),
        Measured(indicator.denominator, table) if indicator.denominator else None,
        table["method"].tolist() if "method" in table else nothing,
        table[status_name].tolist() if status_name else nothing,
    )  # fmt: skip


def _lines(indicator: Indicator, table: pd.DataFrame, *, several: bool) -> list[dict[str, object]]:
    """The indicator for each period and agency, and for all agencies together where several report."""
    over = _measured(indicator, table)
    places: dict[tuple[str, str], list[int]] = {}
    for place, (period, agency) in enumerate(zip(table["period"], table["agency"], strict=True)):
        for whose in (agency, ALL) if several else (agency,):
            places.setdefault((period, whose), []).append(place)
    return [{"period": period, "agency": agency, **over.line(some)} for (period, agency), some in places.items()]


def _with_ledger(lines: list[dict[str, object]], ledger: pd.DataFrame, dataset_id: str) -> list[dict[str, object]]:
    """Take lateness from the ledger, and add a line for every report that was due and is missing."""
    due = ledger[ledger["dataset"] == dataset_id]
    stated = {(row["period"], row["agency"]): str(row["status"]) for _, row in due.iterrows()}
    there = {(line["period"], line["agency"]) for line in lines}
    for line in lines:
        told = stated.get((line["period"], line["agency"]))
        line["reporting"] = told if told in ("late", "preliminary") else line["reporting"]
    silent = {place for place, status in stated.items() if status == "missing"} - there
    for line in lines:
        if line["agency"] == ALL and any(period == line["period"] for period, _ in silent):
            line["reporting"] = "incomplete"
    return lines + [
        {"period": period, "agency": agency, "reporting": "missing", "status": CellStatus.NOT_REPORTED}
        for period, agency in sorted(silent)
    ]


def basis_of(bases: Sequence[str]) -> str:
    """Who asks for a figure: the first of its laws, promises or sources that is more than context."""
    return next((basis for basis in bases if basis != Basis.CONTEXT), bases[0])


Declared = tuple[str, Indicator, str, str]
"""A dataset's id, one of its indicators, the basis of its law, and the origin of the dataset as published."""


Parts = Callable[[], Iterable[pd.DataFrame]]
"""A published table in parts that can be gone through again and again; no period is in two of them."""


def indicator_table(tables: Mapping[str, pd.DataFrame], declared: Sequence[Declared]) -> pd.DataFrame:
    """The indicator table over published tables, sorted by indicator, period and agency.

    There is one line for each period and agency that was reported, or that was due and is missing. Anyone can repeat
    it from a release: `daylight verify` does.
    """
    return indicator_table_of_parts({name: partial(iter, (table,)) for name, table in tables.items()}, declared)


def indicator_table_of_parts(tables: Mapping[str, Parts], declared: Sequence[Declared]) -> pd.DataFrame:
    """The same over tables that need not be held whole."""
    ledger = pd.concat(tables["submission_ledger"](), ignore_index=True)
    found: list[dict[str, object]] = []
    for dataset_id in dict.fromkeys(one[0] for one in declared):
        parts = tables[dataset_id]
        several = len({agency for part in parts() for agency in part["agency"].unique()}) > 1
        own = [one for one in declared if one[0] == dataset_id]
        lines: list[list[dict[str, object]]] = [[] for _ in own]
        for part in parts():
            for place, (_, indicator, _, _) in enumerate(own):
                lines[place] += _lines(indicator, part, several=several)
        for some, (_, indicator, basis, origin) in zip(lines, own, strict=True):
            told = some if dataset_id == "submission_ledger" else _with_ledger(some, ledger, dataset_id)
            target = indicator.target.value if indicator.target else None
            same = {"indicator": indicator.id, "basis": basis, "target": target, ORIGIN_FIELD: origin}
            found += [{**line, **same, "met": _MET.get(line.get("met"), "")} for line in told]
    table = pd.DataFrame(found, columns=[*COLUMNS, ORIGIN_FIELD])
    for name in _NUMBERS:
        table[name] = pd.Series([_number(value) for value in table[name]], dtype="Float64")
    table["status"] = table["status"].map(str)
    number = table["indicator"].str.extract(r"(\d+)")[0].astype(int)
    ordered = table.assign(_number=number).sort_values(["_number", "indicator", "period", "agency"], ignore_index=True)
    return ordered.drop(columns="_number")


def _number(value: object) -> float | None:
    return round(float(str(value)), _DIGITS) if pd.notna(value) else None  # type: ignore[call-overload]


def compute(tables: Mapping[str, ProtectedTable], county: Jurisdiction, origins: Mapping[str, Origin]) -> pd.DataFrame:
    """The indicator table of a release, from protected tables only. Tables about people carry no indicator."""
    declared = [
        (name, indicator, basis_of([str(county.cited(key).basis) for key in indicator.law]), origin_mark(origins[name]))
        for name in sorted(tables) for indicator in tables[name].dataset.indicators
    ]  # fmt: skip
    return indicator_table({name: protected.table for name, protected in tables.items()}, declared)
