"""The standards' own validators, offline, on a catalogue as it was published: nothing here is our own reading of a standard."""

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import mlcroissant
import pandas as pd
import pytest
from csvw import CSVW
from frictionless import Package
from referencing import Registry, Resource

from etl.tabletext import is_run_by_spreadsheets
from schemas.release import open_catalogue, open_release

SCHEMAS = Path(__file__).parents[1] / "vendored/dcat-us-1.1"
HOME = "https://data.example.org/catalogue"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def latest(catalogue: Path) -> Path:
    return (catalogue / "latest").resolve()


@pytest.fixture(scope="module")
def public(small_release: Path, daylight: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue that was published with a public address."""
    folder = tmp_path_factory.mktemp("public") / "catalogue"
    settings = {"DAYLIGHT_PUBLIC_URL": HOME}
    ran = daylight("publish", small_release, "--to", "local", "--catalogue", folder, "--yes", environment=settings)
    assert ran.code == 0, ran.err
    return folder


def tables(release: Path) -> list[Path]:
    return sorted(release.glob("tables/*.csv"))


def dcat_faults(document: Any) -> list[str]:
    """What the DCAT-US 1.1 schema for publishers that are not federal finds wrong."""
    named = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    base = named["catalog.json"]["id"].rstrip("#").rsplit("/", 1)[0]
    registry: Registry = Registry().with_resources(
        (f"{base}/{name}", Resource.from_contents(schema)) for name, schema in named.items()
    )
    checks = jsonschema.FormatChecker()
    validator = jsonschema.Draft4Validator(named["catalog.json"], registry=registry, format_checker=checks)
    return [fault.message for fault in validator.iter_errors(document)]


def test_frictionless_accepts_the_data_package_with_every_row_hash_and_size(latest):
    report = Package(str(latest / "datapackage.json")).validate()
    assert report.flatten(["type", "note"]) == []
    assert report.valid
    assert len(report.tasks) == len(tables(latest))


def test_frictionless_would_notice_a_changed_row(latest, tmp_path):
    copy = shutil.copytree(latest, tmp_path / "release")
    table = copy / "tables/complaints.csv"
    table.write_text(table.read_text().replace("SAMPLE DATA", "SAMPLE", 1))
    assert not Package(str(copy / "datapackage.json")).validate().valid


def test_csvw_accepts_every_table_with_its_metadata(latest):
    described = sorted(latest.glob("tables/*.csv-metadata.json"))
    assert [path.name.removesuffix("-metadata.json") for path in described] == [path.name for path in tables(latest)]
    for path in described:
        found = CSVW(str(path), validate=True)
        assert found.is_valid, path.name
        assert len(list(found.tables[0])) == len(
            pd.read_csv(latest / "tables" / path.name.removesuffix("-metadata.json"))
        )


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib, inside the validator
def test_mlcroissant_accepts_the_croissant_file_and_reads_its_records(latest, small_release):
    for release in (latest, small_release):
        dataset = mlcroissant.Dataset(str(release / "croissant.json"))
        assert not dataset.metadata.ctx.issues.errors
    records = list(dataset.records("complaints"))
    assert len(records) == len(pd.read_csv(small_release / "tables/complaints.csv"))


def test_dcat_us_accepts_data_json_with_and_without_a_public_address(latest, catalogue, public):
    for path in (latest / "data.json", catalogue / "data.json", public / "data.json"):
        assert dcat_faults(json.loads(path.read_text())) == [], path
    document = json.loads((public / "data.json").read_text())
    del document["dataset"][0]["identifier"]
    document["dataset"][1]["modified"] = "yesterday"
    assert len(dcat_faults(document)) == 2, "the schema finds nothing wrong with anything"


def test_a_public_address_makes_full_addresses_everywhere(public):
    document = json.loads((public / "data.json").read_text())
    first = document["dataset"][0]["distribution"][0]["downloadURL"]
    assert first.startswith(f"{HOME}/latest/tables/")
    feed = ET.fromstring((public / "feed.atom").read_text())
    assert all((link.get("href") or "").startswith(f"{HOME}/") for link in feed.iter(f"{{{ATOM['a']}}}link"))
    page = (public / "index.html").read_text()
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    structured = json.loads(script)
    assert structured["url"] == f"{HOME}/"
    assert all(one["contentUrl"].startswith(f"{HOME}/latest/") for one in structured["distribution"])


def test_a_public_address_that_is_none_is_14(small_release, tmp_path, daylight):
    publish = ("publish", small_release, "--to", "local", "--catalogue", tmp_path / "c", "--yes")
    assert daylight(*publish, environment={"DAYLIGHT_PUBLIC_URL": "data.example.org"}).code == 14


def test_another_public_address_is_shown_and_then_there_is_nothing_to_do(small_release, small_copy, daylight):
    publish = ("publish", small_release, "--to", "local", "--catalogue", small_copy, "--yes", "--json")
    settings = {"DAYLIGHT_PUBLIC_URL": HOME}
    moved, again = (daylight(*publish, environment=settings).document for _ in range(2))
    assert (len(moved["done"]), again["plan"]) == (1, [])


# --- opened by people and programs (docs/how-to/read-a-release.md)


def test_no_cell_is_run_by_a_spreadsheet(latest):
    for path in (*tables(latest), *latest.glob("definitions/vocabularies/*.csv"), latest / "revisions.csv"):
        cells = pd.read_csv(path, dtype=str, keep_default_na=False)
        wrong = [cell for column in cells for cell in cells[column] if is_run_by_spreadsheets(cell)]
        assert wrong == [], path.name


@pytest.mark.parametrize(
    ("text", "runs"),
    [("=1+1", True), ("+A1", True), ("-A1", True), ("@SUM(A1)", True), ("\t=1", True), ("\r=1", True), ("＝1", True),
     ("-5", False), ("+5", False), ("-5.25", False), ("", False), ("2026-09", False), ("a=1", False), ("'=1+1", False),
     ("-", True), ("-5e3", True)],
)  # fmt: skip
def test_what_a_spreadsheet_would_run(text, runs):
    assert is_run_by_spreadsheets(text) is runs


def test_a_reason_that_begins_as_a_formula_is_published_as_a_text(submissions, make, write, row, tmp_path, daylight):
    reason = '=HYPERLINK("https://example.org")'
    told = row("corrections", period="2026-09", dataset="complaints", key="2026-05|OTHER_COUNTY", column="received", old="2",
               new="3", reason=reason, date="2026-10-02", submitted_on="2026-10-02")  # fmt: skip
    write(submissions / "corrections_a.csv", [told])
    release = make(submissions, tmp_path / "out")
    for form, read in ((".csv", pd.read_csv), (".parquet", pd.read_parquet)):
        assert read(release / f"tables/corrections{form}")["reason"].tolist() == [f"'{reason}"]
    assert daylight("verify", release).code == 0


def test_pandas_reads_every_table_in_the_line_of_the_docs(catalogue):
    release = open_release(open_catalogue(catalogue))
    for path in tables(release.folder):
        table = pd.read_csv(path, keep_default_na=False, na_values=[""])
        entry = next((one for one in release.manifest.datasets if one.id == path.stem), None)
        assert entry is None or len(table) == entry.rows
    notice = pd.read_csv(release.folder / "tables/notice_compliance.csv", keep_default_na=False, na_values=[""])
    assert notice["notified"].dropna().sum() == release.table("notice_compliance")["notified"].dropna().sum()


def test_duckdb_reads_every_table_in_the_line_of_the_docs(catalogue):
    release = open_release(open_catalogue(catalogue))
    with duckdb.connect() as connection:
        for entry in release.manifest.datasets:
            for form in ("csv", "parquet"):
                path = release.folder / f"tables/{entry.id}.{form}"
                source = f"read_csv('{path}')" if form == "csv" else f"'{path}'"
                found = connection.sql(f"SELECT count(*), count(DISTINCT data_origin) FROM {source}").fetchall()
                assert found == [(entry.rows, 1)], path.name
        path = release.folder / "tables/notice_compliance.parquet"
        ((total,),) = connection.sql(f"SELECT sum(notified) FROM '{path}'").fetchall()
    assert total == release.table("notice_compliance")["notified"].dropna().sum()


R_TEST = """
table <- readr::read_csv(commandArgs(TRUE)[1], na = "", show_col_types = FALSE)
cat(nrow(table), sum(table$notified, na.rm = TRUE))
"""
_HAS_READR = (
    shutil.which("Rscript") is not None
    and not subprocess.run(["Rscript", "-e", "library(readr)"], capture_output=True, check=False).returncode
)


@pytest.mark.skipif(not _HAS_READR, reason="R with readr is not installed")
def test_readr_reads_a_table_in_the_line_of_the_docs(catalogue):  # pragma: no cover - where R is
    release = open_release(open_catalogue(catalogue))
    path = release.folder / "tables/notice_compliance.csv"
    told = subprocess.run(["Rscript", "-e", R_TEST, str(path)], capture_output=True, text=True, check=True).stdout
    table = release.table("notice_compliance")
    assert told.split() == [str(len(table)), str(table["notified"].dropna().sum())]
