"""The commands about proof: keygen makes a key that signs, verify checks, withdraw takes a release back openly."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from etl.console import (
    CatalogueOption,
    Json,
    On,
    SignKey,
    Yes,
    catalogue_folder,
    local_catalogue,
    print_json,
    progress_shown,
    say,
    signer,
    today,
)
from etl.runs import note, recorded
from schemas.errors import ReleaseDamaged


def _new_password(file: Path | None, *, encrypted: bool) -> str:
    """The password for a new key, from a file or from the person at the terminal; empty for a key without one."""
    from etl.settings import secret_in

    if not encrypted:
        return ""
    if file is None and not sys.stdin.isatty():
        raise typer.BadParameter("Give --password-file FILE, or --unencrypted for a key that nothing protects.")
    told = secret_in(file) if file else typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    if not told:
        raise typer.BadParameter("The password is empty.")
    return str(told)


def keygen(
    out: Annotated[
        Path, typer.Option("--out", "-o", file_okay=False, help="The folder the two files are written into.")
    ],
    password_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file whose first line is the password.")
    ] = None,
    unencrypted: Annotated[
        bool, typer.Option("--unencrypted", help="Protect the secret key with no password.")
    ] = False,
    follows: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="The secret key that the new one replaces: it signs the new one."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a key that signs releases: daylight.key and daylight.pub. Example: daylight keygen -o keys"""
    from etl.signing import make_keys

    if password_file and unencrypted:
        raise typer.BadParameter("--password-file and --unencrypted contradict each other.")
    older = signer(follows) if follows else None
    key = make_keys(out, password=_new_password(password_file, encrypted=not unencrypted), follows=older)
    if as_json:
        print_json({"key": key.id, "public": key.text, "folder": str(out), "follows": older.key.id if older else None})
        return
    say(f"Key {key.id}: the secret half is {out / 'daylight.key'}, the public half {out / 'daylight.pub'}.")
    say(f"Make this line known where people will find it without the catalogue:\n{key.text}")


def verify(
    location: Annotated[
        str, typer.Argument(help="The folder or the address of a release or a catalogue; the folder of a collection.")
    ],
    key: Annotated[
        str | None,
        typer.Option(help="The publisher's public key as you know it from elsewhere: a file or the key itself."),
    ] = None,
    expect: Annotated[
        str | None, typer.Option(help="The id of a release you have seen: it must be part of the history.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a release or catalogue with nothing but its public files. Example: daylight verify var/catalogue"""
    from dataclasses import asdict
    from tempfile import TemporaryDirectory

    from etl.counties.collection import is_collection, verify_collection
    from etl.counties.crew import processors
    from etl.fetch import fetch, is_address
    from etl.signatures import Trust
    from etl.signing import key_named
    from etl.verify import verify as check_everything

    trust = Trust(key_named(key) if key else None, expect or "")
    try:
        with progress_shown() as progress, TemporaryDirectory(prefix="daylight-verify-") as fetched:
            if is_address(location):
                fetch(location, Path(fetched), progress=progress)
            place = Path(fetched if is_address(location) else location)
            if is_collection(place):
                verified = verify_collection(place, trust, processors(), progress)
            else:
                verified = check_everything(place, trust=trust, progress=progress)
    except FileNotFoundError as fault:
        raise ReleaseDamaged(f"There is neither a release nor a catalogue in {location}.") from fault
    if as_json:
        print_json({"verdict": "verified", "verified": [asdict(one) for one in verified]})
        return
    for one in verified:
        say(f"{one.what} is as it was published:")
        for line in one.checks:
            say(f"  {line}")


@recorded
def withdraw(
    release: Annotated[str, typer.Argument(help="The id of the release.")],
    reason: Annotated[str, typer.Option(help="Why; everybody will read it.")],
    catalogue: CatalogueOption = None,
    on: On = None,
    sign_key: SignKey = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Withdraw a release; its place stays. Example: daylight withdraw ID --reason "A table held a wrong month." --yes"""
    why = " ".join(reason.split())
    if not why:
        raise typer.BadParameter("A release is not withdrawn without a reason.")
    note(destination="local", release=release, planned=not yes)
    place = catalogue_folder(catalogue)
    destination = local_catalogue(place, sign_key)
    plan = destination.plan_withdrawal(release, reason=why, on=today(on))
    done = destination.withdraw(plan) if yes else ()
    if as_json:
        print_json({"release": release, "reason": plan.entry.reason, "plan": plan.steps, "done": done})
    elif not plan.steps:
        say(f"{release} is withdrawn already ({plan.entry.reason}); nothing to do.")
    elif yes:
        say(f"Withdrew {release} from {place}.")
    else:
        say(f"Would withdraw {release} from {place}:")
        for step in plan.steps:
            say(f"  {step}")
        say("Nothing was changed. Add --yes to do it.")
