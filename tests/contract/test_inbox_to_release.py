"""From what agencies send to a release: received, refused, corrected, accepted by name, built, verified."""

import json

import pytest

ON = ("--on", "2026-10-20")
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
CORRECTED = """[[correction]]
file = "commitments.csv"
row = 2
column = "explanation_given_in_writing"
old = "9O"
new = "1"
reason = "A slip of the key; the register has 1."
agreed_by = "Records unit"
on = 2026-10-10
"""
ACCEPTED = """[[accepted]]
code = "R27"
dataset = "complaints"
period = "2025-12"
agency = "OTHER_COUNTY"
reason = "A backlog was entered in December."
accepted_by = "Records officer"
on = 2026-10-10
"""


@pytest.fixture
def sent(tmp_path, write, row):
    """A folder with what agencies sent: an unusual month, a slip, a contradiction, and a file that names a person."""
    folder = tmp_path / "sent"
    peak = [row("complaints", period=month, submitted_on="", received="90" if month == "2025-12" else "20")
            for month in MONTHS]  # fmt: skip
    write(folder / "complaints_2024_2025.csv", peak)
    write(folder / "commitments.csv", [row("commitment_explanations", explanation_given_in_writing="9O")])
    write(folder / "ice_requests_2026-08.csv", [row("ice_requests", declined="3")])
    write(folder / "corrections_a.csv", [row("corrections", reason="Guadalupe Hernandez")])
    return folder


def test_what_is_accepted_in_an_inbox_is_built_and_nothing_else(sent, tmp_path, daylight, make):
    inbox, out = tmp_path / "inbox", tmp_path / "out"
    received = daylight("receive", *sorted(sent.iterdir()), "--inbox", inbox, "--json", *ON)
    verdicts = {file["file"]: file["verdict"] for file in received.document["files"]}
    assert (received.code, verdicts) == (10, {
        "complaints_2024_2025.csv": "accepted_with_warnings", "commitments.csv": "refused",
        "ice_requests_2026-08.csv": "refused", "corrections_a.csv": "refused",
    })  # fmt: skip

    (inbox / "corrections.toml").write_text(CORRECTED)
    again = daylight("receive", sent / "commitments.csv", "--dataset", "commitment_explanations", "--inbox", inbox, *ON)
    assert again.code == 0, again.out

    build = ("build", "--submissions", inbox, "--out", out, *ON)
    waiting = daylight(*build)
    assert (waiting.code, out.exists()) == (10, False)
    assert "R27 complaints 2025-12 OTHER_COUNTY" in waiting.err
    (inbox / "accepted.toml").write_text(ACCEPTED)
    release = make(inbox, out)

    assert len((release / "tables" / "complaints.csv").read_text().splitlines()) == 1 + len(MONTHS)
    commitments = (release / "tables" / "commitment_explanations.csv").read_text()
    assert "9O" not in commitments
    assert not (release / "tables" / "ice_requests.csv").exists()
    log = (release / "tables" / "corrections.csv").read_text()
    assert "A slip of the key" in log
    assert "Guadalupe" not in "".join(path.read_text(errors="replace") for path in release.rglob("*") if path.is_file())
    reasons = json.loads((release / "manifest.json").read_text())["reasons"]
    assert {(one["kind"], one["code"]) for one in reasons} == {
        ("accepted", "R27"), ("correction", "explanation_given_in_writing")
    }  # fmt: skip
    assert daylight("verify", release).code == 0


def test_an_inbox_that_accepted_nothing_holds_no_submission(sent, tmp_path, daylight):
    daylight("receive", sent / "ice_requests_2026-08.csv", "--inbox", tmp_path / "inbox", *ON)
    ran = daylight("build", "--submissions", tmp_path / "inbox", "--out", tmp_path / "out", *ON)
    assert (ran.code, (tmp_path / "out").exists()) == (2, False)
    assert "none was accepted" in " ".join(ran.err.replace("│", " ").split())
