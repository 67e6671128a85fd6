"""How every page of the record begins: title, mark of sample data, choices, and its indicators."""

from dashboard import widgets
from dashboard.edition import Edition
from dashboard.exhibits.measures import measure_exhibit
from dashboard.exhibits.model import Choice
from dashboard.wording import Wording


def opening(edition: Edition, page: str, others: tuple[str, ...], _: Wording) -> Choice:
    """Title, question, sample mark and choices. `others` are tables drawn besides those of the indicators."""
    measures = edition.measures_on(page)
    widgets.heading(page, _)
    widgets.sample_banner(edition, [*(measure.dataset for measure in measures), *others], _)
    return widgets.choice(edition, measures, _)


def indicators(edition: Edition, page: str, choice: Choice, _: Wording) -> None:
    """Every indicator of a page, in the order of the release."""
    for measure in edition.measures_on(page):
        shown = measure_exhibit(edition, measure, choice, _)
        if shown.table.empty:
            widgets.not_reported(measure.title, _)
        else:
            widgets.exhibit(edition, shown, _)
