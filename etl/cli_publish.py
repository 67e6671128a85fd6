"""`daylight publish --to socrata`: what the command prints, and that it ends honestly."""

import sys
from dataclasses import dataclass
from pathlib import Path

import typer

from etl.console import print_json, progress_shown, say
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
