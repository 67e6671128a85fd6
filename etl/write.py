"""A release in memory -> a folder: whole, or not there."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp

from etl.assemble import Release, signature
from etl.certificate_check import check_certificate
from etl.errors import DisclosureRefused, SettingsError
from etl.signing import Signer
from schemas.errors import ReleaseDamaged
from schemas.release import PUBLIC_KEY, SIGNATURE, SUMS, OpenRelease, open_folder


def write_file(place: Path, content: bytes) -> None:
    """Write one file: whole, or not there; SettingsError says why it could not be written."""
    beside = place.with_name(f".{place.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(place)
    except OSError as fault:
        raise SettingsError(f"{place} could not be written: {fault.strerror}.") from fault


def write_release(release: Release, out: Path, earlier: Sequence[OpenRelease] | None = None) -> Path:
    """Write the release under its id; one that is there already and is whole is left as it is.

    earlier: the releases that are still public. The certificate is then checked as anyone will check it, from the written
    files alone; DisclosureRefused when it does not hold, and nothing is left.
    """
    place = out / release.manifest.id
    try:
        out.mkdir(parents=True, exist_ok=True)
        if place.exists():
            try:
                open_folder(place)
            except ReleaseDamaged:
                shutil.rmtree(place)
            else:
                return place
        beside = Path(mkdtemp(prefix=".incoming-", dir=out))
        for path, content in release.files.items():
            file = beside / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        if earlier is not None:
            _check_proof(beside, earlier)
        beside.chmod(0o755)
        beside.rename(place)
    except OSError as fault:
        raise SettingsError(f"The release could not be written to {out}: {fault.strerror}.") from fault
    return place


def _check_proof(folder: Path, earlier: Sequence[OpenRelease]) -> None:
    try:
        check_certificate(open_folder(folder), earlier)
    except ReleaseDamaged as fault:
        shutil.rmtree(folder)
        raise DisclosureRefused(f"{fault} Nothing was written. Please report this as a defect of Daylight.") from fault


def sign_in_place(folder: Path, signer: Signer) -> None:
    """Sign a release that was written already, unless it is signed with that key."""
    known = folder / PUBLIC_KEY
    if (folder / SIGNATURE).is_file() and known.is_file() and known.read_bytes() == signer.key.file:
        return
    for name, content in signature((folder / SUMS).read_bytes(), folder.name, signer).items():
        write_file(folder / name, content)
