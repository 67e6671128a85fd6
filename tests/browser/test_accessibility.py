"""For everybody: by keyboard alone, without motion, by a checker that is known to see, and pages that are valid HTML.

The walk through every page at each size, in light and dark, is in test_browser.py.
"""

import re
from pathlib import Path

import html5lib
import pytest
from playwright.sync_api import Page

from dashboard.pages import BY_CODE
from schemas.languages import offered

pytestmark = pytest.mark.browser

SPOILED = """() => {
  const picture = document.createElement('img');
  picture.src = '/daylight.svg';
  document.querySelector('main').append(picture);
}"""
SEEN = """() => {
  const here = document.activeElement, look = () => {
    const all = [here, here.parentElement].map(node => getComputedStyle(node));
    return all.map(s => [s.outlineStyle + s.outlineWidth, s.boxShadow, s.borderColor, s.backgroundColor].join()).join();
  };
  const box = here.getBoundingClientRect(), focused = look();
  here.blur();
  const plain = look();
  here.focus({focusVisible: true});
  return {name: (here.getAttribute('aria-label') || here.innerText || here.title || '').trim().slice(0, 40), tag: here.tagName,
          seen: focused !== plain && box.width > 0 && box.right > 0 && box.bottom > 0};
}"""
"""Where the keyboard is: its name, and whether it looks different from when the keyboard is elsewhere."""
MOVING = """() => [...document.querySelectorAll('*')].filter(node => {
  const style = getComputedStyle(node);
  return style.animationName !== 'none' || !/^(0s)(, 0s)*$/.test(style.transitionDuration);
}).map(node => node.outerHTML.slice(0, 90))"""
STOPS = 12
STATIC = ("index", "requests", "notice", "accounts", "disclosures", "training", "federal", "definitions", "revisions")


def test_the_checker_sees_a_picture_without_a_name(desktop, violations):
    desktop.open(BY_CODE["about"])
    assert violations(desktop.page) == []
    desktop.page.evaluate(SPOILED)
    (found,) = violations(desktop.page)
    assert found.startswith("image-alt (critical)")


def _next(page: Page, key: str = "Tab") -> dict[str, object]:
    page.keyboard.press(key)
    return page.evaluate(SEEN)


def test_the_skip_link_comes_first_and_leads_past_the_menu_to_the_choices(desktop):
    entry = BY_CODE["training"]
    desktop.open(entry)
    desktop.drawn(entry)
    first = [_next(desktop.page) for _number in range(3)]
    assert [stop["name"] for stop in first] == ["Skip to main content", "Navigate to home page", "Overview"]
    for _number in range(2):
        _next(desktop.page, "Shift+Tab")
    desktop.page.keyboard.press("Enter")
    stops: list[dict[str, object]] = []
    while len(stops) < STOPS and "All months" not in {stop["name"] for stop in stops}:
        stops.append(_next(desktop.page))
    stops.append(_next(desktop.page, "ArrowRight"))
    languages = [one.name for one in offered()]
    assert [stop["name"] for stop in stops] == [*languages, "All agencies", "All months", "Last 12 months"]
    assert [stop for stop in first + stops if not stop["seen"]] == []
    desktop.page.keyboard.press("Space")
    desktop.page.wait_for_url(re.compile(r"months=12"))
    assert desktop.errors == []


def test_a_fold_opens_with_the_keyboard_and_the_table_in_it_is_a_stop(desktop):
    entry = BY_CODE["training"]
    desktop.open(entry)
    fold = desktop.page.locator("details.dl-fold").first
    fold.locator("summary").focus()
    desktop.page.keyboard.press("Enter")
    assert fold.get_attribute("open") is not None
    table = _next(desktop.page)
    assert (table["tag"], table["seen"]) == ("DIV", True), "arrows scroll a wide table once the keyboard is in it"


def test_nothing_moves_for_who_asked_for_less_motion(desktop):
    desktop.page.emulate_media(reduced_motion="reduce")
    entry = BY_CODE["notice"]
    desktop.open(entry)
    desktop.drawn(entry)
    assert desktop.page.evaluate(MOVING) == []


def _static(release: Path) -> list[Path]:
    return sorted((release / "site").rglob("*.html"))


@pytest.mark.parametrize("name", [*STATIC, "tables/ice_requests", "tables/audit_baseline"])
def test_axe_finds_nothing_on_the_static_edition(browser, release, violations, name):
    """Both sizes and grounds. Tables come from one template: two stand for all, with the first thirty rows of each."""
    page = browser.new_page()
    page.goto((release / f"site/en/{name}.html").as_uri())
    page.evaluate("() => document.querySelectorAll('tbody tr:nth-child(n+31)').forEach(row => row.remove())")
    for width, scheme in ((1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], (width, scheme)
    page.close()


def test_axe_finds_nothing_on_the_front_page_of_the_catalogue_nor_on_an_embedded_chart(site, browser, violations):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    for path in ("/catalogue/", "/chart/K2.html"):
        page.goto(f"{site}{path}")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (path, scheme)
    page.close()


def test_every_plain_page_is_valid_for_a_strict_parser(release, catalogue):
    """html5lib refuses what the standard calls a parse error: unclosed, misplaced, doubled, unescaped."""
    pages = [*_static(release), catalogue / "index.html"]
    assert len(pages) > 20
    for path in pages:
        html5lib.HTMLParser(strict=True).parse(path.read_text(encoding="utf-8"))
    with pytest.raises(html5lib.html5parser.ParseError):
        html5lib.HTMLParser(strict=True).parse("<!doctype html><title>t</title><p>a<table><p>b</table>")
