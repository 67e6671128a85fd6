"""Cells in the form in which a portal's and ours are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.publish.cells import DAY, KEY, NUMBER, TEXT, difference, plain

KINDS = {KEY: TEXT, "n": NUMBER, "day": DAY, "words": TEXT}


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("1", "1.0", NUMBER), ("1", "1.000", NUMBER), (1, "1", NUMBER), ("0.1", "0.10", NUMBER), ("-0", "0", NUMBER),
        ("100", "1E+2", NUMBER), ("13.1", 13.1, NUMBER), ("12345678901234567890.5", "12345678901234567890.50", NUMBER),
        ("2026-01-31", "2026-01-31T00:00:00.000", DAY), ("2026-01-31", "2026-01-31T00:00:00", DAY),
        ("", None, NUMBER), ("", None, DAY), ("", None, TEXT), (float("nan"), None, NUMBER), (float("nan"), "", TEXT),
    ],
)  # fmt: skip
def test_the_same_in_two_forms(one, other, kind):
    assert plain(one, kind) == plain(other, kind)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [("0", None, NUMBER), ("1", "1.0000000000000000000000000000000001", NUMBER), ("2026-01-31", "2026-01-31T12:00:00.000", DAY),
     ("2026-01-31", "2026-01-31T00:00:00.001", DAY), ("01", "1", TEXT), ("a", "a ", TEXT), ("1.0", "1", TEXT)],
)  # fmt: skip
def test_not_the_same(one, other, kind):
    assert plain(one, kind) != plain(other, kind)


@pytest.mark.parametrize("value", ["N/A", "1,000", "NaN", "Infinity", "$5", True])
def test_what_is_no_number_is_refused_from_us_and_differs_from_them(value):
    with pytest.raises(ValueError, match="no number"):
        plain(value, NUMBER)
    assert difference([{KEY: "a", "n": None}], [{KEY: "a", "n": value}], {KEY: TEXT, "n": NUMBER}).changed == ("a",)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_every_number_is_itself_whatever_its_zeros(number):
    assert plain(str(number), NUMBER) == plain(f"{number:f}0", NUMBER) == plain(plain(str(number), NUMBER), NUMBER)


def test_a_difference_names_rows_and_the_first_cell():
    ours = [{KEY: "a", "n": "1"}, {KEY: "b", "n": "2"}, {KEY: "c", "n": "3"}]
    theirs = [{KEY: "a", "n": "1.0"}, {KEY: "b", "n": "5"}, {KEY: "d", "n": "4"}]
    found = difference(ours, theirs, {KEY: TEXT, "n": NUMBER})
    assert (found.new, found.gone, found.changed) == (("c",), ("d",), ("b",))
    assert str(found) == "1 new, 1 gone, 1 changed (first: b, n)"


def test_a_row_that_is_there_twice_is_a_difference():
    row = {KEY: "a", "n": "1"}
    assert difference([row], [row, row], KINDS)
    assert not difference([row], [row], KINDS)
    assert not difference([], [], KINDS)
