"""What the document of a page says itself: how the page begins, as the app will show it, and the rest for no scripts.

It is there before any script has run, and stays for whoever runs none.
"""

from dashboard import answers, front, markup, widgets
from dashboard.answers import Answer
from dashboard.edition import STATIC_PAGE, Edition
from dashboard.gallery import datasets_on
from dashboard.pages import EXHIBITED, HOME, PAGES, PageText
from dashboard.wording import Wording


def words(page: PageText, edition: Edition | None, _: Wording, *, choices: bool) -> str:
    """The first words of a page.

    choices: whether the address may ask for another answer; then this one is only for readers without scripts.
    """
    found, place = answer_on(page, edition, _), twin(page, edition)
    said = _told(page, edition, found, _) if edition and found else ""
    begins = widgets.uncertified(_) + markup.opening(_(page.title), _(page.question), "" if choices else said)
    return (
        f'<main class="dl-first"><div>{begins}</div>'
        f"<p>{markup.link(place, _('This page without scripts'))}</p><noscript>{said if choices else ''}"
        f"{_every_measure(edition, _) if edition and page.code == HOME else ''}"
        f"<p>{_('This page needs JavaScript. Every figure is also on a plain page and in plain files:')} "
        f'<a href="{place}">{_("the record without scripts")}</a>, '
        '<a href="/catalogue/latest/tables/indicators.csv">indicators.csv</a>, '
        '<a href="/catalogue/catalogue.json">catalogue.json</a>.</p></noscript></main>'
    )


def answer_on(page: PageText, edition: Edition | None, _: Wording) -> Answer | None:
    """What a page answers before its reader chooses; None without a release, or where the question is the reader's own."""
    if edition is None or page.code not in (HOME, *EXHIBITED):
        return None
    found = answers.answer(edition, page.code, widgets.first_choice(edition, page.code), _)
    return found if found.sentence else None


def twin(page: PageText, edition: Edition | None) -> str:
    """Where the page without scripts is."""
    return f"/catalogue/latest/{edition.static_page(page.twin) if edition else STATIC_PAGE}"


def _told(page: PageText, edition: Edition, found: Answer, _: Wording) -> str:
    """An answer, and before it that its figures are made up if any of them are."""
    return widgets.sample(edition, datasets_on(edition, page.code), _) + widgets.answer(found, _)


def _every_measure(edition: Edition, _: Wording) -> str:
    return markup.items([
        markup.text(f"{line.measure.title}: {line.sentence}")
        for entry in PAGES for line in front.lines(edition, entry.code, _)
    ])  # fmt: skip
