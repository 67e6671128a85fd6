"""Figures of indicators in words: one line of `tables/indicators.csv`, or the reason why it has no figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from etl.edition.record import ALL_AGENCIES, Record
from schemas.marks import NAMES, Mark, mark_of
from schemas.shares import PERCENT_FROM
from schemas.wording import N_, Wording

_VERDICTS = {"yes": N_("✔ Met"), "no": N_("✘ Not met")}
_NO_DATA, _NO_TARGET = N_("– No data"), N_("– No target")
_REMARKS = {
    Mark.LATE: N_("Reported late."),
    Mark.PRELIMINARY: N_("Preliminary, may change."),
    Mark.INCOMPLETE: N_("Incomplete: at least one agency has not reported."),
}
_ASKS = {
    "code": N_("The law asks for {words}."), "state_statute": N_("The law asks for {words}."),
    "federal_regulation": N_("Federal rules ask for {words}."),
    "executive_order": N_("The executive order asks for {words}."),
    "agency_commitment": N_("The agency promised {words}."),
    "audit_recommendation": N_("The auditor asked for {words}."),
    "context": N_("The aim is {words}; no law asks for it."),
}  # fmt: skip
BASES = {
    "code": N_("County code"), "state_statute": N_("State law"),
    "federal_regulation": N_("Federal law or guidance"), "executive_order": N_("Executive order"),
    "agency_commitment": N_("Agency's commitment, not law"),
    "audit_recommendation": N_("Auditor's recommendation, not law"), "context": N_("Context, no duty"),
}  # fmt: skip


@dataclass(frozen=True)
class Reading:
    """One line of an indicator: its figures as numbers, its mark, and whether the target was met (yes, no, empty)."""

    period: str
    agency: str
    numerator: float | None
    denominator: float | None
    value: float | None
    met: str
    mark: Mark


def _number(text: str) -> float | None:
    return float(text) if text else None


def reading(line: Mapping[str, str]) -> Reading:
    """A line of the indicator table. An unknown status or verdict is an error, never a silent guess."""
    if line["met"] and line["met"] not in _VERDICTS:
        raise ValueError(f"{line['indicator']} {line['period']}: “{line['met']}” is no verdict.")
    value = _number(line["value"])
    return Reading(
        line["period"], line["agency"], _number(line["numerator"]), _number(line["denominator"]), value, line["met"],
        mark_of(line["status"], line["reporting"], value),
    )  # fmt: skip


def readings(record: Record, indicator: str) -> list[Reading]:
    """Every line of an indicator, oldest first."""
    return [reading(line) for line in record.indicators.get(indicator, ())]


def agencies(lines: Sequence[Reading]) -> list[str]:
    """The agencies an indicator has lines of: all together first, where there is such a line."""
    return sorted({line.agency for line in lines}, key=lambda agency: (agency != ALL_AGENCIES, agency))


def series(lines: Sequence[Reading], agency: str) -> list[Reading]:
    """The lines of one agency; where an indicator is published by month and by quarter, the months."""
    own = [line for line in lines if line.agency == agency]
    by_month = [line for line in own if "Q" not in line.period]
    return by_month or own


def main_series(lines: Sequence[Reading]) -> list[Reading]:
    """The series that stands for an indicator: all agencies together, else the first agency."""
    return series(lines, agencies(lines)[0]) if lines else []


def figure(line: Reading, _: Wording) -> str:
    """The figure of a line: a count, a count out of another with a percentage where it bears one, or why not."""
    if line.value is None:
        return _(NAMES[line.mark])
    if line.denominator is None or line.numerator is None:
        return _.number(line.value)
    said = _("{number} of {total}", number=_.number(line.numerator), total=_.number(line.denominator))
    return f"{said} ({_.percent(line.value)})" if line.denominator >= PERCENT_FROM else said


def verdict(line: Reading | None, _: Wording) -> str:
    """Met, not met, or why neither can be said."""
    if line is None or line.value is None:
        return _(_NO_DATA)
    return _(_VERDICTS[line.met]) if line.met else _(_NO_TARGET)


def asked(measure: Mapping[str, Any], record: Record, _: Wording) -> str:
    """What is asked for and by whom: The law asks for all. Empty where there is no target."""
    if not measure["target"]:
        return ""
    basis = record.law[measure["law"][0]]["basis"]
    return _(_ASKS.get(basis, _ASKS["context"]), words=measure["target"]["words"])


def who(agency: str, record: Record, _: Wording) -> str:
    """The agency's name, or all of them together."""
    return _("all agencies together") if agency == ALL_AGENCIES else record.agency(agency)


def sentence(lines: Sequence[Reading], measure: Mapping[str, Any], _: Wording) -> str:
    """What a series says last: In September 2026, 21 of 25 (84%) people … were told of it; or why it says nothing."""
    if not lines:
        return _("No period was reported.")
    last = lines[-1]
    period = _.period(last.period)
    if last.value is None:
        said = _("{period}: {absent}.", period=f"{period[0].upper()}{period[1:]}", absent=figure(last, _))
        known = next((line for line in reversed(lines) if line.value is not None), None)
        if known is None:
            return said
        before = _("Last figure: {figure}, {period}.", figure=figure(known, _), period=_.period(known.period))
        return f"{said} {before}"
    said = _("In {period}, {figure} {counted}.", period=period, figure=figure(last, _), counted=measure["counted"])
    return f"{said} {_(_REMARKS[last.mark])}" if last.mark in _REMARKS else said


def score(record: Record, _: Wording) -> str:
    """How many indicators met what is asked for in their newest period: the first sentence of the record."""
    newest = [(one, main_series(readings(record, one["id"]))) for one in record.measures if one["target"]]
    met = sum(bool(lines) and lines[-1].value is not None and lines[-1].met == "yes" for _one, lines in newest)
    unmet = sum(bool(lines) and lines[-1].value is not None and lines[-1].met == "no" for _one, lines in newest)
    said = _(
        "{met} of {total} indicators met what is asked for in their newest period, {unmet} did not.",
        met=met, total=len(newest), unmet=unmet,
    )  # fmt: skip
    unknown = len(newest) - met - unmet
    if not unknown:
        return said
    gap = _.plural("For {number} there is no figure.", "For {number} there is no figure.", unknown)
    return f"{said} {gap}"
