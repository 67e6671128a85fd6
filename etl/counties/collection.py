"""`collection.json`: which release of which county belongs together, and all their indicators in one table.

It lists each release with its digest, so that whoever has its hash has everything; it is checked with nothing but the
files it lists.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from etl.chain import Verified
from etl.signatures import Trust, check_release_signature
from etl.verify import Progress, verify_release
from etl.write import write_file
from schemas.errors import ReleaseDamaged
from schemas.release import RelativePath, canonical_json, file_sha256, open_folder, read_manifest, sha256

FILE, INDICATORS = "collection.json", "indicators.csv"
_COUNTY = "jurisdiction"


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Member(_Record):
    """One county's release: where it lies beside the list, what it is by hash, and how many rows it publishes."""

    county: str
    title: str
    release: str
    digest: str
    path: RelativePath
    rows: int
    data_to: str


class Collection(_Record):
    """The releases that belong together. indicators: the hash of all their indicators in one table."""

    format: Literal["daylight-collection/1"] = "daylight-collection/1"
    created_on: date
    counties: tuple[Member, ...]
    indicators: str

    @property
    def rows(self) -> int:
        """How many rows all the counties publish."""
        return sum(one.rows for one in self.counties)


def _member(folder: Path, path: str) -> Member:
    manifest = read_manifest(folder / path)
    return Member(county=manifest.jurisdiction, title=manifest.title, release=manifest.id, digest=manifest.digest,
                  path=path, rows=sum(one.rows for one in manifest.datasets), data_to=manifest.data_to)  # fmt: skip


def _indicators(folder: Path, members: Iterable[Member]) -> bytes:
    """The indicators of all counties, each line with its county first, in the order of the list."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    header: list[str] = []
    for one in members:
        with (folder / one.path / "tables/indicators.csv").open(encoding="utf-8", newline="") as lines:
            rows = csv.reader(lines, strict=True)
            first = next(rows)
            if header and first != header:
                raise ReleaseDamaged(f"{one.path} has other columns of indicators than the counties before it.")
            if not header:
                header = first
                writer.writerow([_COUNTY, *header])
            writer.writerows([one.county, *row] for row in rows)
    return out.getvalue().encode()


def write_collection(folder: Path, paths: Sequence[str], created_on: date) -> Collection:
    """Write the list of the releases at these places below a folder, and the table of their indicators."""
    members = sorted((_member(folder, path) for path in paths), key=lambda one: one.county)
    indicators = _indicators(folder, members)
    made = Collection(created_on=created_on, counties=tuple(members), indicators=sha256(indicators))
    write_file(folder / INDICATORS, indicators)
    write_file(folder / FILE, canonical_json(made.model_dump(mode="json")).encode())
    return made


def open_collection(folder: Path) -> Collection:
    """Read the list. ReleaseDamaged when it is none; FileNotFoundError when there is none."""
    content = (folder / FILE).read_bytes()
    try:
        made = Collection.model_validate_json(content)
    except ValidationError as fault:
        raise ReleaseDamaged(f"{FILE} is not a list of releases.") from fault
    names = [one.county for one in made.counties]
    if names != sorted(set(names)) or canonical_json(made.model_dump(mode="json")).encode() != content:
        raise ReleaseDamaged(f"{FILE} was changed: it is not as Daylight writes it.")
    return made


def catalogues_in(folder: Path) -> list[Path]:
    """The catalogue of each county below a folder into which a collection was published."""
    return [folder / one.county for one in open_collection(folder).counties]


def _verified(folder: Path, trust: Trust, one: Member) -> tuple[int, str]:
    """How many files one release has and how it is signed. ReleaseDamaged where it is not the one of the list."""
    release = open_folder(folder / one.path)
    if _member(folder, one.path) != one:
        raise ReleaseDamaged(f"{one.path} is not the release of {one.county} that {FILE} lists.")
    signed = check_release_signature(release, trust)
    verify_release(release)
    return len(release.manifest.files), signed


def is_collection(folder: Path) -> bool:
    """Whether a folder holds a list of counties' releases."""
    return (folder / FILE).is_file()


def verify_collection(
    folder: Path, trust: Trust, workers: int, progress: Progress = lambda _: None
) -> list[Verified]:  # fmt: skip
    """Check every release of a list, by several processes, and that the table of indicators is theirs."""
    made = open_collection(folder)
    if trust.expect and trust.expect not in {one.release for one in made.counties}:
        raise ReleaseDamaged(f"The collection does not list {trust.expect}.")
    known = replace(trust, expect="")
    files, signatures = 0, set[str]()
    with ProcessPoolExecutor(max(1, min(workers, len(made.counties)))) as pool:
        checked = pool.map(partial(_verified, folder, known), made.counties)
        for number, (count, signed) in enumerate(checked, start=1):
            progress(f"Checked {number} of {len(made.counties)} counties")
            files += count
            signatures.add(signed)
    indicators = _indicators(folder, made.counties)
    if (folder / INDICATORS).read_bytes() != indicators or sha256(indicators) != made.indicators:
        raise ReleaseDamaged(f"{INDICATORS} is not what the counties' releases say.")
    return [Verified(
        f"The collection of {len(made.counties)} counties",
        (
            f"{len(made.counties)} releases are the ones it lists; each was checked whole, as `daylight verify` does alone.",
            f"{files:,} files have the SHA-256 that their manifests state; {made.rows:,} rows are published.",
            f"{INDICATORS} holds the indicators of all of them and nothing else.",
            f"{FILE} has the SHA-256 {file_sha256(folder / FILE)}: whoever knows it knows all the releases.",
            *sorted(signatures),
        ),
    )]  # fmt: skip
