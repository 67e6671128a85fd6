"""Training and promises: who is trained, and what became of each recommendation of an audit."""

import streamlit as st

from dashboard import widgets
from dashboard.edition import Edition
from dashboard.exhibits.promises import recommendations
from dashboard.views.opening import indicators, opening
from dashboard.wording import Wording

_TABLE = "audit_recommendations"


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    choice = opening(edition, "training", (_TABLE,), _)
    indicators(edition, "training", choice, _)
    found = recommendations(edition, choice, _)
    if found.table.empty:
        return
    st.header(_("The recommendations of the {audit}", audit=edition.audit or _("audit")), anchor=False)
    st.markdown(found.sentence)
    st.markdown(widgets.markdown_table(found.table))
    widgets.source_line(edition, _TABLE, (_TABLE,), _)
    widgets.law_line(edition, tuple(edition.definition(_TABLE)["law"]), _)
