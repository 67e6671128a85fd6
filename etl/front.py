"""The first page of a catalogue as a function of its releases: `data.json`, `feed.atom`, `index.html` and the policy.

Links are relative, so that a catalogue can be served from any place or read from a disk; feed and structured data have
full addresses where the publisher has said at which address the catalogue stands (decision 0012). Sources: Atom
(RFC 4287), tag URIs (RFC 4151), schema.org Dataset as Google's dataset search reads it.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from etl.describe import INDICATOR_TITLE, INDICATORS, located, marked
from etl.static import day_words, period_words, render
from schemas.jurisdiction import Jurisdiction
from schemas.release import MANIFEST, PACKET, SUMS, CatalogueEntry, DatasetEntry, Manifest

ATOM = "http://www.w3.org/2005/Atom"
_LATEST = "latest/"
_STATIC = "site/en/index.html"
POLICY = "revision-policy.html"
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


def _link(parent: ET.Element, relation: str, kind: str, address: str, **more: str) -> None:
    ET.SubElement(parent, "link", {"rel": relation, "type": kind, "href": address, **more})


def _told_on(entry: CatalogueEntry) -> date:
    """The day of the last that happened to a release: its withdrawal, or its publication."""
    return entry.withdrawn_on or entry.created_on


def _atom_entry(feed: ET.Element, entry: CatalogueEntry, changes: str, home: str) -> None:
    withdrawn = entry.state == "withdrawn"
    element = ET.SubElement(feed, "entry")
    _text(element, "id", f"tag:daylight,{entry.created_on.isoformat()}:{entry.id}")
    _text(element, "title", f"Withdrawn: release {entry.id}" if withdrawn else f"Release {entry.id}")
    _text(element, "published", f"{entry.created_on.isoformat()}T00:00:00Z")
    _text(element, "updated", f"{_told_on(entry).isoformat()}T00:00:00Z")
    if withdrawn:
        _link(element, "alternate", "text/html", f"{home}index.html")
        when = f" on {day_words(entry.withdrawn_on)}" if entry.withdrawn_on else ""
        _text(element, "summary", f"This release was withdrawn{when}. Reason: {entry.reason}", type="text")
        return
    folder = f"{home}releases/{entry.id}/"
    _link(element, "alternate", "text/html", f"{folder}{_STATIC}")
    _link(element, "related", "text/markdown", f"{folder}notes.md", title="What changed")
    _link(element, "related", "text/csv", f"{folder}revisions.csv", title="Every changed cell")
    until = f"Data to {_data_to(entry)}. " if entry.data_to else ""
    _text(element, "summary", f"{until}Released on {day_words(entry.created_on)}.", type="text")
    _text(element, "content", changes, type="text")


def feed(
    entries: Sequence[CatalogueEntry], county: Jurisdiction, title: str, *, changes: Mapping[str, str], home: str = ""
) -> str:
    """`feed.atom`: one entry for each release, in the order given; there must be at least one.

    changes: in words, what each release changed in figures published before. home: the catalogue's address with its
    last stroke; empty where it is not known. A withdrawn release keeps its entry and its id; it is updated on the day of
    its withdrawal.
    """
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en"})
    _text(root, "id", f"tag:daylight,2026:{county.id}")
    _text(root, "title", title)
    _text(root, "updated", f"{max(_told_on(entry) for entry in entries).isoformat()}T00:00:00Z")
    _link(root, "self", "application/atom+xml", f"{home}feed.atom")
    _link(root, "alternate", "text/html", f"{home}index.html")
    _text(ET.SubElement(root, "author"), "name", county.publisher)
    _text(root, "rights", f"{county.data_licence} {county.data_licence_url}")
    for entry in entries:
        _atom_entry(root, entry, changes.get(entry.id, ""), home)
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


def _distribution(manifest: Manifest, entry: DatasetEntry, home: str) -> dict[str, str]:
    name = marked(entry.title, is_sample=entry.origin != "real")
    address = f"{home}{_LATEST}tables/{entry.id}.csv"
    return {"@type": "DataDownload", "name": name, "encodingFormat": "text/csv", "contentUrl": address,
            "license": manifest.licence}  # fmt: skip


def _structured(manifest: Manifest, county: Jurisdiction, description: str, home: str) -> dict[str, object]:
    """The newest release as a schema.org Dataset."""
    publisher = {"@type": "Organization", "name": county.publisher, "email": county.contact_email}
    return {
        "@context": "https://schema.org/", "@type": "Dataset", "name": _title(manifest), "description": description,
        "identifier": manifest.id, "version": manifest.id, "datePublished": manifest.created_on.isoformat(),
        "license": county.data_licence_url, "isAccessibleForFree": True, "inLanguage": "en", "creator": publisher,
        "publisher": publisher, "spatialCoverage": county.spatial, "creditText": citation(manifest), "url": home or "./",
        "distribution": [_distribution(manifest, entry, home) for entry in manifest.datasets],
    }  # fmt: skip


def _title(manifest: Manifest) -> str:
    return marked(manifest.title, is_sample=bool(sample_titles_of(manifest)))


def _withdrawn_words(entry: CatalogueEntry) -> str:
    when = f" on {day_words(entry.withdrawn_on)}" if entry.withdrawn_on else ""
    return f"withdrawn{when}: {entry.reason}"


def _release_row(entry: CatalogueEntry) -> dict[str, str]:
    withdrawn = entry.state == "withdrawn"
    return {
        "id": entry.id, "created_on": entry.created_on.isoformat(), "created_on_words": day_words(entry.created_on),
        "data_to": _data_to(entry), "href": "" if withdrawn else f"releases/{entry.id}/{_STATIC}",
        "state": _withdrawn_words(entry) if withdrawn else "published",
    }  # fmt: skip


def _newest(manifest: Manifest) -> dict[str, object]:
    return {
        "id": manifest.id, "created_on": manifest.created_on.isoformat(), "data_to": _data_to(manifest),
        "created_on_words": day_words(manifest.created_on), "citation": citation(manifest),
        "pages": _links(manifest, _PAGES), "definitions": _links(manifest, _definitions(manifest)),
    }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a first page says besides its releases.

    home: the public address of the catalogue, empty where it is not known. changes: what each release changed, in words.
    keys: the paths of the public keys that are published with it.
    """

    home: str = ""
    changes: Mapping[str, str] = field(default_factory=dict)
    keys: Sequence[str] = ()


