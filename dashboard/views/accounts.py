"""Accounts and access: monthly reviews of accounts, accounts of immigration agencies, and their log-ins."""

from dashboard import widgets
from dashboard.edition import Edition
from dashboard.exhibits.kinds import empty
from dashboard.exhibits.measures import count_exhibit
from dashboard.exhibits.reviews import review_calendar
from dashboard.views.opening import indicators, opening
from dashboard.wording import Wording


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    choice = opening(edition, "accounts", ("account_reviews", "database_access"), _)
    if not empty(edition, "account_reviews"):
        widgets.exhibit(edition, review_calendar(edition, choice, _), _)
    indicators(edition, "accounts", choice, _)
    if not empty(edition, "database_access"):
        widgets.exhibit(edition, count_exhibit(edition, "database_access", "logins", choice, _), _)
