"""`daylight build`: one county's release, or one for each county of a folder."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.console import Json, On, SignKey, Summary, print_json, progress_shown, say, signer, today
from etl.engines.names import Engine
from etl.runs import note, recorded

SUBMISSIONS = Annotated[
    Path,
    typer.Option(
        exists=True, file_okay=False,
        help="Every submission below this folder; an inbox's accepted ones; of many counties, jurisdiction=ID/….",
    ),
]  # fmt: skip


@recorded
def build(
    submissions: SUBMISSIONS,
    out: Annotated[Path, typer.Option(file_okay=False, help="The release is written into this folder, under its id.")],
    previous: Annotated[
        Path | None,
        typer.Option(help="The catalogue the release is to follow; of many counties, a folder with one for each."),
    ] = None,
    on: On = None,
    audit: Annotated[
        bool, typer.Option("--audit", help="Work out how far each hidden count is open, however many there are.")
    ] = False,
    sign_key: SignKey = None,
    engine: Annotated[
        Engine | None, typer.Option("--engine", help="What runs the checks [by size: pandas, polars, duckdb].")
    ] = None,
    scheduler: Annotated[str, typer.Option("--scheduler", help="The address of a cluster, for dask and spark.")] = "",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Many counties: how many are built at a time [one for each processor].")
    ] = None,
    summary: Summary = False,
    as_json: Json = False,
) -> None:
    """Make one release of all submissions. Example: daylight build --submissions data --out var/releases"""
    note(summary=summary)
    from etl.counties.partitions import partitions
    from etl.job import Job
    from etl.judging import Settings
    from etl.settings import current

    settings = Settings(today(on), current().jurisdiction)
    job = Job(submissions, out, settings, previous, engine, scheduler, audit)
    many = partitions(submissions)
    if many:
        _build_many(many, job, sign_key, workers, as_json=as_json)
    else:
        _build_one(job, sign_key, as_json=as_json)


def _build_one(job: Any, sign_key: Path | None, *, as_json: bool) -> None:
    from etl import report
    from etl.job import carried_out

    signing = signer(sign_key)  # may ask for a password: before progress is shown
    with progress_shown() as progress:
        done = carried_out(job, signer=signing, progress=progress)
    built, manifest = done.built, done.built.release.manifest
    note(release=manifest.id, warnings=len(built.warnings), unchanged=built.unchanged)
    warnings = [{"file": file, **report.finding_json(finding)} for file, finding in built.warnings]
    if as_json:
        print_json({"id": manifest.id, "digest": manifest.digest, "path": str(done.place), "unchanged": built.unchanged,
                     "previous": manifest.previous.id if manifest.previous else None, "warnings": warnings})  # fmt: skip
        return
    if warnings:
        typer.echo(f"{len(warnings)} warnings are published with the figures; --json lists them.", err=True)
    if built.unchanged:
        typer.echo("Nothing is new since this release; it was made again as it was.", err=True)
    say(manifest.id)


def _build_many(found: Any, job: Any, sign_key: Path | None, workers: int | None, *, as_json: bool) -> None:
    from dataclasses import asdict

    from etl.counties.collection import FILE
    from etl.counties.crew import processors
    from etl.counties.run import build_counties

    signing = signer(sign_key)
    with progress_shown() as progress:
        run = build_counties(found, job, workers or processors(), signing, progress)
    rows, warnings = sum(one.rows for one in run.made), sum(one.warnings for one in run.made)
    note(release=f"{len(run.made)} counties", warnings=warnings, unchanged=all(one.unchanged for one in run.made))
    if as_json:
        print_json({"collection": str(job.out / FILE) if run.collection else None, "rows": rows,
                     "counties": [asdict(one) for one in run.made], "stopped": [asdict(one) for one in run.stopped]})  # fmt: skip
    for one in run.stopped if not as_json else ():
        typer.echo(f"{one.county}: {one.says}\n", err=True)
    if not as_json:
        kept = Counter(one.kept for one in run.made)[True]
        before = f", {kept} of them by an earlier run" if kept else ""
        typer.echo(f"{len(run.made)} of {len(found)} counties are built{before}: {rows:,} rows submitted.", err=True)
    if run.stopped:
        if not as_json:
            typer.echo("Mend what was refused and run again: what is finished is kept.", err=True)
        raise typer.Exit(max(one.exit_code for one in run.stopped))
    if not as_json:
        say(str(job.out / FILE))
