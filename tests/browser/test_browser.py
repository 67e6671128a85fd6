"""The real pages in a real browser: charts drawn, figures as published, no error, no request to another host."""

import csv
import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from dashboard.pages import PAGES

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
CHROMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)  # fmt: skip
PATIENCE = 60_000
HEADING = "[data-testid=stMain] h1"
DRAWN = ".js-plotly-plot .main-svg"
WITHOUT_CHARTS = ("overview", "promises", "changes", "ask", "downloads", "about")
DEEP_LINK = re.compile(r"/(_stcore/health|_stcore/host-config)$")
"""Opened below the root, Streamlit's own script first asks for these beside the page: two harmless 404."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the dashboard that the README's own command serves."""
    command = ["make", "run", f"PORT={_free_port()}"]
    plain = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    with subprocess.Popen(
        command, cwd=ROOT, env=plain, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        try:
            ready = next((line for line in server.stdout if line.startswith("Daylight is ready")), "")
            assert ready, "make run ended before the dashboard was ready"
            yield re.search(r"http://[^\s)]+", ready).group()
        finally:
            os.killpg(server.pid, signal.SIGINT)
            server.wait(timeout=30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium of the system; closed after these tests, since its driver keeps an event loop running."""
    found = next((path for name in CHROMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("No Chromium was found. Debian and Ubuntu: apt-get install chromium")
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """A page with a record of what went wrong on it and whom it asked."""

    page: Page
    site: str
    errors: list[str] = field(default_factory=list)
    foreign: set[str] = field(default_factory=set)

    def heard(self, message: ConsoleMessage) -> None:
        """Keep errors of the console, but for Streamlit's own two on deep links."""
        if message.type == "error" and not DEEP_LINK.search(str(message.location.get("url", ""))):
            self.errors.append(f"{message.text} {message.location}")

    def asked(self, request: Request) -> None:
        """Keep requests to another host."""
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.site).netloc:
            self.foreign.add(request.url)

    def settled(self, title: str, *, charts: bool) -> None:
        """Wait until a page has run to its end and its charts are drawn."""
        self.page.locator(HEADING, has_text=title).wait_for(timeout=PATIENCE)
        self.page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for(timeout=PATIENCE)
        if charts:
            frames = self.page.locator("[data-testid=stPlotlyChart]")
            frames.first.wait_for(timeout=PATIENCE)
            for place in range(frames.count()):
                frames.nth(place).scroll_into_view_if_needed()
                frames.nth(place).locator(DRAWN).first.wait_for(timeout=PATIENCE)


@pytest.fixture(scope="module")
def screens(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """One browser profile for each size of screen; a second page finds the program in its cache, as a visitor's does."""
    sizes = {"desktop": (1280, 900), "phone": (390, 844)}
    contexts = {
        name: browser.new_context(viewport={"width": width, "height": height})
        for name, (width, height) in sizes.items()
    }
    yield contexts
    for context in contexts.values():
        context.close()


@pytest.fixture(params=["desktop", "phone"])
def visit(site: str, screens: dict[str, BrowserContext], request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A visit on a desktop and on a phone."""
    page = screens[request.param].new_page()
    yield listening(page, site)
    page.close()


def listening(page: Page, site: str) -> Visit:
    """A visit that hears every error and every request."""
    visitor = Visit(page, site)
    page.on("console", visitor.heard)
    page.on("pageerror", lambda error: visitor.errors.append(str(error)))
    page.on("request", visitor.asked)
    return visitor


def _sideways(page: Page) -> int:
    return int(page.evaluate("() => { const m = document.querySelector('[data-testid=stMain]');"
                             " return m.scrollWidth - m.clientWidth; }"))  # fmt: skip


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.code)
def test_a_page_is_drawn_whole(visit: Visit, entry):
    address = visit.site if entry.code == "overview" else f"{visit.site}/{entry.code}"
    visit.page.goto(address)
    visit.settled(entry.title, charts=entry.code not in WITHOUT_CHARTS)
    assert visit.page.locator(HEADING).count() == 1
    if entry.code != "ask":
        assert "SAMPLE DATA" in visit.page.locator("[data-testid=stAlert]").first.inner_text()
    assert visit.page.locator("[data-testid=stException]").count() == 0
    assert visit.page.title() == f"{entry.title} – Daylight"
    assert visit.page.locator("html").get_attribute("lang") == "en"
    for table in visit.page.locator("details.dl-fold summary").all():
        table.click()
    assert _sideways(visit.page) == 0
    assert visit.errors == []
    assert visit.foreign == set()


def test_every_page_is_reached_by_its_link(site: str, screens: dict[str, BrowserContext]):
    visitor = listening(screens["desktop"].new_page(), site)
    visitor.page.goto(site)
    visitor.settled("Overview", charts=False)
    for entry in PAGES[1:]:
        visitor.page.locator("[data-testid=stSidebarNav]").get_by_role("link", name=entry.title, exact=True).click()
        visitor.settled(entry.title, charts=entry.code not in WITHOUT_CHARTS)
        assert urlsplit(visitor.page.url).path == f"/{entry.code}"
    assert visitor.errors == []
    assert visitor.foreign == set()
    visitor.page.close()


def test_the_figures_of_the_overview_are_those_of_the_published_file(visit: Visit):
    answer = visit.page.request.get(f"{visit.site}/catalogue/latest/tables/indicators.csv")
    assert answer.ok
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = [row for row in csv.DictReader(answer.text().splitlines()) if row["period"].count("Q") == 0]
    visit.page.goto(visit.site)
    visit.settled("Overview", charts=False)
    shown = visit.page.locator("[data-testid=stMain]").inner_text()
    newest = max(row["period"] for row in rows)
    checked = 0
    for row in rows:
        agencies = {other["agency"] for other in rows if other["indicator"] == row["indicator"]}
        speaks_for_all = row["agency"] == "ALL" or agencies == {row["agency"]}
        if row["period"] == newest and speaks_for_all and row["status"] == "shown" and row["denominator"]:
            assert f"{int(float(row['numerator'])):,} of {int(float(row['denominator'])):,} " in shown
            checked += 1
    assert checked >= 5


def test_the_source_of_a_chart_is_one_click_away(visit: Visit):
    visit.page.goto(f"{visit.site}/notice")
    visit.settled("Notice", charts=True)
    link = visit.page.get_by_role("link", name="indicators.csv").first
    answer = visit.page.request.get(f"{visit.site}{link.get_attribute('href')}")
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text().startswith("indicator,period,agency,")


def test_choosing_an_agency_keeps_its_code_in_the_address(visit: Visit):
    visit.page.goto(f"{visit.site}/requests?agency=KCSO")
    visit.settled("Requests", charts=True)
    assert "King County Sheriff" in visit.page.locator(".js-plotly-plot").first.text_content()
    visit.page.get_by_role("radio", name="All agencies").or_(
        visit.page.get_by_role("button", name="All agencies")
    ).first.click()
    visit.page.wait_for_url(re.compile(r"agency=ALL"), timeout=PATIENCE)
    assert visit.errors == []


def test_the_security_headers_are_sent(site: str, screens: dict[str, BrowserContext]):
    for path in ("/", "/notice", "/catalogue/catalogue.json", "/static/js/missing.js"):
        headers = screens["desktop"].request.get(f"{site}{path}").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "unsafe-eval" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"


def test_the_landing_page_loads_no_chart_code(site: str, screens: dict[str, BrowserContext]):
    visitor = listening(screens["phone"].new_page(), site)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.page.goto(site)
    visitor.settled("Overview", charts=False)
    assert not [url for url in asked if "PlotlyChart" in url]
    visitor.page.close()


def test_back_and_forward_bring_a_choice_back(visit: Visit):
    visit.page.goto(f"{visit.site}/training")
    visit.settled("Training and audit", charts=True)
    visit.page.get_by_text("Last 12 months", exact=True).first.click()
    visit.page.wait_for_url(re.compile(r"months=12"), timeout=PATIENCE)
    visit.page.go_back()
    visit.settled("Training and audit", charts=True)
    assert "months=12" not in visit.page.url
    visit.page.go_forward()
    visit.page.wait_for_url(re.compile(r"months=12"), timeout=PATIENCE)
    visit.settled("Training and audit", charts=True)
    assert visit.errors == []


def test_no_page_is_wider_than_the_smallest_phone(site: str, browser: Browser):
    context = browser.new_context(viewport={"width": 320, "height": 640})
    for code in ("overview", "promises", "changes", "ask"):
        visitor = listening(context.new_page(), site)
        visitor.page.goto(site if code == "overview" else f"{site}/{code}")
        visitor.page.locator("p.dl-answer").wait_for(timeout=PATIENCE)
        assert _sideways(visitor.page) == 0, code
        visitor.page.close()
    context.close()


def test_one_chart_can_be_framed_and_a_page_of_ours_cannot(site: str, browser: Browser):
    """A page of another origin frames both: `localhost` is another host than 127.0.0.1."""
    page = browser.new_page()
    frames = f'<iframe id="one" src="{site}/chart/K2.html"></iframe><iframe id="whole" src="{site}/notice"></iframe>'
    page.route("**/frames.html", lambda route: route.fulfill(body=frames, content_type="text/html"))
    page.goto(f"{site.replace('127.0.0.1', 'localhost')}/frames.html")
    page.frame_locator("#one").locator("svg[role=img]").wait_for(timeout=PATIENCE)
    assert "people with a hold request" in page.frame_locator("#one").locator("h1").inner_text()
    assert page.frame_locator("#whole").locator("#root").count() == 0
    page.close()
