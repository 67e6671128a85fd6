"""Addresses: every view has one, made of codes and never of labels, so that links survive translation and time."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from dashboard.pages import HOME, path_of
from dashboard.wording import Wording

RELEASE, CHART, LANGUAGE = "release", "chart", "lang"
SHARED = (RELEASE, LANGUAGE, "theme")
"""What a reader keeps when going from page to page."""


def query(values: Mapping[str, str]) -> str:
    """Parameters in a fixed order, those without a value left out: the same view has the same address."""
    kept = sorted((name, value) for name, value in values.items() if value)
    return f"?{urlencode(kept)}" if kept else ""


def page_address(page: str, values: Mapping[str, str]) -> str:
    """The address of a page with these choices."""
    return f"/{path_of(page)}{query(values)}"


def chart_address(code: str, kind: str, values: Mapping[str, str]) -> str:
    """The address of a chart as a picture, as data, or to embed: `kind` is svg, png, csv or html."""
    return f"/chart/{quote(code)}.{kind}{query(values)}"


def language(_: Wording) -> str:
    """A language as addresses name it: English, which is what an address without a language is in, by nothing."""
    return "" if _.language == "en" else _.language


def home(_: Wording) -> str:
    """The address of the newest release's first page, in the reader's language."""
    return page_address(HOME, {LANGUAGE: language(_)})
