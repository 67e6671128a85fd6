"""Addresses: every view has one, made of codes and never of labels, so that links survive translation and time."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from dashboard.pages import path_of

RELEASE, CHART = "release", "chart"
SHARED = ("release", "lang", "theme")
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
