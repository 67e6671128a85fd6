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

Summary = Annotated[
    bool, typer.Option("--summary", help="End with one line on stderr that says how it went, fit for a mail.")
]

SignKey = Annotated[
    Path | None, typer.Option("--sign-key", exists=True, dir_okay=False, help="Sign with the secret key in this file.")
]


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


def signer(key: Path | None, *, ask: bool = True) -> Any:
    """The key of --sign-key, else of the settings, ready to sign; None where none is named.

    Its password comes from the settings, else (with `ask`) from the person at the terminal; SettingsError where there is
    neither.
    """
    from etl.errors import SettingsError
    from etl.settings import current
    from etl.signing import open_signer

    settings = current()
    chosen = key or settings.sign_key

    def password() -> str:
        told = settings.signing_password()
        if told is not None:
            return told
        if not (ask and sys.stdin.isatty()):
            raise SettingsError(
                f"The signing key {chosen} is encrypted: set DAYLIGHT_SIGN_KEY_PASSWORD or DAYLIGHT_SIGN_KEY_PASSWORD_FILE."
            )
        return str(typer.prompt(f"Password of {chosen}", hide_input=True, err=True))

    return open_signer(chosen, password) if chosen else None


def local_catalogue(folder: Path, key: Path | None) -> Any:
    """A catalogue folder as a place to publish, with the public address of the settings and somebody who signs."""
    from etl.publish.local import LocalCatalogue
    from etl.publish.page import Publisher
    from etl.settings import current

    return LocalCatalogue(folder, Publisher(home=current().public_url, signer=signer(key)))
