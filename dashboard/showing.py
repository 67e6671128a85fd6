"""One exhibit on a page: its sentence, chart, keys, table, what can be taken, source and law; each made once for a view."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go  # type: ignore[import-untyped]
import streamlit as st

from dashboard import address, charts, markup
from dashboard.answers import freshness
from dashboard.charts.theme import CONFIG, PALETTES
from dashboard.edition import ALL_AGENCIES, Edition
from dashboard.exhibits.model import Choice, Exhibit
from dashboard.sentences import basis_name
from dashboard.widgets import ground
from dashboard.wording import Wording, plain

_DRAWS, _TO_PAINT = "draws-charts", 0.25
"""Seconds that a visitor's browser gets to show the page before it takes in the program that draws charts: from then on it
does nothing else for a second, on an old phone for several. Once for a visit; afterwards a chart needs no picture first."""


@dataclass(frozen=True)
class View:
    """An exhibit as one reader sees it: of a release, for a choice, in a language, on a ground, at an address."""

    edition: Edition
    shown: Exhibit
    choice: Choice
    words: Wording
    ground: str
    origin: str

    def key(self) -> tuple[str, ...]:
        """What tells one view from another."""
        return (self.edition.id, self.shown.code, self.choice.agency, str(self.choice.months), self.words.language,
                self.ground, self.origin)  # fmt: skip


_made_once = st.cache_resource(max_entries=1000, show_spinner=False, hash_funcs={View: View.key})
"""Made once for each view."""


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={View: View.key})
def _figure(view: View) -> go.Figure:
    """The live chart, drawn once for its picture's height and itself."""
    return charts.draw(view.shown.plot, PALETTES[view.ground], view.words)


@_made_once
def _live(view: View) -> None:
    """The chart to point at and to enlarge."""
    key, name = f"chart-{view.shown.code}", view.shown.alt(view.words)
    st.plotly_chart(_figure(view), key=key, theme=None, config=CONFIG, alt=name)


@_made_once
def _still(view: View, *, until_live: bool = False) -> str:
    """The chart as a picture, fetched when a reader comes near it; a narrow one on a phone.

    until_live: as high as the live chart that takes its place as soon as the browser has drawn it. The style sheet does
    that; where the program that draws charts does not arrive, the picture stays.
    """
    values = values_of(view.edition, view.choice, view.words) | ({"theme": "dark"} if view.ground == "dark" else {})
    wide = address.chart_address(view.shown.code, "svg", values)
    narrow = address.chart_address(view.shown.code, "svg", values | {"size": "narrow"})
    height = int(_figure(view).layout.height) if until_live else 0
    return markup.picture(wide, narrow, view.shown.alt(view.words), height)


@_made_once
def _under(view: View) -> str:
    """The keys of a chart, the same figures as a table, what can be taken, the source and the law."""
    edition, shown, _ = view.edition, view.shown, view.words
    return "".join([
        markup.lines([markup.text(note) for note in shown.notes]),
        markup.folded(_("The same figures as a table"), markup.table(shown.table, shown.title)),
        markup.folded(_("What this means"), meaning(edition, shown, _)),
        markup.folded(_("Take this chart: picture, data, embed, citation"), taken(view)),
        markup.lines([
            markup.text(f"{_('Data')}: {freshness(edition, _)}"),
            source(edition, shown.source, shown.datasets, _), law(edition, shown.law, _),
        ]),
        "<hr>",
    ])  # fmt: skip


def exhibit(edition: Edition, shown: Exhibit, choice: Choice, _: Wording) -> Callable[[], None]:
    """The sentence, the chart, its keys, the same figures as a table, what can be taken, the source and the law.

    On a visitor's first page a picture stands for the live chart until the answer draws it, called when all else is shown.
    """
    view, first = View(edition, shown, choice, _, ground(), origin()), not st.session_state.get(_DRAWS)
    st.html(markup.heading(shown.headline))
    if first:
        with st.container(key="first-chart"):
            st.html(_still(view, until_live=True))
            place = st.container()
    else:
        _live(view)
    st.html(_under(view))

    def enliven() -> None:
        if first:
            time.sleep(_TO_PAINT)
            st.session_state[_DRAWS] = True
            with place:
                _live(view)

    return enliven


@st.fragment
def exhibits_on_demand(edition: Edition, found: Sequence[Exhibit], choice: Choice, _: Wording) -> None:
    """The exhibits further down the page: their charts are pictures until a reader asks for a live one.

    Drawing live charts takes most of a phone's time, so only the first of a page is drawn at once. What stands between
    two switches is one element: a browser works for each of them whenever a choice is made.
    """
    between = ""
    for shown in found:
        view, asked = View(edition, shown, choice, _, ground(), origin()), f"live-{shown.code}"
        live = st.session_state.get(asked)
        st.html(between + markup.heading(shown.headline) + ("" if live else _still(view)))
        if live:
            _live(view)
        st.toggle(_("Interactive chart: {title}", title=plain(shown.title)), key=asked)
        between = _under(view)
    if between:
        st.html(between)


