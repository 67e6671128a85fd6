"""Whether a figure changed or only varied."""

from datetime import date

import pandas as pd
import pytest

from dashboard import sentences
from dashboard.change import Direction, Stretch, change_of, difference, signal, usual_range
from dashboard.wording import ENGLISH
from schemas.shares import wilson

MONTHS = [f"{year}-{month:02d}" for year in (2025, 2026) for month in range(1, 13)]


def counts(*values: float | None) -> pd.DataFrame:
    frame = pd.DataFrame({"period": MONTHS[: len(values)], "numerator": values, "denominator": None, "value": values})
    return frame.astype({"numerator": "float64", "denominator": "float64", "value": "float64"})


def shares(*pairs: tuple[float, float]) -> pd.DataFrame:
    rows = [(month, n, d, n / d) for month, (n, d) in zip(MONTHS, pairs, strict=False)]
    return pd.DataFrame(rows, columns=["period", "numerator", "denominator", "value"])


def test_the_usual_range_is_the_mean_and_2_66_moving_ranges_of_the_first_year():
    limits = usual_range(counts(*[20, 24] * 6, 90))
    assert limits is not None
    assert limits.centre == 22
    assert limits.high == pytest.approx(22 + 2.66 * 4)
    assert limits.low == pytest.approx(22 - 2.66 * 4)
    assert (limits.first, limits.last) == ("2025-01", "2025-12"), "a later month does not move its own limits"


@pytest.mark.parametrize("values", [[20] * 12, [3, 4] * 8, []], ids=["too few months", "too small", "none"])
def test_no_limits_where_they_would_mislead(values):
    assert usual_range(counts(*values)) is None


@pytest.mark.parametrize(
    ("after", "found"),
    [([33], Direction.UP), ([11], Direction.DOWN), ([32], Direction.STEADY), ([23] * 8, Direction.UP),
     ([21] * 8, Direction.DOWN), ([23] * 4 + [21] * 4, Direction.STEADY)],
)  # fmt: skip
def test_a_signal_is_a_point_outside_or_eight_on_one_side(after, found):
    points = counts(*[20, 24] * 6, *after)
    limits = usual_range(points)
    assert limits is not None
    assert signal(points, limits) is found


def test_shares_differ_only_when_the_interval_of_their_difference_excludes_none():
    assert difference(Stretch("a", "b", 40, 80), Stretch("c", "d", 72, 80)) is Direction.UP
    assert difference(Stretch("a", "b", 72, 80), Stretch("c", "d", 40, 80)) is Direction.DOWN
    assert difference(Stretch("a", "b", 67, 80), Stretch("c", "d", 68, 80)) is Direction.STEADY
    assert difference(Stretch("a", "b", 1, 4), Stretch("c", "d", 4, 4)) is Direction.UNKNOWN
    assert difference(Stretch("a", "b", -1, 40), Stretch("c", "d", 3, 40)) is Direction.UNKNOWN, "a gap is no share"


def test_counts_differ_only_beyond_their_own_spread():
    assert difference(Stretch("a", "b", 100, None), Stretch("c", "d", 140, None)) is Direction.UP
    assert difference(Stretch("a", "b", 100, None), Stretch("c", "d", 110, None)) is Direction.STEADY
    assert difference(Stretch("a", "b", 0, None), Stretch("c", "d", 0, None)) is Direction.STEADY


def test_nothing_is_compared_across_a_change_of_law():
    points = shares(*[(10, 20)] * 12)
    law = date(2025, 6, 9)
    change = change_of(points, [law])
    assert change.before is not None
    assert change.now is not None
    assert (change.before.first, change.now.last) == ("2025-07", "2025-12")
    assert change_of(points, [date(2025, 8, 1)]).direction is Direction.UNKNOWN, "four months are too few"
    assert "Too few months" in sentences.trend_text(change_of(points, [date(2025, 8, 1)]), ENGLISH)


def test_a_law_after_the_last_month_and_before_the_first_breaks_nothing():
    points = shares(*[(10, 20)] * 12)
    assert change_of(points, [date(2013, 1, 1), date(2027, 1, 1)]).before == Stretch("2025-01", "2025-06", 60, 120)


def test_a_stock_is_read_at_the_end_and_not_added_up():
    points = shares(*[(number, 100) for number in range(1, 13)])
    change = change_of(points, [], stock=True)
    assert change.now == Stretch("2025-12", "2025-12", 12, 100)
    assert change.before == Stretch("2025-06", "2025-06", 6, 100)


def test_months_without_a_figure_are_left_out():
    change = change_of(counts(1, None, 2, 3, None, 4, 5, 6), [])
    assert change.before == Stretch("2025-01", "2025-04", 6, None)
    assert change.now == Stretch("2025-06", "2025-08", 15, None)


def test_wilsons_interval_stays_between_none_and_all():
    assert wilson(0, 12)[0] == pytest.approx(0)
    assert wilson(0, 12)[1] == pytest.approx(0.2425, abs=1e-3)
    assert wilson(12, 12)[1] == pytest.approx(1)


def test_the_trend_in_words_names_both_stretches():
    said = sentences.trend_text(change_of(shares(*[(10, 20)] * 3, *[(20, 20)] * 3), []), ENGLISH)
    assert said == "Up: 60 of 60 in April 2025 to June 2025; before, 30 of 60 in January 2025 to March 2025."
