"""Why a published cell is empty: hidden, not reported, or nothing to measure."""

import pandas as pd
import pytest

from etl.disclosure import with_statuses
from schemas.registry import dataset

KEYS = {"period": "2026-09", "agency": "DAJD", "system": "JMS"}
COUNTS = ("accounts_disabled", "max_days_found_to_disabled", "dormant_over_90_days")


def published(status="certified", hidden=(), **cells):
    """One account review as it is published."""
    declared = dataset("account_reviews")
    row = {column.name: pd.NA for column in declared.published_columns} | KEYS | {"status": status} | cells
    table = pd.DataFrame([row]).astype(dict.fromkeys(COUNTS, "Int64"))
    return with_statuses(table, declared, frozenset((0, name) for name in hidden)).iloc[0]


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ({"accounts_disabled": 2, "max_days_found_to_disabled": 3}, "shown"),
        ({"accounts_disabled": 2}, "not_reported"),
        ({"accounts_disabled": 0}, "not_applicable"),
        ({"accounts_disabled": 0, "max_days_found_to_disabled": 0}, "shown"),
        ({}, "not_reported"),
        ({"status": "not_applicable"}, "not_applicable"),
    ],
    ids=["reported", "left out", "nothing to measure", "reported all the same", "nothing known", "not due"],
)
def test_an_empty_cell_says_whether_there_was_anything_to_measure(cells, status):
    assert published(**cells)["max_days_found_to_disabled_status"] == status


def test_a_column_that_measures_no_other_is_missing_when_it_is_empty():
    assert published(accounts_disabled=0)["dormant_over_90_days_status"] == "not_reported"


def test_a_hidden_cell_is_hidden_and_empty():
    row = published(accounts_disabled=2, max_days_found_to_disabled=3, hidden=["max_days_found_to_disabled"])
    assert row["max_days_found_to_disabled_status"] == "suppressed"
    assert pd.isna(row["max_days_found_to_disabled"])
