"""For any log: the submission keeps every rule, equals a plain count in Python, and holds nothing of a person."""

import io
import statistics
import zipfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.aggregate import aggregate, checked, submission_bytes
from etl.judging import Settings
from etl.mapping import CAN_BE_AGGREGATED, Mapping, read_mapping
from schemas.registry import dataset
from schemas.rules import Level

MAPPINGS = Path(__file__).parents[2] / "data" / "mappings"
MONTHS = ("2026-06", "2026-07", "2026-08")
MARKER = "Zq9Marker"
Row = dict[str, str]

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
START, SPAN = datetime(2026, 5, 25), 115 * 24 * 60  # noqa: DTZ001 - the log's own clock
moments = st.integers(0, SPAN).map(lambda minutes: START + timedelta(minutes=minutes))
some_time = st.integers(0, 200 * 60).map(lambda minutes: timedelta(minutes=minutes))
waits = st.one_of(st.none(), some_time)
answers = st.sampled_from(["Y", "yes", " n ", "No", ""])


def later(start: datetime, wait: timedelta | None, form: str) -> str:
    return "" if wait is None else (start + wait).strftime(form)


@st.composite
def request_row(draw) -> Row:
    received, form = draw(moments), draw(st.sampled_from(["I-247A", "I-247G", "Mail", "Phone", ""]))
    asked = st.sampled_from(["Hold", "Notify", "both"] if form == "I-247A" else ["Hold", "Notify", "Both", "Info"])
    decision = draw(st.sampled_from(["Declined", "complied", "Partly", "Withdrawn", "Released first", "Open", ""]))
    wait = draw(some_time)
    decided = decision in ("Declined", "complied", "Partly")
    return {
        "Received": received.strftime("%m/%d/%Y %H:%M"), "Sender": draw(st.sampled_from(["ERO", "hsi", ""])),
        "Asked for": draw(asked), "Form": form, "Decision": decision,
        "Paper": draw(st.sampled_from(["I-200", "I-205", "Judge, criminal", "Judge, civil", ""])),
        "Purpose": draw(st.sampled_from(["Civil", "Criminal", "Mixed", "Not determined", ""])),
        "Person key": f"{MARKER}{draw(st.integers(0, 5))}", "Name": f"{MARKER} X",
        "Decided": later(received, wait, "%m/%d/%Y %H:%M") if decided else "",
    }  # fmt: skip


@st.composite
def notice_row(draw) -> Row:
    received, told = draw(moments), draw(answers)
    wait = draw(waits) if told.strip().casefold().startswith("y") else None
    return {
        "Received": received.isoformat(" ", "minutes"), "Jail": draw(st.sampled_from(["Seattle", "Kent"])),
        "Custody on receipt": draw(st.sampled_from(["In custody", "In custody", "Released", "Transferred"])),
        "Told": told, "Told at": later(received, wait, "%Y-%m-%dT%H:%M:%S"), "Copy given": draw(answers),
        "Intent": draw(st.sampled_from(["Will comply", "will not comply", ""])), "In own language": draw(answers),
        "Signature": draw(st.sampled_from(["Signed", "Refused to sign", ""])),
        "Reason not told": draw(st.sampled_from(["Released first", "Staff error", "Safety", "Unknown", ""])),
        "Name": f"{MARKER} X", "Booking": MARKER,
    }  # fmt: skip


@st.composite
def disclosure_row(draw) -> Row:
    return {
        "Date": draw(moments).date().isoformat(), "What": draw(st.sampled_from(["Status", "Photo", "File", "Other"])),
        "Purpose": draw(st.sampled_from(["Civil", "Criminal", "Both", ""])),
        "Warrant checked": draw(st.sampled_from(["Y", "N", ""])), "Subject": f"{MARKER} X",
        "Answer": draw(st.sampled_from(["Redacted", "In full", "Status only", "Refused", "Open", ""])),
    }  # fmt: skip


