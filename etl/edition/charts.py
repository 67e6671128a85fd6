"""Indicators as pictures: the lines of the indicator table become points, and these a scene."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from etl.edition.figures import Reading, figure, main_series, readings, sentence, who
from etl.edition.record import Record
from schemas.drawing.scene import Scene
from schemas.drawing.trend import Aim, Around, Band, Happening, Spot, counts, shown_events, trend
from schemas.shares import PERCENT_FROM, wilson
from schemas.wording import Wording

NOTICE_RATE = "K2"
"""The indicator that an audit measured in a sample."""
_TOLD, _SAMPLED = "hold_requests_sampled_person_notified", "hold_requests_sampled"


def happenings(record: Record) -> tuple[Happening, ...]:
    """The changes of law and policy, as charts number them."""
    return tuple(Happening(event["number"], date.fromisoformat(event["on"])) for event in record.events)


def _columns(formula: Mapping[str, Any] | None) -> set[str]:
    """The columns that a formula reads."""
    if formula is None:
        return set()
    named = {column for column, _weight in formula.get("terms", ())} | {formula.get("column", "")}
    return named | {condition["column"] for condition in formula.get("where", ())}


def revised_periods(record: Record, measure: Mapping[str, Any]) -> frozenset[str]:
    """The periods in which the log of corrections names a figure that an indicator is computed from."""
    columns = _columns(measure["numerator"]) | _columns(measure["denominator"])
    return frozenset(
        row["key"].partition("|")[0]
        for row in record.table("corrections")
        if row["dataset"] == measure["dataset"] and row["column"] in columns
    )


def spots(lines: Sequence[Reading], revised: frozenset[str], _: Wording) -> list[Spot]:
    """The points of a series."""
    return [
        Spot(line.period, line.value, line.mark, figure(line, _), line.numerator, line.denominator,
             line.period in revised)
        for line in lines
    ]  # fmt: skip


def few_cases(lines: Sequence[Reading]) -> bool:
    """Whether most denominators are too small for a percentage, so that counts are drawn instead."""
    sizes = [line.denominator for line in lines if line.denominator is not None]
    return bool(sizes) and sum(size < PERCENT_FROM for size in sizes) * 2 > len(sizes)


def baseline(record: Record, _: Wording) -> Band | None:
    """People told in the audit's sample, with Wilson's interval; None when the release does not hold the audit."""
    found = {row["metric"]: row["value"] for row in record.table("audit_baseline")}
    if not {_TOLD, _SAMPLED} <= found.keys():
        return None
    told, sampled = float(found[_TOLD]), float(found[_SAMPLED])
    low, high = wilson(told, sampled)
    words = _(
        "{audit}, a sample: {told} of {sampled} told; 95% interval {low} to {high}",
        audit=record.audit, told=_.number(told), sampled=_.number(sampled), low=_.percent(low), high=_.percent(high),
    )  # fmt: skip
    return Band(told / sampled, low, high, words)


def _subtitle(measure: Mapping[str, Any], agency: str, record: Record, few: tuple[bool, bool], _: Wording) -> str:
    is_share, as_counts = few
    whose = who(agency, record, _)
    if as_counts:
        return _("Outline: all cases; filled: those that {counted}. {who}", counted=measure["counted"], who=whose)
    if is_share:
        return _("Share of all cases, {who}", who=whose)
    return _("Number of {unit}, {who}", unit=measure["unit"], who=whose)


def picture(measure: Mapping[str, Any], record: Record, _: Wording, *, height: int = 210) -> Scene | None:
    """The chart of an indicator; None when it has no line."""
    lines = main_series(readings(record, measure["id"]))
    if not lines:
        return None
    target, is_share = measure["target"], measure["unit"] == "share"
    as_counts = few_cases(lines)
    has_band = measure["id"] == NOTICE_RATE and not as_counts
    around = Around(
        title=measure["title"], subtitle=_subtitle(measure, lines[0].agency, record, (is_share, as_counts), _),
        alt=_("Chart: {title}. {sentence}", title=measure["title"], sentence=sentence(lines, measure, _)),
        sample=record.mark([measure["dataset"]]), is_share=is_share, events=happenings(record), height=height,
        aim=Aim(float(target["value"]), target["direction"], target["words"]) if target else None,
        band=baseline(record, _) if has_band else None,
    )  # fmt: skip
    draw = counts if as_counts else trend
    return draw(spots(lines, revised_periods(record, measure), _), around, _)


def event_key(lines: Sequence[Reading], record: Record, _: Wording) -> list[str]:
    """The key to the numbered lines of a chart, one sentence for each."""
    shown = {one.number for one in shown_events(happenings(record), [line.period for line in lines])}
    said = []
    for event in record.events:
        if event["number"] in shown:
            day = _.day(date.fromisoformat(event["on"]))
            words = _("Line {number}: {day}. {says}", number=event["number"], day=day, says=event["says"])
            said.append(words if event["trust"] == "primary" else f"{words} {_('(to be confirmed)')}")
    return said
