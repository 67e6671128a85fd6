"""What is taken away from a page: charts as SVG and PNG, their data, one chart to embed, the answer to a question as CSV.

Each address names a chart by its code and a release by its id, so that it shows tomorrow what it shows today. Without a
release it is the newest. Only the embedded chart may be framed by other sites; it is plain HTML and needs no script.
"""

import io
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

import pandas as pd
import vl_convert
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dashboard import asking, data, gallery, markup
from dashboard.address import LANGUAGE, RELEASE, chart_address, page_address
from dashboard.charts.still import NARROW, WIDTH, picture
from dashboard.charts.theme import PALETTES
from dashboard.edition import Edition, in_language
from dashboard.exhibits.model import Choice, Exhibit
from dashboard.shell import EMBED_POLICY
from dashboard.showing import law, source, values_of
from dashboard.widgets import choice_of
from dashboard.wording import Wording
from schemas.errors import ReleaseDamaged
from schemas.languages import wording

SIZES = {"wide": WIDTH, "narrow": NARROW}
SCALE = 2
"""Pixels of a PNG for each of its points: sharp in print."""
_FIXED, _NEWEST = "public, max-age=31536000, immutable", "no-cache"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Form(NamedTuple):
    """The ground that a picture is for, and how wide it is."""

    look: str
    size: str


@lru_cache(maxsize=1000)
def svg(edition: Edition, code: str, choice: Choice, form: Form, _: Wording) -> str | None:
    """A chart as SVG; None when this release has no such chart."""
    shown = gallery.find(edition, code, choice, _)
    if shown is None:
        return None
    foot = _("{publisher}, release {release}", publisher=edition.county.publisher, release=edition.id)
    spec = picture(shown.plot, PALETTES[form.look], foot, _, SIZES[form.size])
    return str(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))


def csv_of(frame: pd.DataFrame) -> str:
    """A table as CSV in UTF-8: codes and plain numbers, and nothing that a spreadsheet would run."""
    out = io.StringIO()
    frame.map(_inert).to_csv(out, index=False, lineterminator="\n")
    return out.getvalue()


def _inert(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) and not _is_number(value) else value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def embedded(edition: Edition, shown: Exhibit, choice: Choice, drawn: str, _: Wording) -> str:
    """One chart as a page of its own: headline, picture, table, source, a way back. No script, no other file but a style."""
    values = values_of(edition, choice, _)
    back = page_address(gallery.page_of(edition, shown.code), {**values, "chart": shown.code})
    frame = svg_named(drawn, shown.alt(_))
    return (
        f'<!doctype html>\n<html lang="{markup.text(_.language)}" dir="{_.direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{markup.text(shown.title)} – Daylight</title>"
        '<link rel="stylesheet" href="/daylight.css">'
        '</head><body class="dl-page"><main>'
        f"<h1>{markup.text(shown.headline)}</h1>{frame}"
        f"{markup.lines([markup.text(note) for note in shown.notes])}"
        f"{markup.folded(_('The same figures as a table'), markup.table(shown.table, shown.title))}"
        + markup.lines([
            source(edition, shown.source, shown.datasets, _), law(edition, shown.law, _),
            f"{markup.link(back, _('This chart on its page'))} · "
            f"{markup.link(chart_address(shown.code, 'csv', values), _('Data of this chart (CSV)'))}",
        ])
        + "</main></body></html>\n"
    )  # fmt: skip


def svg_named(drawn: str, name: str) -> str:
    """The drawing as one picture with a name, for readers who do not see it."""
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{markup.text(name)}" ', 1)


def _opened(request: Request) -> Edition | None:
    asked = request.query_params.get(RELEASE, "")
    try:
        entry = data.entry_of(asked) if asked else None
        if asked and (entry is None or entry.state != "published"):
            return None
        return data.edition(asked) if asked else data.best().edition
    except (FileNotFoundError, ReleaseDamaged):
        return None


def _chart(request: Request) -> Response:
    """The chart of an address, in the form that its ending names."""
    edition, code, kind = _opened(request), request.path_params["code"], request.path_params["kind"]
    asked = request.query_params
    choice, _ = choice_of(asked.get("agency", ""), asked.get("months", "")), wording(asked.get(LANGUAGE, ""))
    edition = in_language(edition, _) if edition else None
    shown = gallery.find(edition, code, choice, _) if edition else None
    if edition is None or shown is None or kind not in _KINDS:
        return PlainTextResponse("There is no such chart in a public release.\n", status_code=404)
    look = "dark" if asked.get("theme") == "dark" else "light"
    form = Form(look, "narrow" if asked.get("size") == "narrow" else "wide")
    drawn = "" if kind == "csv" else svg(edition, code, choice, form, _) or ""
    content = embedded(edition, shown, choice, drawn, _) if kind == "html" else _KINDS[kind][1](shown, drawn)
    headers = {"cache-control": _FIXED if asked.get(RELEASE) else _NEWEST}
    if kind == "html":
        headers["content-security-policy"] = EMBED_POLICY
    else:
        headers["content-disposition"] = f'inline; filename="{code}_{edition.id}.{kind}"'
    return Response(content, media_type=_KINDS[kind][0], headers=headers)


Render = Callable[[Exhibit, str], str | bytes]
_KINDS: Mapping[str, tuple[str, Render]] = {
    "svg": ("image/svg+xml", lambda _shown, drawn: drawn),
    "png": ("image/png", lambda _shown, drawn: bytes(vl_convert.svg_to_png(drawn, scale=SCALE))),
    "csv": ("text/csv; charset=utf-8", lambda shown, _drawn: csv_of(shown.data)),
    "html": ("text/html; charset=utf-8", lambda _shown, drawn: drawn),
}  # fmt: skip


def _answer(request: Request) -> Response:
    """The answer to a question as CSV: exactly the rows that the page shows."""
    edition = _opened(request)
    if edition is None:
        return PlainTextResponse("There is no such public release.\n", status_code=404)
    question = asking.read(dict(request.query_params), edition)
    headers = {
        "cache-control": _FIXED if request.query_params.get(RELEASE) else _NEWEST,
        "content-disposition": f'attachment; filename="{question.dataset}_{edition.id}.csv"',
    }
    return Response(csv_of(asking.answer(edition, question)), media_type="text/csv; charset=utf-8", headers=headers)


def outlet_routes() -> list[Route]:
    """The addresses of charts and answers. Drawing takes a thread, so that nobody else waits for it."""

    async def chart(request: Request) -> Response:
        return await run_in_threadpool(_chart, request)

    async def question(request: Request) -> Response:
        return await run_in_threadpool(_answer, request)

    return [
        Route("/chart/{code}.{kind}", chart, methods=["GET"]),
        Route("/data/answer.csv", question, methods=["GET"]),
    ]
