"""A page of the record: its answer first, then choices, then its exhibits, each with chart, table, source and law."""

import streamlit as st

from dashboard import answers, gallery, showing, widgets
from dashboard.address import CHART
from dashboard.edition import Edition
from dashboard.wording import Wording, plain


def render(page: str, edition: Edition, _: Wording) -> None:
    """Draw the page: the first chart live, the others when asked. `?chart=CODE` in the address shows that exhibit alone."""
    first = st.container()
    choice = widgets.choice(edition, page, _)
    answer = answers.answer(edition, page, choice, _)
    first.html(widgets.opening(page, edition, gallery.datasets_on(edition, page), _, answer))
    found = gallery.exhibits_on(edition, page, choice, _)
    alone = widgets.kept(CHART)
    chosen = [shown for shown in found if shown.code == alone]
    enliven = [showing.exhibit(edition, shown, choice, _) for shown in (chosen or found)[:1]]
    showing.exhibits_on_demand(edition, (chosen or found)[1:], choice, _)
    _absent(edition, page, {shown.code for shown in found}, _)
    for live in enliven:
        live()


def _absent(edition: Edition, page: str, shown: set[str], _: Wording) -> None:
    """The indicators that the chosen agency does not report."""
    for measure in edition.measures_on(page):
        if measure.id not in shown:
            widgets.small(_("{title}: this agency does not report it.", title=plain(measure.title)))
