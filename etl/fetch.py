"""A release or catalogue at an address -> a folder, so that anyone can verify it from its public files alone.

Only the files that the catalogue and its releases list are fetched. Sizes come from the manifest, so that a server
cannot send without end.
"""

from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote, urljoin
from urllib.request import urlopen

from schemas.errors import ReleaseDamaged
from schemas.release import CATALOGUE, FRONT_FILES, MANIFEST, SUMS, open_catalogue, read_manifest

SCHEMES = ("https://", "http://")
_MOST_INDEX_BYTES = 50_000_000
_PATIENCE_SECONDS = 60
Progress = Callable[[str], None]


def is_address(location: str) -> bool:
    """Whether a location is to be fetched rather than opened."""
    return location.startswith(SCHEMES)


def _get(address: str, *, at_most: int) -> bytes:
    try:
        with urlopen(address, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310 - http and https only, see is_address
            content: bytes = answer.read(at_most + 1)
    except (URLError, OSError) as fault:
        raise ReleaseDamaged(f"{address} could not be fetched: {getattr(fault, 'reason', fault)}.") from fault
    if len(content) > at_most:
        raise ReleaseDamaged(f"{address} is longer than it may be.")
    return content


def _save(home: str, folder: Path, name: str, *, at_most: int = _MOST_INDEX_BYTES) -> None:
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(_get(urljoin(home, quote(name)), at_most=at_most))


def _fetch_release(home: str, folder: Path) -> None:
    _save(home, folder, MANIFEST)
    _save(home, folder, SUMS)
    for entry in read_manifest(folder).files:
        _save(home, folder, entry.path, at_most=entry.bytes)


def fetch(location: str, into: Path, *, progress: Progress) -> None:
    """Fetch what stands at an address (of a catalogue or of one release) into an empty folder.

    ReleaseDamaged when a listed file cannot be had; whether the files are right is for `etl.verify` to say.
    """
    home = location.removesuffix(CATALOGUE).removesuffix(MANIFEST)
    home = home if home.endswith("/") else f"{home}/"
    try:
        _save(home, into, CATALOGUE)
    except ReleaseDamaged:
        progress("Fetching the release")
        _fetch_release(home, into)
        return
    for name in FRONT_FILES:
        _save(home, into, name)
    catalogue = open_catalogue(into)
    for entry in catalogue.published():
        progress(f"Fetching release {entry.id}")
        _fetch_release(urljoin(home, f"releases/{entry.id}/"), catalogue.release_folder(entry.id))
    progress("Fetching latest")
    _fetch_release(urljoin(home, "latest/"), into / "latest")
