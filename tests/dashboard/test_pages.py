"""Each page, run without a browser: no exception, and the figures of the release on it."""

import csv
import html
import json
import re
import shutil
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data
from dashboard.edition import Edition
from dashboard.pages import EXHIBITED, PAGES
from dashboard.wording import ENGLISH, plain

APP = Path(data.__file__).with_name("app.py")
SECONDS = 60
CODES = [page.code for page in PAGES]


@pytest.fixture(autouse=True)
def _main_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit puts each script it runs in the place of `__main__`; other tests start processes from the real one."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def _show(catalogue: str, code: str, lang: str, beside: list[str]) -> None:
    from dashboard import data, views
    from dashboard.edition import in_language
    from schemas.languages import wording

    data.use(catalogue, beside)
    views.RENDERERS[code](in_language(data.edition(), wording(lang)), wording(lang))


def page(catalogue: Path, code: str, beside: str = "", **query: str) -> AppTest:
    """A page as it is after one run. `beside`: the catalogue of another county."""
    others = [beside] if beside else []
    kwargs = {"catalogue": str(catalogue), "code": code, "lang": query.get("lang", ""), "beside": others}
    at = AppTest.from_function(_show, default_timeout=SECONDS, kwargs=kwargs)
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
    """Everything a page says, without the escapes of Markdown and of HTML."""
    blocks = [*at.title, *at.header, *at.subheader, *at.markdown, *at.error, *at.info, *at.warning]
    marked = "\n".join(str(block.value) for block in blocks).replace("\\", "")
    return marked + "\n" + html.unescape(raw(at))


def raw(at: AppTest) -> str:
    """The HTML of a page's own parts."""
    return "\n".join(str(block.value) for block in at.html)


def answer(at: AppTest) -> str:
    """The sentence that answers a page's question."""
    return html.unescape(re.search(r'role="status">(.*?)</p>', raw(at)).group(1))


def titles(at: AppTest) -> list[str]:
    """The titles of a page, whether a page of the record or one that tells of trouble."""
    return [
        *(html.unescape(title) for title in re.findall(r"<h1>(.*?)</h1>", raw(at))),
        *(one.value for one in at.title),
    ]


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
    entry = next(entry for entry in PAGES if entry.code == code)
    assert titles(at) == [entry.title]
    assert f'<p class="dl-question">{html.escape(entry.question)}</p>' in raw(at)
    assert 'role="note"><strong>SAMPLE DATA</strong>' in raw(at)


ANSWERED = [code for code in CODES if code not in ("downloads", "programs", "about")]


@pytest.mark.parametrize("code", ANSWERED)
def test_a_page_answers_its_question_first_with_figures_of_the_release(catalogue, code):
    at = page(catalogue, code)
    assert answer(at).endswith(".")
    assert re.search(r"\d", answer(at))
    assert "published 20 October 2026" in raw(at)
    assert "</nav><h1>" in str(at.main.get("html")[0].value), "first of all, whatever the choices under it"


@pytest.mark.parametrize("code", [code for code in EXHIBITED if code != "reported"])
def test_the_answer_names_target_trend_basis_and_how_sure(catalogue, code):
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", raw(page(catalogue, code))))
    assert {"Target", "Trend", "Who asks for it", "How sure", "Data"} <= facts.keys()
    assert all(facts.values())


def test_the_overview_equals_the_published_indicators_and_draws_no_chart(catalogue, edition):
    at = page(catalogue, "overview")
    lines = [html.unescape(line) for line in re.findall(r"<li>(.*?)</li>", raw(at))]
    for measure in edition.measures:
        row = last_rows(edition)[measure.id]
        line = next(line for line in lines if f"<strong>{measure.title}</strong>" in line)
        assert ENGLISH.period(row["period"]) in line
        assert _figure(row) in line
    assert not charts(at)


def test_the_overview_counts_met_and_not_met(catalogue, edition):
    at = page(catalogue, "overview")
    met = [row["met"] for row in last_rows(edition).values()]
    assert answer(at).startswith(f"{met.count('yes')} of {len(met)} measures are met")
    assert f"and {met.count('no')} are not" in answer(at)


