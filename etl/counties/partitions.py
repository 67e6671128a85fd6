"""A folder of many counties' submissions: `jurisdiction=<id>/…`, as programs that partition tables write it."""

from dataclasses import dataclass
from pathlib import Path

from etl.errors import SettingsError
from etl.read import submissions_below

PREFIX = "jurisdiction="


@dataclass(frozen=True)
class Partition:
    """What one county submitted: its id, its folder, and how many bytes lie in it."""

    county: str
    folder: Path
    size: int


def partitions(folder: Path) -> list[Partition]:
    """The counties of a folder by name; none where it is a single county's.

    SettingsError where a submission lies beside the counties' folders: it would be nobody's.
    """
    homes = sorted(path for path in folder.iterdir() if path.is_dir() and path.name.startswith(PREFIX))
    if not homes:
        return []
    files = submissions_below(folder)
    loose = [path for path in files if folder / path.relative_to(folder).parts[0] not in homes]
    if loose:
        raise SettingsError(
            f"{loose[0].relative_to(folder)} lies beside the folders {PREFIX}…: move it into one of them."
        )
    sizes = dict.fromkeys(homes, 0)
    for path in files:
        sizes[folder / path.relative_to(folder).parts[0]] += path.stat().st_size
    return [Partition(home.name.removeprefix(PREFIX), home, size) for home, size in sizes.items()]
