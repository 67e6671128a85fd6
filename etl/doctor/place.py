"""The machine: folders and their rights, disk, clock, fonts, and the port."""

import getpass
import json
import os
import shutil
import socket
from collections.abc import Iterator
from datetime import date, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from etl.doctor.line import Line, broken, command, ok, warn
from schemas.release import Catalogue

_OTHERS, _OTHERS_WRITE, _GROUP_OR_OTHERS_READ = 0o007, 0o002, 0o055
_MB = 1_000_000
_LEAST_FREE = 500 * _MB
_SPARE_RELEASES = 12
_SYNCHRONIZED = Path("/run/systemd/timesync/synchronized")
_PATIENCE_SECONDS = 5
_SAMPLE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="30"><text x="2" y="20" font-size="16" '
    'font-family="Source Sans, sans-serif">{}</text></svg>'
)


def _standing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(place for place in (path.absolute(), *path.absolute().parents) if place.exists())


def _writable(check: str, path: Path) -> Line | None:
    """What keeps this user from writing into a folder; None where nothing does."""
    place = _standing(path)
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        return None
    who = getpass.getuser()
    if not place.is_dir():
        return broken(check, path, f"{place} is not a folder.", f"Move {place} away, or name another folder.")
    return broken(check, path, f"{who} cannot write there.", command("chown", "-R", who, place))


def catalogue_rights(catalogue: Path) -> Line:
    """The publisher writes the catalogue, everybody else only reads it."""
    check = "catalogue folder"
    if fault := _writable(check, catalogue):
        return fault
    if not catalogue.exists():
        return ok(check, catalogue, "It is not there yet and can be made.")
    mode = catalogue.stat().st_mode
    if mode & _OTHERS_WRITE:
        return broken(
            check, catalogue, "Everybody on this machine can write there.", command("chmod", "o-w", catalogue)
        )
    if not mode & _GROUP_OR_OTHERS_READ:
        return warn(check, catalogue, "Only its owner can read it: a web server under its own user cannot.",
                    command("chmod", "-R", "go+rX", catalogue))  # fmt: skip
    return ok(check, catalogue, f"{getpass.getuser()} can write, others cannot.")


def inbox_rights(inbox: Path | None, catalogue: Path) -> Line:
    """The inbox holds counts before they are protected: nobody but the publisher may read it."""
    check = "inbox"
    if inbox is None:
        return ok(check, "DAYLIGHT_INBOX", "No inbox is named in the settings; its rights were not looked at.")
    if inbox.resolve().is_relative_to(catalogue.resolve()):
        return broken(check, inbox, "It lies in the catalogue, which is public.", "Move it, and set DAYLIGHT_INBOX.")
    if fault := _writable(check, inbox):
        return fault
    if not inbox.exists():
        return ok(check, inbox, "It is not there yet and can be made.")
    if inbox.stat().st_mode & _OTHERS:
        found = "Everybody on this machine can reach what agencies sent, small counts among it."
        return broken(check, inbox, found, command("chmod", "-R", "o-rwx", inbox))
    return ok(check, inbox, "Only its owner and group reach it.")


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def disk(catalogue: Catalogue | None, folder: Path) -> Line:
    """Room for the next releases: a publication needs twice the newest one, the year twelve times."""
    place = _standing(folder)
    free = shutil.disk_usage(place).free
    public = catalogue.published() if catalogue else ()
    one = _bytes_in(catalogue.release_folder(public[0].id)) if catalogue and public else 0
    found = f"{free // _MB} MB are free" + (f"; the newest release has {one / _MB:.1f} MB." if one else ".")
    mend = f"Make room: {command('du', '-xh', '--max-depth=2', place)} shows what is large."
    if free < max(2 * one, _LEAST_FREE // 5):
        return broken("disk", place, found, mend)
    if free < max(_SPARE_RELEASES * one, _LEAST_FREE):
        return warn("disk", place, found, mend)
    return ok("disk", place, found)


def clock(catalogue: Catalogue | None, today: date, now: datetime, *, synchronized: Path = _SYNCHRONIZED) -> Line:
    """The day decides what is due: it may not lie before the newest release, and somebody should set the clock."""
    looked_at = f"{now.isoformat(timespec='seconds')}, day {today}"
    newest = max((entry.created_on for entry in catalogue.index.releases), default=None) if catalogue else None
    if newest and today < newest:
        found = f"The newest release was made on {newest}, which has not come yet."
        return broken("clock", looked_at, found, "timedatectl set-ntp true")
    if today != now.date():
        return warn("clock", looked_at, "Another day than the clock's was asked for.",
                    "unset DAYLIGHT_ON, or leave --on away")  # fmt: skip
    if synchronized.parent.is_dir() and not synchronized.exists():
        return warn("clock", looked_at, "It has not been set by a time server yet.", "timedatectl set-ntp true")
    return ok("clock", looked_at, "It does not lie before the newest release.")


def fonts() -> Line:
    """Papers bring their letters; pictures as PNG need that letters are drawn at all."""
    import vl_convert  # noqa: PLC0415

    from etl.edition.typeset import FAMILY, families  # noqa: PLC0415

    looked_at = f"{FAMILY} for papers, a word drawn as PNG"
    if FAMILY not in families():
        return broken("fonts", looked_at, f"The letters {FAMILY} of the council's packet are missing.",
                      "pip install --force-reinstall --require-hashes -r requirements/run.txt")  # fmt: skip
    drawn, blank = (bytes(vl_convert.svg_to_png(_SAMPLE.format(word))) for word in ("Daylight", ""))
    if drawn == blank:
        return broken("fonts", looked_at, "Words in pictures are not drawn.", "apt-get install fonts-dejavu-core")
    return ok("fonts", looked_at, "Letters are drawn.")


def _health(host: str, port: int) -> str | None:
    """The release that a server at an address says it shows; None where it is no server of ours."""
    connection = HTTPConnection(host, port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("GET", "/health")
        told = json.loads(connection.getresponse().read(10_000))
        return str(told["release"] or "") if isinstance(told, dict) else None
    except (OSError, HTTPException, ValueError, KeyError):
        return None
    finally:
        connection.close()


def ports(host: str, chosen: tuple[int, ...], newest: str) -> Iterator[Line]:
    """Each port is free, or a server of ours shows the newest release there."""
    for port in chosen:
        yield _port("127.0.0.1" if host in ("", "0.0.0.0") else host, port, newest)  # noqa: S104 - compared, not bound


def _port(host: str, port: int, newest: str) -> Line:
    looked_at = f"{host}:{port}"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            pass
        else:
            return ok("port", looked_at, "It is free: nothing is served there now.")
    shown = _health(host, port)
    if shown is None:
        found = "Another program holds it, or this address is not of this machine."
        return broken("port", looked_at, found, f"ss -ltnp 'sport = :{port}' shows which; or set DAYLIGHT_PORT")
    if newest and shown != newest:
        found = f"The server there shows {shown or 'no release'}, and the newest is {newest}."
        return warn("port", looked_at, found, f"curl http://{looked_at}/health; then restart that server")
    return ok("port", looked_at, f"Our server answers and shows {shown or 'no release'}.")
