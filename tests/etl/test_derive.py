"""The tables Daylight makes: quarters from months, the ledger of reports due, totals over facilities."""

from datetime import date

import pandas as pd
import pytest

from etl.derive import Receipt, by_quarter, due_on, duties_until, ledger
from etl.evaluate import first_day, next_period, periods_between, quarter_of
from etl.status import as_text
from etl.together import combine, with_totals
from schemas.jurisdiction import Duty, jurisdiction
from schemas.registry import dataset

COUNTY = jurisdiction()
FACILITY, REASON = dataset("notice_compliance_by_facility"), dataset("notice_compliance_by_reason")


@pytest.mark.parametrize(
    ("period", "following", "first"),
    [("2026-09", "2026-10", date(2026, 9, 1)), ("2026-12", "2027-01", date(2026, 12, 1)),
     ("2026-Q3", "2026-Q4", date(2026, 7, 1)), ("2026-Q4", "2027-Q1", date(2026, 10, 1)),
     ("2026", "2027", date(2026, 1, 1)), ("1999-12", "2000-01", date(1999, 12, 1))],
)  # fmt: skip
def test_periods(period, following, first):
    assert next_period(period) == following
    assert first_day(period) == first


def test_periods_between_and_quarters():
    assert periods_between("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert periods_between("2026-Q3", "2026-Q2") == []
    assert [quarter_of(month) for month in ("2026-01", "2026-03", "2026-04", "2026-12")] == [
        "2026-Q1", "2026-Q1", "2026-Q2", "2026-Q4",
    ]  # fmt: skip


def test_a_report_is_due_in_the_month_after():
    assert due_on("2026-09", 15) == date(2026, 10, 15)
    assert due_on("2026-Q4", 15) == date(2027, 1, 15)


@pytest.fixture
def months(judged, row):
    """Notice by month and facility, typed; each row is (month, facility, changes)."""

    def typed(*rows):
        written = [
            row("notice_compliance", period=month, facility=facility, submitted_on="", **cells)
            for month, facility, cells in rows
        ]
        (one,) = judged({"notice_compliance_a.csv": written})
        return combine([("notice_compliance", "notice_compliance_a.csv", one.validated.table)])["notice_compliance"]

    return typed


def _quarter(*facilities):
    return [(month, facility, {}) for month in ("2026-07", "2026-08", "2026-09") for facility in facilities]


def test_three_months_make_a_quarter(months):
    (quarter,) = by_quarter(months(*_quarter("KCCF")), FACILITY).to_dict("records")
    assert (quarter["period"], quarter["facility"], quarter["notices_due"], quarter["notified"]) == (
        "2026-Q3", "KCCF", 57, 48,
    )  # fmt: skip
    assert quarter["not_notified"] == 9


def test_two_months_make_none(months):
    assert by_quarter(months(*_quarter("KCCF")[:2]), FACILITY).empty


def test_a_month_in_which_a_figure_is_not_reported_leaves_the_quarter_empty(months):
    rows = [*_quarter("KCCF")[:2], ("2026-09", "KCCF", {"notified": ""})]
    (quarter,) = by_quarter(months(*rows), FACILITY).to_dict("records")
    assert quarter["notices_due"] == 57
    assert pd.isna(quarter["notified"])
    assert pd.isna(quarter["not_notified"])


def test_reasons_are_taken_from_the_total_only(months):
    (quarter,) = by_quarter(months(*_quarter("ALL", "KCCF")), REASON).to_dict("records")
    assert (quarter["not_notified"], quarter["not_notified_reason_staff_error"]) == (9, 6)


def test_facilities_without_a_total_are_added_up(months):
    table = with_totals(months(*_quarter("KCCF", "MRJC")), dataset("notice_compliance"))
    total = table[(table["facility"] == "ALL") & (table["period"] == "2026-08")].iloc[0]
    assert (total["notices_due"], total["notified"]) == (38, 32)
    assert pd.isna(total["median_hours_to_notice"])  # a median of medians would be false


def test_a_total_that_was_reported_is_left_alone(months):
    table = months(*_quarter("ALL", "KCCF"))
    assert with_totals(table, dataset("notice_compliance")) is table


def test_a_total_of_which_a_part_is_not_reported_is_not_reported(months):
    table = with_totals(
        months(("2026-08", "KCCF", {}), ("2026-08", "MRJC", {"notified": ""})), dataset("notice_compliance")
    )
    assert pd.isna(table.loc[table["facility"] == "ALL", "notified"]).all()


# --- the ledger ------------------------------------------------------------------------------------------------------


def _ledger(judged, rows, on=date(2026, 10, 20), name="complaints"):
    """The ledger's rows of OTHER_COUNTY's complaints (or another duty), by period."""
    tables, receipts = {}, []
    if rows:
        (one,) = judged({f"{name}_a.csv": rows})
        tables = combine([(name, one.file.name, one.validated.table)])
        receipts = [Receipt(name, one.file.name, one.file.sha256)]
    table = ledger(tables, receipts, COUNTY, on)
    mine = table[(table["dataset"] == name) & (table["agency"] == rows[0]["agency"] if rows else True)]
    return {row["period"]: row for row in mine.to_dict("records")}


ZERO = {"received": "0", "closed": "0", "substantiated": "0", "status": "certified_zero"}


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ({"submitted_on": "2026-09-15"}, "certified"),
        ({"submitted_on": "2026-09-16"}, "late"),
        ({"submitted_on": ""}, "certified"),
        ({"status": "late", "submitted_on": ""}, "late"),
        ({"status": "preliminary"}, "preliminary"),
        ({"status": "not_applicable"}, "not_applicable"),
        (ZERO, "certified_zero"),
        ({**ZERO, "submitted_on": "2026-10-01"}, "late"),
    ],
    ids=["on the day it was due", "a day after", "undated", "said to be late", "preliminary", "not applicable",
         "certified zero", "a zero that came late"],
)  # fmt: skip
def test_the_ledger_says_how_a_month_was_reported(cells, status, judged, row):
    reported = _ledger(judged, [row("complaints", **cells)])["2026-08"]
    assert (reported["status"], reported["rows_accepted"], reported["revision"]) == (status, 1, 1)
    assert len(reported["hash"]) == 64


