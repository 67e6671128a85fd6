"""The static edition in every language: own words, numbers and days; the same figures; English told as English."""

import gzip
import html
import json
import re
from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from etl.edition.charts import picture
from etl.edition.extras import extras
from etl.edition.grids import MOST_CELLS, MOST_TRANSLATED, dataset_grid
from etl.edition.pages import Site, sites
from schemas.drawing.axis import folded
from schemas.drawing.svg import _marks, _specification, svg
from schemas.foreign import CLOSE, OPEN, English, told
from schemas.jurisdiction import jurisdiction
from schemas.languages import LANGUAGES, UNCERTIFIED, LocalWording, offered, wording
from schemas.registry import dataset
from schemas.wording import ENGLISH, Wording
from tests.etl.edition.test_pages import LIGHT, Page

CODES = [one.code for one in offered()]
OTHERS = [code for code in CODES if code != "en"]
MONTHS = (
    ("K2", "2026-08", "ALL", 1600, 1900, 0.8421, "no", "shown", "certified"),
    ("K2", "2026-09", "ALL", 2100, 2500, 0.84, "no", "shown", "late"),
    ("K2", "2026-09", "DAJD", "", "", "", "", "suppressed", "certified"),
)  # fmt: skip
SAID = {
    "es": ("septiembre de 2026", "2,100 de 2,500", "84"), "zh-Hant": ("2026年9月", "2,500 中的 2,100", "84%"),
    "vi": ("tháng 9 năm 2026", "2.100 trên 2.500", "84%"), "so": ("Sebtembar 2026", "2,100 ka mid ah 2,500", "84%"),
    "ru": ("Сентябрь 2026", "2 100 из 2 500", "84 %"), "ko": ("2026년 9월", "2,500 중 2,100", "84%"),
}  # fmt: skip
"""The month, the counts and the share of the newest line, as each language writes them."""


@pytest.fixture(scope="module")
def edition(record_of_lines) -> dict[str, str]:
    """Every page of one release in every language."""
    record = record_of_lines(MONTHS, origin="sample")
    return {path: text for site in sites(record) for path, text in site.pages().items()}


@pytest.fixture(scope="module")
def read(edition) -> dict[str, Page]:
    return {path: Page(text) for path, text in edition.items()}


def of(code: str, pages: dict[str, Page]) -> dict[str, Page]:
    """The pages of a language by their name."""
    return {p.removeprefix(f"site/{code}/"): page for p, page in pages.items() if p.startswith(f"site/{code}/")}


@pytest.mark.parametrize("code", OTHERS)
def test_every_page_exists_in_every_language_and_says_which_it_is(code, read):
    english, own = of("en", read), of(code, read)
    assert own.keys() == english.keys()
    for name, page in own.items():
        assert ("html", {"lang": code, "dir": "ltr"}) in page.attributes, name
        shape = [tag for tag in english[name].tags if tag in ("h2", "h3", "table", "figure", "svg", "section")]
        assert [tag for tag in page.tags if tag in ("h2", "h3", "table", "figure", "svg", "section")] == shape, name


@pytest.mark.parametrize("code", CODES)
def test_each_page_leads_to_itself_in_every_language(code, read):
    for name, page in of(code, read).items():
        here = PurePosixPath(f"site/{code}/{name}").parent.parts
        heads = [a for tag, a in page.attributes if tag == "link" and a.get("rel") == "alternate"]
        switch = [a for tag, a in page.attributes if tag == "a" and a.get("hreflang") == a.get("lang") != None]  # noqa: E711
        assert [a["hreflang"] for a in heads] == [*CODES, "x-default"]
        assert [a["hreflang"] for a in switch] == CODES
        assert [a["hreflang"] for a in switch if "aria-current" in a] == [code]
        for link in (*heads, *switch):
            target = list(here)
            for part in str(link["href"]).split("/"):
                target = target[:-1] if part == ".." else [*target, part]
            where = CODES[0] if link["hreflang"] == "x-default" else link["hreflang"]
            assert "/".join(target) == f"site/{where}/{name}"
            assert "/".join(target) in read


