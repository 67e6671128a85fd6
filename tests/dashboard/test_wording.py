"""Words: periods, numbers, and text of the data that cannot become markup."""

from datetime import date

import pytest

from dashboard.wording import ENGLISH, MONTHS, plain


@pytest.mark.parametrize(
    ("period", "words"),
    [("2026-09", "September 2026"), ("2026-Q3", "quarter 3 of 2026"), ("2014", "2014")],
    ids=["month", "quarter", "year"],
)
def test_a_period_is_said_in_words(period, words):
    assert ENGLISH.period(period) == words


def test_numbers_and_days():
    assert ENGLISH.number(12345) == "12,345"
    assert ENGLISH.number(2.5) == "2.5"
    assert ENGLISH.number(-1) == "−1"
    assert ENGLISH.percent(0.8436) == "84%"
    assert ENGLISH.day(date(2026, 10, 20)) == "20 October 2026"
    assert len(MONTHS) == 12


def test_plurals():
    assert ENGLISH.plural("{number} row", "{number} rows", 1) == "1 row"
    assert ENGLISH.plural("{number} row", "{number} rows", 1200) == "1,200 rows"


@pytest.mark.parametrize(
    "hostile",
    ["[x](http://bad)", "<script>", "**bold**", "$x^2$", "| a |", ":red[x]", "`code`", "# head", "a_b_c", "~~x~~"],
)
def test_text_of_the_data_cannot_become_markup(hostile):
    safe = plain(hostile)
    for place, letter in enumerate(safe):
        if letter in "[](<>*$|:`#_~":
            assert safe[place - 1] == "\\"


def test_an_emoji_shortcode_stays_text():
    assert ":smile:" not in plain(":smile:").replace("\\", "")
    assert plain("a\nb") == "a b"
