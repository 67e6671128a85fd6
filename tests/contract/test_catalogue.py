"""A catalogue over time: plan, publish, follow, verify; and what no crash, kill or second publisher may do to it."""

import csv
import io
import random
import shutil
import signal
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from etl.verify import verify
from schemas.errors import ReleaseDamaged
from schemas.release import open_catalogue

ON = "2026-10-20"


@dataclass(frozen=True)
class History:
    """What happened to one catalogue, step by step."""

    catalogue: Path
    before: dict[str, bytes]
    plan: Any
    first: Any
    again: Any
    unchanged: Any
    second: Path
    diff: Any
    published: Any


@pytest.fixture(scope="module")
def history(small, small_release, make, daylight, contents, write, row, tmp_path_factory) -> History:
    """Two releases: the second has a revised month of complaints with its reason, and a month that is new."""
    home = tmp_path_factory.mktemp("history")
    catalogue, submissions = home / "catalogue", shutil.copytree(small, home / "submissions")
    publish = ("publish", small_release, "--to", "local", "--catalogue", catalogue)
    plan, before = daylight(*publish), contents(home)
    first, again = daylight(*publish, "--yes"), daylight(*publish, "--yes", "--json")
    build = ("build", "--submissions", submissions, "--out", home / "out", "--previous", catalogue)
    unchanged = daylight(*build, "--on", "2026-10-25", "--json")
    revised = row("complaints", period="2026-05", received="3", revision="2", supersedes="1", submitted_on="2026-10-02")
    write(submissions / "complaints_b.csv", [revised, row("complaints", period="2026-07", submitted_on="")])
    reason = row("corrections", period="2026-09", dataset="complaints", key="2026-05|OTHER_COUNTY", column="received",
                 old="2", new="3", reason="A letter had been overlooked.", date="2026-10-02", submitted_on="2026-10-02",
                 )  # fmt: skip
    write(submissions / "corrections_a.csv", [reason])
    second = make(submissions, home / "out", "--previous", catalogue)
    diff = daylight("diff", catalogue, second, "--json")
    published = daylight("publish", second, "--to", "local", "--catalogue", catalogue, "--yes")
    return History(catalogue, before, plan, first, again, unchanged, second, diff, published)


def test_a_plan_changes_nothing(history, small_release):
    assert history.plan.code == 0
    assert "Nothing was changed. Add --yes to do it." in history.plan.out
    assert small_release.name in history.plan.out
    assert not any(path.startswith("catalogue") for path in history.before)


def test_publishing_the_same_again_has_nothing_to_do(history, small_release):
    assert history.first.out.startswith(f"Published {small_release.name}")
    assert (history.again.code, history.again.document["plan"], history.again.document["done"]) == (0, [], [])


def test_building_the_same_again_gives_the_published_release(history, small_release):
    assert (history.unchanged.code, history.unchanged.document["unchanged"]) == (0, True)
    assert history.unchanged.document["id"] == small_release.name


def test_a_revision_is_a_new_release_that_follows_and_says_why(history, small_release):
    assert history.published.code == 0
    newest, oldest = open_catalogue(history.catalogue).published()
    assert (newest.id, oldest.id) == (history.second.name, small_release.name)
    rows = list(csv.DictReader(io.StringIO((history.second / "revisions.csv").read_text())))
    assert {"dataset": "complaints", "key": "2026-05|OTHER_COUNTY", "column": "received", "old": "2", "new": "3",
            "class": "correction", "reason": "A letter had been overlooked.", "date": "2026-10-02",
            "data_origin": "SAMPLE DATA"} in rows  # fmt: skip
    assert list(rows[0]) == ["dataset", "key", "column", "old", "new", "class", "reason", "date", "data_origin"]
    notes = (history.second / "notes.md").read_text()
    assert f"Compared with release {small_release.name}." in notes
    assert "- complaints: 2026-07" in notes


