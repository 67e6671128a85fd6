"""The command `daylight`. Every command says what it does with an example; heavy modules load when one runs.

Exit codes (contract, section 2): 0 done, 2 usage, 10 submission refused, 11 disclosure refused, 12 release damaged,
13 publication failed, 14 settings, 15 a declaration is wrong.
"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from etl import cli_agency, cli_build, cli_county, cli_service, cli_trust
from etl.console import (
    CatalogueOption,
    Json,
    On,
    SignKey,
    Summary,
    Yes,
    catalogue_folder,
    local_catalogue,
    print_json,
    progress_shown,
    release_at,
    say,
    today,
)
from etl.runs import note, recorded, say_summaries
from schemas.errors import DaylightError

app = typer.Typer(
    name="daylight", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="Daylight: check agencies' reports, protect small counts, and publish a record anyone can verify.",
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
for command in (
    cli_build.build, cli_agency.check, cli_agency.template, cli_agency.receive, cli_agency.aggregate,
    cli_trust.keygen, cli_trust.verify, cli_trust.withdraw, cli_service.doctor, cli_county.new_jurisdiction,
):  # fmt: skip
    app.command()(command)


class To(StrEnum):
    """Where a release can be published."""

    LOCAL = "local"
    SOCRATA = "socrata"


@app.command()
def datasets(as_json: Json = False) -> None:
    """List the datasets. Example: daylight datasets --json"""
    from etl.settings import current
    from schemas.jurisdiction import jurisdiction
    from schemas.registry import check_declarations
    from schemas.registry import datasets as declared

    check_declarations(current().jurisdiction)
    county = jurisdiction(current().jurisdiction)
    rows = [
        {
            "id": one.id, "title": one.title, "one_row_is": one.one_row_is, "grain": [str(grain) for grain in one.grains],
            "basis": sorted({str(county.cited(key).basis) for key in one.law}), "made_by": str(one.made_by),
            "columns": [column.name for column in one.columns],
        }
        for one in declared(county.key)
    ]  # fmt: skip
    if as_json:
        print_json({"datasets": rows})
        return
    for row in rows:
        say(f"{row['id']}\n    {row['title']}. One row is {row['one_row_is']}.")
        say(f"    grain: {', '.join(row['grain']) or 'none'}; basis: {', '.join(row['basis'])}")


@app.command()
def diff(old: Path, new: Path, as_json: Json = False) -> None:
    """Say what changed between two releases. Example: daylight diff var/releases/OLD var/releases/NEW"""
    from dataclasses import asdict

    from etl import compare

    before, after = release_at(old), release_at(new)
    keys = {name: after.definition(name)["key"] for name in after.dataset_ids()}
    changes = compare.differences(before, after, keys)
    periods = compare.new_periods(before, compare.text_tables(after))
    if as_json:
        rows = [
            {("class" if name == "change_class" else name): value for name, value in asdict(c).items()} for c in changes
        ]
        print_json({"old": before.id, "new": after.id, "new_periods": periods, "changes": rows})
        return
    say(f"From {before.id} to {after.id}:")
    for name, some in periods.items():
        if some:
            say(f"  new in {name}: {', '.join(some)}")
    for c in changes:
        because = f": {c.reason}" if c.reason else ""
        say(f"  {c.dataset}, {c.key}, {c.column}: {c.old or 'not reported'} → {c.new or 'not reported'}"
             f" ({c.change_class}{because})")  # fmt: skip
    if not changes:
        say("  no published figure changed")


@app.command()
@recorded
def publish(  # noqa: PLR0913, PLR0917 - one option each
    release: Annotated[Path, typer.Argument(help="The folder of a release, or of a collection of many counties'.")],
    to: Annotated[To, typer.Option(help="Where to.")],
    catalogue: CatalogueOption = None,
    sign_key: SignKey = None,
    yes: Yes = False,
    dataset: Annotated[list[str] | None, typer.Option(help="Socrata: only this table; may be given again.")] = None,
    allow_shrink: Annotated[
        bool, typer.Option("--allow-shrink", help="Socrata: a table may lose more rows than the settings allow.")
    ] = False,
    allow_sample: Annotated[
        bool, typer.Option("--allow-sample", help="Socrata: sample rows may go to private datasets.")
    ] = False,
    summary: Summary = False,
    as_json: Json = False,
) -> None:
    """Publish a release. Example: daylight publish var/releases/ID --to local --catalogue var/catalogue --yes"""
    from etl.counties.collection import is_collection
    from schemas.release import open_folder

    note(summary=summary, destination=str(to), release=release.resolve().name, planned=not yes)
    if to is To.LOCAL and is_collection(release):
        from etl.cli_publish import publish_collection

        publish_collection(release, catalogue_folder(catalogue), sign_key, yes=yes, as_json=as_json)
        return
    if to is To.SOCRATA:
        from etl.cli_publish import Options, publish_to_socrata

        publish_to_socrata(release, Options(yes, allow_shrink, allow_sample, tuple(dataset or ()), as_json))
        return
    destination = local_catalogue(catalogue_folder(catalogue), sign_key)
    plan = destination.plan(open_folder(release))
    done = destination.publish(plan).done if yes else ()
    if as_json:
        print_json({"destination": plan.destination, "release": plan.release.id, "plan": plan.steps, "done": done})
        return
    if not plan.steps:
        say(f"{plan.release.id} is published already; nothing to do.")
    elif yes:
        say(f"Published {plan.release.id} in {destination.folder}.")
    else:
        say(f"Would publish {plan.release.id} in {destination.folder}:")
        for step in plan.steps:
            say(f"  {step}")
        say("Nothing was changed. Add --yes to do it.")


@app.command()
def status(
    catalogue: CatalogueOption = None,
    inbox: Annotated[Path | None, typer.Option(exists=True, file_okay=False, help="Read an inbox instead.")] = None,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Say who has reported what. Example: daylight status --on 2026-11-20"""
    from etl.settings import current
    from etl.status import as_text, county_of, reports
    from schemas.jurisdiction import jurisdiction

    if inbox:
        from etl.inbox import inbox_status

        source = {"inbox": str(inbox)}
        rows = inbox_status(inbox, jurisdiction(current().jurisdiction), today(on))
    else:
        release = release_at(catalogue_folder(catalogue))
        county = county_of(release, current().jurisdiction)
        source, rows = {"release": release.id}, reports(release, county, today(on))
    if as_json:
        print_json({**source, "reports": rows})
    else:
        say(as_text(rows))


