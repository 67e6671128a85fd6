"""Every known way to work out a hidden count, as a little table before and after: each was a hole in somebody's tables.

The county of these tables must publish people in custody by age, sex and jail. `x` is a hidden cell, whether it is small
itself or protects another; what is not drawn is not printed.
"""

import json
from dataclasses import replace

import pandas as pd
import pytest

from etl.certificate_check import check_certificate
from etl.disclosure import protect
from etl.errors import DisclosureRefused
from etl.groups import one_sided_rows
from etl.indicators import indicator_table
from schemas.common import AGENCY, period
from schemas.declare import (
    CountGroup,
    Dataset,
    Direction,
    DisclosurePolicy,
    Grain,
    Hierarchy,
    Indicator,
    MadeBy,
    Protection,
    SumOf,
    Target,
    key,
)
from schemas.errors import ReleaseDamaged
from schemas.rules import Level, at_most, plus, sums_to

LAW = ("sample",)


def people(name, *dimensions, kind=Protection.PERSON, counts=("people",), grain=Grain.QUARTER, groups=(), **more):
    """A table of people in custody by some dimensions; tables of the same name count the same people."""
    return Dataset(
        id=name, title="", one_row_is="", summary="", grains=(grain,), law=LAW, made_by=MadeBy.DAYLIGHT,
        columns=(period(grain), AGENCY, *(key(each, each, each) for each in dimensions),
                 *(CountGroup("people", protection=kind)(count, count, count) for count in counts)),
        disclosure=DisclosurePolicy(
            kind=kind, reason="", citation="", approver="", universe="custody",
            hierarchies=tuple(Hierarchy(each, parents=groups if each == "age" else ()) for each in dimensions)),
        **more,
    )  # fmt: skip


BY_SEX, BY_JAIL, BY_AGE = people("by_sex", "sex"), people("by_jail", "jail"), people("by_age", "age")
IN_ALL = people("in_all", kind=Protection.CONDUCT)


# --- one mark ----------------------------------------------------------------------------------------------------------


def test_one_mark_stands_for_every_hidden_cell_or_eighteen_would_be_nine_and_nine(publishes):
    release = publishes((
        BY_SEX,
        """
            sex | people
            f   |      9
            m   |      9
            ALL |     18
        """,
        """
            sex | people
            f   |      x
            m   |      x
            ALL |     18
        """,
    ))  # fmt: skip
    assert set(release.table("by_sex")["people_status"]) == {"suppressed", "shown"}


def test_a_small_count_and_the_large_one_that_guards_it_look_the_same(publishes):
    release = publishes((
        BY_SEX,
        """
            sex | people
            f   |      3
            m   |     40
            ALL |     43
        """,
        """
            sex | people
            f   |      x
            m   |      x
            ALL |     43
        """,
    ))  # fmt: skip
    rows = release.table("by_sex").set_index("sex").drop(columns=["period", "agency"])
    assert rows.loc["f"].equals(rows.loc["m"])


# --- linked tables -----------------------------------------------------------------------------------------------------


def test_a_total_hidden_in_one_table_is_hidden_in_every_table_that_has_it(publishes):
    publishes(
        (
            BY_SEX,
            """
                sex | people
                f   |      6
                m   |      0
                ALL |      6
            """,
            """
                sex | people
                f   |      x
                m   |      0
                ALL |      x
            """,
        ),
        (
            BY_JAIL,
            """
                jail | people
                CFJC |      6
                KCCF |      0
                ALL  |      6
            """,
            """
                jail | people
                CFJC |      x
                KCCF |      0
                ALL  |      x
            """,
        ),
    )


def test_a_margin_that_another_table_prints_gives_nothing_away(publishes):
    """Each table alone could hide the women and the men of the small jail; together with the row of all jails, too."""
    both = people("by_both", "jail", "sex")
    publishes(
        (
            both,
            """
                jail | sex | people
                CFJC | f   |      4
                CFJC | m   |     16
                CFJC | ALL |     20
                KCCF | f   |     30
                KCCF | m   |     70
                KCCF | ALL |    100
                ALL  | f   |     34
                ALL  | m   |     86
                ALL  | ALL |    120
            """,
            """
                jail | sex | people
                CFJC | f   |      x
                CFJC | m   |      x
                CFJC | ALL |     20
                KCCF | f   |      x
                KCCF | m   |      x
                KCCF | ALL |    100
                ALL  | f   |     34
                ALL  | m   |     86
                ALL  | ALL |    120
            """,
        ),
        (
            BY_SEX,
            """
                sex | people
                f   |     34
                m   |     86
                ALL |    120
            """,
        ),
        (
            BY_JAIL,
            """
                jail | people
                CFJC |     20
                KCCF |    100
                ALL  |    120
            """,
        ),
    )


