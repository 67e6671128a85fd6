"""Figures as plain sentences, made from the release and never typed. Pure functions, so that each can be tested."""

from collections.abc import Sequence
from enum import StrEnum

import pandas as pd

from dashboard.change import Change, Direction, Stretch, signal
from dashboard.edition import Citation, Edition, Measure
from dashboard.points import Reading, last_known, latest
from dashboard.wording import N_, Wording
from schemas.marks import Mark
from schemas.process import Limits
from schemas.shares import PERCENT_FROM


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
    Mark.INCOMPLETE: N_("Incomplete: at least one agency has not reported."),
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


def rank(basis: str) -> int:
    """The place of a kind of duty, the strongest first."""
    return STRENGTH.index(basis) if basis in STRENGTH else len(STRENGTH)


def strongest(measure: Measure, edition: Edition) -> Citation:
    """The strongest of the citations behind an indicator."""
    cited = [edition.law[key] for key in measure.law]
    return min(cited, key=lambda law: rank(law.basis))


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


def sample_note(_: Wording) -> str:
    """What is said of figures that no agency reported, before the first of them."""
    return _("made up to show how the record works; no agency reported it. Charts and tables with real figures say so.")


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


_USUAL = {
    Direction.STEADY: N_("No clear change: within the usual range of {low} to {high}."),
    Direction.UP: N_("Higher than usual: the usual range is {low} to {high}."),
    Direction.DOWN: N_("Lower than usual: the usual range is {low} to {high}."),
}


def usual(points: pd.DataFrame, limits: Limits | None, _: Wording) -> str:
    """Where the last month of a count stands in its usual range; empty where it has none."""
    if limits is None or points.empty or pd.isna(points["value"].iloc[-1]):
        return ""
    low, high = (_.number(round(value)) for value in (limits.low, limits.high))
    return _(_USUAL[signal(points, limits)], low=low, high=high)


_CHANGED = {
    Direction.STEADY: N_("No clear change: {now}; before, {before}."),
    Direction.UP: N_("Up: {now}; before, {before}."),
    Direction.DOWN: N_("Down: {now}; before, {before}."),
    Direction.UNKNOWN: N_("Too few cases to compare: {now}; before, {before}."),
}


def trend_text(change: Change, _: Wording) -> str:
    """What became of a figure, with both stretches of time: never across a change of law."""
    if change.before is None or change.now is None:
        return _("Too few months since the last change of law or policy to compare.")
    return _(_CHANGED[change.direction], now=_stretch(change.now, _), before=_stretch(change.before, _))


def _stretch(stretch: Stretch, _: Wording) -> str:
    if stretch.first == stretch.last:
        span = _.period(stretch.first)
    else:
        span = _("{first} to {last}", first=_.period(stretch.first), last=_.period(stretch.last))
    if stretch.denominator is None:
        return _("{number} in {span}", number=_.number(stretch.numerator), span=span)
    return _("{number} of {total} in {span}", number=_.number(stretch.numerator),
             total=_.number(stretch.denominator), span=span)  # fmt: skip


def absent(reading: Reading, _: Wording) -> str:
    """Why there is no figure for a period."""
    return _(_ABSENT.get(reading.mark, _ABSENT[Mark.MISSING]), period=_.period(reading.period))


def certainty(reading: Reading | None, points: pd.DataFrame, trust: str, _: Wording) -> str:
    """How sure a figure is: counted or drawn, final or not, large enough for a percentage, the law read or not."""
    if reading is None:
        return _("No figure has been reported, so nothing can be said.")
    said = [_interval(reading, points, _)]
    if reading.mark in _REMARKS:
        said.append(_(_REMARKS[reading.mark]))
    if reading.denominator is not None and reading.denominator < PERCENT_FROM:
        said.append(_("Fewer than {number} cases: counts, no percentage.", number=PERCENT_FROM))
    if trust != "primary":
        said.append(_("The wording of the source is to be confirmed."))
    return " ".join(said)


def _interval(reading: Reading, points: pd.DataFrame, _: Wording) -> str:
    row = points[points["period"] == reading.period]
    if "low" in points and row["low"].notna().any():
        return _("From a sample: between {low} and {high} (95% interval).", low=_.percent(float(row["low"].iloc[0])),
                 high=_.percent(float(row["high"].iloc[0])))  # fmt: skip
    return _("A full count: no sampling error.")
