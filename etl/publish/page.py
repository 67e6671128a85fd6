"""The first page of a catalogue as files: its list, feed, landing page, keys, and the manifests of withdrawn releases."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from etl.compare import Change, in_words
from etl.describe import EMPTY_CATALOG
from etl.front import Surroundings, front_files
from etl.lineage import FOLDER, Lineage, lineage, paths_of
from etl.publish.shelf import CURRENT, FRONT, RELEASES
from etl.signing import Signer, public_key
from schemas.jurisdiction import Jurisdiction, jurisdiction, read_published
from schemas.release import (
    CATALOGUE,
    INDEX_SIGNATURE,
    KEY_SIGNATURE,
    PUBLIC_KEY,
    WITHDRAWN,
    Catalogue,
    CatalogueEntry,
    CatalogueIndex,
    Manifest,
    OpenRelease,
    canonical_json,
    catalogue_digest,
    sha256,
)

COUNTY_DEFINITION = "definitions/jurisdiction.json"
_NO_CHANGES = "No figure that was published before is changed."


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Who makes the page: the address at which the catalogue stands, if it is known, and who signs its list, if anyone."""

    home: str = ""
    signer: Signer | None = None


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a page is made of.

    entries: newest first. newest: the newest that is public; None when all are withdrawn. about: a manifest that names the
    publisher. county: as that release states it. kept: the files that stay from page to page, keys and manifests of
    withdrawn releases.
    """

    entries: tuple[CatalogueEntry, ...]
    newest: OpenRelease | None
    about: Manifest
    county: Jurisdiction
    kept: Mapping[str, bytes]


def county_in(release: Path, manifest: Manifest) -> Jurisdiction:
    """The county as a release in a folder states it, so that anyone can publish without the county's own folder.

    Where that file is damaged, the county of that name that comes with the program: a damaged release can be withdrawn.
    """
    try:
        return read_published((release / COUNTY_DEFINITION).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return jurisdiction(manifest.jurisdiction)


def kept_files(catalogue: Catalogue | None) -> dict[str, bytes]:
    """The keys and the manifests of withdrawn releases that a catalogue shows."""
    if catalogue is None:
        return {}
    shown = catalogue.folder / FRONT / CURRENT
    home = shown if (shown / CATALOGUE).is_file() else catalogue.folder
    names = [name for name in catalogue.index.files if name.startswith((FOLDER, WITHDRAWN))]
    return {name: (home / name).read_bytes() for name in names}


def key_files(folder: Path) -> dict[str, bytes]:
    """The key with which a release is signed, under its paths in a catalogue; none where it is not signed."""
    if not (folder / PUBLIC_KEY).is_file():
        return {}
    content = (folder / PUBLIC_KEY).read_bytes()
    name, signed = paths_of(public_key(content).id)
    older = folder / KEY_SIGNATURE
    return {name: content} | ({signed: older.read_bytes()} if older.is_file() else {})


def changes_in_words(revisions: str) -> str:
    """Every changed cell of a release in words, from its revisions.csv."""
    rows = csv.reader(io.StringIO(revisions))
    next(rows)
    lines = [in_words(Change(*row)) for row in rows]
    return "\n".join(["Changed figures:", *lines]) if lines else _NO_CHANGES


def page_files(folder: Path, made_of: Contents, publisher: Publisher) -> dict[str, bytes]:
    """The files of a catalogue's first page, the list and its signature included. The releases stand in `folder`."""
    line = lineage(made_of.kept)
    changes = {
        entry.id: changes_in_words((folder / RELEASES / entry.id / "revisions.csv").read_text(encoding="utf-8"))
        for entry in made_of.entries if entry.state == "published"
    }  # fmt: skip
    around = Surroundings(home=publisher.home, changes=changes, keys=[paths_of(key.id)[0] for key in line.keys])
    county, newest = made_of.county, made_of.newest
    data_json = newest.text("data.json") if newest else EMPTY_CATALOG
    texts = front_files(made_of.entries, newest.manifest if newest else None, county, data_json, around)
    files = {name: text.encode() for name, text in texts.items()} | dict(made_of.kept)
    core = {
        "format": "daylight-catalogue/1", "title": made_of.about.title, "publisher": made_of.about.publisher,
        "releases": [entry.model_dump(mode="json") for entry in made_of.entries],
        "files": {name: sha256(text) for name, text in files.items()},
    }  # fmt: skip
    index = CatalogueIndex.model_validate({**core, "digest": catalogue_digest(core)})
    files[CATALOGUE] = canonical_json(index.model_dump(mode="json")).encode()
    return files | _signature(files[CATALOGUE], index, publisher.signer, line)


def _signature(written: bytes, index: CatalogueIndex, signer: Signer | None, line: Lineage) -> dict[str, bytes]:
    if signer is None:
        return {}
    line.place(signer.key.id)
    comment = f"catalogue of {len(index.releases)} releases, newest {index.releases[0].id}"
    return {INDEX_SIGNATURE: signer.sign(written, comment)}
