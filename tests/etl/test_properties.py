"""Properties of the arithmetic and of disclosure control, over tables that hypothesis makes up."""

import io
import json
from dataclasses import replace
from itertools import product

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.assemble import parquet_bytes
from etl.disclosure import protect
from etl.evaluate import first_day, holds, next_period, periods_between, weighted_sum
from etl.judging import Settings
from etl.pipeline import build
from etl.tabletext import csv_bytes
from schemas.declare import CONDUCT_POLICY, Protection
from schemas.dictionary import dataset_definition
from schemas.registry import dataset, datasets
from schemas.rules import Linear, is_

FACILITY = dataset("notice_compliance_by_facility")
COUNTS = ("notices_due", "notified", "not_notified")
PLACES = ("CCD", "CFJC", "KCCF", "MRJC")

# --- rules -----------------------------------------------------------------------------------------------------------

cells = st.one_of(st.none(), st.integers(0, 40))
LINEAR = [(declared, rule) for declared in datasets() for rule in declared.row_rules if isinstance(rule, Linear)]


@given(data=st.data(), of=st.sampled_from(LINEAR))
@settings(max_examples=80)
def test_a_linear_rule_is_plain_arithmetic_and_null_safe(data, of):
    _declared, rule = of
    names = [name for name, _ in rule.terms]
    rows = data.draw(st.lists(st.fixed_dictionaries(dict.fromkeys(names, cells)), min_size=1, max_size=4))
    statuses = data.draw(st.lists(st.sampled_from(["certified", "certified_zero"]), min_size=4, max_size=4))
    table = pd.DataFrame({name: pd.array([row[name] for row in rows], dtype="Int64") for name in names})
    for condition in rule.when:
        table[condition.column] = statuses[: len(rows)]

    def expected(row: dict, status: str) -> bool:
        if rule.when and status not in rule.when[0].values:
            return True
        if rule.empty_counts_as_zero:
            row = {name: value or 0 for name, value in row.items()}
        if None in row.values():
            return True
        total = sum(row[name] * weight for name, weight in rule.terms)
        return total == 0 if rule.relation == "==" else total <= 0

    assert holds(rule, table).tolist() == [expected(row, status) for row, status in zip(rows, statuses, strict=False)]


def test_conditions_of_linear_rules_are_on_one_status_column():
    assert all(len(rule.when) <= 1 for _, rule in LINEAR)  # what the property above relies on
    assert {condition for _, rule in LINEAR for condition in rule.when} <= {
        is_("status", "certified_zero"), is_("report_status", "certified_zero"),
    }  # fmt: skip


@given(st.lists(st.tuples(st.integers(-3, 3), st.lists(cells, min_size=3, max_size=3)), min_size=1, max_size=4))
def test_a_weighted_sum_is_empty_where_a_cell_is(terms):
    table = pd.DataFrame({f"c{place}": pd.array(values, dtype="Int64") for place, (_, values) in enumerate(terms)})
    total = weighted_sum(tuple((f"c{place}", weight) for place, (weight, _) in enumerate(terms)), table)
    for row in range(3):
        values = [values[row] for _, values in terms]
        if None in values:
            assert pd.isna(total[row])
        else:
            assert total[row] == sum(weight * values[row] for weight, values in terms)


# --- periods ---------------------------------------------------------------------------------------------------------

months = st.builds("{:04d}-{:02d}".format, st.integers(1900, 2099), st.integers(1, 12))
quarters = st.builds("{:04d}-Q{}".format, st.integers(1900, 2099), st.integers(1, 4))
years = st.integers(1900, 2099).map(str)


@given(st.one_of(months, quarters, years))
def test_the_next_period_begins_where_this_one_ends(period):
    following = next_period(period)
    days = (first_day(following) - first_day(period)).days
    assert len(following) == len(period)
    assert following > period
    assert {7: (28, 31), 4: (365, 366)}.get(len(period) if "Q" not in period else 0, (90, 92))[0] <= days <= 366
    assert periods_between(period, following) == [period, following]


@given(months, st.integers(0, 40))
def test_periods_between_counts_every_one(first, count):
    last = first
    for _ in range(count):
        last = next_period(last)
    assert len(periods_between(first, last)) == count + 1


