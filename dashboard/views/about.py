"""About and method: what this is, how to read it, the law behind it, how people are protected, what changed."""

import streamlit as st

from dashboard import markup, widgets
from dashboard.edition import Edition
from dashboard.exhibits import reported
from dashboard.exhibits.model import Choice, described
from dashboard.sentences import basis_name
from dashboard.wording import Wording, plain
from schemas.marks import NAMES, SIGNS, Mark


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    st.html(widgets.opening("about", edition, edition.release.dataset_ids(), _))
    st.markdown(
        _("Daylight is a public record of what immigration authorities ask of the county and of how the county answers. "
          "Agencies report each month; every report is checked, protected, signed off and published as a release that "
          "nobody can change afterwards.")
    )  # fmt: skip
    st.header(_("How to read the figures"), anchor=False)
    widgets.bullets([f"{SIGNS[mark]} {_(NAMES[mark])}" for mark in Mark])
    widgets.bullets([
        _("Every rate is given with its numerator and denominator; a percentage only from 20 cases on."),
        _("Zero means counted and none. A missing figure is never shown as zero, and no line is drawn through it."),
        _("Numbered lines on charts are changes of law or policy:"),
        *(described(event, _) for event in edition.events),
    ])  # fmt: skip
    st.header(_("How this release was checked"), anchor=False)
    manifest = edition.release.manifest
    widgets.bullets([
        _("{number} files were compared with their fingerprints when this release was opened.",
          number=_.number(len(manifest.files))),
        reported.sentence(reported.cells(edition, Choice(), _), _),
        *(f"{edition.name_of(one.dataset)}, {_.period(one.period)}: {one.reason}" for one in manifest.reasons),
    ])  # fmt: skip
    st.header(_("How people are protected"), anchor=False)
    for dataset in edition.release.dataset_ids():
        definition = edition.definition(dataset)
        if definition["disclosure"]["kind"] == "person":
            st.markdown(f"**{plain(definition['title'])}**: {plain(definition['disclosure']['reason'])}")
    st.header(_("Law, promises and sources"), anchor=False)
    st.html(markup.items([
        f"<strong>{markup.text(law.citation)}</strong> ({markup.text(_(basis_name(law.basis)))}): {markup.text(law.says)}"
        for law in edition.law.values()
    ]))  # fmt: skip
    st.header(_("What changed in this release"), anchor=False)
    st.html(markup.document(edition.notes))
    county = edition.county
    st.header(_("Contact"), anchor=False)
    st.markdown(f"{plain(county.publisher)}: {plain(county.contact_name)}, {plain(county.contact_email)}")
