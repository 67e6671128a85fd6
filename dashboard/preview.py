"""The picture that stands beside a link to a page where people share it: the one that the release brings, by its full address.

Sites that show it ask for a full address, so it is made from the address at which the visitor reached this site.
"""

import html

from dashboard.edition import Edition
from dashboard.pages import HOME, PageText

_TWINS = {HOME: "index", "about": "definitions"}
"""What the static edition calls a page where it has another name."""


def picture_path(page: PageText, edition: Edition, language: str) -> str:
    """Where a page's picture is in the release: its own, else the record's; empty when the release has none."""
    name = _TWINS.get(page.code, page.code)
    there = {entry.path for entry in edition.release.manifest.files}
    wanted = [f"site/{tongue}/{one}.png" for one in (name, "index") for tongue in (language, "en")]
    return next((path for path in wanted if path in there), "")


def with_picture(document: str, page: PageText, edition: Edition | None, site: str) -> str:
    """A page's HTML with the picture for links to it; `site` is scheme and host."""
    language = document.partition('<html lang="')[2].partition('"')[0]
    path = picture_path(page, edition, language) if edition else ""
    if not path or edition is None:
        return document
    place = html.escape(f"{site}/catalogue/releases/{edition.id}/{path}", quote=True)
    tags = (
        f'<meta property="og:image" content="{place}" />\n    <meta property="og:image:width" content="1200" />\n    '
        '<meta property="og:image:height" content="630" />\n    <meta name="twitter:card" content="summary_large_image" />'
    )
    return document.replace("</head>", f"{tags}\n  </head>", 1)
