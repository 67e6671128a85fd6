"""The overview: one sentence and one mark for each measure, and who has not reported. No chart is loaded here."""

import streamlit as st

from dashboard import front, widgets
from dashboard.edition import Edition
from dashboard.pages import HOME, PAGES
from dashboard.sentences import basis_name, score
from dashboard.wording import Wording, plain


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    widgets.heading(HOME, _)
    widgets.sample_banner(edition, [measure.dataset for measure in edition.measures], _)
    groups = {page: front.lines(edition, page.code, _) for page in PAGES}
    st.header(score([line.verdict for lines in groups.values() for line in lines], _), anchor=False)
    _state(edition, _)
    for page, lines in groups.items():
        if lines:
            st.header(_(page.title), anchor=False)
            with st.container(border=True):
                for line in lines:
                    _line(line, _)


def _state(edition: Edition, _: Wording) -> None:
    manifest = edition.release.manifest
    period, due = front.next_due(manifest.data_to, edition.county.due_day)
    st.markdown(
        _("Figures are for all agencies together, to **{to}**. Published {published}. The reports for {period} are due "
          "on {due}.", to=plain(_.period(manifest.data_to)), published=_.day(manifest.created_on),
          period=_.period(period), due=_.day(due))
    )  # fmt: skip
    missing = front.missing_reports(edition, _)
    if missing:
        with st.container(border=True):
            st.markdown(
                f":material/mail: **{_('Not reported in full for {period}', period=_.period(manifest.data_to))}**"
            )
            widgets.bullets(missing)


def _line(line: front.Line, _: Wording) -> None:
    mark, words = st.columns([1, 5], vertical_alignment="top")
    with mark:
        widgets.verdict_badge(line.verdict, _)
    with words:
        st.markdown(f"**{plain(line.measure.title)}**  \n{plain(line.sentence)}")
        basis = _(basis_name(line.law.basis))
        widgets.small(f"{line.measure.id} · {basis}: {plain(line.law.citation)}")