@st.composite
def account_row(draw) -> Row:
    listed, reviewed = draw(moments), draw(st.booleans())
    wait = draw(st.one_of(st.none(), st.integers(0, 70).map(lambda days: timedelta(days=days))))
    return {
        "Listed on": listed.date().isoformat(), "System": draw(st.sampled_from(["Lookup", "jms"])),
        "Reviewed on": listed.date().isoformat() if reviewed else "", "Account": f"{MARKER}@x.invalid",
        "Finding": draw(st.sampled_from(["Immigration agency", "Fine", "Shared", ""])),
        "Warrant": draw(st.sampled_from(["Y", "N", ""])), "Disabled on": later(listed, wait, "%Y-%m-%d"),
        "Unused over 90 days": draw(st.sampled_from(["Y", "N", ""])),
    }  # fmt: skip


ROWS: dict[str, Callable[[], st.SearchStrategy[Row]]] = {
    "ice_requests": request_row, "notice_compliance": notice_row, "information_disclosures": disclosure_row,
    "account_reviews": account_row,
}  # fmt: skip
LOGS = {name: st.lists(row(), max_size=30) for name, row in ROWS.items()}
MAPPED = {name: read_mapping(MAPPINGS / f"{name}.toml", dataset(name), "king_county") for name in ROWS}


def frame(name: str, rows: list[Row]) -> pd.DataFrame:
    """The log as `read_log` gives it, with every column of the log, the identifying ones too."""
    columns = [*rows[0]] if rows else MAPPED[name].columns
    return pd.DataFrame([[row[c] for c in columns] for row in rows], columns=list(columns), dtype="str",
                        index=range(2, len(rows) + 2))  # fmt: skip


def counted(name: str, rows: list[Row]) -> pd.DataFrame:
    return aggregate(frame(name, rows), MAPPED[name], dataset(name), periods=MONTHS)


def errors_in(name: str, table: pd.DataFrame) -> list[str]:
    """Every error of the check, alone and together (totals, carried-over stocks, repeated keys)."""
    judged = checked(table, f"{name}.csv", Settings(date(2026, 10, 1), "king_county", dataset(name)))
    assert judged.validated.table is not None
    found = judged.findings
    return [f"{f.kind.code} {f.row} {f.message}" for f in found if f.severity is Level.ERROR]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_rule_is_kept_and_nobody_is_named_whatever_the_order_of_the_rows(name):
    @FEW
    @given(LOGS[name], st.randoms(use_true_random=False))
    def holds(rows, chance):
        table = counted(name, rows)
        assert errors_in(name, table) == []
        assert set(table.columns) <= {column.name for column in dataset(name).columns}
        assert set(table["period"]) == set(MONTHS)
        shuffled = list(rows)
        chance.shuffle(shuffled)
        assert counted(name, shuffled).equals(table)
        assert MARKER.lower().encode() not in submission_bytes(table, dataset(name), ".csv").lower()

    holds()


def in_month(rows: list[Row], column: str, month: str, form: str = "") -> list[Row]:
    def of(text: str) -> str:
        return (datetime.strptime(text, form).strftime("%Y-%m") if form else text[:7]) if text else ""  # noqa: DTZ007

    return [row for row in rows if of(row[column]) == month]


def total(table: pd.DataFrame, column: str, **where: str) -> int:
    chosen = table.loc[(table[list(where)] == pd.Series(where)).all(axis=1), column]
    return sum(int(text) for text in chosen if text)


@FEW
@given(LOGS["ice_requests"])
def test_requests_are_those_of_a_plain_count(rows):
    table = counted("ice_requests", rows)
    for month in MONTHS:
        ours = in_month(rows, "Received", month, "%m/%d/%Y %H:%M")
        assert total(table, "requests_received", period=month) == len(ours)
        for column, word in (("declined", "Declined"), ("complied", "complied"), ("expired", "Released first")):
            assert total(table, column, period=month) == sum(row["Decision"] == word for row in ours)
        assert total(table, "pending", period=month) == sum(row["Decision"] in ("Open", "") for row in ours)
        unlawful = [row for row in ours if row["Decision"] in ("complied", "Partly") and "Judge" not in row["Paper"]]
        assert total(table, "complied_without_judicial_warrant", period=month) == len(unlawful)
        groups: dict[tuple[str, ...], set[str]] = {}
        for row in ours:
            groups.setdefault(tuple(row[c].casefold() for c in ("Sender", "Asked for", "Form", "Paper")), set()).add(
                row["Person key"]
            )
        assert total(table, "persons_named", period=month) == sum(map(len, groups.values()))
        statuses = set(table.loc[table["period"] == month, "status"])
        assert statuses == ({"certified"} if ours else {"certified_zero"})


