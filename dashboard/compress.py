"""Compression of every answer, Streamlit's own files included, which its server sends as they are.

Files that do not change are compressed once, thoroughly, and kept; those of the program itself are sent from memory from then
on. A file of the catalogue is always asked for: a release may be withdrawn. An answer that changes is compressed as it goes. A
partial answer and what is compressed already is left alone.
"""

import gzip
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock

import brotli  # type: ignore[import-untyped]
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST = 600
"""Below this many bytes compression is not worth its header."""
MOST_KEPT = 24 * 1024 * 1024
THOROUGH, QUICK = 9, 5
OWN = "/static/"
"""Where Streamlit's files are, whose names change with their contents."""
ENCODINGS: Mapping[str, Callable[[bytes, int], bytes]] = {
    "br": lambda body, effort: brotli.compress(body, quality=effort),
    "gzip": lambda body, effort: gzip.compress(body, effort, mtime=0),
}
"""How an answer is compressed, the best way first. Browsers take Brotli over TLS only."""
_KINDS = ("text/", "application/javascript", "application/json", "application/xml", "application/atom+xml",
          "application/manifest+json", "image/svg+xml")  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """The headers of a compressed answer, and its body."""

    headers: list[tuple[bytes, bytes]]
    body: bytes


Key = tuple[str, str, str]
"""An answer's path, encoding and version; a file of the program has none."""


class Kept:
    """Compressed answers, the longest unused thrown out first."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        """Keep at most so many bytes."""
        self._most, self._held = most, 0
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Answer | None:
        """An answer that was kept."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: Key, answer: Answer) -> None:
        """Keep an answer."""
        with self._lock:
            if key in self._answers or len(answer.body) > self._most:
                return
            self._answers[key] = answer
            self._held += len(answer.body)
            while self._held > self._most:
                self._held -= len(self._answers.popitem(last=False)[1].body)


def chosen(accepted: str) -> str:
    """The encoding for a visitor who accepts these (RFC 9110, 12.5.3); empty when there is none."""
    offers = (offer.replace(" ", "").lower().partition(";q=") for offer in accepted.split(","))
    taken = {name for name, _mark, weight in offers if not weight or weight.strip("0.")}
    return next((name for name in ENCODINGS if name in taken), "")


class Compressed:
    """ASGI middleware that compresses whole answers."""

    def __init__(self, app: ASGIApp, kept: Kept | None = None) -> None:
        """Wrap an application."""
        self.app, self.kept = app, kept or Kept()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; compress its answer where the visitor takes that."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        encoding = chosen(headers.get("accept-encoding", ""))
        if not encoding or scope["method"] == "HEAD" or "range" in headers:
            await self.app(scope, receive, send)
            return
        known = None if "if-none-match" in headers else self.kept.get((scope["path"], encoding, ""))
        if known:
            await send({"type": "http.response.start", "status": 200, "headers": known.headers})
            await send({"type": "http.response.body", "body": known.body})
        else:
            await self.app(scope, receive, _OnItsWay(scope["path"], encoding, send, self.kept))


class _OnItsWay:
    """One answer on its way: held back until it is whole, then sent smaller."""

    def __init__(self, path: str, encoding: str, send: Send, kept: Kept) -> None:
        self._path, self._encoding, self._send, self._kept = path, encoding, send, kept
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
            headers["content-encoding"] = self._encoding
        headers["content-length"] = str(len(body))
        if self._path.startswith(OWN) and self._start["status"] == 200:
            self._kept.put((self._path, self._encoding, ""), Answer(list(headers.raw), body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})

    def _smaller(self, body: bytes, headers: MutableHeaders) -> bytes:
        compress, tag = ENCODINGS[self._encoding], headers.get("etag", "")
        if not tag:
            return compress(body, QUICK)
        if not tag.startswith("W/"):
            headers["etag"] = f"W/{tag}"
        key = (self._path, self._encoding, tag)
        found = self._kept.get(key)
        if found is None:
            found = Answer([], compress(body, THOROUGH))
            self._kept.put(key, found)
        return found.body


def _suits(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    kind = headers.get("content-type", "")
    whole = start["status"] in (200, 404) and "content-encoding" not in headers
    return whole and kind.startswith(_KINDS) and "event-stream" not in kind
