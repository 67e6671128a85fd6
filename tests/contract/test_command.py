"""The command from outside: help, exit codes, JSON, and that nothing is written where nothing is to be written."""

import json
import re
import socket
from pathlib import Path

import pytest

COMMANDS = ("datasets", "check", "build", "diff", "publish", "verify", "status", "serve")


@pytest.fixture
def bad(submissions):
    """The small submissions, one of them with faults."""
    path = submissions / "complaints_a.csv"
    path.write_text(path.read_text().replace("2026-05,OTHER_COUNTY,2", "2026-05,OTHER_COUNTRY,-2"))
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_a_command_does_with_an_example(command, daylight):
    ran = daylight(command, "--help")
    assert ran.code == 0
    assert re.search(rf"Example:\s+daylight\s+{command}", ran.out.replace("│", " "))


def test_daylight_alone_lists_its_commands(daylight):
    ran = daylight("--help")
    assert ran.code == 0
    assert all(command in ran.out for command in COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [(), ("fly",), ("check",), ("check", "/nowhere.csv"), ("build", "--submissions", "/nowhere", "--out", "x"),
     ("publish", "/nowhere"), ("publish", "x", "--to", "mars"), ("datasets", "--colour")],
    ids=lambda arguments: " ".join(arguments) or "nothing",
)  # fmt: skip
def test_usage_is_2(arguments, daylight):
    assert daylight(*arguments).code == 2


@pytest.mark.parametrize("dataset_id", ["weather", "submission_ledger"])
def test_a_dataset_that_cannot_be_submitted_is_usage(dataset_id, small, daylight):
    ran = daylight("check", small / "complaints_a.csv", "--dataset", dataset_id)
    assert ran.code == 2
    assert dataset_id in ran.err


def test_a_folder_without_submissions_is_usage(tmp_path, daylight):
    ran = daylight("build", "--submissions", tmp_path, "--out", tmp_path / "out")
    assert ran.code == 2
    assert not (tmp_path / "out").exists()


def test_settings_are_14(small, daylight):
    ran = daylight("check", small / "complaints_a.csv", environment={"DAYLIGHT_PORT": "x"})
    assert ran.code == 14
    assert "port" in ran.err


def test_a_county_nobody_declared_is_15(daylight):
    ran = daylight("datasets", environment={"DAYLIGHT_JURISDICTION": "atlantis"})
    assert ran.code == 15
    assert "atlantis" in ran.err


def test_a_record_of_agreements_that_is_wrong_is_14(submissions, tmp_path, daylight):
    (submissions / "accepted.toml").write_text("[[accepted]]\ncode = 'R27'\n")
    ran = daylight("build", "--submissions", submissions, "--out", tmp_path / "out")
    assert (ran.code, (tmp_path / "out").exists()) == (14, False)


def test_datasets_json(daylight):
    rows = {one["id"]: one for one in daylight("datasets", "--json").document["datasets"]}
    assert {"id", "title", "one_row_is", "grain", "basis"} <= rows["account_reviews"].keys()
    assert rows["account_reviews"]["basis"] == ["agency_commitment", "code"]
    assert rows["personal_information_inventory"]["grain"] == ["quarter"]


