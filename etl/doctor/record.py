"""The record: the catalogue's health, how old its data are, the key that signs it, and the portal."""

import os
import stat
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from etl.chain import check_catalogue
from etl.doctor.line import DAMAGED, NOT_PUBLISHED, Line, broken, command, ok, warn
from etl.errors import PublicationFailed, SettingsError
from etl.lineage import FOLDER, lineage
from etl.signatures import Trust
from etl.signing import Signer
from schemas.errors import ReleaseDamaged
from schemas.release import Catalogue, OpenRelease, open_catalogue

_REPLACE_KEY_DAYS = 730
_KEY = "signing key"


def catalogue_health(folder: Path) -> tuple[Line, Catalogue | None, list[OpenRelease]]:
    """Hashes, first page, chain and signatures of a catalogue, with what was opened for the other checks."""
    verify = command("daylight", "verify", folder)
    try:
        catalogue = open_catalogue(folder)
        found, releases = check_catalogue(catalogue, Trust())
    except FileNotFoundError:
        return warn("catalogue", folder, "Nothing is published there.",
                    "daylight build …, then daylight publish RELEASE --to local --yes"), None, []  # fmt: skip
    except ReleaseDamaged as fault:
        mend = f"{verify}; publish the newest release again, or restore the backup"
        return broken("catalogue", folder, str(fault), mend, code=DAMAGED), None, []
    return ok("catalogue", folder, found.checks[0]), catalogue, releases


def newest_data(releases: list[OpenRelease], on: date, grace: int) -> Line:
    """How old the newest data are, against the day on which the next ones should have been published."""
    from etl.convert import last_day  # noqa: PLC0415 - loads pandas
    from etl.derive import due_on, duties_until  # noqa: PLC0415
    from schemas.jurisdiction import jurisdiction  # noqa: PLC0415

    if not releases:
        return warn("newest data", "no release", "There are no data yet.", "daylight build …")
    manifest = releases[0].manifest
    county = jurisdiction(manifest.jurisdiction)
    ended = last_day(manifest.data_to)
    due = {period: due_on(period, county.due_day) for _duty, period in duties_until(county, on)}
    waiting = [period for period, day in due.items() if last_day(period) > ended and day + timedelta(days=grace) < on]
    found = f"The data reach to {manifest.data_to}, {(on - ended).days} days ago"
    if waiting:
        first = min(waiting, key=last_day)
        found = f"{found}. {first} was due on {due[first]} and has not been published."
        mend = "daylight status; then build and publish, or remind the agencies"
        return broken("newest data", manifest.id, found, mend, code=NOT_PUBLISHED)
    return ok("newest data", manifest.id, f"{found}; nothing that is due is missing from them.")


def _file_rights(check: str, path: Path) -> Line | None:
    """What is wrong with a file that holds a secret; None where nothing is."""
    try:
        facts = path.lstat()
    except OSError as fault:
        mend = f"restore the backup of keys, or: {command('daylight', 'keygen', '-o', path.parent)}"
        return broken(check, path, f"It cannot be read: {fault.strerror}.", mend)
    if not stat.S_ISREG(facts.st_mode):
        return broken(check, path, "It is not a plain file.", "Name the file itself.")
    if facts.st_mode & 0o077:
        found = f"Others may reach it (rights {stat.S_IMODE(facts.st_mode):04o})."
        return broken(check, path, found, command("chmod", "600", path))
    if facts.st_uid not in (os.geteuid(), 0):
        return broken(check, path, "It belongs to another user.", command("chown", str(os.geteuid()), path))
    return None


def _key_in_use(catalogue: Catalogue | None) -> str:
    """The id of the newest key of a catalogue; empty where nothing is signed."""
    if catalogue is None:
        return ""
    names = [name for name in catalogue.index.files if name.startswith(FOLDER)]
    line = lineage({name: (catalogue.folder / name).read_bytes() for name in names})
    return line.keys[-1].id if line.keys else ""


def signing_key(
    path: Path | None, password_file: Path | None, opened: Callable[[], Signer | None], catalogue: Catalogue | None,
    today: date,
) -> Line:  # fmt: skip
    """The key that signs: it exists, only its owner reads it, it can be opened, and it is the catalogue's or follows it."""
    used = _key_in_use(catalogue)
    if path is None:
        return _no_key(used)
    for file in (path, password_file):
        if file and (fault := _file_rights(_KEY, file)):
            return fault
    try:
        signer = opened()
    except SettingsError as fault:
        return broken(_KEY, path, str(fault), "Set DAYLIGHT_SIGN_KEY_PASSWORD_FILE, or name the right key.")
    return _key_fits(path, signer, used, today) if signer else _no_key(used)


def _no_key(used: str) -> Line:
    if used:
        found = f"The catalogue is signed with key {used}, and no key is named here: this machine cannot publish."
        return warn(_KEY, "DAYLIGHT_SIGN_KEY", found, "Set DAYLIGHT_SIGN_KEY where releases are published.")
    return warn(_KEY, "DAYLIGHT_SIGN_KEY", "Releases are not signed.", "daylight keygen -o keys")


def _key_fits(path: Path, signer: Signer, used: str, today: date) -> Line:
    """A key that can be opened, against the one in use, and its age by the day its file was written."""
    if used and used != signer.key.id and not signer.endorsement:
        found = f"It is {signer.key.id}; the catalogue is signed with {used}, which did not sign this one."
        return broken(_KEY, path, found, "Name the key in use, or make one with: daylight keygen --follows OLD -o NEW")
    days = (today - date.fromtimestamp(path.stat().st_mtime)).days  # noqa: DTZ012 - a day of this machine
    found = f"Key {signer.key.id}, {days} days old; " + ("the catalogue's." if used == signer.key.id else "new here.")
    if days > _REPLACE_KEY_DAYS:
        return warn(_KEY, path, found, command("daylight", "keygen", "--follows", path, "-o", "keys-next"))
    return ok(_KEY, path, found)


def portal(reached: Callable[[], str] | None) -> Line:
    """Whether the portal answers and takes the key. Reads only."""
    if reached is None:
        return ok("portal", "DAYLIGHT_SOCRATA_DOMAIN", "No portal is in the settings; none was asked.")
    try:
        return ok("portal", "the portal of the settings", reached())
    except SettingsError as fault:
        return broken("portal", "DAYLIGHT_SOCRATA_…", str(fault), "docs/how-to/publish-to-socrata.md")
    except PublicationFailed as fault:
        mend = "daylight publish RELEASE --to socrata, without --yes, tells more"
        return broken("portal", "the portal of the settings", str(fault), mend, code=NOT_PUBLISHED)
