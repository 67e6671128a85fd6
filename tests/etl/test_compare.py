"""What differs between two releases: cell by cell, with a class, a reason and no hidden value."""

from datetime import date

import pandas as pd
import pytest

from etl.compare import Change, changes_of, notes, revisions_csv
from schemas.release import Reason

KEY = ("period", "facility")
NO_REASONS = pd.DataFrame(columns=["dataset", "key", "reason", "date"])


def _table(*rows):
    """A published table as text: (period, facility, told, its status, revision)."""
    return pd.DataFrame(rows, columns=["period", "facility", "told", "told_status", "revision"], dtype="str")


OLD = ("2026-Q3", "KCCF", "30", "shown", "1")
HIDDEN = ("2026-Q3", "KCCF", "", "suppressed", "1")


def _changes(old, new, corrections=NO_REASONS):
    found = changes_of("notice", KEY, (_table(*old), _table(*new)), corrections)
    return [(c.key, c.column, c.old, c.new, c.change_class) for c in found]


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ([OLD], [OLD], []),
        ([OLD], [("2026-Q3", "KCCF", "33", "shown", "2")], [("2026-Q3|KCCF", "told", "30", "33", "scheduled")]),
        ([OLD], [("2026-Q3", "KCCF", "30", "shown", "2")], []),
        ([OLD], [OLD, ("2026-Q4", "KCCF", "5", "shown", "1")], []),
        ([OLD], [OLD, ("2026-Q3", "MRJC", "5", "shown", "1")], [("2026-Q3|MRJC", "(row)", "", "added", "scheduled")]),
        ([OLD], [], [("2026-Q3|KCCF", "(row)", "published", "gone", "correction")]),
        ([OLD], [HIDDEN], [("2026-Q3|KCCF", "told", "30", "[c]", "scheduled")]),
        ([HIDDEN], [HIDDEN], []),
        ([OLD], [("2026-Q3", "KCCF", "", "not_reported", "1")], [("2026-Q3|KCCF", "told", "30", "", "scheduled")]),
    ],
    ids=["nothing", "a figure", "only a revision number", "a new period is new, not changed", "a row in an old period",
         "a row is gone", "a figure is hidden now", "hidden before and after", "a figure is taken back"],
)  # fmt: skip
def test_changes(old, new, changes):
    assert _changes(old, new) == changes


@pytest.mark.parametrize(
    ("key", "explained"),
    [("2026-Q3|KCCF", True), ("2026-Q3", True), ("2026-Q3|MRJC", False), ("2026-Q2|KCCF", False)],
)
def test_a_reason_is_that_of_the_row_or_of_the_beginning_of_its_key(key, explained):
    log = pd.DataFrame([{"dataset": "notice", "key": key, "reason": "A typing error.", "date": "2026-10-02"}])
    tables = (_table(OLD), _table(("2026-Q3", "KCCF", "33", "shown", "2")))
    (change,) = changes_of("notice", KEY, tables, log)
    assert (change.change_class, change.reason) == (
        ("correction", "A typing error.") if explained else ("scheduled", "")
    )


def test_a_change_that_was_foreseen_is_not_called_a_correction():
    foreseen = {"dataset": "notice", "key": "2026-Q3|KCCF", "reason": "The outcome came later.", "date": "2026-10-02",
                "revision_class": "scheduled"}  # fmt: skip
    tables = (_table(OLD), _table(("2026-Q3", "KCCF", "33", "shown", "2")))
    (change,) = changes_of("notice", KEY, tables, pd.DataFrame([foreseen]))
    assert (change.change_class, change.reason) == ("scheduled", "The outcome came later.")


def test_a_table_without_a_key_is_not_compared():
    assert changes_of("notice", (), (_table(OLD), _table(HIDDEN)), NO_REASONS) == []


CHANGE = Change(
    "complaints", "2026-08|KCSO", "received", "2", "", "correction", 'It says "two, not three"', "2026-10-02", "real"
)


def test_revisions_csv_is_the_contract_s_table():
    assert revisions_csv([CHANGE]) == (
        "dataset,key,column,old,new,class,reason,date,data_origin\n"
        'complaints,2026-08|KCSO,received,2,,correction,"It says ""two, not three""",2026-10-02,real\n'
    )
    assert revisions_csv([]) == "dataset,key,column,old,new,class,reason,date,data_origin\n"


class Before:
    """The release before, as far as the notes name it."""

    id = "2026-09-20_0123456789ab"


def test_notes_say_what_is_new_what_changed_and_who_answers_for_it():
    reason = Reason(kind="accepted", code="R28", dataset="federal_counts", period="2026-08", reason="City jails.",
                    accepted_by="Records officer", on=date(2026, 10, 1))  # fmt: skip
    periods = {"complaints": ["2026-09"], "training": []}
    text = notes("The record", [CHANGE], new_periods=periods, reasons=[reason], facts=(date(2026, 10, 20), Before()))
    for line in (
        "# The record", "Release of 2026-10-20.", "Compared with release 2026-09-20_0123456789ab.",
        "- complaints: 2026-09",
        '- complaints, 2026-08|KCSO, received: 2 → not reported (correction; It says "two, not three"; 2026-10-02)',
        "- accepted, R28 federal_counts 2026-08: City jails. (Records officer, 2026-10-01)",
    ):  # fmt: skip
        assert line in text.splitlines()
    assert "training" not in text


def test_notes_of_a_first_release_compare_with_nothing():
    text = notes("The record", [], new_periods={}, reasons=[], facts=(date(2026, 10, 20), None))
    assert "first release" in text
