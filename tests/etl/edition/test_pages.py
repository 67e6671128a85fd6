"""The static edition: every figure in words, nothing that needs a script, and no text that can become markup."""

import gettext
import gzip
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import PurePosixPath

import pytest

from dashboard.pages import BY_CODE
from etl.edition.duties import DUTIES
from etl.edition.explain import formula
from etl.edition.extras import extras
from etl.edition.grids import MOST_CELLS, dataset_grid
from etl.edition.pages import TWINS, Site
from etl.edition.previews import previews
from etl.static import day_words, period_words
from schemas.drawing.scene import AXIS
from schemas.marks import SIGNS, Mark
from schemas.registry import dataset, datasets
from schemas.release import Reason
from schemas.wording import ENGLISH, Wording

VOID = {"meta", "link", "br", "img", "hr", "input"}
HOSTILE = "<script>alert('x')</script> & \"quoted\""
LIGHT = 40 * 1024
"""The most bytes of a page, compressed."""
NESTED_IN = {"tr": {"thead", "tbody"}, "td": {"tr"}, "th": {"tr"}, "thead": {"table"}, "tbody": {"table"},
             "caption": {"table"}, "li": {"ul", "ol"}, "dt": {"dl"}, "dd": {"dl"}, "figcaption": {"figure"}}  # fmt: skip
BLOCKS = {"p", "ul", "ol", "dl", "table", "div", "section", "figure", "h1", "h2", "h3", "nav", "main", "footer"}


