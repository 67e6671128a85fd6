"""The static edition in a real browser without JavaScript: read from the disk, at a desk, on a phone and on paper."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

PAGES = ("index", "requests", "notice", "accounts", "disclosures", "training", "federal", "definitions", "revisions",
         "tables/ice_requests", "tables/notice_compliance_by_facility")  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark"), (320, "light")])
def test_every_page_reads_without_scripts_and_without_sideways_scroll(browser, release: Path, width, scheme):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    for name in PAGES:
        address = (release / f"site/en/{name}.html").as_uri()
        page.goto(address)
        assert page.locator("h1").count() == 1, name
        assert "SAMPLE DATA" in page.locator("p.sample").inner_text(), name
        wide, there = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide <= there, (name, width)
        for picture in page.locator("svg").all():
            box = picture.bounding_box()
            assert box["width"] > 200, name
            assert box["x"] + box["width"] <= width, name
    context.close()
    assert said == []
    assert len(asked) == len(PAGES), "a page asked for something else"


def test_the_skip_link_is_the_first_stop_and_shows_itself(browser, release: Path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((release / "site/en/notice.html").as_uri())
    link = page.locator("a.skip")
    assert link.bounding_box()["x"] < 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert link.bounding_box()["x"] >= 0
    context.close()


def test_a_printed_page_leaves_out_what_paper_cannot_use(browser, release: Path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((release / "site/en/notice.html").as_uri())
    page.emulate_media(media="print")
    assert [each.is_hidden() for each in page.locator("nav").all()] == [True, True]
    assert page.locator("svg").first.is_visible()
    assert page.locator("p.sample").evaluate("node => getComputedStyle(node).backgroundColor") == "rgb(255, 255, 255)"
    context.close()
