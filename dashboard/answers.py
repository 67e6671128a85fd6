"""What a page answers first: one sentence from the release, and what anyone would ask next about it.

Figure, target, trend, who asks for it, how sure it is, and how fresh. Nothing is typed: every number is the release's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from dashboard import front, sentences
from dashboard import points as p
from dashboard.change import change_of, usual_range
from dashboard.edition import Edition, Measure
from dashboard.exhibits import reported
from dashboard.exhibits.model import Choice
from dashboard.pages import HOME
from dashboard.sentences import Verdict
from dashboard.wording import N_, Wording
from schemas.marks import NAMES, Mark


@dataclass(frozen=True)
class Answer:
    """The first screen of a page. `facts` are names with what belongs to them; all of it is plain text."""

    sentence: str
    facts: tuple[tuple[str, str], ...]
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Count:
    """A page's leading figure where the release declares no indicator: columns of a table, and words for them."""

    dataset: str
    columns: tuple[str, ...]
    says: str
    stock: bool = False


COUNTS: Mapping[str, Count] = {
    "complaints": Count(
        "complaints", ("received", "closed", "substantiated"),
        N_("In {period}, {received} complaints arrived and {closed} were closed; {substantiated} were found to be right.")),
    "commitments": Count(
        "commitment_explanations", ("explanation_given_in_writing", "commitments"),
        N_("In {period}, the right not to disclose nationality was explained in writing at "
           "{explanation_given_in_writing} of {commitments} commitments.")),
    "inventory": Count(
        "personal_information_inventory", ("systems_catalogued", "systems_holding_personal_information"),
        N_("In {period}, {systems_catalogued} of {systems_holding_personal_information} systems that hold personal "
           "information were catalogued."), stock=True),
}  # fmt: skip


@lru_cache(maxsize=600)
def answer(edition: Edition, page: str, choice: Choice, _: Wording) -> Answer:
    """The answer of a page; without a sentence where the page's question is the reader's own."""
    if page == HOME:
        return _of_all(edition, _)
    if page == "reported":
        said = reported.sentence(reported.cells(edition, choice, _), _)
        return Answer(said, ((_("Data"), freshness(edition, _)),))
    measures = edition.measures_on(page)
    if measures:
        return _of_measure(edition, measures, choice, _)
    if page in COUNTS:
        return _of_count(edition, COUNTS[page], choice, _)
    return Answer("", ())


def freshness(edition: Edition, _: Wording) -> str:
    """How far the data reach, when they were published, and when the next are due."""
    manifest = edition.release.manifest
    period, due = front.next_due(manifest.data_to, edition.county.due_day)
    return _(
        "to {to}, published {published}; {period} is due on {due}", to=_.period(manifest.data_to),
        published=_.day(manifest.created_on), period=_.period(period), due=_.day(due),
    )  # fmt: skip


def _of_all(edition: Edition, _: Wording) -> Answer:
    found = front.summary(edition, _)
    return Answer(sentences.score(found.verdicts, _), (
        (_("Measured"), _("all agencies together, in the last month that is due")),
        (_("Target"), _("each measure's own: law, order, promise or advice, named beside it")),
        (_("Trend"), found.trend),
        (_("Who asks for it"), found.bases),
        (_("How sure"), found.certainty),
        (_("Data"), freshness(edition, _)),
    ))  # fmt: skip


def _of_measure(edition: Edition, measures: tuple[Measure, ...], choice: Choice, _: Wording) -> Answer:
    """The first measure that the chosen agency reports leads; the others are counted."""
    found = [(measure, p.series(edition, measure, choice.agency)) for measure in measures]
    reported = [(measure, series) for measure, series in found if not series.empty]
    measure, series = (reported or found)[0]
    reading = p.latest(series)
    law = sentences.strongest(measure, edition)
    facts = [
        (_("Figure"), _figure(reading, _)),
        (_("Target"), measure.goal.words if measure.goal else _("none is set")),
        (_("Trend"), _trend(edition, measure, series, _)),
        (_("Who asks for it"), f"{_(sentences.basis_name(law.basis))}: {law.citation}"),
        (_("How sure"), sentences.certainty(p.last_known(series), series, law.trust, _)),
        (_("Data"), freshness(edition, _)),
    ]
    if len(reported) > 1:
        verdicts = [sentences.verdict(p.latest(points)) for _measure, points in reported]
        facts.insert(1, (_("On this page"), sentences.score(verdicts, _)))
    return Answer(sentences.headline(series, measure, edition, _), tuple(facts), sentences.verdict(reading))


def _figure(reading: p.Reading | None, _: Wording) -> str:
    if reading is None:
        return _("none")
    said = sentences.short(reading, _)
    return said or _(NAMES[reading.mark])


def _trend(edition: Edition, measure: Measure, series: pd.DataFrame, _: Wording) -> str:
    limits = None if measure.is_share else usual_range(series)
    if limits:
        return sentences.usual(series, limits, _) or _("There is no figure for the last month.")
    if measure.adds == "peak":
        return _("Not judged: each month is the highest value in that month.")
    breaks = [event.on for event in edition.events]
    return sentences.trend_text(change_of(series, breaks, stock=measure.adds == "stock"), _)


def _of_count(edition: Edition, count: Count, choice: Choice, _: Wording) -> Answer:
    columns = {name: p.totals(edition, count.dataset, name, choice.agency) for name in count.columns}
    first = columns[count.columns[0]]
    if first.empty:
        return Answer(_("There is no report yet."), ((_("Data"), freshness(edition, _)),), Verdict.NO_DATA)
    last = p.latest(first)
    known = next((period for period in reversed(list(first["period"])) if _all_known(columns, period)), "")
    assert last is not None  # noqa: S101 - the frame is not empty
    said = [] if last.period == known else [sentences.absent(last, _)]
    if known:
        values = {name: _.number(_value(points, known)) for name, points in columns.items()}
        said.append(_(count.says, period=_.period(known), **values))
    facts = [
        (_("Figure"), said[-1]),
        (_("Target"), _("none is set")),
        (_("Trend"), _count_trend(edition, columns, _, stock=count.stock)),
        (_("Who asks for it"), _asked(edition, count.dataset, _)),
        (_("How sure"), sentences.certainty(last, first, "primary", _)),
        (_("Data"), freshness(edition, _)),
    ]  # fmt: skip
    return Answer(" ".join(said), tuple(facts[1:]), Verdict.NO_TARGET)


def _count_trend(edition: Edition, columns: Mapping[str, pd.DataFrame], _: Wording, *, stock: bool) -> str:
    """Of a pair the share, of a single count the count."""
    first, *others = columns.values()
    if len(others) == 1:
        first = first.assign(denominator=others[0]["value"].to_numpy())
    return sentences.trend_text(change_of(first, [event.on for event in edition.events], stock=stock), _)


def _all_known(columns: Mapping[str, pd.DataFrame], period: str) -> bool:
    return all(
        Mark(points.loc[points["period"] == period, "mark"].iloc[0]).has_value for points in columns.values()
    )  # fmt: skip


def _value(points: pd.DataFrame, period: str) -> float:
    return float(points.loc[points["period"] == period, "value"].iloc[0])


def _asked(edition: Edition, dataset: str, _: Wording) -> str:
    keys = edition.definition(dataset)["law"]
    cited = [edition.law[key] for key in keys if key in edition.law]
    return "; ".join(f"{_(sentences.basis_name(law.basis))}: {law.citation}" for law in cited)
