"""The commands for those who send reports and those who receive them: check, template, receive, aggregate."""

import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.console import Json, On, print_json, progress_shown, say, today
from etl.engines.names import Engine
from etl.runs import recorded

Files = Annotated[
    list[Path], typer.Argument(exists=True, dir_okay=False, help="Submissions: .csv, .xlsx, .ods; .parquet too")
]
EngineOption = Annotated[
    Engine | None, typer.Option("--engine", help="What runs the checks [by size: pandas, polars, duckdb].")
]
SchedulerOption = Annotated[str, typer.Option("--scheduler", help="The address of a cluster, for dask and spark.")]
DatasetOption = Annotated[str | None, typer.Option("--dataset", help="The dataset the files are for.")]
_AGGREGATED = "ice_requests, notice_compliance, information_disclosures or account_reviews."


def submittable_dataset(dataset_id: str) -> Any:
    """The dataset of that id as the county declares it; a usage error names those there are."""
    from etl.settings import current
    from etl.validate import submittable

    submitted = submittable(current().jurisdiction)
    for one in submitted:
        if one.id == dataset_id:
            return one
    known = ", ".join(one.id for one in submitted)
    raise typer.BadParameter(f"“{dataset_id}” is not a dataset that can be submitted. These are: {known}.")


def _run_settings(on: datetime | None, dataset_id: str | None) -> Any:
    from etl.judging import Settings
    from etl.settings import current

    return Settings(today(on), current().jurisdiction, submittable_dataset(dataset_id) if dataset_id else None)


def check(
    files: Files,
    dataset_id: DatasetOption = None,
    on: On = None,
    annotate: Annotated[
        Path | None, typer.Option(help="Write a copy of the one file with its findings marked.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the answer as a page that a browser opens.")] = None,
    engine: EngineOption = None,
    scheduler: SchedulerOption = "",
    as_json: Json = False,
) -> None:
    """Check submissions. Writes nothing but what --annotate and --html name. Example: daylight check training_2026-09.xlsx"""
    from etl import report
    from etl.engines.choice import is_large
    from etl.judging import judge
    from etl.write import write_file

    if annotate and len(files) != 1:
        raise typer.BadParameter("--annotate takes one file at a time.")
    names = [path.name for path in files]
    named = [(path, path.name if names.count(path.name) == 1 else str(path)) for path in files]
    settings = _run_settings(on, dataset_id)
    with progress_shown() as progress:
        if engine or any(map(is_large, files)):
            judged = _on_engine(named, settings, (engine, scheduler, annotate), progress)
        else:
            judged = judge(named, settings, progress=progress)
    if html:
        from etl.answer import answer_page

        write_file(html, answer_page(judged).encode())
    if annotate:
        from etl.annotate import annotate as annotated

        write_file(annotate, annotated(files[0], judged[0]))
    if as_json:
        print_json(report.as_json(judged))
    elif sys.stdout.isatty():
        from etl.answer import terminal_table

        say(terminal_table(judged, shutil.get_terminal_size().columns))
    else:
        say(report.as_text(judged))
    if any(one.refused for one in judged):
        raise typer.Exit(10)


def _on_engine(named: Any, settings: Any, told: tuple[Engine | None, str, Path | None], progress: Any) -> Any:
    """Judge files on the engine that was asked for, or on the one that their size asks for."""
    from etl.engines.choice import engine_for
    from etl.engines.frames import Session
    from etl.engines.judge import judge
    from etl.judging import Submission

    if told[2]:
        raise typer.BadParameter("--annotate marks a county's file; it takes no --engine and no large file.")
    with Session(told[0] or engine_for([path for path, _ in named]), told[1]) as session:
        submissions = [Submission(path, name, path.parent) for path, name in named]
        return judge(submissions, settings, session, progress=progress)


def template(
    dataset_id: Annotated[str, typer.Argument(help="The dataset to report.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", dir_okay=False, help="The workbook to write.")] = None,
    period: Annotated[list[str] | None, typer.Option(help="A period to prefill; may be given again.")] = None,
    agency: Annotated[str | None, typer.Option(help="The agency to prefill.")] = None,
    on: On = None,
) -> None:
    """Write an Excel workbook to fill in. Example: daylight template notice_compliance --period 2026-10 -o october.xlsx"""
    from etl.settings import current
    from etl.template import due_periods
    from etl.template import template as workbook
    from etl.write import write_file
    from schemas.jurisdiction import jurisdiction

    declared, county = submittable_dataset(dataset_id), jurisdiction(current().jurisdiction)
    periods = tuple(period or ()) or due_periods(declared, county, on=today(on), agency=agency)
    place = out or Path("_".join([declared.id, *periods[-1:]]) + ".xlsx")
    write_file(place, workbook(declared, county, periods=periods, agency=agency))
    say(f"Wrote {place}. Fill in the sheet Data, then: daylight check {place}")


@recorded
def receive(
    files: Files,
    inbox: Annotated[Path, typer.Option(file_okay=False, help="The inbox's folder; it is made when missing.")],
    dataset_id: DatasetOption = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Take files into an inbox that loses nothing. Example: daylight receive training_2026-09.xlsx --inbox inbox"""
    from etl import inbox as mailbox
    from etl.settings import now

    with progress_shown() as progress:
        settings = _run_settings(on, dataset_id)
        received = mailbox.receive(files, inbox, settings=settings, received_at=now(), progress=progress)
    if as_json:
        print_json(mailbox.as_json(received))
    else:
        say(mailbox.as_text(received))
    if any(receipt.latest.verdict == "refused" for receipt in received):
        raise typer.Exit(10)


def aggregate(
    log: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The agency's own log, one row a request.")],
    dataset_id: Annotated[str, typer.Option("--dataset", help=_AGGREGATED)],
    mapping: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="How the log's columns are counted (TOML).")
    ],
    out: Annotated[Path, typer.Option("-o", "--out", dir_okay=False, help="The submission to write: .xlsx or .csv")],
    first: Annotated[str, typer.Option("--from", help="The first month; by default the log's first.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last month; by default the log's last.")] = "",
    on: On = None,
) -> None:
    """Count an agency's own log into a submission. Example: daylight aggregate log.csv --dataset ice_requests --mapping map.toml -o ice_requests_2026-09.xlsx"""
    from etl import aggregate as counting
    from etl import report
    from etl.mapping import read_mapping
    from etl.write import write_file

    if out.resolve() == log.resolve() or out.suffix.lower() not in (".csv", ".xlsx"):
        raise typer.BadParameter("-o names the submission to write: another file, ending in .xlsx or .csv.")
    settings, declared = _run_settings(on, dataset_id), submittable_dataset(dataset_id)
    rules = read_mapping(mapping, declared, settings.jurisdiction)
    rows = counting.read_log(log, rules)
    periods = counting.months_of(rows, rules, first=first, last=last, on=settings.on)
    table = counting.aggregate(rows, rules, declared, periods=periods)
    judged = counting.checked(table, out.name, settings)
    if judged.findings:
        typer.echo(report.as_text([judged]), err=True)
    if judged.refused:
        typer.echo("Nothing was written.", err=True)
        raise typer.Exit(10)
    write_file(out, counting.submission_bytes(table, declared, out.suffix.lower()))
    say(f"Wrote {out}: {len(table)} rows of counts for {len(periods)} months, and nothing else of the log.")
