"""Corrections and acceptances are records with a name and a reason; they guard against a second use."""

from dataclasses import replace
from datetime import date

import pytest

from etl.agreements import Acceptance, agreements_in
from etl.errors import SettingsError, SubmissionRefused
from etl.findings import found
from etl.judging import Settings
from etl.pipeline import build, refuse_if_needed
from schemas.declare import Origin

ON = date(2026, 10, 20)
SETTINGS = Settings(on=ON, jurisdiction="king_county")
CORRECTION = """
[[correction]]
file = "complaints_a.csv"
row = 2
column = "closed"
old = "3"
new = "2"
reason = "Two files were counted twice."
agreed_by = "Records officer"
on = 2026-09-20
"""
ACCEPTED = """
[[accepted]]
code = "R28"
dataset = "federal_counts"
period = "2026-08"
agency = "{agency}"
reason = "ICE counts city jails too."
accepted_by = "Records officer"
on = 2026-09-20
"""


def test_an_agreed_correction_changes_the_cell_and_is_published_with_its_reason(judged, row):
    files = {"complaints_a.csv": [row("complaints")], "corrections.toml": CORRECTION}
    built = build(judged(files), SETTINGS)
    complaints = built.release.files["tables/complaints.csv"].decode()
    log = built.release.files["tables/corrections.csv"].decode()
    assert "2026-08,OTHER_COUNTY,2,shown,2,shown,1,shown" in complaints
    assert "2026-08|OTHER_COUNTY,closed,3,2,Two files were counted twice.,2026-09-20" in log
    (reason,) = built.release.manifest.reasons
    assert (reason.kind, reason.accepted_by, reason.dataset) == ("correction", "Records officer", "complaints")
    assert "Two files were counted twice." in built.release.files["notes.md"].decode()


def test_a_correction_of_a_protected_column_is_published_without_its_values(judged, row):
    agreed = CORRECTION.replace("complaints_a", "notice_compliance_a").replace('"closed"', '"notified"')
    agreed = agreed.replace('old = "3"', 'old = "15"').replace('new = "2"', 'new = "16"')
    files = {"notice_compliance_a.csv": [row("notice_compliance", notified="15")], "corrections.toml": agreed}
    log = build(judged(files), SETTINGS).release.files["tables/corrections.csv"].decode()
    assert "notified,[c],[c],Two files were counted twice." in log


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("corrections.toml", CORRECTION.replace('reason = "Two files were counted twice."\n', ""), "reason"),
        ("corrections.toml", CORRECTION.replace("row = 2", 'row = "two"'), "row"),
        ("accepted.toml", ACCEPTED + 'forever = "yes"\n', "forever"),
        ("submissions.toml", 'origin = "invented"', "origin"),
        ("submissions.toml", "origin = ", "submissions.toml"),
    ],
    ids=["no reason", "a row that is no number", "a field nobody knows", "an origin nobody knows", "no TOML"],
)
def test_a_record_that_is_not_whole_stops_everything(name, text, words, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(SettingsError, match=words):
        agreements_in(tmp_path)


def test_a_folder_without_records_is_real_and_unchanged(tmp_path):
    assert agreements_in(tmp_path) == replace(agreements_in(tmp_path), origin=Origin.REAL, corrections=(), accepted=())


@pytest.mark.parametrize("origin", ["real", "sample"])
def test_the_origin_of_a_folder_marks_every_row_made_from_it(origin, judged, row):
    files = {"complaints_a.csv": [row("complaints")], "submissions.toml": f'origin = "{origin}"'}
    release = build(judged(files), SETTINGS).release
    mark = "SAMPLE DATA" if origin == "sample" else "real"
    for name in ("complaints", "submission_ledger", "indicators"):
        _, *lines = release.files[f"tables/{name}.csv"].decode().splitlines()
        assert lines
        assert all(line.startswith(f"{mark},") or line.endswith(f",{mark}") for line in lines)
    assert release.manifest.title.startswith("SAMPLE DATA") == (origin == "sample")


GAP = {"ice_reported_detainers": "25", "county_logged": "10", "gap": "15"}


def test_a_holding_warning_stops_the_build_until_it_is_accepted_by_name(judged, row):
    files = {"federal_counts_a.csv": [row("federal_counts", **GAP)]}
    result = judged(files)
    refuse_if_needed(result, str)
    with pytest.raises(SubmissionRefused, match="R28 federal_counts 2026-08 OTHER_COUNTY"):
        build(result, SETTINGS)
    release = build(judged({"accepted.toml": ACCEPTED.format(agency="OTHER_COUNTY")}), SETTINGS).release
    assert [reason.kind for reason in release.manifest.reasons] == ["accepted"]
    assert "ICE counts city jails too." in release.files["notes.md"].decode()


@pytest.mark.parametrize(
    ("changed", "covered"),
    [({}, True), ({"agency": ""}, True), ({"agency": "DAJD"}, False), ({"period": "2026-07"}, False),
     ({"code": "R27"}, False), ({"dataset": "training"}, False)],
    ids=["its own", "all agencies", "another agency", "another period", "another code", "another dataset"],
)  # fmt: skip
def test_an_acceptance_covers_one_code_dataset_and_period(changed, covered):
    finding = replace(found("R28", ""), dataset="federal_counts", period="2026-08", agency="OTHER_COUNTY")
    facts = {"code": "R28", "dataset": "federal_counts", "period": "2026-08", "agency": "OTHER_COUNTY"}
    acceptance = Acceptance(**{**facts, **changed}, reason="r", accepted_by="a", on=ON)
    assert acceptance.covers(finding) is covered


def test_a_refused_submission_names_itself_and_not_the_good_ones(judged, row):
    result = judged({"complaints_a.csv": [row("complaints")], "training_a.csv": [row("training", overdue="-1")]})
    with pytest.raises(SubmissionRefused, match=r"training_a\.csv") as refusal:
        refuse_if_needed(result, lambda refused: " ".join(one.file.name for one in refused))
    assert "complaints" not in str(refusal.value)
