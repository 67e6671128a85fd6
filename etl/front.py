"""The first page of a catalogue as a function of its releases: `data.json`, `feed.atom` and `index.html`.

Links are relative, so that a catalogue can be served from any place or read from a disk. Sources: Atom (RFC 4287), tag
URIs (RFC 4151), schema.org Dataset as Google's dataset search reads it.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from etl.describe import INDICATOR_TITLE, INDICATORS, marked
from etl.static import day_words, period_words, render
from schemas.jurisdiction import Jurisdiction
from schemas.release import MANIFEST, PACKET, SUMS, CatalogueEntry, DatasetEntry, Manifest

ATOM = "http://www.w3.org/2005/Atom"
_LATEST = "latest/"
_STATIC = "site/en/index.html"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PAGES = {
    _STATIC: "Read it: every indicator, chart and table on plain pages",
    PACKET: "The council's packet: one page for each duty, to print (PDF)",
    "notes.md": "What changed",
    "revisions.csv": "Every changed cell",
    MANIFEST: "Manifest",
    SUMS: "SHA256SUMS",
    "datapackage.json": "Data Package",
    "croissant.json": "Croissant",
}


def sample_titles_of(manifest: Manifest) -> tuple[str, ...]:
    """The titles of a release's tables that are sample data."""
    return tuple(entry.title for entry in manifest.datasets if entry.origin != "real")


def citation(manifest: Manifest) -> str:
    """How to cite a release: publisher, year, title, release id and day; sample data say that they are."""
    is_sample = bool(sample_titles_of(manifest))
    return (
        f"{manifest.publisher} ({manifest.created_on.year}). {marked(manifest.title, is_sample=is_sample)}. "
        f"Release {manifest.id}, {day_words(manifest.created_on)}. {manifest.licence}."
    )


def _data_to(entry: CatalogueEntry | Manifest) -> str:
    return period_words(entry.data_to) if entry.data_to else ""


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    """Add an element with a text; characters that XML 1.0 cannot hold are left out."""
    ET.SubElement(parent, name, attributes).text = _NOT_XML.sub("", text)


def _atom_entry(feed: ET.Element, entry: CatalogueEntry) -> None:
    day = entry.created_on.isoformat()
    withdrawn = entry.state == "withdrawn"
    element = ET.SubElement(feed, "entry")
    _text(element, "id", f"tag:daylight,{day}:{entry.id}")
    _text(element, "title", f"Withdrawn: release {entry.id}" if withdrawn else f"Release {entry.id}")
    _text(element, "updated", f"{day}T00:00:00Z")
    until = f"Data to {_data_to(entry)}. " if entry.data_to else ""
    if withdrawn:
        ET.SubElement(element, "link", {"rel": "alternate", "type": "text/html", "href": "index.html"})
        _text(element, "summary", f"This release was withdrawn. Reason: {entry.reason}", type="text")
        return
    page = f"releases/{entry.id}/{_STATIC}"
    ET.SubElement(element, "link", {"rel": "alternate", "type": "text/html", "href": page})
    notes = f"releases/{entry.id}/notes.md"
    ET.SubElement(element, "link", {"rel": "related", "type": "text/markdown", "href": notes, "title": "What changed"})
    _text(element, "summary", f"{until}Released on {day_words(entry.created_on)}.", type="text")


def feed(entries: Sequence[CatalogueEntry], county: Jurisdiction, title: str) -> str:
    """`feed.atom`: one entry for each release, in the order given; there must be at least one.

    A withdrawn release keeps its entry and its id. The index does not say on which day it was withdrawn, so `updated`
    stays the day of the release.
    """
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _text(root, "id", f"tag:daylight,2026:{county.id}")
    _text(root, "title", title)
    _text(root, "updated", f"{max(entry.created_on for entry in entries).isoformat()}T00:00:00Z")
    ET.SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": "feed.atom"})
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": "index.html"})
    _text(ET.SubElement(root, "author"), "name", county.publisher)
    _text(root, "rights", f"{county.data_licence} {county.data_licence_url}")
    for entry in entries:
        _atom_entry(root, entry)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _links(manifest: Manifest, chosen: Mapping[str, str]) -> list[dict[str, str]]:
    """Links below `latest/`, only to files that the release has (its manifest and its sums are always there)."""
    present = {entry.path for entry in manifest.files} | {MANIFEST, SUMS}
    return [{"href": f"{_LATEST}{path}", "words": words} for path, words in chosen.items() if path in present]