def test_months_printed_in_full_give_the_quarter_away_and_so_bind_the_tables_about_people(publishes):
    months = people("in_all", kind=Protection.CONDUCT, grain=Grain.MONTH)
    publishes(
        (
            months,
            """
                period  | people
                2026-07 |      2
                2026-08 |     20
                2026-09 |     11
            """,
        ),
        (
            BY_SEX,
            """
                sex | people
                f   |      5
                m   |     28
                ALL |     33
            """,
            """
                sex | people
                f   |      x
                m   |      x
                ALL |     33
            """,
        ),
    )


def test_two_tables_of_a_release_that_print_the_same_total_differently_are_refused(publishes):
    with pytest.raises(DisclosureRefused, match="do not add up"):
        publishes(
            (
                BY_SEX,
                """
                    sex | people
                    f   |     20
                    m   |     30
                    ALL |     50
                """,
            ),
            (
                BY_JAIL,
                """
                    jail | people
                    KCCF |     51
                    ALL  |     51
                """,
            ),
        )


def test_a_rule_that_only_warns_is_no_equation(publishes):
    """Figures may break it and be published with a flag, so that a reader cannot count on it."""
    warns = people("told", "jail", counts=("due", "told"), rules=(at_most("R99", "told", "due", level=Level.WARNING),))
    publishes((
        warns,
        """
            jail | due | told
            KCCF |  20 |   22
            MRJC |  30 |   30
            ALL  |  50 |   52
        """,
    ))  # fmt: skip


# --- zeros, and rows that are not listed -------------------------------------------------------------------------------

LISTED = """
    jail | people
    CCD  |      0
    CFJC |      4
    KCCF |     30
    MRJC |     20
    ALL  |     54
"""


def _without_zeros(text):
    return "\n".join(line for line in text.splitlines() if "|      0" not in line)


@pytest.mark.parametrize("form", [str, _without_zeros], ids=["printed", "not listed"])
def test_a_row_that_is_not_listed_counts_nobody_and_guards_nobody(form, publishes):
    publishes((BY_JAIL, form(LISTED), form(LISTED).replace("     4", "     x").replace("    20", "     x")))


def test_a_total_of_three_in_three_jails_says_that_each_has_one(publishes):
    """Zeros are printed, so that each of the three is at least 1: the total has to go, and with it the block."""
    release = publishes(
        (
            IN_ALL,
            """
                period  | people
                2026-Q2 |     60
                2026-Q3 |      3
            """,
        ),
        (
            BY_JAIL,
            """
                period  | jail | people
                2026-Q2 | CFJC |     11
                2026-Q2 | KCCF |     30
                2026-Q2 | MRJC |     19
                2026-Q2 | ALL  |     60
                2026-Q3 | CFJC |      1
                2026-Q3 | KCCF |      1
                2026-Q3 | MRJC |      1
                2026-Q3 | ALL  |      3
            """,
            """
                period  | jail | people
                2026-Q2 | CFJC |     11
                2026-Q2 | KCCF |     30
                2026-Q2 | MRJC |     19
                2026-Q2 | ALL  |     60
                2026-Q3 | CFJC |      x
                2026-Q3 | KCCF |      x
                2026-Q3 | MRJC |      x
                2026-Q3 | ALL  |      3
            """,
        ),
    )
    withheld = json.loads(release.text("disclosure/audit.json"))["tables"]["by_jail"]["withheld_blocks"]
    assert list(withheld) == ["2026-Q3|DAJD"]


def test_in_a_withheld_quarter_zeros_are_hidden_too(publishes):
    publishes(
        (
            IN_ALL,
            """
                people
                1
            """,
        ),
        (
            BY_SEX,
            """
                sex | people
                f   |      0
                m   |      1
                ALL |      1
            """,
            """
                sex | people
                f   |      x
                m   |      x
                ALL |      1
            """,
        ),
    )


