"""One county of many: its release, or the one of an earlier run where nothing has changed since.

What a worker is told and answers is plain data, because it travels between processes and machines.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import etl
import schemas
from etl import durable
from etl.errors import SettingsError
from etl.job import Job, carried_out
from schemas.errors import DaylightError
from schemas.jurisdiction import homes
from schemas.release import canonical_json, read_manifest

NOTES = ".made"
"""The folder of the notes that say from what each county's release was made."""


@dataclass(frozen=True)
class Task:
    """A county and what its build is told."""

    county: str
    job: Job


@dataclass(frozen=True)
class Made:
    """A county's release: its id and digest, the rows submitted, and whether it was there already."""

    county: str
    release: str
    digest: str
    rows: int
    warnings: int
    unchanged: bool
    kept: bool = False


@dataclass(frozen=True)
class Stopped:
    """Why a county has no release, in words that hold no cell's value, and the exit code that goes with it."""

    county: str
    exit_code: int
    says: str


def done(task: Task) -> Made | Stopped:
    """Build a county's release unless it is there, made by this program from the same files on the same day."""
    try:
        print_ = fingerprint(task.job)
        return _noted(task, print_) or _made(task, print_)
    except DaylightError as fault:
        return Stopped(task.county, fault.exit_code, str(fault))


def _made(task: Task, print_: str) -> Made:
    """A county's release made and noted."""
    written = carried_out(task.job)
    manifest, built = written.built.release.manifest, written.built
    made = Made(task.county, manifest.id, manifest.digest, written.rows, len(built.warnings), built.unchanged)
    durable.write(_note(task), canonical_json({"of": print_, "made": asdict(made)}).encode())
    return made


def _note(task: Task) -> Path:
    return task.job.out.parent / NOTES / f"{task.county}.json"


def _noted(task: Task, print_: str) -> Made | None:
    """What an earlier run noted, if it was made of the same and is there."""
    try:
        note = json.loads(_note(task).read_text(encoding="utf-8"))
        made = Made(**{**note["made"], "kept": True})
        there = note["of"] == print_ and read_manifest(task.job.out / made.release).digest == made.digest
    except (OSError, ValueError, KeyError, TypeError, DaylightError):
        return None
    return made if there else None


def fingerprint(job: Job) -> str:
    """A hash of all that a release is made of: the program, the county's folders, what was submitted, what it follows."""
    told = {
        "program": _program(),
        "county": _files(path for home in homes(job.settings.jurisdiction)[:1] for path in _below(home)),
        "submitted": _files(_below(job.submissions), job.submissions),
        "previous": _files(path for path in [job.previous / "catalogue.json"] if path.is_file()) if job.previous else "",
        "settings": [str(job.settings.on), job.settings.jurisdiction, job.audit],
    }  # fmt: skip
    return hashlib.sha256(canonical_json(told).encode()).hexdigest()


@cache
def _program() -> str:
    return _files([*_below(Path(etl.__file__).parent), *_below(Path(schemas.__file__).parent)])


def _below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def _files(paths: Iterable[Path], folder: Path | None = None) -> str:
    """A hash over files; with a folder, over their places in it too."""
    hashed = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as fault:
            raise SettingsError(f"{path} cannot be read: {fault.strerror}.") from fault
        hashed.update(f"{path.relative_to(folder) if folder else path.name} {content}\n".encode())
    return hashed.hexdigest()
