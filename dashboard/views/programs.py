"""For programs: the addresses at which the record is there as files, and what holds for all of them."""

import streamlit as st

from dashboard import asking, markup, widgets
from dashboard.address import chart_address, query
from dashboard.edition import Edition
from dashboard.wording import Wording

_MEASURE = "K2"


def render(edition: Edition, _: Wording) -> None:
    """Draw the page."""
    lines = [
        _("No account and no key is needed. An address that names a release never changes; one with “latest” always gives the "
          "newest. Addresses hold codes, never words of a language."),
        _("Scripts of any site may read these files (CORS). A file that has not changed is not sent again (ETag), and a part of "
          "one can be asked for (Range)."),
    ]  # fmt: skip
    st.html(
        widgets.opening("programs", edition, edition.release.dataset_ids(), _)
        + "".join(f"<p>{markup.text(line)}</p>" for line in lines)
        + "".join(f"{markup.heading(title)}{_listed(places)}" for title, places in addresses(edition, _).items())
    )


def addresses(edition: Edition, _: Wording) -> dict[str, dict[str, str]]:
    """For each kind of address, examples that work, and what each gives."""
    release, table = f"/catalogue/releases/{edition.id}", asking.datasets(edition)[0]
    shown = {"agency": "", "months": "12"}
    return {
        _("Tables and releases"): {
            "/catalogue/catalogue.json": _("every release, with those that were withdrawn and why"),
            "/catalogue/latest/manifest.json": _("the newest release: its files and their fingerprints"),
            "/catalogue/latest/tables/indicators.csv": _("every indicator, period and agency"),
            f"{release}/tables/{table}.csv": _("a table of one release, as CSV"),
            f"{release}/tables/{table}.parquet": _("the same table, as Parquet"),
            f"{release}/definitions/{table}.json": _("what its columns mean, and the law behind them"),
            f"{release}/revisions.csv": _("every published figure that it changed, with the reason"),
        },
        _("Questions and charts"): {
            f"/data/answer.csv{query({'dataset': table, 'by': 'agency'})}": _("the answer to a question of “Ask the data”"),
            chart_address(_MEASURE, "csv", shown): _("the figures of a chart as it is drawn"),
            chart_address(_MEASURE, "svg", shown): _("its picture; with png in place of svg as pixels"),
            chart_address(_MEASURE, "html", shown): _("the chart alone, to embed in a page of your own"),
        },
        _("To follow the record"): {
            "/catalogue/feed.atom": _("New releases (Atom feed)"),
            "/due.ics": _("Due days (calendar)"),
            "/catalogue/data.json": _("the catalogue for other portals (DCAT)"),
            "/health": _("whether the site works, and which release it shows"),
        },
        _("For readers and print"): {
            "/site/": _("the newest release without scripts"),
            **({edition.packet(): _("the packet for the council (PDF)")} if edition.packet() else {}),
        },
    }  # fmt: skip


def _listed(places: dict[str, str]) -> str:
    return markup.items([f"{markup.link(place, place)}<br>{markup.text(says)}" for place, says in places.items()])
