"""The arithmetic of indicators: Wilson's interval, the five kinds of absence, targets, and who is counted."""

import pandas as pd
import pytest

from etl.indicators import indicator_table, is_met
from schemas.declare import Direction, Indicator, MaxOf, RowsWhere, SumOf, Target
from schemas.rules import is_, minus, plus
from schemas.shares import wilson


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(23, 44, 0.379, 0.662), (21, 44, 0.338, 0.620), (0, 25, 0.0, 0.133), (25, 25, 0.867, 1.0), (1, 1, 0.207, 1.0)],
    ids=["2019: 23 of 44 told", "2019: 21 of 44 not told", "0 of 25", "all of 25", "1 of 1"],
)
def test_wilson(part, whole, low, high):
    assert wilson(part, whole) == pytest.approx((low, high), abs=0.001)


def test_wilson_of_the_2019_sample_is_the_interval_that_the_charts_mark():
    assert [f"{end:.0%}" for end in wilson(21, 44)] == ["34%", "62%"]


@pytest.mark.parametrize(
    ("value", "direction", "met"),
    [(1, "at_least", True), (0.99, "at_least", False), (1, "at_most", True), (1.01, "at_most", False),
     (-1, "within", True), (1.01, "within", False), (-1.01, "within", False)],
)  # fmt: skip
def test_a_target_is_met_on_its_side(value, direction, met):
    assert is_met(value, Target(1, Direction(direction), "")) is met


RATE = Indicator(id="K2", title="Told", counted="people", page="notice", unit="share", law=("x",),
                 numerator=SumOf(plus("notified")), denominator=SumOf(plus("notices_due")),
                 target=Target(1, Direction.AT_LEAST, "all"))  # fmt: skip
COUNT = Indicator(id="K7", title="Open", counted="accounts", page="accounts", unit="accounts", law=("x",),
                  numerator=SumOf(minus(plus("notices_due"), "notified")),
                  target=Target(0, Direction.AT_MOST, "none"))  # fmt: skip
GREATEST = Indicator(id="K8", title="Days", counted="days", page="accounts", unit="days", law=("x",),
                     numerator=MaxOf("notified"), target=None)  # fmt: skip
ROWS = Indicator(id="K6", title="Rows", counted="rows", page="accounts", unit="share", law=("x",),
                 numerator=RowsWhere((is_("status", "late"),)), denominator=RowsWhere((is_("method", "census"),)),
                 target=None)  # fmt: skip


def _ledger(*rows):
    return pd.DataFrame(rows, columns=["dataset", "period", "agency", "status"], dtype="str")


def _line(told, due, *, indicator=RATE, method="census", status="certified", told_is="shown", due_is="shown"):
    """The one line of the indicator table over a published table of one row."""
    table = pd.DataFrame({"period": ["2026-09"], "agency": ["DAJD"], "method": [method], "status": [status]})
    for name, value, stated in (("notified", told, told_is), ("notices_due", due, due_is)):
        table[name], table[f"{name}_status"] = pd.array([value], dtype="Int64"), stated
    declared = [("notice_compliance", indicator, "code", "real")]
    (line,) = indicator_table({"notice_compliance": table, "submission_ledger": _ledger()}, declared).to_dict("records")
    return {name: None if pd.isna(value) else value for name, value in line.items()}


@pytest.mark.parametrize(
    ("line", "value", "met", "status"),
    [
        (_line(23, 44), 0.5227, "no", "shown"),
        (_line(44, 44), 1, "yes", "shown"),
        (_line(0, 44), 0, "no", "shown"),
        (_line(0, 0), None, "", "not_applicable"),
        (_line(None, 44, told_is="not_reported"), None, "", "not_reported"),
        (_line(23, None, due_is="not_reported"), None, "", "not_reported"),
        (_line(None, 44, told_is="suppressed"), None, "", "suppressed"),
        (_line(None, None, told_is="not_applicable", due_is="not_applicable"), None, "", "not_applicable"),
        (_line(None, None, told_is="suppressed", due_is="not_reported"), None, "", "not_reported"),
        (_line(43, 44, indicator=COUNT), 1, "no", "shown"),
        (_line(44, 44, indicator=COUNT), 0, "yes", "shown"),
        (_line(None, 44, indicator=COUNT, told_is="suppressed"), None, "", "suppressed"),
        (_line(5, 9, indicator=GREATEST), 5, "", "shown"),
        (_line(None, 9, indicator=GREATEST, told_is="not_applicable"), None, "", "not_applicable"),
        (_line(None, 9, indicator=GREATEST, told_is="not_reported"), None, "", "not_reported"),
        (_line(1, 9, indicator=ROWS, status="late"), 1, "", "shown"),
    ],
    ids=["a rate", "all", "none is a value", "nothing was due", "part not reported", "whole not reported", "hidden",
         "not applicable", "a whole not reported goes first", "a count", "a count of none", "a hidden count",
         "a greatest value", "nothing to take the greatest of", "a greatest value not reported", "rows"],
)  # fmt: skip
def test_a_figure_or_the_reason_why_there_is_none(line, value, met, status):
    assert (line["value"], line["met"], line["status"]) == (value, met, status)


