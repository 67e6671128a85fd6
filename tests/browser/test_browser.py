"""The real pages in a real browser: charts drawn, figures as published, no error, no request to another host."""

import csv
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, expect

from dashboard.pages import BY_CODE, PAGES
from schemas.languages import wording

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
PATIENCE = 60_000
MAIN = "[data-testid=stMain]"
ADDRESSES = ("/", "/notice", "/catalogue/catalogue.json", "/static/js/missing.js")


@pytest.mark.slow
def test_the_command_of_the_readme_serves_the_dashboard():
    plain = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    with subprocess.Popen(
        ["make", "run", "PORT=0"], cwd=ROOT, env=plain, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as server:
        try:
            ready = next((line for line in server.stdout if line.startswith("Daylight is ready")), "")
            assert ready, "make run ended before the dashboard was ready"
            address = re.search(r"http://[^\s)]+", ready).group()
            with urlopen(f"{address}/notice", timeout=30) as page:
                assert "<title>Notice – Daylight</title>" in page.read().decode()
        finally:
            os.killpg(server.pid, signal.SIGINT)
            server.wait(timeout=30)


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.code)
def test_a_page_opens_by_its_address(desktop, entry):
    desktop.open(entry)
    page = desktop.page
    assert page.locator(f"{MAIN} h1").count() == 1
    assert "SAMPLE DATA" in page.locator(f"{MAIN} .dl-sample").inner_text()
    assert page.locator("[data-testid=stException]").count() == 0
    assert page.title() == f"{entry.title} – Daylight"
    assert page.locator("html").get_attribute("lang") == "en"
    assert desktop.errors == []
    assert desktop.foreign == set()


@pytest.fixture(scope="module", params=["desktop", "phone"])
def stroll(site: str, screens: dict[str, BrowserContext], request: pytest.FixtureRequest, new_visit):
    """One long visit that goes from page to page by the menu, at a desk and on a phone."""
    visitor = new_visit(screens[request.param].new_page())
    visitor.open(PAGES[0])
    yield visitor
    visitor.page.close()


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.code)
def test_a_page_is_whole_and_for_everybody_at_each_size_in_light_and_dark(stroll, entry, violations):
    """Reached by its link: charts drawn, nothing scrolls sideways down to 320 px, axe-core finds nothing at all."""
    stroll.errors.clear()
    for ground in ("light", "dark"):
        stroll.turn(ground)
        stroll.go(entry)
        stroll.drawn(entry)
        stroll.grounded(ground)
        stroll.unfold()
        assert violations(stroll.page) == []
    assert stroll.page.url == f"{stroll.site}/{'' if entry.code == 'overview' else entry.code}"
    wide = stroll.page.viewport_size["width"]
    assert [stroll.sideways(width) for width in (320, wide)] == [0, 0]
    assert stroll.page.locator("[data-testid=stException]").count() == 0
    assert stroll.errors == []
    assert stroll.foreign == set()


def test_the_figures_of_the_overview_are_those_of_the_published_file(visit):
    answer = visit.page.request.get(f"{visit.site}/catalogue/latest/tables/indicators.csv")
    assert answer.ok
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = [row for row in csv.DictReader(answer.text().splitlines()) if row["period"].count("Q") == 0]
    visit.open(BY_CODE["overview"])
    assert not [url for url in visit.asked if "PlotlyChart" in url], "the landing page loads no chart code"
    shown = visit.page.locator(MAIN)
    newest = max(row["period"] for row in rows)
    checked = 0
    for row in rows:
        agencies = {other["agency"] for other in rows if other["indicator"] == row["indicator"]}
        speaks_for_all = row["agency"] == "ALL" or agencies == {row["agency"]}
        if row["period"] == newest and speaks_for_all and row["status"] == "shown" and row["denominator"]:
            figure = f"{int(float(row['numerator'])):,} of {int(float(row['denominator'])):,} "
            expect(shown).to_contain_text(figure)
            checked += 1
    assert checked >= 5


FIRST_WORDS = ".dl-first"


@pytest.mark.parametrize(("language", "note"), [("en", []), ("es", [".dl-small"])])
def test_the_answer_is_there_before_any_script_has_run_and_goes_when_the_app_says_it(visit, language, note):
    """The app's own scripts are held back: title, note on samples and answer stand where the app will put them.

    So does, in a language whose words nobody has certified, the note that says so.
    """
    _, held = wording(language), list[Route]()
    entry = replace(BY_CODE["notice"], title=_(BY_CODE["notice"].title))

    def hold(route: Route) -> None:
        held.append(route)

    visit.page.route("**/static/js/**", hold)
    visit.page.goto(f"{visit.site}/notice?lang={language}", wait_until="commit")
    words = visit.page.locator(FIRST_WORDS)
    expect(words).to_contain_text("21 of 25 people with a hold request" if language == "en" else "21 de 25 personas")
    expect(words).to_contain_text("SAMPLE DATA")
    visit.lettered()
    parts = (*note, "h1", ".dl-question", ".dl-sample", ".dl-verdict", ".dl-answer", ".dl-facts")
    early = [words.locator(part).first.bounding_box() for part in parts]
    with visit.run(entry):
        for route in held:
            route.continue_()
        visit.page.unroute("**/static/js/**")
    expect(words).to_have_count(0)
    late = [visit.page.locator(f"{MAIN} {part}").first.bounding_box() for part in parts]
    for before, after in zip(early, late, strict=True):
        assert before == pytest.approx(after, abs=3)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_the_first_words_are_for_everybody(visit, ground, violations):
    visit.page.emulate_media(color_scheme=ground)
    visit.page.route("**/static/js/**", lambda route: route.abort())
    visit.page.goto(f"{visit.site}/notice", wait_until="commit")
    way_out = visit.page.locator(FIRST_WORDS).get_by_role("link")
    expect(way_out).to_have_attribute("href", "/catalogue/latest/site/en/notice.html")
    assert violations(visit.page) == []
    assert visit.sideways(320) == 0


