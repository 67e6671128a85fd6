"""Every rule of the domain (D.3): a row that keeps it, and one that breaks it, through the real reader and judge."""

from dataclasses import dataclass
from typing import Any

import pytest

from schemas.registry import all_rules, dataset, datasets

Files = dict[str, Any]


def _rows(name: str, *changes: dict[str, str]) -> list[dict[str, str]]:
    return [{**dataset(name).examples[0], **cells} for cells in changes]


def one(name: str, **cells: str) -> Files:
    """One file with one row: the dataset's example with some cells changed."""
    return {f"{name}_a.csv": _rows(name, cells)}


def two(name: str, first: dict[str, str], second: dict[str, str]) -> Files:
    """One file with two rows."""
    return {f"{name}_a.csv": _rows(name, first, second)}


@dataclass(frozen=True)
class Case:
    """A rule with a way to keep it and a way to break it; `at` is the dataset, row and column where it is reported."""

    rule: str
    says: str
    kept: Files
    broken: Files
    at: tuple[str, int | None, str | None]
    severity: str = "error"


WARNING = "warning"
JULY = {"period": "2026-07", "submitted_on": "2026-08-08", "review_due_on": "2026-07-31",
        "review_completed_on": "2026-07-27"}  # fmt: skip
JULY_OPEN = {**JULY, "accounts_disabled": "0", "open_at_end": "1"}
JULY_TRAINED = {"period": "2026-07", "submitted_on": "2026-08-08"}
NONE_FOUND = {"immigration_agency_accounts_found": "0", "accounts_disabled": "0", "max_days_found_to_disabled": ""}
NOTICE_AND_REQUESTS = one("notice_compliance") | one("ice_requests")
REVISED = _rows("ice_requests", {}, {"declined": "16", "expired": "4", "revision": "2", "supersedes": "1"})
REASON = _rows("corrections", {"key": "2026-08|DAJD|ICE_ERO|hold_and_notification|I-247A|I-200"})
ZERO = {"received": "0", "closed": "0", "substantiated": "0"}

