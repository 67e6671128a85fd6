"""ICE's own count: what federal records say, beside the county's."""

import streamlit as st

from dashboard import widgets
from dashboard.edition import Edition
from dashboard.exhibits.federal import arrests, declined_history, side_by_side
from dashboard.exhibits.kinds import empty
from dashboard.views.opening import indicators, opening
from dashboard.wording import Wording

_DRAWN = (
    ("federal_detainers_declined", declined_history),
    ("federal_arrests", arrests),
)


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    choice = opening(edition, "federal", ("federal_counts",), _)
    indicators(edition, "federal", choice, _)
    if not empty(edition, "federal_counts"):
        widgets.exhibit(edition, side_by_side(edition, choice, _), _)
    st.header(_("From federal records: real figures, for context"), anchor=False)
    st.markdown(_("No duty of the county is measured here. The figures are those of public sources, unchanged."))
    for dataset, drawn in _DRAWN:
        if not empty(edition, dataset):
            widgets.exhibit(edition, drawn(edition, _), _)