@pytest.mark.parametrize("code", EXHIBITED)
def test_each_indicator_of_a_page_is_drawn_with_its_headline_table_and_source(catalogue, edition, code):
    at = page(catalogue, code)
    headlines = [html.unescape(headline) for headline in re.findall(r"<h2>(.*?)</h2>", raw(at))]
    rows = last_rows(edition)
    for measure in edition.measures_on(code):
        assert any(_figure(rows[measure.id]) in headline for headline in headlines)
    (live,), pictures = (
        charts(at),
        re.findall(r'<img src="/chart/([\w.]+)\.svg\?[^"]*" alt="([^"]+)" loading="lazy"', raw(at)),
    )
    assert live.proto.alt
    drawn = len(headlines)
    assert drawn == 1 + len(pictures) >= max(1, len(edition.measures_on(code)))
    assert len(re.findall(r"<caption>", raw(at))) == drawn, "a table under each chart"
    for kind in ("svg", "png", "csv", "html"):
        assert len(re.findall(rf'href="/chart/[\w.]+\.{kind}\?[^"]*release={edition.id}', raw(at))) == drawn
    assert f'href="/catalogue/releases/{edition.id}/tables/' in raw(at)


@pytest.mark.parametrize("code", EXHIBITED)
def test_a_chart_of_sample_data_says_so_and_a_chart_of_real_data_does_not(catalogue, code):
    for chart in charts(page(catalogue, code)):
        spec = json.loads(chart.proto.spec)
        real = "federal_detainers" in chart.proto.id or "federal_arrests" in chart.proto.id
        assert ("SAMPLE DATA" in spec["layout"]["title"]["text"]) is not real


@pytest.mark.parametrize("code", EXHIBITED)
def test_a_picture_becomes_a_live_chart_when_asked_and_says_the_same(catalogue, code):
    """The first chart that a visitor sees is both: the style sheet shows one of them. Afterwards it needs no picture."""
    at = page(catalogue, code)
    before = re.findall(r'<img src="/chart/([\w.]+)\.svg\?[^"]*" alt="([^"]+)"', raw(at))
    _first, *others = before
    assert [toggle.key for toggle in at.toggle] == [f"live-{name}" for name, _said in others]
    for toggle in at.toggle:
        toggle.set_value(True)
    at.run()
    assert re.findall(r'<img src="/chart/([\w.]+)\.svg', raw(at)) == []
    shown = {chart.proto.id.rsplit("-", 1)[-1]: html.escape(chart.proto.alt) for chart in charts(at)}
    assert shown == dict(before)
    assert ("Interactive chart" in " ".join(toggle.label for toggle in at.toggle)) is bool(others)


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


def test_one_chart_alone_has_an_address(catalogue):
    at = page(catalogue, "notice", chart="K3")
    assert [chart.proto.id.rsplit("-", 1)[-1] for chart in charts(at)] == ["K3"]
    assert len(page(catalogue, "notice", chart="no such chart").toggle) > 1


def test_an_address_that_changes_by_itself_changes_the_page(catalogue, edition):
    at = page(catalogue, "requests", agency="KCSO")
    at.query_params["agency"] = "DAJD"
    title = json.loads(charts(at.run())[0].proto.spec)["layout"]["title"]["text"]
    assert edition.label("agency", "DAJD") in " ".join(re.sub("<[^>]*>", " ", title).split())


def test_who_reported_is_the_published_ledger(catalogue, edition):
    at = page(catalogue, "reported", months="all")
    spec = json.loads(charts(at)[0].proto.spec)
    signs = [sign for line in spec["data"][0]["text"] for sign in line if sign]
    ledger = edition.table("submission_ledger")
    assert len(signs) == len(ledger)
    for status, sign in (("missing", "✕"), ("late", "◇"), ("certified_zero", "0"), ("preliminary", "○")):
        assert signs.count(sign) == (ledger["status"] == status).sum() > 0
    assert "null" not in signs
    assert "of 25 reports that were due have been received" in answer(at)


