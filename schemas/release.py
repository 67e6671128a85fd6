"""The format of a release and of a catalogue (contract, section 4), and how to open one safely.

A release is an immutable folder of public files; a catalogue is a folder of releases. Opening either checks every hash
and refuses what does not agree: nobody is ever shown half of a release. This module is all that the dashboard knows of
how releases are made.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import (
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    StringConstraints,
    ValidationError,
    model_serializer,
)

from schemas.errors import ReleaseDamaged

SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.minisig"
MANIFEST = "manifest.json"
CATALOGUE = "catalogue.json"
PUBLIC_KEY = "minisign.pub"
KEY_SIGNATURE = "minisign.pub.minisig"
SIGNED_WITH = (PUBLIC_KEY, KEY_SIGNATURE, SIGNATURE)
"""Beside a signed release: the key, the older key's signature of it where there was one, and the signature itself."""
INDEX_SIGNATURE = "catalogue.json.minisig"
WITHDRAWN = "withdrawn/"
"""Where a catalogue keeps the manifests of withdrawn releases, so that the chain can still be checked."""
PACKET = "packet.pdf"
"""The council's packet of the last whole quarter; a release without one has no whole quarter."""
FRONT_FILES = ("data.json", "feed.atom", "index.html")
"""The files that every first page has. Its other files (revision policy, keys, manifests of withdrawn releases) are
listed with them in catalogue.json, each with its hash."""

_PIECE_ROWS = 10_000

ReleaseId = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}_[0-9a-f]{12}$")]
"""The name of a release; nothing else may become a folder's name."""

RelativePath = Annotated[str, StringConstraints(pattern=r"^\w[\w.-]*(/\w[\w.-]*)*$")]
"""The path of a file inside a release: no step upwards, no hidden name."""


class CellStatus(StrEnum):
    """Why a published cell is empty, or that it is not. Zero is a value and is shown."""

    SHOWN = "shown"
    SUPPRESSED = "suppressed"
    NOT_REPORTED = "not_reported"
    NOT_APPLICABLE = "not_applicable"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileEntry(_Record):
    """One file of a release. Files outside the digest (Parquet) hold what another file of the release holds."""

    path: RelativePath
    sha256: str
    bytes: int
    in_digest: bool = True


class DatasetEntry(_Record):
    """One table of a release."""

    id: str
    title: str
    origin: Literal["real", "sample"]
    rows: int


class Link(_Record):
    """The release before, so that a catalogue is a chain in which nothing can be changed unnoticed."""

    id: ReleaseId
    digest: str


class Reason(_Record):
    """Why something unusual was published: an accepted warning or an agreed correction, and who answers for it."""

    kind: Literal["accepted", "correction"]
    code: str
    dataset: str
    period: str
    reason: str
    accepted_by: str
    on: date


class Manifest(_Record):
    """What a release is: its content by hash, where it came from, and what it follows."""

    format: Literal["daylight-release/1"] = "daylight-release/1"
    id: str
    digest: str
    created_on: date
    jurisdiction: str
    title: str
    publisher: str
    licence: str
    data_to: str
    datasets: tuple[DatasetEntry, ...]
    previous: Link | None
    reasons: tuple[Reason, ...]
    files: tuple[FileEntry, ...]


