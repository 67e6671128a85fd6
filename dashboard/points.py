"""Series ready to draw and to print: one row for each period, with its figure or the reason why there is none.

A frame of points has the columns period, numerator, denominator, value, met and mark; of an indicator also low and high
(the interval, where a sample is behind it), and revised. Nothing is filled in, nothing is
added up that was not published.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.edition import ALL_AGENCIES, Edition, Measure
from schemas.marks import Mark, mark_of, worst
from schemas.shares import wilson

COLUMNS = ("period", "numerator", "denominator", "value", "met", "mark")


@dataclass(frozen=True)
class Reading:
    """One figure of an indicator, or the reason why there is none."""

    period: str
    numerator: float | None
    denominator: float | None
    value: float | None
    met: str
    mark: Mark


@dataclass(frozen=True)
class Baseline:
    """The share an audit found in a sample, with the interval that its size allows."""

    numerator: int
    denominator: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share in the sample."""
        return self.numerator / self.denominator


def baseline(edition: Edition) -> Baseline | None:
    """People told of a hold request in an audit's sample, computed from `audit_baseline`."""
    table = edition.table("audit_baseline")
    if table.empty:
        return None
    found = table.set_index("metric")["value"]
    names = ("hold_requests_sampled_person_notified", "hold_requests_sampled")
    if not set(names) <= set(found.index):
        return None
    told, sampled = (int(found[name]) for name in names)
    return Baseline(told, sampled, *wilson(told, sampled))


def number_in(value: object) -> float | None:
    """The number in a cell, if there is one."""
    return None if value is None or value is pd.NA or str(value) == "nan" else float(str(value))


def agency_for(edition: Edition, measure: Measure, asked: str = ALL_AGENCIES) -> str:
    """Whose figures answer for an agency: its own; for all together, those of the only one that reports, if so."""
    frame = edition.release.indicators()
    reporting = set(frame.loc[frame["indicator"] == measure.id, "agency"])
    if asked == ALL_AGENCIES and asked not in reporting and len(reporting) == 1:
        return str(reporting.pop())
    return asked


def series(edition: Edition, measure: Measure, asked: str = ALL_AGENCIES) -> pd.DataFrame:
    """The points of an indicator for one agency, or for all agencies together.

    Where an indicator is published by month and by quarter, the months are the series.
    """
    frame = edition.release.indicators()
    rows = frame[(frame["indicator"] == measure.id) & (frame["agency"] == agency_for(edition, measure, asked))]
    by_month = rows[~rows["period"].str.contains("Q")]
    rows = (rows if by_month.empty else by_month).sort_values("period")
    points = [
        (row["period"], number_in(row["numerator"]), number_in(row["denominator"]), number_in(row["value"]), row["met"],
         mark_of(row["status"], row["reporting"], number_in(row["value"])), number_in(row["low"]), number_in(row["high"]))
        for row in rows.to_dict("records")
    ]  # fmt: skip
    numbers = dict.fromkeys(("numerator", "denominator", "low", "high"), "float64")
    frame = pd.DataFrame(points, columns=[*COLUMNS, "low", "high"]).astype(numbers)
    changed = edition.revised(measure.dataset, agency_for(edition, measure, asked), measure.columns)
    return frame.assign(revised=frame["period"].isin(changed))


def latest(points: pd.DataFrame) -> Reading | None:
    """The last point of a series, whether or not it has a figure."""
    if points.empty:
        return None
    return reading_of(points.iloc[-1].to_dict())


def reading_of(row: Mapping[Hashable, Any]) -> Reading:
    """One row of a frame of points as a record."""
    return Reading(
        str(row["period"]), number_in(row["numerator"]), number_in(row["denominator"]), number_in(row["value"]),
        str(row["met"]), Mark(row["mark"]),
    )  # fmt: skip


def last_known(points: pd.DataFrame) -> Reading | None:
    """The last point that has a figure."""
    return latest(points[points["value"].notna()])


