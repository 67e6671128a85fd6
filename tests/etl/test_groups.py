"""Rows of people that are wholly in one column wait for a person (V403)."""

from datetime import date

import pandas as pd
import pytest

from etl.disclosure import protect
from etl.errors import SubmissionRefused
from etl.groups import one_sided_rows
from etl.judging import Settings
from etl.pipeline import build
from schemas.registry import dataset

FACILITY = dataset("notice_compliance_by_facility")


def flagged(*rows: tuple[str, int, int]) -> list[tuple[str, str, str]]:
    """(facility, told, not told) of each row, with a total row that is made from them."""
    told, untold = sum(row[1] for row in rows), sum(row[2] for row in rows)
    drawn = [("ALL", told, untold), *rows]
    table = pd.DataFrame({
        "period": "2026-Q3", "agency": "DAJD", "facility": [row[0] for row in drawn],
        "notices_due": pd.array([row[1] + row[2] for row in drawn], dtype="Int64"),
        "notified": pd.array([row[1] for row in drawn], dtype="Int64"),
        "not_notified": pd.array([row[2] for row in drawn], dtype="Int64"),
    })  # fmt: skip
    found = one_sided_rows(protect({FACILITY.id: table}, (FACILITY,), ()).tables)
    assert all(finding.holds for finding in found)
    return [(f.kind.code, f.column, f.message.split(", ")[3].split(":")[0]) for f in found]


def test_a_row_in_which_nobody_was_told_is_flagged():
    assert flagged(("KCCF", 30, 12), ("MRJC", 0, 14)) == [("V403", "not_notified", "MRJC")]


def test_a_row_in_which_everybody_was_told_is_flagged_although_its_counts_are_hidden():
    assert flagged(("CFJC", 4, 0), ("KCCF", 30, 12), ("MRJC", 22, 14)) == [("V403", "notified", "CFJC")]


def test_a_row_of_nobody_and_a_mixed_row_are_not():
    assert flagged(("CFJC", 0, 0), ("KCCF", 30, 12), ("MRJC", 22, 14)) == []


NOBODY_TOLD = dict.fromkeys(
    ("notified", "notified_on_time", "copy_provided", "intent_stated", "intent_not_to_comply", "full_notice",
     "in_preferred_language", "acknowledged_in_writing", "not_notified_reason_released_first"), "0",
) | {"not_notified_reason_staff_error": "19", "median_hours_to_notice": ""}  # fmt: skip


def test_a_build_waits_until_somebody_accepts_it_by_name(row, judged):
    rows = [
        row("notice_compliance", period=f"2026-0{month}", facility=place, submitted_on="", **counts)
        for month in (4, 5, 6) for place, counts in (("KCCF", {}), ("MRJC", NOBODY_TOLD))
    ]  # fmt: skip
    run = Settings(on=date(2026, 8, 1), jurisdiction="king_county")
    with pytest.raises(SubmissionRefused, match="V403 notice_compliance_by_facility 2026-Q2 DAJD"):
        build(judged({"notice_compliance_a.csv": rows}), run)
    accepted = """
        [[accepted]]
        code = "V403"
        dataset = "notice_compliance_by_facility"
        period = "2026-Q2"
        agency = "DAJD"
        reason = "What staff did."
        accepted_by = "Records officer"
        on = 2026-07-20
    """
    built = build(judged({"notice_compliance_a.csv": rows, "accepted.toml": accepted}), run)
    assert [reason.code for reason in built.release.manifest.reasons] == ["V403"]
