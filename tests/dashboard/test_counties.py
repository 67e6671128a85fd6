"""Counties beside each other: the page, its table and its small charts, over real releases of two catalogues."""

import csv
import io
import json
import shutil

import pytest

from dashboard import charts, data
from dashboard.charts.theme import DARK
from dashboard.exhibits import counties
from dashboard.jurisdictions import Unranked
from dashboard.pages import PAGES, menu
from dashboard.signposts import sitemap
from dashboard.wording import ENGLISH
from schemas.languages import wording
from schemas.marks import Mark
from schemas.release import open_catalogue
from tests.dashboard.test_pages import _main_stays, answer, page, raw, said

__all__ = ["_main_stays"]
MONTH = "2026-09"


@pytest.fixture
def other(catalogue_copy, remade, edition):
    """The catalogue of another county that told 25 of 25, and in the month before hides its figure."""
    facts = json.loads(edition.release.text("definitions/jurisdiction.json"))
    rows = list(csv.DictReader(io.StringIO(edition.release.text("tables/indicators.csv"))))
    for row in rows:
        if row["indicator"] == "K2" and row["period"] == MONTH:
            row |= {"numerator": row["denominator"], "value": "1", "met": "yes"}
        if row["indicator"] == "K2" and row["period"] == "2026-08":
            row |= {"numerator": "", "denominator": "", "value": "", "met": "", "status": "suppressed"}
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    remade(catalogue_copy, {
        "definitions/jurisdiction.json": json.dumps({**facts, "id": "other_county", "name": "Other <i>County"}),
        "tables/indicators.csv": out.getvalue(),
    })  # fmt: skip
    return catalogue_copy


@pytest.fixture
def both(catalogue, other):
    data.use(catalogue, [other])
    yield data.counties(data.edition())
    data.use(catalogue)


def test_the_page_ranks_the_counties_and_says_what_each_reported(catalogue, both):
    shown = page(catalogue, "counties", beside=str(data._others[0]), measure="K2", period=MONTH)
    assert not shown.exception
    assert answer(shown) == (
        "In September 2026, 2 of 2 counties can be ranked on “People told of a hold request”: "
        "1. Other <i>County: 25 of 25 (100%); 2. King County, Washington: 21 of 25 (84%)."
    )
    assert "SAMPLE DATA" in said(shown)
    assert "<i>" not in raw(shown), "a county's name is text"


def test_a_county_without_a_figure_has_no_rank_and_is_told_why(catalogue, both):
    shown = page(catalogue, "counties", beside=str(data._others[0]), measure="K2", period="2026-08")
    assert answer(shown).startswith("In August 2026, no county can be ranked")
    assert "hidden to protect people" in said(shown)
    assert "no other county can be ranked" in said(shown)


def test_the_page_is_in_the_reader_s_language(catalogue, both):
    shown = page(catalogue, "counties", beside=str(data._others[0]), measure="K2", period=MONTH, lang="es")
    assert answer(shown).startswith("En septiembre de 2026, 2 de 2 condados pueden clasificarse")
    assert {wording("es")(why) for why in counties.WHY.values()}.isdisjoint(counties.WHY.values())
    assert set(counties.WHY) == set(Unranked)


def test_each_county_has_a_small_chart_on_the_same_axes(both):
    table = counties.table_of(both)
    frame, names = counties.over_time(table, "K2")
    assert names == {"king_county": "King County, Washington", "other_county": "Other <i>County"}
    assert list(frame.loc[frame["period"] == "2026-08", "other_county_mark"]) == [Mark.SUPPRESSED]
    assert frame.loc[frame["period"] == "2026-08", "other_county"].isna().all()
    measure = both[0].measure("K2")
    figure = charts.multiples(frame, names, counties.around(both, measure, ENGLISH), measure.goal, ENGLISH)
    drawn = {trace.name: trace for trace in figure.data}
    assert list(drawn["king_county"].y)[-1] == 21 / 25
    assert list(drawn["absent: other_county"].text) == ["[c]"]
    assert drawn["absent: other_county"].y[0] < 0
    assert drawn["king_county"].xaxis != drawn["other_county"].xaxis
    assert figure.layout.yaxis.range == figure.layout.yaxis2.range
    assert len([shape for shape in figure.layout.shapes if shape.y0 == shape.y1 == 1]) == 2, "the target in each"
    assert "Other &lt;i&gt;County" in {note.text for note in figure.layout.annotations}
    assert figure.layout.title.text.startswith("<span style='color:#a3260b'><b>SAMPLE DATA")


def test_the_figures_under_the_charts_are_those_of_the_releases(both):
    table = counties.history_table(counties.table_of(both), "K2", ENGLISH).set_index("Period")
    assert dict(table.loc["September 2026"]) == {
        "King County, Washington": "21 of 25 (84%)",
        "Other <i>County": "25 of 25 (100%)",
    }
    assert table.loc["August 2026", "Other <i>County"] == "hidden to protect people"


def test_two_counties_of_one_name_keep_their_own_figures(both):
    table = counties.table_of(both).assign(name="Washington County")
    shown = counties.history_table(table, "K2", ENGLISH)
    assert list(shown.columns) == ["Period", "Washington County", "Washington County"]
    assert list(shown[shown["Period"] == "September 2026"].iloc[0])[1:] == ["21 of 25 (84%)", "25 of 25 (100%)"]


def test_made_up_figures_of_any_county_are_told_before_all_others(catalogue, other, remade):
    remade(other, {}, "2026-10-22", origin="real")
    data.use(other, [catalogue])
    assert [one.is_sample("notice_compliance") for one in data.counties(data.edition())] == [False, True]
    shown = page(other, "counties", beside=str(catalogue), measure="K2", period=MONTH)
    assert "<strong>SAMPLE DATA</strong>" in raw(shown)


def test_the_small_charts_follow_the_ground(both):
    measure = both[0].measure("K2")
    frame, names = counties.over_time(counties.table_of(both), "K2")
    around = counties.around(both, measure, ENGLISH)
    figure = charts.multiples(frame, names, type(around)(around.title, "", "", palette=DARK), None, ENGLISH)
    assert figure.layout.paper_bgcolor == DARK.ground
    assert not figure.layout.shapes


def test_the_page_is_in_the_menu_only_where_there_are_several_counties(catalogue, both, edition):
    assert "counties" in [one.code for one in menu(several=data.has_counties())]
    assert "<loc>http://test/counties</loc>" in sitemap("http://test", edition)
    data.use(catalogue)
    assert menu(several=data.has_counties()) == PAGES
    assert "counties" not in sitemap("http://test", edition)


def test_a_county_that_cannot_be_read_or_is_this_one_is_left_out(catalogue, other, tmp_path, edition):
    folder = open_catalogue(other).release_folder(open_catalogue(other).published()[0].id)
    shutil.copytree(catalogue, tmp_path / "same")
    data.use(catalogue, [tmp_path / "gone", tmp_path / "same", other])
    assert [one.county.id for one in data.counties(edition)] == ["king_county", "other_county"]
    (folder / "tables" / "indicators.csv").write_text("damaged", encoding="utf-8")
    assert [one.county.id for one in data.counties(edition)] == ["king_county"]
    data.use(catalogue)
