"""Ask the data: the address is the question, and a hidden part never shows through a sum."""

from dataclasses import replace

import pandas as pd
import pytest

from dashboard import asking
from dashboard.asking import Question
from dashboard.edition import Edition
from dashboard.snippets import snippets, soql


def test_a_question_goes_into_an_address_and_back(edition: Edition):
    question = Question(
        "ice_requests", ("year", "agency"), ("declined",), {"federal_agency": ("ICE_ERO",)}, "2025-01", ""
    )
    assert asking.read(question.parameters(), edition) == question


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"dataset": "nothing"},
        {"dataset": "ice_requests", "by": "no,agency", "where.agency": "X,DAJD", "from": "soon"},
    ],
)
def test_what_a_release_does_not_know_is_left_out(edition: Edition, parameters):
    question = asking.read(parameters, edition)
    assert question.dataset in edition.release.dataset_ids()
    assert set(question.by) <= {"agency"}
    assert question.keep in ({}, {"agency": ("DAJD",)})
    assert question.first == ""


def test_sums_equal_the_published_rows(edition: Edition):
    rows = asking.answer(edition, Question("ice_requests", ("year",), ("requests_received",), {"agency": ("KCSO",)}))
    table = edition.table("ice_requests")
    for year, said in rows.itertuples(index=False):
        some = table[(table["agency"] == "KCSO") & table["period"].str.startswith(year)]
        assert said == str(some["requests_received"].sum())


def test_the_federal_fiscal_year_begins_in_october(edition: Edition):
    rows = asking.answer(edition, Question("ice_requests", ("fiscal_year",), ("requests_received",)))
    table = edition.table("ice_requests")
    first = table[(table["period"] >= "2024-10") & (table["period"] <= "2025-09")]["requests_received"].sum()
    assert rows.set_index("fiscal_year").loc["FY2025", "requests_received"] == str(first)


def test_a_sum_with_a_hidden_part_is_hidden(edition: Edition):
    table = edition.table("notice_compliance_by_facility")
    hidden = table[table["notified_status"] == "suppressed"].iloc[0]
    by_period = asking.answer(edition, Question("notice_compliance_by_facility", ("period",), ("notified",)))
    assert by_period.set_index("period").loc[hidden["period"], "notified"] == "[c]"
    rows = asking.answer(edition, Question("notice_compliance_by_facility"))
    assert "[c]" in set(rows["notified"])
    assert not [name for name in rows if name.endswith("_status")]


def test_a_cell_says_why_it_is_empty(edition: Edition):
    rows = asking.answer(edition, Question("account_reviews"))
    closed = rows["accounts_disabled"] != "0"
    assert set(rows.loc[~closed, "max_days_found_to_disabled"]) == {"–"}, "nothing to measure"
    assert {"–", "✕"}.isdisjoint(rows.loc[closed, "max_days_found_to_disabled"])
    assert "✕" in set(rows["dormant_over_90_days"]), "left out by the agency"


def test_filters_and_periods_keep_the_rows_asked_for(edition: Edition):
    rows = asking.answer(edition, Question("training", (), (), {"agency": ("DAJD",)}, "2026-01", "2026-03"))
    assert set(rows["agency"]) == {"DAJD"}
    assert set(rows["period"]) == {"2026-01", "2026-02", "2026-03"}


@pytest.mark.parametrize("number", range(23))
def test_every_table_can_be_asked(edition: Edition, number):
    dataset = asking.datasets(edition)[number]
    can = asking.shape(edition, dataset)
    assert len(asking.answer(edition, Question(dataset))) == len(edition.table(dataset))
    for group in can.groups:
        grouped = asking.answer(edition, Question(dataset, (group,), can.counts[:2]))
        assert 0 < len(grouped) <= max(len(edition.table(dataset)), 1) or edition.table(dataset).empty


def test_the_code_names_the_very_address_and_runs(edition: Edition, tmp_path):
    question = Question("ice_requests", ("year",), ("declined",), {"agency": ("KCSO",)}, "2025-01", "2026-06")
    can, file = asking.shape(edition, "ice_requests"), tmp_path / "answer.csv"
    asking.answer(edition, question).to_csv(file, index=False)
    made = snippets(question, can, file.as_uri())
    assert set(made) == {"Python", "R", "Excel", "curl", "SoQL"}
    assert all(file.as_uri() in code for tool, code in made.items() if tool != "SoQL")
    space: dict[str, pd.DataFrame] = {}
    exec(made["Python"], space)
    assert list(space["table"]["year"]) == ["2025", "2026"]


def test_soql_asks_the_same_and_cannot_be_broken_out_of(edition: Edition):
    question = Question("ice_requests", ("agency",), ("declined",), {"agency": ("it's",)}, "2025-01", "")
    assert soql(question, asking.shape(edition, "ice_requests")) == (
        "SELECT agency, sum(declined) AS declined\nWHERE agency IN ('it''s') AND period >= '2025-01'\n"
        "GROUP BY agency\nORDER BY agency"
    )
    assert soql(replace(question, by=(), keep={}, first=""), asking.shape(edition, "ice_requests")) == "SELECT *"
