"""Aggregating a log: worked examples, faults named by column and row only, and files that pass the check."""

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from etl.aggregate import aggregate, as_file, months_of, read_log, submission_bytes
from etl.errors import SettingsError, SubmissionRefused
from etl.mapping import Mapping, read_mapping
from etl.read import read_file, submissions_below
from etl.validate import validate
from schemas.registry import dataset

DATA = Path(__file__).parents[2] / "data"
SECRET = "Zq9Marker"
NOTICE = """Name,Received,Jail,Custody on receipt,Told,Told at,Copy given,Intent,In own language,Signature,Reason not told
Zq9Marker,2026-08-03 09:00,Seattle,In custody,Y,2026-08-03 19:00,Y,Will not comply,Y,Signed,
Zq9Marker,2026-08-04 09:00,Seattle,In custody,Y,2026-08-09 09:00,Y,Will not comply,Y,,
Zq9Marker,2026-08-05 09:00,Kent,In custody,N,,,,,,Staff error
Zq9Marker,2026-08-06 09:00,Kent,Released,,,,,,,
"""
REQUESTS = (
    "Received,Sender,Asked for,Form,Paper,Decision,Purpose,Person key,Decided\n"
    "08/03/2026 09:00,ERO,Both,I-247A,I-200,Declined,Civil,Zq9Marker1,08/03/2026 11:00\n"
)


def mapping_of(name: str) -> Mapping:
    return read_mapping(DATA / "mappings" / f"{name}.toml", dataset(name), "king_county")


def written(folder: Path, text: str, name: str = "log.csv") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def counted(folder: Path, text: str, name: str, *months: str) -> pd.DataFrame:
    mapping = mapping_of(name)
    log = read_log(written(folder, text), mapping)
    return aggregate(log, mapping, dataset(name), periods=months or ("2026-08",))


def refusal(folder: Path, text: str, name: str = "notice_compliance") -> str:
    with pytest.raises(SubmissionRefused) as refused:
        counted(folder, text, name)
    assert SECRET not in str(refused.value)
    return str(refused.value)


def test_a_log_becomes_a_row_for_each_jail_and_one_for_all(tmp_path):
    table = counted(tmp_path, NOTICE, "notice_compliance")
    shown = table.set_index("facility")[
        ["notices_due", "not_due_released", "notified", "notified_on_time", "full_notice",
         "not_notified_reason_staff_error", "median_hours_to_notice", "status", "method"]]  # fmt: skip
    assert shown.to_dict("index") == {
        code: dict(zip(shown.columns, (*numbers, "", "certified", "census"), strict=True))
        for code, numbers in {"ALL": "312111", "KCCF": "202110", "MRJC": "110001"}.items()
    }


def test_a_month_without_rows_is_certified_zero(tmp_path):
    table = counted(tmp_path, NOTICE, "notice_compliance", "2026-07", "2026-08")
    (july,) = table[table["period"] == "2026-07"].to_dict("records")
    assert (july["facility"], july["status"], july["notices_due"]) == ("ALL", "certified_zero", "0")
    requests = counted(tmp_path, REQUESTS, "ice_requests", "2026-07")
    assert requests[["status", "request_type", "requests_received"]].to_dict("records") == [
        {"status": "certified_zero", "request_type": "other", "requests_received": "0"}
    ]


def test_an_account_disabled_later_counts_in_its_own_month(tmp_path):
    log = (
        "Listed on,System,Reviewed on,Finding,Warrant,Disabled on,Unused over 90 days\n"
        "2026-07-30,Lookup,2026-07-30,Immigration agency,N,2026-08-04,\n2026-08-10,Lookup,2026-08-10,Fine,,,Y\n"
    )
    table = counted(tmp_path, log, "account_reviews", "2026-07", "2026-08").query("system == 'JAIL_LOOKUP'")
    assert table[["immigration_agency_accounts_found", "accounts_disabled", "open_at_start", "open_at_end",
                  "max_days_found_to_disabled", "review_due_on", "review_completed_on"]].to_numpy().tolist() == [
        ["1", "0", "0", "1", "", "2026-07-31", "2026-07-30"], ["0", "1", "1", "0", "3", "2026-08-31", "2026-08-10"],
    ]  # fmt: skip


