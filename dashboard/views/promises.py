"""Promises: each recommendation and commitment, on whose word it stands, and the figure that proves it."""

from functools import partial

import streamlit as st

from dashboard import answers, markup, showing, widgets
from dashboard.answers import Answer
from dashboard.edition import ALL_AGENCIES, Edition
from dashboard.exhibits import promises as made
from dashboard.wording import Wording


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    first = st.container()
    table = edition.table(made.TABLE)
    codes = [code for code in edition.labels("agency") if not table.empty and code in set(table["agency"])]
    agency = widgets.choose("agency", _("Agency"), (ALL_AGENCIES, *codes), partial(widgets.agency_name, edition, _))
    found = made.recommendations(edition, agency, _)
    first.html(widgets.opening("promises", edition, (made.TABLE,), _, _answer(edition, found, _)))
    st.header(_("The recommendations of the {audit}", audit=edition.audit), anchor=False)
    st.html(
        markup.table(made.recommendation_table(edition, found, _), _("Recommendations, who answers for them, and proof"))
        + markup.lines([
            markup.text(_("“Done” is what the agency reports unless the auditor verified it. A figure can show otherwise.")),
            *(markup.text(caveat) for caveat in edition.definition(made.TABLE)["caveats"]),
            showing.source(edition, made.TABLE, (made.TABLE,), _),
            showing.law(edition, tuple(edition.definition(made.TABLE)["law"]), _),
        ])
    )  # fmt: skip
    st.header(_("What agencies promised in public"), anchor=False)
    st.html(
        markup.table(made.commitment_table(edition, _), _("Commitments and the figures that show whether they are kept"))
        + markup.lines([
            markup.text(_("A promise is not law. Nobody verifies it but these figures, which the agencies report.")),
            showing.source(edition, "indicators", ("indicators",), _),
        ])
    )  # fmt: skip


def _answer(edition: Edition, found: tuple[made.Promise, ...], _: Wording) -> Answer:
    waiting = [one.days_open for one in found if one.days_open is not None]
    longest = (
        _.plural("{number} day since it was asked for", "{number} days since it was asked for", max(waiting))
        if waiting else _("none is open")
    )  # fmt: skip
    return Answer(made.tally(found, _), (
        (_("Open longest"), longest),
        (_("Target"), _("all done and verified")),
        (_("Who asks for it"), _("the auditor's advice and the agencies' own promises: neither is law")),
        (_("How sure"), _("self-reported unless it says verified by the auditor")),
        (_("Data"), answers.freshness(edition, _)),
    ))  # fmt: skip