class CatalogueEntry(_Record):
    """One release in a catalogue; a withdrawn one keeps its place, with the reason."""

    id: ReleaseId
    digest: str
    created_on: date
    data_to: str
    state: Literal["published", "withdrawn"] = "published"
    reason: str = ""
    withdrawn_on: date | None = None

    @model_serializer(mode="wrap")
    def _without_what_is_not_there(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A release that is public has no day of withdrawal; catalogues from before there was one stay as they were."""
        written: dict[str, Any] = write(self)
        return written if self.withdrawn_on else {n: v for n, v in written.items() if n != "withdrawn_on"}


class CatalogueIndex(_Record):
    """`catalogue.json`: the releases, newest first, and the hashes of the first page's files."""

    format: Literal["daylight-catalogue/1"] = "daylight-catalogue/1"
    title: str
    publisher: str
    releases: tuple[CatalogueEntry, ...]
    files: dict[RelativePath, str]
    digest: str


def canonical_json(value: object) -> str:
    """JSON with sorted keys and fixed spacing, so that the same content is the same text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2, default=str) + "\n"


def compact_json(value: object) -> str:
    """JSON with sorted keys and no spaces, for what is long and read by programs."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def sha256(content: bytes) -> str:
    """The SHA-256 of some bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, read piece by piece: a large file needs no more memory than a small one."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise ReleaseDamaged(f"{path.name} cannot be read in {path.parent.name}: {fault.strerror}.") from fault


def release_digest(manifest: Mapping[str, Any]) -> str:
    """The digest of a release: over its manifest without id and digest, and without files outside the digest."""
    core = {name: value for name, value in manifest.items() if name not in ("id", "digest")}
    core["files"] = [entry for entry in core["files"] if entry["in_digest"]]
    return sha256(canonical_json(core).encode())


def release_id(created_on: date, digest: str) -> str:
    """The name of a release: the day it was made and the first 12 digits of its digest."""
    return f"{created_on.isoformat()}_{digest[:12]}"


def catalogue_digest(index: Mapping[str, Any]) -> str:
    """The digest of a catalogue's index, over everything but itself."""
    return sha256(canonical_json({name: value for name, value in index.items() if name != "digest"}).encode())


def sums_text(hashes: Mapping[str, str]) -> str:
    """The text of SHA256SUMS: `sha256sum -c SHA256SUMS` and minisign both understand it."""
    return "".join(f"{hashes[path]}  {path}\n" for path in sorted(hashes))


@dataclass(frozen=True)
class OpenRelease:
    """A release whose every file has been found to be as published."""

    folder: Path
    manifest: Manifest
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @property
    def id(self) -> str:
        """The release's id."""
        return self.manifest.id

    def text(self, path: str) -> str:
        """The text of one of the release's files."""
        return (self.folder / path).read_text(encoding="utf-8")

    def contents(self) -> dict[str, bytes]:
        """The bytes of every file of the release, by path; of a signed one with its signature and key."""
        names = [*(entry.path for entry in self.manifest.files), MANIFEST, SUMS]
        names += [name for name in SIGNED_WITH if (self.folder / name).is_file()]
        return {name: (self.folder / name).read_bytes() for name in names}

    def definition(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """One of `definitions/<name>.json`."""
        return json.loads(self.text(f"definitions/{name}.json"))

    def dataset_ids(self) -> tuple[str, ...]:
        """The tables of the release."""
        return tuple(entry.id for entry in self.manifest.datasets)

    def entry(self, dataset_id: str) -> DatasetEntry:
        """What the manifest says of one table; KeyError when the release has no such table."""
        for entry in self.manifest.datasets:
            if entry.id == dataset_id:
                return entry
        raise KeyError(dataset_id)

    def table(self, dataset_id: str) -> pd.DataFrame:
        """One published table: counts as Int64, measures as Float64, everything else as text.

        An empty cell is <NA>; its `<column>_status` says why. The frame is shared: do not change it.
        """
        if dataset_id not in self._tables:
            kinds = {column["name"]: column["kind"] for column in self.definition(dataset_id)["columns"]}
            self._tables[dataset_id] = read_table(self.folder / f"tables/{dataset_id}.csv", kinds)
        return self._tables[dataset_id]

    def pieces(self, dataset_id: str, columns: Collection[str] | None = None) -> Iterator[pd.DataFrame]:
        """The same table piece by piece, at least one, never held whole; `columns` leaves out all others."""
        kinds = {column["name"]: column["kind"] for column in self.definition(dataset_id)["columns"]}
        yield from read_pieces(self.folder / f"tables/{dataset_id}.csv", kinds, columns)

    def indicators(self) -> pd.DataFrame:
        """`tables/indicators.csv`: numerator, denominator, value, low, high and target as numbers."""
        if "indicators" not in self._tables:
            numbers = dict.fromkeys(("numerator", "denominator", "value", "low", "high", "target"), "decimal")
            self._tables["indicators"] = read_table(self.folder / "tables/indicators.csv", numbers)
        return self._tables["indicators"]


def _typed(frame: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    for name, kind in kinds.items():
        if kind in ("whole", "decimal"):
            numbers = frame[name].mask(frame[name] == "", None)
            frame[name] = numbers.astype("Float64" if kind == "decimal" else "Int64")
    return frame


def read_table(path: Path, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Read a published CSV file; `kinds` tells which columns are whole or decimal numbers."""
    try:
        return _typed(pd.read_csv(path, dtype=str, keep_default_na=False), kinds)
    except (KeyError, ValueError, OSError) as fault:
        raise ReleaseDamaged(f"{path.name} is not a table of this release: {type(fault).__name__}.") from fault


def read_pieces(path: Path, kinds: Mapping[str, str], columns: Collection[str] | None = None) -> Iterator[pd.DataFrame]:
    """Read a published CSV file piece by piece, so that a large one needs no more memory than a small one."""
    chosen = None if columns is None else list(columns)
    wanted = {name: kind for name, kind in kinds.items() if columns is None or name in columns}
    try:
        with pd.read_csv(path, dtype=str, keep_default_na=False, usecols=chosen, chunksize=_PIECE_ROWS) as pieces:
            for piece in pieces:
                yield _typed(piece, wanted)
    except (KeyError, ValueError, OSError) as fault:
        raise ReleaseDamaged(f"{path.name} is not a table of this release: {type(fault).__name__}.") from fault


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise ReleaseDamaged(f"{path.name} cannot be read in {path.parent.name}: {fault.strerror}.") from fault


def parse_manifest(content: bytes, where: str) -> Manifest:
    """A manifest from its text, its digest and id recomputed; ReleaseDamaged, naming `where`, when they differ."""
    try:
        manifest = Manifest.model_validate_json(content)
    except (ValidationError, ValueError) as fault:
        raise ReleaseDamaged(f"{where} is not a manifest of a Daylight release.") from fault
    plain = manifest.model_dump(mode="json")
    digest = release_digest(plain)
    if canonical_json(plain).encode() != content or digest != manifest.digest:
        raise ReleaseDamaged(f"{where} was changed after it was made: its digest does not fit.")
    if manifest.id != release_id(manifest.created_on, digest):
        raise ReleaseDamaged(f"{where}: the release's id does not fit its content.")
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a release, its digest and id recomputed; ReleaseDamaged when they differ."""
    return parse_manifest(_read(folder / MANIFEST), f"{folder.name}/{MANIFEST}")


def _present(folder: Path) -> set[str]:
    """Every file below a folder; a symbolic link counts as one, wherever it leads."""
    found = folder.rglob("*")
    return {path.relative_to(folder).as_posix() for path in found if path.is_symlink() or not path.is_dir()}


def check_files(folder: Path, manifest: Manifest) -> None:
    """Compare every file of the release with the manifest and SHA256SUMS; ReleaseDamaged names what differs."""
    listed = {entry.path: entry for entry in manifest.files}
    present, expected = _present(folder), {*listed, MANIFEST, SUMS}
    missing, extra = expected - present, present - expected - set(SIGNED_WITH)
    faults = [f"{path} is missing" for path in sorted(missing)]
    faults += [f"{path} does not belong to it" for path in sorted(extra)]
    hashes = {MANIFEST: sha256(_read(folder / MANIFEST))}
    for path in sorted(listed.keys() & present):
        hashes[path] = file_sha256(folder / path)
        if hashes[path] != listed[path].sha256 or (folder / path).stat().st_size != listed[path].bytes:
            faults.append(f"{path} was changed")
    if not faults and _read(folder / SUMS) != sums_text(hashes).encode():
        faults.append(f"{SUMS} was changed")
    if faults:
        raise ReleaseDamaged(f"Release {manifest.id} is not as it was published: {'; '.join(faults)}.")


@dataclass(frozen=True)
class Catalogue:
    """An opened catalogue: its folder and its index."""

    folder: Path
    index: CatalogueIndex

    def release_folder(self, release: str) -> Path:
        """The folder of one release."""
        return self.folder / "releases" / release

    def published(self) -> tuple[CatalogueEntry, ...]:
        """The releases that are still public, newest first."""
        return tuple(entry for entry in self.index.releases if entry.state == "published")


def open_catalogue(location: Path | str) -> Catalogue:
    """Open a catalogue folder; FileNotFoundError when nothing was published there, ReleaseDamaged when it is broken."""
    folder = Path(location)
    if not (folder / CATALOGUE).is_file():
        raise FileNotFoundError(f"There is no catalogue in {folder}. Make one with: make run")
    content = _read(folder / CATALOGUE)
    try:
        index = CatalogueIndex.model_validate_json(content)
    except (ValidationError, ValueError) as fault:
        raise ReleaseDamaged(f"{folder.name}/{CATALOGUE} is not the index of a Daylight catalogue.") from fault
    plain = index.model_dump(mode="json")
    if canonical_json(plain).encode() != content or catalogue_digest(plain) != index.digest:
        raise ReleaseDamaged(f"{folder.name}/{CATALOGUE} was changed after it was made: its digest does not fit.")
    return Catalogue(folder, index)


def open_folder(folder: Path) -> OpenRelease:
    """Open the release in a folder, checking every hash."""
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    return OpenRelease(folder, manifest)


def open_release(catalogue: Catalogue, release: str | None = None) -> OpenRelease:
    """Open one release of a catalogue, by default the newest that is public; every hash is checked."""
    published = catalogue.published()
    if not published:
        raise ReleaseDamaged("The catalogue has no public release.")
    chosen = release or published[0].id
    entry = next((entry for entry in published if entry.id == chosen), None)
    if entry is None:
        raise ReleaseDamaged(f"The catalogue has no public release “{chosen}”.")
    opened = open_folder(catalogue.release_folder(chosen))
    if (opened.manifest.id, opened.manifest.digest) != (entry.id, entry.digest):
        raise ReleaseDamaged(f"The catalogue and release {chosen} do not agree.")
    return opened
