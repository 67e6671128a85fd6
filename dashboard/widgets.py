"""The parts that every page is made of. Native Streamlit elements only; all text of the data is escaped."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import points
from dashboard.charts.theme import CONFIG
from dashboard.edition import ALL_AGENCIES, SAMPLE, Edition, Measure
from dashboard.exhibits.model import Choice, Exhibit, Figure
from dashboard.pages import BY_CODE
from dashboard.sentences import VERDICTS, Verdict, basis_name
from dashboard.wording import Wording, plain

_BADGES: Mapping[Verdict, tuple[str, Any]] = {
    Verdict.MET: (":material/check_circle:", "green"),
    Verdict.NOT_MET: (":material/cancel:", "red"),
    Verdict.NO_DATA: (":material/help:", "gray"),
    Verdict.NO_TARGET: (":material/remove:", "gray"),
}


def heading(code: str, _: Wording) -> None:
    """The title of a page and the question it answers."""
    page = BY_CODE[code]
    st.title(_(page.title), anchor=False)
    st.markdown(f"**{_(page.question)}**")


def sample_banner(edition: Edition, datasets: Sequence[str], _: Wording) -> None:
    """Say, before any figure, that a page's figures are made up. Shown whenever one of its tables is."""
    if not any(edition.is_sample(dataset) for dataset in datasets):
        return
    st.error(
        f"**{SAMPLE}** – "
        + _("made up to show how the record works; no agency reported it. Charts and tables with real figures say so."),
        icon=":material/warning:",
    )


def verdict_badge(verdict: Verdict, _: Wording) -> None:
    """Met, not met or no data: a sign, a word and a colour."""
    icon, colour = _BADGES[verdict]
    st.badge(_(VERDICTS[verdict]), icon=icon, color=colour)


def _kept(name: str, options: Sequence[str], default: str) -> str:
    """The value of an address parameter, if it is one of the options; codes only, so that links survive translation."""
    asked = st.query_params.get(name, default)
    return asked if asked in options else default


def choose(name: str, label: str, options: Sequence[str], names: Callable[[str], str]) -> str:
    """One choice among codes, kept in the page's address."""
    if len(options) < 2:
        return options[0] if options else ""
    key = f"choose-{name}"
    if key not in st.session_state:
        st.session_state[key] = _kept(name, options, options[0])

    def remember() -> None:
        st.query_params[name] = st.session_state[key] or options[0]

    picked = st.pills(label, options, format_func=names, key=key, on_change=remember, required=True, wrap=True)
    return picked if picked else options[0]


def choice(edition: Edition, measures: Sequence[Measure], _: Wording) -> Choice:
    """The agency and the stretch of time to show."""
    codes = points.agencies(edition, measures)

    def agency_name(code: str) -> str:
        return _("All agencies") if code == ALL_AGENCIES else edition.label("agency", code)

    agency = choose("agency", _("Agency"), codes, agency_name)
    spans = {"all": _("All months"), "12": _("Last 12 months")}
    months = choose("months", _("Time"), tuple(spans), spans.__getitem__)
    return Choice(agency or ALL_AGENCIES, 12 if months == "12" else 0)


@st.cache_resource(max_entries=400, show_spinner=False)
def _figure(release: str, key: str, _draw: Callable[[], Figure]) -> Figure:  # noqa: ARG001 - the cache reads release and key
    return _draw()


def exhibit(edition: Edition, shown: Exhibit, _: Wording) -> None:
    """The sentence, the chart, its keys, the same figures as a table, the source file and the law."""
    st.header(plain(shown.headline), anchor=False)
    figure = _figure(edition.id, shown.key, shown.draw)
    st.plotly_chart(figure, key=f"chart-{shown.key}", theme=None, config=CONFIG, alt=shown.alt)
    small(*(plain(note) for note in shown.notes))
    with st.expander(_("The same figures as a table"), icon=":material/table:"):
        st.markdown(markdown_table(shown.table))
    source_line(edition, shown.source, shown.datasets, _)
    law_line(edition, shown.law, _)
    st.divider()


def small(*lines: str) -> None:
    """Lines of Markdown in small print. Not `st.caption`, whose grey has too little contrast."""
    if lines:
        st.markdown("  \n".join(f":small[{line}]" for line in lines))


def markdown_table(frame: pd.DataFrame) -> str:
    """A table as Markdown, every cell escaped."""
    if frame.empty:
        return "–"
    lines = [
        "| " + " | ".join(plain(name) for name in frame.columns) + " |",
        "|" + " --- |" * len(frame.columns),
    ]
    lines += ["| " + " | ".join(plain(value) for value in row) + " |" for row in frame.itertuples(index=False)]
    return "\n".join(lines)


def not_reported(title: str, _: Wording) -> None:
    """An indicator that the chosen agency does not report."""
    small(_("{title}: this agency does not report it.", title=plain(title)))


def source_line(edition: Edition, table: str, datasets: Sequence[str], _: Wording) -> None:
    """Where the figures stand: the very file that was drawn, and the table it was computed from."""
    names = list(dict.fromkeys([table, *(dataset for dataset in datasets if dataset != table)]))
    links = [f"[{plain(name)}.csv]({edition.source_path(name)})" for name in names]
    origin = _("sample data") if any(edition.is_sample(dataset) for dataset in datasets) else _("real records")
    small(f":material/description: {_('Source file')}: {', '.join(links)} · {origin}")


def law_line(edition: Edition, keys: Sequence[str], _: Wording) -> None:
    """Who asks for the figure: basis and citation, with what is still to be confirmed."""
    cited = [edition.law[key] for key in keys if key in edition.law]
    if cited:
        said = [f"{_(basis_name(law.basis))}: {plain(law.citation)}" for law in cited]
        small(f":material/gavel: {_('Asked for by')}: {'; '.join(said)}")


def release_facts(edition: Edition, _: Wording) -> None:
    """The sidebar's foot: which release this is, how old, and how far its data reach."""
    manifest = edition.release.manifest
    with st.sidebar:
        small(
            _("Data to {period}", period=plain(_.period(manifest.data_to))),
            _("Published {day}", day=_.day(manifest.created_on)),
            f"{_('Release')} [{plain(edition.id)}](/catalogue/releases/{edition.id}/manifest.json)",
            plain(edition.county.publisher),
        )


def bullets(items: Sequence[str]) -> None:
    """A list of plain texts."""
    st.markdown("\n".join(f"- {plain(item)}" for item in items))
