"""The command that begins a county: new-jurisdiction writes a folder that loads, and says what is left to do."""

import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import typer

from etl.console import Json, print_json, say


def _written(files: dict[str, str], place: Path) -> None:
    """Write a folder: whole and with declarations that agree, or not there."""
    from etl.errors import SettingsError
    from schemas.registry import check_declarations

    beside = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(mkdtemp(prefix=".new-", dir=place.parent))
        for path, text in files.items():
            file = beside / place.name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        check_declarations(str((beside / place.name).resolve()))
        (beside / place.name).rename(place)
    except OSError as fault:
        raise SettingsError(f"The folder {place} could not be written: {fault.strerror}.") from fault
    finally:
        if beside:
            shutil.rmtree(beside, ignore_errors=True)


def new_jurisdiction(
    name: Annotated[str, typer.Argument(help="The folder's name: small letters, digits, underscores.")],
    title: Annotated[str | None, typer.Option(help="How the county is called in full.")] = None,
    state: Annotated[
        str, typer.Option(help="Its state, where the state's law comes with the program: washington.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(file_okay=False, help="The folder it is written into [jurisdictions].")
    ] = None,
    as_json: Json = False,
) -> None:
    """Begin another county: write its folder, filled in as far as anyone can. Example: daylight new-jurisdiction example_county --title "Example County, Washington" --state washington"""
    from etl import new_jurisdiction as beginning
    from etl.settings import current
    from schemas.jurisdiction import bundled

    told = title if title is not None else name.replace("_", " ").title()
    county = beginning.NewCounty(name, told.strip(), state)
    faults = beginning.faults(county, bundled())
    if faults:
        raise typer.BadParameter(" ".join(faults))
    usual = current().jurisdictions
    place = (out or usual) / name
    if place.exists() or place.is_symlink():
        raise typer.BadParameter(f"{place} is there already. Nothing was changed.")
    _written(beginning.skeleton(county), place)
    steps = beginning.next_steps(county, place, found_by_itself=place.parent.resolve() == usual.resolve())
    if as_json:
        print_json({"jurisdiction": name, "folder": str(place), "next": [step.strip() for step in steps[1:-1]]})
        return
    for line in steps:
        say(line)
