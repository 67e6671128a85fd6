"""Series, marks and the audit's baseline."""

import pandas as pd
import pytest

from dashboard import front, points
from dashboard.edition import Edition
from schemas.marks import Mark, mark_of, worst
from schemas.shares import wilson


@pytest.mark.parametrize(
    ("status", "reporting", "value", "mark"),
    [
        ("shown", "certified", 3.0, Mark.COUNTED),
        ("shown", "certified", 0.0, Mark.ZERO),
        ("shown", "certified_zero", 0.0, Mark.ZERO),
        ("shown", "late", 0.0, Mark.LATE),
        ("shown", "preliminary", 3.0, Mark.PRELIMINARY),
        ("shown", "incomplete", 3.0, Mark.INCOMPLETE),
        ("not_reported", "missing", None, Mark.MISSING),
        ("suppressed", "certified", None, Mark.SUPPRESSED),
        ("not_applicable", "certified", None, Mark.NOT_APPLICABLE),
    ],
)
def test_each_absence_has_its_own_mark(status, reporting, value, mark):
    assert mark_of(status, reporting, value) is mark


def test_a_status_nobody_has_heard_of_is_refused():
    with pytest.raises(ValueError, match="hushed"):
        mark_of("hushed", "certified", 3.0)
    with pytest.raises(ValueError, match="no value"):
        mark_of("shown", "certified", None)


def test_one_missing_report_makes_the_whole_incomplete():
    assert worst({"certified", "late", "missing"}) == "missing"
    assert worst({"certified_zero"}) == "certified_zero"
    assert worst({"certified_zero", "certified"}) == "certified"
    assert worst(set()) == "not_due"


def test_the_interval_of_the_audit_is_wilsons():
    low, high = wilson(23, 44)
    assert (round(low, 4), round(high, 4)) == (0.3794, 0.6625)
    untold = wilson(21, 44)
    assert (round(untold[0], 2), round(untold[1], 2)) == (0.34, 0.62)


def test_the_baseline_is_computed_from_the_published_table(edition: Edition):
    found = points.baseline(edition)
    assert found is not None
    assert (found.numerator, found.denominator) == (23, 44)
    assert found.low < found.share < found.high


def test_series_equal_the_published_indicators(edition: Edition):
    frame = edition.release.indicators()
    for measure in edition.measures:
        agency = points.agency_for(edition, measure)
        series = points.series(edition, measure)
        rows = frame[(frame["indicator"] == measure.id) & (frame["agency"] == agency)]
        rows = rows[rows["period"].isin(series["period"])].sort_values("period")
        assert list(series["period"]) == list(rows["period"])
        assert series["value"].astype("float64").equals(rows["value"].astype("float64").reset_index(drop=True))


def test_a_month_with_a_missing_report_has_no_total(edition: Edition):
    reported = points.reports(edition, "ice_requests")
    totals = points.totals(edition, "ice_requests", "requests_received").set_index("period")
    table = edition.table("ice_requests")
    for period, status in reported.items():
        if status == "missing":
            assert totals.loc[period, "mark"] == Mark.MISSING
            assert pd.isna(totals.loc[period, "value"])
        else:
            assert totals.loc[period, "value"] == table.loc[table["period"] == period, "requests_received"].sum()


def test_the_next_reports_are_due_in_the_month_after_the_next():
    assert front.next_due("2026-09", 15)[0] == "2026-10"
    assert front.next_due("2026-09", 15)[1].isoformat() == "2026-11-15"
    assert front.next_due("2026-11", 15)[1].isoformat() == "2027-01-15"