def test_promises_tell_self_reported_from_verified(catalogue, edition):
    at = page(catalogue, "promises")
    table = edition.table("audit_recommendations")
    last = table[table["period"] == table["period"].max()]
    done = last[last["status"] == "done"]
    verified = (done["verified_by"] == "auditor").sum()
    assert answer(at) == (
        f"Of {len(last)} recommendations, {verified} are done and verified by the auditor; {len(done) - verified} more are "
        f"done by the agencies' own word; {len(last) - len(done)} are not done."
    )
    assert raw(at).count("self-reported, not verified") == (last["verified_by"] == "self").sum()
    assert "K6 Account reviews done on time: 2 of 2, met" in raw(at)
    assert "2,640" in raw(at), "days from the audit of 9 July 2019 to 30 September 2026"
    assert "two-level" in raw(at) or "A team leader and a manager review every immigration request" in raw(at)


def test_what_changed_lists_every_revision_with_its_reason(two_releases):
    catalogue, _newer, older = two_releases
    at = page(catalogue, "changes")
    assert answer(at).endswith("1 published figure was revised since the release before.")
    assert "A &lt;b&gt;form&lt;/b&gt; was found later." in raw(at), "text of the data is escaped"
    assert "21 → 22" in raw(at)
    assert "Two digits were swapped" in raw(at), "the record's own log of corrections"
    assert older in raw(at)
    assert "[r]" in raw(page(catalogue, "notice"))


def test_the_first_release_has_nothing_to_compare_with(catalogue):
    at = page(catalogue, "changes")
    assert "0 published figures were revised" in answer(at)
    assert "This is the first release" in said(at)


@pytest.mark.parametrize("way", ["agency", "last_year", "calendar", "fiscal", "facility"])
def test_a_measure_is_compared_in_each_way(catalogue, edition, way):
    measure = "K2" if way == "facility" else "K13"
    at = page(catalogue, "compare", measure=measure, way=way)
    assert not at.exception
    assert len(charts(at)) == 1
    if way == "fiscal":
        row = last_rows(edition)["K13"]
        assert f"FY2026, 12 of 12 months: {ENGLISH.number(float(row['numerator']))} of" in answer(at), (
            "a stock is not added up"
        )


def test_the_data_can_be_asked_by_address(catalogue, edition):
    at = page(catalogue, "ask", dataset="ice_requests", by="year", count="declined", **{"where.agency": "KCSO"})
    assert not at.exception
    place = re.search(r'href="(/data/answer\.csv\?[^"]+)"', raw(at)).group(1)
    for part in ("by=year", "count=declined", "dataset=ice_requests", "where.agency=KCSO", f"release={edition.id}"):
        assert part in html.unescape(place)
    assert answer(at).startswith("3 rows answer")


def test_every_table_can_be_downloaded(catalogue, edition):
    text = raw(page(catalogue, "downloads"))
    for dataset in edition.release.dataset_ids():
        assert f'<a href="/catalogue/releases/{edition.id}/tables/{dataset}.csv">{dataset}.csv</a>' in text


@pytest.mark.parametrize("code", ["overview", "downloads", "programs"])
def test_the_councils_packet_is_linked_where_a_release_has_one(catalogue, catalogue_copy, edition, code):
    place = f"/catalogue/releases/{edition.id}/packet.pdf"
    assert place in raw(page(catalogue, code)) + said(page(catalogue, code))
    (catalogue_copy / f"releases/{edition.id}/packet.pdf").unlink()
    assert "packet.pdf" not in raw(page(catalogue_copy, code)) + said(page(catalogue_copy, code))


def test_what_narrows_an_answer_is_listed_with_the_way_back(catalogue):
    query = {"dataset": "training", "where.agency": "DAJD", "from": "2026-01", "by": "agency"}
    narrowed = page(catalogue, "ask", **query)
    assert "Filters: Agency: Department of Adult and Juvenile Detention; From: January 2026" in said(narrowed)
    (back,) = re.findall(r'<a href="([^"]*)">Show the whole table again</a>', raw(narrowed))
    assert back == "/ask?dataset=training"
    assert "Show the whole table again" not in raw(page(catalogue, "ask", dataset="training"))


def test_each_exhibit_says_what_is_counted_and_how_fresh_it_is(catalogue, edition):
    shown, told = said(page(catalogue, "notice")), edition.definition("notice_compliance")
    assert shown.count("What this means") == shown.count("Source file: ") > 5
    assert f"{told['title']}: {told['summary']}" in re.sub("<[^>]*>", "", shown)
    for column in told["columns"]:
        if column["name"] in ("notified", "notices_due"):
            assert column["description"] in shown
    assert shown.count("Data: to September 2026, published") == shown.count("Source file: ")


