"""Requests: how many, on what legal instrument, and how they were answered."""

from dashboard import widgets
from dashboard.edition import Edition
from dashboard.exhibits.kinds import codes_exhibit, columns_exhibit, empty
from dashboard.exhibits.measures import count_exhibit
from dashboard.views.opening import indicators, opening
from dashboard.wording import Wording

_TABLE = "ice_requests"
_ANSWERS = ("declined", "complied", "partly_complied", "withdrawn", "expired", "pending")


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    choice = opening(edition, "requests", (_TABLE,), _)
    indicators(edition, "requests", choice, _)
    if empty(edition, _TABLE):
        return
    widgets.exhibit(edition, count_exhibit(edition, _TABLE, "requests_received", choice, _), _)
    widgets.exhibit(edition, columns_exhibit(edition, _TABLE, _ANSWERS, _("How requests were answered"), _), _)
    instrument = ("instrument", "instrument", "requests_received")
    widgets.exhibit(
        edition, codes_exhibit(edition, _TABLE, instrument, _("What legal instrument came with them"), _), _
    )
    kind = ("request_type", "request_type", "requests_received")
    widgets.exhibit(edition, codes_exhibit(edition, _TABLE, kind, _("What was asked for"), _), _)
