"""Disclosures and review: the test of each request for information, its answer, and who reviewed it."""

from dashboard import widgets
from dashboard.edition import Edition
from dashboard.exhibits.kinds import codes_exhibit, columns_exhibit, empty
from dashboard.views.opening import indicators, opening
from dashboard.wording import Wording

_TABLE = "information_disclosures"
_STEPS = ("requests", "determination_made", "judicial_warrant_verified", "released", "refused",
          "released_without_warrant")  # fmt: skip


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    choice = opening(edition, "disclosures", (_TABLE,), _)
    indicators(edition, "disclosures", choice, _)
    if empty(edition, _TABLE):
        return
    widgets.exhibit(edition, columns_exhibit(edition, _TABLE, _STEPS, _("From request to answer"), _), _)
    kind = ("info_category", "info_category", "requests")
    widgets.exhibit(edition, codes_exhibit(edition, _TABLE, kind, _("What kind of information was asked for"), _), _)
