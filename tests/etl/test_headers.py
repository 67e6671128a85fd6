"""The header row: what is understood, what is refused and how, and that a personal-data column is never echoed."""

import json

import pytest

from etl.identifiers import banned_header, identifier_in
from etl.report import as_json, as_text
from etl.validate import column_names, recognise
from schemas.registry import dataset

TRAINING = dataset("training")


@pytest.mark.parametrize(
    "written",
    [
        "required_staff",
        "Required to train",
        "REQUIRED_STAFF",
        "required staff",
        "  Required   Staff ",
        "Required_Staff",
    ],
)
def test_a_header_is_understood_by_name_or_label_in_any_case(written):
    assert column_names([written], TRAINING) == ["required_staff"]


def test_the_order_of_columns_does_not_matter(judged, row):
    backwards = dict(reversed(row("training").items()))
    (one,) = judged({"training_a.csv": [backwards]})
    assert not one.findings
    assert list(one.validated.table.columns) == [column.name for column in TRAINING.columns]


@pytest.mark.parametrize(
    "asked",
    ["Name", "last_name", "LastName", "DOB", "date of birth", "A-Number", "alien number", "booking_no", "CCN",
     "Country of citizenship", "nationality", "Race/Ethnicity", "sex", "Home address", "zip", "phone", "email",
     "case number", "Inmate ID", "charge"],
)  # fmt: skip
def test_a_column_that_asks_for_personal_data_refuses_the_file_without_repeating_it(asked, judged, row):
    assert banned_header(asked)
    (one,) = judged({"training_a.csv": [row("training") | {asked: "Maria Example"}]})
    assert [(finding.kind.code, finding.row) for finding in one.findings] == [("R26", 1)]
    assert one.validated.table is None
    told = as_text([one]) + json.dumps(as_json([one]))
    assert "Maria" not in told
    assert asked not in told.replace(dataset("training").title, "")


@pytest.mark.parametrize("declared", [column.name for column in TRAINING.columns])
def test_our_own_columns_ask_for_no_personal_data(declared):
    assert not banned_header(declared)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("write to j.doe@example.org", "an e-mail address"), ("A123456789", "an alien registration number"),
        ("A 123-456-789", "an alien registration number"), ("078-05-1120", "a social security number"),
        ("call (206) 555-0100", "a telephone number"), ("DOB: 1990", "a date of birth"),
        ("booking no. 2190001", "a booking or case number"),
    ],
)  # fmt: skip
def test_a_text_that_holds_an_identifier_is_recognised(text, kind):
    assert identifier_in(text) == kind


@pytest.mark.parametrize(
    "text", ["Records manager", "Jail look-up, version 12", "2026-09-10", "ICE, FOIA 15-87693", "412 accounts", ""]
)
def test_an_ordinary_text_is_no_identifier(text):
    assert identifier_in(text) is None


@pytest.mark.parametrize(
    ("name", "header", "known"),
    [
        ("notice_compliance_2026-09.csv", (), "notice_compliance"),
        ("ACCOUNT_REVIEWS_BY_AGENCY.xlsx", (), "account_reviews_by_agency"),
        ("below/a/folder/training.csv", (), "training"),
        ("report.csv", tuple(TRAINING.examples[0]), "training"),
        ("report.csv", ("period", "agency"), None),
        ("notice_compliance_by_facility.csv", (), "notice_compliance"),
        ("submission_ledger.csv", (), None),
    ],
    ids=["by name", "the longest name wins", "in a folder", "by its header", "a header that fits nothing",
         "a table Daylight makes is not submitted", "nor is the ledger"],
)  # fmt: skip
def test_a_dataset_is_recognised(name, header, known):
    found = recognise(name, header)
    assert (found.id if found else None) == known
