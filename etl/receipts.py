"""The inbox as a folder: receipts that are never changed, written so that a killed run loses nothing.

    inbox/received/ab/<sha256>/receipt.json     the first arrival
                               content.csv      the file itself, where it may be kept
                               events/…json     each later arrival of the same file
    inbox/.incoming/                            being written: worth nothing until it is whole
    inbox/.ready/                               whole and received; about to be moved to its place

All that arrives in one call is written and synced below `.incoming` and becomes received in one rename to `.ready`:
before it nothing of the call is there, after it everything is. Moving it on can be repeated any number of times.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from etl.durable import sync, write
from etl.errors import SettingsError
from schemas.release import canonical_json

_INCOMING, _READY, _RECEIVED = ".incoming", ".ready", "received"
_RECEIPT, _EVENTS, _CONTENT = "receipt.json", "events", "content"
_PATIENCE = 20

Verdict = Literal["accepted", "accepted_with_warnings", "refused"]
Kept = Literal["content", "personal_data", "not_examined"]
"""Whether the file itself is kept. If not, why: it holds personal data, or not every cell of it could be examined."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reported(_Record):
    """What a file says of one period: by which agency, in which revision, how certified, when, in how many rows."""

    period: str
    agency: str
    revision: int
    statuses: tuple[str, ...]
    submitted_on: date | None
    rows: int


class Arrival(_Record):
    """One arrival of a file: when, under which name (`file_names.shown_name`), how it was judged, which files it follows.

    received_on is the day where the county is; received_at the moment. judged: an accepted file that comes again is
    noticed and not judged a second time. findings are as `check --json` prints them.
    """

    name: str
    received_at: AwareDatetime
    received_on: date
    verdict: Verdict
    kept: Kept
    judged: bool = True
    dataset: str | None = None
    rows: int = 0
    reported: tuple[Reported, ...] = ()
    follows: tuple[str, ...] = ()
    findings: tuple[dict[str, Any], ...] = ()
    omitted: int = 0

    @property
    def accepted(self) -> bool:
        """Whether the file has no error."""
        return self.verdict != "refused"

    def to_store(self) -> "Arrival":
        """The arrival as it may be kept: of a file with personal data only name, time and verdict."""
        if self.kept != "personal_data":
            return self
        return Arrival(name=self.name, received_at=self.received_at, received_on=self.received_on,
                       verdict=self.verdict, kept=self.kept, judged=self.judged)  # fmt: skip


class _First(_Record):
    format: Literal["daylight-receipt/1"] = "daylight-receipt/1"
    sha256: str
    bytes: int
    arrival: Arrival


@dataclass(frozen=True)
class Receipt:
    """One file by its hash, with all its arrivals, the first one first."""

    sha256: str
    bytes: int
    arrivals: tuple[Arrival, ...]

    @property
    def latest(self) -> Arrival:
        """The last arrival."""
        return self.arrivals[-1]

    @property
    def standing(self) -> Arrival:
        """The arrival that counts: the one that was accepted, else the last. Accepted stays accepted."""
        return next((one for one in self.arrivals if one.accepted), self.latest)

    @property
    def again(self) -> int:
        """How often the same file came after the first time."""
        return len(self.arrivals) - 1


@contextmanager
def alone(inbox: Path) -> Iterator[None]:
    """One receiver at a time: a second one waits. The lock goes with the process, however it ends."""
    inbox.mkdir(parents=True, exist_ok=True)
    with (inbox / ".lock").open("a") as lock:
        flock(lock, LOCK_EX)
        recover(inbox)
        yield


def recover(inbox: Path) -> int:
    """Finish what a killed run had received, drop what it had not; returns how much was left over. Needs the lock."""
    left = [*_children(inbox / _READY), *_children(inbox / _INCOMING)]
    _roll_forward(inbox)
    shutil.rmtree(inbox / _INCOMING, ignore_errors=True)
    return len(left)


