"""What a publication or withdrawal that was cut off leaves among the releases: whole, not in the list, and no damage."""

from collections.abc import Sequence

from schemas.errors import ReleaseDamaged
from schemas.release import Catalogue, OpenRelease, open_folder


def left_over(catalogue: Catalogue, releases: Sequence[OpenRelease]) -> list[str]:
    """Whole releases beside the listed ones, as a publication or withdrawal that was cut off leaves them, in words.

    Anything else among the releases is damage.
    """
    home, said = catalogue.folder / "releases", []
    listed = {release.id for release in releases}
    entries = catalogue.index.releases
    for place in sorted(home.iterdir() if home.is_dir() else []):
        if place.name in listed:
            continue
        if not place.is_dir() or not (place / "manifest.json").is_file():
            raise ReleaseDamaged(f"The catalogue holds what does not belong to it: releases/{place.name}.")
        manifest = open_folder(place).manifest
        link = manifest.previous
        follows = bool(entries) and link is not None and (link.id, link.digest) == (entries[0].id, entries[0].digest)
        gone = (manifest.id, manifest.digest) in {(e.id, e.digest) for e in entries if e.state == "withdrawn"}
        if place.name != manifest.id or not (follows or gone):
            raise ReleaseDamaged(f"The catalogue holds what does not belong to it: releases/{place.name}.")
        was = "withdrawn, and its files are still there" if gone else "not published: it is not in the list"
        said.append(f"releases/{place.name} is {was}. The publisher's next run mends this; do not rely on it.")
    return said