def test_datasets_for_a_person(daylight):
    assert "One row is one month's review of one system." in daylight("datasets").out


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_json_is_the_contract_s_document(bad, daylight):
    ran = daylight("check", bad, "--on", "2026-10-20", "--json")
    assert ran.code == 10
    document = ran.document
    assert document.keys() == {"verdict", "files"}
    (file,) = document["files"]
    assert file.keys() == {"file", "dataset", "verdict", "sha256", "rows", "findings"}
    assert (document["verdict"], file["verdict"], file["dataset"], file["rows"]) == (
        "refused", "refused", "complaints", 3,
    )  # fmt: skip
    assert len(file["sha256"]) == 64
    assert all(
        finding.keys() == {"code", "severity", "sheet", "row", "column", "title", "message", "advice"}
        for finding in file["findings"]
    )
    assert [(one["code"], one["severity"], one["row"], one["column"]) for one in file["findings"]] == [
        ("V203", "error", 3, "agency"), ("V205", "error", 3, "received"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "verdict", "code"),
    [
        (("", ""), "accepted", 0),
        ((",2,3,1", ',"1,002",3,1'), "accepted_with_warnings", 0),
        ((",2,3,1", ",-2,3,1"), "refused", 10),
    ],
    ids=["accepted", "accepted with warnings", "refused"],
)  # fmt: skip
def test_check_has_three_verdicts(changed, verdict, code, submissions, daylight):
    path = submissions / "complaints_a.csv"
    path.write_text(path.read_text().replace(*changed, 1))
    ran = daylight("check", path, "--on", "2026-10-20", "--json")
    assert (ran.document["verdict"], ran.code) == (verdict, code)


def test_check_for_a_person_says_where_what_and_what_next(bad, daylight):
    ran = daylight("check", bad, "--on", "2026-10-20")
    assert ran.code == 10
    for words in ("row 3, agency", "V203", "Unknown code", "Did you mean OTHER_COUNTY?", "Use a code from the list"):
        assert words in ran.out


def test_check_writes_nothing(bad, contents, daylight):
    before = contents(bad.parent)
    daylight("check", bad, bad.parent / "notice_compliance_a.csv", "--on", "2026-10-20", folder=bad.parent)
    assert contents(bad.parent) == before


def test_check_takes_several_files_and_judges_them_together(submissions, write, row, daylight):
    more = write(submissions / "complaints_b.csv", [row("complaints", period="2026-05", submitted_on="")])
    ran = daylight("check", submissions / "complaints_a.csv", more, "--on", "2026-10-20", "--json")
    assert [(file["file"], [one["code"] for one in file["findings"]]) for file in ran.document["files"]] == [
        ("complaints_a.csv", []), ("complaints_b.csv", ["R25"]),
    ]  # fmt: skip


def test_the_dataset_can_be_named(submissions, daylight):
    path = (submissions / "complaints_a.csv").rename(submissions / "report.csv")
    ran = daylight("check", path, "--dataset", "complaints", "--on", "2026-10-20", "--json")
    assert (ran.code, ran.document["files"][0]["dataset"]) == (0, "complaints")


# --- build -----------------------------------------------------------------------------------------------------------


def test_a_refused_submission_refuses_the_build_and_nothing_is_written(bad, tmp_path, contents, daylight):
    before = contents(bad.parent)
    ran = daylight("build", "--submissions", bad.parent, "--out", tmp_path / "out", "--on", "2026-10-20")
    assert ran.code == 10
    assert ran.out == ""
    assert "complaints_a.csv" in ran.err
    assert "row 3, agency" in ran.err
    assert "notice_compliance_a.csv" not in ran.err
    assert not (tmp_path / "out").exists()
    assert contents(bad.parent) == before


def test_build_json(small, tmp_path, daylight):
    ran = daylight("build", "--submissions", small, "--out", tmp_path, "--on", "2026-10-20", "--json")
    document = ran.document
    assert document.keys() >= {"id", "digest", "path", "unchanged", "previous", "warnings"}
    assert (document["unchanged"], document["previous"]) == (False, None)
    assert document["id"] == f"2026-10-20_{document['digest'][:12]}"
    assert Path(document["path"]).is_dir()


def test_the_same_input_and_day_give_the_same_bytes_anywhere(submissions, small_release, tmp_path, make, contents):
    again = make(submissions, tmp_path / "elsewhere")
    assert again.name == small_release.name
    assert contents(again) == contents(small_release)


def test_another_day_gives_another_release(small, small_release, tmp_path, daylight):
    ran = daylight("build", "--submissions", small, "--out", tmp_path, "--on", "2026-10-21")
    assert ran.out.strip() != small_release.name
    assert ran.out.startswith("2026-10-21_")


