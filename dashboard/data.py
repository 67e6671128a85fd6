"""Opens the catalogue and its releases for the pages. The only module of the dashboard that touches files.

A release is verified when it is opened and kept while its files stay as they were: each visit compares their sizes and
times, which costs about a millisecond, so that a new release appears, and a damaged one disappears, without a
restart. One run of a page holds one `Edition` and can never mix two.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dashboard.edition import Edition, read_edition
from schemas.errors import ReleaseDamaged
from schemas.release import CATALOGUE, Catalogue, CatalogueEntry, open_catalogue, open_release

DEFAULT_CATALOGUE = Path("var/catalogue")
_chosen: dict[str, Path] = {}
_others: list[Path] = []

Stamp = tuple[tuple[str, int, int], ...]


def use(catalogue: Path | str, beside: Iterable[Path | str] = ()) -> None:
    """Show this catalogue from now on, and compare its county with those of the catalogues `beside` it."""
    _chosen["catalogue"] = Path(catalogue).absolute()
    _others[:] = [Path(other).absolute() for other in beside]


def catalogue_folder() -> Path:
    """The catalogue that is shown."""
    return _chosen.get("catalogue", DEFAULT_CATALOGUE.absolute())


def _stamp(path: Path) -> Stamp:
    """Names, times and sizes of a file, or of every file in a folder: changes whenever a file does."""
    with suppress(FileNotFoundError):
        if path.is_dir():
            return tuple(sorted(_files(path)))
        return (_seen(path, path.stat()),)
    return ()


def _files(folder: Path | str) -> Iterator[tuple[str, int, int]]:
    """Every file under a folder. A release has hundreds, and each visit asks: `os.scandir` takes an eighth of `rglob`."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path)
            else:
                yield _seen(entry.path, entry.stat(follow_symlinks=False))


def _seen(path: Path | str, stat: os.stat_result) -> tuple[str, int, int]:
    return str(path), stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=4)
def _catalogue(folder: Path, _changed: Stamp) -> Catalogue:
    return open_catalogue(folder)


@lru_cache(maxsize=8)
def _edition(folder: Path, release: str, _changed: tuple[Stamp, Stamp]) -> Edition:
    return read_edition(open_release(open_catalogue(folder), release))


def catalogue(folder: Path | None = None) -> Catalogue:
    """The catalogue; FileNotFoundError when there is none, ReleaseDamaged when it is not as it was published."""
    folder = folder or catalogue_folder()
    return _catalogue(folder, _stamp(folder / CATALOGUE))


def entry_of(release: str) -> CatalogueEntry | None:
    """What the catalogue says of a release, public or withdrawn; None when it never had it."""
    return next((entry for entry in catalogue().index.releases if entry.id == release), None)


def edition(release: str = "", folder: Path | None = None) -> Edition:
    """A public release, by default the newest, with every file verified and every table read."""
    opened = catalogue(folder)
    published = opened.published()
    chosen = release or (published[0].id if published else "")
    changed = (_stamp(opened.folder / CATALOGUE), _stamp(opened.release_folder(chosen)))
    return _edition(opened.folder, chosen, changed)


@dataclass(frozen=True)
class Shown:
    """The release to show; `fault` says why it is not the newest one, where that is so."""

    edition: Edition
    fault: str = ""


_last_good: dict[Path, Edition] = {}


def best() -> Shown:
    """The newest release that is as it was published; when the catalogue is gone or broken, the last good one.

    Raises FileNotFoundError or ReleaseDamaged when there is none to fall back on. The release that is damaged is never
    shown, not even as it was read before.
    """
    folder = catalogue_folder()
    try:
        published = catalogue().published()
    except (FileNotFoundError, ReleaseDamaged) as fault:
        if folder not in _last_good:
            raise
        return Shown(_last_good[folder], _said(fault))
    first: ReleaseDamaged | None = None
    for entry in published:
        try:
            found = edition(entry.id)
        except ReleaseDamaged as fault:
            first = first or fault
        else:
            _last_good[folder] = found
            return Shown(found, _said(first) if first else "")
    raise first or ReleaseDamaged("The catalogue has no public release.")


def _said(fault: Exception) -> str:
    return "there is no catalogue any more." if isinstance(fault, FileNotFoundError) else str(fault)


def counties(here: Edition) -> tuple[Edition, ...]:
    """A release, and the newest of each county whose catalogue is shown beside; one that cannot be read is left out."""
    found = {here.county.id: here}
    for folder in _others:
        with suppress(FileNotFoundError, ReleaseDamaged):
            other = edition(folder=folder)
            found.setdefault(other.county.id, other)
    return tuple(found.values())


def has_counties() -> bool:
    """Whether catalogues of other counties are shown beside this one."""
    return bool(_others)


def newest_id() -> str:
    """The id of the newest public release; empty when there is none."""
    try:
        published = catalogue().published()
    except FileNotFoundError:
        return ""
    return published[0].id if published else ""


def earlier(release: str, previous: str) -> Edition | None:
    """The release that a release was compared with, if it is still public here and as it was published."""
    known = [entry.id for entry in catalogue().published()]
    if previous not in known or release not in known:
        return None
    with suppress(ReleaseDamaged):
        return edition(previous)
    return None


def public_editions(most: int = 5) -> tuple[Edition, ...]:
    """The newest public releases that are as they were published."""
    found = []
    for entry in catalogue().published()[:most]:
        with suppress(ReleaseDamaged):
            found.append(edition(entry.id))
    return tuple(found)