def _definitions(manifest: Manifest) -> dict[str, str]:
    """The files of definitions, those for people first."""
    paths = [entry.path for entry in manifest.files if entry.path.startswith("definitions/")]
    paths.sort(key=lambda path: (not path.endswith(".md"), path))
    return {path: path.removeprefix("definitions/") for path in paths}


def _table_links(manifest: Manifest, table: str) -> list[dict[str, str]]:
    return _links(manifest, {f"tables/{table}.{form}": f"{table}.{form}" for form in ("csv", "parquet")})


def _table_rows(manifest: Manifest) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        {"title": entry.title, "is_sample": entry.origin != "real", "origin": "real record",
         "rows": f"{entry.rows:,}", "links": _table_links(manifest, entry.id)}
        for entry in manifest.datasets
    ]  # fmt: skip
    links = _table_links(manifest, INDICATORS)
    is_sample = bool(sample_titles_of(manifest))
    computed = {"title": INDICATOR_TITLE, "is_sample": is_sample, "origin": "computed", "rows": "–", "links": links}
    return [computed, *rows] if links else rows


def _distribution(manifest: Manifest, entry: DatasetEntry) -> dict[str, str]:
    name = marked(entry.title, is_sample=entry.origin != "real")
    address = f"{_LATEST}tables/{entry.id}.csv"
    return {"@type": "DataDownload", "name": name, "encodingFormat": "text/csv", "contentUrl": address,
            "license": manifest.licence}  # fmt: skip


def _structured(manifest: Manifest, county: Jurisdiction, description: str) -> dict[str, object]:
    """The newest release as a schema.org Dataset."""
    publisher = {"@type": "Organization", "name": county.publisher, "email": county.contact_email}
    return {
        "@context": "https://schema.org/", "@type": "Dataset", "name": _title(manifest), "description": description,
        "identifier": manifest.id, "version": manifest.id, "datePublished": manifest.created_on.isoformat(),
        "license": county.data_licence_url, "isAccessibleForFree": True, "inLanguage": "en", "creator": publisher,
        "publisher": publisher, "spatialCoverage": county.spatial, "creditText": citation(manifest), "url": "./",
        "distribution": [_distribution(manifest, entry) for entry in manifest.datasets],
    }  # fmt: skip


def _title(manifest: Manifest) -> str:
    return marked(manifest.title, is_sample=bool(sample_titles_of(manifest)))


def _release_row(entry: CatalogueEntry) -> dict[str, str]:
    withdrawn = entry.state == "withdrawn"
    return {
        "id": entry.id, "created_on": entry.created_on.isoformat(), "created_on_words": day_words(entry.created_on),
        "data_to": _data_to(entry), "href": "" if withdrawn else f"releases/{entry.id}/{_STATIC}",
        "state": f"withdrawn: {entry.reason}" if withdrawn else "published",
    }  # fmt: skip


def _newest(manifest: Manifest) -> dict[str, object]:
    return {
        "id": manifest.id, "created_on": manifest.created_on.isoformat(), "data_to": _data_to(manifest),
        "created_on_words": day_words(manifest.created_on), "citation": citation(manifest),
        "pages": _links(manifest, _PAGES), "definitions": _links(manifest, _definitions(manifest)),
    }  # fmt: skip


def _page(entries: Sequence[CatalogueEntry], newest: Manifest | None, county: Jurisdiction, title: str) -> str:
    made_up = sample_titles_of(newest) if newest else ()
    notice = "SAMPLE DATA: some tables are made up to show the product. " if made_up else ""
    about = f"{notice}What immigration authorities asked of {county.name}, and how its agencies answered: open data."
    return render("front.html.j2", {
        "lang": "en", "title": title, "description": about, "sample_titles": made_up, "county": county,
        "structured": _structured(newest, county, about) if newest else None,
        "newest": _newest(newest) if newest else None, "tables": _table_rows(newest) if newest else [],
        "releases": [_release_row(entry) for entry in entries],
    })  # fmt: skip


def front_files(
    entries: tuple[CatalogueEntry, ...], newest: Manifest | None, county: Jurisdiction, data_json: str
) -> dict[str, str]:
    """The texts of a catalogue's first page by file name.

    `entries` are newest first and at least one. `newest` is the newest release that is public, None when all are
    withdrawn; `data_json` is its DCAT-US text (`describe.located` gives it addresses), or `describe.EMPTY_CATALOG`.
    """
    title = _title(newest) if newest else f"{county.name}: open data catalogue"
    return {
        "data.json": data_json,
        "feed.atom": feed(entries, county, title),
        "index.html": _page(entries, newest, county, title),
    }
