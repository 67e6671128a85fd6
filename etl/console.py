"""What the commands share: options, printing, progress, and the settings behind them. Loads nothing heavy."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from schemas.errors import ReleaseDamaged

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
On = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="Take this day for today (default: today).")
]  # fmt: skip
CatalogueOption = Annotated[Path | None, typer.Option("--catalogue", help="The catalogue's folder [var/catalogue].")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it. Without this the plan is printed and nothing is changed.")]


def say(text: str) -> None:
    """Print a text for a person."""
    typer.echo(text)


def print_json(document: Any) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


@contextmanager
def progress_shown() -> Iterator[Callable[[str], None]]:
    """Shows the step under way on a terminal; silent otherwise."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("Starting") as status:
        yield status.update


def today(on: datetime | None) -> date:
    """The day of --on, else of the settings, else today."""
    from etl.settings import current

    return on.date() if on else current().today()


def catalogue_folder(given: Path | None) -> Path:
    """The folder of --catalogue, else of the settings."""
    from etl.settings import current

    return given or current().catalogue


def release_at(location: Path) -> Any:
    """The release in a folder, or the newest of the catalogue in it."""
    from schemas.release import open_catalogue, open_folder, open_release

    if (location / "manifest.json").is_file():
        return open_folder(location)
    try:
        return open_release(open_catalogue(location))
    except FileNotFoundError as fault:
        raise ReleaseDamaged(f"There is neither a release nor a catalogue in {location}.") from fault
