"""Each page, run without a browser: no exception, and the figures of the release on it."""

import csv
import json
import shutil
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data
from dashboard.edition import Edition
from dashboard.pages import PAGES
from dashboard.wording import ENGLISH, plain

APP = Path(data.__file__).with_name("app.py")
SECONDS = 60
CODES = [page.code for page in PAGES]


@pytest.fixture(autouse=True)
def _main_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit puts each script it runs in the place of `__main__`; other tests start processes from the real one."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def _show(catalogue: str, code: str) -> None:
    from dashboard import data, views
    from dashboard.wording import ENGLISH

    data.use(catalogue)
    views.RENDERERS[code](data.edition(), ENGLISH)


def page(catalogue: Path, code: str, **query: str) -> AppTest:
    """A page as it is after one run."""
    at = AppTest.from_function(_show, default_timeout=SECONDS, kwargs={"catalogue": str(catalogue), "code": code})
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def app(catalogue: Path, **query: str) -> AppTest:
    """The whole app, as its first page."""
    data.use(catalogue)
    at = AppTest.from_file(str(APP), default_timeout=SECONDS)
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def said(at: AppTest) -> str:
    """Everything a page says, without the escapes of Markdown."""
    blocks = [*at.title, *at.header, *at.subheader, *at.markdown, *at.error]
    return "\n".join(str(block.value) for block in blocks).replace("\\", "")


def charts(at: AppTest) -> list:
    """The Plotly figures of a page."""
    return list(at.get("plotly_chart"))


