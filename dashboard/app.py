"""The script that Streamlit runs for each visit: opens the release, builds the navigation, shows one page."""

from functools import partial
from pathlib import Path

import streamlit as st

from dashboard import data, views, widgets
from dashboard.edition import Edition
from dashboard.pages import HOME, PAGES, path_of
from dashboard.views import trouble
from dashboard.wording import ENGLISH, Wording
from schemas.errors import ReleaseDamaged

LOGO = Path(__file__).with_name("logo.svg")


def navigation(edition: Edition, _: Wording) -> None:
    """Show the page that the address names."""
    groups: dict[str, list[st.Page]] = {}
    for page in PAGES:
        render = partial(views.RENDERERS[page.code], edition, _)
        entry = st.Page(
            render, title=_(page.title), url_path=path_of(page.code),
            default=page.code == HOME,
        )  # fmt: skip
        groups.setdefault(_(page.group), []).append(entry)
    current = st.navigation(groups, expanded=True)
    st.set_page_config(page_title=f"{current.title} – {_('Daylight')}")
    st.logo(LOGO, size="large", link=None)
    widgets.release_facts(edition, _)
    current.run()


def main() -> None:
    """One visit. A release that is not as it was published is refused whole."""
    _ = ENGLISH
    st.set_page_config(page_title=_("Daylight"), layout="centered")
    asked = st.query_params.get("release", "")
    try:
        entry = data.entry_of(asked) if asked else None
        if asked and (entry is None or entry.state != "published"):
            trouble.unknown_release(asked, entry.reason if entry else "", _)
            return
        edition = data.edition(asked)
    except FileNotFoundError:
        trouble.no_catalogue(_)
    except ReleaseDamaged as fault:
        trouble.damaged(str(fault), _)
    else:
        navigation(edition, _)


if __name__ == "__main__":
    main()