# --- groups ------------------------------------------------------------------------------------------------------------

GROUPS = (("18-24", "under 35"), ("25-34", "under 35"), ("35-49", "35 up"), ("50 up", "35 up"))
IN_GROUPS = people("by_age", "age", groups=GROUPS)
AGES = """
    age      | people
    18-24    |      4
    25-34    |     40
    under 35 |     44
    35-49    |     20
    50 up    |     30
    35 up    |     50
    ALL      |     94
"""


def test_a_group_and_its_parts_are_protected_together(publishes):
    publishes((
        IN_GROUPS,
        AGES,
        """
            age      | people
            18-24    |      x
            25-34    |      x
            under 35 |     44
            35-49    |     20
            50 up    |     30
            35 up    |     50
            ALL      |     94
        """,
    ))  # fmt: skip


@pytest.mark.parametrize("top", [(), (("under 35", "ALL"), ("35 up", "ALL"))], ids=["left out", "named"])
def test_groups_add_up_to_the_total_whether_or_not_it_is_named_as_what_stands_above_them(top, publishes):
    publishes((
        people("by_age", "age", groups=(*GROUPS, *top)),
        """
            age      | people
            under 35 |      4
            35 up    |     50
            50 up    |     30
            35-49    |     20
            ALL      |     54
        """,
        """
            age      | people
            under 35 |      x
            35 up    |     50
            50 up    |     30
            35-49    |     20
            ALL      |      x
        """,
    ))  # fmt: skip


def test_bands_that_overlap_are_refused_because_they_subtract_to_a_small_group(publishes):
    """18-29 less 18-24 is 25-29: a code has one group above it, in all tables and for ever."""
    overlapping = people("by_age", "age", groups=(("18-24", "under 35"), ("25-34", "under 35"), ("18-24", "18-29")))
    with pytest.raises(DisclosureRefused, match="18-24"):
        publishes((
            overlapping,
            """
                age      | people
                18-24    |     14
                25-34    |     40
                18-29    |     17
                under 35 |     54
                ALL      |     54
            """,
        ))  # fmt: skip


def test_bands_of_a_later_release_that_cut_across_earlier_ones_are_refused(publishes):
    first = publishes((IN_GROUPS, AGES.replace("     4\n", "    14\n", 1).replace(" 44", " 54").replace(" 94", "104")))
    other = people("by_age", "age", groups=(("18-24", "18-34"), ("25-34", "18-34")))
    with pytest.raises(DisclosureRefused, match="18-24"):
        publishes(
            (
                other,
                """
                    period  | age   | people
                    2026-Q4 | 18-24 |     14
                    2026-Q4 | 25-34 |     40
                    2026-Q4 | 18-34 |     54
                    2026-Q4 | ALL   |     54
                """,
            ),
            earlier=(first,),
        )


def test_a_code_that_no_group_claims_must_add_up_beside_the_groups(publishes):
    with pytest.raises(DisclosureRefused, match="do not add up"):
        publishes((IN_GROUPS, AGES.replace("50 up ", "50-99 ")))


# --- percentages -------------------------------------------------------------------------------------------------------

TOLD = people(
    "told", "jail", counts=("due", "told", "untold"),
    rules=(sums_to("R09", plus("due"), ("told", "untold"), says="told and untold", column="due"),),
    indicators=(Indicator(
        id="K1", title="", counted="", page="", unit="share", law=LAW, target=Target(1, Direction.AT_LEAST, "all"),
        numerator=SumOf(plus("told")), denominator=SumOf(plus("due"))),),
)  # fmt: skip


