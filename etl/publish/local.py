"""The local catalogue: a folder of plain files that any web server or bucket can serve (contract, section 4).

Readers never see half of it. A release is written beside the others under another name and renamed when it is whole.
The first page (catalogue.json, feed, index, keys, `latest`) is written whole into a folder of its own, and one symbolic
link, replaced in one step, shows it: before, the catalogue is as it was; after, it is as it should be.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from etl.durable import sync, write
from etl.errors import PublicationFailed, SettingsError
from etl.lineage import FOLDER, lineage
from etl.publish import shelf
from etl.publish.destination import Plan, Receipt
from etl.publish.page import Contents, Publisher, county_in, kept_files, key_files, page_files
from schemas.errors import ReleaseDamaged
from schemas.release import (
    INDEX_SIGNATURE,
    MANIFEST,
    SIGNATURE,
    WITHDRAWN,
    Catalogue,
    CatalogueEntry,
    Manifest,
    OpenRelease,
    open_folder,
    read_manifest,
)

_NOTHING_CHANGED = "The catalogue was not changed."


@dataclass(frozen=True)
class Withdrawal:
    """What withdrawing a release would do. `steps` is empty when it is withdrawn already."""

    entry: CatalogueEntry
    manifest: Manifest | None
    steps: tuple[str, ...]


class LocalCatalogue:
    """A catalogue folder as a destination."""

    name = "local"

    def __init__(self, folder: Path, publisher: Publisher | None = None) -> None:
        self.folder = folder
        self._publisher = publisher or Publisher()

    # --- publishing

    def plan(self, release: OpenRelease) -> Plan:
        """What publishing would add; nothing when the release is the newest already."""
        catalogue = shelf.opened(self.folder)
        entries = catalogue.index.releases if catalogue else ()
        same = next((entry for entry in entries if entry.id == release.id), None)
        if same is not None and same.state == "withdrawn":
            raise PublicationFailed(
                f"Release {release.id} was withdrawn ({same.reason}) and cannot be published again. {_NOTHING_CHANGED}"
            )
        public = catalogue.published() if catalogue else ()
        if same is not None and public[0].id != release.id:
            raise PublicationFailed(
                f"Release {release.id} is published already, and {public[0].id} is newer. {_NOTHING_CHANGED}"
            )
        if same is None:
            self._check_follows(entries, release)
        self._check_signed(catalogue, release)
        add = () if self._holds(release) else (f"add releases/{release.id}",)
        if not add and same is not None and self._shows(catalogue, release):
            return Plan(self.name, release, ())
        return Plan(self.name, release, (*add, "show it as latest, in the feed and the index"))

    def _check_follows(self, entries: tuple[CatalogueEntry, ...], release: OpenRelease) -> None:
        """The chain: a release follows the newest one of the catalogue, whose digest it carries."""
        link = release.manifest.previous
        newest = entries[0] if entries else None
        if (newest and (newest.id, newest.digest)) != (link and (link.id, link.digest)):
            follows = f"follows {link.id}" if link else "is a first release"
            newest_is = f"the newest here is {newest.id}" if newest else "the catalogue is empty"
            raise PublicationFailed(
                f"Release {release.id} {follows}, but {newest_is}. Build it again with --previous {self.folder}. "
                f"{_NOTHING_CHANGED}"
            )

    def _check_signed(self, catalogue: Catalogue | None, release: OpenRelease) -> None:
        """Where releases were signed once, all that follow are, with keys that follow each other; and so is the list."""
        kept = kept_files(catalogue)
        if any(name.startswith(FOLDER) for name in kept) and not (release.folder / SIGNATURE).is_file():
            raise PublicationFailed(
                f"The releases of this catalogue are signed, and {release.id} is not: build it with --sign-key. "
                f"{_NOTHING_CHANGED}"
            )
        self._check_keys(kept | key_files(release.folder))
        self._check_list_stays_signed(catalogue)

    def _check_keys(self, files: dict[str, bytes]) -> None:
        """The keys follow each other, and the list is signed with the newest."""
        try:
            line = lineage(files)
            replaced = (
                self._publisher.signer is not None and line.place(self._publisher.signer.key.id) < len(line.keys) - 1
            )
        except ReleaseDamaged as fault:
            raise PublicationFailed(
                f"{fault} A key that takes the place of another is made with keygen --follows. {_NOTHING_CHANGED}"
            ) from fault
        if replaced:
            raise PublicationFailed(f"The list is to be signed with key {line.keys[-1].id}. {_NOTHING_CHANGED}")

    def _check_list_stays_signed(self, catalogue: Catalogue | None) -> None:
        if catalogue and self._publisher.signer is None and (self.folder / INDEX_SIGNATURE).is_file():
            raise SettingsError(f"The list of this catalogue is signed: give --sign-key. {_NOTHING_CHANGED}")

    def _holds(self, release: OpenRelease) -> bool:
        try:
            return open_folder(self.folder / shelf.RELEASES / release.id).manifest == release.manifest
        except ReleaseDamaged:
            return False

    def _shows(self, catalogue: Catalogue | None, release: OpenRelease) -> bool:
        """Whether readers see the first page that this release as newest should have."""
        entries = catalogue.index.releases if catalogue else ()
        latest = self.folder / shelf.LATEST
        if not latest.exists() or latest.resolve().name != release.id:
            return False
        try:
            return shelf.is_shown(self.folder, self._page(entries, release, kept_files(catalogue)))
        except (OSError, ReleaseDamaged):
            return False

    def publish(self, plan: Plan) -> Receipt:
        """Add the release and show it. PublicationFailed says that the catalogue is as it was."""
        if not plan.steps and not shelf.left_over(self.folder):
            return Receipt(self.name, plan.release.id, ())
        with self._writing("publish again"):
            fresh = self.plan(plan.release)
            if fresh.steps:
                self._add(plan.release)
                self._show_with(plan.release)
        return Receipt(self.name, plan.release.id, plan.steps)

    @contextmanager
    def _writing(self, again: str) -> Iterator[None]:
        """Alone in a folder that has been cleaned up, before and after; a fault of the disk says what readers see."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with shelf.alone(self.folder):
                shelf.clean_up(self.folder)
                yield
                shelf.clean_up(self.folder)
        except OSError as fault:
            raise PublicationFailed(
                f"The catalogue {self.folder} could not be written: {fault.strerror}. Readers see it whole, as it was "
                f"before or as it should be. Mend the cause and {again}."
            ) from fault

    def _add(self, release: OpenRelease) -> None:
        """Write the release whole, then rename it into its place."""
        if self._holds(release):
            return
        place = self.folder / shelf.RELEASES / release.id
        incoming = self.folder / shelf.INCOMING / release.id
        for path, content in release.contents().items():
            write(incoming / path, content)
        place.parent.mkdir(exist_ok=True)
        sync(incoming)
        if place.exists():
            shelf.take_away(self.folder, place)
        incoming.rename(place)
        sync(place.parent)

    def _page(
        self, entries: tuple[CatalogueEntry, ...], release: OpenRelease, kept: dict[str, bytes]
    ) -> dict[str, bytes]:
        made_of = Contents(
            entries=entries,
            newest=release,
            about=release.manifest,
            county=county_in(release.folder, release.manifest),
            kept=kept | key_files(release.folder),
        )
        return page_files(self.folder, made_of, self._publisher)

    def _show_with(self, release: OpenRelease) -> None:
        """Show the catalogue with this release as the newest."""
        catalogue, manifest = shelf.opened(self.folder), release.manifest
        entry = CatalogueEntry(id=manifest.id, digest=manifest.digest, created_on=manifest.created_on,
                               data_to=manifest.data_to)  # fmt: skip
        entries = catalogue.index.releases if catalogue else ()
        if entry.id not in {one.id for one in entries}:
            entries = (entry, *entries)
        files = self._page(entries, release, kept_files(catalogue))
        shelf.show(self.folder, files, release.id)

    # --- withdrawing

    def plan_withdrawal(self, release_id: str, *, reason: str, on: date) -> Withdrawal:
        """What withdrawing a release would do; nothing when it is withdrawn already."""
        catalogue = shelf.opened(self.folder)
        entries = catalogue.index.releases if catalogue else ()
        entry = next((one for one in entries if one.id == release_id), None)
        if catalogue is None or entry is None:
            raise PublicationFailed(f"There is no release {release_id} in {self.folder}. {_NOTHING_CHANGED}")
        if entry.state == "withdrawn":
            return Withdrawal(entry, None, ())
        if any(name.startswith(FOLDER) for name in catalogue.index.files) and self._publisher.signer is None:
            raise SettingsError(f"The releases of this catalogue are signed: give --sign-key. {_NOTHING_CHANGED}")
        self._check_list_stays_signed(catalogue)
        self._check_keys(kept_files(catalogue))
        gone = entry.model_copy(update={"state": "withdrawn", "reason": reason, "withdrawn_on": on})
        left = [one.id for one in catalogue.published() if one.id != release_id]
        shown = f"releases/{left[0]}" if left else "nothing: no release is public then"
        return Withdrawal(gone, read_manifest(catalogue.release_folder(release_id)), (
            f"remove the files of releases/{release_id}; its manifest stays, so that the chain can be checked",
            f"keep its place in the list, the page and the feed, with the day and the reason: {reason}",
            f"let latest lead to {shown}",
        ))  # fmt: skip

    def withdraw(self, plan: Withdrawal) -> tuple[str, ...]:
        """Withdraw a release: its tombstone appears in the same step in which its files leave the list."""
        with self._writing("withdraw it again"):
            catalogue = shelf.opened(self.folder)
            if plan.manifest is None or catalogue is None:
                return ()
            entries = tuple(plan.entry if one.id == plan.entry.id else one for one in catalogue.index.releases)
            public = [one for one in entries if one.state == "published"]
            newest = open_folder(catalogue.release_folder(public[0].id)) if public else None
            kept = kept_files(catalogue)
            kept[f"{WITHDRAWN}{plan.entry.id}.json"] = (catalogue.release_folder(plan.entry.id) / MANIFEST).read_bytes()
            about = newest.manifest if newest else plan.manifest
            county = county_in(newest.folder if newest else catalogue.release_folder(plan.entry.id), about)
            made_of = Contents(entries=entries, newest=newest, about=about, county=county, kept=kept)
            shelf.show(self.folder, page_files(self.folder, made_of, self._publisher), public[0].id if public else "")
        return plan.steps