@FEW
@given(LOGS["notice_compliance"])
def test_notices_are_those_of_a_plain_count(rows):
    table = counted("notice_compliance", rows)
    for month in MONTHS:
        for jail, code in (("Seattle", "KCCF"), ("Kent", "MRJC"), (None, "ALL")):
            ours = [row for row in in_month(rows, "Received", month) if jail in (None, row["Jail"])]
            due = [row for row in ours if row["Custody on receipt"] == "In custody"]
            told = [row for row in due if row["Told"].casefold() in ("y", "yes")]
            hours = [(datetime.fromisoformat(row["Told at"]) - datetime.fromisoformat(row["Received"])).total_seconds() / 3600
                     for row in told if row["Told at"]]  # fmt: skip
            where = {"period": month, "facility": code}
            assert total(table, "notices_due", **where) == len(due)
            assert total(table, "notified", **where) == len(told)
            assert total(table, "notified_on_time", **where) == sum(hour <= 72 for hour in hours)
            medians = [text for text in table.loc[(table["period"] == month) & (table["facility"] == code),
                                                  "median_hours_to_notice"] if text]  # fmt: skip
            assert [float(text) for text in medians] == (
                [pytest.approx(statistics.median(hours), abs=0.006)] if len(hours) >= 5 else []
            )


@FEW
@given(LOGS["information_disclosures"])
def test_disclosures_are_those_of_a_plain_count(rows):
    table = counted("information_disclosures", rows)
    for month in MONTHS:
        ours = in_month(rows, "Date", month)
        given_out = [row for row in ours if row["Answer"] in ("Redacted", "In full")]
        checked = [row for row in ours if row["Purpose"] and row["Warrant checked"] == "Y"]
        assert total(table, "requests", period=month) == len(ours)
        assert total(table, "released", period=month) == len(given_out) + sum(
            r["Answer"] == "Status only" for r in ours
        )
        assert total(table, "judicial_warrant_verified", period=month) == len(checked)
        assert total(table, "released_without_warrant", period=month) == sum(row not in checked for row in given_out)


@FEW
@given(LOGS["account_reviews"])
def test_accounts_are_those_of_a_plain_count(rows):
    table = counted("account_reviews", rows)
    found = [row for row in rows if row["Finding"] == "Immigration agency" and row["Reviewed on"]]
    for month in MONTHS:
        for name, code in (("Lookup", "JAIL_LOOKUP"), ("jms", "JMS")):
            ours = [row for row in found if row["System"] == name]
            where = {"period": month, "system": code}
            still = [row for row in ours if not row["Disabled on"] or row["Disabled on"][:7] > month]
            assert total(table, "open_at_end", **where) == sum(row["Listed on"][:7] <= month for row in still)
            assert total(table, "accounts_disabled", **where) == len(in_month(ours, "Disabled on", month))
            listed = [row for row in in_month(rows, "Listed on", month) if row["System"] == name]
            cell = table.loc[(table["period"] == month) & (table["system"] == code), "accounts_total"].item()
            assert cell == (str(len(listed)) if listed else "")


@pytest.mark.parametrize("name", sorted(ROWS))
def test_no_text_of_a_person_is_in_the_workbook(name):
    @settings(max_examples=3, deadline=None)
    @given(st.lists(ROWS[name](), min_size=5, max_size=10))
    def holds(rows):
        content = submission_bytes(counted(name, rows), dataset(name), ".xlsx")
        with zipfile.ZipFile(io.BytesIO(content)) as workbook:
            assert not any(MARKER.lower().encode() in workbook.read(member).lower() for member in workbook.namelist())

    holds()


def test_every_dataset_that_can_be_aggregated_has_an_example_mapping():
    assert {path.stem for path in MAPPINGS.glob("*.toml")} == set(CAN_BE_AGGREGATED) == set(ROWS)
    assert all(isinstance(mapping, Mapping) for mapping in MAPPED.values())
