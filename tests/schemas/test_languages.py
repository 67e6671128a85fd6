"""Catalogues of translations: they parse, their placeholders agree, and each language writes numbers and days its way."""

import gettext
import re
from datetime import date

import pytest
from babel.messages.catalog import Catalog

from docs.words import glossary, missing, template, unlike, updated
from schemas.languages import DRAFT, LANGUAGES, LocalWording, is_certified, offered, read_catalogue, worded, wording
from schemas.wording import ENGLISH

OTHERS = [one.code for one in offered() if one.code != "en"]


@pytest.fixture(scope="module")
def texts():
    return template()


def test_texts_inside_f_strings_and_templates_are_found(texts):
    for text in ("Release", "New releases (Atom feed)", "Skip to the content", "over 99%"):
        assert text in texts


@pytest.mark.parametrize("code", OTHERS)
def test_placeholders_agree(code):
    assert {str(m.id): unlike(m) for m in read_catalogue(code) if m.id and unlike(m)} == {}


@pytest.mark.parametrize("code", OTHERS)
def test_markdown_links_and_signs_are_kept(code):
    for message in read_catalogue(code):
        if not message.id or isinstance(message.id, tuple) or not message.string:
            continue
        for sign in ("](", "✔", "✘", "[c]", "✕"):
            assert message.string.count(sign) == message.id.count(sign), message.id
        assert "<" not in message.string
        assert re.match(r"\s*", message.string)[0] == re.match(r"\s*", message.id)[0], message.id


@pytest.mark.parametrize("code", OTHERS)
def test_the_catalogue_is_as_make_words_writes_it(code, texts):
    """No text of today is unknown to it, and it keeps none of yesterday's."""
    assert {str(m.id) for m in read_catalogue(code) if m.id} == {str(m.id) for m in texts if m.id}


def test_english_and_the_six_languages_of_the_county_are_offered():
    assert [one.code for one in offered()] == list(LANGUAGES) == ["en", "es", "zh-Hant", "vi", "so", "ru", "ko"]


@pytest.mark.parametrize("code", OTHERS)
def test_no_text_of_today_lacks_its_translation(code, texts):
    assert [message.id for message in missing(updated(code, texts))] == []


@pytest.mark.parametrize("code", OTHERS)
def test_words_of_law_are_agreed_on_at_the_head_of_the_catalogue(code, texts):
    agreed = glossary(read_catalogue(code))
    for word in ("detainer", "judicial warrant", "request", "notice", "suppressed", "missing", "late"):
        assert word in agreed
    assert glossary(updated(code, texts)) == agreed


def test_plural_forms_of_the_language_are_used():
    assert read_catalogue("ru").num_plurals == 3
    rows = [wording("ru").plural("{number} row", "{number} rows", number) for number in (1, 3, 5, 21, 112)]
    assert rows == ["1 строка", "3 строки", "5 строк", "21 строка", "112 строк"]
    assert wording("ko").plural("{number} row", "{number} rows", 1) == "1개 행"
    spanish = wording("es")
    assert spanish.plural("{number} row", "{number} rows", 1) == "1 fila"
    assert spanish.plural("{number} row", "{number} rows", 1200) == "1,200 filas"


def marked_texts() -> gettext.NullTranslations:
    """English texts in quotation marks."""

    class Quoted(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return f"«{message}»"

        def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
            return self.gettext(msgid1 if n == 1 else msgid2)

    return Quoted()


def test_a_half_translated_text_counts_as_missing_and_is_shown_in_english():
    """One plural form of three, and a translation that waits for a look."""
    started = Catalog(locale="ru", fuzzy=False)
    started.add(("{number} row", "{number} rows"), ("{number} строка", "", ""))
    started.add("Month", "Месяц", flags=("fuzzy",))
    started.add("Year", "Год")
    assert [message.id for message in missing(started)] == [("{number} row", "{number} rows"), "Month"]
    _ = worded("ru", started, gettext.NullTranslations())
    assert (_("Year"), _("Month"), _.plural("{number} row", "{number} rows", 1)) == ("Год", "Month", "1 row")


def test_a_text_without_translation_is_shown_in_english():
    assert wording("es")("A text that nobody wrote") == "A text that nobody wrote"
    assert wording("es", marked_texts()).plural("{number} oak", "{number} oaks", 2) == "«2 oaks»"
    assert wording("xx") is ENGLISH
    assert wording("../../etc") is ENGLISH
    assert wording("en") is ENGLISH


@pytest.mark.parametrize("code", OTHERS)
def test_nothing_here_was_certified_by_a_person(code):
    assert read_catalogue(code).last_translator == DRAFT
    assert not is_certified(wording(code))
    assert is_certified(ENGLISH)


@pytest.mark.parametrize(
    ("code", "number", "day", "month", "short"),
    [
        ("es", "−12,345.7", "20 de octubre de 2026", "septiembre de 2026", ("sept", "2026")),
        ("zh-Hant", "−12,345.7", "2026年10月20日", "2026年9月", ("9月", "2026")),
        ("vi", "−12.345,7", "20 tháng 10, 2026", "tháng 9 năm 2026", ("thg 9", "2026")),
        ("so", "−12,345.7", "Oktoobar 20, 2026", "Sebtembar 2026", ("Seb", "2026")),
        ("ru", "−12\N{NO-BREAK SPACE}345,7", "20 октября 2026\u202fг.", "сентябрь 2026\u202fг.", ("сент.", "2026")),
        ("ko", "−12,345.7", "2026년 10월 20일", "2026년 9월", ("9월", "2026")),
    ],
    ids=["es", "zh-Hant", "vi", "so", "ru", "ko"],
)
def test_numbers_and_days_are_written_as_the_language_does(code, number, day, month, short):
    _ = LocalWording(code, locale=LANGUAGES[code].locale)
    said = (_.number(-12345.67), _.day(date(2026, 10, 20)), _.period("2026-09"), _.short_period("2026-09"))
    assert said == (number, day, month, short)
    assert _.period("2014") == "2014"
    assert _.percent(0.996) == "over 99%"
    assert re.sub(r"\s", "", _.percent(0.48)) == "48%"


def test_a_sentence_begins_with_a_capital_and_ends_with_one_full_stop():
    _ = wording("ru")
    said = [_("Data to {period}.", period=_.period("2026-09")), _("In {period}, {amount}.", period="май", amount="2")]
    assert said == ["Данные по сентябрь 2026\u202fг.", "Май: 2."]
    assert _("{period}: {absent}.", period="май", absent="нет") == "май: нет."
    one, many = "In {period}, {number} measure came to be met", "In {period}, {number} measures came to be met"
    assert _.plural(one, many, 2, period="май") == "Май: 2 показателя стали выполняться"


@pytest.mark.parametrize("code", OTHERS)
def test_bringing_a_catalogue_up_to_date_keeps_its_translations(code, texts):
    said = {str(m.id): str(m.string) for m in read_catalogue(code) if m.id}
    assert {str(m.id): str(m.string) for m in updated(code, texts) if m.id} == said
