"""Downloads: every table of the release, its definitions, and the releases before it."""

import streamlit as st

from dashboard import data, widgets
from dashboard.edition import Edition
from dashboard.wording import Wording, plain


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    widgets.heading("downloads", _)
    widgets.sample_banner(edition, edition.release.dataset_ids(), _)
    base = f"/catalogue/releases/{edition.id}"
    st.markdown(
        _("Addresses below name this release and never change. Those under [latest](/catalogue/latest/manifest.json) "
          "always give the newest.")
    )  # fmt: skip
    st.markdown(f"- [indicators.csv]({base}/tables/indicators.csv): {_('every indicator, period and agency')}")
    for entry in edition.release.manifest.datasets:
        with st.container(border=True):
            origin = _("SAMPLE DATA") if entry.origin == "sample" else _("real records")
            definition = edition.definition(entry.id)
            st.markdown(
                f"**{plain(definition['title'])}** · {origin} · {_.plural('{number} row', '{number} rows', entry.rows)}"
            )
            st.markdown(f"{plain(definition['summary'])} {_('One row is')} {plain(definition['one_row_is'])}.")
            st.markdown(
                f"[{plain(entry.id)}.csv]({base}/tables/{entry.id}.csv) · "
                f"[{_('definitions')}]({base}/definitions/{entry.id}.json)"
            )
    st.header(_("Check it yourself"), anchor=False)
    st.markdown(_("[SHA256SUMS]({base}/SHA256SUMS) lists the fingerprint of every file. In a copy of the release:",
                  base=base))  # fmt: skip
    st.code("sha256sum -c SHA256SUMS", language="bash")
    _releases(_)
    county = edition.county
    st.header(_("Licence"), anchor=False)
    st.markdown(f"{_('Data')}: [{plain(county.data_licence)}]({county.data_licence_url})")


def _releases(_: Wording) -> None:
    st.header(_("Releases"), anchor=False)
    for entry in data.catalogue().index.releases:
        said = f"{plain(entry.id)} · {_('data to {period}', period=_.period(entry.data_to))}"
        if entry.state == "withdrawn":
            st.markdown(f"- ~~{said}~~ {_('withdrawn')}: {plain(entry.reason)}")
        else:
            st.markdown(f"- [{said}](/?release={entry.id})")