# --- text ------------------------------------------------------------------------------------------------------------

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12).filter(lambda text: text != "")


@settings(max_examples=40)
@given(st.lists(st.tuples(texts, cells, st.one_of(st.none(), st.decimals(-99, 99, places=3))), min_size=1, max_size=5))
def test_a_table_survives_being_written_and_read(rows):
    table = pd.DataFrame({
        "words": [row[0] for row in rows], "count": pd.array([row[1] for row in rows], dtype="Int64"),
        "hours": pd.array([None if row[2] is None else float(row[2]) for row in rows], dtype="Float64"),
    })  # fmt: skip
    written = csv_bytes(table)
    again = pd.read_csv(io.BytesIO(written), dtype=str, keep_default_na=False)
    assert again["words"].tolist() == table["words"].tolist()
    assert [int(cell) if cell else None for cell in again["count"]] == [row[1] for row in rows]
    assert [float(cell) if cell else None for cell in again["hours"]] == [
        None if row[2] is None else float(row[2]) for row in rows
    ]
    assert csv_bytes(again) == written
    assert csv_bytes(pd.read_parquet(io.BytesIO(parquet_bytes(table)))) == written


# --- disclosure ------------------------------------------------------------------------------------------------------

people = st.integers(0, 14)
facilities = st.lists(st.tuples(people, people), min_size=2, max_size=4)


def _table(parts, order=None) -> pd.DataFrame:
    """Notice by facility with its total: (told, not told) of each facility."""
    rows = [("ALL", sum(told for told, _ in parts), sum(untold for _, untold in parts))]
    rows += [(place, *part) for place, part in zip(PLACES, parts, strict=False)]
    rows = [rows[place] for place in order] if order else rows
    table = pd.DataFrame({
        "period": "2026-Q3", "agency": "DAJD", "facility": [name for name, _, _ in rows],
        "notices_due": pd.array([told + untold for _, told, untold in rows], dtype="Int64"),
        "notified": pd.array([told for _, told, _ in rows], dtype="Int64"),
        "not_notified": pd.array([untold for _, _, untold in rows], dtype="Int64"),
    })  # fmt: skip
    return table[[column.name for column in FACILITY.columns]]


TOTALS = replace(
    FACILITY, id="totals", rolled_up_from="", rules=(), disclosure=replace(CONDUCT_POLICY, universe="notice_compliance"),
    columns=tuple(replace(column, protection=Protection.CONDUCT) for column in FACILITY.columns if column.name != "facility"),
)  # fmt: skip
"""The conduct table that prints the same counts for all jails together."""


def _release(table, earlier=()):
    totals = table[table["facility"] == "ALL"].drop(columns="facility").reset_index(drop=True)
    return protect({FACILITY.id: table, "totals": totals}, (FACILITY, TOTALS), earlier)


def _protected(table, earlier=()):
    return _release(table, earlier).tables[FACILITY.id].table


class Earlier:
    """A release that shows what was protected before."""

    id = "2026-10-20_000000000000"

    def __init__(self, protected):
        self._protected = protected

    def dataset_ids(self):
        return tuple(self._protected.tables)

    def definition(self, name):
        return dataset_definition(self._protected.tables[name].dataset)

    def table(self, name):
        return self._protected.tables[name].table

    def text(self, _path):
        return json.dumps(self._protected.audit)


@given(facilities)
@settings(max_examples=25)
def test_what_is_printed_is_true_and_what_is_small_is_not_printed(parts):
    table = _table(parts).sort_values("facility", ignore_index=True)
    shown = _protected(table)
    for name in COUNTS:
        printed = shown[f"{name}_status"] == "shown"
        assert (shown.loc[printed, name] == table.loc[printed, name]).all()
        assert shown.loc[~printed, name].isna().all()
        inside = printed & (shown["facility"] != "ALL")
        assert not shown.loc[inside, name].between(1, 9).any()
    assert (shown.loc[shown["facility"] == "ALL", [f"{name}_status" for name in COUNTS]] == "shown").all(axis=None)