def test_an_address_with_choices_says_no_answer_that_is_not_its_own(desktop):
    desktop.page.route("**/static/js/**", lambda route: route.abort())
    desktop.page.goto(f"{desktop.site}/notice?agency=DAJD", wait_until="commit")
    words = desktop.page.locator(FIRST_WORDS)
    expect(words).to_contain_text("Were people told that immigration authorities had asked about them?")
    expect(words).not_to_contain_text("of 25 people")


FIRST_PICTURE = ".st-key-first-chart img"
LIVE = "[data-testid=stPlotlyChart]"
PLACES = (
    "() => [...document.querySelectorAll('.st-key-first-chart, [data-testid=stMain] h2')]"
    ".map(one => one.getBoundingClientRect().top + scrollY)"
)


def test_the_first_chart_is_a_picture_until_the_live_one_takes_its_place_and_nothing_moves(visit):
    """The program that draws charts is held back, as on a slow phone: the picture is there, as high as the chart will be."""
    entry, held = BY_CODE["notice"], list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    visit.page.route("**/PlotlyChart.*.js", hold)
    visit.open(entry)
    picture = visit.page.locator(FIRST_PICTURE)
    picture.wait_for()
    visit.page.wait_for_function(f"() => document.querySelector('{FIRST_PICTURE}').naturalWidth > 0")
    before, high = visit.page.evaluate(PLACES), picture.bounding_box()["height"]
    assert (
        picture.bounding_box()["width"] > 0.7 * visit.page.locator("[data-testid=stHtml]").first.bounding_box()["width"]
    )
    assert len(picture.get_attribute("alt")) > 40
    assert visit.page.locator(".js-plotly-plot").count() == 0
    for route in held:
        route.continue_()
    visit.page.unroute("**/PlotlyChart.*.js")
    visit.drawn(entry)
    expect(picture).to_be_hidden()
    assert abs(visit.page.locator(LIVE).first.bounding_box()["height"] - high) <= 1
    assert visit.page.evaluate(PLACES) == pytest.approx(before, abs=1)


def test_without_the_program_that_draws_charts_the_picture_and_the_table_stay(visit):
    visit.page.route("**/PlotlyChart.*.js", lambda route: route.abort())
    visit.open(BY_CODE["notice"])
    visit.page.wait_for_function(f"() => document.querySelector('{FIRST_PICTURE}')?.naturalWidth > 0")
    visit.page.locator(MAIN).locator("summary", has_text="The same figures as a table").first.click()
    expect(visit.page.locator(MAIN).locator("table").first).to_be_visible()


def test_a_choice_goes_into_the_address_and_back_and_forward_bring_it_back(visit):
    """Opened by a shared address: the agency of it is chosen, the chart and its source are there."""
    entry = BY_CODE["requests"]
    visit.open(entry, "?agency=KCSO")
    visit.drawn(entry)
    assert "King County Sheriff" in visit.page.locator(".js-plotly-plot").first.text_content()
    link = visit.page.get_by_role("link", name="indicators.csv").first
    answer = visit.page.request.get(f"{visit.site}{link.get_attribute('href')}")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.text().startswith("indicator,period,agency,")
    chosen = visit.page.locator(MAIN).get_by_text("All agencies", exact=True).first
    with visit.run(entry):
        chosen.click()
    visit.page.wait_for_url(re.compile(r"agency=ALL"))
    with visit.run(entry):
        visit.page.get_by_text("Last 12 months", exact=True).first.click()
    visit.page.wait_for_url(re.compile(r"months=12"))
    with visit.run(entry):
        visit.page.go_back()
    assert "months=12" not in visit.page.url
    assert "agency=ALL" in visit.page.url
    with visit.run(entry):
        visit.page.go_forward()
    visit.page.wait_for_url(re.compile(r"months=12"))
    visit.drawn(entry)
    assert visit.errors == []


def test_the_security_headers_are_sent(site: str, screens: dict[str, BrowserContext]):
    for path in ADDRESSES:
        headers = screens["desktop"].request.get(f"{site}{path}").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "unsafe-eval" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"


@pytest.fixture
def foreign_site() -> Iterator[tuple[str, dict[str, str]]]:
    """A site of another origin, `localhost` on a port of its own, with the pages that a test puts into the dictionary.

    It is a real server: Chromium keeps pages that came from nowhere away from addresses of this machine.
    """
    pages: dict[str, str] = {}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(pages[self.path].encode())

        def log_message(self, *_words):
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}", pages
        server.shutdown()


def test_one_chart_can_be_framed_and_a_page_of_ours_cannot(site: str, browser: Browser, foreign_site):
    newspaper, pages = foreign_site
    pages["/frames"] = (
        f'<iframe id="one" src="{site}/chart/K2.html"></iframe><iframe id="whole" src="{site}/notice"></iframe>'
    )
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    with page.expect_console_message(timeout=PATIENCE), page.expect_event("requestfailed", timeout=PATIENCE) as refused:
        page.goto(f"{newspaper}/frames")
    page.frame_locator("#one").locator("svg[role=img]").wait_for(timeout=PATIENCE)
    assert "people with a hold request" in page.frame_locator("#one").locator("h1").inner_text()
    assert refused.value.url == f"{site}/notice"
    assert page.frame_locator("#whole").locator("#root").count() == 0
    (why,) = said
    assert "frame-ancestors" in why
    page.close()
