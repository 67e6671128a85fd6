"""The parts that every page is made of. Native Streamlit elements, and HTML of `markup`; all text of the data is escaped."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from dashboard import address, markup
from dashboard.answers import Answer
from dashboard.charts.theme import PALETTES
from dashboard.edition import ALL_AGENCIES, SAMPLE, Edition
from dashboard.exhibits.model import Choice
from dashboard.gallery import agencies_on
from dashboard.pages import BY_CODE
from dashboard.sentences import VERDICTS, Verdict, sample_note
from dashboard.wording import Wording, plain
from schemas.languages import UNCERTIFIED, is_certified, offered

SIGNS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.MET: ("✔", "good"), Verdict.NOT_MET: ("✘", "bad"), Verdict.NO_DATA: ("?", "warn"),
    Verdict.NO_TARGET: ("–", "quiet"),
}  # fmt: skip
"""For each verdict its sign and its class: never a colour alone."""
SPANS = ("all", "12")
SHORT_FIRST = ("reported",)
"""Pages that open on the last twelve months: more columns than that do not fit a phone."""


def opening(code: str, edition: Edition, datasets: Sequence[str], _: Wording, found: Answer | None = None) -> str:
    """How a page begins: languages, title, question, before any figure that it is made up if it is, the answer.

    It is one element with as much of the page as can be: each element of its own costs the reader's device a drawing.
    """
    page = BY_CODE[code]
    return languages(_) + markup.opening(
        _(page.title), _(page.question), sample(edition, datasets, _), answer(found, _) if found else "",
    )  # fmt: skip


def sample(edition: Edition, datasets: Sequence[str], _: Wording) -> str:
    """The mark of figures that no agency reported, where any of some tables has such."""
    made_up = any(edition.is_sample(dataset) for dataset in datasets)
    return markup.sample(SAMPLE, sample_note(_)) if made_up else ""


def verdict_mark(verdict: Verdict, _: Wording) -> str:
    """Met, not met or no data: a sign, a word and a ground."""
    sign, kind = SIGNS[verdict]
    return f'<span class="dl-verdict dl-{kind}">{sign} {markup.text(_(VERDICTS[verdict]))}</span>'


def answer(found: Answer, _: Wording) -> str:
    """The sentence that answers the page's question, and its facts."""
    mark = verdict_mark(found.verdict, _) if found.verdict else ""
    return mark + markup.status(found.sentence) + markup.facts(found.facts)


# --- choices -----------------------------------------------------------------------------------------------------------


def kept(name: str) -> str:
    """What the address says; empty when it says nothing."""
    return str(st.query_params.get(name, ""))


def keep(name: str, value: str) -> None:
    """Write a choice into the address."""
    st.query_params[name] = value


def choose(name: str, label: str, options: Sequence[str], names: Callable[[str], str]) -> str:
    """One choice among codes, kept in the page's address: back and forward bring it back."""
    if len(options) < 2:
        return options[0] if options else ""
    key = _follow(name, options)

    def remember() -> None:
        keep(name, st.session_state[key] or options[0])
        st.session_state[f"{key}-seen"] = kept(name)

    picked: str | None
    if len(options) > 6:
        picked = st.selectbox(label, options, format_func=names, key=key, on_change=remember)
    else:
        picked = st.pills(label, options, format_func=names, key=key, on_change=remember, required=True, wrap=True)
    return picked if picked else options[0]


def _follow(name: str, options: Sequence[str]) -> str:
    """Bring a widget's state in line with the address, when the address changed by itself; the widget's key."""
    key, asked = f"choose-{name}", kept(name)
    wanted = asked if asked in options else options[0]
    changed = st.session_state.get(f"{key}-seen") != asked
    if changed or st.session_state.get(key) not in options:
        st.session_state[key] = wanted
        st.session_state[f"{key}-seen"] = asked
    return key


