"""Compression of every answer, Streamlit's own files included, which its server sends as they are.

Files that do not change are compressed once, thoroughly, and kept; an answer that changes is compressed as it goes. A
partial answer and what is compressed already is left alone.
"""

import gzip
from collections import OrderedDict
from threading import Lock

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST = 600
"""Below this many bytes compression is not worth its header."""
MOST_KEPT = 24 * 1024 * 1024
THOROUGH, QUICK = 9, 5
_KINDS = ("text/", "application/javascript", "application/json", "application/xml", "application/atom+xml",
          "application/manifest+json", "image/svg+xml")  # fmt: skip


class Kept:
    """Compressed bodies by name and version, the longest unused thrown out first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        """Keep at most so many bytes."""
        self._most, self._held = most, 0
        self._bodies: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, str]) -> bytes | None:
        """A body that was kept."""
        with self._lock:
            if key in self._bodies:
                self._bodies.move_to_end(key)
            return self._bodies.get(key)

    def put(self, key: tuple[str, str], body: bytes) -> None:
        """Keep a body."""
        with self._lock:
            if key in self._bodies or len(body) > self._most:
                return
            self._bodies[key] = body
            self._held += len(body)
            while self._held > self._most:
                self._held -= len(self._bodies.popitem(last=False)[1])


class Compressed:
    """ASGI middleware that compresses whole answers with gzip."""

    def __init__(self, app: ASGIApp, kept: Kept | None = None) -> None:
        """Wrap an application."""
        self.app, self.kept = app, kept or Kept()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; compress its answer where the visitor takes that."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if (
            scope.get("method", "HEAD") == "HEAD"
            or "gzip" not in headers.get("accept-encoding", "")
            or "range" in headers
        ):
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _Answer(scope["path"], send, self.kept))


class _Answer:
    """One answer on its way: held back until it is whole, then sent smaller."""

    def __init__(self, path: str, send: Send, kept: Kept) -> None:
        self._path, self._send, self._kept = path, send, kept
        self._start: Message = {}
        self._parts: list[bytes] = []
        self._through = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start, self._through = message, not _suits(message)
            if self._through:
                await self._send(message)
        elif self._through or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._finish(b"".join(self._parts))

    async def _finish(self, body: bytes) -> None:
        headers = MutableHeaders(raw=self._start["headers"])
        headers.add_vary_header("Accept-Encoding")
        if len(body) >= LEAST:
            body = self._smaller(body, headers)
            headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})

    def _smaller(self, body: bytes, headers: MutableHeaders) -> bytes:
        tag = headers.get("etag", "")
        if not tag:
            return gzip.compress(body, QUICK, mtime=0)
        if not tag.startswith("W/"):
            headers["etag"] = f"W/{tag}"
        key = (self._path, tag)
        found = self._kept.get(key)
        if found is None:
            found = gzip.compress(body, THOROUGH, mtime=0)
            self._kept.put(key, found)
        return found


def _suits(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    kind = headers.get("content-type", "")
    whole = start["status"] in (200, 404) and "content-encoding" not in headers
    return whole and kind.startswith(_KINDS) and "event-stream" not in kind
