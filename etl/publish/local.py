"""The local catalogue: a folder of plain files that any web server or bucket can serve (contract, section 4).

Readers never see half of it. A release is written beside the others under another name and renamed when it is whole.
The first page (catalogue.json, feed, index, `latest`) is written whole into a folder of its own, and one symbolic link,
replaced in one step, shows it: before, the catalogue is as it was; after, it is as it should be. A run that was killed
leaves at most a folder under `.front` or `.incoming`, which the next run removes.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from pathlib import Path

from etl.durable import sync, write
from etl.errors import PublicationFailed
from etl.front import front_files
from etl.publish.destination import Plan, Receipt
from schemas.errors import ReleaseDamaged
from schemas.jurisdiction import jurisdiction
from schemas.release import (
    CATALOGUE,
    FRONT_FILES,
    Catalogue,
    CatalogueEntry,
    CatalogueIndex,
    OpenRelease,
    canonical_json,
    catalogue_digest,
    open_catalogue,
    open_folder,
    sha256,
)

_FRONT = ".front"
_INCOMING = ".incoming"
_CURRENT = "current"
_LINKED = (CATALOGUE, *FRONT_FILES, "latest")


def index_of(entries: tuple[CatalogueEntry, ...], newest: OpenRelease) -> tuple[CatalogueIndex, dict[str, str]]:
    """The index of a catalogue and the texts of its first page, from its releases alone."""
    county = jurisdiction(newest.manifest.jurisdiction)
    texts = front_files(entries, newest.manifest, county, newest.text("data.json"))
    core = {
        "format": "daylight-catalogue/1", "title": newest.manifest.title, "publisher": newest.manifest.publisher,
        "releases": [entry.model_dump(mode="json") for entry in entries],
        "files": {name: sha256(text.encode()) for name, text in texts.items()},
    }  # fmt: skip
    index = CatalogueIndex.model_validate({**core, "digest": catalogue_digest(core)})
    return index, texts


class LocalCatalogue:
    """A catalogue folder as a destination."""

    name = "local"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _opened(self) -> Catalogue | None:
        try:
            return open_catalogue(self.folder)
        except FileNotFoundError:
            return None

    def plan(self, release: OpenRelease) -> Plan:
        """What publishing would add; nothing when the release is the newest already."""
        catalogue = self._opened()
        entries = catalogue.index.releases if catalogue else ()
        same = next((entry for entry in entries if entry.id == release.id), None)
        if same is not None and same.state == "withdrawn":
            raise PublicationFailed(
                f"Release {release.id} was withdrawn ({same.reason}) and cannot be published again."
            )
        if same is not None and entries[0].id != release.id:
            raise PublicationFailed(
                f"Release {release.id} is published already, and {entries[0].id} is newer. The catalogue was not changed."
            )
        if same is not None and self._front_is_whole(catalogue):
            return Plan(self.name, release, ())
        if same is None:
            self._check_follows(entries, release)
        return Plan(self.name, release, (f"add releases/{release.id}", "show it as latest, in the feed and the index"))

    def _front_is_whole(self, catalogue: Catalogue | None) -> bool:
        return catalogue is not None and all((self.folder / name).exists() for name in _LINKED)

    def _check_follows(self, entries: tuple[CatalogueEntry, ...], release: OpenRelease) -> None:
        """The chain: a release follows the newest one of the catalogue, whose digest it carries."""
        link = release.manifest.previous
        newest = entries[0] if entries else None
        if (newest.id if newest else None) != (link.id if link else None):
            follows = f"follows {link.id}" if link else "is a first release"
            newest_is = f"the newest here is {newest.id}" if newest else "the catalogue is empty"
            raise PublicationFailed(
                f"Release {release.id} {follows}, but {newest_is}. Build it again with --previous {self.folder}. "
                "The catalogue was not changed."
            )

    def publish(self, plan: Plan) -> Receipt:
        """Add the release and show it. PublicationFailed says that the catalogue is as it was."""
        if not plan.steps:
            return Receipt(self.name, plan.release.id, ())
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._alone():
                self._clean_up()
                fresh = self.plan(plan.release)
                if fresh.steps:
                    self._add(plan.release)
                    self._show(plan.release)
        except OSError as fault:
            raise PublicationFailed(
                f"The catalogue {self.folder} could not be written: {fault.strerror}. Readers see it as it was before. "
                "Mend the cause and publish again."
            ) from fault
        return Receipt(self.name, plan.release.id, plan.steps)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One publisher at a time; the lock goes with the process, however it ends."""
        with (self.folder / ".lock").open("a") as lock:
            try:
                flock(lock, LOCK_EX | LOCK_NB)
            except BlockingIOError as fault:
                raise PublicationFailed("Another publication is under way. The catalogue was not changed.") from fault
            try:
                yield
            finally:
                flock(lock, LOCK_UN)

    def _clean_up(self) -> None:
        """Remove what a killed run left: incoming releases, and first pages that are not shown."""
        shutil.rmtree(self.folder / _INCOMING, ignore_errors=True)
        shown = self.folder / _FRONT / _CURRENT
        current = shown.readlink().name if shown.is_symlink() else ""
        for page in (self.folder / _FRONT).glob("*"):
            if page.name not in (_CURRENT, current):
                page.unlink() if page.is_symlink() else shutil.rmtree(page)

    def _add(self, release: OpenRelease) -> None:
        """Write the release whole, then rename it into its place."""
        place = self.folder / "releases" / release.id
        if place.exists():
            try:
                if open_folder(place).manifest == release.manifest:
                    return
            except ReleaseDamaged:
                pass
            shutil.rmtree(place)
        incoming = self.folder / _INCOMING / release.id
        for path, content in release.contents().items():
            write(incoming / path, content)
        place.parent.mkdir(exist_ok=True)
        sync(incoming)
        incoming.rename(place)
        sync(place.parent)

    def _show(self, release: OpenRelease) -> None:
        """Write the first page for the catalogue with this release as newest, and switch to it in one step."""
        catalogue = self._opened()
        known = tuple(e for e in catalogue.index.releases if e.id != release.id) if catalogue else ()
        manifest = release.manifest
        entry = CatalogueEntry(id=manifest.id, digest=manifest.digest, created_on=manifest.created_on,
                               data_to=manifest.data_to)  # fmt: skip
        index, texts = index_of((entry, *known), release)
        page = self.folder / _FRONT / index.digest
        for name, text in texts.items():
            write(page / name, text.encode())
        write(page / CATALOGUE, canonical_json(index.model_dump(mode="json")).encode())
        _link(page / "latest", Path("../../releases") / release.id)
        sync(page)
        for name in _LINKED:  # the first time these lead nowhere until the next step, so all appear at once
            if not (self.folder / name).is_symlink():
                _link(self.folder / name, Path(_FRONT) / _CURRENT / name)
        _link(self.folder / _FRONT / _CURRENT, Path(index.digest))
        sync(self.folder / _FRONT)
        self._clean_up()


def _link(place: Path, target: Path) -> None:
    """Make or replace a symbolic link in one step."""
    beside = place.with_name(f".{place.name}.new")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(place)