def agencies(edition: Edition, measures: Sequence[Measure]) -> tuple[str, ...]:
    """The agencies that report any of these indicators; all together first, where there are several."""
    frame = edition.release.indicators()
    reporting = set(frame.loc[frame["indicator"].isin([measure.id for measure in measures]), "agency"])
    single = [code for code in edition.labels("agency") if code in reporting]
    return (ALL_AGENCIES, *single) if len(single) > 1 else tuple(single)


def reporting_agencies(edition: Edition, measures: Sequence[Measure], datasets: Sequence[str]) -> tuple[str, ...]:
    """The agencies that report an indicator or a table of a page; all together first, where there are several."""
    if measures:
        return agencies(edition, measures)
    tables = (edition.table(dataset) for dataset in datasets)
    found = {str(code) for table in tables if "agency" in table for code in table["agency"]}
    single = [code for code in edition.labels("agency") if code in found]
    return (ALL_AGENCIES, *single) if len(single) > 1 else tuple(single)


def reports(edition: Edition, dataset: str, agency: str = ALL_AGENCIES) -> dict[str, str]:
    """How a dataset was reported in each period, by its worst report; periods not yet due are left out."""
    ledger = edition.table("submission_ledger")
    if ledger.empty:
        return {}
    rows = ledger[(ledger["dataset"] == dataset) & (ledger["status"] != "not_due")]
    rows = rows if agency == ALL_AGENCIES else rows[rows["agency"] == agency]
    return {str(period): worst(set(group)) for period, group in rows.groupby("period")["status"]}


def totals(edition: Edition, dataset: str, column: str, agency: str = ALL_AGENCIES) -> pd.DataFrame:
    """The points of a count, added up over the rows of each period.

    A period with a missing report or a hidden cell has no total: a part would look like a fall.
    """
    table = edition.table(dataset)
    table = table if agency == ALL_AGENCIES else table[table["agency"] == agency]
    reported = reports(edition, dataset, agency)
    points = []
    wanted = [column, *([f"{column}_status"] if f"{column}_status" in table else [])]
    parts = {str(period): rows for period, rows in table[["period", *wanted]].groupby("period")}
    for period in sorted({*reported, *parts}):
        value, status = _total(parts.get(period, table.head(0)), column)
        reporting = reported.get(period, "certified")
        status = "not_reported" if reporting == "missing" else status
        value = value if status == "shown" else None
        points.append((period, value, None, value, "", mark_of(status, reporting, value)))
    frame = pd.DataFrame(points, columns=list(COLUMNS))
    frame = frame.astype({"numerator": "float64", "denominator": "float64", "value": "float64"})
    return frame.assign(revised=frame["period"].isin(edition.revised(dataset, agency, (column,))))


def _total(rows: pd.DataFrame, column: str) -> tuple[float | None, str]:
    """The sum of a column and its status; the first cell that is not shown decides."""
    if rows.empty:
        return 0.0, "shown"
    name = f"{column}_status"
    unlike = [status for status in rows.get(name, pd.Series(dtype=str)) if status not in ("shown", "not_applicable")]
    return (None, unlike[0]) if unlike else (float(rows[column].sum()), "shown")


def by_category(edition: Edition, dataset: str, keys: Sequence[str], periods: Sequence[str]) -> pd.DataFrame:
    """Counts over some periods: of each column in `keys`, or, with one key column, of each of its codes."""
    table = edition.table(dataset)
    table = table[table["period"].isin(periods)]
    counts = [(key, float(table[key].sum())) for key in keys]
    return pd.DataFrame(counts, columns=["category", "value"]).sort_values("value", ascending=False)


def by_code(edition: Edition, dataset: str, key: str, column: str, periods: Sequence[str]) -> pd.DataFrame:
    """A count over some periods for each code of a key column, largest first."""
    table = edition.table(dataset)
    table = table[table["period"].isin(periods)]
    summed = table.groupby(key)[column].sum().astype("float64")
    frame = summed.rename_axis("category").rename("value").reset_index()
    return frame.sort_values("value", ascending=False, kind="stable")


def last_periods(points: pd.DataFrame, number: int) -> pd.DataFrame:
    """The last so many points; all of them when the number is 0."""
    return points.tail(number) if number else points
