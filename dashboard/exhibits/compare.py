"""One measure, compared: agencies, jails, calendar years, federal fiscal years, the same month a year before."""

from collections.abc import Callable, Mapping

import pandas as pd

from dashboard import points as p
from dashboard import sentences
from dashboard.charts.lines import MOST
from dashboard.charts.plots import BarsPlot, LinesPlot
from dashboard.edition import ALL_AGENCIES, Edition, Measure
from dashboard.exhibits.measures import said_of, who
from dashboard.exhibits.model import Choice, Exhibit, frame_of, sign, unit_of
from dashboard.exhibits.protected import notice_by_facility
from dashboard.wording import MONTHS, N_, Wording
from schemas.marks import Mark

WAYS: Mapping[str, str] = {
    "agency": N_("Agencies"),
    "last_year": N_("Same month last year"),
    "calendar": N_("Calendar years"),
    "fiscal": N_("Federal fiscal years (October to September)"),
    "facility": N_("Jails"),
}
_FACILITY_MEASURE = "K2"
"""The indicator whose counts are published by jail."""


def ways(edition: Edition, measure: Measure) -> tuple[str, ...]:
    """The comparisons that a measure allows."""
    several = len([code for code in p.agencies(edition, [measure]) if code != ALL_AGENCIES]) > 1
    jails = measure.id == _FACILITY_MEASURE and not edition.table("notice_compliance_by_facility").empty
    return tuple(
        way for way in WAYS if (way != "agency" or several) and (way != "facility" or jails)
    )  # fmt: skip


def compared(edition: Edition, measure: Measure, way: str, choice: Choice, _: Wording) -> Exhibit:
    """The measure compared in one way."""
    builders: Mapping[str, Callable[[Edition, Measure, Choice, Wording], Exhibit]] = {
        "agency": _agencies, "last_year": _months, "calendar": _calendar, "fiscal": _fiscal, "facility": _jails,
    }  # fmt: skip
    return builders[way](edition, measure, choice, _)


def _agencies(edition: Edition, measure: Measure, choice: Choice, _: Wording) -> Exhibit:
    codes = [code for code in p.agencies(edition, [measure]) if code != ALL_AGENCIES][:MOST]
    series = {code: p.last_periods(p.series(edition, measure, code), choice.months) for code in codes}
    periods = sorted({period for points in series.values() for period in points["period"]})
    frame, table = pd.DataFrame({"period": periods}), pd.DataFrame({_("Period"): [_.period(one) for one in periods]})
    for code, points in series.items():
        indexed = points.set_index("period").reindex(periods)
        frame[code] = indexed["value"].astype("float64").to_numpy()
        frame[f"{code}_mark"] = [Mark.NOT_APPLICABLE if pd.isna(mark) else mark for mark in indexed["mark"]]
        table[edition.label("agency", code)] = [_figure(points, period, _) for period in periods]
    last = [(code, p.latest(points)) for code, points in series.items()]
    headline = "; ".join(f"{edition.label('agency', code)}: {said_of(one, _)}" for code, one in last if one) + "."
    title = _("{measure}, by agency", measure=measure.title)
    around = frame_of(edition, title, unit_of(measure, _), measure.dataset, share=measure.is_share)
    names = {code: edition.label("agency", code) for code in codes}
    return _exhibit(measure, "agency", (title, headline),
                    LinesPlot(frame, names, around), table.iloc[::-1])  # fmt: skip


def _figure(points: pd.DataFrame, period: str, _: Wording) -> str:
    found = points[points["period"] == period]
    reading = p.latest(found)
    return "" if reading is None else sentences.short(reading, _) or sign(reading.mark)


def _months(edition: Edition, measure: Measure, choice: Choice, _: Wording) -> Exhibit:
    """Each year a line over the months of the year."""
    points = p.series(edition, measure, choice.agency)
    years = sorted({str(period)[:4] for period in points["period"]})[-MOST:]
    frame = pd.DataFrame({"label": [_(month)[:3] for month in MONTHS], "period": [f"{m:02d}" for m in range(1, 13)]})
    table = pd.DataFrame({_("Month"): [_(month) for month in MONTHS]})
    by_period = {str(row["period"]): row for row in points.to_dict("records")}
    for year in years:
        rows = [by_period.get(f"{year}-{month:02d}") for month in range(1, 13)]
        frame[year] = pd.Series([None if row is None else row["value"] for row in rows], dtype="float64")
        frame[f"{year}_mark"] = [Mark.COUNTED if row is None else row["mark"] for row in rows]
        table[year] = [_figure(points, f"{year}-{month:02d}", _) for month in range(1, 13)]
    last = p.latest(points)
    same = p.latest(points[points["period"] == _year_before(last.period)]) if last else None
    headline = _("There is no report yet.") if last is None else said_of(last, _) + (
        _("; a year before, {figure}.", figure=said_of(same, _)) if same
        else _("; there is no figure a year before."))  # fmt: skip
    title = _("{measure}, same month last year", measure=measure.title)
    agency = p.agency_for(edition, measure, choice.agency)
    around = frame_of(edition, title, f"{unit_of(measure, _)}, {who(edition, agency, _)}", measure.dataset,
                      share=measure.is_share)  # fmt: skip
    return _exhibit(measure, "last_year", (title, headline),
                    LinesPlot(frame, {year: year for year in years}, around), table)  # fmt: skip


