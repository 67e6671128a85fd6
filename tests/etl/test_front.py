"""A catalogue's first page is a function of its releases: feed, landing page and DCAT text."""

import json
import xml.etree.ElementTree as ET
from datetime import date
from html.parser import HTMLParser
from typing import Literal

import pytest

from etl.describe import EMPTY_CATALOG
from etl.front import ATOM, POLICY, citation, front_files
from schemas.jurisdiction import jurisdiction
from schemas.release import FRONT_FILES, CatalogueEntry, DatasetEntry, FileEntry, Manifest

COUNTY = jurisdiction()
HOSTILE = "</script><script>alert('x')</script> & <b>\"bold\"</b>\x0b"
PATHS = (
    "tables/training.csv", "tables/training.parquet", "tables/audit_baseline.csv", "tables/indicators.csv",
    "definitions/law.json", "definitions/dictionary.md", "site/en/index.html", "notes.md", "datapackage.json",
)  # fmt: skip
NS = {"a": ATOM}


Origin = Literal["real", "sample"]


def manifest(*, title: str = "The record", origin: Origin = "sample", data_to: str = "2026-09") -> Manifest:
    files = tuple(FileEntry(path=path, sha256="ab" * 32, bytes=1, in_digest=True) for path in PATHS)
    tables = (
        DatasetEntry(id="training", title="Training", origin=origin, rows=1234),
        DatasetEntry(id="audit_baseline", title="The audit of 2019", origin="real", rows=20),
    )
    return Manifest(
        id="2026-10-20_0123456789ab", digest="0123456789ab" + "0" * 52, created_on=date(2026, 10, 20),
        jurisdiction=COUNTY.id, title=title, publisher=COUNTY.publisher, licence=COUNTY.data_licence, data_to=data_to,
        datasets=tables, previous=None, reasons=(), files=files,
    )  # fmt: skip


def entry(day: int, reason: str = "", data_to: str = "2026-09") -> CatalogueEntry:
    return CatalogueEntry(
        id=f"2026-10-{day}_0123456789ab", digest="ab" * 32, created_on=date(2026, 10, day), data_to=data_to,
        state="withdrawn" if reason else "published", reason=reason,
    )  # fmt: skip


ENTRIES = (entry(20), entry(15, "A table held a wrong month."), entry(10, data_to=""))


def front(
    *, newest: Manifest | None = None, entries: tuple[CatalogueEntry, ...] = ENTRIES, data: str = "{}"
) -> dict[str, str]:
    return front_files(entries, newest or manifest(), COUNTY, data)