def last_rows(edition: Edition) -> dict[str, dict[str, str]]:
    """For each indicator the last monthly row of all agencies together, or of the only agency, from the CSV itself."""
    with (edition.release.folder / "tables/indicators.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if "Q" not in row["period"]]
    last = {}
    for row in sorted(rows, key=lambda row: row["period"]):
        agencies = {other["agency"] for other in rows if other["indicator"] == row["indicator"]}
        if row["agency"] == "ALL" or agencies == {row["agency"]}:
            last[row["indicator"]] = row
    return last


def _figure(row: dict[str, str]) -> str:
    if row["status"] != "shown":
        return (
            "no figure" if row["status"] == "not_reported" else "hidden" if row["status"] == "suppressed" else "nothing"
        )
    number = ENGLISH.number(float(row["numerator"] or row["value"]))
    if row["denominator"]:
        return f"{number} of {ENGLISH.number(float(row['denominator']))} "
    return "no " if number == "0" else f"{number} "


@pytest.mark.parametrize("code", CODES)
def test_a_page_runs_and_says_what_it_is(catalogue, code):
    at = page(catalogue, code)
    assert not at.exception
    assert len(at.title) == 1
    assert at.title[0].value == next(entry.title for entry in PAGES if entry.code == code)
    assert "SAMPLE DATA" in at.error[0].value


def test_the_overview_equals_the_published_indicators_and_draws_no_chart(catalogue, edition):
    at = page(catalogue, "overview")
    lines = [str(block.value).replace("\\", "") for block in at.markdown]
    for measure in edition.measures:
        row = last_rows(edition)[measure.id]
        line = next(line for line in lines if line.startswith(f"**{measure.title}**"))
        assert ENGLISH.period(row["period"]) in line
        assert _figure(row) in line
    assert not charts(at)


def test_the_overview_counts_met_and_not_met(catalogue, edition):
    at = page(catalogue, "overview")
    met = [row["met"] for row in last_rows(edition).values()]
    assert at.header[0].value.startswith(f"{met.count('yes')} of {len(met)} measures are met")
    assert f"and {met.count('no')} are not" in at.header[0].value


@pytest.mark.parametrize("code", [code for code in CODES if code not in ("overview", "downloads", "about")])
def test_each_indicator_of_a_page_is_drawn_with_its_headline_table_and_source(catalogue, edition, code):
    at = page(catalogue, code)
    headlines = [header.value.replace("\\", "") for header in at.header]
    rows = last_rows(edition)
    for measure in edition.measures_on(code):
        assert any(_figure(rows[measure.id]) in headline for headline in headlines)
    drawn = charts(at)
    assert len(drawn) >= max(1, len(edition.measures_on(code)))
    assert all(chart.proto.alt for chart in drawn)
    assert len(at.expander) == len(drawn)
    assert f"(/catalogue/releases/{edition.id}/tables/indicators.csv)" in said(at)


@pytest.mark.parametrize("code", [code for code in CODES if code not in ("overview", "downloads", "about")])
def test_a_chart_of_sample_data_says_so_and_a_chart_of_real_data_does_not(catalogue, code):
    for chart in charts(page(catalogue, code)):
        spec = json.loads(chart.proto.spec)
        real = "federal_detainers" in chart.proto.id or "federal_arrests" in chart.proto.id
        assert ("SAMPLE DATA" in spec["layout"]["title"]["text"]) is not real


def test_every_indicator_has_a_page(edition):
    assert {measure.page for measure in edition.measures} <= set(CODES)


def test_the_notice_chart_carries_the_audit_of_2019(catalogue):
    spec = json.loads(charts(page(catalogue, "notice"))[0].proto.spec)
    texts = " ".join(note["text"].replace("<br>", " ") for note in spec["layout"]["annotations"])
    assert "23 of 44 told (52%)" in texts
    assert "38% to 66%" in texts


def test_an_agency_is_chosen_by_code_in_the_address(catalogue, edition):
    at = page(catalogue, "requests", agency="KCSO", months="12")
    assert not at.exception
    assert edition.label("agency", "KCSO") in charts(at)[0].proto.spec
    unknown = page(catalogue, "requests", agency="Sheriff")
    assert not unknown.exception
    assert "all agencies together" in charts(unknown)[0].proto.spec


def test_choosing_writes_the_code_into_the_address(catalogue):
    at = page(catalogue, "requests")
    at.get("button_group")[0].set_value("KCSO").run()
    assert not at.exception
    assert at.query_params["agency"] in ("KCSO", ["KCSO"])


def test_every_table_can_be_downloaded(catalogue, edition):
    text = said(page(catalogue, "downloads"))
    for dataset in edition.release.dataset_ids():
        assert f"(/catalogue/releases/{edition.id}/tables/{dataset}.csv)" in text


def test_the_law_is_listed_with_what_is_to_be_confirmed(catalogue, edition):
    text = said(page(catalogue, "about"))
    for law in edition.law.values():
        assert plain(law.citation).replace("\\", "") in text


def test_the_app_opens_on_the_overview(catalogue):
    at = app(catalogue)
    assert not at.exception
    assert at.title[0].value == "Overview"


def test_an_older_release_is_named_in_the_address(catalogue, edition):
    assert app(catalogue, release=edition.id).title[0].value == "Overview"
    unknown = app(catalogue, release="2001-01-01_000000000000")
    assert unknown.title[0].value == "There is no such release"


def test_a_missing_catalogue_says_what_to_run(tmp_path):
    at = app(tmp_path / "nothing")
    assert at.title[0].value == "Nothing has been published yet"
    assert at.code[0].value == "make run"


@pytest.mark.parametrize(
    "victim", ["tables/indicators.csv", "tables/training.csv", "definitions/law.json", "notes.md", "manifest.json"]
)
def test_a_damaged_release_is_refused_whole(catalogue, edition, tmp_path, victim):
    copy = tmp_path / "catalogue"
    shutil.copytree(catalogue, copy, symlinks=True)
    assert app(copy).title[0].value == "Overview"
    file = copy / "releases" / edition.id / victim
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    at = app(copy)
    assert not at.exception
    assert [title.value for title in at.title] == ["This release is damaged and is not shown"]
    assert not charts(at)
    assert len(at.markdown) == 2, "nothing of the release is shown"


def test_a_damaged_catalogue_is_refused(catalogue, tmp_path):
    copy = tmp_path / "catalogue"
    shutil.copytree(catalogue, copy, symlinks=True)
    (copy / "catalogue.json").write_text("{}", encoding="utf-8")
    assert app(copy).title[0].value == "This release is damaged and is not shown"
