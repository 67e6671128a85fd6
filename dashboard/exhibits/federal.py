"""Exhibits of what immigration authorities themselves recorded, beside the county's count."""

from datetime import date

import pandas as pd

from dashboard.charts.history import Era
from dashboard.charts.plots import HistoryPlot, LinesPlot
from dashboard.edition import Edition
from dashboard.exhibits.model import Choice, Exhibit, described, frame_of
from dashboard.wording import Wording
from schemas.marks import Mark, mark_of

_COUNTS = "federal_counts"
_DECLINED = "federal_detainers_declined"
_ARRESTS = "federal_arrests"
_RECORD_ENDS = date(2015, 7, 20)


def side_by_side(edition: Edition, choice: Choice, _: Wording) -> Exhibit:
    """Detainers in ICE's record and in the county's, month by month, on one axis."""
    table = edition.table(_COUNTS).sort_values("period")
    table = table.tail(choice.months) if choice.months else table
    names = {name: edition.column_label(_COUNTS, name) for name in ("ice_reported_detainers", "county_logged")}
    title = _("ICE's count beside the county's")
    both = table.dropna(subset=list(names))
    last = both.iloc[-1] if len(both) else None
    headline = _("There is no report yet.") if last is None else _(
        "In {period} ICE's record lists {ice} detainers and the county logged {county}.",
        period=_.period(last["period"]), ice=_.number(last["ice_reported_detainers"]),
        county=_.number(last["county_logged"]),
    )  # fmt: skip
    around = frame_of(edition, title, _("Detainers each month"), _COUNTS)
    drawn = table[["period", *names]].assign(**{f"{name}_mark": _marks(table, name) for name in names})
    return Exhibit(
        code=f"{_COUNTS}.lines", title=title, headline=headline,
        plot=LinesPlot(drawn, names, around),
        table=_newest_first(table[["period", *names]], names, _), source=_COUNTS, datasets=(_COUNTS,),
        law=tuple(edition.definition(_COUNTS)["law"]), notes=tuple(edition.definition(_COUNTS)["caveats"]),
    )  # fmt: skip


def _marks(table: pd.DataFrame, name: str) -> list[Mark]:
    """Why a figure is there or not."""
    return [
        mark_of(status, reporting, None if pd.isna(value) else float(value))
        for value, status, reporting in zip(table[name], table[f"{name}_status"], table["status"], strict=True)
    ]  # fmt: skip


def _newest_first(frame: pd.DataFrame, names: dict[str, str], _: Wording) -> pd.DataFrame:
    shown = frame.sort_values("period", ascending=False).copy()
    for name in names:
        shown[name] = ["✕" if pd.isna(value) else _.number(value) for value in shown[name]]
    shown["period"] = [_.period(period) for period in shown["period"]]
    return shown.rename(columns={"period": _("Period"), **names})


def declined_history(edition: Edition, _: Wording) -> Exhibit:
    """What ICE recorded of the county jails' answers, with the changes of the law."""
    table = edition.table(_DECLINED)
    names = {name: edition.column_label(_DECLINED, name) for name in ("declined_by_agency", "other_recorded_outcome")}
    jails = table[table["ice_facility_name"].isin(edition.own_jails)]
    years = jails.groupby("period", as_index=False)[list(names)].sum()
    title = _("How ICE recorded the county jails' answers")
    most = years.sort_values("declined_by_agency").iloc[-1] if len(years) else None
    headline = _("The record has no county jail.") if most is None else _(
        "ICE recorded the most declined detainers at the county's jails in {year}: {declined} of {total} with a "
        "recorded outcome.",
        year=most["period"], declined=most["declined_by_agency"],
        total=most["declined_by_agency"] + most["other_recorded_outcome"],
    )  # fmt: skip
    era = Era(2010, 2026, _RECORD_ENDS, _("No ICE record after July 2015 is public here"))
    around = frame_of(
        edition, title, _("Detainers with a recorded outcome, by year, and changes of the law"), _DECLINED
    )
    return Exhibit(
        code=f"{_DECLINED}.history", title=title, headline=headline,
        plot=HistoryPlot(years, names, edition.events, era, around), table=_newest_first(years, names, _),
        source=_DECLINED, datasets=(_DECLINED,), law=tuple(edition.definition(_DECLINED)["law"]),
        notes=(*(described(event, _) for event in edition.events), *edition.definition(_DECLINED)["caveats"]),
    )  # fmt: skip


def arrests(edition: Edition, _: Wording) -> Exhibit:
    """Arrests by federal officers in the county, by quarter, from released federal records."""
    table = edition.table(_ARRESTS)
    rows = table[(table["series"] == "i213_quarterly") & (table["area"] == edition.area)].sort_values("period")
    names = {"arrests": edition.label("arrest_series", "i213_quarterly")}
    area = edition.label("area", edition.area) or edition.county.name
    title = _("Arrests by federal officers in {area}", area=area)
    last = rows.iloc[-1] if len(rows) else None
    headline = _("The record has no arrests.") if last is None else _(
        "In {period} released federal records hold {number} arrests in {area}.", area=area,
        period=_.period(last["period"]), number=_.number(last["arrests"]),
    )  # fmt: skip
    around = frame_of(edition, title, _("Arrests with a form I-213, by quarter"), _ARRESTS)
    shown = rows[["period", "arrests"]]
    return Exhibit(
        code=f"{_ARRESTS}.quarters", title=title, headline=headline, plot=LinesPlot(shown, names, around),
        table=_newest_first(shown, names, _),
        source=_ARRESTS, datasets=(_ARRESTS,), law=tuple(edition.definition(_ARRESTS)["law"]),
        notes=tuple(edition.definition(_ARRESTS)["caveats"]),
    )  # fmt: skip
