"""Opens the catalogue and its releases for the pages. The only module of the dashboard that touches files.

A release is verified when it is opened and kept while its files stay as they were: each visit compares their sizes and
times, which costs a fraction of a millisecond, so that a new release appears, and a damaged one disappears, without a
restart. One run of a page holds one `Edition` and can never mix two.
"""

from functools import lru_cache
from pathlib import Path

from dashboard.edition import Edition, read_edition
from schemas.release import CATALOGUE, Catalogue, CatalogueEntry, open_catalogue, open_release

DEFAULT_CATALOGUE = Path("var/catalogue")
_chosen: dict[str, Path] = {}

Stamp = tuple[tuple[str, int, int], ...]


def use(catalogue: Path | str) -> None:
    """Show this catalogue from now on."""
    _chosen["catalogue"] = Path(catalogue).absolute()


def catalogue_folder() -> Path:
    """The catalogue that is shown."""
    return _chosen.get("catalogue", DEFAULT_CATALOGUE.absolute())


def _stamp(path: Path) -> Stamp:
    """Names, times and sizes of a file, or of every file in a folder: changes whenever a file does."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    stats = [(str(file.relative_to(path)), file.stat()) for file in files if file.exists()]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@lru_cache(maxsize=4)
def _catalogue(folder: Path, _changed: Stamp) -> Catalogue:
    return open_catalogue(folder)


@lru_cache(maxsize=6)
def _edition(folder: Path, release: str, _changed: tuple[Stamp, Stamp]) -> Edition:
    return read_edition(open_release(open_catalogue(folder), release))


def catalogue() -> Catalogue:
    """The catalogue; FileNotFoundError when there is none, ReleaseDamaged when it is not as it was published."""
    folder = catalogue_folder()
    return _catalogue(folder, _stamp(folder / CATALOGUE))


def entry_of(release: str) -> CatalogueEntry | None:
    """What the catalogue says of a release, public or withdrawn; None when it never had it."""
    return next((entry for entry in catalogue().index.releases if entry.id == release), None)


def edition(release: str = "") -> Edition:
    """A public release, by default the newest, with every file verified and every table read."""
    opened = catalogue()
    published = opened.published()
    chosen = release or (published[0].id if published else "")
    changed = (_stamp(opened.folder / CATALOGUE), _stamp(opened.release_folder(chosen)))
    return _edition(opened.folder, chosen, changed)
