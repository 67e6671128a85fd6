"""The overview: one sentence and one mark for each measure, and who has not reported. No chart is loaded here."""

import streamlit as st

from dashboard import answers, front, gallery, markup, widgets
from dashboard.address import LANGUAGE, RELEASE, language, page_address
from dashboard.edition import Edition
from dashboard.exhibits.model import Choice
from dashboard.pages import HOME, PAGES
from dashboard.sentences import basis_name
from dashboard.wording import Wording


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    found = answers.answer(edition, HOME, Choice(), _)
    parts = [widgets.opening(HOME, edition, gallery.datasets_on(edition, HOME), _, found)]
    missing = front.missing_reports(edition, _)
    if missing:
        last = _.period(edition.release.manifest.data_to)
        parts += [
            markup.lines([f"<strong>{markup.text(_('Not reported in full for {period}:', period=last))}</strong>"]),
            markup.items([markup.text(item) for item in missing]),
        ]
    for page in PAGES:
        lines = front.lines(edition, page.code, _)
        if lines:
            rows = "".join(_line(line, _) for line in lines)
            values = {RELEASE: widgets.kept(RELEASE), LANGUAGE: language(_)}
            more = markup.link(page_address(page.code, values), _("Charts and tables: {title}", title=_(page.title)))
            parts += [markup.heading(_(page.title)), f'<ul class="dl-measures">{rows}</ul>', markup.lines([more])]
    if edition.packet():
        parts += [
            "<hr>",
            markup.lines([markup.link(edition.packet(), _("This record on paper: the council's packet (PDF)"))]),
        ]
    st.html("".join(parts))


def _line(line: front.Line, _: Wording) -> str:
    basis = f"{line.measure.id} · {_(basis_name(line.law.basis))}: {line.law.citation}"
    return (
        f"<li>{widgets.verdict_mark(line.verdict, _)}<strong>{markup.text(line.measure.title)}</strong>"
        f"<br>{markup.text(line.sentence)}{markup.lines([markup.text(basis)])}</li>"
    )
