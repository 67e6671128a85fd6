"""What disclosure control does, in little tables before and after: a statistician can check them without Python.

Counts of people from 1 to 9 are hidden, with as few others as it takes. `x` is a hidden cell, whether it is small itself
or protects another. The row ALL is printed elsewhere already and is never hidden.
"""

from dataclasses import replace

import pytest

from etl.errors import DisclosureRefused
from schemas.common import AGENCY, period
from schemas.datasets.notice_compliance import FACILITY, NOTICE
from schemas.declare import CountGroup, Dataset, DisclosurePolicy, Grain, Hierarchy, MadeBy, Protection, Role
from schemas.registry import dataset

PEOPLE = Dataset(
    id="people_by_facility", title="", one_row_is="", summary="", grains=(Grain.QUARTER,), law=NOTICE,
    made_by=MadeBy.DAYLIGHT, rolled_up_from="notice_compliance",
    columns=(
        period(Grain.QUARTER), AGENCY, FACILITY,
        CountGroup("people", protection=Protection.PERSON)("notified", "People", "People told."),
    ),
    disclosure=DisclosurePolicy(
        kind=Protection.PERSON, reason="", citation="", approver="", hierarchies=(Hierarchy("facility"),)),
)  # fmt: skip
"""One column of people by facility, with its printed total: the smallest table that can give somebody away."""


def test_large_counts_are_printed_as_they_are(protects):
    table = """
        facility | notified
        KCCF     |       30
        MRJC     |       10
        ALL      |       40
    """
    assert protects(declared=PEOPLE, before=table, after=table)["hidden"] == 0


def test_zero_is_printed(protects):
    table = """
        facility | notified
        KCCF     |       30
        MRJC     |        0
        ALL      |       30
    """
    protects(declared=PEOPLE, before=table, after=table)


def test_zero_is_hidden_where_the_policy_says_so(protects):
    protects(
        declared=replace(PEOPLE, disclosure=replace(PEOPLE.disclosure, zeros_printed=False)),
        before="""
            facility | notified
            KCCF     |       30
            MRJC     |        0
            ALL      |       30
        """,
        after="""
            facility | notified
            KCCF     |        x
            MRJC     |        x
            ALL      |       30
        """,
    )


def test_a_lone_small_count_is_hidden_with_another_or_the_total_would_give_it_away(protects):
    protects(
        declared=PEOPLE,
        before="""
            facility | notified
            CFJC     |        4
            KCCF     |       30
            MRJC     |       20
            ALL      |       54
        """,
        after="""
            facility | notified
            CFJC     |        x
            KCCF     |       30
            MRJC     |        x
            ALL      |       54
        """,
    )


def test_zero_is_printed_even_where_it_would_be_the_cheapest_to_hide(protects):
    protects(
        declared=PEOPLE,
        before="""
            facility | notified
            CCD      |        0
            CFJC     |        4
            KCCF     |       30
            ALL      |       34
        """,
        after="""
            facility | notified
            CCD      |        0
            CFJC     |        x
            KCCF     |        x
            ALL      |       34
        """,
    )


def test_two_small_counts_protect_each_other_where_their_sum_leaves_room(protects):
    protects(
        declared=PEOPLE,
        before="""
            facility | notified
            CFJC     |        4
            KCCF     |       30
            MRJC     |        5
            ALL      |       39
        """,
        after="""
            facility | notified
            CFJC     |        x
            KCCF     |       30
            MRJC     |        x
            ALL      |       39
        """,
    )


@pytest.mark.parametrize(("cfjc", "mrjc"), [(1, 1), (1, 2)], ids=["1 + 1 can only be 2", "1 + 2 leaves two tables"])
def test_two_small_counts_whose_sum_gives_both_away_need_a_third(cfjc, mrjc, protects):
    protects(
        declared=PEOPLE,
        before=f"""
            facility | notified
            CFJC     |        {cfjc}
            KCCF     |       30
            MRJC     |        {mrjc}
            ALL      |       {30 + cfjc + mrjc}
        """,
        after=f"""
            facility | notified
            CFJC     |        x
            KCCF     |        x
            MRJC     |        x
            ALL      |       {30 + cfjc + mrjc}
        """,
    )


def test_hidden_cells_that_are_all_one_are_found_out_by_counting_them(protects):
    protects(  # three hidden cells and a total less the rest of 3: each must be 1, because zeros are printed
        declared=PEOPLE,
        before="""
            facility | notified
            CCD      |        1
            CFJC     |        1
            KCCF     |       30
            MRJC     |        1
            ALL      |       33
        """,
        after="""
            facility | notified
            CCD      |        x
            CFJC     |        x
            KCCF     |        x
            MRJC     |        x
            ALL      |       33
        """,
    )


def test_a_total_of_one_cannot_be_split_and_the_whole_block_is_withheld(protects):
    account = protects(
        declared=PEOPLE,
        before="""
            facility | notified
            CFJC     |        0
            KCCF     |        1
            ALL      |        1
        """,
        after="""
            facility | notified
            CFJC     |        x
            KCCF     |        x
            ALL      |        1
        """,
    )
    assert "no pattern that prints zeros" in account["withheld_blocks"]["2026-Q3|DAJD"]