@app.command()
def packet(
    quarter: Annotated[str, typer.Option(help="The quarter, such as 2026Q3.")],
    out: Annotated[Path, typer.Option("-o", "--out", dir_okay=False, help="The PDF file to write.")],
    catalogue: CatalogueOption = None,
) -> None:
    """Write the council's packet of a quarter as PDF. Example: daylight packet --quarter 2026Q3 -o packet.pdf"""
    from etl.edition import packet as paper
    from etl.edition.pages import Site
    from etl.edition.quarter import quarter as quarter_of
    from etl.edition.record import record_of
    from etl.write import write_file

    chosen = quarter_of(quarter)
    record = record_of(release_at(catalogue_folder(catalogue)))
    with progress_shown() as progress:
        progress("Drawing the charts")
        made = paper.packet_pdf(record, chosen, Site(record).picture)
    write_file(out, made)
    say(f"Wrote {out}: {chosen}, from release {record.release_id}.")


@app.command()
def serve(
    catalogue: CatalogueOption = None,
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            help="A catalogue to compare with, or the folder of many counties'; may be given again.", metavar="<dir>"
        ),
    ] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on [127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on [8501].")] = None,
) -> None:
    """Show the dashboard, and the catalogue under /catalogue/. Example: daylight serve --port 8501"""
    from dashboard.server import Site  # the one door from the command to the dashboard
    from dashboard.server import serve as run
    from etl.counties.collection import catalogues_in, is_collection
    from etl.errors import SettingsError
    from etl.settings import current

    settings, shown = current(), catalogue_folder(catalogue)
    named = [place for one in beside or () for place in (catalogues_in(one) if is_collection(one) else [one])]
    others = tuple(one for one in named if one.resolve() != shown.resolve())
    where = (host or settings.host, settings.port if port is None else port)
    try:
        run(Site(shown, others, *where), logs=settings.log == "json")
    except OSError as fault:
        raise SettingsError(
            f"Cannot listen on {where[0]}:{where[1]}: {fault.strerror}. Choose another --port."
        ) from fault


def main() -> None:
    """Run the command; a person sees a sentence and an exit code, never a traceback for what they can mend."""
    try:
        app()
    except DaylightError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("Stopped. Nothing half done was left.", err=True)
        sys.exit(130)
    finally:
        say_summaries()
