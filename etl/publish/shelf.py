"""The folder of a catalogue: one publisher at a time, a first page that is switched in one step, and cleaning up.

What readers see is reached through one symbolic link, `.front/current`. Everything that is not reached through it, and
every release that the list does not show, was left by a run that was killed, and is removed by the next one.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path

from etl.durable import sync, write
from etl.errors import PublicationFailed
from schemas.release import CATALOGUE, Catalogue, open_catalogue, sha256

FRONT, CURRENT, INCOMING, LATEST, RELEASES = ".front", "current", ".incoming", "latest", "releases"
_AGAIN = "-again"


def opened(folder: Path) -> Catalogue | None:
    """The catalogue that readers see, even if a name in the folder was removed; None where nothing was published."""
    shown = folder / FRONT / CURRENT
    try:
        index = open_catalogue(shown if (shown / CATALOGUE).is_file() else folder).index
    except FileNotFoundError:
        return None
    return Catalogue(folder, index)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One publisher at a time; the lock goes with the process, however it ends."""
    with (folder / ".lock").open("a") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError as fault:
            raise PublicationFailed("Another publication is under way. The catalogue was not changed.") from fault
        try:
            yield
        finally:
            flock(lock, LOCK_UN)


def _remove(path: Path) -> None:
    path.unlink() if path.is_symlink() or path.is_file() else shutil.rmtree(path)


def take_away(folder: Path, place: Path) -> None:
    """Take something out of the readers' sight in one step, then remove it."""
    aside = folder / INCOMING
    aside.mkdir(exist_ok=True)
    gone = aside / f"gone-{place.name}"
    if gone.exists():
        _remove(gone)
    place.rename(gone)
    _remove(gone)


def left_over(folder: Path) -> list[Path]:
    """What a killed run left: incoming releases, pages that are not shown, releases that are not listed."""
    shown = folder / FRONT / CURRENT
    current = shown.readlink().name if shown.is_symlink() else ""
    found = [page for page in (folder / FRONT).glob("*") if page.name not in (CURRENT, current)]
    found += [place for place in folder.glob(".*") if place.name not in (FRONT, ".lock")]
    catalogue = opened(folder)
    if catalogue is None:
        return found
    public = {entry.id for entry in catalogue.published()}
    return found + [place for place in (folder / RELEASES).glob("*") if place.name not in public]


def clean_up(folder: Path) -> None:
    """Remove what a killed run left; what readers could reach goes out of their sight in one step."""
    shutil.rmtree(folder / INCOMING, ignore_errors=True)
    for place in left_over(folder):
        if place.parent.name == RELEASES:
            take_away(folder, place)
        else:
            _remove(place)
    shutil.rmtree(folder / INCOMING, ignore_errors=True)


def is_shown(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Whether readers see exactly these files as the first page, under their names in the folder."""
    shown = folder / FRONT / CURRENT
    if not shown.is_symlink() or shown.readlink().name.removesuffix(_AGAIN) != _name_of(files):
        return False
    whole = all((shown / name).is_file() and (shown / name).read_bytes() == text for name, text in files.items())
    return whole and all((folder / name).exists() for name in {name.split("/")[0] for name in files})


def _name_of(files: Mapping[str, bytes]) -> str:
    """The name of a page's folder: what it holds decides it."""
    return sha256("\n".join(f"{name} {sha256(text)}" for name, text in sorted(files.items())).encode())


def show(folder: Path, files: Mapping[str, bytes], latest: str) -> None:
    """Write a first page and switch to it in one step. latest: the id of the newest public release, or empty."""
    page = folder / FRONT / _name_of(files)
    if page.exists():  # a page that was damaged is made again beside itself
        page = page.with_name(f"{page.name}{_AGAIN}")
    for name, text in files.items():
        write(page / name, text)
    if latest:
        link(page / LATEST, Path("../..") / RELEASES / latest)
    sync(page)
    names = {name.split("/")[0] for name in files} | {LATEST}
    for name in sorted(names):  # the first time these lead nowhere until the next step, so all appear at once
        if not (folder / name).is_symlink():
            link(folder / name, Path(FRONT) / CURRENT / name)
    link(folder / FRONT / CURRENT, Path(page.name))
    sync(folder / FRONT)
    sync(folder)


def link(place: Path, target: Path) -> None:
    """Make or replace a symbolic link in one step."""
    beside = place.with_name(f".{place.name}.new")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(place)