def test_diff_json_tells_cells_with_class_and_reason(history, small_release):
    document = history.diff.document
    assert (document["old"], document["new"]) == (small_release.name, history.second.name)
    assert document["new_periods"]["complaints"] == ["2026-07"]
    changed = {(one["dataset"], one["column"]): one for one in document["changes"]}
    assert changed["complaints", "received"]["class"] == "correction"
    assert changed["complaints", "received"]["reason"] == "A letter had been overlooked."


def test_the_whole_history_verifies(history, daylight):
    document = daylight("verify", history.catalogue, "--json").document
    assert document["verdict"] == "verified"
    assert [one["what"] for one in document["verified"]] == [
        "The catalogue", *(f"Release {entry.id}" for entry in open_catalogue(history.catalogue).published()),
    ]  # fmt: skip


def test_the_addresses_of_the_newest_files_stay(history):
    latest = history.catalogue / "latest/tables/complaints.csv"
    assert latest.read_bytes() == (history.second / "tables/complaints.csv").read_bytes()
    assert {"catalogue.json", "data.json", "feed.atom", "index.html", "latest", "releases", "revision-policy.html"} == {
        path.name for path in history.catalogue.iterdir() if not path.name.startswith(".")
    }


def test_a_release_that_does_not_follow_is_refused(history, small, tmp_path, make, daylight, contents):
    stranger = make(small, tmp_path / "out", "--on", "2026-10-30")
    before = contents(history.catalogue)
    ran = daylight("publish", stranger, "--to", "local", "--catalogue", history.catalogue, "--yes")
    assert ran.code == 13
    assert "The catalogue was not changed" in ran.err
    assert contents(history.catalogue) == before


def test_an_older_release_cannot_be_shown_as_the_newest_again_unnoticed(history, small_release, daylight):
    ran = daylight("publish", small_release, "--to", "local", "--catalogue", history.catalogue, "--yes")
    newest = open_catalogue(history.catalogue).published()[0].id
    assert (ran.code, newest) == (13, history.second.name)
    assert "is newer" in ran.err


# --- damage ----------------------------------------------------------------------------------------------------------


def flip(path: Path, chance: random.Random) -> None:
    """Change one bit of one byte of a file."""
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(7)
    path.write_bytes(content)


FRONT = ("catalogue.json", "data.json", "feed.atom", "index.html")
INSIDE = ("manifest.json", "SHA256SUMS", "notes.md", "revisions.csv", "datapackage.json", "croissant.json",
          "tables/complaints.csv", "tables/complaints.parquet", "tables/indicators.csv",
          "tables/complaints.csv-metadata.json", "definitions/law.json", "definitions/vocabularies/agency.csv",
          "disclosure/audit.json", "site/en/index.html")  # fmt: skip


@pytest.mark.parametrize("name", [*FRONT, *INSIDE])
def test_one_bit_changed_in_any_kind_of_public_file_is_12(name, small_copy, small_release, daylight):
    path = small_copy / name if name in FRONT else small_copy / "releases" / small_release.name / name
    flip(path, random.Random(name))
    ran = daylight("verify", small_copy)
    assert (ran.code, ran.out) == (12, "")
    assert len(ran.err.strip().splitlines()) == 1


def test_one_bit_changed_in_every_public_file_is_noticed(small_copy):
    chance = random.Random(2019)
    files = [path for path in sorted(small_copy.rglob("*")) if path.is_file() and path.name != ".lock"
             and not path.is_symlink()]  # fmt: skip
    assert len(files) > 50
    for path in files:
        good = path.read_bytes()
        flip(path, chance)
        with pytest.raises(ReleaseDamaged):
            verify(small_copy)
        path.write_bytes(good)
    assert verify(small_copy)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder, release: (folder / "latest").unlink(),
        lambda folder, release: (folder / "index.html").unlink(),
        lambda folder, release: (folder / "page.html").write_text("another page"),
        lambda folder, release: shutil.rmtree(folder / "releases" / release),
        lambda folder, release: (folder / "releases" / release / "tables/complaints.csv").unlink(),
        lambda folder, release: (folder / "releases" / release / "tables/more.csv").write_text("x"),
    ],
    ids=["no latest", "no first page", "a page that does not belong", "no release", "no table", "one table more"],
)
def test_what_is_missing_or_does_not_belong_is_12(damage, small_copy, small_release, daylight):
    damage(small_copy, small_release.name)
    assert daylight("verify", small_copy).code == 12