def clean_up(inbox: Path) -> int:
    """What `recover` does, unless a receiver is at work: then its files are left alone and 0 is returned."""
    if not inbox.is_dir():
        return 0
    try:
        with (inbox / ".lock").open("a") as lock:
            try:
                flock(lock, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                return 0
            return recover(inbox)
    except OSError as fault:
        raise SettingsError(f"The inbox {inbox} could not be tidied: {fault.strerror}.") from fault


def store(inbox: Path, arrived: Mapping[str, tuple[Receipt, bytes | None]]) -> None:
    """Keep new arrivals, all or none: by hash the receipt with its new last arrivals, and the content if it is kept.

    The caller holds the lock. `new` arrivals are those not yet on disk.
    """
    (inbox / _INCOMING).mkdir(exist_ok=True)
    batch = Path(mkdtemp(dir=inbox / _INCOMING))
    for digest, (receipt, content) in arrived.items():
        known = _known_arrivals(inbox, digest)
        entry = batch / digest
        if content is not None and content_of(inbox, digest) is None:
            write(entry / f"{_CONTENT}{_suffix(receipt.latest.name)}", content, never_over=True)
        for number, arrival in list(enumerate(receipt.arrivals))[known:]:
            if number == 0:
                record = _First(sha256=digest, bytes=receipt.bytes, arrival=arrival.to_store())
                write(entry / _RECEIPT, canonical_json(record.model_dump(mode="json")).encode(), never_over=True)
            else:
                stamp = arrival.received_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
                text = canonical_json(arrival.to_store().model_dump(mode="json"))
                write(entry / _EVENTS / f"{stamp}-{number:04d}.json", text.encode(), never_over=True)
    (inbox / _READY).mkdir(exist_ok=True)
    for folder in (*(path for path in batch.rglob("*") if path.is_dir()), batch, inbox):
        sync(folder)
    batch.rename(inbox / _READY / batch.name)
    sync(inbox / _READY)
    _roll_forward(inbox)


def receipts(inbox: Path) -> list[Receipt]:
    """Every file ever received, in the order of first arrival; none where there is no inbox yet."""
    try:
        for _ in range(_PATIENCE):
            try:
                return _all_receipts(inbox)
            except FileNotFoundError:  # a receiver is just moving something to its place: look again
                continue
        return _all_receipts(inbox)
    except OSError as fault:
        raise SettingsError(f"The inbox {inbox} could not be read: {fault.strerror}.") from fault


def inboxes_below(folder: Path) -> list[Path]:
    """The folder itself and those below it that are inboxes in which something was received."""
    found = {
        receipt.parents[3]
        for state in (_RECEIVED, _READY) for receipt in folder.glob(f"**/{state}/*/*/{_RECEIPT}")
    }  # fmt: skip
    return sorted(inbox for inbox in found if not _passed_over(inbox.relative_to(folder)))


def _passed_over(place: Path) -> bool:
    return any(part.startswith((".", "_")) for part in place.parts)


def _all_receipts(inbox: Path) -> list[Receipt]:
    firsts: dict[str, _First] = {}
    later: dict[str, dict[str, Arrival]] = {}
    for digest, entry in _entries(inbox):
        try:
            if (entry / _RECEIPT).is_file():
                firsts[digest] = _First.model_validate_json((entry / _RECEIPT).read_bytes())
            for event in (entry / _EVENTS).glob("*.json"):
                later.setdefault(digest, {})[event.name] = Arrival.model_validate_json(event.read_bytes())
        except ValidationError as fault:
            raise SettingsError(f"A receipt of the inbox was altered or is damaged: {entry}.") from fault
    found = [
        Receipt(digest, first.bytes, (first.arrival, *(arrival for _, arrival in _by_number(later.get(digest, {})))))
        for digest, first in firsts.items()
    ]  # fmt: skip
    return sorted(found, key=lambda receipt: (receipt.arrivals[0].received_at, receipt.sha256))


def content_of(inbox: Path, digest: str) -> Path | None:
    """Where the content of a file is kept; None when it was not."""
    for known, entry in _entries(inbox, digest):
        if known == digest:
            for path in entry.glob(f"{_CONTENT}.*"):
                return path
    return None


def _by_number(events: Mapping[str, Arrival]) -> list[tuple[str, Arrival]]:
    """Events in order of arrival: their names end with their number."""
    return sorted(events.items(), key=lambda pair: int(Path(pair[0]).stem.rpartition("-")[2]))


def _entries(inbox: Path, digest: str = "*") -> Iterator[tuple[str, Path]]:
    """The folder of each file: first what is whole and about to be moved, then what is in its place."""
    for pattern in (f"{_READY}/*/{digest}", f"{_RECEIVED}/*/{digest}"):
        for entry in sorted(inbox.glob(pattern)):
            yield entry.name, entry


def _known_arrivals(inbox: Path, digest: str) -> int:
    place = _place(inbox, digest)
    return len(list((place / _EVENTS).glob("*.json"))) + 1 if (place / _RECEIPT).is_file() else 0


def _place(inbox: Path, digest: str) -> Path:
    return inbox / _RECEIVED / digest[:2] / digest


def _roll_forward(inbox: Path) -> None:
    """Move everything that was received to its place. Nothing there is replaced; doing it again changes nothing."""
    for batch in _children(inbox / _READY):
        for entry in _children(batch):
            place = _place(inbox, entry.name)
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():
                entry.rename(place)
                sync(place.parent)
                sync(place.parent.parent)
                continue
            files = [path for path in entry.rglob("*") if path.is_file()]
            for file in sorted(files, key=lambda path: (path.parent.name == _EVENTS, path.name)):  # content goes first
                _link(file, place / file.relative_to(entry))
            sync(place)
            shutil.rmtree(entry)
        batch.rmdir()


def _link(file: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    try:
        os.link(file, target)
    except FileExistsError:
        return
    sync(target.parent)


def _children(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()