@pytest.mark.parametrize("code", OTHERS)
def test_a_note_says_that_nobody_has_certified_the_words(code, edition, read):
    note = wording(code)(UNCERTIFIED)
    assert note != UNCERTIFIED
    assert all(note in page.text for page in of(code, read).values())
    assert all(UNCERTIFIED not in page.text for page in of("en", read).values())


def test_a_certified_catalogue_has_no_note(record_of_lines):
    certified = replace(wording("es"), certified=True)
    assert isinstance(certified, LocalWording)
    assert wording("es")(UNCERTIFIED) not in Site(record_of_lines(), certified).pages()["site/es/notice.html"]


@pytest.mark.parametrize("code", OTHERS)
def test_numbers_shares_and_months_are_written_as_the_language_does(code, read):
    text = of(code, read)["notice.html"].text.replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ")
    month, counts, share = SAID[code]
    assert month in text or month.lower() in text
    assert f"{counts} (" in text
    assert re.search(rf"\({re.escape(share)}\s?%?\)", text)


@pytest.mark.parametrize("code", OTHERS)
def test_figures_are_the_same_in_every_language(code, read):
    def figures(page: Page) -> list[list[list[int]]]:
        cells = [[re.sub(r"(?<=\d)[\s.,](?=\d{3})", "", cell) for cell in row[1:3]] for row in page.rows]
        return [[sorted(map(int, re.findall(r"\d+", cell))) for cell in row] for row in cells]

    own, english = of(code, read), of("en", read)
    for name in ("notice.html", "requests.html", "tables/notice_compliance.html", "tables/ice_requests.html"):
        assert figures(own[name]) == figures(english[name]), name
    assert [84, 2100, 2500] in [cell for row in figures(english["notice.html"]) for cell in row]


@pytest.mark.parametrize("code", OTHERS)
def test_words_of_the_interface_and_of_the_data_are_translated(code, edition, read):
    """On the pages for readers nothing but names, codes and citations is in English, and that is told."""
    cited = {part for law in jurisdiction().law.values() for part in law.published_citation.split("; ")}
    index = of(code, read)["index.html"]
    assert index.row(wording(code)("People told of a hold request"))[3] == wording(code)("all")
    for name in ("index.html", "notice.html", "revisions.html", "definitions.html", "tables/training.html"):
        spans = re.findall(r'<span lang="en">(.*?)</span>', edition[f"site/{code}/{name}"])
        assert {part for span in spans for part in html.unescape(span).split("; ")} <= cited, name
    table = html.unescape(edition[f"site/{code}/tables/training.html"])
    meant = next(c.description for c in dataset("training").columns if c.name == "overdue")
    assert meant not in table
    assert f"<td>{wording(code)(meant)}</td>" in table
    assert '<cite><span lang="en">' in table
    assert f'<th scope="row">{wording(code)("Overdue")}</th>' in table


def test_every_page_in_every_language_is_light(edition):
    assert max(len(gzip.compress(text.encode(), 9)) for text in edition.values()) < LIGHT


def test_pages_in_other_languages_print_fewer_rows_and_say_where_the_others_are(record_of_lines):
    example = {**dataset("training").examples[0], "data_origin": "real"}
    many = [{**example, "period": f"{1900 + n // 12}-{n % 12 + 1:02}"} for n in range(600)]
    record = record_of_lines(tables={"training": many})
    grids = {code: dataset_grid(record, "training", wording(code)) for code in ("en", "ko")}
    assert len(grids["en"].rows) > len(grids["ko"].rows)
    assert len(grids["en"].rows) * len(grids["en"].heads) <= MOST_CELLS
    assert len(grids["ko"].rows) * len(grids["ko"].heads) <= MOST_TRANSLATED
    text = Site(record, wording("ko"), CODES).pages()["site/ko/tables/training.html"]
    more = wording("ko")("The page in English prints more of them.")
    assert f'href="../../../site/en/tables/training.html" hreflang="en">{more}' in text