class Page(HTMLParser):
    """The tags, links, texts and JSON-LD of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.links: dict[str, str] = {}
        self.text = ""
        self.structured = ""
        self._inside: list[str] = []
        self._href = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))
        self._inside.append(tag)
        self._href = dict(attrs).get("href") or ""
        if self._href:
            self.links[self._href] = ""

    def handle_endtag(self, tag: str) -> None:
        while self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._inside and self._inside[-1] == "script":
            self.structured += data
        else:
            self.text += data
        if self._href and self._inside and self._inside[-1] == "a":
            self.links[self._href] += data

    def count(self, tag: str) -> int:
        return sum(each == tag for each, _ in self.attributes)


def landing(newest: Manifest | None = None) -> Page:
    return Page(front(newest=newest)["index.html"])


def test_the_files_are_those_the_catalogue_lists() -> None:
    files = front(data='{"dataset": []}')
    assert tuple(sorted(files)) == tuple(sorted((*FRONT_FILES, POLICY)))
    assert files["data.json"] == '{"dataset": []}'
    assert files == front(data='{"dataset": []}')


def test_the_feed_has_one_entry_for_each_release_with_a_tag_and_a_day() -> None:
    feed = ET.fromstring(front()["feed.atom"])
    assert feed.tag == f"{{{ATOM}}}feed"
    assert feed.findtext("a:id", namespaces=NS) == "tag:daylight,2026:king_county"
    assert feed.findtext("a:updated", namespaces=NS) == "2026-10-20T00:00:00Z"
    assert feed.findtext("a:author/a:name", namespaces=NS) == COUNTY.publisher
    entries = feed.findall("a:entry", NS)
    assert [each.findtext("a:id", namespaces=NS) for each in entries] == [
        f"tag:daylight,2026-10-{day}:2026-10-{day}_0123456789ab" for day in (20, 15, 10)
    ]
    assert [each.findtext("a:updated", namespaces=NS) for each in entries] == [
        f"2026-10-{day}T00:00:00Z" for day in (20, 15, 10)
    ]
    for each in entries:
        assert each.findtext("a:title", namespaces=NS)
        assert each.find("a:link", NS) is not None


def test_the_feed_tells_a_withdrawn_release_and_why_and_links_none_of_its_files() -> None:
    gone = ET.fromstring(front()["feed.atom"]).findall("a:entry", NS)[1]
    assert gone.findtext("a:title", namespaces=NS) == "Withdrawn: release 2026-10-15_0123456789ab"
    assert "A table held a wrong month." in (gone.findtext("a:summary", namespaces=NS) or "")
    assert [link.get("href") for link in gone.findall("a:link", NS)] == ["index.html"]


def test_the_feed_survives_hostile_text() -> None:
    files = front(newest=manifest(title=HOSTILE, origin="real"), entries=(entry(20, HOSTILE),))
    feed = ET.fromstring(files["feed.atom"])
    assert feed.findtext("a:title", namespaces=NS) == HOSTILE.replace("\x0b", "")
    assert (feed.findtext("a:entry/a:summary", namespaces=NS) or "").endswith("</b>")


def test_every_link_of_the_feed_and_the_page_is_relative() -> None:
    feed = ET.fromstring(front()["feed.atom"])
    links = [link.get("href") or "" for link in feed.iter(f"{{{ATOM}}}link")] + list(landing().links)
    assert len(links) > 15
    for link in links:
        assert not link.startswith("/"), link
        assert ":" not in link, link


def test_tables_have_stable_addresses_in_each_form_the_release_holds() -> None:
    links = landing().links
    assert links["latest/tables/training.csv"] == "training.csv"
    assert links["latest/tables/training.parquet"] == "training.parquet"
    assert "latest/tables/audit_baseline.csv" in links
    assert "latest/tables/audit_baseline.parquet" not in links, "links a file that is not there"
    assert {"latest/tables/indicators.csv", "latest/definitions/dictionary.md", "latest/site/en/index.html"} <= set(
        links
    )
    assert {"latest/manifest.json", "latest/SHA256SUMS", "catalogue.json", "feed.atom", "data.json"} <= set(links)


def test_releases_are_listed_with_tombstones() -> None:
    page = landing()
    assert "releases/2026-10-20_0123456789ab/site/en/index.html" in page.links
    assert not [link for link in page.links if "2026-10-15" in link]
    assert "2026-10-15_0123456789ab" in page.text
    assert "withdrawn: A table held a wrong month." in page.text


def test_the_page_says_how_to_verify_and_how_to_cite() -> None:
    text = landing().text
    assert "daylight verify" in text
    assert citation(manifest()) in text


def test_a_citation_has_publisher_year_title_release_and_day() -> None:
    until = f"Release 2026-10-20_0123456789ab, 20 October 2026. {COUNTY.data_licence}."
    assert citation(manifest(origin="real")) == f"{COUNTY.publisher} (2026). The record. {until}"
    assert ". SAMPLE DATA: The record. " in citation(manifest())


def test_sample_data_are_unmissable_and_real_data_are_not_called_so() -> None:
    sample, real = front(), front(newest=manifest(origin="real"))
    page = Page(sample["index.html"])
    assert ("p", {"class": "sample", "role": "note"}) in page.attributes
    assert page.text.count("SAMPLE DATA") >= 5, "title, heading, notice, table and footer"
    assert "SAMPLE DATA" in sample["feed.atom"]
    assert "SAMPLE DATA" not in real["index.html"] + real["feed.atom"]


def test_the_page_is_built_for_screen_readers() -> None:
    page = landing()
    assert ("html", {"lang": "en", "dir": "ltr"}) in page.attributes
    assert page.count("h1") == page.count("main") == page.count("title") == 1
    assert page.count("caption") == page.count("table")
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in page.attributes if tag == "th")


def test_the_only_script_is_structured_data_about_the_release() -> None:
    page = landing()
    assert [a for tag, a in page.attributes if tag == "script"] == [{"type": "application/ld+json"}]
    found = json.loads(page.structured)
    assert (found["@type"], found["version"]) == ("Dataset", manifest().id)
    assert 50 <= len(found["description"]) <= 5000, "what dataset search takes"
    assert [each["contentUrl"] for each in found["distribution"]] == [
        "latest/tables/training.csv", "latest/tables/audit_baseline.csv",
    ]  # fmt: skip
    assert found["name"].startswith("SAMPLE DATA")


def test_hostile_text_stays_text_on_the_page_and_in_its_structured_data() -> None:
    text = front(newest=manifest(title=HOSTILE, origin="real"), entries=(entry(20, HOSTILE),))["index.html"]
    page = Page(text)
    assert page.count("script") == 1
    assert page.count("b") == 0
    assert HOSTILE in page.text
    assert json.loads(page.structured)["name"] == HOSTILE


@pytest.mark.parametrize("data_to", ["", "2026-Q3"])
def test_a_release_without_months_has_a_page(data_to: str) -> None:
    text = landing(manifest(data_to=data_to)).text
    assert ("data to quarter 3 of 2026" in text) is bool(data_to)


def test_a_catalogue_whose_releases_are_all_withdrawn_says_so() -> None:
    files = front_files((entry(20, "A mistake."),), None, COUNTY, EMPTY_CATALOG)
    page = Page(files["index.html"])
    assert "No release is public at this time." in page.text
    assert not [link for link in page.links if link.startswith(("latest", "releases"))]
    assert page.count("script") == 0
    assert json.loads(files["data.json"])["dataset"] == []
