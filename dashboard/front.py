"""What the overview says, gathered from a release: each measure's verdict and sentence, missing reports, due days."""

from dataclasses import dataclass
from datetime import date

from dashboard import points
from dashboard.edition import Citation, Edition, Measure
from dashboard.points import Reading
from dashboard.sentences import Verdict, headline, strongest, verdict
from dashboard.wording import Wording


@dataclass(frozen=True)
class Line:
    """One indicator on the overview."""

    measure: Measure
    reading: Reading | None
    verdict: Verdict
    sentence: str
    law: Citation


def lines(edition: Edition, page: str, _: Wording) -> tuple[Line, ...]:
    """The indicators of one page, for all agencies together."""
    found = []
    for measure in edition.measures_on(page):
        series = points.series(edition, measure)
        reading = points.latest(series)
        said = headline(series, measure, edition, _)
        found.append(Line(measure, reading, verdict(reading), said, strongest(measure, edition)))
    return tuple(found)


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
        f"{edition.label('agency', row['agency'])}: {_title(edition, row['dataset'])} ({labels[row['status']]})"
        for row in due.to_dict("records")
    )


def _title(edition: Edition, dataset: str) -> str:
    return edition.title_of(dataset) if edition.has(dataset) else dataset


def _quarter_of(month: str) -> str:
    year, _dash, part = month.partition("-")
    return f"{year}-Q{(int(part) + 2) // 3}" if part.isdigit() else month
