"""The page around the app: Streamlit's own index.html with our title, description and the first words of the page.

Those are there before any script has run, and stay for whoever runs none. Also the headers of every answer: the content
security policy allows the one inline script of that file by its hash and nothing else; no `unsafe-eval`, no other host.
"""

import base64
import hashlib
import html
import re
from functools import cache, lru_cache
from pathlib import Path

import streamlit
import vl_convert
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import data, first_words, preview
from dashboard.address import LANGUAGE, language, page_address
from dashboard.edition import Edition, in_language
from dashboard.pages import BY_CODE, EXHIBITED, PageText, path_of
from dashboard.signposts import site_of
from dashboard.wording import ENGLISH, Wording
from schemas.errors import ReleaseDamaged
from schemas.languages import offered, wording

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
STYLE, SCRIPT = (Path(__file__).with_name(name) for name in ("daylight.css", "first-words.js"))
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_NOSCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
_AGENTS = re.compile(r"<!--\s+Machine-readable.*?-->\s*<link rel=\"service-desc\"[^>]*>", re.DOTALL)
_ON_EVERY_PAGE, _CHARTS = ("Html", "purify.es"), "PlotlyChart"
"""The parts of Streamlit's program that show HTML of ours and that draw charts."""
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0b5394"/>'
    '<path d="M6 22a10 10 0 0 1 20 0z" fill="#ffd34d"/><path d="M4 25h24M16 4v5M5 9l4 4M27 9l-4 4" stroke="#fff" '
    'stroke-width="2.4" stroke-linecap="round"/></svg>'
)
_NO_CACHE = {"cache-control": "no-cache"}
CONNECT = (
    "window.__streamlit={BACKEND_BASE_URL:location.origin,"
    "HOST_CONFIG:{allowedOrigins:[location.origin],useExternalAuthToken:false}}"
)
"""Tells Streamlit's script where the server is. Else it asks two addresses first, and below the root two that do not exist."""
EMBED_POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors *"
"""For one chart to embed: no script at all, and any site may frame it. Every other page only this site itself."""
CLOSED = ("/_stcore/metrics", "/_stcore/agent")
"""Streamlit's addresses that are not the public's."""


def _script_hashes(page: str) -> str:
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _index() -> str:
    return INDEX.read_text(encoding="utf-8")


@cache
def policy() -> str:
    """The content security policy."""
    parts = {
        "default-src": "'self'",
        "script-src": f"'self' {_script_hashes(f'<script>{CONNECT}</script>{_index()}')}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


@cache
def chunk(name: str) -> str:
    """A file of Streamlit's bundle that it fetches when it is needed; empty when it has another name."""
    found = sorted((INDEX.parent / "static" / "js").glob(f"{name}.*.js"))
    return f"./static/js/{found[0].name}" if found else ""


@lru_cache(maxsize=256)
def page_html(page: PageText, edition: Edition | None = None, _: Wording = ENGLISH, *, choices: bool = False) -> str:
    """index.html with a title, a description and the page's first words.

    choices: whether the address asks for more than a page and a language.
    """
    title, question = html.escape(f"{_(page.title)} – Daylight"), html.escape(_(page.question))
    found = first_words.answer_on(page, edition, _)
    about = html.escape(f"{_(page.question)} {found.sentence}") if found else question
    address = page_address(page.code, {LANGUAGE: language(_)})
    head = [
        f"<title>{title}</title>", f'<meta name="description" content="{about}" />',
        f'<meta property="og:title" content="{title}" />', f'<meta property="og:description" content="{about}" />',
        '<meta property="og:type" content="website" />', f'<link rel="canonical" href="{address}" />',
        *(f'<link rel="alternate" hreflang="{one.code}" href="{page_address(page.code, {LANGUAGE: one.code})}" />'
          for one in offered()),
        '<link rel="alternate" type="application/atom+xml" title="Daylight" href="/catalogue/feed.atom" />',
        f'<link rel="alternate" type="text/html" title="Without scripts" href="{first_words.twin(page, edition)}" />',
        '<link rel="stylesheet" href="/daylight.css" />', '<script defer src="/first-words.js"></script>',
        f"<script>{CONNECT}</script>",
    ]  # fmt: skip
    parts = [part for name in _ON_EVERY_PAGE if (part := chunk(name))]
    head += [f'<script type="module" async crossorigin src="{part}"></script>' for part in parts]
    if page.code in EXHIBITED and chunk(_CHARTS):
        head.append(f'<link rel="prefetch" as="script" crossorigin href="{chunk(_CHARTS)}" />')
    text = _index()
    text = _AGENTS.sub("", text).replace("./favicon.png", "./daylight.svg")
    text = text.replace('<html lang="en">', f'<html lang="{html.escape(_.language)}" dir="{_.direction}">', 1)
    text = re.sub(r"<title>.*?</title>", lambda _match: "\n    ".join(head), text, count=1)
    words = first_words.words(page, edition, _, choices=choices)
    return _NOSCRIPT.sub(lambda _match: words, text, count=1)


@cache
def _icon_pixels() -> bytes:
    return bytes(vl_convert.svg_to_png(ICON, scale=2))


def _edition() -> Edition | None:
    try:
        return data.best().edition
    except (FileNotFoundError, ReleaseDamaged):
        return None


def page_routes() -> list[Route]:
    """One route for each page of the dashboard."""

    def route(page: PageText) -> Route:
        def answer(request: Request) -> Response:
            _ = wording(request.query_params.get(LANGUAGE, ""))
            headers = {**_NO_CACHE, "content-language": _.language}
            edition = _edition()
            shown = in_language(edition, _) if edition else None
            choices = not {*request.query_params} <= {LANGUAGE}
            document = preview.with_picture(page_html(page, shown, _, choices=choices), page, shown, site_of(request))
            return HTMLResponse(document, headers=headers)

        return Route(f"/{path_of(page.code)}", answer, methods=["GET"])

    style, script = (file.read_text(encoding="utf-8") for file in (STYLE, SCRIPT))

    async def icon(_request: Request) -> Response:
        return Response(ICON, media_type="image/svg+xml", headers={"cache-control": "public, max-age=86400"})

    def pixels(_request: Request) -> Response:
        """Where Streamlit's script looks for the icon of the tab, whatever the document says; else it shows its own."""
        return Response(_icon_pixels(), media_type="image/png", headers={"cache-control": "public, max-age=86400"})

    async def looks(_request: Request) -> Response:
        return Response(style, media_type="text/css", headers=_NO_CACHE)

    async def manners(_request: Request) -> Response:
        return Response(script, media_type="text/javascript", headers=_NO_CACHE)

    return [
        *(route(page) for page in BY_CODE.values()),
        Route("/daylight.svg", icon, methods=["GET"]),
        Route("/favicon.png", pixels, methods=["GET"]),
        Route("/daylight.css", looks, methods=["GET"]),
        Route("/first-words.js", manners, methods=["GET"]),
    ]


class SafeHeaders:
    """ASGI middleware that adds the security headers to every answer, and closes what is not the public's."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app
        self.headers = [
            (b"content-security-policy", policy().encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; add headers to its answer."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _value in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in self.headers if h[0] not in present)]
            await send(message)

        if scope["type"] == "http" and scope["path"].startswith(CLOSED):
            await PlainTextResponse("Not for the public.\n", status_code=404)(scope, receive, with_headers)
            return
        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)