def test_a_rate_of_a_hidden_count_is_hidden_because_a_share_of_a_known_number_is_a_count(publishes):
    """2.4 % of 125 is 3."""
    release = publishes((
        TOLD,
        """
            jail | due | told | untold
            CFJC | 125 |  122 |      3
            KCCF | 250 |  200 |     50
            ALL  | 375 |  322 |     53
        """,
        """
            jail | due | told | untold
            CFJC | 125 |    x |      x
            KCCF | 250 |    x |      x
            ALL  | 375 |  322 |     53
        """,
    ))  # fmt: skip
    table = release.table("told")
    empty = table.iloc[:0].assign(dataset="", status="")
    for jail, status in (("CFJC", "suppressed"), ("ALL", "shown")):
        row = table[table["jail"] == jail].reset_index(drop=True)
        (line,) = indicator_table(
            {"told": row, "submission_ledger": empty}, [("told", TOLD.indicators[0], "", "")]
        ).to_dict("records")
        assert line["status"] == status
        assert pd.isna(line["value"]) == pd.isna(line["numerator"]) == (status == "suppressed")


# --- time --------------------------------------------------------------------------------------------------------------

QUARTERS = """
    period  | jail | people
    2026-Q1 | CFJC |     12
    2026-Q1 | KCCF |     30
    2026-Q1 | ALL  |     42
    2026-Q2 | CFJC |     15
    2026-Q2 | KCCF |     33
    2026-Q2 | ALL  |     48
    2026-Q3 | CFJC |      4
    2026-Q3 | KCCF |     41
    2026-Q3 | ALL  |     45
"""
HIDDEN = QUARTERS.replace("|      4", "|      x").replace("|     41", "|      x")
FOURTH = """    2026-Q4 | CFJC |     11
    2026-Q4 | KCCF |     25
    2026-Q4 | ALL  |     36
"""


FOURTH_HIDDEN = FOURTH.replace("|     11", "|      x").replace("|     25", "|      x")


def test_a_year_beside_three_printed_quarters_would_give_the_fourth_away(publishes):
    """What is public already is not touched, and of what is new as little as possible is hidden."""
    first = publishes((BY_JAIL, QUARTERS, HIDDEN))
    years = people("by_year", "jail", grain=Grain.YEAR)
    publishes(
        (BY_JAIL, QUARTERS + FOURTH, HIDDEN + FOURTH_HIDDEN),
        (
            years,
            """
                period | jail | people
                2026   | CFJC |     42
                2026   | KCCF |    129
                2026   | ALL  |    171
            """,
        ),
        earlier=(first,),
    )


def test_a_year_is_hidden_that_would_give_away_a_quarter_hidden_before(publishes):
    first = publishes((BY_JAIL, QUARTERS + FOURTH, HIDDEN + FOURTH))
    years = people("by_year", "jail", grain=Grain.YEAR)
    publishes(
        (BY_JAIL, QUARTERS + FOURTH, HIDDEN + FOURTH),
        (
            years,
            """
                period | jail | people
                2026   | CFJC |     42
                2026   | KCCF |    129
                2026   | ALL  |    171
            """,
            """
                period | jail | people
                2026   | CFJC |      x
                2026   | KCCF |      x
                2026   | ALL  |    171
            """,
        ),
        earlier=(first,),
    )


def test_the_year_to_date_less_the_months_before_is_the_last_month(publishes):
    """A total that grows from release to release stays hidden where its growth would be a small count."""
    months = people("by_month", "jail", grain=Grain.MONTH)
    first = publishes((
        months,
        """
            period  | jail | people
            2026-07 | CFJC |     12
            2026-07 | KCCF |     30
            2026-07 | ALL  |     42
            2026-08 | CFJC |     14
            2026-08 | KCCF |     31
            2026-08 | ALL  |     45
        """,
    ))  # fmt: skip
    publishes(
        (
            months,
            """
                period  | jail | people
                2026-07 | CFJC |     12
                2026-07 | KCCF |     30
                2026-07 | ALL  |     42
                2026-08 | CFJC |     14
                2026-08 | KCCF |     31
                2026-08 | ALL  |     45
                2026-09 | CFJC |      3
                2026-09 | KCCF |     29
                2026-09 | ALL  |     32
            """,
            """
                period  | jail | people
                2026-07 | CFJC |     12
                2026-07 | KCCF |     30
                2026-07 | ALL  |     42
                2026-08 | CFJC |     14
                2026-08 | KCCF |     31
                2026-08 | ALL  |     45
                2026-09 | CFJC |      x
                2026-09 | KCCF |      x
                2026-09 | ALL  |     32
            """,
        ),
        (
            BY_JAIL,
            """
                jail | people
                CFJC |     29
                KCCF |     90
                ALL  |    119
            """,
            """
                jail | people
                CFJC |      x
                KCCF |      x
                ALL  |    119
            """,
        ),
        earlier=(first,),
    )