def _page(
    entries: Sequence[CatalogueEntry], newest: Manifest | None, county: Jurisdiction, title: str, around: Surroundings
) -> str:
    made_up = sample_titles_of(newest) if newest else ()
    notice = "SAMPLE DATA: some tables are made up to show the product. " if made_up else ""
    about = f"{notice}What immigration authorities asked of {county.name}, and how its agencies answered: open data."
    return render("front.html.j2", {
        "lang": "en", "title": title, "description": about, "sample_titles": made_up, "county": county,
        "structured": _structured(newest, county, about, around.home) if newest else None,
        "newest": _newest(newest) if newest else None, "tables": _table_rows(newest) if newest else [],
        "releases": [_release_row(entry) for entry in entries], "keys": around.keys, "policy": POLICY,
    })  # fmt: skip


def policy_page(county: Jurisdiction) -> str:
    """`revision-policy.html`: when figures are due, which are provisional, and how errors are handled."""
    about = f"When figures of {county.name} are due, what is provisional, and how errors are handled."
    return render("policy.html.j2", {
        "lang": "en", "title": "Revision policy", "description": about, "sample_titles": (), "county": county,
    })  # fmt: skip


def front_files(
    entries: tuple[CatalogueEntry, ...], newest: Manifest | None, county: Jurisdiction, data_json: str,
    around: Surroundings | None = None,
) -> dict[str, str]:  # fmt: skip
    """The texts of a catalogue's first page by file name.

    `entries` are newest first and at least one. `newest` is the newest release that is public, None when all are
    withdrawn; `data_json` is its DCAT-US text, or `describe.EMPTY_CATALOG`.
    """
    around = around or Surroundings()
    home = f"{around.home.rstrip('/')}/" if around.home else ""
    around = replace(around, home=home)
    title = _title(newest) if newest else f"{county.name}: open data catalogue"
    return {
        "data.json": located(data_json, home) if home else data_json,
        "feed.atom": feed(entries, county, title, changes=around.changes, home=home),
        "index.html": _page(entries, newest, county, title, around),
        POLICY: policy_page(county),
    }
