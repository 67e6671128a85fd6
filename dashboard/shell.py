"""The page around the app: Streamlit's own index.html with our title, description and words for readers without scripts.

Also the headers of every answer. The content security policy allows the one inline script of that file by its hash and
nothing else; no `unsafe-eval`, no other host.
"""

import base64
import hashlib
import html
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.pages import PAGES, PageText, path_of
from dashboard.wording import ENGLISH, Wording

INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_NOSCRIPT = re.compile(r"<noscript>.*?</noscript>", re.DOTALL)
_AGENTS = re.compile(r"<!--\s+Machine-readable.*?-->\s*<link rel=\"service-desc\"[^>]*>", re.DOTALL)
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0b5394"/>'
    '<path d="M6 22a10 10 0 0 1 20 0z" fill="#ffd34d"/><path d="M4 25h24M16 4v5M5 9l4 4M27 9l-4 4" stroke="#fff" '
    'stroke-width="2.4" stroke-linecap="round"/></svg>'
)
_NO_CACHE = {"cache-control": "no-cache"}


def _script_hashes(page: str) -> str:
    digests = (hashlib.sha256(script.encode()).digest() for script in _INLINE.findall(page))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


@cache
def policy() -> str:
    """The content security policy."""
    parts = {
        "default-src": "'self'",
        "script-src": f"'self' {_script_hashes(INDEX.read_text(encoding='utf-8'))}".strip(),
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


def page_html(page: PageText, _: Wording = ENGLISH) -> str:
    """index.html with a title and a description of its own, and a way to the data without scripts."""
    title, question = html.escape(f"{_(page.title)} – Daylight"), html.escape(_(page.question))
    head = f'<title>{title}</title>\n    <meta name="description" content="{question}" />'
    without = (
        f"<noscript><h1>{title}</h1><p>{question}</p>"
        f"<p>{_('This page needs JavaScript. Every figure is also in plain files:')} "
        '<a href="/catalogue/latest/tables/indicators.csv">indicators.csv</a>, '
        '<a href="/catalogue/catalogue.json">catalogue.json</a>.</p></noscript>'
    )
    text = INDEX.read_text(encoding="utf-8")
    text = _AGENTS.sub("", text).replace("./favicon.png", "./daylight.svg")
    text = re.sub(r"<title>.*?</title>", lambda _match: head, text, count=1)
    return _NOSCRIPT.sub(lambda _match: without, text, count=1)


def page_routes() -> list[Route]:
    """One route for each page of the dashboard."""

    def route(page: PageText) -> Route:
        text = page_html(page)

        async def answer(_request: Request) -> Response:
            return HTMLResponse(text, headers=_NO_CACHE)

        return Route(f"/{path_of(page.code)}", answer, methods=["GET"])

    async def icon(_request: Request) -> Response:
        return Response(ICON, media_type="image/svg+xml")

    return [*(route(page) for page in PAGES), Route("/daylight.svg", icon, methods=["GET"])]


class SafeHeaders:
    """ASGI middleware that adds the security headers to every answer."""

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

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)