def _year_before(period: str) -> str:
    return f"{int(period[:4]) - 1}{period[4:]}"


def _calendar(edition: Edition, measure: Measure, choice: Choice, _: Wording) -> Exhibit:
    return _years(edition, measure, choice, ("calendar", lambda period: period[:4], _("{measure}, by calendar year",
                  measure=measure.title)), _)  # fmt: skip


def _fiscal(edition: Edition, measure: Measure, choice: Choice, _: Wording) -> Exhibit:
    return _years(edition, measure, choice, ("fiscal", fiscal_year, _("{measure}, by federal fiscal year",
                  measure=measure.title)), _)  # fmt: skip


def fiscal_year(period: str) -> str:
    """The federal fiscal year of a month: it begins in October of the year before."""
    return f"FY{int(period[:4]) + (int(period[5:7]) >= 10)}"


Way = tuple[str, Callable[[str], str], str]


def _years(edition: Edition, measure: Measure, choice: Choice, way: Way, _: Wording) -> Exhibit:
    """One bar for each year, with its months: a year that is not complete says so."""
    code, year_of, title = way
    points = p.series(edition, measure, choice.agency)
    known = points[points["value"].notna()]
    rows = []
    for year, some in known.groupby([year_of(str(period)) for period in known["period"]]):
        value, text = yearly(some, measure, _)
        said = _("{year}, {number} of 12 months", year=year, number=len(some))
        rows.append({"category": str(year), "label": said, "value": value, "text": text})
    frame = pd.DataFrame(rows, columns=["category", "label", "value", "text"])
    headline = (
        "; ".join(f"{row['label']}: {row['text']}" for row in rows) + "." if rows else _("There is no report yet.")
    )
    agency = p.agency_for(edition, measure, choice.agency)
    around = frame_of(edition, title, f"{_how(measure, _)}, {who(edition, agency, _)}", measure.dataset,
                      share=measure.is_share)  # fmt: skip
    table = frame[["label", "text"]].set_axis([_("Year"), _("Figure")], axis=1)
    return _exhibit(measure, code, (title, headline), BarsPlot(frame, around), table)


def _how(measure: Measure, _: Wording) -> str:
    words = {
        "flow": _("Months of the year added up"), "stock": _("As it stood in the year's last reported month"),
        "peak": _("The highest month of the year"),
    }  # fmt: skip
    return words[measure.adds]


def yearly(some: pd.DataFrame, measure: Measure, _: Wording) -> tuple[float, str]:
    """The figure of a year: flows are added up, stocks are read at the end, peaks are the highest month."""
    if measure.adds == "peak":
        value = float(some["value"].max())
        return value, _.number(value)
    chosen = some.tail(1) if measure.adds == "stock" else some
    numbers = chosen["numerator"].where(chosen["numerator"].notna(), chosen["value"]).astype("float64")
    numerator, denominator = float(numbers.sum()), chosen["denominator"].astype("float64")
    if not measure.is_share or denominator.isna().any():
        return numerator, _.number(numerator)
    total = float(denominator.sum())
    reading = p.Reading("", numerator, total, numerator / total if total else None, "", Mark.COUNTED)
    return (reading.value or 0.0), sentences.short(reading, _)


def _jails(edition: Edition, _measure: Measure, _choice: Choice, _: Wording) -> Exhibit:
    return notice_by_facility(edition, _)


def _exhibit(
    measure: Measure, way: str, said: tuple[str, str], plot: LinesPlot | BarsPlot, table: pd.DataFrame
) -> Exhibit:
    title, headline = said
    return Exhibit(
        code=f"compare.{measure.id}.{way}", title=title, headline=headline, plot=plot, table=table,
        source="indicators", datasets=(measure.dataset,), law=measure.law,
        notes=(measure.caveat,) if measure.caveat else (),
    )  # fmt: skip
