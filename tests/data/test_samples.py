"""The sample submissions: made by the generator and nothing else, marked as sample, sound together, and with every
irregularity that the product is to show."""

import importlib.util
import sys
import tomllib
from datetime import date
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from etl.agreements import agreements_in, correct
from etl.findings import Finding
from etl.judging import Judged, Settings, judge
from etl.plausibility import examine
from etl.read import read_file, submissions_below
from etl.together import combine, judge_together, latest
from etl.validate import recognise, validate
from schemas.declare import Origin
from schemas.jurisdiction import jurisdiction
from schemas.registry import dataset
from schemas.rules import Level

DATA = Path(__file__).parents[2] / "data"
SUBMISSIONS = DATA / "submissions"
COUNTY = "king_county"
ON = date(2026, 10, 20)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """The generator, which is a script and no package."""
    spec = importlib.util.spec_from_file_location("generate_samples", DATA / "generate_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up by name
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    """Every file on disk, judged alone and together."""
    paths = [(path, path.relative_to(SUBMISSIONS).as_posix()) for path in submissions_below(SUBMISSIONS)]
    return judge(paths, Settings(on=ON, jurisdiction=COUNTY))


@pytest.fixture(scope="module")
def tables(judged: list[Judged]) -> dict[str, pd.DataFrame]:
    """All rows of each dataset, earlier revisions among them."""
    return combine([
        (one.validated.dataset.id, one.file.name, one.validated.table)
        for one in judged if one.validated.dataset is not None and one.validated.table is not None
    ])  # fmt: skip


def found(judged: list[Judged], code: str) -> list[tuple[str, Finding]]:
    """Each finding of a code with its file."""
    return [(one.file.name, finding) for one in judged for finding in one.findings if finding.kind.code == code]


def rows_of(table: pd.DataFrame, **cells: object) -> pd.DataFrame:
    """The rows with these values."""
    for name, value in cells.items():
        table = table[table[name] == value]
    return table


def test_the_files_on_disk_are_what_the_generator_makes(generator: ModuleType, tmp_path: Path) -> None:
    generator.main(tmp_path)
    fresh = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    kept = {p.relative_to(SUBMISSIONS).as_posix(): p.read_bytes() for p in SUBMISSIONS.rglob("*") if p.is_file()}
    assert sorted(kept) == sorted(fresh)
    assert [name for name in fresh if fresh[name] != kept[name]] == []


def test_every_folder_and_every_row_says_sample(tables: dict[str, pd.DataFrame]) -> None:
    folders = sorted({path.parent for path in submissions_below(SUBMISSIONS)})
    assert [folder.name for folder in folders] == ["CONTRACTOR", "DAJD", "KCSO", "OTHER_COUNTY"]
    for folder in folders:
        assert agreements_in(folder).origin is Origin.SAMPLE
        stated = tomllib.loads((folder / "submissions.toml").read_text(encoding="utf-8"))
        assert stated["publisher"] == "Daylight sample generator (not a county agency)"
    for table in tables.values():
        assert set(table["source_system"]) == {"SAMPLE – generated"}


def test_nothing_is_refused_and_each_warning_is_meant(judged: list[Judged]) -> None:
    errors = [(one.file.name, f.kind.code, f.row) for one in judged for f in one.findings if f.severity is Level.ERROR]
    assert errors == []
    assert {f.kind.code for one in judged for f in one.findings} == {"R04", "R14", "R16", "R28"}
    assert len(found(judged, "R14")) == 3
    assert len(found(judged, "R16")) == 1


def test_the_only_warning_that_holds_a_build_is_accepted(judged: list[Judged], tables: dict[str, pd.DataFrame]) -> None:
    holding = [(one.file.name, finding.kind.code) for one in judged for finding in one.findings if finding.holds]
    assert holding == [("OTHER_COUNTY/federal_counts_2024-10_2026-08.csv", "R28")]
    (accepted,) = agreements_in(SUBMISSIONS / "OTHER_COUNTY").accepted
    assert (accepted.code, accepted.dataset, accepted.period) == ("R28", "federal_counts", "2025-11")
    assert accepted.accepted_by == "Records officer (sample)"
    assert examine({name: latest(table, dataset(name)) for name, table in tables.items()}) == []


def test_every_duty_of_every_month_is_reported_but_one(tables: dict[str, pd.DataFrame], generator: ModuleType) -> None:
    silent = []
    for duty in jurisdiction(COUNTY).duties:
        reported = set(rows_of(tables[duty.dataset], agency=duty.agency)["period"])
        quarterly = "Q" in duty.first_period
        months = dict.fromkeys(generator.quarter_of(m) if quarterly else m for m in generator.MONTHS)
        silent += [(duty.agency, duty.dataset, m) for m in months if m >= duty.first_period and m not in reported]
    assert silent == [("OTHER_COUNTY", "complaints", "2026-07")]


def test_one_report_came_late(tables: dict[str, pd.DataFrame]) -> None:
    late = set()
    for name, table in tables.items():
        first = table[table["revision"] == 1]
        for period, agency, sent in zip(first["period"], first["agency"], first["submitted_on"], strict=True):
            month = pd.Period(period.replace("-Q", "Q") if "Q" in period else period).end_time
            if sent > month + pd.Timedelta(days=15):
                late.add((agency, name, period))
    assert late == {("KCSO", "training", "2026-05")}


def test_the_sheriff_certified_zero_requests_once(tables: dict[str, pd.DataFrame]) -> None:
    zeros = rows_of(tables["ice_requests"], agency="KCSO", status="certified_zero")
    assert list(zeros["period"]) == ["2025-12"]


def test_a_month_was_revised_and_the_log_says_why(tables: dict[str, pd.DataFrame]) -> None:
    (again,) = [row for _, row in tables["ice_requests"].iterrows() if row["revision"] == 2]
    same = {name: again[name] for name in dataset("ice_requests").key}
    first = rows_of(tables["ice_requests"], **same, revision=1).iloc[0]
    log = tables["corrections"]
    assert again["supersedes"] == 1
    assert set(log["key"]) == {"|".join(same.values())}
    for column, old, new in zip(log["column"], log["old"], log["new"], strict=True):
        assert (str(first[column]), str(again[column])) == (old, new)


def test_the_training_file_is_wrong_until_it_is_corrected() -> None:
    (correction,) = agreements_in(SUBMISSIONS / "DAJD").corrections
    file = read_file(SUBMISSIONS / "DAJD" / correction.file, name=correction.file)
    chosen = recognise(file.name, file.table.header if file.table else ())
    codes = []
    for sent in (file, correct(file, [correction], chosen)):
        table = validate(sent, dataset=chosen, on=ON, jurisdiction=COUNTY).table
        assert table is not None
        codes.append([placed.finding.kind.code for placed in judge_together(combine([("training", file.name, table)]))])
    assert codes == [["R21"], []]


def test_the_jail_honoured_one_detainer_without_a_warrant(tables: dict[str, pd.DataFrame]) -> None:
    honoured = tables["ice_requests"][tables["ice_requests"]["complied_without_judicial_warrant"] > 0]
    assert list(zip(honoured["agency"], honoured["period"], strict=True)) == [("DAJD", "2025-05")]


def test_in_the_newest_month_21_of_25_people_were_told(tables: dict[str, pd.DataFrame]) -> None:
    newest = rows_of(tables["notice_compliance"], period="2026-09", facility="ALL").iloc[0]
    assert (newest["notified"], newest["notices_due"]) == (21, 25)


def test_cells_are_small_enough_to_need_protection(tables: dict[str, pd.DataFrame]) -> None:
    youth = rows_of(tables["notice_compliance"], facility="CFJC")
    quarters = youth.groupby(youth["period"].map(lambda m: (m[:4], (int(m[5:]) + 2) // 3)))["notices_due"].sum()
    assert quarters.between(1, 9).any()


def test_the_jail_reviewed_a_sample_in_its_first_quarter(tables: dict[str, pd.DataFrame]) -> None:
    sampled = rows_of(tables["request_review"], method="sample")
    assert list(zip(sampled["agency"], sampled["period"], sampled["sample_size"], strict=True)) == [
        ("DAJD", month, 20) for month in ("2024-10", "2024-11", "2024-12")
    ]


def test_the_countys_count_is_that_of_the_jails_requests(tables: dict[str, pd.DataFrame]) -> None:
    requests = latest(tables["ice_requests"], dataset("ice_requests"))
    holds = requests[(requests["agency"] == "DAJD") & requests["form"].eq("I-247A")]
    logged = tables["federal_counts"].set_index("period")["county_logged"]
    assert holds.groupby("period")["requests_received"].sum().to_dict() == logged.to_dict()


def test_accounts_found_are_those_of_the_federal_agencies(tables: dict[str, pd.DataFrame]) -> None:
    by = ["period", "agency", "system"]
    reviews = tables["account_reviews"].groupby(by)["immigration_agency_accounts_found"].sum()
    holders = tables["account_reviews_by_agency"].groupby(by)["accounts_found"].sum()
    assert reviews[reviews > 0].to_dict() == holders.to_dict()


def test_disclosures_and_reviews_count_the_requests_received(tables: dict[str, pd.DataFrame]) -> None:
    requests = latest(tables["ice_requests"], dataset("ice_requests"))
    received = requests.groupby(["period", "agency"])["requests_received"].sum()
    reviewed = rows_of(tables["request_review"], method="census").groupby(["period", "agency"])["requests"].sum()
    assert received.reindex(reviewed.index, fill_value=0).to_dict() == reviewed.to_dict()
    interviews = rows_of(requests, request_type="interview").groupby(["period", "agency"])["requests_received"].sum()
    asked = tables["interview_requests"].groupby(["period", "agency"])["requested"].sum()
    assert interviews.to_dict() == asked[asked > 0].to_dict()
