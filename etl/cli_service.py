"""The commands of whoever keeps the service running: doctor."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from etl.console import CatalogueOption, Json, On, print_json, progress_shown, say, signer, today

_PATIENCE_SECONDS = 10
"""How long the doctor waits for a portal in trouble, altogether."""


def doctor(
    catalogue: CatalogueOption = None,
    port: Annotated[
        list[int] | None, typer.Option("--port", help="Where a server is or would be; may be given again.")
    ] = None,
    no_portal: Annotated[bool, typer.Option("--no-portal", help="Ask no portal, even if one is configured.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print one line, and only if something is not well.")] = False,
    on: On = None,
    as_json: Json = False,
) -> None:
    """Look at everything the service needs and say what to mend. Changes nothing. Example: daylight doctor"""
    from etl import doctor as surgery
    from etl.errors import SettingsError
    from etl.settings import current, now, unknown_variables

    with progress_shown() as progress:
        progress("Looking")
        try:
            told = current()
            settings = told.model_copy(update={"catalogue": catalogue or told.catalogue})
            lines = surgery.examine(surgery.Situation(
                settings, today(on), now(), unknown_variables(),
                opened=lambda: signer(None, ask=False), reached=None if no_portal else _portal(),
                ports=tuple(port or (settings.port,)),
            ))  # fmt: skip
        except SettingsError as fault:
            lines = [surgery.unreadable(fault)]
    if as_json:
        print_json(surgery.as_json(lines))
    elif not quiet:
        say(surgery.as_text(lines))
    elif any(line.state is not surgery.State.OK for line in lines):
        say(surgery.summary(lines))
    if code := surgery.exit_code(lines):
        raise typer.Exit(code)


def _portal() -> Callable[[], Any] | None:
    """A function that asks the portal of the settings; None where none is configured."""
    from etl.settings import portal, portal_is_configured

    if not portal_is_configured():
        return None

    def reached() -> str:
        from etl.publish.socrata import SocrataPortal

        told = portal()
        return SocrataPortal(told.model_copy(update={"patience": min(told.patience, _PATIENCE_SECONDS)})).reached()

    return reached
