"""What the browser's tests share: one server of the bundled release, one Chromium for a module, visits that hear all."""

import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)
from playwright.sync_api import (
    TimeoutError as NotInTime,
)
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.charts.theme import PALETTES
from dashboard.pages import PageText

CHROMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True,
              "user_agent": "Mozilla/5.0 (Linux; Android 14; Phone) AppleWebKit/537.36 Chrome/150.0 Mobile Safari/537.36"},
}  # fmt: skip
HEADING = "[data-testid=stMain] h1"
CHART = "[data-testid=stPlotlyChart]"
DRAWN = ".js-plotly-plot .main-svg"
NOTHING_LEFT = "() => scheduler.postTask(() => true, {priority: 'background'})"
"""Wait until the browser has worked off all that it was sent."""
LETTERED = """() => [...document.fonts].some(face => face.family.includes('Source Sans') && face.status === 'loaded')"""
"""Whether the letters of the page have come: until then lines are as long, and break, as another font has it."""
AS_WIDE = """([charts, drawn, width]) => {
  const wide = one => one.getBoundingClientRect().width;
  const column = () => wide(document.querySelector("[data-testid=stMain] [data-testid=stHtml]"));
  const fits = one => Math.abs(wide(one) / column() - 1) < 0.05;
  return (!width || innerWidth === width) && [...document.querySelectorAll(charts)].every(one => fits(one.querySelector(drawn)));
}"""
"""Whether the window is as wide as asked, and every chart as wide as the text."""
WIDER = """() => Math.max(...[document.documentElement, document.querySelector('[data-testid=stMain]')]
  .filter(Boolean).map(box => box.scrollWidth - box.clientWidth))"""
"""By how many pixels the page is wider than its window."""
WITHOUT_CHARTS = ("overview", "promises", "changes", "ask", "downloads", "programs", "about")
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
NOT_OURS: dict[str, tuple[str, str]] = {}
"""What axe-core finds in Streamlit's own frame and cannot be mended: rule -> (selector, reason). Never a whole page.

It is empty: nothing has to be excused. docs/explanation/accessibility.md says so too.
"""


