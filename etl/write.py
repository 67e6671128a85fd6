"""A release in memory -> a folder: whole, or not there."""

import shutil
from pathlib import Path
from tempfile import mkdtemp

from etl.assemble import Release
from etl.errors import SettingsError
from schemas.errors import ReleaseDamaged
from schemas.release import open_folder


def write_file(place: Path, content: bytes) -> None:
    """Write one file: whole, or not there; SettingsError says why it could not be written."""
    beside = place.with_name(f".{place.name}.part")
    try:
        beside.write_bytes(content)
        beside.replace(place)
    except OSError as fault:
        raise SettingsError(f"{place} could not be written: {fault.strerror}.") from fault


def write_release(release: Release, out: Path) -> Path:
    """Write the release under its id; one that is there already and is whole is left as it is."""
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
        beside.chmod(0o755)
        beside.rename(place)
    except OSError as fault:
        raise SettingsError(f"The release could not be written to {out}: {fault.strerror}.") from fault
    return place
