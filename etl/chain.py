"""The history of a catalogue: its list, its first page, and the chain of releases.

Each manifest carries the id and digest of the release before, so that the newest one fixes all that came before it.
Manifests of withdrawn releases stay for that reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from etl.leftover import left_over
from etl.signatures import Trust, signed_words
from schemas.errors import ReleaseDamaged
from schemas.release import (
    CATALOGUE,
    FRONT_FILES,
    INDEX_SIGNATURE,
    WITHDRAWN,
    Catalogue,
    CatalogueEntry,
    Manifest,
    OpenRelease,
    file_sha256,
    open_folder,
    parse_manifest,
)


@dataclass(frozen=True)
class Verified:
    """What was checked, in words that can be quoted."""

    what: str
    checks: tuple[str, ...]


# --- the list and the first page


def _check_front(catalogue: Catalogue) -> None:
    """The first page's files have the hashes the list states, and nothing stands beside them."""
    listed = catalogue.index.files
    for name in {*FRONT_FILES, *listed}:
        path = catalogue.folder / name
        if not path.is_file() or file_sha256(path) != listed.get(name):
            raise ReleaseDamaged(f"{name} of the catalogue was changed, or is missing.")
    known = {*listed, CATALOGUE, INDEX_SIGNATURE}
    extra = sorted(
        path.relative_to(catalogue.folder).as_posix()
        for place in catalogue.folder.iterdir() if place.name not in ("latest", "releases") and place.name[0] != "."
        for path in (place.resolve().rglob("*") if place.is_dir() else [place]) if not path.is_dir()
        if _as_listed(path, place) not in known and not _leads_nowhere(path)
    )  # fmt: skip
    if extra:
        raise ReleaseDamaged(f"The catalogue holds what does not belong to it: {', '.join(extra)}.")


def _as_listed(path: Path, place: Path) -> str:
    """The name of a file in the list, whatever folder its own folder links to."""
    return place.name if path == place else f"{place.name}/{path.relative_to(place.resolve()).as_posix()}"


def _leads_nowhere(path: Path) -> bool:
    """A link of the first page that a publication was about to show, or that shows nothing any longer."""
    return path.is_symlink() and not path.exists() and path.readlink().parts[:2] == (".front", "current")


def _check_latest(catalogue: Catalogue, newest: OpenRelease | None) -> None:
    latest = catalogue.folder / "latest"
    if newest is None:
        if latest.exists():
            raise ReleaseDamaged("No release is public, and yet there is a latest one.")
        return
    if not latest.is_dir() or (
        latest.resolve() != newest.folder.resolve() and open_folder(latest).manifest.digest != newest.manifest.digest
    ):
        raise ReleaseDamaged(f"latest is not release {newest.id}.")


# --- the chain


def _manifest_of(catalogue: Catalogue, entry: CatalogueEntry, opened: Mapping[str, OpenRelease]) -> Manifest | None:
    """The manifest of a release; of a withdrawn one the copy that was kept, None where none was."""
    if entry.id in opened:
        return opened[entry.id].manifest
    name = f"{WITHDRAWN}{entry.id}.json"
    if name not in catalogue.index.files:
        return None
    return parse_manifest((catalogue.folder / name).read_bytes(), name)


def _check_chain(catalogue: Catalogue) -> list[OpenRelease]:
    """Open every public release; each, withdrawn ones too, must carry the id and digest of the one before it."""
    entries = catalogue.index.releases
    opened = {entry.id: open_folder(catalogue.release_folder(entry.id)) for entry in catalogue.published()}
    if len({entry.id for entry in entries}) < len(entries):
        raise ReleaseDamaged("The list of releases names a release twice.")
    for place, entry in enumerate(entries):
        manifest = _manifest_of(catalogue, entry, opened)
        if manifest is None:
            raise ReleaseDamaged(
                f"The chain is broken at release {entry.id}: it is withdrawn and its manifest is missing."
            )
        stated = (entry.id, entry.digest, entry.created_on, entry.data_to)
        if (manifest.id, manifest.digest, manifest.created_on, manifest.data_to) != stated:
            raise ReleaseDamaged(f"The catalogue and release {entry.id} do not agree.")
        before = entries[place + 1] if place + 1 < len(entries) else None
        link = manifest.previous
        if (link and (link.id, link.digest)) != (before and (before.id, before.digest)):
            raise ReleaseDamaged(
                f"The chain is broken at release {entry.id}: it does not follow the release before it in the list."
            )
        if (entry.state == "withdrawn") != bool(entry.withdrawn_on and entry.reason):
            raise ReleaseDamaged(f"The list does not say when and why release {entry.id} was withdrawn.")
    return list(opened.values())


def _expected_words(catalogue: Catalogue, trust: Trust) -> list[str]:
    if not trust.expect:
        return []
    for entry in catalogue.index.releases:
        if entry.id == trust.expect:
            return [f"Release {entry.id}, which was expected, is part of the chain"
                    + (f"; it was withdrawn on {entry.withdrawn_on}." if entry.state == "withdrawn" else ".")]  # fmt: skip
    raise ReleaseDamaged(f"Release {trust.expect}, which was expected, is not part of this catalogue's history.")


def check_catalogue(catalogue: Catalogue, trust: Trust) -> tuple[Verified, list[OpenRelease]]:
    """Check the history of a catalogue; returns what was found, in words, and its public releases, newest first."""
    entries = catalogue.index.releases
    if not entries:
        raise ReleaseDamaged("The catalogue has no release.")
    _check_front(catalogue)
    releases = _check_chain(catalogue)
    _check_latest(catalogue, releases[0] if releases else None)
    gone = [entry for entry in entries if entry.state == "withdrawn"]
    chain = f"{len(entries)} releases form an unbroken chain, from {entries[-1].id} to {entries[0].id}"
    said = [
        f"{chain if len(entries) > 1 else f'There is one release, {entries[0].id}'}; the first page is as it was published.",
        *(f"Release {one.id} was withdrawn on {one.withdrawn_on}: {one.reason}" for one in gone),
        *_expected_words(catalogue, trust), *signed_words(catalogue, releases, trust), *left_over(catalogue, releases),
    ]  # fmt: skip
    return Verified("The catalogue", tuple(said)), releases
