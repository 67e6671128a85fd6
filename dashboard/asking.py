"""Ask the data: one table filtered, grouped and counted, as its address says it. Pure: the same question, the same answer.

A sum with a hidden or a missing part is not given: it would be a smaller number that looks whole, or would tell what is hidden.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from dashboard.edition import Edition
from dashboard.exhibits.compare import fiscal_year
from schemas.marks import SIGNS, Mark

YEAR, FISCAL = "year", "fiscal_year"
"""Groups made from the period: the calendar year, and the federal fiscal year (October to September)."""
INDICATORS = "indicators"
_STATUS = "_status"
_ORDER = ("suppressed", "not_reported", "not_applicable")
_ADDED = ("count",)


@dataclass(frozen=True)
class Question:
    """What is asked: a table, the rows to keep, what to group by, what to count. Empty `by`: the rows as they are."""

    dataset: str
    by: tuple[str, ...] = ()
    counts: tuple[str, ...] = ()
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    first: str = ""
    last: str = ""

    def parameters(self) -> dict[str, str]:
        """The question as an address holds it."""
        filters = {f"where.{name}": ",".join(codes) for name, codes in sorted(self.keep.items()) if codes}
        plain = {"dataset": self.dataset, "by": ",".join(self.by), "count": ",".join(self.counts),
                 "from": self.first, "to": self.last}  # fmt: skip
        return {**plain, **filters}


@dataclass(frozen=True)
class Shape:
    """What can be asked of a table: its key columns with their codes, its counts, its periods."""

    keys: tuple[str, ...]
    groups: tuple[str, ...]
    counts: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]
    periods: tuple[str, ...]


def datasets(edition: Edition) -> tuple[str, ...]:
    """The tables that can be asked, in the order of the release."""
    return edition.release.dataset_ids()


def shape(edition: Edition, dataset: str) -> Shape:
    """What can be asked of one table."""
    table, definition = edition.table(dataset), edition.definition(dataset)
    roles = {str(entry["name"]): str(entry["role"]) for entry in definition["columns"] if entry["name"] in table}
    counts = tuple(name for name, role in roles.items() if role in _ADDED)
    coded = [str(entry["name"]) for entry in definition["columns"] if entry["vocabulary"] and entry["name"] in table]
    keys = tuple(name for name in definition["key"] if name in table)
    codes = {name: tuple(sorted(set(table[name]))) for name in dict.fromkeys((*keys, *coded)) if name != "period"}
    periods = tuple(sorted(set(table["period"]))) if "period" in table else ()
    made = (YEAR, FISCAL) if periods and all(_is_month(period) for period in periods) else ()
    return Shape(keys, ("period", *made, *codes) if periods else tuple(codes), counts, codes, periods)


def _is_month(period: str) -> bool:
    return len(period) == 7 and period[5:].isdigit()


def read(parameters: Mapping[str, str], edition: Edition) -> Question:
    """The question of an address. What this release does not know is left out, so that old addresses keep working."""
    known = datasets(edition)
    dataset = parameters.get("dataset", "")
    dataset = dataset if dataset in known else known[0]
    can = shape(edition, dataset)
    keep = {
        name: chosen for name, codes in can.codes.items()
        if (chosen := tuple(code for code in parameters.get(f"where.{name}", "").split(",") if code in codes))
    }  # fmt: skip
    first, last = (parameters.get(name, "") for name in ("from", "to"))
    return Question(
        dataset,
        tuple(name for name in parameters.get("by", "").split(",") if name in can.groups),
        tuple(name for name in parameters.get("count", "").split(",") if name in can.counts),
        keep, first if first in can.periods else "", last if last in can.periods else "",
    )  # fmt: skip


def answer(edition: Edition, question: Question) -> pd.DataFrame:
    """The rows asked for, as text: codes and numbers as published, signs where there is no number."""
    table = _kept(edition.table(question.dataset), question)
    can = shape(edition, question.dataset)
    counts = question.counts or can.counts
    if not question.by:
        shown = table.copy()
        for name in [name for name in table if f"{name}{_STATUS}" in table]:
            shown[name] = [_text(value, status) for value, status in
                           zip(table[name], table[f"{name}{_STATUS}"], strict=True)]  # fmt: skip
        wanted = (*can.groups, *counts, *_all(can, shown))
        columns = [name for name in shown if not str(name).endswith(_STATUS) and name in wanted]
        return shown[columns].astype(str).reset_index(drop=True)
    made: Mapping[str, Callable[[str], str]] = {YEAR: lambda period: period[:4], FISCAL: fiscal_year}
    groups = {name: [made[name](period) for period in table["period"]] if name in made else list(table[name])
              for name in question.by}  # fmt: skip
    grouped = table.assign(**{f"by {name}": values for name, values in groups.items()})
    rows = []
    for values, part in grouped.groupby([f"by {name}" for name in question.by], sort=True):
        rows.append((*values, *(_sum(part, name) for name in counts)))
    return pd.DataFrame(rows, columns=[*question.by, *counts]).astype(str)


def _all(can: Shape, table: pd.DataFrame) -> tuple[str, ...]:
    """Without counts a table is a list: then all its columns are shown."""
    return () if can.counts else tuple(str(name) for name in table)


def _kept(table: pd.DataFrame, question: Question) -> pd.DataFrame:
    for name, codes in question.keep.items():
        table = table[table[name].isin(codes)]
    if question.first:
        table = table[table["period"] >= question.first]
    return table[table["period"] <= question.last] if question.last else table


def _text(value: Any, status: str) -> str:  # noqa: ANN401 - a cell
    if status == "shown" and not pd.isna(value):
        return _plain(float(value))
    return _sign(status if status != "shown" else "not_reported")


def _sign(status: str) -> str:
    marks = {"suppressed": Mark.SUPPRESSED, "not_reported": Mark.MISSING, "not_applicable": Mark.NOT_APPLICABLE}
    return SIGNS[marks[status]]


def _plain(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)


def _sum(part: pd.DataFrame, name: str) -> str:
    """The sum of a count; the sign of the worst of its parts when one is hidden or missing."""
    statuses = set(part.get(f"{name}{_STATUS}", pd.Series(dtype=str)))
    for status in _ORDER[:2]:
        if status in statuses:
            return _sign(status)
    if statuses == {"not_applicable"}:
        return _sign("not_applicable")
    return _plain(float(part[name].dropna().sum()))
