"""Notice: whether people with a hold request were told, given a copy, and told what the county will do."""

from dashboard import widgets
from dashboard.edition import Edition
from dashboard.exhibits.kinds import empty
from dashboard.exhibits.protected import notice_by_facility, notice_by_reason
from dashboard.views.opening import indicators, opening
from dashboard.wording import Wording

_PROTECTED = (
    ("notice_compliance_by_facility", notice_by_facility),
    ("notice_compliance_by_reason", notice_by_reason),
)


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    choice = opening(edition, "notice", tuple(dataset for dataset, _drawn in _PROTECTED), _)
    indicators(edition, "notice", choice, _)
    for dataset, drawn in _PROTECTED:
        if not empty(edition, dataset):
            widgets.exhibit(edition, drawn(edition, _), _)