@pytest.fixture(scope="session")
def site(catalogue: Path, start: Callable[..., Any]) -> Iterator[str]:
    """The address of the dashboard of the bundled release, served by `daylight serve`."""
    with start("serve", "--catalogue", catalogue, "--port", 0) as server:
        try:
            ready = next((line for line in server.stdout if line.startswith("Daylight is ready")), "")
            assert ready, "the server ended before the dashboard was ready"
            yield re.search(r"http://[^\s)]+", ready).group()
        finally:
            server.send_signal(signal.SIGINT)
            server.communicate(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium of the system; closed after a module, since its driver keeps an event loop running."""
    found = next((path for name in CHROMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("No Chromium was found. Debian and Ubuntu: apt-get install chromium")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


def axe(page: Page) -> list[str]:
    """Every violation that axe-core finds on a page as it stands, of any impact: rule, element, what is wrong."""
    options = {
        "runOnly": {"type": "tag", "values": list(AXE_TAGS)}, "resultTypes": ["violations"],
        "rules": {"target-size": {"enabled": True}},
    }  # fmt: skip
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(document, options)", options)
    assert found["passes"], "axe-core ran no rule"
    return [
        f"{rule['id']} ({rule['impact']}) {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in found["violations"] for node in rule["nodes"]
        if not _excused(page, rule["id"], node["target"])
    ]  # fmt: skip


def _excused(page: Page, rule: str, target: list[str]) -> bool:
    if rule not in NOT_OURS or len(target) != 1:
        return False
    return bool(
        page.evaluate("([one, all]) => document.querySelector(one).matches(all)", [target[0], NOT_OURS[rule][0]])
    )


def rgb(colour: str) -> str:
    """A colour of the palette as the browser writes it."""
    return f"rgb({', '.join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))})"


@dataclass
class Visit:
    """A page with a record of what went wrong on it and whom it asked."""

    page: Page
    site: str
    errors: list[str] = field(default_factory=list)
    foreign: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    ended: int = 0

    def __post_init__(self) -> None:
        """Listen from the beginning."""
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._asked)
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._told))

    def _heard(self, message: ConsoleMessage) -> None:
        """Keep errors of the console."""
        if message.type == "error":
            self.errors.append(f"{message.text} {message.location}")

    def _asked(self, request: Request) -> None:
        """Keep every request, and those to another host apart."""
        self.asked.append(request.url)
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.site).netloc:
            self.foreign.add(request.url)

    def _told(self, frame: str | bytes) -> None:
        """Count how often the server said that no script of this page runs any more."""
        if isinstance(frame, bytes):
            message = ForwardMsg.FromString(frame)
            told = message.WhichOneof("type") == "session_status_changed"
            self.ended += told and not message.session_status_changed.script_is_running

    @contextmanager
    def run(self, entry: PageText) -> Iterator[None]:
        """Do in here the one thing that makes the page's script run; afterwards the page shows all that this run gave.

        What the page looks like does not tell: until the browser hears of the run, it is as finished as it was before.
        """
        before, until = self.ended, time.monotonic() + PATIENCE / 1000
        yield
        while self.ended == before:
            assert time.monotonic() < until, "the page's script did not run to its end"
            self.page.wait_for_timeout(20)
        self.page.wait_for_function(NOTHING_LEFT, polling=50)
        self._settled(entry)

    def open(self, entry: PageText, query: str = "") -> None:
        """Open a page by its address."""
        with self.run(entry):
            self.page.goto(f"{self.site}/{'' if entry.code == 'overview' else entry.code}{query}")

    def go(self, entry: PageText) -> None:
        """Go to a page by the menu, as a reader does; on a phone the menu is opened first.

        In a window that has just grown wide Streamlit opens the menu itself, perhaps before the button is pressed.
        """
        if self.page.locator("[data-testid=stSidebar]").get_attribute("data-collapsed") == "true":
            with suppress(NotInTime):
                self.page.locator("[data-testid=stExpandSidebarButton]").click(timeout=3000)
        menu = self.page.locator("[data-testid=stSidebar][data-collapsed=false] [data-testid=stSidebarNav]")
        with self.run(entry):
            menu.get_by_role("link", name=entry.title, exact=True).click()

    def lettered(self) -> None:
        """Wait until the page's own font has come."""
        self.page.wait_for_function(LETTERED, polling=50)

    def _settled(self, entry: PageText) -> None:
        """Wait until a page stands: its own heading is there in its own letters and nothing runs or is left over."""
        self.page.locator(HEADING, has_text=entry.title).wait_for()
        self.lettered()
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        expect(self.page.locator("[data-testid=stMain] [data-stale=true]")).to_have_count(0)

    def drawn(self, entry: PageText) -> None:
        """Wait until a page has the live charts that it should have, one or none, drawn as wide as its text."""
        expect(self.page.locator(CHART)).to_have_count(0 if entry.code in WITHOUT_CHARTS else 1)
        expect(self.page.locator("[data-testid=stMain] [data-testid=stSkeleton]")).to_have_count(0)
        expect(self.page.locator(f"{CHART}:not(:has({DRAWN}))")).to_have_count(0)
        self._fits()

    def _fits(self, width: int = 0) -> None:
        self.page.wait_for_function(AS_WIDE, arg=[CHART, DRAWN, width], polling=50)

    def turn(self, ground: str) -> None:
        """Ask for a light or dark page and wait until it is."""
        self.page.emulate_media(color_scheme=ground)
        wanted = rgb(PALETTES[ground].ground)
        expect(self.page.locator("[data-testid=stApp]")).to_have_css("background-color", wanted)

    def grounded(self, ground: str) -> None:
        """Wait until every chart that stands on the page has the ground that the page has."""
        wanted = {"charts": CHART, "drawn": DRAWN, "colour": rgb(PALETTES[ground].ground)}
        self.page.wait_for_function(
            "({charts, drawn, colour}) => [...document.querySelectorAll(charts)].every(chart => {"
            " const drawing = chart.querySelector(drawn);"
            " return drawing && getComputedStyle(drawing).backgroundColor === colour; })",
            arg=wanted, polling=50,
        )  # fmt: skip

    def unfold(self) -> None:
        """Open everything that a click opens."""
        self.page.evaluate("() => document.querySelectorAll('details').forEach(each => { each.open = true; })")

    def sideways(self, width: int = 0) -> int:
        """By how many pixels the page scrolls sideways, once its charts have the width of a window as wide as asked."""
        if width:
            self.page.set_viewport_size({"width": width, "height": 844})
        self._fits(width)
        with suppress(NotInTime):
            self.page.wait_for_function(f"() => ({WIDER})() === 0", polling=50)
        return int(self.page.evaluate(WIDER))


@pytest.fixture(scope="module")
def screens(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """One browser profile for each size of screen; a second page finds the program in its cache, as a visitor's does."""
    contexts = {name: browser.new_context(**size, color_scheme="light") for name, size in SIZES.items()}
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture(params=["desktop", "phone"])
def visit(site: str, screens: dict[str, BrowserContext], request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A visit on a desktop and on a phone, from the first byte on."""
    page = screens[request.param].new_page()
    yield Visit(page, site)
    page.close()


@pytest.fixture
def desktop(site: str, screens: dict[str, BrowserContext]) -> Iterator[Visit]:
    """A visit at a desk only, for what does not depend on the size."""
    page = screens["desktop"].new_page()
    yield Visit(page, site)
    page.close()


@pytest.fixture
def violations() -> Callable[[Page], list[str]]:
    """axe-core on a page as it stands."""
    return axe


@pytest.fixture(scope="module")
def new_visit(site: str) -> Callable[[Page], Visit]:
    """Make a page a visit."""
    return lambda page: Visit(page, site)