def test_a_folder_that_cannot_be_written_to_is_said_so(small, tmp_path, daylight):
    (tmp_path / "file").write_text("in the way")
    ran = daylight("build", "--submissions", small, "--out", tmp_path / "file" / "out", "--on", "2026-10-20")
    assert ran.code == 14
    assert "could not be written" in ran.err


def test_a_disclosure_that_cannot_be_made_safe_is_11(submissions, small_copy, write, row, tmp_path, daylight):
    """A third facility is reported later: beside what is public its few people could be worked out."""
    months = ("2026-04", "2026-05", "2026-06")
    few = {
        "notices_due": "1", "not_due_released": "0", "notified": "1", "notified_on_time": "1", "copy_provided": "1",
        "intent_stated": "1", "intent_not_to_comply": "1", "full_notice": "1", "in_preferred_language": "1",
        "acknowledged_in_writing": "1", "not_notified_reason_released_first": "0",
        "not_notified_reason_staff_error": "0", "median_hours_to_notice": "",
    }  # fmt: skip
    rows = [row("notice_compliance", period=month, facility="CFJC", submitted_on="", **few) for month in months]
    write(submissions / "notice_compliance_b.csv", rows)
    log = [
        row("corrections", id=f"c-{month}", dataset="notice_compliance", key=f"{month}|DAJD|ALL", submitted_on="")
        for month in months
    ]
    write(submissions / "corrections_a.csv", log)
    build = ("build", "--submissions", submissions, "--out", tmp_path / "out", "--on", "2026-10-21")
    ran = daylight(*build, "--previous", small_copy)
    assert ran.code == 11
    assert "notice_compliance_by_facility, 2026-Q2|DAJD" in ran.err
    assert not (tmp_path / "out").exists()


# --- what is damaged, absent or taken --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [("verify", "{empty}"), ("status", "--catalogue", "{empty}"), ("publish", "{empty}", "--to", "local"),
     ("diff", "{empty}", "{empty}")],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
def test_where_there_is_no_release_it_is_said_so(arguments, tmp_path, daylight):
    ran = daylight(*(argument.format(empty=tmp_path) for argument in arguments))
    assert ran.code == 12
    assert tmp_path.name in ran.err


@pytest.mark.parametrize("command", ["status", "build", "publish"])
def test_a_damaged_catalogue_is_12_and_nothing_is_built_on_it(
    command, small, small_copy, small_release, tmp_path, daylight
):
    (small_copy / "catalogue.json").write_text("{}")
    arguments = {
        "status": ("--catalogue", small_copy),
        "build": ("--submissions", small, "--out", tmp_path / "out", "--previous", small_copy),
        "publish": (small_release, "--to", "local", "--catalogue", small_copy, "--yes"),
    }
    ran = daylight(command, *arguments[command])
    assert ran.code == 12
    assert not (tmp_path / "out").exists()


def test_a_port_that_is_taken_is_14(small_catalogue, daylight):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = daylight("serve", "--catalogue", small_catalogue, "--port", port)
    assert ran.code == 14
    assert str(port) in ran.err


def test_status_json_carries_the_ledger_on_to_another_day(small_catalogue, small_release, daylight):
    document = daylight("status", "--catalogue", small_catalogue, "--on", "2026-11-20", "--json").document
    assert document["release"] == small_release.name
    reports = {(one["agency"], one["dataset"], one["period"]): one["status"] for one in document["reports"]}
    assert reports["OTHER_COUNTY", "complaints", "2026-06"] == "certified"
    assert reports["OTHER_COUNTY", "complaints", "2026-07"] == "missing"
    assert reports["OTHER_COUNTY", "complaints", "2026-10"] == "missing"
    assert ("OTHER_COUNTY", "complaints", "2026-11") not in reports


def test_settings_of_a_folder_are_used(small_catalogue, tmp_path, daylight):
    (tmp_path / "daylight.toml").write_text(f"catalogue = {json.dumps(str(small_catalogue))}\non = 2026-10-20\n")
    assert daylight("status", folder=tmp_path).code == 0