def test_a_release_is_verified_alone_too(small_release, daylight):
    ran = daylight("verify", small_release)
    assert ran.code == 0
    assert f"Release {small_release.name} is as it was published" in ran.out


# --- trouble ---------------------------------------------------------------------------------------------------------


def test_a_catalogue_that_cannot_be_written_is_13(small_release, tmp_path, daylight):
    (tmp_path / "catalogue").write_text("a file is in the way")
    ran = daylight("publish", small_release, "--to", "local", "--catalogue", tmp_path / "catalogue", "--yes")
    assert ran.code == 13
    assert "could not be written" in ran.err


@pytest.mark.parametrize("most_bytes", [2_000, 5_000, 20_000])
def test_a_full_disk_leaves_the_catalogue_as_it_was(most_bytes, history, small_copy, daylight):
    ran = daylight(
        "publish", history.second, "--to", "local", "--catalogue", small_copy, "--yes", most_bytes=most_bytes
    )
    assert ran.code == 13
    assert "Readers see it whole" in ran.err
    assert verify(small_copy)
    assert len(open_catalogue(small_copy).published()) == 1
    assert daylight("publish", history.second, "--to", "local", "--catalogue", small_copy, "--yes").code == 0
    assert len(open_catalogue(small_copy).published()) == 2
    assert not (small_copy / ".incoming").exists()


def test_a_damaged_release_is_not_published(small_release, tmp_path, daylight):
    copy = shutil.copytree(small_release, tmp_path / small_release.name)
    flip(copy / "notes.md", random.Random(1))
    ran = daylight("publish", copy, "--to", "local", "--catalogue", tmp_path / "catalogue", "--yes")
    assert (ran.code, (tmp_path / "catalogue").exists()) == (12, False)


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_a_whole_catalogue_and_the_next_run_finishes(history, small_copy, start, tmp_path):
    """Kill -9 at random moments after the libraries are loaded; a reader never sees half."""
    chance = random.Random(9)
    publish = ("publish", history.second, "--to", "local", "--catalogue")
    began = time.monotonic()
    with start(*publish, shutil.copytree(small_copy, tmp_path / "timed", symlinks=True), "--yes") as whole:
        assert whole.wait(60) == 0
    lasts = time.monotonic() - began
    seen = set()
    for attempt in range(5):
        catalogue = shutil.copytree(small_copy, tmp_path / f"killed-{attempt}", symlinks=True)
        with start(*publish, catalogue, "--yes") as killed:
            time.sleep(lasts * chance.uniform(0.55, 1.0))
            killed.send_signal(signal.SIGKILL)
        assert verify(catalogue)
        seen.add(len(open_catalogue(catalogue).published()))
        with start(*publish, catalogue, "--yes") as again:
            assert again.wait(60) == 0
        assert verify(catalogue)
        assert len(open_catalogue(catalogue).published()) == 2
    assert seen <= {1, 2}


@pytest.mark.slow
def test_of_two_publishers_at_once_the_catalogue_takes_one_or_both_in_turn(history, small_copy, start):
    publish = ("publish", history.second, "--to", "local", "--catalogue", small_copy, "--yes")
    with start(*publish) as one, start(*publish) as other:
        codes = {one.wait(60), other.wait(60)}
    assert codes <= {0, 13}
    assert 0 in codes
    assert verify(small_copy)
    assert next(entry.id for entry in open_catalogue(small_copy).published()) == history.second.name


def test_tests_reach_no_other_host():
    with socket.socket() as outside, pytest.raises(pytest.fail.Exception, match="wanted to reach"):
        outside.connect(("192.0.2.1", 80))
