"""A release or catalogue at an address -> a folder, so that anyone can verify it from its public files alone.

Only the files that the catalogue and its releases list are fetched, and the signatures beside them. Sizes come from the
manifest, so that a server cannot send without end, and what is fetched goes to the disk piece by piece.
"""

from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urljoin
from urllib.request import urlopen

from schemas.errors import ReleaseDamaged
from schemas.release import (
    CATALOGUE,
    FRONT_FILES,
    INDEX_SIGNATURE,
    MANIFEST,
    SIGNED_WITH,
    SUMS,
    open_catalogue,
    read_manifest,
)

SCHEMES = ("https://", "http://")
_MOST_INDEX_BYTES = 50_000_000
_MOST_SIGNATURE_BYTES = 20_000
_PATIENCE_SECONDS = 60
_PIECE_BYTES = 1 << 16
Progress = Callable[[str], None]


def is_address(location: str) -> bool:
    """Whether a location is to be fetched rather than opened."""
    return location.startswith(SCHEMES)


def _fetch(address: str, place: Path, *, at_most: int) -> None:
    """Fetch one file to the disk; the whole of it, or ReleaseDamaged."""
    told = 0
    try:
        with urlopen(address, timeout=_PATIENCE_SECONDS) as answer, place.open("wb") as file:  # noqa: S310 - see is_address
            while piece := answer.read(_PIECE_BYTES):
                told += len(piece)
                if told > at_most:
                    raise ReleaseDamaged(f"{address} is longer than it may be.")
                file.write(piece)
    except (URLError, HTTPException, OSError) as fault:
        raise _NotFetched(f"{address} could not be fetched: {getattr(fault, 'reason', fault)}.") from fault


class _NotFetched(ReleaseDamaged):
    """A file could not be fetched; the cause says why."""

    @property
    def is_not_there(self) -> bool:
        """Whether the server says that there is no such file."""
        return isinstance(self.__cause__, HTTPError) and self.__cause__.code == HTTPStatus.NOT_FOUND


def _save(home: str, folder: Path, name: str, *, at_most: int = _MOST_INDEX_BYTES) -> None:
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    _fetch(urljoin(home, quote(name)), place, at_most=at_most)


def _save_if_there(home: str, folder: Path, name: str) -> None:
    """Fetch a file that may be missing, such as a signature; what its absence means is for `etl.signatures` to say."""
    try:
        _save(home, folder, name, at_most=_MOST_SIGNATURE_BYTES)
    except _NotFetched as fault:
        if not fault.is_not_there:
            raise


def _fetch_release(home: str, folder: Path) -> None:
    _save(home, folder, MANIFEST)
    _save(home, folder, SUMS)
    for name in SIGNED_WITH:
        _save_if_there(home, folder, name)
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
    except _NotFetched as fault:
        if not fault.is_not_there:
            raise
        progress("Fetching the release")
        _fetch_release(home, into)
        return
    _save_if_there(home, into, INDEX_SIGNATURE)
    catalogue = open_catalogue(into)
    for name in sorted({*FRONT_FILES, *catalogue.index.files}):
        _save(home, into, name)
    for entry in catalogue.published():
        progress(f"Fetching release {entry.id}")
        _fetch_release(urljoin(home, f"releases/{entry.id}/"), catalogue.release_folder(entry.id))
    if catalogue.published():
        progress("Fetching latest")
        _fetch_release(urljoin(home, "latest/"), into / "latest")
