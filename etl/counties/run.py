"""All counties of a folder built, and the list written when none is left over."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from etl.counties.collection import Collection, write_collection
from etl.counties.crew import by_cluster, by_processes
from etl.counties.partitions import Partition
from etl.counties.work import Made, Stopped, Task
from etl.engines.names import Engine
from etl.errors import SettingsError
from etl.job import Job
from etl.judging import Progress, quiet
from etl.settings import county_named
from etl.signing import Signer
from etl.write import sign_in_place


@dataclass(frozen=True)
class Run:
    """What every county made or stopped at, by name, and the list; none where a county has no release."""

    made: tuple[Made, ...]
    stopped: tuple[Stopped, ...]
    collection: Collection | None


def build_counties(
    found: Sequence[Partition], job: Job, workers: int, signer: Signer | None = None, progress: Progress = quiet
) -> Run:  # fmt: skip
    """Build every county, the largest first, and write the list.

    job: what is the same for all; its `out` and `previous` hold a folder for each county. workers: how many are built at
    a time. A county that cannot be built stops no other, but the list is written only when all are built.
    """
    tasks = [_task(one, job) for one in sorted(found, key=lambda one: -one.size)]
    made, stopped = list[Made](), list[Stopped]()
    with _alone(job.out):
        for answer in _answers(tasks, job, workers):
            (made if isinstance(answer, Made) else stopped).append(answer)  # type: ignore[arg-type]
            progress(f"{len(made) + len(stopped)} of {len(tasks)} counties: {answer.county}")
        if signer:
            for one in made:
                sign_in_place(job.out / one.county / one.release, signer)
        listed = None if stopped else write_collection(
            job.out, [f"{one.county}/{one.release}" for one in made], job.settings.on)  # fmt: skip
    by_name = sorted(made, key=lambda one: one.county), sorted(stopped, key=lambda one: one.county)
    return Run(tuple(by_name[0]), tuple(by_name[1]), listed)


def _task(one: Partition, job: Job) -> Task:
    previous = job.previous / one.county if job.previous else None
    settings = replace(job.settings, jurisdiction=county_named(one.county))
    return Task(one.county, replace(job, submissions=one.folder, out=job.out / one.county, previous=previous,
                                    settings=settings))  # fmt: skip


def _answers(tasks: Sequence[Task], job: Job, workers: int) -> Iterator[Made | Stopped]:
    if job.engine is Engine.DASK and job.scheduler:
        alone = [replace(task, job=replace(task.job, engine=None, scheduler="")) for task in tasks]
        return by_cluster(alone, job.scheduler)
    return by_processes(tasks, workers)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """One build at a time in a folder; what a killed one left half-written is removed. The lock goes with the process."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with (out / ".lock").open("a") as lock:
            flock(lock, LOCK_EX | LOCK_NB)
            for half in out.glob("*/.incoming-*"):
                shutil.rmtree(half)
            yield
    except BlockingIOError as fault:
        raise SettingsError(f"Another build is under way in {out}. Wait for it, or give another --out.") from fault
