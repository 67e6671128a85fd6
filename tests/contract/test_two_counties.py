"""King County and Pierce County side by side: real public figures, and nothing of one in the other's release."""

import csv
import importlib.util
import json
import tomllib
from datetime import date
from pathlib import Path

import pytest

from etl import judging, pipeline
from etl.assemble import OUTSIDE
from etl.inbox import submissions_for
from schemas import vocabulary
from schemas.jurisdiction import ROOT, jurisdiction, read_rows
from schemas.release import open_folder

DATA = Path(__file__).parents[2] / "data"
ON = date(2026, 10, 20)
KING, PIERCE = "king_county", "pierce_county"
PUBLIC = DATA / "public"


def built_here(county):
    """The release of a county's public figures, made in this process."""
    settings = judging.Settings(ON, county)
    judged = judging.judge_submissions(submissions_for(PUBLIC, county), settings)
    assert not any(one.refused for one in judged)
    return pipeline.build(judged, settings).release


@pytest.fixture(scope="module")
def together():
    """Both counties' releases, one after the other and over again in one process."""
    order = (KING, PIERCE, KING, PIERCE)
    return [(county, built_here(county)) for county in order]


@pytest.fixture(scope="module")
def alone(start, tmp_path_factory):
    """Each county's release, made by a process that knows no other county."""
    found = {}
    for county in (KING, PIERCE):
        folder = tmp_path_factory.mktemp(county)
        (folder / "daylight.toml").write_text(f"jurisdiction = '{county}'\n")
        with start("build", "--submissions", PUBLIC, "--out", folder, "--on", ON, folder=folder) as building:
            printed, errors = building.communicate(timeout=200)
        assert building.returncode == 0, errors
        found[county] = folder / printed.strip()
    return found


def test_counties_in_one_process_do_not_touch_each_other(together, alone):
    for county, release in together:
        assert release.manifest.id == alone[county].name
        assert release.files == open_folder(alone[county]).contents()


def test_a_build_takes_the_files_of_its_own_county_only():
    taken = {county: {one.name for one in submissions_for(DATA, county)} for county in (KING, PIERCE)}
    assert taken[KING]
    assert taken[PIERCE] == {
        f"public/pierce_county/{name}.csv"
        for name in ("federal_arrests", "federal_detainers", "federal_detainers_declined")
    }
    assert not taken[KING] & taken[PIERCE]


# --- what is published -----------------------------------------------------------------------------------------------


def _own_words(county):
    """Codes, names and citations that only one county has."""
    facts = jurisdiction(county)
    home = ROOT / "jurisdictions" / county
    words = {facts.name, facts.publisher, county, *(law["source"] for law in read_rows(home / "law.csv"))}
    for name in ("agency", "facility", "system", "course"):
        words |= {code.label for code in vocabulary.codes(name, county)}
    return words


COMMON = "".join((ROOT / place / "law.csv").read_text() for place in ("", "states/washington"))
"""What both counties say: where federal and state law were read, a file of one county's council among the sources."""


def _texts(release):
    return {path: content.decode() for path, content in release.files.items() if not path.endswith(OUTSIDE)}


def test_nothing_of_one_county_stands_in_the_release_of_the_other(together):
    releases = dict(together)
    for county, other in ((KING, PIERCE), (PIERCE, KING)):
        foreign = _own_words(other) - _own_words(county) - {"to be confirmed", "Other system", "Privacy"}
        foreign = {word for word in foreign if word not in COMMON}
        assert len(foreign) > 10
        found = {(path, word) for path, text in _texts(releases[county]).items() for word in foreign if word in text}
        assert found == set()


def test_the_pages_and_words_are_the_county_s_own(together):
    release = dict(together)[PIERCE]
    texts = _texts(release)
    assert "King" not in "".join(texts.values())
    assert "K.C.C." not in "".join(texts.values())
    assert json.loads(texts["definitions/federal_detainers.json"])["summary"].startswith(
        "How many detainers ICE recorded to jails in Pierce County"
    )
    facts = json.loads(texts["definitions/jurisdiction.json"])
    assert (facts["area"], facts["own_jails"], facts["audit"]) == ("PIERCE_COUNTY", ["PIERCE COUNTY JAIL"], "")
    law = {row["key"]: row for row in json.loads(texts["definitions/law.json"])}
    assert "to be confirmed" in law["no_holds"]["citation"], "nobody has read the county's law"
    assert law["state_no_holds"]["citation"] == "RCW 10.93.160(7)-(8)"
    assert {entry.origin for entry in release.manifest.datasets} == {"real"}


def test_the_release_is_published_and_verified_by_anyone(alone, daylight, tmp_path):
    """With no setting at all: what a release says of its county is enough."""
    assert daylight("publish", alone[PIERCE], "--to", "local", "--catalogue", tmp_path / "open", "--yes").code == 0
    verified = daylight("verify", tmp_path / "open", "--json")
    assert verified.code == 0, verified.err
    page = (tmp_path / "open" / "latest" / ".." / ".." / "index.html").resolve()
    front = (page if page.is_file() else tmp_path / "open" / "index.html").read_text()
    assert "Pierce County" in front
    assert "King County" not in front
    reported = daylight("status", "--catalogue", tmp_path / "open", environment={"DAYLIGHT_JURISDICTION": PIERCE})
    assert (reported.code, reported.out.strip()) == (0, ""), "no report is due"


# --- the figures -----------------------------------------------------------------------------------------------------


def _rows(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_public_tables_are_what_their_sources_give(tmp_path):
    spec = importlib.util.spec_from_file_location("prepare_public", DATA / "prepare_public.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.main(tmp_path)
    fresh = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.csv")}
    assert fresh == {path.relative_to(PUBLIC): path.read_bytes() for path in PUBLIC.rglob("*.csv")}


def test_no_detainer_of_the_source_is_lost_or_added():
    source = _rows(DATA / "_sources" / "ice_detainers_washington_fy2015_monthly.csv")
    assert sum(int(row["detainers"]) for row in source) == 501
    for county, folder, number in ((KING, PUBLIC, 104), (PIERCE, PUBLIC / PIERCE, 67)):
        jails = vocabulary.spellings("facility", county)
        counted = sum(int(row["detainers"]) for row in source if row["ice_facility_name"].casefold() in jails)
        table = [row for row in _rows(folder / "federal_detainers.csv") if row["area"] == jurisdiction(county).area]
        assert counted == sum(int(row["detainers"]) for row in table) == number
        stated = tomllib.loads((folder / "submissions.toml").read_text())
        assert (stated["origin"], stated["jurisdiction"]) == ("real", county)