def test_silence_is_a_row_of_the_ledger(judged, row):
    periods = _ledger(judged, [row("complaints")])
    assert periods["2026-07"]["status"] == "missing"
    assert periods["2026-09"]["status"] == "missing"
    assert "2026-10" not in periods


def test_what_is_not_due_yet_is_not_missing(judged, row):
    assert _ledger(judged, [row("complaints")], on=date(2026, 10, 15))["2026-09"]["status"] == "not_due"


def test_a_late_revision_does_not_make_the_first_report_late(judged, row):
    first, second = {"submitted_on": "2026-09-10"}, {"submitted_on": "2026-10-12", "revision": "2"}
    reported = _ledger(judged, [row("complaints", **first), row("complaints", **second)])["2026-08"]
    assert (reported["status"], reported["revision"], reported["rows_accepted"]) == ("certified", 2, 2)


def test_the_hash_of_a_file_with_protected_counts_is_not_published(judged, row):
    reported = _ledger(judged, [row("notice_compliance")], name="notice_compliance")["2026-08"]
    assert reported["status"] == "certified"
    assert pd.isna(reported["hash"])


def test_a_duty_that_ended_or_has_not_begun_owes_nothing():
    duties = (Duty("complaints", "DAJD", "2026-07", "2026-08"), Duty("complaints", "KCSO", "2026-10", ""))
    county = COUNTY.__class__(**{**COUNTY.__dict__, "duties": duties})
    assert [(duty.agency, period) for duty, period in duties_until(county, date(2026, 10, 20))] == [
        ("DAJD", "2026-07"), ("DAJD", "2026-08"),
    ]  # fmt: skip


def test_the_status_as_text_names_what_is_not_simply_certified():
    record = {"agency": "DAJD", "dataset": "training", "due_on": "2026-10-15", "received_on": ""}
    text = as_text([{**record, "period": "2026-08", "status": "certified"},
                    {**record, "period": "2026-09", "status": "missing"}])  # fmt: skip
    assert text.splitlines() == [
        "DAJD  training: 1 of 2 certified on time", "    2026-09  missing, due 2026-10-15",
    ]  # fmt: skip