CASES = (
    Case("R01", "outcomes add up to the requests received",
         kept=one("ice_requests", declined="16", expired="4"),
         broken=one("ice_requests", declined="18"), at=("ice_requests", 2, "requests_received")),
    Case("R02", "violations are part of what was complied with",
         kept=one("ice_requests", declined="16", complied="1", complied_without_judicial_warrant="1"),
         broken=one("ice_requests", complied_without_judicial_warrant="1"),
         at=("ice_requests", 2, "complied_without_judicial_warrant")),
    Case("R03", "a criminal warrant is counted only where it is the instrument",
         kept=one("ice_requests", instrument="judicial_warrant_criminal", with_judicial_criminal_warrant="21"),
         broken=one("ice_requests", with_judicial_criminal_warrant="1"),
         at=("ice_requests", 2, "with_judicial_criminal_warrant")),
    Case("R03", "no more warrants than requests",
         kept=one("ice_requests", instrument="judicial_warrant_criminal", with_judicial_criminal_warrant="20"),
         broken=one("ice_requests", instrument="judicial_warrant_criminal", with_judicial_criminal_warrant="22"),
         at=("ice_requests", 2, "with_judicial_criminal_warrant")),
    Case("R04", "the purpose of every request is determined",
         kept=one("ice_requests", purpose_determined=""),
         broken=one("ice_requests", purpose_determined="20"),
         at=("ice_requests", 2, "purpose_determined"), severity=WARNING),
    Case("R05", "form I-247A asks for a hold or a notification",
         kept=one("ice_requests", request_type="information", form="email_or_letter"),
         broken=one("ice_requests", request_type="information"), at=("ice_requests", 2, "request_type")),
    Case("R06", "the form was in use in the period",
         kept=one("ice_requests", form="I-247D", period="2017-03", submitted_on="2017-04-10"),
         broken=one("ice_requests", form="I-247D"), at=("ice_requests", 2, "form"), severity=WARNING),
    Case("R07", "notices due and not due are the hold and notification requests",
         kept=NOTICE_AND_REQUESTS,
         broken=one("notice_compliance", not_due_released="3") | one("ice_requests"),
         at=("notice_compliance", 2, "notices_due")),
    Case("R08", "copies are given to people who were told",
         kept=one("notice_compliance", copy_provided="16"),
         broken=one("notice_compliance", copy_provided="17"), at=("notice_compliance", 2, "copy_provided")),
    Case("R08", "full notice needs notice on time",
         kept=one("notice_compliance", full_notice="14"),
         broken=one("notice_compliance", full_notice="15"), at=("notice_compliance", 2, "full_notice")),
    Case("R09", "the reasons add up to the people not told",
         kept=one("notice_compliance", not_notified_reason_safety=""),
         broken=one("notice_compliance", not_notified_reason_safety="1"), at=("notice_compliance", 2, "notices_due")),
    Case("R10", "told yes is matched by a request complied with",
         kept=one("notice_compliance", intent_not_to_comply="14") | one("ice_requests", declined="16", complied="1"),
         broken=one("notice_compliance", intent_not_to_comply="14") | one("ice_requests"),
         at=("notice_compliance", 2, "intent_not_to_comply"), severity=WARNING),
    Case("R11", "no more accounts reviewed than there are",
         kept=one("account_reviews", accounts_reviewed="411"),
         broken=one("account_reviews", accounts_reviewed="413"), at=("account_reviews", 2, "accounts_reviewed")),
    Case("R11", "no more accounts found than reviewed",
         kept=one("account_reviews", accounts_reviewed="1"),
         broken=one("account_reviews", accounts_reviewed="0"),
         at=("account_reviews", 2, "immigration_agency_accounts_found")),
    Case("R12", "open at start, plus found, less disabled, is open at end",
         kept=one("account_reviews", open_at_start="2", accounts_disabled="3"),  # late disabling is lawful
         broken=one("account_reviews", open_at_end="1"), at=("account_reviews", 2, "open_at_end")),
    Case("R13", "open at start is open at end of the month before",
         kept=two("account_reviews", JULY_OPEN, {**NONE_FOUND, "open_at_start": "1", "accounts_disabled": "1"}),
         broken=two("account_reviews", JULY_OPEN, {}), at=("account_reviews", 3, "open_at_start")),
    Case("R14", "the review was finished by the day it was due",
         kept=one("account_reviews", review_completed_on="2026-08-31"),
         broken=one("account_reviews", review_completed_on="2026-09-01"),
         at=("account_reviews", 2, "review_completed_on"), severity=WARNING),
    Case("R14", "an empty day means that the review was not done",
         kept=one("account_reviews"),
         broken=one("account_reviews", review_completed_on=""),
         at=("account_reviews", 2, "review_completed_on"), severity=WARNING),
    Case("R14", "the review was not finished before its month began",
         kept=one("account_reviews", review_completed_on="2026-08-01"),
         broken=one("account_reviews", review_completed_on="2026-07-31"),
         at=("account_reviews", 2, "review_completed_on"), severity=WARNING),
    Case("R15", "warrants are on file for accounts that were found",
         kept=one("account_reviews", found_with_valid_warrant="1"),
         broken=one("account_reviews", found_with_valid_warrant="2"),
         at=("account_reviews", 2, "found_with_valid_warrant")),
    Case("R15", "log-ins need an account",
         kept=one("database_access", logins="0", distinct_accounts="0"),
         broken=one("database_access", distinct_accounts="0"), at=("database_access", 2, "distinct_accounts")),
    Case("R16", "log-ins of an immigration agency mean that an account was open or disabled",
         kept=one("account_reviews") | one("database_access"),
         broken=one("account_reviews", **NONE_FOUND) | one("database_access"),
         at=("account_reviews", 2, "open_at_end"), severity=WARNING),
    Case("R17", "released and refused are at most the requests",
         kept=one("information_disclosures", refused="2"),
         broken=one("information_disclosures", refused="4"), at=("information_disclosures", 2, "requests")),
    Case("R17", "the kinds of release are at most what was released",
         kept=one("information_disclosures", released_redacted="0", status_only="1"),
         broken=one("information_disclosures", status_only="1"), at=("information_disclosures", 2, "released")),
    Case("R18", "a verified warrant comes with a determination",
         kept=one("information_disclosures", judicial_warrant_verified="4"),
         broken=one("information_disclosures", determination_made="0"),
         at=("information_disclosures", 2, "judicial_warrant_verified")),
    Case("R18", "no more determinations than requests",
         kept=one("information_disclosures", determination_made="3"),
         broken=one("information_disclosures", determination_made="5"),
         at=("information_disclosures", 2, "determination_made")),
    Case("R19", "no personal information is released without a warrant",
         kept=one("information_disclosures", released_redacted="0", status_only="1"),  # 8 U.S.C. 1373
         broken=one("information_disclosures", released_without_warrant="1"),
         at=("information_disclosures", 2, "released_without_warrant"), severity=WARNING),
    Case("R20", "both reviews are among those with each",
         kept=one("request_review", second_level_reviewed="7", both="7"),
         broken=one("request_review", both="7"), at=("request_review", 2, "both")),
    Case("R20", "reviewed before release is part of both",
         kept=one("request_review", reviewed_before_release="5"),
         broken=one("request_review", reviewed_before_release="7"),
         at=("request_review", 2, "reviewed_before_release")),
    Case("R21", "completed is part of required",
         kept=one("training", completed_cumulative="840"),
         broken=one("training", completed_cumulative="841"),
         at=("training", 2, "completed_cumulative"), severity=WARNING),
    Case("R21", "completed does not fall unless fewer are required",
         kept=two("training", JULY_TRAINED, {"completed_cumulative": "790", "required_staff": "820"}),
         broken=two("training", JULY_TRAINED, {"completed_cumulative": "790"}),
         at=("training", 3, "completed_cumulative"), severity=WARNING),
    Case("R22", "a certified zero has no count above 0",
         kept=one("complaints", status="certified_zero", **ZERO),
         broken=one("complaints", status="certified_zero", **{**ZERO, "closed": "1"}), at=("complaints", 2, "status")),
    Case("R23", "a sample states how many cases were drawn",
         kept=one("notice_compliance", method="sample", sample_size="44"),
         broken=one("notice_compliance", method="sample"), at=("notice_compliance", 2, "sample_size")),
    Case("R24", "the period is over",
         kept=one("complaints", period="2026-09", submitted_on="2026-10-20"),
         broken=one("complaints", period="2026-10", submitted_on="2026-11-02"), at=("complaints", 2, "period")),
    Case("R24", "the report is dated after the last day of the period",
         kept=one("complaints", submitted_on="2026-09-01"),
         broken=one("complaints", submitted_on="2026-08-31"), at=("complaints", 2, "submitted_on")),
    Case("R24", "the report is not dated in the future",
         kept=one("complaints", submitted_on=""),
         broken=one("complaints", submitted_on="2026-10-21"), at=("complaints", 2, "submitted_on")),
    Case("R25", "one row for each key and revision",
         kept=two("complaints", JULY_TRAINED, {}),
         broken=two("complaints", {}, {"received": "3"}), at=("complaints", 3, "period")),
    Case("R25", "the same row in two files",
         kept=one("complaints"),
         broken=one("complaints") | {"complaints_b.csv": _rows("complaints", {})}, at=("complaints_b", 2, "period")),
    Case("R25", "a revision comes with its reason",
         kept={"ice_requests_a.csv": REVISED, "corrections_a.csv": REASON},
         broken={"ice_requests_a.csv": REVISED}, at=("ice_requests", 3, "revision")),
    Case("R26", "no column asks for personal data",
         kept=one("account_reviews"),
         broken={"account_reviews_a.csv": [{**dataset("account_reviews").examples[0], "Date of birth": "1990-01-01"}]},
         at=("account_reviews", 1, None)),
    Case("R26", "no text identifies a person",
         kept=one("account_reviews", reviewer_role="Records manager, shift A 12"),
         broken=one("account_reviews", reviewer_role="A 123-456-789"), at=("account_reviews", 2, "reviewer_role")),
    Case("R28", "the county logged at least four fifths of ICE's count",
         kept=one("federal_counts", ice_reported_detainers="25", county_logged="20", gap="5"),
         broken=one("federal_counts", ice_reported_detainers="25", county_logged="19", gap="6"),
         at=("federal_counts", 2, "county_logged"), severity=WARNING),
    Case("D13", "the gap is the difference",
         kept=one("federal_counts", ice_reported_detainers="20", gap="-1"),
         broken=one("federal_counts", gap="3"), at=("federal_counts", 2, "gap")),
    Case("R29", "dates are written year-month-day",
         kept=one("complaints", submitted_on="2026-09-10"),
         broken=one("complaints", submitted_on="9/10/2026"), at=("complaints", 2, "submitted_on")),
)  # fmt: skip
IN_TEST_PLAUSIBILITY = {"R27"}
"""Needs a year of rows, or the release before: see tests/etl/test_plausibility.py."""