REVISED = QUARTERS.replace("2026-Q1 | CFJC |     12", "2026-Q1 | CFJC |     13").replace(
    "ALL  |     42", "ALL  |     43"
)
FIRST_OPEN = ("2026-Q1 | CFJC |     13", "2026-Q1 | KCCF |     30")


def test_a_revision_by_one_person_withholds_its_quarter_and_no_other_now_and_later(publishes):
    months = IN_ALL
    exact = """
        period  | people
        2026-Q1 |     42
        2026-Q2 |     48
        2026-Q3 |     45
    """
    first = publishes((months, exact), (BY_JAIL, QUARTERS, HIDDEN))
    after = REVISED.replace("|      4", "|      x").replace("|     41", "|      x")
    after = after.replace("CFJC |     13", "CFJC |      x").replace(
        "2026-Q1 | KCCF |     30", "2026-Q1 | KCCF |      x"
    )
    exact = exact.replace("42", "43")
    second = publishes((months, exact), (BY_JAIL, REVISED, after), earlier=(first,))
    third = publishes((months, exact), (BY_JAIL, REVISED, after), earlier=(second, first))
    for release in (second, third):
        account = json.loads(release.text("disclosure/audit.json"))["tables"]["by_jail"]
        assert list(account["withheld_blocks"]) == ["2026-Q1|DAJD"]


def test_earlier_releases_that_contradict_each_other_bind_nothing_and_open_nothing(publishes):
    """A quarter that is no longer published, and whose figures were never right, is left as it was."""
    old = publishes((BY_JAIL, QUARTERS.replace("2026", "2025"), HIDDEN.replace("2026", "2025")))
    table = old.table("by_jail").copy()
    table.loc[table["jail"] == "ALL", "people"] += 1
    wrong = replace(old, id="2025-12-01_000000000000", tables={"by_jail": table})
    release = publishes((BY_JAIL, QUARTERS, HIDDEN), earlier=(old, wrong))
    assert check_certificate(release, (old, wrong)) == 2


def test_a_table_of_official_acts_cannot_give_away_what_an_earlier_table_of_people_hides(publishes):
    first = publishes((BY_JAIL, QUARTERS, HIDDEN))
    acts = people("acts", "jail", kind=Protection.CONDUCT)
    with pytest.raises(DisclosureRefused):
        publishes((acts, QUARTERS), earlier=(first,))


# --- what everybody has in common --------------------------------------------------------------------------------------


def test_a_row_wholly_in_one_column_is_flagged_for_a_person_to_accept_or_not(publishes):
    """All 14 were not told: nothing is small, and yet it is said of each of the 14."""
    drawn = """
        jail | due | told | untold
        CFJC |  14 |    0 |     14
        KCCF |  50 |   30 |     20
        ALL  |  64 |   30 |     34
    """
    release = publishes((TOLD, drawn))
    tables = {"told": release.table("told").drop(columns=["due_status", "told_status", "untold_status"])}
    (finding,) = one_sided_rows(protect(tables, (TOLD,), ()).tables)
    assert (finding.kind.code, finding.column, finding.holds) == ("V403", "untold", True)
    assert "CFJC" in finding.message
    assert "14" not in finding.message


# --- bad certificates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "{}", '{"earlier_releases": [], "universes": []}'], ids=["empty", "{}", "nothing"]
)
def test_a_damaged_certificate_is_refused_with_its_own_exit_code(text, publishes):
    release = publishes((BY_JAIL, QUARTERS, HIDDEN))
    damaged = replace(release, files={**release.files, "disclosure/certificate.json": text})
    with pytest.raises(ReleaseDamaged, match=r"certificate\.json does not prove") as fault:
        check_certificate(damaged)
    assert fault.value.exit_code == 12


def test_a_certificate_of_another_release_proves_nothing(publishes):
    release = publishes((BY_JAIL, QUARTERS, HIDDEN))
    other = publishes((BY_JAIL, QUARTERS.replace("41", "42").replace("45", "46"), HIDDEN.replace("45", "46")))
    with pytest.raises(ReleaseDamaged):
        check_certificate(replace(release, files=other.files))
