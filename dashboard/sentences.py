"""Figures as plain sentences, made from the release and never typed. Pure functions, so that each can be tested."""

from collections.abc import Sequence
from enum import StrEnum

import pandas as pd

from dashboard.edition import Citation, Edition, Measure
from dashboard.marks import Mark
from dashboard.points import PERCENT_FROM, Reading, last_known, latest
from dashboard.wording import N_, Wording


class Verdict(StrEnum):
    """Whether what is asked for was done."""

    MET = "met"
    NOT_MET = "not_met"
    NO_DATA = "no_data"
    NO_TARGET = "no_target"


VERDICTS = {
    Verdict.MET: N_("Met"), Verdict.NOT_MET: N_("Not met"), Verdict.NO_DATA: N_("No data"),
    Verdict.NO_TARGET: N_("No target"),
}  # fmt: skip
STRENGTH = (
    "code", "state_statute", "federal_regulation", "executive_order", "agency_commitment", "audit_recommendation",
    "context",
)  # fmt: skip
"""Who asks, strongest first: law before promises, promises before advice, advice before the wish to know."""
BASES = {
    "code": N_("County code"),
    "state_statute": N_("State law"),
    "federal_regulation": N_("Federal law or guidance"),
    "executive_order": N_("Executive order"),
    "agency_commitment": N_("Agency's commitment, not law"),
    "audit_recommendation": N_("Auditor's recommendation, not law"),
    "context": N_("Context, no duty"),
}
_ASKS = {
    "code": N_("The law asks for {goal}."),
    "state_statute": N_("The law asks for {goal}."),
    "federal_regulation": N_("Federal rules ask for {goal}."),
    "executive_order": N_("The executive order asks for {goal}."),
    "agency_commitment": N_("The agency promised {goal}."),
    "audit_recommendation": N_("The auditor asked for {goal}."),
    "context": N_("The aim is {goal}; no law asks for it."),
}
_ABSENT = {
    Mark.MISSING: N_("There is no figure for {period}: not everything that was due has been reported."),
    Mark.SUPPRESSED: N_("The figure for {period} is hidden to protect people."),
    Mark.NOT_APPLICABLE: N_("In {period} there was nothing to measure."),
}
_REMARKS = {
    Mark.LATE: N_("It was reported late."),
    Mark.PRELIMINARY: N_("It is preliminary and may change."),
}


def basis_name(basis: str) -> str:
    """What kind of duty a citation is, to be translated."""
    return BASES.get(basis, basis)


def verdict(reading: Reading | None) -> Verdict:
    """Met, not met, or why neither can be said."""
    if reading is None or not reading.mark.has_value:
        return Verdict.NO_DATA
    if reading.met == "yes":
        return Verdict.MET
    return Verdict.NOT_MET if reading.met == "no" else Verdict.NO_TARGET


def strongest(measure: Measure, edition: Edition) -> Citation:
    """The strongest of the citations behind an indicator."""
    cited = [edition.law[key] for key in measure.law]
    return min(cited, key=lambda law: STRENGTH.index(law.basis) if law.basis in STRENGTH else len(STRENGTH))


def asks(measure: Measure, basis: str, _: Wording) -> str:
    """What is asked for and by whom: "The law asks for all." Empty where there is no target."""
    return _(_ASKS.get(basis, _ASKS["context"]), goal=measure.goal.words) if measure.goal else ""


def one(counted: str) -> str:
    """The declared words for a count, put in the singular: "1 request was complied with …"."""
    noun, found, rest = counted.partition("s ")
    return f"{noun} {rest.replace('were ', 'was ', 1)}" if found else counted


def amount(reading: Reading, measure: Measure, _: Wording) -> str:
    """The figure with what it counts: "21 of 25 people …", "no requests …", "1 account …"."""
    number = reading.numerator if reading.numerator is not None else reading.value
    if number is None:
        return ""
    if measure.is_share and reading.denominator is not None:
        share = _(
            "{number} of {total} {counted}",
            number=_.number(number), total=_.number(reading.denominator), counted=measure.counted,
        )  # fmt: skip
        percent = share_in_percent(reading, _)
        return f"{share} ({percent})" if percent else share
    counted = one(measure.counted) if number == 1 else measure.counted
    return _("{number} {counted}", number=_("no") if number == 0 else _.number(number), counted=counted)


def share_in_percent(reading: Reading, _: Wording) -> str:
    """The percentage, but only over a denominator large enough to bear one."""
    if reading.value is None or reading.denominator is None or reading.denominator < PERCENT_FROM:
        return ""
    return _.percent(reading.value)


def statement(reading: Reading | None, measure: Measure, _: Wording) -> str:
    """What happened in the last period: "In September 2026, 21 of 25 people … were told of it (84%)."."""
    if reading is None:
        return _("This release has no figure for “{title}”.", title=measure.title)
    period = _.period(reading.period)
    if not reading.mark.has_value:
        return _(_ABSENT[reading.mark], period=period)
    said = _("In {period}, {amount}.", period=period, amount=amount(reading, measure, _))
    below_zero = reading.value is not None and reading.value < 0
    remarks = [_(_REMARKS[reading.mark])] if reading.mark in _REMARKS else []
    return " ".join([said, *([measure.caveat] if below_zero and measure.caveat else []), *remarks])


def headline(points: pd.DataFrame, measure: Measure, edition: Edition, _: Wording) -> str:
    """What a series says: its last figure, or why there is none and what the last one was; and what is asked for."""
    reading, known = latest(points), last_known(points)
    said = [statement(reading, measure, _)]
    if known is not None and reading != known:
        said.append(statement(known, measure, _))
    return " ".join(part for part in (*said, asks(measure, strongest(measure, edition).basis, _)) if part)


def short(reading: Reading, _: Wording) -> str:
    """A figure for a table: "21 of 25 (84%)", "0", or the sign of its absence."""
    if reading.value is None or not reading.mark.has_value:
        return ""
    if reading.denominator is None or reading.numerator is None:
        return _.number(reading.value)
    text = _("{number} of {total}", number=_.number(reading.numerator), total=_.number(reading.denominator))
    percent = share_in_percent(reading, _)
    return f"{text} ({percent})" if percent else text


def score(verdicts: Sequence[Verdict], _: Wording) -> str:
    """How many of the measures are met: the first sentence of the overview."""
    judged = [verdict for verdict in verdicts if verdict is not Verdict.NO_TARGET]
    met, unmet = judged.count(Verdict.MET), judged.count(Verdict.NOT_MET)
    said = _("{met} of {total} measures are met and {unmet} are not.", met=met, total=len(judged), unmet=unmet)
    unknown = judged.count(Verdict.NO_DATA)
    if not unknown:
        return said
    gap = _.plural("For {number} there is no data.", "For {number} there is no data.", unknown)
    return f"{said} {gap}"