def _consistent_tables(parts, hidden, *, least):
    """Every whole-number table that agrees with what is printed, by plain enumeration: no solver is trusted."""
    size = len(parts)

    def columns(side, name):
        total = sum(part[side] for part in parts)
        choices = [
            range(least, total + 1) if (place, name) in hidden else (parts[place][side],) for place in range(size)
        ]
        return [values for values in product(*choices) if sum(values) == total]

    due = [None if (place, "notices_due") in hidden else sum(parts[place]) for place in range(size)]
    for told, untold in product(columns(0, "notified"), columns(1, "not_notified")):
        sums = [a + b for a, b in zip(told, untold, strict=True)]
        if all((known is None and total >= least) or known == total for known, total in zip(due, sums, strict=True)):
            yield {(place, name): value for place in range(size)
                   for name, value in (("notified", told[place]), ("not_notified", untold[place]),
                                       ("notices_due", sums[place]))}  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), min_size=2, max_size=3))
@settings(max_examples=25)
def test_no_hidden_cell_can_be_worked_out_by_trying_every_table(parts):
    table = _table(parts).sort_values("facility", ignore_index=True)
    protected = _release(table)
    shown = protected.tables[FACILITY.id].table
    hidden = {
        (place - 1, name) for name in COUNTS for place in shown.index[shown[f"{name}_status"] == "suppressed"]
    }  # row 0 is the total
    withheld = protected.audit["tables"][FACILITY.id]["withheld_blocks"]
    least, most = {}, {}
    for guess in _consistent_tables(parts, hidden, least=0 if withheld else 1):
        for cell in hidden:
            least[cell], most[cell] = min(least.get(cell, 99), guess[cell]), max(most.get(cell, 0), guess[cell])
    if withheld:  # nothing is printed but the totals, which are conduct
        assert len(hidden) == len(parts) * len(COUNTS)
    else:
        assert all(most[cell] - least[cell] >= FACILITY.disclosure.width for cell in hidden)


@given(facilities, st.randoms(use_true_random=False))
@settings(max_examples=12)
def test_the_order_of_rows_does_not_change_the_pattern(parts, chance):
    order = list(range(len(parts) + 1))
    chance.shuffle(order)
    pd.testing.assert_frame_equal(_protected(_table(parts)), _protected(_table(parts, order).reset_index(drop=True)))


@given(facilities)
@settings(max_examples=12)
def test_protecting_beside_what_is_public_already_changes_nothing(parts):
    table = _table(parts).sort_values("facility", ignore_index=True)
    first = _release(table)
    again = _protected(table, [Earlier(first)])
    pd.testing.assert_frame_equal(again, first.tables[FACILITY.id].table)


# --- a whole release -------------------------------------------------------------------------------------------------


def _months(row, shuffled):
    rows = [
        row("notice_compliance", period=f"2026-0{month}", submitted_on="", facility=place)
        for month in (4, 5, 6) for place in ("KCCF", "MRJC")
    ]  # fmt: skip
    return [rows[place] for place in shuffled]


@given(st.permutations(range(6)))
@settings(max_examples=1, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_order_of_submitted_rows_does_not_change_the_release(judged, row, shuffled):
    """Of a dataset whose file is not named by its hash in the ledger, because it holds protected counts."""
    run = Settings(on=first_day("2026-08"), jurisdiction="king_county")

    def digest(order):
        return build(judged({"notice_compliance_a.csv": _months(row, order)}), run).release.manifest.digest

    assert digest(shuffled) == digest(range(6))


@pytest.mark.parametrize("name", ["notice_compliance_by_facility", "notice_compliance_by_reason"])
def test_totals_of_the_release_are_consistent(name, release):
    table = pd.read_csv(release / f"tables/{name}.csv")
    declared = dataset(name)
    for rule in declared.row_rules:
        if isinstance(rule, Linear):
            assert holds(rule, table.convert_dtypes()).all()
    if "facility" in table:
        for _, rows in table.groupby(["period", "agency"]):
            total, parts = rows[rows["facility"] == "ALL"], rows[rows["facility"] != "ALL"]
            for count in COUNTS:
                left = int(total[count].iloc[0]) - int(parts[count].fillna(0).sum())
                assert left >= parts[count].isna().sum()