def choose_many(name: str, label: str, options: Sequence[str], names: Callable[[str], str]) -> tuple[str, ...]:
    """Several choices among codes, kept in the page's address as a list with commas."""
    key, asked = f"choose-{name}", kept(name)
    if st.session_state.get(f"{key}-seen") != asked or key not in st.session_state:
        st.session_state[key] = [code for code in asked.split(",") if code in options]
        st.session_state[f"{key}-seen"] = asked

    def remember() -> None:
        value = ",".join(st.session_state[key])
        if value:
            keep(name, value)
        elif name in st.query_params:
            del st.query_params[name]
        st.session_state[f"{key}-seen"] = value

    st.session_state[key] = [code for code in st.session_state[key] if code in options]
    return tuple(st.multiselect(label, options, format_func=names, key=key, on_change=remember, placeholder=label))


def agency_name(edition: Edition, _: Wording, code: str) -> str:
    """What an agency is called; all of them have a name too."""
    return _("All agencies") if code == ALL_AGENCIES else edition.label("agency", code)


def choice(edition: Edition, page: str, _: Wording) -> Choice:
    """The agency and the stretch of time to show."""
    agency = choose("agency", _("Agency"), agencies_on(edition, page), partial(agency_name, edition, _))
    spans = {"all": _("All months"), "12": _("Last 12 months")}
    months = choose("months", _("Time"), _spans(page), spans.__getitem__)
    return choice_of(agency, months)


def first_choice(edition: Edition, page: str) -> Choice:
    """What a page shows until its reader chooses."""
    return choice_of(next(iter(agencies_on(edition, page)), ""), _spans(page)[0])


def _spans(page: str) -> tuple[str, ...]:
    return SPANS[::-1] if page in SHORT_FIRST else SPANS


def choice_of(agency: str, months: str) -> Choice:
    """The choice that codes of an address stand for."""
    return Choice(agency or ALL_AGENCIES, 12 if months == "12" else 0)


def ground() -> str:
    """Whether the reader's page is light or dark."""
    kind = st.context.theme.type
    return kind if kind in PALETTES else "light"


def small(*lines: str) -> None:
    """Lines of Markdown in small print. Not `st.caption`, whose grey has too little contrast."""
    if lines:
        st.markdown("  \n".join(f":small[{line}]" for line in lines))


def languages(_: Wording) -> str:
    """Links to this view in the other languages, and what holds for the words of this one; nothing in a frame."""
    if st.context.is_embedded:
        return ""
    asked = st.query_params.to_dict()
    links = [
        (one.code, one.name, address.query({**asked, address.LANGUAGE: one.code}))
        for one in offered()
    ]  # fmt: skip
    return markup.languages(links, _.language, _("Language")) + uncertified(_)


def uncertified(_: Wording) -> str:
    """The note that nobody has certified the words of a language, where nobody has."""
    return "" if is_certified(_) else markup.lines([markup.text(_(UNCERTIFIED))])


def release_facts(edition: Edition, page: str, _: Wording) -> None:
    """The sidebar's foot: which release this is, how old, how far its data reach, its twin without scripts, whom to tell."""
    manifest, county = edition.release.manifest, edition.county
    twin, calendar = edition.static_page(BY_CODE[page].twin), address.query({address.LANGUAGE: address.language(_)})
    feed = markup.link("/catalogue/feed.atom", _("New releases (Atom feed)"))
    st.sidebar.html(markup.lines([
        markup.text(_("Data to {period}", period=_.period(manifest.data_to))),
        markup.text(_("Published {day}", day=_.day(manifest.created_on))),
        f"{markup.text(_('Release'))} {markup.link(f'/catalogue/releases/{edition.id}/manifest.json', edition.id)}",
        markup.text(county.publisher),
        f"{feed} · {markup.link(f'/due.ics{calendar}', _('Due days (calendar)'))}",
        markup.link(f"/catalogue/releases/{edition.id}/{twin}", _("This page without scripts")),
        f"{markup.text(_('Report an error'))}: {markup.mail(county.contact_email)}",
    ]))  # fmt: skip


def bullets(items: Sequence[str]) -> None:
    """A list of plain texts."""
    st.markdown("\n".join(f"- {plain(item)}" for item in items))