def test_a_month_without_a_review_does_not_report_accounts_it_did_not_count(tmp_path):
    log = "Listed on,System,Reviewed on,Finding,Warrant,Disabled on,Unused over 90 days\n2026-08-10,Lookup,,,,,\n"
    table = counted(tmp_path, log, "account_reviews")
    assert dict(zip(table["system"], table["accounts_total"], strict=True)) == {"JAIL_LOOKUP": "1", "JMS": ""}


def test_median_hours_need_five(tmp_path):
    line = NOTICE.splitlines()[1]
    table = counted(tmp_path, "\n".join([NOTICE.splitlines()[0], *[line] * 5]), "notice_compliance")
    assert set(table["median_hours_to_notice"]) == {"10"}


@pytest.mark.parametrize(
    ("old", "new", "column", "row"),
    [
        ("Kent,In custody", "Zq9Marker jail,In custody", "Jail", 4),
        ("Kent,Released", "Kent,Zq9Marker", "Custody on receipt", 5),
        ("Staff error", "Zq9Marker", "Reason not told", 4),
        ("Seattle,In custody,Y,2026-08-09", "Seattle,In custody,Zq9Marker,2026-08-09", "Told", 3),
        ("2026-08-04 09:00,", "08/04/2026 Zq9Marker,", "Received", 3),
        ("2026-08-04 09:00,", ",", "Received", 3),
        ("2026-08-09 09:00", "2026-08-01 09:00", "Told at", 3),
        ("2026-08-09 09:00", "2026-08-09", "Told at", 3),
    ],
)
def test_what_the_mapping_does_not_foresee_is_named_by_column_and_row_only(tmp_path, old, new, column, row):
    assert NOTICE.count(old) == 1
    message = refusal(tmp_path, NOTICE.replace(old, new))
    assert f"Column “{column}”" in message
    assert f"(row {row})" in message


def test_all_faults_are_named_at_once(tmp_path):
    message = refusal(tmp_path, NOTICE.replace("Kent", "Zq9Marker").replace("Staff error", "Zq9Marker"))
    assert re.findall(r"“(.+?)”.*\(row (.+?)\)", message) == [("Jail", "4, 5"), ("Reason not told", "4")]


def test_a_column_that_is_missing_or_there_twice_is_named(tmp_path):
    assert "“Jail”" in refusal(tmp_path, NOTICE.replace("Jail", "Place"))
    assert "more than one column “Told”" in refusal(tmp_path, NOTICE.replace("Copy given", "Told,Copy given"))
    with pytest.raises(SubmissionRefused, match="Save it as one of these"):
        read_log(written(tmp_path, SECRET, "log.txt"), mapping_of("ice_requests"))


def test_titles_may_stand_above_the_header_even_where_rows_look_like_headers(tmp_path):
    rows = "".join("2026-08-03,Other,Both,N,Status only\n2026-08-03,Status,Criminal,Y,Refused\n" for _ in range(3))
    table = counted(
        tmp_path, f"Log of the office\n\nDate,What,Purpose,Warrant checked,Answer\n{rows}", "information_disclosures"
    )
    assert sorted(table["requests"]) == ["3", "3"]


