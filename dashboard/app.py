"""The script that Streamlit runs for each visit: opens the release, builds the navigation, shows one page."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import data, newest, observe, views, widgets
from dashboard.address import LANGUAGE, RELEASE, language
from dashboard.edition import in_language
from dashboard.pages import HOME, menu, path_of
from dashboard.views import trouble
from dashboard.wording import Wording
from schemas.errors import ReleaseDamaged
from schemas.languages import wording

LOGOS = {name: Path(__file__).with_name(file) for name, file in (("light", "logo.svg"), ("dark", "logo-dark.svg"))}


@st.fragment
def page(code: str, shown: data.Shown, _: Wording) -> None:
    """Everything but the menu. A choice made here makes this anew, and the menu beside it stays as it is."""
    with observe.page_run():
        newest.tell(shown.edition, shown.fault, _)
        views.RENDERERS[code](shown.edition, _)


def navigation(shown: data.Shown, asked: str, _: Wording) -> None:
    """Show the page that the address names; the address goes on naming release and language."""
    if asked:
        widgets.keep(RELEASE, asked)
    if language(_):
        widgets.keep(LANGUAGE, _.language)
    shown = replace(shown, edition=in_language(shown.edition, _))
    entries = [  # a plain list: with sections Streamlit's menu is no valid list for readers of screens (axe)
        st.Page(
            partial(page, entry.code, shown, _), title=_(entry.title), url_path=path_of(entry.code),
            default=entry.code == HOME,
        )
        for entry in menu(several=data.has_counties())
    ]  # fmt: skip
    current = st.navigation(entries, expanded=True, position="hidden" if st.context.is_embedded else "sidebar")
    st.set_page_config(page_title=f"{current.title} – {_('Daylight')}")
    st.logo(LOGOS[widgets.ground()], size="large", link=None)
    widgets.release_facts(shown.edition, current.url_path or HOME, _)
    current.run()


def asked_for(name: str) -> str:
    """What the address says of release or language, or said when the reader came: links of the menu drop it."""
    asked = st.query_params.get(name, "") or st.session_state.get(name, "")
    st.session_state[name] = asked
    return str(asked)


def main() -> None:
    """One visit. A release that is not as it was published is refused whole."""
    _ = wording(asked_for(LANGUAGE))
    st.set_page_config(page_title=_("Daylight"), layout="centered")
    asked = asked_for(RELEASE)
    try:
        entry = data.entry_of(asked) if asked else None
        if asked and (entry is None or entry.state != "published"):
            trouble.unknown_release(asked, entry.reason if entry else "", _)
            return
        shown = data.Shown(data.edition(asked)) if asked else data.best()
    except FileNotFoundError:
        trouble.no_catalogue(_)
    except ReleaseDamaged as fault:
        trouble.damaged(str(fault), _)
    else:
        navigation(shown, asked, _)


if __name__ == "__main__":
    with observe.page_run():
        main()
