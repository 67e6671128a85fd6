"""Downloads: every table of the release, its definitions, and the releases before it."""

import streamlit as st

from dashboard import data, markup, widgets
from dashboard.edition import Edition
from dashboard.wording import Wording, plain
from schemas.release import PACKET, DatasetEntry


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    st.html(widgets.opening("downloads", edition, edition.release.dataset_ids(), _))
    base = f"/catalogue/releases/{edition.id}"
    st.markdown(
        _("Addresses below name this release and never change. Those under [latest](/catalogue/latest/manifest.json) "
          "always give the newest.")
    )  # fmt: skip
    st.markdown(f"- [indicators.csv]({base}/tables/indicators.csv): {_('every indicator, period and agency')}")
    if edition.packet():
        st.markdown(f"- [{PACKET}]({edition.packet()}): {_('the packet for the council (PDF)')}")
    listed = "".join(_table(entry, edition, _) for entry in edition.release.manifest.datasets)
    st.html(f'<ul class="dl-measures">{listed}</ul>')
    st.header(_("Check it yourself"), anchor=False)
    st.markdown(_("[SHA256SUMS]({base}/SHA256SUMS) lists the fingerprint of every file. In a copy of the release:",
                  base=base))  # fmt: skip
    st.code("sha256sum -c SHA256SUMS", language="bash")
    _releases(_)
    county = edition.county
    st.header(_("Licence"), anchor=False)
    st.markdown(f"{_('Data')}: [{plain(county.data_licence)}]({county.data_licence_url})")


def _table(entry: DatasetEntry, edition: Edition, _: Wording) -> str:
    """One table: what it is called, whether its figures are real, how long it is, what a row is, and where it is."""
    base, definition = f"/catalogue/releases/{edition.id}", edition.definition(entry.id)
    origin = _("SAMPLE DATA") if entry.origin == "sample" else _("real records")
    rows = _.plural("{number} row", "{number} rows", entry.rows)
    return (
        f"<li><strong>{markup.text(definition['title'])}</strong> · {markup.text(origin)} · {markup.text(rows)}"
        f"<br>{markup.text(definition['summary'])} {markup.text(_('One row is'))} {markup.text(definition['one_row_is'])}."
        f"<br>{markup.link(f'{base}/tables/{entry.id}.csv', f'{entry.id}.csv')} · "
        f"{markup.link(f'{base}/definitions/{entry.id}.json', _('definitions'))}</li>"
    )


def _releases(_: Wording) -> None:
    st.header(_("Releases"), anchor=False)
    for entry in data.catalogue().index.releases:
        said = f"{plain(entry.id)} · {_('data to {period}', period=_.period(entry.data_to))}"
        if entry.state == "withdrawn":
            st.markdown(f"- ~~{said}~~ {_('withdrawn')}: {plain(entry.reason)}")
        else:
            st.markdown(f"- [{said}](/?release={entry.id})")
