"""`daylight publish` to Socrata, and of many counties at once: what the command prints, and that it ends honestly."""

import sys
from dataclasses import dataclass
from pathlib import Path

import typer

from etl.console import local_catalogue, print_json, progress_shown, say
from etl.counties.collection import open_collection, write_collection
from etl.publish.portal_plan import Permissions, PortalPlan
from etl.publish.socrata import SocrataPortal
from etl.settings import portal
from schemas.release import open_folder


@dataclass(frozen=True)
class Options:
    """The options of the command."""

    yes: bool
    allow_shrink: bool
    allow_sample: bool
    chosen: tuple[str, ...]
    as_json: bool


def publish_to_socrata(folder: Path, options: Options) -> None:
    """Plan, print, and with --yes act. The exit code is 13 where anything is not as it should be."""
    settings = portal()
    release = open_folder(folder)
    allowed = Permissions(shrink=options.allow_shrink, sample=options.allow_sample)
    done: tuple[str, ...] = ()
    with progress_shown() as progress:
        destination = SocrataPortal(settings, allowed=allowed, chosen=options.chosen, progress=progress)
        plan = destination.plan(release)
        refused = any(one.problems for one in plan.tables)
        if refused and not options.as_json:
            _print_plan(plan, settings.domain)
        if options.yes or refused:
            try:
                done = destination.publish(plan).done
            except KeyboardInterrupt:
                typer.echo(
                    "Stopped. Readers see each table as it was or as it should be. Run again to go on.", err=True
                )
                sys.exit(130)
    _print(plan, done, options, settings.domain)


def publish_collection(folder: Path, catalogues: Path, sign_key: Path | None, *, yes: bool, as_json: bool) -> None:
    """Publish each county's release of a collection into its own catalogue, then the list of what is public."""
    made, planned = open_collection(folder), dict[str, list[str]]()
    with progress_shown() as progress:
        for number, one in enumerate(made.counties, start=1):
            progress(f"{number} of {len(made.counties)} counties: {one.county}")
            destination = local_catalogue(catalogues / one.county, sign_key)
            plan = destination.plan(open_folder(folder / one.path))
            planned[one.county] = list(plan.steps)
            if yes:
                destination.publish(plan)
        if yes:
            paths = [f"{one.county}/releases/{one.release}" for one in made.counties]
            write_collection(catalogues, paths, made.created_on)
    changed = sum(1 for steps in planned.values() if steps)
    if as_json:
        print_json({"destination": str(catalogues), "counties": planned, "published": changed if yes else 0})
    elif yes:
        say(f"Published {changed} of {len(planned)} counties' releases in {catalogues}; the others were there already.")
    else:
        say(
            f"Would publish {changed} of {len(planned)} counties' releases in {catalogues}, each in a catalogue of its own."
        )
        say("Nothing was changed. Add --yes to do it.")


def _print_plan(plan: PortalPlan, domain: str) -> None:
    say(f"{plan.release.id} on {domain}:")
    for one in plan.tables:
        for line in one.lines():
            say(f"  {line}")


def _print(plan: PortalPlan, done: tuple[str, ...], options: Options, domain: str) -> None:
    if options.as_json:
        ids = {one.table.id: one.dataset for one in plan.tables}
        print_json({"destination": plan.destination, "domain": domain, "release": plan.release.id, "plan": plan.steps,
                    "done": done, "datasets": ids})  # fmt: skip
    elif not plan.steps:
        say(f"{plan.release.id} is on {domain} already, {len(plan.tables)} tables; nothing to do.")
    elif options.yes:
        say(f"Published {plan.release.id} on {domain}:")
        for line in done:
            say(f"  {line}")
    else:
        _print_plan(plan, domain)
        say("Nothing was changed. Add --yes to do it.")