def test_what_is_missing_is_in_english_and_told_as_english(record_of_lines):
    """A language whose catalogue is empty: every text is a missing one, wherever it stands."""
    empty = Wording("eo", English())
    for path, text in Site(record_of_lines(), empty).pages().items():
        page = Page(text)
        assert ("html", {"lang": "eo", "dir": "ltr"}) in page.attributes
        assert ("span", {"lang": "en"}) in page.attributes, path
        assert not {OPEN, CLOSE} & set(text), path
        assert "\\ue000" not in text
        assert json.loads(re.findall(r"ld\+json\">(.*?)</script>", text, re.DOTALL)[0])["inLanguage"] == "eo"
        assert all("<span" not in (value or "") for _, each in page.attributes for value in each.values())
        assert not any("<span" in part for part in re.findall(r"<title>.*?</title>|<svg.*?</svg>", text, re.DOTALL))


@pytest.mark.parametrize(
    ("marked", "page"),
    [
        (f"<p>{OPEN}a {OPEN}b{CLOSE}{CLOSE} c</p>", '<p><span lang="en">a b</span> c</p>'),
        (f"<p>{CLOSE}a{OPEN}b</p>", '<p>a<span lang="en">b</span></p>'),
        (f'<a title="{OPEN}a{CLOSE}">{OPEN}b{CLOSE}</a>', '<a title="a"><span lang="en">b</span></a>'),
        (f"<p>{CLOSE}</p>", "<p></p>"),
    ],
    ids=["nested", "unbalanced", "attribute", "closed only"],
)
def test_marks_become_balanced_spans_whatever_the_data_hold(marked, page):
    assert told(marked) == page


def test_free_text_of_the_data_is_told_as_english(record_of_lines):
    column = next(c for c in dataset("audit_recommendations").columns if c.name == "short_text")
    row = {**dataset("audit_recommendations").examples[0], "data_origin": "real", column.name: "Train <all> staff"}
    text = Site(record_of_lines(tables={"audit_recommendations": [row]}), wording("ru"), CODES).pages()
    assert '<span lang="en">Train &lt;all&gt; staff</span>' in text["site/ru/tables/audit_recommendations.html"]


def test_a_language_from_right_to_left_turns_the_page_and_not_the_pictures(record_of_lines):
    """No such language is offered yet: this is a made-up one, to keep the frame ready."""
    assert "ar" not in LANGUAGES
    pages = Site(record_of_lines(MONTHS), Wording("ar", English())).pages()
    for path, text in pages.items():
        assert '<html lang="ar" dir="rtl">' in text, path
        style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)[0]
        assert re.findall(r"(?<![\w-])(?:margin-|padding-|border-|text-align: )?(?:left|right)\b", style) == [], path
    assert "figure.chart svg { direction: ltr;" in pages["site/ar/notice.html"]


# --- pictures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_texts_of_a_picture_are_written_as_the_converter_writes_them(code, record_of_lines):
    record, _ = record_of_lines(MONTHS).in_words(wording(code)), wording(code)
    scenes = [picture(one, record, _) for one in record.measures if one["id"] == "K2"]
    scenes += [extra.scene for extra in extras("requests", record, _)]
    assert len(scenes) > 1
    for scene in scenes:
        assert scene is not None
        drawn = _marks(scene, _specification())
        assert svg(scene).partition(">")[2] == drawn.partition(">")[2]


def test_the_same_picture_in_another_language_is_drawn_once(record_of_lines):
    record = record_of_lines(MONTHS)
    measure = next(one for one in record.measures if one["id"] == "K2")
    first = svg(picture(measure, record, ENGLISH))
    before = _marks.cache_info().misses
    spanish = record.in_words(wording("es"))
    second = svg(picture(next(one for one in spanish.measures if one["id"] == "K2"), spanish, wording("es")))
    assert _marks.cache_info().misses == before
    assert first != second


def test_chinese_is_folded_by_width_and_never_before_the_sign_that_ends_a_phrase():
    words = "拘留請求的人獲告知該請求，並獲得副本。"
    lines = folded(words, 12)
    assert "".join(lines) == words
    assert all(len(line) * 2 <= 14 and line[0] not in "，。" for line in lines)
    assert folded("구금 요청을 통지받은 사람", 12) == ["구금 요청을", "통지받은", "사람"]
    assert folded("people told of it", 11) == ["people told", "of it"]
