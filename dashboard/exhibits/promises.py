"""Each recommendation and commitment: what it asks, who answers for it, how far it is, and which figure proves it.

What the agency reports is told apart from what the auditor verified, and neither from what the figures show.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from dashboard import points as p
from dashboard import sentences
from dashboard.edition import ALL_AGENCIES, Edition, Measure
from dashboard.exhibits.model import day_or_blank
from dashboard.wording import N_, Wording
from schemas.foreign import english

TABLE = "audit_recommendations"
COMMITMENT = "agency_commitment"
_DONE, _AUDITOR = "done", "auditor"
_SAID = {
    sentences.Verdict.MET: N_("met"), sentences.Verdict.NOT_MET: N_("not met"),
    sentences.Verdict.NO_DATA: N_("no figure"), sentences.Verdict.NO_TARGET: N_("no target"),
}  # fmt: skip


@dataclass(frozen=True)
class Promise:
    """One promise at one agency. `days_open` counts from the report that asks for it; None once it is done."""

    text: str
    agency: str
    owner: str
    status: str
    status_on: str
    verified: bool
    evidence: str
    days_open: int | None

    @property
    def done(self) -> bool:
        """Whether somebody says it is done."""
        return self.status == _DONE


def recommendations(edition: Edition, agency: str, _: Wording) -> tuple[Promise, ...]:
    """Each recommendation at each agency on the last day of the last month."""
    table = edition.table(TABLE)
    if table.empty:
        return ()
    rows = table[table["period"] == table["period"].max()]
    rows = rows if agency == ALL_AGENCIES else rows[rows["agency"] == agency]
    return tuple(_promise(edition, row, _) for row in rows.to_dict("records"))


def _promise(edition: Edition, row: Mapping[Hashable, Any], _: Wording) -> Promise:
    done = row["status"] == _DONE
    asked = asked_on(edition, str(row["source_report"]))
    until = last_day(str(row["period"]))
    return Promise(
        text=str(row["short_text"]), agency=str(row["agency"]), owner=str(row["owner"]), status=str(row["status"]),
        status_on=str(row["status_on"]), verified=row["verified_by"] == _AUDITOR,
        evidence="; ".join(evidence(edition, name, str(row["agency"]), _)
                           for name in str(row["evidence_metric"]).split("; ") if name),
        days_open=None if done or asked is None else (until - asked).days,
    )  # fmt: skip


def asked_on(edition: Edition, report: str) -> date | None:
    """The day of the report that asks, as the release's list of events has it; None when it is not there."""
    title = report.rsplit(",", 1)[0].strip()
    return next((event.on for event in edition.events if title and title in event.says), None)


def last_day(period: str) -> date:
    """The last day of a month."""
    year, month = int(period[:4]), int(period[5:7])
    return date(year + month // 12, month % 12 + 1, 1) - pd.Timedelta(days=1).to_pytimedelta()


def evidence(edition: Edition, name: str, agency: str, _: Wording) -> str:
    """The figure that proves a promise, and what it shows: "K6 Account reviews done on time: 2 of 2, met"."""
    measure = edition.measure(name)
    if measure is None:
        return edition.title_of(name) if edition.has(name) else name
    return f"{measure.id} {measure.title}: {_shown(edition, measure, agency, _)}"


def _shown(edition: Edition, measure: Measure, agency: str, _: Wording) -> str:
    reading = p.latest(p.series(edition, measure, agency))
    if reading is None:
        return _("this agency does not report it")
    figure = sentences.short(reading, _)
    said = _(_SAID[sentences.verdict(reading)])
    return ", ".join(part for part in (figure, said) if part)


def recommendation_table(edition: Edition, found: tuple[Promise, ...], _: Wording) -> pd.DataFrame:
    """The recommendations in words."""
    rows = [
        (english(one.text, _), f"{edition.label('agency', one.agency)}: {english(one.owner, _)}",
         _status(edition, one, _), _word(one, _),
         one.evidence or _("none named"), _.number(one.days_open) if one.days_open is not None else "–")
        for one in found
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[
        _("Recommendation"), _("Who"), _("Status"), _("On whose word"), _("The figure that proves it"), _("Days open"),
    ])  # fmt: skip


def _status(edition: Edition, one: Promise, _: Wording) -> str:
    since = day_or_blank(one.status_on, _)
    said = edition.label("rec_status", one.status)
    return f"{said}, {_('since {day}', day=since)}" if since else said


def _word(one: Promise, _: Wording) -> str:
    return _("verified by the auditor") if one.verified else _("self-reported, not verified")


def commitment_table(edition: Edition, _: Wording) -> pd.DataFrame:
    """What agencies promised in public, law apart: the figure that shows whether the promise is kept."""
    rows = []
    for key, law in edition.law.items():
        if law.basis != COMMITMENT:
            continue
        for measure in edition.measures:
            if key in measure.law:
                shown = _shown(edition, measure, ALL_AGENCIES, _)
                by_agency = [
                    f"{edition.label('agency', code)}: {_shown(edition, measure, code, _)}"
                    for code in p.agencies(edition, [measure]) if code != ALL_AGENCIES
                ]  # fmt: skip
                shown = shown if len(by_agency) < 2 else "; ".join(by_agency)
                rows.append((law.says, law.citation, f"{measure.id} {measure.title}", shown))
    return pd.DataFrame(rows, columns=[_("Commitment"), _("Where it was made"), _("The figure that proves it"),
                                       _("What it shows")])  # fmt: skip


def tally(found: tuple[Promise, ...], _: Wording) -> str:
    """How many are done, and on whose word: the first sentence of the page."""
    if not found:
        return _("No recommendation is reported here.")
    done = [one for one in found if one.done]
    verified = sum(one.verified for one in done)
    return _(
        "Of {total} recommendations, {verified} are done and verified by the auditor; {reported} more are done by the "
        "agencies' own word; {open} are not done.",
        total=len(found), verified=verified, reported=len(done) - verified, open=len(found) - len(done),
    )  # fmt: skip
