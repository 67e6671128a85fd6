"""Exhibits of indicators and of plain counts over time."""

from dataclasses import replace

import pandas as pd

from dashboard import points as p
from dashboard import sentences
from dashboard.change import usual_range
from dashboard.charts.overlay import Band
from dashboard.charts.plots import TrendPlot
from dashboard.charts.trend import Scene
from dashboard.edition import ALL_AGENCIES, Edition, Measure
from dashboard.exhibits.model import Choice, Exhibit, event_key, frame_of, sign
from dashboard.wording import Wording
from schemas.marks import NAMES, REVISED, Mark
from schemas.process import Limits

NOTICE_RATE = "K2"
"""The indicator that an audit measured in a sample."""


def who(edition: Edition, agency: str, _: Wording) -> str:
    """The agency's name, or all of them together."""
    return _("all agencies together") if agency == ALL_AGENCIES else edition.label("agency", agency)


def said_of(row: p.Reading, _: Wording) -> str:
    """A point in words: "September 2026: 21 of 25 (84%)"."""
    figure = sentences.short(row, _) if row.mark.has_value else _(NAMES[row.mark])
    return f"{_.period(row.period)}: {figure}"


def readings(points: pd.DataFrame) -> list[p.Reading]:
    """The points as records."""
    return [p.reading_of(row) for row in points.to_dict("records")]


def table_of(points: pd.DataFrame, _: Wording) -> pd.DataFrame:
    """The points as a table in words, newest first."""
    changed = set(points.loc[points["revised"], "period"]) if "revised" in points else set()
    rows = [
        (_.period(row.period),
         (sentences.short(row, _) or sign(row.mark)) + (f" {REVISED}" if row.period in changed else ""),
         _(NAMES[row.mark]))
        for row in reversed(readings(points))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[_("Period"), _("Figure"), _("How it was reported")])


def _band(edition: Edition, measure: Measure, _: Wording) -> Band | None:
    found = p.baseline(edition) if measure.id == NOTICE_RATE else None
    if found is None:
        return None
    label = _(
        "{audit} sample: {told} of {sampled} told ({share}); 95% interval {low} to {high}",
        audit=edition.audit, told=found.numerator, sampled=found.denominator, share=_.percent(found.share),
        low=_.percent(found.low), high=_.percent(found.high),
    )  # fmt: skip
    return Band(found.share, found.low, found.high, label)


def _scene(edition: Edition, measure: Measure, points: pd.DataFrame, choice: Choice, _: Wording) -> Scene:
    agency = p.agency_for(edition, measure, choice.agency)
    subtitle = _("Share of {unit}, {who}", unit=_("cases"), who=who(edition, agency, _))
    if not measure.is_share:
        subtitle = _("Number of {unit}, {who}", unit=measure.unit, who=who(edition, agency, _))
    goal = measure.goal
    target = _("Target: {words}", words=goal.words) if goal else ""
    return Scene(
        frame=replace(frame_of(edition, measure.title, subtitle, measure.dataset), goal=target),
        share=measure.is_share, goal=goal,
        events=edition.events, band=_band(edition, measure, _),
        texts=tuple(said_of(reading, _) for reading in readings(points)),
    )  # fmt: skip


def measure_exhibit(edition: Edition, measure: Measure, choice: Choice, _: Wording) -> Exhibit:
    """An indicator over time, with its target, the events of the law and, for notice, the audit's sample."""
    points = p.last_periods(p.series(edition, measure, choice.agency), choice.months)
    headline = sentences.headline(points, measure, edition, _)
    scene = _scene(edition, measure, points, choice, _)
    notes = (
        *event_key(edition.events, list(points["period"]), _),
        *((_band_note(edition.audit, _),) if scene.band else ()),
        *((measure.caveat,) if measure.caveat else ()), *_sample_note(points, _), *_revised_note(points, _),
    )  # fmt: skip
    return Exhibit(
        code=measure.id, title=measure.title, headline=headline, plot=TrendPlot(points, scene), table=table_of(points, _),
        source="indicators", datasets=(measure.dataset,), law=measure.law, notes=notes,
    )  # fmt: skip


def _band_note(audit: str, _: Wording) -> str:
    return _(
        "The {audit} looked at a sample, not at every request. The band is the 95% interval (Wilson) that a random "
        "sample of that size allows; whether the sample was drawn at random is not known.",
        audit=audit,
    )


def _sample_note(points: pd.DataFrame, _: Wording) -> tuple[str, ...]:
    drawn = "low" in points and points["low"].notna().any()
    return (_("Figures drawn with a bar rest on a sample; the bar is their 95% interval."),) if drawn else ()


def _revised_note(points: pd.DataFrame, _: Wording) -> tuple[str, ...]:
    if "revised" not in points or not points["revised"].any():
        return ()
    return (_("{mark} marks a figure changed after it was first published; What changed lists each with its reason.",
              mark=REVISED),)  # fmt: skip


def _limits_note(limits: Limits | None, _: Wording) -> tuple[str, ...]:
    if limits is None:
        return ()
    return (
        _("The grey band is the usual range of a month (XmR limits: the mean of {first} to {last}, plus and minus 2.66 "
          "mean moving ranges). A month inside it tells nothing new.",
          first=_.period(limits.first), last=_.period(limits.last)),
    )  # fmt: skip


def count_exhibit(edition: Edition, dataset: str, column: str, choice: Choice, _: Wording) -> Exhibit:
    """A count of a table, added up by month."""
    whole = p.totals(edition, dataset, column, choice.agency)
    points, limits = p.last_periods(whole, choice.months), usual_range(whole)
    title = edition.column_label(dataset, column)
    last = p.latest(points)
    said = said_of(last, _) if last else _("no report")
    judged = sentences.usual(whole, limits, _)
    headline = " ".join(part for part in (_("{title}, {said}.", title=title, said=said), judged) if part)
    subtitle = _("Each month, {who}", who=who(edition, choice.agency, _))
    texts = tuple(said_of(reading, _) for reading in readings(points))
    scene = Scene(frame_of(edition, title, subtitle, dataset), share=False, events=edition.events, limits=limits,
                  texts=texts)  # fmt: skip
    missing = (
        (_("A month in which a report is missing has no total: a part of it would look like a fall."),)
        if Mark.MISSING in set(points["mark"]) else ()
    )  # fmt: skip
    return Exhibit(
        code=f"{dataset}.{column}", title=title, headline=headline, plot=TrendPlot(points, scene),
        table=table_of(points, _), source=dataset, datasets=(dataset,), law=_law_of(edition, dataset, column),
        notes=(*event_key(edition.events, list(points["period"]), _), *_limits_note(limits, _), *missing,
               *_revised_note(points, _)),
    )  # fmt: skip


def _law_of(edition: Edition, dataset: str, column: str) -> tuple[str, ...]:
    entries = edition.definition(dataset)["columns"]
    return next((tuple(entry["law"]) for entry in entries if entry["name"] == column), ())
