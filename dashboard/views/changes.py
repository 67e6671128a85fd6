"""What changed: since last month, since the release before, and every revision with its reason."""

import streamlit as st

from dashboard import answers, data, front, markup, widgets
from dashboard.answers import Answer
from dashboard.edition import Edition
from dashboard.exhibits import changes as found
from dashboard.wording import Wording


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    revised, inner = found.revisions(edition, _), found.revisions(edition, _, inner=True)
    st.html(widgets.opening("changes", edition, edition.release.dataset_ids(), _, _answer(edition, len(revised), _)))
    st.header(_("Since last month"), anchor=False)
    st.html(markup.table(found.since_last_month(edition, _), _("Each measure in its last month and the month before")))
    st.header(_("Since the release before"), anchor=False)
    before = edition.release.manifest.previous
    earlier = data.earlier(edition.id, before.id if before else "")
    if earlier is None:
        st.markdown(_("This is the first release that is public here: there is nothing to compare it with."))
    else:
        st.html(markup.table(found.new_periods(edition, earlier, _), _("Periods that are new in this release")))
    if len(revised):
        st.html(markup.table(revised, _("Figures that differ from the release before")))
    elif before:
        st.markdown(_("No published figure was changed."))
    if len(inner):
        st.html(markup.folded(
            _("Changes in the tables about reporting itself"), markup.table(inner, _("Tables about reporting"))
        ))  # fmt: skip
    st.header(_("Every revision so far"), anchor=False)
    history = found.history(data.public_editions(), edition, _)
    if len(history):
        st.html(markup.table(history, _("Every figure that was ever changed, with the reason given")))
    else:
        st.markdown(_("None."))
    st.html(markup.lines([
        markup.link(f"/catalogue/releases/{edition.id}/revisions.csv", "revisions.csv"),
        markup.link(f"/catalogue/releases/{edition.id}/notes.md", _("The notes of this release")),
        markup.link("/catalogue/feed.atom", _("Be told of new releases (Atom feed)")),
    ]))  # fmt: skip


def _answer(edition: Edition, revised: int, _: Wording) -> Answer:
    came, ceased = front.turned(edition)
    month = _.period(edition.release.manifest.data_to)
    said = " ".join([
        _.plural("In {period}, {number} measure came to be met", "In {period}, {number} measures came to be met", came,
                 period=month)
        + _.plural(" and {number} ceased to be.", " and {number} ceased to be.", ceased),
        _.plural("{number} published figure was revised since the release before.",
                 "{number} published figures were revised since the release before.", revised),
    ])  # fmt: skip
    before = edition.release.manifest.previous
    return Answer(said, (
        (_("Compared with"), before.id if before else _("no earlier release")),
        (_("How sure"), _("every cell of both releases is compared; nothing is changed without being listed")),
        (_("Data"), answers.freshness(edition, _)),
    ))  # fmt: skip
