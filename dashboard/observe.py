"""What a monitor may know: releases, the age of the data, how long visitors wait. And one log line for each request.

No address, name, query or header of a visitor is counted or written. `/metrics` answers only whoever asks on the same
machine without a proxy in between: a monitor's agent, never the public.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard import data, front
from dashboard.pages import BY_CODE, path_of
from schemas import journal
from schemas.errors import ReleaseDamaged

REGISTRY = CollectorRegistry()
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_FORWARDED = ("x-forwarded-for", "x-real-ip", "forwarded", "via")
_PAGES = frozenset(f"/{path_of(page.code)}" for page in BY_CODE.values())
_KINDS = {"/catalogue": "catalogue", "/static/": "static", "/chart/": "chart", "/data/": "chart", "/_stcore/": "app"}
_METHODS = frozenset(("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"))

ProcessCollector(registry=REGISTRY)
REQUESTS = Histogram(
    "daylight_request_seconds", "Time until an answer was sent, by kind of address and of answer.", ("kind", "answer"),
    registry=REGISTRY, buckets=_SECONDS,
)  # fmt: skip
RUNS = Histogram(
    "daylight_page_run_seconds",
    "Time to make a page or to follow a visitor's choice.",
    registry=REGISTRY,
    buckets=_SECONDS,
)
FAULTS = Counter("daylight_page_faults", "Pages that ended with a fault of the program.", registry=REGISTRY)
VISITORS = Gauge("daylight_visitors", "Pages open now.", registry=REGISTRY)
VISITS = Counter("daylight_visits", "Pages opened.", registry=REGISTRY)


_RUNNING = ContextVar("running", default=False)


class _Releases(Collector):
    """What the catalogue holds, read when a monitor asks."""

    def collect(self) -> Iterator[Metric]:
        """The figures; without a catalogue only that nothing is shown."""
        shown = GaugeMetricFamily("daylight_newest_release_shown", "1 where visitors see the newest release, whole.")
        try:
            entries, best = data.catalogue().index.releases, data.best()
        except (FileNotFoundError, ReleaseDamaged):
            shown.add_metric([], 0)
            yield shown
            return
        shown.add_metric([], 0 if best.fault else 1)
        yield shown
        releases = GaugeMetricFamily("daylight_releases", "Releases in the list.", labels=["state"])
        for state in ("published", "withdrawn"):
            releases.add_metric([state], sum(entry.state == state for entry in entries))
        yield releases
        manifest = best.edition.release.manifest
        named = InfoMetricFamily("daylight_release", "The release that is shown.")
        named.add_metric([], {"release": manifest.id})
        yield named
        _period, due = front.next_due(manifest.data_to, best.edition.county.due_day)
        for name, says, day in (
            ("daylight_release_timestamp_seconds", "The day of the release that is shown.", manifest.created_on),
            ("daylight_data_timestamp_seconds", "The end of the last month that has data.", _end_of(manifest.data_to)),
            ("daylight_next_reports_due_timestamp_seconds", "The day on which the reports after that are due.", due),
        ):
            yield GaugeMetricFamily(name, says, _seconds(day))


def _seconds(day: date) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()


def _end_of(month: str) -> date:
    """The first day after a month."""
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(days=31)).replace(day=1)


REGISTRY.register(_Releases())


@contextmanager
def page_run() -> Iterator[None]:
    """Times one run that makes a page, or a part of it; a run within a run is part of it."""
    if _RUNNING.get():
        yield
        return
    token = _RUNNING.set(True)
    try:
        with RUNS.time(), FAULTS.count_exceptions():
            yield
    finally:
        _RUNNING.reset(token)


def kind_of(path: str) -> str:
    """The kind of an address: few words, whatever was asked for."""
    if path in _PAGES:
        return "page"
    return next((kind for start, kind in _KINDS.items() if path.startswith(start)), "other")


def _from_here(request: Request) -> bool:
    """Whether somebody on this machine asks, and no proxy for somebody else."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


async def _metrics(request: Request) -> Response:
    if not _from_here(request):
        return PlainTextResponse("Not for the public.\n", status_code=404)
    told = await run_in_threadpool(generate_latest, REGISTRY)
    return Response(told, media_type=CONTENT_TYPE_LATEST, headers={"cache-control": "no-store"})


def metrics_routes() -> list[Route]:
    """Where a monitor asks."""
    return [Route("/metrics", _metrics, methods=["GET"])]


class Observed:
    """ASGI middleware that times every answer, counts open pages, and tells the log."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and watch its answer."""
        if scope["type"] == "websocket":
            VISITS.inc()
            with VISITORS.track_inprogress():
                await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._watched(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, seen = perf_counter(), {"status": 500, "bytes": 0}

        async def watching(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            seen["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, watching)
        finally:
            seconds, kind = perf_counter() - began, kind_of(scope["path"])
            REQUESTS.labels(kind, f"{seen['status'] // 100}xx").observe(seconds)
            _tell(scope, kind, seen, seconds)


def _tell(scope: Scope, kind: str, seen: dict[str, int], seconds: float) -> None:
    """One line. A path is written only where it is that of a public file: anything else a visitor may have made up."""
    method = scope["method"] if scope["method"] in _METHODS else "other"
    public = kind == "catalogue" and seen["status"] in (200, 206, 304)
    named = {"file": scope["path"]} if public else {}
    server = scope.get("server") or ("", 0)
    journal.tell("request", kind=kind, method=method, seconds=seconds, replica=server[1] or 0, **seen, **named)
