"""What the overview says, gathered from a release: each measure's verdict and sentence, missing reports, due days."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dashboard import points
from dashboard.edition import Citation, Edition, Measure
from dashboard.pages import PAGES
from dashboard.points import Reading
from dashboard.sentences import Verdict, basis_name, headline, rank, strongest, verdict
from dashboard.wording import Wording
from schemas.marks import Mark


@dataclass(frozen=True)
class Line:
    """One indicator on the overview."""

    measure: Measure
    reading: Reading | None
    verdict: Verdict
    sentence: str
    law: Citation


@lru_cache(maxsize=200)
def lines(edition: Edition, page: str, _: Wording) -> tuple[Line, ...]:
    """The indicators of one page, for all agencies together."""
    found = []
    for measure in edition.measures_on(page):
        series = points.series(edition, measure)
        reading = points.latest(series)
        said = headline(series, measure, edition, _)
        found.append(Line(measure, reading, verdict(reading), said, strongest(measure, edition)))
    return tuple(found)


@dataclass(frozen=True)
class Summary:
    """All measures together: their verdicts, what turned since the month before, who asks, how sure it is."""

    verdicts: tuple[Verdict, ...]
    trend: str
    bases: str
    certainty: str


@lru_cache(maxsize=20)
def summary(edition: Edition, _: Wording) -> Summary:
    """What the overview says of all measures."""
    found = [line for page in PAGES for line in lines(edition, page.code, _)]
    came, ceased = turned(edition)
    kinds = [line.law.basis for line in found]
    bases = [f"{_(basis_name(basis))} ({kinds.count(basis)})" for basis in dict.fromkeys(sorted(kinds, key=rank))]
    early = sum(line.reading is not None and line.reading.mark is Mark.PRELIMINARY for line in found)
    sure = _("full counts by the agencies; each figure says when it is a sample")
    return Summary(
        tuple(line.verdict for line in found),
        _("since the month before, {came} came to be met and {ceased} ceased to be", came=came, ceased=ceased),
        ", ".join(bases),
        f"{sure}; {_.plural('{number} is preliminary', '{number} are preliminary', early)}" if early else sure,
    )  # fmt: skip


def turned(edition: Edition) -> tuple[int, int]:
    """How many measures came to be met, and how many ceased to be, from the month before to the last."""
    came = ceased = 0
    for measure in edition.measures:
        series = points.series(edition, measure)
        readings = [points.latest(series.iloc[:-1]), points.latest(series)] if len(series) > 1 else []
        verdicts = [verdict(reading) for reading in readings]
        came += verdicts == [Verdict.NOT_MET, Verdict.MET]
        ceased += verdicts == [Verdict.MET, Verdict.NOT_MET]
    return came, ceased


def next_due(data_to: str, due_day: int) -> tuple[str, date]:
    """The next month to be reported and the day on which its reports are due."""
    year, month = (int(part) for part in data_to.split("-"))
    coming = _after(year, month)
    due = _after(*coming)
    return f"{coming[0]}-{coming[1]:02d}", date(due[0], due[1], due_day)


def _after(year: int, month: int) -> tuple[int, int]:
    return (year + 1, 1) if month == 12 else (year, month + 1)


def missing_reports(edition: Edition, _: Wording) -> tuple[str, ...]:
    """Who has not reported for the last month, in words: "Sheriff's Office: Training (missing)"."""
    ledger = edition.table("submission_ledger")
    if ledger.empty:
        return ()
    last = edition.release.manifest.data_to
    due = ledger[ledger["period"].isin([last, _quarter_of(last)]) & ledger["status"].isin(["missing", "preliminary"])]
    labels = edition.labels("ledger_status")
    return tuple(
        f"{edition.label('agency', row['agency'])}: {edition.name_of(row['dataset'])} ({labels[row['status']]})"
        for row in due.to_dict("records")
    )


def _quarter_of(month: str) -> str:
    year, _dash, part = month.partition("-")
    return f"{year}-Q{(int(part) + 2) // 3}" if part.isdigit() else month
