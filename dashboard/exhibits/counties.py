"""Counties beside each other: one indicator in one period, ranked where that says something, and each county over time."""

from collections.abc import Hashable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from dashboard import sentences
from dashboard.charts.theme import Frame
from dashboard.edition import SAMPLE, Edition, Measure
from dashboard.exhibits.model import unit_of
from dashboard.jurisdictions import Unranked, compared
from dashboard.points import number_in, reading_of
from dashboard.wording import N_, Wording
from schemas.marks import NAMES, Mark, mark_of
from schemas.release import CellStatus

Row = Mapping[Hashable, Any]
"""One row of the comparison (see `dashboard.jurisdictions`)."""
WHY: Mapping[str, str] = {
    Unranked.NOT_REPORTED: NAMES[Mark.MISSING],
    Unranked.SUPPRESSED: NAMES[Mark.SUPPRESSED],
    Unranked.NOT_APPLICABLE: NAMES[Mark.NOT_APPLICABLE],
    Unranked.INCOMPLETE: NAMES[Mark.INCOMPLETE],
    Unranked.SAMPLE_DATA: N_("sample data beside real records"),
    Unranked.DRAWN_SAMPLE: N_("rests on a sample"),
    Unranked.NO_DENOMINATOR: N_("a count: larger counties have more"),
    Unranked.TINY: N_("fewer than 20 cases"),
    Unranked.DEFINED_OTHERWISE: N_("defined otherwise in these counties"),
    Unranked.NO_DIRECTION: N_("no target says which side is better"),
    Unranked.ALONE: N_("no other county can be ranked"),
}
"""Why a county has no rank, in words to be translated."""


@lru_cache(maxsize=16)
def table_of(editions: tuple[Edition, ...]) -> pd.DataFrame:
    """The comparison of these counties (see `dashboard.jurisdictions`)."""
    return compared(edition.release for edition in editions)


def shared(editions: Sequence[Edition], table: pd.DataFrame) -> tuple[str, ...]:
    """The indicators with a figure in at least two counties; with one county or none, those with any figure."""
    known = table[table["value"].notna()].groupby("indicator", sort=False)["jurisdiction"].nunique()
    ids = [measure.id for measure in editions[0].measures]
    several = tuple(one for one in ids if known.get(one, 0) > 1)
    return several or tuple(one for one in ids if known.get(one, 0))


def periods(table: pd.DataFrame, indicator: str) -> tuple[str, ...]:
    """The periods in which any county has a figure, newest first."""
    rows = table[(table["indicator"] == indicator) & table["value"].notna()]
    return tuple(sorted(set(rows["period"]), reverse=True))


def ranking(table: pd.DataFrame, indicator: str, period: str) -> pd.DataFrame:
    """The rows of one indicator and period: the ranked first, in order."""
    return table[(table["indicator"] == indicator) & (table["period"] == period)]


def ranking_table(rows: pd.DataFrame, _: Wording) -> pd.DataFrame:
    """The ranking in words; whoever has no rank is told why."""
    said = [
        (str(row["name"]), _.number(row["rank"]) if pd.notna(row["rank"]) else "–", figure(row, _),
         _("SAMPLE DATA") if row["data_origin"] == SAMPLE else _("real records"),
         _(WHY[row["reason"]]) if row["reason"] else "")
        for row in rows.to_dict("records")
    ]  # fmt: skip
    return pd.DataFrame(said, columns=[_("County"), _("Rank"), _("Figure"), _("Records"), _("Why it has no rank")])


def figure(row: Row, _: Wording) -> str:
    """A county's figure, with its denominator where it has one; why there is none where there is none."""
    mark = _mark(row)
    if not mark.has_value:
        return _(NAMES[mark])
    return sentences.short(reading_of({**row, "mark": mark, "met": ""}), _)


def _mark(row: Row) -> Mark:
    value = number_in(row["value"])
    if value is None and row["status"] == CellStatus.SHOWN:
        return Mark.MISSING
    return mark_of(str(row["status"]), "certified", value)


def sentence(rows: pd.DataFrame, title: str, _: Wording) -> str:
    """The answer of the page: how many counties can be ranked, and in which order."""
    ranked = rows[rows["rank"].notna()]
    period = _.period(str(rows["period"].iloc[0]))
    if ranked.empty:
        return _("In {period}, no county can be ranked on “{title}”.", period=period, title=title)
    listed = "; ".join(f"{row['rank']}. {row['name']}: {figure(row, _)}" for row in ranked.to_dict("records"))
    return _("In {period}, {ranked} of {all} counties can be ranked on “{title}”: {list}.", period=period,
             ranked=_.number(len(ranked)), all=_.number(len(rows)), title=title, list=listed)  # fmt: skip


def over_time(table: pd.DataFrame, indicator: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """One column for each county over the periods, with why a figure is absent; and the counties' names."""
    rows = table[table["indicator"] == indicator]
    frame = pd.DataFrame({"period": sorted(set(rows["period"]))})
    names = {}
    for county, some in rows.groupby("jurisdiction", sort=True):
        code = str(county)
        by_period = {str(row["period"]): row for row in some.to_dict("records")}
        found = [by_period.get(period) for period in frame["period"]]
        marks = [Mark.MISSING if row is None else _mark(row) for row in found]
        frame[code] = pd.Series([None if row is None else number_in(row["value"]) for row in found], dtype="float64")
        frame[f"{code}_mark"] = marks
        names[code] = str(some["name"].iloc[0])
    return frame, names


def history_table(table: pd.DataFrame, indicator: str, _: Wording) -> pd.DataFrame:
    """Every county's figure in every period, newest first."""
    rows = table[table["indicator"] == indicator]
    said = {(str(row["period"]), str(row["jurisdiction"])): figure(row, _) for row in rows.to_dict("records")}
    names = dict(sorted(zip(rows["jurisdiction"], rows["name"], strict=True)))
    shown = [
        (_.period(period), *(said.get((period, county), _(NAMES[Mark.MISSING])) for county in names))
        for period in sorted(set(rows["period"]), reverse=True)
    ]
    return pd.DataFrame(shown, columns=[_("Period"), *names.values()])


def around(editions: Sequence[Edition], measure: Measure, _: Wording) -> Frame:
    """The words around the small charts."""
    made_up = any(edition.is_sample(measure.dataset) for edition in editions)
    goal = _("Target: {words}", words=measure.goal.words) if measure.goal else ""
    return Frame(
        measure.title, unit_of(measure, _), SAMPLE if made_up else "", height=280, goal=goal, share=measure.is_share
    )
