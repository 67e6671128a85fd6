"""The static edition: every indicator in words, nothing that needs a script, and no text that can become markup."""

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest

from etl.describe import ReleaseFacts, TableFacts
from etl.static import day_words, period_words, site_page
from schemas.declare import Origin
from schemas.dictionary import indicator_definition
from schemas.jurisdiction import jurisdiction
from schemas.registry import dataset, datasets

LAWS = jurisdiction().law
DEFINITIONS = [indicator_definition(each, owner) for owner in datasets() for each in owner.indicators]
COLUMNS = ("indicator", "period", "agency", "numerator", "denominator", "value", "met", "status", "reporting")
BY_FACILITY = dataset("notice_compliance_by_facility").title
VOID = {"meta", "link", "br", "img", "hr", "input"}
HOSTILE = "<script>alert('x')</script> & \"quoted\""


class Page(HTMLParser):
    """What a page holds: its tags in order, its links, the text of each table row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == [], "tags are left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

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


def lines(*records: tuple[Any, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(records, columns=list(COLUMNS))
    for name in ("numerator", "denominator", "value"):
        frame[name] = frame[name].astype("Float64")
    return frame


def facts(origin: Origin = Origin.SAMPLE) -> ReleaseFacts:
    tables = tuple(
        TableFacts(dataset=each, origin=origin, rows=1234, csv_sha256="ab" * 32, csv_bytes=99,
                   first_period="2024-10", last_period="2026-09")
        for each in datasets()
    )  # fmt: skip
    return ReleaseFacts(
        title="The record", created_on=date(2026, 10, 20), county=jurisdiction(), data_to="2026-09", tables=tables
    )


NOTICE = lines(
    ("K2", "2026-08", "ALL", 16, 19, 0.8421, "no", "shown", "certified"),
    ("K2", "2026-09", "ALL", 21, 25, 0.84, "no", "shown", "certified"),
    ("K2", "2026-09", "DAJD", 20, 24, 0.8333, "no", "shown", "certified"),
    ("K1", "2026-09", "DAJD", 0, None, 0, "yes", "shown", "certified"),
)


def page(indicators: pd.DataFrame = NOTICE, of: ReleaseFacts | None = None) -> Page:
    return Page(site_page(of or facts(), indicators, DEFINITIONS, LAWS))


def test_a_share_is_a_sentence_with_numerator_denominator_target_and_citation() -> None:
    name, sentence, figure, target, verdict, period, agency, asked_by, data = page().row("People told")
    assert name == "People told of a hold request (SAMPLE DATA)"
    assert sentence == "In September 2026, 21 of 25 (84%) people with a hold request were told of it."
    assert (figure, target, verdict) == ("21 of 25 (84%)", "all", "✘ Not met")
    assert (period, agency) == ("2026-09", "all agencies")
    assert asked_by == "; ".join(LAWS[key].published_citation for key in ("notice", "detainer_service"))
    assert data == "notice_compliance.csv"


def test_zero_is_a_figure_that_meets_its_target() -> None:
    _, sentence, figure, target, verdict, *_ = page().row("Detainers honoured")
    assert sentence == "In September 2026, 0 requests were complied with although no judge had signed a warrant."
    assert (figure, target, verdict) == ("0", "none", "✔ Met")


def test_every_indicator_has_a_row_in_the_order_of_its_number() -> None:
    titles = [row[0].removesuffix(" (SAMPLE DATA)") for row in page().rows]
    ordered = sorted(DEFINITIONS, key=lambda d: int("".join(filter(str.isdigit, d["id"]))))
    assert [title for title in titles if title in {d["title"] for d in DEFINITIONS}] == [d["title"] for d in ordered]


def test_an_indicator_that_nobody_reported_says_so() -> None:
    for row in page(NOTICE.iloc[:0]).rows[1 : len(DEFINITIONS) + 1]:
        assert (row[2], row[4]) == ("not reported", "– No data")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("suppressed", "hidden to protect people"),
        ("not_reported", "not reported"),
        ("not_applicable", "nothing to measure"),
    ],
)
def test_an_absence_says_why_and_what_the_last_figure_was(status: str, words: str) -> None:
    gap = lines(
        ("K2", "2026-08", "DAJD", 16, 19, 0.8421, "no", "shown", "certified"),
        ("K2", "2026-09", "DAJD", None, None, None, "", status, "missing"),
    )
    _, sentence, figure, _, verdict, period, agency, *_ = page(gap).row("People told")
    assert sentence == f"September 2026: {words}. Last figure: 16 of 19, August 2026."
    assert (figure, verdict, period, agency) == (words, "– No data", "2026-09", "DAJD")


def test_a_first_absence_has_no_last_figure() -> None:
    gap = lines(("K2", "2026-Q3", "DAJD", None, None, None, "", "not_reported", "missing"))
    assert page(gap).row("People told")[1] == "Quarter 3 of 2026: not reported."


def test_an_unknown_status_is_an_error() -> None:
    odd = lines(("K2", "2026-09", "ALL", 1, 2, 0.5, "no", "roughly", "certified"))
    with pytest.raises(ValueError, match="roughly"):
        page(odd)


def test_an_unknown_verdict_is_an_error() -> None:
    odd = lines(("K2", "2026-09", "ALL", 1, 2, 0.5, "perhaps", "shown", "certified"))
    with pytest.raises(KeyError, match="perhaps"):
        page(odd)


@pytest.mark.parametrize(
    ("numerator", "denominator", "figure"),
    [
        (9, 19, "9 of 19"),
        (10, 20, "10 of 20 (50%)"),
        (999, 1000, "999 of 1,000 (over 99%)"),
        (1, 1000, "1 of 1,000 (under 1%)"),
        (1000, 1000, "1,000 of 1,000 (100%)"),
        (0, 1000, "0 of 1,000 (0%)"),
    ],
)
def test_a_percentage_needs_cases_and_is_never_rounded_to_all_or_none(
    numerator: int, denominator: int, figure: str
) -> None:
    one = lines(("K2", "2026-09", "ALL", numerator, denominator, numerator / denominator, "no", "shown", "certified"))
    assert page(one).row("People told")[2] == figure


@pytest.mark.parametrize(
    ("reporting", "words"),
    [("late", "Reported late."), ("preliminary", "may change."), ("incomplete", "has not reported.")],
)
def test_how_it_was_reported_is_said_where_it_matters(reporting: str, words: str) -> None:
    one = lines(("K2", "2026-09", "ALL", 1, 2, 0.5, "", "shown", reporting))
    row = page(one).row("People told")
    assert row[1].endswith(words)
    assert row[4] == "– No target"


def test_sample_data_are_unmissable_and_real_data_are_not_called_so() -> None:
    sample, real = page(), page(of=facts(Origin.REAL))
    assert sample.text.count("SAMPLE DATA") > len(DEFINITIONS) + len(datasets())
    assert ("p", {"class": "sample", "role": "note"}) in sample.attributes
    assert "SAMPLE DATA" not in real.text
    assert real.row(BY_FACILITY)[2] == "real record"


def test_a_table_row_links_its_file_and_its_definition() -> None:
    found = page()
    assert {"../../tables/training.csv", "../../definitions/training.json", "../../tables/indicators.csv"} <= set(
        found.links()
    )
    assert found.row(BY_FACILITY)[3:5] == ["2024-10 to 2026-09", "1,234"]


def test_links_are_relative_and_the_page_needs_no_script() -> None:
    found = page()
    assert "script" not in found.tags
    assert "img" not in found.tags
    assert all(link.startswith(("../../", "#")) for link in found.links())


def test_the_page_is_built_for_screen_readers_and_text_browsers() -> None:
    found = page()
    assert ("html", {"lang": "en"}) in found.attributes
    assert found.tags.count("h1") == 1
    assert found.tags.count("caption") == found.tags.count("table") == 2
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in found.attributes if tag == "th")


def test_an_indicator_of_a_table_outside_the_release_links_nothing() -> None:
    real = facts(Origin.REAL)
    without = replace(real, tables=tuple(t for t in real.tables if t.dataset.id != "notice_compliance"))
    row = page(of=without).row("People told")
    assert row[-1] == "not in this release"
    assert "SAMPLE" not in row[0]


def test_hostile_text_stays_text() -> None:
    definition = {**next(d for d in DEFINITIONS if d["id"] == "K2"), "title": HOSTILE, "counted": HOSTILE}
    bad = replace(facts(), title=HOSTILE, county=replace(jurisdiction(), publisher=HOSTILE))
    found = Page(site_page(bad, NOTICE, [definition], LAWS))
    assert "script" not in found.tags
    assert HOSTILE in found.text
    assert found.row(HOSTILE)[1].endswith(f"{HOSTILE}.")


def test_the_same_facts_give_the_same_page() -> None:
    assert site_page(facts(), NOTICE, DEFINITIONS, LAWS) == site_page(
        facts(), NOTICE, list(reversed(DEFINITIONS)), LAWS
    )


@pytest.mark.parametrize(
    ("period", "words"), [("2026-09", "September 2026"), ("2026-Q3", "quarter 3 of 2026"), ("2014", "2014")]
)
def test_periods_and_days_in_words(period: str, words: str) -> None:
    assert period_words(period) == words
    assert day_words(date(2026, 10, 2)) == "2 October 2026"


def test_a_release_without_months_and_a_table_without_periods_still_have_a_page() -> None:
    real = facts(Origin.REAL)
    bare = replace(real, data_to="", tables=tuple(replace(t, first_period="", last_period="") for t in real.tables))
    found = page(of=bare)
    assert "Data to" not in found.text
    assert found.row(BY_FACILITY)[3] == "–"