def test_a_full_count_carries_no_interval_and_a_sample_does():
    assert (_line(23, 44)["low"], _line(23, 44)["high"]) == (None, None)
    drawn = _line(23, 44, method="sample")
    assert (drawn["low"], drawn["high"]) == (0.3794, 0.6625)


def _table(*rows):
    """A published table: (period, agency, told, due, method)."""
    table = pd.DataFrame(rows, columns=["period", "agency", "notified", "notices_due", "method"])
    table = table.assign(status="certified", notified_status="shown", notices_due_status="shown")
    return table.astype({"notified": "Int64", "notices_due": "Int64"})


def _lines(table, *ledger):
    tables = {"notice_compliance": table, "submission_ledger": _ledger(*ledger)}
    found = indicator_table(tables, [("notice_compliance", RATE, "code", "real")])
    return {(row["period"], row["agency"]): row for row in found.to_dict("records")}


def test_agencies_are_added_up_where_several_report():
    lines = _lines(_table(("2026-09", "DAJD", 20, 40, "census"), ("2026-09", "KCSO", 5, 10, "census")))
    assert {key: (row["numerator"], row["denominator"]) for key, row in lines.items()} == {
        ("2026-09", "ALL"): (25, 50), ("2026-09", "DAJD"): (20, 40), ("2026-09", "KCSO"): (5, 10),
    }  # fmt: skip


def test_a_sample_is_never_added_to_a_full_count():
    lines = _lines(_table(("2026-09", "DAJD", 20, 40, "census"), ("2026-09", "KCSO", 5, 10, "sample")))
    assert lines["2026-09", "ALL"]["status"] == "not_applicable"
    assert pd.isna(lines["2026-09", "ALL"]["value"])


def test_a_report_that_is_missing_has_a_line_and_makes_the_sum_incomplete():
    table = _table(("2026-08", "DAJD", 1, 2, "census"), ("2026-08", "KCSO", 1, 2, "census"),
                   ("2026-09", "DAJD", 20, 40, "census"))  # fmt: skip
    ledger = [("notice_compliance", "2026-09", "KCSO", "missing"), ("notice_compliance", "2026-09", "DAJD", "late"),
              ("notice_compliance", "2026-10", "KCSO", "not_due")]  # fmt: skip
    lines = _lines(table, *ledger)
    assert (lines["2026-09", "KCSO"]["status"], lines["2026-09", "KCSO"]["reporting"]) == ("not_reported", "missing")
    assert lines["2026-09", "ALL"]["reporting"] == "incomplete"
    assert lines["2026-09", "DAJD"]["reporting"] == "late"
    assert ("2026-10", "KCSO") not in lines


def test_the_release_repeats_what_the_2019_audit_found(release):
    baseline = pd.read_csv(release / "tables/audit_baseline.csv", dtype=str).set_index("metric")["value"]
    assert float(baseline["hold_requests_sampled_person_not_notified"]) == 21


def test_every_rate_of_the_release_carries_numerator_and_denominator(release):
    table = pd.read_csv(release / "tables/indicators.csv")
    shown = table[table["status"] == "shown"]
    rates = shown[shown["denominator"].notna()]
    assert (rates["value"] - rates["numerator"] / rates["denominator"]).abs().max() < 0.0001
    assert shown["numerator"].notna().all()
    assert set(table["indicator"]) == {f"K{number}" for number in range(1, 18)} | {"K14_verified"}
    assert table.loc[table["status"] != "shown", "value"].isna().all()
