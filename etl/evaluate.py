"""Rules and formulas applied to a typed table. One place: the check, the indicators and `verify` all call it."""

from collections.abc import Iterable
from datetime import date
from typing import assert_never

import pandas as pd

from schemas.declare import Dataset, Kind, Role
from schemas.rules import Condition, Implies, Linear, NotBeforePeriod, Op, RowRule, Terms


def satisfied(condition: Condition, table: pd.DataFrame) -> "pd.Series[bool]":
    """For each row, whether the condition holds; an empty cell never satisfies one."""
    cell = table[condition.column]
    match condition.op:
        case Op.IS | Op.IN:
            return cell.isin(condition.values).fillna(value=False).astype(bool)
        case Op.MORE_THAN:
            return (cell > condition.values[0]).fillna(value=False).astype(bool)
        case Op.FILLED:
            return cell.notna() & (cell.astype("string") != "").fillna(value=False).astype(bool)
        case Op.ON_OR_BEFORE:
            return (cell <= table[str(condition.values[0])]).fillna(value=False).astype(bool)
        case _:
            assert_never(condition.op)


def all_satisfied(conditions: Iterable[Condition], table: pd.DataFrame) -> "pd.Series[bool]":
    """For each row, whether every condition holds; true everywhere when there is none."""
    held = pd.Series(data=True, index=table.index, dtype=bool)
    for condition in conditions:
        held &= satisfied(condition, table)
    return held


def weighted_sum(terms: Terms, table: pd.DataFrame, *, empty_counts_as_zero: bool = False) -> pd.Series:
    """The weighted sum of columns for each row; <NA> where one of the cells is empty."""
    total = pd.Series(0, index=table.index, dtype="Int64")
    for name, weight in terms:
        cells = table[name].fillna(0) if empty_counts_as_zero else table[name]
        total = total + (cells if weight == 1 else cells * weight)
    return total


def holds(rule: RowRule, table: pd.DataFrame) -> "pd.Series[bool]":
    """For each row, whether the rule is kept. A row with an empty cell among those compared keeps it."""
    applies = all_satisfied(() if isinstance(rule, NotBeforePeriod) else rule.when, table)
    if not applies.any():
        return ~applies
    match rule:
        case Linear():
            total = weighted_sum(rule.terms, table, empty_counts_as_zero=rule.empty_counts_as_zero)
            kept = total == 0 if rule.relation == "==" else total <= 0
            return kept.fillna(value=True).astype(bool) | ~applies
        case Implies():
            return satisfied(rule.then, table) | ~applies
        case NotBeforePeriod():
            first = table["period"].map(first_day, na_action="ignore")
            return ~(pd.to_datetime(table[rule.column]) < pd.to_datetime(first)).fillna(value=False).astype(bool)
        case _:
            assert_never(rule)


def ranges(declared: Dataset) -> dict[str, int | None]:
    """The columns that are not negative, with the most that each can be."""
    return {
        column.name: column.maximum for column in declared.columns
        if column.numeric and (column.role is not Role.MEASURE or column.maximum is not None)
    }  # fmt: skip


def least(declared: Dataset) -> dict[str, int]:
    """Measures, such as hours, that cannot be negative, and revisions, which are counted from 1: the least of each."""
    names = [column.name for column in declared.columns]
    found = {column.name: 0 for column in declared.columns if column.kind is Kind.DECIMAL and column.maximum is None}
    return found | ({"revision": 1} if "revision" in names else {})


def first_day(period: str) -> date:
    """The first day of a month (2026-09), quarter (2026-Q3) or year (2026)."""
    year, _, rest = period.partition("-")
    if not rest:
        return date(int(year), 1, 1)
    return date(int(year), int(rest[1]) * 3 - 2 if rest.startswith("Q") else int(rest), 1)


def next_period(period: str) -> str:
    """The period of the same length that follows."""
    year, _, rest = period.partition("-")
    if not rest:
        return f"{int(year) + 1:04d}"
    number, last = (int(rest[1]), 4) if rest.startswith("Q") else (int(rest), 12)
    following = int(year) * last + number  # counts periods from year 0; `number` is 1-based, so this is the next one
    year_of, index = divmod(following, last)
    return f"{year_of:04d}-Q{index + 1}" if last == 4 else f"{year_of:04d}-{index + 1:02d}"


def quarter_of(month: str) -> str:
    """The calendar quarter of a month: 2026-09 is in 2026-Q3."""
    return f"{month[:4]}-Q{(int(month[5:7]) + 2) // 3}"


def periods_between(first: str, last: str) -> list[str]:
    """All periods from the first to the last, both included; empty when the last is before the first."""
    found, current = [], first
    while current <= last:
        found.append(current)
        current = next_period(current)
    return found