class Page(HTMLParser):
    """What a page holds: its tags in order, its links, the text of each table row; it must be sound HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.text = ""
        assert text.startswith("<!doctype html>\n<html lang=")
        self.feed(text)
        self.close()
        assert self.open == [], "tags are left open"
        ids = [attributes["id"] for _, attributes in self.attributes if "id" in attributes]
        assert len(ids) == len(set(ids)), "an id is used twice"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        if tag in NESTED_IN:
            assert self.open[-1] in NESTED_IN[tag], f"<{tag}> stands in <{self.open[-1]}>"
        if tag in BLOCKS:
            assert "p" not in self.open, f"<{tag}> stands in a paragraph"
        if self.open and self.open[-1] in ("ul", "dl", "table", "tr", "thead", "tbody"):
            assert tag in NESTED_IN, f"<{tag}> stands in <{self.open[-1]}>"
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert "svg" in self.open, f"<{tag}/> is no HTML"
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> does not close what is open"

    def handle_data(self, data: str) -> None:
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def links(self) -> list[str]:
        found = [attributes.get("href") or attributes.get("src") for _, attributes in self.attributes]
        return [link for link in found if link]

    def row(self, start: str) -> list[str]:
        return next(row for row in self.rows if row[0].startswith(start))

    def values(self, name: str) -> list[str]:
        return [value for _, attributes in self.attributes if (value := attributes.get(name))]


NOTICE = ("K2", "2026-09", "ALL", 21, 25, 0.84, "no", "shown", "certified")


@pytest.fixture(scope="module")
def pages(record_of_lines) -> dict[str, str]:
    return Site(record_of_lines()).pages()


@pytest.fixture(scope="module")
def page(record_of_lines) -> Callable[..., Page]:
    """One page of a record: `page("notice", lines=…)`."""

    def made(name: str = "index", **changes: object) -> Page:
        return Page(Site(record_of_lines(**changes)).pages()[f"site/en/{name}.html"])

    return made


@pytest.fixture(scope="module")
def row_of(page) -> Callable[..., list[str]]:
    """The row of the index for one line of K2."""
    return lambda *line: page(lines=[line]).row("People told")


def test_there_is_a_page_for_each_duty_and_table(pages):
    names = {PurePosixPath(path).relative_to("site/en").with_suffix("").as_posix() for path in pages}
    assert names == {
        "index", "definitions", "revisions", *(duty.code for duty in DUTIES), *(f"tables/{d.id}" for d in datasets())
    }  # fmt: skip


def test_every_page_is_sound_html_with_one_heading_and_scopes(pages):
    for path, text in pages.items():
        found = Page(text)
        assert ("html", {"lang": "en", "dir": "ltr"}) in found.attributes, path
        assert found.tags.count("h1") == found.tags.count("main") == found.tags.count("title") == 1, path
        assert found.tags.count("caption") == found.tags.count("table"), path
        assert all(a.get("scope") in ("row", "col") for tag, a in found.attributes if tag == "th"), path
        levels = [int(tag[1]) for tag in found.tags if re.fullmatch(r"h[1-6]", tag)]
        assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False)), path
        assert found.links()[0] == "#content"


def test_no_page_needs_a_script_or_another_host(pages):
    for path, text in pages.items():
        found = Page(text)
        scripts = [attributes for tag, attributes in found.attributes if tag == "script"]
        assert scripts == [{"type": "application/ld+json"}], path
        assert {"iframe", "object", "embed", "link", "img", "base"} & set(found.tags) == set(), path
        assert all(not re.match(r"[a-z]+:|//", link) for link in found.links()), path
        assert not re.search(r"\bon[a-z]+=|javascript:|@import|url\(", text), path


def test_every_relative_link_leads_to_a_page_or_a_file_of_the_release(pages):
    tables = {f"tables/{d.id}.{form}" for d in datasets() for form in ("csv", "parquet", "csv-metadata.json")}
    known = {*pages, *tables, "tables/indicators.csv", "tables/indicators.parquet", "notes.md", "revisions.csv",
             "manifest.json", "SHA256SUMS", "datapackage.json", "data.json", "croissant.json", "disclosure/audit.json",
             "definitions/dictionary.md", "packet.pdf", *(f"definitions/{d.id}.json" for d in datasets())}  # fmt: skip
    anchors = {path: set(Page(text).values("id")) for path, text in pages.items()}
    for path, text in pages.items():
        for link in Page(text).links():
            if link.startswith("/"):
                assert link.removesuffix("?lang=en") in TWINS.values()
                continue
            place, _, anchor = link.partition("#")
            target = path
            if place:
                parts: list[str] = list(PurePosixPath(path).parent.parts)
                for part in place.split("/"):
                    parts = parts[:-1] if part == ".." else [*parts, part]
                target = "/".join(parts)
            assert target in known, (path, link)
            assert not anchor or anchor in anchors[target], (path, link)


def test_every_page_is_light_however_long_its_table_grows(pages, record_of_lines):
    assert max(len(gzip.compress(text.encode(), 9)) for text in pages.values()) < LIGHT
    example = {**dataset("ice_requests").examples[0], "data_origin": "SAMPLE DATA"}
    many = [
        {**example, **dict.fromkeys((f"{c.name}_status" for c in dataset("ice_requests").columns), "shown"),
         "period": f"{2000 + n // 120}-{n // 10 % 12 + 1:02}", "requests_received": str(n * 7919 % 1000)}
        for n in range(3000)
    ]  # fmt: skip
    record = record_of_lines(tables={"ice_requests": many})
    grid = dataset_grid(record, "ice_requests", ENGLISH)
    assert len(grid.rows) * len(grid.heads) <= MOST_CELLS
    assert grid.rows[0][0] == max(row["period"] for row in many)
    text = Site(record).pages()["site/en/tables/ice_requests.html"]
    assert len(gzip.compress(text.encode(), 9)) < LIGHT
    assert f"the newest {len(grid.rows)} of 3,000 rows; the file has them all" in text


def test_a_page_and_its_twin_on_the_dashboard_have_the_same_name_and_question():
    for duty in DUTIES:
        assert (BY_CODE[duty.code].title, BY_CODE[duty.code].question) == (duty.title, duty.question)
    assert {"overview", "about", *(duty.code for duty in DUTIES)} <= BY_CODE.keys()
    assert (TWINS["index"], TWINS["definitions"], TWINS["notice"]) == ("/", "/about", "/notice")


K2_LAW = (
    "County code: K.C.C. ch. 2.15 (2.15.020) (to be confirmed against the code); "
    "Federal law or guidance: Form I-247A and ICE's guidance on it"
)


def test_a_share_is_a_sentence_with_numerator_denominator_target_and_basis(page):
    name, sentence, figure, target, verdict, period, agency, basis, where = page().row("People told")
    assert name == "People told of a hold request (SAMPLE DATA)"
    assert sentence == (
        "In September 2026, 21 of 25 (84%) people with a hold request were told of it. The law asks for all."
    )
    assert (figure, target, verdict) == ("21 of 25 (84%)", "all", "✘ Not met")
    assert (period, agency, basis, where) == ("September 2026", "all agencies together", K2_LAW, "Notice")


def test_the_page_of_a_duty_has_every_period_its_picture_and_its_meaning(page):
    found = page("notice")
    assert found.row("August 2026") == ["August 2026", "16 of 19", "", "✘ Not met"]
    assert found.row("September 2026") == ["September 2026", "21 of 25 (84%)", "20 of 24 (83%)", "✘ Not met"]
    pictures = [attributes for tag, attributes in found.attributes if tag == "svg"]
    assert [(p["role"], p["aria-label"]) for p in pictures] == [
        ("img", "Chart: People told of a hold request. In September 2026, 21 of 25 (84%) people with a hold request "
                "were told of it.")
    ]  # fmt: skip
    assert "Counted: sum of notified; out of: sum of notices_due." in " ".join(found.text.split())
    assert {"../../tables/notice_compliance.csv", "tables/notice_compliance.html"} <= set(found.links())


def test_zero_is_a_figure_that_meets_its_target(page):
    _, sentence, figure, target, verdict, *_ = page().row("Detainers honoured")
    assert sentence.startswith("In September 2026, 0 requests were complied with although no judge had signed")
    assert (figure, target, verdict) == ("0", "none", "✔ Met")


def test_the_first_sentence_counts_what_is_met(page):
    targets = sum(indicator.target is not None for each in datasets() for indicator in each.indicators)
    assert (
        f"1 of {targets} indicators met what is asked for in their newest period, 1 did not. For {targets - 2} there is "
        "no figure." in page().text
    )


@pytest.mark.parametrize(
    ("status", "sign", "words"),
    [("suppressed", "[c]", "hidden to protect people"), ("not_reported", "✕", "not reported"),
     ("not_applicable", "–", "nothing to measure")],
)  # fmt: skip
def test_an_absence_says_why_and_what_the_last_figure_was(status, sign, words, page):
    gap = [
        ("K2", "2026-08", "DAJD", 16, 19, 0.8421, "no", "shown", "certified"),
        ("K2", "2026-09", "DAJD", "", "", "", "", status, "missing"),
    ]
    _, sentence, figure, _, verdict, period, *_ = page(lines=gap).row("People told")
    assert sentence == f"September 2026: {words}. Last figure: 16 of 19, August 2026. The law asks for all."
    assert (figure, verdict, period) == (words, "– No data", "September 2026")
    duty = page("notice", lines=gap)
    assert duty.row("September 2026") == ["September 2026", sign, "– No data"]
    assert f"{sign} {words}" in duty.text


def test_a_first_absence_has_no_last_figure(row_of):
    gap = ("K2", "2026-Q3", "DAJD", "", "", "", "", "not_reported", "missing")
    assert row_of(*gap)[1] == "Quarter 3 of 2026: not reported. The law asks for all."


def test_an_indicator_that_nobody_reported_says_so(page):
    row = page(lines=()).row("People told")
    assert (row[2], row[4]) == ("not reported", "– No data")
    assert page("notice", lines=()).tags.count("svg") == 0


@pytest.mark.parametrize(("place", "value"), [(7, "roughly"), (6, "perhaps")])
def test_an_unknown_status_or_verdict_is_an_error(place, value, page):
    line = list(NOTICE)
    line[place] = value
    with pytest.raises(ValueError, match=value):
        page(lines=[tuple(line)])


@pytest.mark.parametrize(
    ("numerator", "denominator", "figure"),
    [(9, 19, "9 of 19"), (10, 20, "10 of 20 (50%)"), (999, 1000, "999 of 1,000 (over 99%)"),
     (1, 1000, "1 of 1,000 (under 1%)"), (1000, 1000, "1,000 of 1,000 (100%)"), (0, 1000, "0 of 1,000 (0%)")],
)  # fmt: skip
def test_a_percentage_needs_cases_and_is_never_rounded_to_all_or_none(numerator, denominator, figure, row_of):
    line = ("K2", "2026-09", "ALL", numerator, denominator, numerator / denominator, "no", "shown", "certified")
    assert row_of(*line)[2] == figure


@pytest.mark.parametrize(
    ("reporting", "sign", "words"),
    [("late", "◇", "Reported late."), ("preliminary", "○", "may change."), ("incomplete", "△", "has not reported.")],
)
def test_how_it_was_reported_is_said_where_it_matters(reporting, sign, words, page, row_of):
    line = ("K2", "2026-09", "ALL", 1, 2, 0.5, "", "shown", reporting)
    row = row_of(*line)
    assert words in row[1]
    assert row[4] == "– No target"
    assert page("notice", lines=[line]).row("September 2026")[1] == f"1 of 2 {sign}"


def test_sample_data_are_unmissable_and_real_data_are_not_called_so(pages, page, record_of_lines):
    for path, text in pages.items():
        found = Page(text)
        assert ("p", {"class": "sample", "role": "note"}) in found.attributes, path
        assert found.text.count("SAMPLE DATA") >= 2, path
    made = Site(record_of_lines(origin="real"))
    assert all(">SAMPLE DATA" not in text for path, text in made.pages().items() if "/tables/" not in path)
    assert "The record" in page(origin="real").text


def test_a_hidden_cell_of_a_table_is_a_sign_and_never_a_blank_or_zero(page):
    rows = [{"data_origin": "real", "period": "2026-Q3", "agency": "DAJD", "facility": "KCCF", "notices_due": "",
             "notices_due_status": "suppressed", "notified": "0", "notified_status": "shown"}]  # fmt: skip
    found = page("tables/notice_compliance_by_facility", tables={"notice_compliance_by_facility": rows})
    cells = found.row("2026-Q3")
    assert cells[2:5] == ["King County Correctional Facility, Seattle", "[c]", "0"]
    assert "[c] hidden to protect people." in found.text


def test_what_changed_is_printed_with_old_new_and_reason(page):
    change = {"dataset": "training", "key": "2024-12|DAJD|code_2_15", "column": "completed_cumulative", "old": "1536",
              "new": "1563", "class": "correction", "reason": HOSTILE, "date": "2025-01-14"}  # fmt: skip
    reason = Reason(kind="accepted", code="R28", dataset="federal_counts", period="2025-11", reason="It was read again.",
                    accepted_by="Records officer", on=date(2025, 12, 15))  # fmt: skip
    found = page("revisions", revisions=[change], reasons=(reason,))
    assert found.rows[1][1:6] == ["2024-12 | DAJD | code_2_15", "completed_cumulative", "1,536", "1,563", "correction"]
    assert found.rows[1][6] == HOSTILE
    assert "1 published figure differs from the release before." in found.text
    assert "It was read again. Records officer" in found.text
    assert "No published figure differs" in page("revisions").text


def test_hostile_text_stays_text_everywhere(record_of_lines):
    record = record_of_lines()
    definitions = [
        {**one, "title": HOSTILE, "counted": HOSTILE, "caveat": HOSTILE} for one in record.json("indicators")
    ]
    tables = {one.id: [{**one.examples[0], "data_origin": HOSTILE} | {
        c.name: HOSTILE for c in one.columns if not c.numeric and c.name != "period"}] for one in datasets()
        if one.examples}  # fmt: skip
    bad = record_of_lines(tables=tables, changed={"definitions/indicators.json": json.dumps(definitions)})
    for path, text in Site(bad).pages().items():
        assert [a for tag, a in Page(text).attributes if tag == "script"] == [{"type": "application/ld+json"}], path
        assert "<script>alert" not in text, path


def test_structured_data_are_json_of_schema_org(pages):
    for path, text in pages.items():
        found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
        data = json.loads(found[0])
        assert data["@context"] == "https://schema.org/"
        assert data["@type"] == {"index": "DataCatalog"}.get(
            PurePosixPath(path).stem, "Dataset" if "/tables/" in path else "WebPage"
        )
    table = json.loads(
        re.findall(r'ld\+json">(.*?)</script>', pages["site/en/tables/notice_compliance.html"], re.DOTALL)[0]
    )
    assert table["name"].startswith("SAMPLE DATA: ")
    assert table["distribution"][0]["contentUrl"] == "../../../tables/notice_compliance.csv"
    assert table["temporalCoverage"].count("/") == 1


def test_link_previews_have_a_picture_of_the_right_size_for_each_named_page(pages, record_of_lines):
    drawn = previews(Site(record_of_lines()))
    assert drawn == previews(Site(record_of_lines()))
    for path, picture in drawn.items():
        assert picture.startswith(b"\x89PNG")
        size = tuple(int.from_bytes(picture[place : place + 4], "big") for place in (16, 20))
        assert size == (1200, 630), path
    for path, text in pages.items():
        image = re.findall(r'property="og:image" content="([^"]+)"', text)[0]
        assert f"site/en/{image.removeprefix('../')}" in drawn, path


def test_the_same_record_gives_the_same_pages(pages, record_of_lines):
    assert Site(record_of_lines()).pages() == pages


def test_another_language_has_a_folder_and_a_direction_of_its_own(record_of_lines):
    class Backwards(gettext.NullTranslations):
        def gettext(self, message: str) -> str:
            return {"Definitions": "تعريفات", "{month} {year}": "{year} {month}"}.get(message, message)

    made = Site(record_of_lines(), Wording("ar", Backwards())).pages()
    assert all(path.startswith("site/ar/") for path in made)
    text = made["site/ar/notice.html"]
    assert '<html lang="ar" dir="rtl">' in text
    assert ">تعريفات<" in text
    assert "2026 September" in text


def test_formulas_in_words():
    assert formula(None, ENGLISH) == ""
    one = {"type": "SumOf", "terms": [["open", 1], ["valid", -1], ["twice", 2]],
           "where": [{"column": "kind", "op": "in", "values": ["a", "b"]}]}  # fmt: skip
    assert formula(one, ENGLISH) == "sum of open − valid + 2 × twice, where kind is one of a, b"
    assert formula({"type": "MaxOf", "column": "days"}, ENGLISH) == "the largest days"


def test_every_formula_of_a_declared_indicator_can_be_said(record_of_lines):
    for measure in record_of_lines().measures:
        assert formula(measure["numerator"], ENGLISH)


@pytest.mark.parametrize(
    ("period", "words"), [("2026-09", "September 2026"), ("2026-Q3", "quarter 3 of 2026"), ("2014", "2014")]
)
def test_periods_and_days_in_words(period, words):
    assert period_words(period) == words
    assert day_words(date(2026, 10, 2)) == "2 October 2026"


def test_further_pictures_have_their_sentence_and_table(record_of_lines):
    row = {**dataset("ice_requests").examples[0], "data_origin": "SAMPLE DATA", "period": "2026-09",
           **{f"{column.name}_status": "shown" for column in dataset("ice_requests").columns}}  # fmt: skip
    rows = [
        {**row, "instrument": "I-200", "requests_received": "1200"},
        {**row, "instrument": "none", "requests_received": "7"},
    ]
    old = {**row, "period": "2024-01", "instrument": "I-205", "requests_received": "5000"}
    periods = [{**row, "period": f"2025-{month:02}", "requests_received": "0"} for month in range(10, 13)]
    periods += [{**row, "period": f"2026-{month:02}", "requests_received": "0"} for month in range(1, 9)]
    made = {
        one.id: one
        for one in extras("requests", record_of_lines(tables={"ice_requests": [old, *periods, *rows]}), ENGLISH)
    }
    by_instrument = made["ice_requests-instrument"]
    assert by_instrument.grid.rows[0][1] == "1,200"
    assert by_instrument.said.startswith(
        "Requests by legal instrument, October 2025 to September 2026. Most often: Form I-200"
    )
    assert all("I-205" not in label for label, _ in by_instrument.grid.rows), "the last twelve months, and no more"


def test_a_sum_with_a_missing_part_is_missing(record_of_lines):
    row = {"data_origin": "real", "period": "2013", "ice_facility_name": "KING COUNTY ADULT JAIL",
           "declined_by_agency": "4", "declined_by_agency_status": "shown", "other_recorded_outcome": "6",
           "other_recorded_outcome_status": "shown"}  # fmt: skip
    other = {**row, "ice_facility_name": "REGIONAL JUSTICE CENTER", "declined_by_agency": "",
             "declined_by_agency_status": "not_reported"}  # fmt: skip
    elsewhere = {**row, "ice_facility_name": "ELSEWHERE", "other_recorded_outcome": "900"}
    record = record_of_lines(tables={"federal_detainers_declined": [row, other, elsewhere]})
    made = {one.id: one for one in extras("federal", record, ENGLISH)}
    assert made["federal_detainers_declined"].grid.rows == (("2013", "✕", "12"),)


def test_a_page_without_its_tables_still_stands(record_of_lines):
    record = record_of_lines()
    bare = replace(record, origins={"training": "real"})
    text = Site(bare).pages()["site/en/requests.html"]
    assert "Its table is not in this release." in text
    assert extras("requests", bare, ENGLISH) == []


def _months_of_requests(*values: int) -> list[dict[str, str]]:
    example = {**dataset("ice_requests").examples[0], "data_origin": "SAMPLE DATA"}
    shown = dict.fromkeys((f"{c.name}_status" for c in dataset("ice_requests").columns), "shown")
    return [
        {**example, **shown, "period": f"{2025 + n // 12}-{n % 12 + 1:02}", "requests_received": str(value)}
        for n, value in enumerate(values)
    ]  # fmt: skip


def _by_month(record):
    return next(one for one in extras("requests", record, ENGLISH) if one.id == "ice_requests-requests_received")


def test_a_monthly_count_is_drawn_with_its_usual_range_as_on_the_dashboard(record_of_lines):
    """Mean 22, moving range 4: 22 ± 2.66 × 4 = 11.4 to 32.6; the thirteenth month does not move its own limits."""
    rows = _months_of_requests(*[20, 24] * 6, 90)
    made = _by_month(record_of_lines(tables={"ice_requests": rows}))
    (band,) = [rect for rect in made.scene.rects if rect.fill == AXIS]
    (centre,) = [
        rule for rule in made.scene.rules if rule.stroke == AXIS and rule.y == rule.y2 and band.y2 > rule.y > band.y
    ]
    assert (centre.y - band.y) == pytest.approx(band.y2 - centre.y)
    assert "the mean of January 2025 to December 2025" in made.note
    assert made.said == "In January 2026, Requests received: 90."
    assert made.grid.rows[0] == ("January 2026", "90")


def test_a_month_without_a_report_or_a_short_series_has_no_total_and_no_usual_range(record_of_lines):
    missing = {"dataset": "ice_requests", "period": "2025-03", "agency": "KCSO", "status": "missing"}
    rows = _months_of_requests(*[20, 24] * 6)
    made = _by_month(record_of_lines(tables={"ice_requests": rows, "submission_ledger": [missing]}))
    assert made.note == ""
    assert not [rect for rect in made.scene.rects if rect.fill == AXIS]
    assert ("March 2025", SIGNS[Mark.MISSING]) in made.grid.rows