def test_a_total_minus_one_hidden_part_would_give_it_away_in_each_direction(protects):
    account = protects(
        before="""
            facility | notices_due | notified | not_notified
            CFJC     |          12 |        9 |            3
            KCCF     |          50 |       30 |           20
            MRJC     |          25 |       13 |           12
            ALL      |          87 |       52 |           35
        """,
        after="""
            facility | notices_due | notified | not_notified
            CFJC     |          12 |        x |            x
            KCCF     |          50 |       30 |           20
            MRJC     |          25 |        x |            x
            ALL      |          87 |       52 |           35
        """,
    )
    assert account["narrowest_proven"] == 4


def test_where_everybody_was_told_the_zero_shows_it_and_the_total_of_the_row_is_hidden_too(protects):
    protects(
        before="""
            facility | notices_due | notified | not_notified
            CFJC     |           6 |        6 |            0
            KCCF     |          50 |       30 |           20
            MRJC     |          25 |       15 |           10
            ALL      |          81 |       51 |           30
        """,
        after="""
            facility | notices_due | notified | not_notified
            CFJC     |           x |        x |            0
            KCCF     |          50 |       30 |           20
            MRJC     |           x |        x |           10
            ALL      |          81 |       51 |           30
        """,
    )


def test_a_figure_that_is_not_reported_stays_empty_and_binds_nothing(protects):
    table = """
        facility | notified
        KCCF     |       30
        MRJC     |
        ALL      |       40
    """
    protects(declared=PEOPLE, before=table, after=table)


REASONS = dataset("notice_compliance_by_reason")
_R = "not_notified_reason_"


def test_reasons_are_hidden_where_they_are_small_and_the_exact_total_stays(protects):
    header = f"not_notified | {_R}released_first | {_R}staff_error | {_R}safety | {_R}unknown"
    protects(
        declared=REASONS,
        before=f"""
            {header}
            37 | 12 | 20 | 5 | 0
        """,
        after=f"""
            {header}
            37 | x | 20 | x | 0
        """,
    )


COMMITMENTS = replace(
    dataset("commitment_explanations"), rules=(),
    columns=tuple(c for c in dataset("commitment_explanations").columns if c.role in (Role.KEY, Role.COUNT)),
)  # fmt: skip
"""Conduct, without the columns that say how a row was reported."""


def test_conduct_is_published_exactly_a_one_included(protects):
    table = """
        facility | commitments | explanation_given_in_writing
        ALL      |           2 |                            1
    """
    assert protects(declared=COMMITMENTS, before=table, after=table) == {}


# --- what was public before ------------------------------------------------------------------------------------------

BEFORE = """
    facility | notified
    CFJC     |        4
    KCCF     |       30
    MRJC     |       20
    ALL      |       54
"""


def test_what_an_earlier_release_printed_stays_printed(protects):
    protects(
        declared=PEOPLE,
        earlier=("""
            facility | notified
            CFJC     |        x
            KCCF     |        x
            MRJC     |       20
            ALL      |       54
        """,),
        before=BEFORE,
        after="""
            facility | notified
            CFJC     |        x
            KCCF     |        x
            MRJC     |       20
            ALL      |       54
        """,
    )  # fmt: skip


def test_the_same_figures_get_the_same_pattern_again(protects):
    first = """
        facility | notified
        CFJC     |        x
        KCCF     |       30
        MRJC     |        x
        ALL      |       54
    """
    protects(declared=PEOPLE, earlier=(first, first), before=BEFORE, after=first)


def test_a_revision_by_a_few_people_withholds_the_quarter(protects):
    account = protects(  # 30 is public; 33 beside it would print a change of three people
        declared=PEOPLE,
        earlier=("""
            facility | notified
            CFJC     |       12
            KCCF     |       30
            MRJC     |       20
            ALL      |       62
        """,),
        before="""
            facility | notified
            CFJC     |       12
            KCCF     |       33
            MRJC     |       20
            ALL      |       65
        """,
        after="""
            facility | notified
            CFJC     |        x
            KCCF     |        x
            MRJC     |        x
            ALL      |       65
        """,
    )  # fmt: skip
    assert "change of a few people" in account["withheld_blocks"]["2026-Q3|DAJD"]


def test_a_facility_added_beside_public_figures_is_refused_when_nothing_is_left_to_hide(protects):
    with pytest.raises(DisclosureRefused, match="public already") as refusal:
        protects(
            declared=PEOPLE,
            earlier=("""
                facility | notified
                KCCF     |       30
                MRJC     |       20
                ALL      |       50
            """,),
            before="""
                facility | notified
                CFJC     |        4
                KCCF     |       30
                MRJC     |       20
                ALL      |       54
            """,
            after="",
        )  # fmt: skip
    assert refusal.value.exit_code == 11
    assert not any(number in str(refusal.value) for number in ("30", "54", " 4"))


def test_figures_that_do_not_add_up_are_refused_and_not_guessed(protects):
    with pytest.raises(DisclosureRefused, match="do not add up"):
        protects(
            declared=PEOPLE,
            before="""
                facility | notified
                CFJC     |        4
                KCCF     |       30
                ALL      |       20
            """,
            after="",
        )
