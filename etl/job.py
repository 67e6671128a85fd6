"""One county's submissions -> a release in a folder: what `daylight build` does, here or in a worker."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from etl import pipeline, report
from etl.assemble import signed
from etl.engines.choice import engine_for, is_large
from etl.engines.names import Engine
from etl.errors import NothingSubmitted, SubmissionRefused
from etl.file_names import shown_name
from etl.inbox import submissions_for
from etl.judging import Judged, Progress, Settings, Submission, judge_submissions, quiet
from etl.pipeline import Built
from etl.signing import Signer
from etl.write import write_release
from schemas.jurisdiction import jurisdiction
from schemas.registry import check_declarations, dataset
from schemas.release import Link, OpenRelease, open_catalogue, open_release

_DATASET, _YEAR = "dataset=", "year="


@dataclass(frozen=True)
class Job:
    """What a build is told.

    submissions: the folder. out: where the release is written, under its id. previous: the catalogue it is to follow.
    engine: what runs the checks; None for the one that the files' size asks for. scheduler: the address of a cluster.
    """

    submissions: Path
    out: Path
    settings: Settings
    previous: Path | None = None
    engine: Engine | None = None
    scheduler: str = ""
    audit: bool = False


@dataclass(frozen=True)
class Done:
    """A release that was written: what was built, where it lies, and how many rows were submitted."""

    built: Built
    place: Path
    rows: int


def history(previous: Path | None) -> tuple[list[OpenRelease], Link | None]:
    """The releases of a catalogue that are still public, newest first, and the link that the next one must carry."""
    if previous is None:
        return [], None
    try:
        catalogue = open_catalogue(previous)
    except FileNotFoundError:
        return [], None
    newest = catalogue.index.releases[0]
    return [open_release(catalogue, one.id) for one in catalogue.published()], Link(id=newest.id, digest=newest.digest)


def carried_out(job: Job, *, signer: Signer | None = None, progress: Progress = quiet) -> Done:
    """Check everything that was submitted, build the release, and write it."""
    key = job.settings.jurisdiction
    check_declarations(key)
    found = [_in_its_folder(one, key) for one in submissions_for(job.submissions, jurisdiction(key).id)]
    if not found:
        raise NothingSubmitted(
            f"There is no submission (.csv, .xlsx, .ods, .parquet) of this county below {job.submissions}, or none was accepted."
        )
    earlier, follows = history(job.previous)
    settings = replace(job.settings, follows=follows)
    judged = _judged(found, settings, job, progress)
    pipeline.refuse_if_needed(judged, report.as_text)
    _refuse_other_years(judged)
    built = pipeline.build(judged, settings, earlier=earlier, audit=job.audit, progress=progress)
    made = signed(built.release, signer) if signer and not built.unchanged else built.release
    return Done(built, write_release(made, job.out, earlier), sum(one.validated.rows for one in judged))


def _judged(found: Sequence[Submission], settings: Settings, job: Job, progress: Progress) -> list[Judged]:
    """Judged by the engine that was asked for, or that large files ask for; a county's files the ordinary way."""
    if job.engine is None and not any(is_large(one.path) for one in found):
        return judge_submissions(found, settings, progress=progress)
    from etl.engines.frames import Session
    from etl.engines.judge import judge_whole

    with Session(job.engine or engine_for([one.path for one in found]), job.scheduler) as session:
        return judge_whole(found, settings, session, progress=progress)


def _named(name: str, what: str) -> str:
    """What a folder on the way to a file says, in the manner of partitioned files: dataset=ice_requests/year=2026."""
    return next((part.removeprefix(what) for part in Path(name).parts[:-1] if part.startswith(what)), "")


def _in_its_folder(one: Submission, county: str) -> Submission:
    """The submission with the dataset that its folder names, if it does."""
    named = _named(one.name, _DATASET)
    return replace(one, dataset=dataset(named, county)) if named else one


def _refuse_other_years(judged: Sequence[Judged]) -> None:
    """SubmissionRefused where a file holds a period of another year than its folder says."""
    wrong = []
    for one in judged:
        year, table = _named(one.file.name, _YEAR), one.validated.table
        if year and table is not None:
            other = table.index[~table["period"].str.startswith(year).fillna(value=False).astype(bool)]
            wrong += (
                [f"{shown_name(one.file.name)}, row {other[0]}: the period is not of {year}."] if len(other) else []
            )
    if wrong:
        raise SubmissionRefused(
            "\n".join([*wrong, "Move these rows to the folder of their year, or rename the folder."])
        )
