"""The comparison of counties: ranks only where a rank says something, whatever the figures and in whatever order."""

from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.edition import SAMPLE
from dashboard.jurisdictions import COLUMNS, Side, Unranked, compared, comparison, side_of
from schemas.release import open_folder
from schemas.shares import PERCENT_FROM

STATED = ("indicator", "period", "agency", "numerator", "denominator", "value", "low", "high", "target", "met", "status",
          "basis", "reporting", "data_origin")  # fmt: skip
SHARE = {"id": "K2", "dataset": "notice_compliance", "unit": "share", "numerator": {"terms": [["notified", 1]]},
         "denominator": {"terms": [["notices_due", 1]]},
         "target": {"value": 1, "direction": "at_least", "words": "all"}}  # fmt: skip
HIDDEN = ("suppressed", "not_reported", "not_applicable")


def line(numerator=20, denominator=25, **cells):
    value = numerator / denominator if numerator is not None and denominator else None
    return {
        "indicator": "K2", "period": "2026-09", "agency": "JAIL", "numerator": numerator, "denominator": denominator,
        "value": value, "low": None, "high": None, "target": 1, "met": "", "status": "shown", "basis": "code",
        "reporting": "certified", "data_origin": "real", **cells,
    }  # fmt: skip


def side(name, *lines, **changed):
    table = pd.DataFrame(list(lines), columns=list(STATED))
    for number in ("numerator", "denominator", "value", "low", "high", "target"):
        table[number] = table[number].astype("Float64")
    return Side(name, name.title(), f"release-{name}", table, {"K2": {**SHARE, **changed}})


def told(table):
    """County -> rank or reason."""
    return {
        row["jurisdiction"]: row["reason"] if pd.isna(row["rank"]) else int(row["rank"])
        for row in table.to_dict("records")
    }


FIRST, SECOND = side("first", line(20, 25)), side("second", line(30, 60))


def test_the_better_share_comes_first():
    table = comparison([SECOND, FIRST])
    assert tuple(table.columns) == COLUMNS
    assert told(table) == {"first": 1, "second": 2}
    assert list(table["jurisdiction"]) == ["first", "second"]
    assert list(table["numerator"]) == [20, 30]
    assert list(table["release"]) == ["release-first", "release-second"]


def test_for_a_target_of_at_most_the_smaller_share_is_better():
    target = {"value": 0, "direction": "at_most", "words": "none"}
    sides = [side("first", line(20, 25), target=target), side("second", line(30, 60), target=target)]
    assert told(comparison(sides)) == {"first": 2, "second": 1}


def test_equal_shares_have_equal_ranks_and_rounding_makes_none():
    sides = [
        side("a", line(1, 30)),
        side("b", line(10, 300)),
        side("c", line(33_333, 1_000_000)),
        side("d", line(0, 40)),
    ]
    assert told(comparison(sides)) == {"a": 1, "b": 1, "c": 3, "d": 4}


@pytest.mark.parametrize(
    ("third", "reason"),
    [
        (side("third", line(None, None, status="suppressed")), Unranked.SUPPRESSED),
        (side("third", line(None, 50, status="suppressed")), Unranked.SUPPRESSED),
        (side("third", line(None, None, status="not_reported", reporting="missing")), Unranked.NOT_REPORTED),
        (side("third", line(0, 0, value=None, status="not_applicable")), Unranked.NOT_APPLICABLE),
        (side("third"), Unranked.NOT_REPORTED),
        (side("third", line(period="2026-08")), Unranked.NOT_REPORTED),
        (side("third", line(PERCENT_FROM - 1, PERCENT_FROM - 1)), Unranked.TINY),
        (side("third", line(25, 25, data_origin=SAMPLE)), Unranked.SAMPLE_DATA),
        (side("third", line(25, 25, low=0.8, high=1.0)), Unranked.DRAWN_SAMPLE),
        (side("third", line(25, None, value=25)), Unranked.NO_DENOMINATOR),
        (side("third", line(25, 25, agency="ALL", reporting="incomplete")), Unranked.INCOMPLETE),
        (side("third", line(25, 25), line(None, None, agency="SHERIFF", status="not_reported", reporting="missing")),
         Unranked.INCOMPLETE),
    ],
)  # fmt: skip
def test_what_cannot_be_ranked_says_why_and_moves_nobody(third, reason):
    table = comparison([FIRST, third, SECOND])
    here = table[table["period"] == "2026-09"]
    assert told(here) == {"first": 1, "second": 2, "third": reason}
    assert list(here["jurisdiction"])[-1] == "third"


def test_a_total_of_all_agencies_answers_for_the_county():
    whole = side("whole", line(40, 50, agency="ALL"), line(10, 20), line(30, 30, agency="SHERIFF"))
    table = comparison([whole, SECOND])
    assert told(table) == {"whole": 1, "second": 2}
    assert list(table["numerator"]) == [40, 30]


def test_another_formula_is_not_compared():
    other = side("other", line(25, 25), denominator={"terms": [["notified", 1]]})
    assert set(told(comparison([FIRST, other])).values()) == {Unranked.DEFINED_OTHERWISE}


