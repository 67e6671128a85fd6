"""The dashboard as one ASGI application, and the server that runs it.

`application(catalogue)` is what any ASGI server can run; `serve(catalogue)` runs it with uvicorn. Settings of Streamlit
are in `dashboard/.streamlit/config.toml`, which it finds beside the script whatever the working folder is.
"""

import gc
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.middleware import Middleware
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route
from streamlit.starlette import App

from dashboard import data, gallery, observe, shell, views, widgets
from dashboard.compress import Compressed
from dashboard.edition import in_language
from dashboard.files import CatalogueFiles
from dashboard.outlets import outlet_routes
from dashboard.pages import PAGES
from dashboard.signposts import signpost_routes
from dashboard.wording import ENGLISH
from schemas import journal
from schemas.errors import ReleaseDamaged

SCRIPT = Path(__file__).with_name("app.py")
HOST, PORT = "127.0.0.1", 8501


@asynccontextmanager
async def _lifespan(_app: App) -> AsyncIterator[None]:
    """Warm up before the first visit: prepare the newest release's pages, then take all of it out of the collector.

    Streamlit collects all generations after each run; with pandas and plotly loaded that costs 55 to 80 ms a visit
    unless their objects are frozen.
    """
    with suppress(FileNotFoundError, ReleaseDamaged):  # the pages say so
        edition = in_language(data.best().edition, ENGLISH)
        for page in PAGES:
            shell.page_html(page, edition, ENGLISH)
            gallery.exhibits_on(edition, page.code, widgets.first_choice(edition, page.code), ENGLISH)
    assert views.RENDERERS  # noqa: S101 - the pages and plotly are imported by now
    journal.take_over_if_on()  # Streamlit has set up its loggers by now
    gc.collect()
    gc.freeze()
    yield


def application(catalogue: Path | str, beside: Iterable[Path | str] = ()) -> App:
    """The dashboard of a catalogue, with its files under /catalogue/; `beside` are catalogues of counties to compare with."""
    data.use(catalogue, beside)
    routes: list[BaseRoute] = [
        *shell.page_routes(),
        *signpost_routes(),
        *outlet_routes(),
        *observe.metrics_routes(),
        Route("/catalogue", RedirectResponse("/catalogue/", status_code=308)),
        Mount("/catalogue", CatalogueFiles(data.catalogue_folder())),
    ]
    around = [Middleware(observe.Observed), Middleware(shell.SafeHeaders), Middleware(Compressed)]
    return App(SCRIPT, routes=routes, middleware=around, lifespan=_lifespan)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class _Server(uvicorn.Server):
    """uvicorn that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


@dataclass(frozen=True)
class Site:
    """What is served and where. `beside`: catalogues of other counties, to compare with."""

    catalogue: Path | str
    beside: tuple[Path | str, ...] = ()
    host: str = HOST
    port: int = PORT


def serve(site: Site, *, logs: bool = False, say: Callable[[str], None] = _say) -> None:
    """Serve until interrupted. `say` gets one line when visitors can come; OSError when the address is taken.

    logs: write one JSON object a line to stderr, for each request and each warning of a library.
    """
    if logs:
        journal.switch_on(sys.stderr)
    host = site.host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, site.port))
        bound = listening.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        line = f"Daylight is ready: http://{shown}:{bound} (files: http://{shown}:{bound}/catalogue/)"
        config = uvicorn.Config(
            application(site.catalogue, site.beside), host=host, port=bound, log_level="warning", access_log=False,
            log_config=None if logs else uvicorn.config.LOGGING_CONFIG, use_colors=False,
            server_header=False, timeout_graceful_shutdown=3, lifespan="on",
        )  # fmt: skip
        _Server(config, lambda: say(line)).run(sockets=[listening])