def values_of(edition: Edition, choice: Choice, _: Wording) -> dict[str, str]:
    """A choice as the parameters of an address, with the release it is of and the language it is read in."""
    agency = "" if choice.agency == ALL_AGENCIES else choice.agency
    return {"agency": agency, "months": "12" if choice.months else "all", address.RELEASE: edition.id,
            address.LANGUAGE: address.language(_)}  # fmt: skip


def meaning(edition: Edition, shown: Exhibit, _: Wording) -> str:
    """What is counted, in the words of the release: the tables behind an exhibit and the columns that it draws."""
    entries = []
    for dataset in filter(edition.has, shown.datasets):
        definition = edition.definition(dataset)
        entries.append(f"<strong>{markup.text(definition['title'])}</strong>: {markup.text(definition['summary'])}")
        drawn = columns_of(edition, shown, dataset)
        entries += [
            f"<strong>{markup.text(column['label'])}</strong>: {markup.text(column['description'])}"
            for column in definition["columns"] if column["name"] in drawn
        ]  # fmt: skip
    place = f"/catalogue/releases/{edition.id}/{edition.static_page('definitions')}"
    return markup.items(entries) + markup.lines([markup.link(place, _("Definitions and method"))])


def columns_of(edition: Edition, shown: Exhibit, dataset: str) -> tuple[str, ...]:
    """The columns of a table that an exhibit draws: those of its formula, or the one that its code names."""
    measure = edition.measure(shown.code.split(".")[1] if shown.code.startswith("compare.") else shown.code)
    return measure.columns if measure else (shown.code.removeprefix(f"{dataset}."),)


def taken(view: View) -> str:
    """What a reader can take away: pictures, data, an embed, the address of this view and how to cite it."""
    shown, _, site, values = view.shown, view.words, view.origin, values_of(view.edition, view.choice, view.words)
    links = {
        _("Picture (SVG)"): address.chart_address(shown.code, "svg", values),
        _("Picture (PNG)"): address.chart_address(shown.code, "png", values),
        _("Data of this chart (CSV)"): address.chart_address(shown.code, "csv", values),
        _("This chart alone"): address.chart_address(shown.code, "html", values),
    }
    alone = site + address.chart_address(shown.code, "html", values)
    embed = f'<iframe src="{markup.text(alone)}" title="{markup.text(shown.title)}" width="100%" height="620"></iframe>'
    cited = citation(view.edition, shown.title, alone, _)
    listed = "".join(f"<li>{markup.link(place, words)}</li>" for words, place in links.items())
    return (
        f'<ul class="dl-links">{listed}</ul>'
        + markup.lines([markup.text(_("To embed it:"))]) + markup.code(embed)
        + markup.lines([markup.text(_("To cite it:"))]) + markup.code(cited)
    )  # fmt: skip


def citation(edition: Edition, title: str, place: str, _: Wording) -> str:
    """How to cite a figure: publisher, title, release, address."""
    manifest = edition.release.manifest
    return _(
        "{publisher}, “{title}”, release {release} of {day}, {place}", publisher=edition.county.publisher, title=title,
        release=edition.id, day=_.day(manifest.created_on), place=place,
    )  # fmt: skip


def origin() -> str:
    """The site's own address, as the reader reached it: scheme and host."""
    url = st.context.url or ""
    scheme, found, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}" if found else ""


def source(edition: Edition, table: str, datasets: Sequence[str], _: Wording) -> str:
    """Where the figures stand: the very file that was drawn, and the table it was computed from."""
    names = list(dict.fromkeys([table, *(dataset for dataset in datasets if dataset != table)]))
    links = ", ".join(markup.link(edition.source_path(name), f"{name}.csv") for name in names)
    made_up = any(edition.is_sample(dataset) for dataset in datasets)
    return (
        f"{markup.text(_('Source file'))}: {links} · {markup.text(_('sample data') if made_up else _('real records'))}"
    )


def law(edition: Edition, keys: Sequence[str], _: Wording) -> str:
    """Who asks for the figure: basis and citation, with what is still to be confirmed."""
    cited = [edition.law[key] for key in keys if key in edition.law]
    said = [f"{_(basis_name(one.basis))}: {one.citation}" for one in cited]
    return markup.text(f"{_('Asked for by')}: {'; '.join(said)}") if said else ""