each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule} {case.says}")


@each_case
def test_what_keeps_a_rule_is_accepted(case: Case, faults):
    assert faults(case.kept) == []


@each_case
def test_what_breaks_a_rule_gets_one_finding_with_row_and_column(case: Case, faults):
    name, row, column = case.at
    file = f"{name}.csv" if name.endswith("_b") else f"{name}_a.csv"
    assert faults(case.broken) == [(case.rule, file, row, column, case.severity)]


def test_every_rule_of_the_declarations_has_its_case():
    declared = {rule.id for each in datasets() for rule in all_rules(each)}
    assert declared == {case.rule for case in CASES} | IN_TEST_PLAUSIBILITY


@pytest.mark.parametrize("rule", ["R07", "R13", "R16", "R28"])
def test_a_rule_is_not_judged_where_a_figure_is_not_reported(rule, faults):
    untold = {
        "R07": one("notice_compliance", not_due_released="") | one("ice_requests"),
        "R13": two("account_reviews", JULY_OPEN, {"open_at_start": "", "open_at_end": ""}),
        "R16": one("account_reviews", **{**NONE_FOUND, "open_at_end": ""}) | one("database_access"),
        "R28": one("federal_counts", county_logged="", gap=""),
    }
    assert faults(untold[rule]) == []


def test_a_month_that_only_one_side_has_reported_is_not_judged(faults):
    late = one("notice_compliance", period="2026-07", submitted_on="2026-08-08") | one("ice_requests")
    assert faults(late) == []


def test_a_sample_is_not_compared_with_the_full_count_of_requests(faults):
    drawn = one("notice_compliance", method="sample", sample_size="44", not_due_released="9")
    assert faults(drawn | one("ice_requests")) == []