def test_without_a_target_or_with_opposite_ones_no_share_is_better():
    assert set(told(comparison([side("a", line(), target=None), side("b", line(), target=None)])).values()) == {
        Unranked.NO_DIRECTION
    }
    against = side("b", line(), target={"value": 0, "direction": "at_most", "words": "none"})
    assert set(told(comparison([side("a", line()), against])).values()) == {Unranked.NO_DIRECTION}
    assert told(comparison([side("a", line(24, 25)), side("b", line(20, 25), target=None)])) == {"a": 1, "b": 2}


def test_one_county_alone_is_not_the_best():
    assert told(comparison([FIRST])) == {"first": Unranked.ALONE}
    assert comparison([]).empty


def test_made_up_figures_are_ranked_among_themselves_only():
    made_up = [side("a", line(20, 25, data_origin=SAMPLE)), side("b", line(25, 25, data_origin=SAMPLE))]
    assert told(comparison(made_up)) == {"a": 2, "b": 1}
    assert told(comparison([*made_up, FIRST])) == {
        "a": Unranked.SAMPLE_DATA, "b": Unranked.SAMPLE_DATA, "first": Unranked.ALONE
    }  # fmt: skip


def test_a_county_is_not_compared_with_itself():
    with pytest.raises(ValueError, match="one release of each"):
        comparison([FIRST, FIRST])


# --- whatever the figures --------------------------------------------------------------------------------------------


@st.composite
def lines(draw):
    status = draw(st.sampled_from(["shown", "shown", "shown", *HIDDEN]))
    cells = {
        "period": draw(st.sampled_from(["2026-08", "2026-09"])), "status": status,
        "data_origin": draw(st.sampled_from(["real", "real", SAMPLE])),
    }  # fmt: skip
    if status != "shown":
        return line(None, None, reporting="missing" if status == "not_reported" else "certified", **cells)
    denominator = draw(st.integers(1, 60))
    return line(draw(st.integers(0, denominator)), denominator, **cells)


@st.composite
def counties(draw):
    found = []
    for number in range(draw(st.integers(1, 6))):
        some = draw(st.lists(lines(), max_size=2, unique_by=lambda one: one["period"]))
        found.append(side(f"county_{number}", *some))
    return found


@settings(max_examples=35)
@given(counties(), st.randoms(use_true_random=False))
def test_the_order_in_which_counties_are_given_changes_nothing(sides, chance):
    shuffled = [*sides]
    chance.shuffle(shuffled)
    pd.testing.assert_frame_equal(comparison(sides), comparison(shuffled))


@settings(max_examples=35)
@given(counties())
def test_a_rank_is_never_given_where_a_count_is_hidden_missing_or_tiny(sides):
    table = comparison(sides)
    keys = {key for one in sides for key in one.indicators["period"]}
    assert len(table) == len(keys) * len(sides), "every county stands in every group, figure or not"
    for _, group in table.groupby(["indicator", "period"]):
        ranked = group[group["rank"].notna()]
        assert (group["rank"].isna() == (group["reason"] != "")).all(), "a rank or a reason, never both or none"
        assert (ranked["status"] == "shown").all()
        assert (ranked["denominator"] >= PERCENT_FROM).all()
        assert ranked["numerator"].notna().all()
        assert len(set(ranked["data_origin"])) <= 1
        assert len(ranked) != 1
        shares = {
            row["jurisdiction"]: Fraction(int(row["numerator"]), int(row["denominator"]))
            for row in ranked.to_dict("records")
        }
        for row in ranked.to_dict("records"):
            assert row["rank"] == 1 + sum(share > shares[row["jurisdiction"]] for share in shares.values())


@settings(max_examples=35)
@given(counties(), st.integers(0, 60), st.sampled_from(HIDDEN))
def test_what_a_hidden_count_may_be_moves_no_rank(sides, number, status):
    """A county whose figure is hidden stands there or not: the ranks of the others are the same."""
    before = comparison(sides)
    joined = comparison([*sides, side("late", line(None, number, value=None, status=status))])
    others = joined[(joined["jurisdiction"] != "late") & joined["period"].isin(before["period"])]
    pd.testing.assert_frame_equal(others.reset_index(drop=True), before)


# --- real releases ---------------------------------------------------------------------------------------------------


def test_the_release_of_the_bundled_data_can_be_compared(release: Path):
    opened = open_folder(release)
    table = compared([opened])
    assert set(table["jurisdiction"]) == {"king_county"}
    assert table["rank"].isna().all()
    assert {"K1", "K2"} <= set(table["indicator"])
    assert len(table) == len(opened.indicators()[["indicator", "period"]].drop_duplicates())
    king = side_of(opened)
    twin = Side("twin_county", "Twin County", "twin", king.indicators, king.definitions)
    both = comparison([king, twin])
    ranks = both[both["rank"].notna()]
    assert len(ranks) > 0, "the same shares"
    assert set(ranks["rank"]) == {1}
    assert (ranks["denominator"] >= PERCENT_FROM).all()