def test_an_excel_log_keeps_its_times_and_refuses_merged_cells(tmp_path):
    mapping = mapping_of("notice_compliance")
    lines = [line.split(",") for line in NOTICE.splitlines()]
    for merged in (False, True):
        path = tmp_path / f"log{merged}.xlsx"
        with xlsxwriter.Workbook(path) as workbook:
            sheet, as_date = workbook.add_worksheet(), workbook.add_format({"num_format": "m/d/yyyy h:mm"})
            for number, line in enumerate(lines):
                for place, text in enumerate(line):
                    if re.fullmatch(r"2026-.*:00", text):
                        sheet.write_datetime(number, place, pd.Timestamp(text).to_pydatetime(), as_date)
                    else:
                        sheet.write_string(number, place, text)
            if merged:
                sheet.merge_range(3, 2, 4, 2, "Kent")
        if merged:
            with pytest.raises(SubmissionRefused, match="“Jail” row 4, “Jail” row 5"):
                read_log(path, mapping)
        else:
            table = aggregate(read_log(path, mapping), mapping, dataset("notice_compliance"), periods=["2026-08"])
            assert table.equals(counted(tmp_path, NOTICE, "notice_compliance"))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_is_written_passes_the_check(tmp_path, suffix):
    declared = dataset("notice_compliance")
    table = counted(tmp_path, NOTICE, "notice_compliance", "2026-07", "2026-08")
    path = tmp_path / f"notice_compliance_2026-08{suffix}"
    path.write_bytes(submission_bytes(table, declared, suffix))
    read = validate(read_file(path, name=path.name), dataset=None, on=date(2026, 9, 10), jurisdiction="king_county")
    assert (read.dataset, read.findings, read.rows) == (declared, (), 4)
    before = validate(as_file(table, "x"), dataset=declared, on=date(2026, 9, 10), jurisdiction="king_county")
    assert before.table is not None
    assert before.table.equals(read.table)
    assert submission_bytes(table, declared, suffix) == path.read_bytes()
    with pytest.raises(SettingsError, match="xlsx, not as"):
        submission_bytes(table, declared, ".ods")


def test_the_months_are_those_asked_for_else_from_the_first_to_the_last_that_is_over(tmp_path):
    mapping = mapping_of("notice_compliance")
    log = read_log(written(tmp_path, NOTICE), mapping)
    assert months_of(log, mapping, first="", last="", on=date(2026, 10, 5)) == ["2026-08", "2026-09"]
    assert months_of(log, mapping, first="2026-07", last="2026-07", on=date(2026, 10, 5)) == ["2026-07"]
    with pytest.raises(SettingsError, match="no month"):
        months_of(log, mapping, first="", last="", on=date(2026, 8, 31))


def test_the_example_mappings_are_not_taken_for_submissions():
    assert submissions_below(DATA / "mappings") == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('dataset = "notice_compliance"', 'dataset = "ice_requests"', "it is for ice_requests"),
        ("[counts.copy_provided]", "[counts.copies]", "counts names copies"),
        ("[counts.copy_provided]", "[counts.copies]", "copy_provided is missing"),
        ('all_of = ["notified", "copy"]', 'all_of = ["notified", "cpy"]', "cpy is named"),
        ('all_of = ["notified", "copy"]', 'all_of = ["copy_provided"]', "copy_provided is made of itself"),
        ('"Kent" = "MRJC"', '"Kent" = "KNT"', "KNT is no code of facility"),
        ('"Kent" = "MRJC"', '" seattle" = "MRJC"', "lists a value twice"),
        ('agency = "DAJD"', 'status = "certified"', "constants cannot fill status"),
        ("hours = 72", "hours = 0", "tests > within_72_hours"),
        ("[tests.copy]", "[tests.notified]", "notified is both a test and a count"),
        ("hours = 72", "hours = ", "Invalid value"),
        (
            'month_of = "Received"',
            'month_of = "Received"\ntimes = { Received = "%H:%M" }',
            "does not write a whole date",
        ),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_with_all_that_is_wrong(tmp_path, old, new, told):
    text = (DATA / "mappings" / "notice_compliance.toml").read_text(encoding="utf-8")
    assert old in text
    path = written(tmp_path, text.replace(old, new, 1), "map.toml")
    with pytest.raises(SettingsError, match=re.escape(told)):
        read_mapping(path, dataset("notice_compliance"), "king_county")


def test_only_the_four_datasets_have_logs(tmp_path):
    path = written(tmp_path, 'dataset = "training"\nmonth_of = "Day"\nconstants = { agency = "DAJD" }', "map.toml")
    with pytest.raises(SettingsError, match="only these datasets"):
        read_mapping(path, dataset("training"), "king_county")
