"""Every page in every language, at a desk and on a phone, light and dark: whole, in its language, and for everybody.

`make walk` takes every step, for half an hour; a daily run takes a twelfth of them, some of every language, size and ground.
"""

from dataclasses import replace

import pytest

from dashboard.pages import PAGES
from schemas.languages import offered, wording

pytestmark = pytest.mark.browser
GROUNDS = ("light", "dark")
VIEWS = [(screen, ground) for screen in ("desktop", "phone") for ground in GROUNDS]
DAILY = 12
OTHERS = [one.code for one in offered() if one.code != "en"]


def _steps():
    """Language and screen, page and ground of every step; those that a daily run leaves out are marked."""
    steps = [
        (language, screen, ground, page) for language in OTHERS for screen, ground in VIEWS for page in PAGES
    ]  # fmt: skip
    return [
        pytest.param((language, screen), page, ground, id=f"{language}-{screen}-{ground}-{page.code}",
                     marks=pytest.mark.walk if number % DAILY else ())
        for number, (language, screen, ground, page) in enumerate(steps)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def walk(site, screens, new_visit, request):
    """One long visit in a language at one size, from page to page by the menu."""
    language, screen = request.param
    visitor, _ = new_visit(screens[screen].new_page()), wording(language)
    visitor.open(replace(PAGES[0], title=_(PAGES[0].title)), f"?lang={language}")
    yield visitor, _
    visitor.page.close()


@pytest.mark.parametrize(("walk", "page", "ground"), _steps(), indirect=["walk"])
def test_a_page_is_whole_and_for_everybody_in_each_language(walk, page, ground, violations):
    visitor, _ = walk
    visitor.errors.clear()
    visitor.turn(ground)
    visitor.go(replace(page, title=_(page.title)))
    visitor.drawn(page)
    visitor.grounded(ground)
    visitor.unfold()
    assert violations(visitor.page) == []
    assert visitor.page.locator("html").get_attribute("lang") == _.language
    assert visitor.page.title() == f"{_(page.title)} – {_('Daylight')}"
    assert visitor.sideways() == 0
    assert visitor.page.locator("[data-testid=stException]").count() == 0
    assert visitor.errors == []
    assert visitor.foreign == set()