def test_about_says_how_the_release_was_checked(catalogue, edition):
    shown = said(page(catalogue, "about"))
    assert f"{len(edition.release.manifest.files)} files were compared with their fingerprints" in shown
    for one in edition.release.manifest.reasons:
        assert one.reason in shown


@pytest.mark.parametrize("one", PAGES, ids=CODES)
def test_each_page_has_a_twin_without_scripts(edition, one):
    assert edition.static_page(one.twin) == f"site/en/{one.twin}.html"


def test_the_law_is_listed_with_what_is_to_be_confirmed(catalogue, edition):
    text = said(page(catalogue, "about"))
    for law in edition.law.values():
        assert plain(law.citation).replace("\\", "") in text


def test_the_app_opens_on_the_overview(catalogue):
    at = app(catalogue)
    assert not at.exception
    assert titles(at) == ["Overview"]


def test_an_older_release_is_named_in_the_address(catalogue, edition):
    assert titles(app(catalogue, release=edition.id)) == ["Overview"]
    unknown = app(catalogue, release="2001-01-01_000000000000")
    assert titles(unknown) == ["There is no such release"]


def test_an_older_release_stays_the_one_that_is_shown(two_releases):
    catalogue, _newer, older = two_releases
    at = app(catalogue, release=older)
    assert older in at.info[0].value.replace("\\", "")
    assert "as of 20 October 2026" in at.info[0].value
    del at.query_params["release"]
    at.run()
    assert at.query_params["release"] in (older, [older]), "links of the menu drop the address; the page brings it back"
    assert not app(catalogue).info


def test_a_new_release_appears_with_the_next_click_and_is_never_mixed(two_releases, remade):
    catalogue, newer, _older = two_releases
    assert newer in said(app(catalogue))
    third = remade(catalogue, {"notes.md": "Third.\n"}, "2026-10-22")
    text = said(app(catalogue))
    assert f"/releases/{third}/" in text
    assert f"/releases/{newer}/" not in text


def test_the_last_good_release_is_shown_when_the_newest_is_damaged(two_releases):
    catalogue, newer, older = two_releases
    (catalogue / "releases" / newer / "notes.md").write_text("changed", encoding="utf-8")
    at = app(catalogue)
    assert titles(at) == ["Overview"]
    assert "The newest release cannot be shown" in at.warning[0].value
    assert f"/releases/{older}/" in said(at)
    assert f"/releases/{newer}/" not in said(at)


def test_a_vanished_catalogue_leaves_the_last_good_release(catalogue_copy):
    assert titles(app(catalogue_copy)) == ["Overview"]
    (catalogue_copy / "catalogue.json").rename(catalogue_copy / "gone")
    at = app(catalogue_copy)
    assert titles(at) == ["Overview"]
    assert "cannot be shown" in at.warning[0].value


def test_a_missing_catalogue_says_what_to_run(tmp_path):
    at = app(tmp_path / "nothing")
    assert titles(at) == ["Nothing has been published yet"]
    assert at.code[0].value == "make run"


@pytest.mark.parametrize(
    "victim", ["tables/indicators.csv", "tables/training.csv", "definitions/law.json", "notes.md", "manifest.json"]
)
def test_a_damaged_release_is_refused_whole(catalogue, edition, tmp_path, victim):
    copy = tmp_path / "catalogue"
    shutil.copytree(catalogue, copy, symlinks=True)
    assert titles(app(copy)) == ["Overview"]
    file = copy / "releases" / edition.id / victim
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    at = app(copy)
    assert not at.exception
    assert titles(at) == ["This release is damaged and is not shown"]
    assert not charts(at)
    assert len(at.markdown) == 2, "nothing of the release is shown"


def test_a_damaged_catalogue_is_refused(catalogue, tmp_path):
    copy = tmp_path / "catalogue"
    shutil.copytree(catalogue, copy, symlinks=True)
    (copy / "catalogue.json").write_text("{}", encoding="utf-8")
    assert titles(app(copy)) == ["This release is damaged and is not shown"]
