"""What a publisher remembers between runs (`var/socrata-state.json`): a hint only, the portal's own content decides.

It holds ids of datasets and of working copies, and that one is being made: no secret, no figure. A file that is gone or
damaged is as good as an empty one, because every dataset of ours can be found by its mark.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any

from etl.durable import sync, write
from etl.errors import PublicationFailed, SettingsError
from schemas.release import canonical_json

STATE = Path("var/socrata-state.json")
_LOCK = "socrata.lock"


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """One publisher at a time; the lock goes with the process, however it ends."""
    try:
        state.parent.mkdir(parents=True, exist_ok=True)
        lock = (state.parent / _LOCK).open("a")
    except OSError as fault:
        raise SettingsError(f"{state.parent} cannot be written: {fault.strerror}. Nothing was published.") from fault
    with lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError as fault:
            raise PublicationFailed(
                "Another publication to the portal is under way from here. Nothing was changed; run again when it is done."
            ) from fault
        yield


class PortalState:
    """The ids of one portal's datasets, by dataset. Every note is on the disk before the next request is made."""

    def __init__(self, path: Path, domain: str) -> None:
        self._path = path
        self._domain = domain
        self._all = _read(path)

    def _notes(self, dataset: str) -> dict[str, Any]:
        portal = self._all.get(self._domain)
        notes = portal.get(dataset) if isinstance(portal, dict) else None
        return notes if isinstance(notes, dict) else {}

    def recall(self, dataset: str, what: str) -> str:
        """What was noted under `id`, `creating`, `copy` or `copying`; empty when nothing was."""
        told = self._notes(dataset).get(what, "")
        return told if isinstance(told, str) else ""

    def note(self, dataset: str, **notes: str) -> None:
        """Remember some things; an empty text forgets one."""
        kept = {name: told for name, told in {**self._notes(dataset), **notes}.items() if told}
        if kept == self._notes(dataset):
            return
        portal = self._all.get(self._domain)
        self._all[self._domain] = {**(portal if isinstance(portal, dict) else {}), dataset: kept}
        beside = self._path.with_name(f".{self._path.name}.new")
        try:
            write(beside, canonical_json(self._all).encode())
            beside.replace(self._path)
            sync(self._path.parent)
        except OSError as fault:
            raise SettingsError(f"{self._path} cannot be written: {fault.strerror}.") from fault


def _read(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
