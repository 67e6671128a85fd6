"""Who signed a release or a catalogue: every signature is checked, and what it shows is said in words.

A signature says who published the newest release, whose digest fixes all that came before it. Only what the reader knows
from elsewhere (`Trust`) says whether that is the right publisher, and whether something newer was taken away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from etl.lineage import FOLDER, Lineage, lineage, paths_of
from etl.signing import PublicKey, check, check_own_form, public_key, signer_of
from schemas.errors import ReleaseDamaged
from schemas.release import (
    CATALOGUE,
    INDEX_SIGNATURE,
    KEY_SIGNATURE,
    PUBLIC_KEY,
    SIGNATURE,
    SUMS,
    Catalogue,
    OpenRelease,
)

_UNKNOWN = "There is a signature whose key is not published here: give it with --key."
_UNSIGNED = "Not signed: nothing here shows who published it."


@dataclass(frozen=True)
class Trust:
    """What a reader knows from elsewhere: the publisher's key, and the id of a release seen before."""

    key: PublicKey | None = None
    expect: str = ""


def _signature(folder: Path, name: str) -> bytes | None:
    return (folder / name).read_bytes() if (folder / name).is_file() else None


def _made_by(signature: bytes, what: str) -> str:
    try:
        return signer_of(signature)
    except ValueError as fault:
        raise ReleaseDamaged(f"The signature of {what} is not one.") from fault


def _line_of(catalogue: Catalogue, trust: Trust) -> Lineage:
    """The keys of the catalogue; the reader's own key must be one of them, or the only one there is."""
    names = [name for name in catalogue.index.files if name.startswith(FOLDER)]
    line = lineage({name: (catalogue.folder / name).read_bytes() for name in names})
    if trust.key is None:
        return line
    if not line.keys:
        return Lineage((trust.key,))
    if trust.key not in line.keys:
        raise ReleaseDamaged(
            f"The catalogue is signed with key {line.keys[-1].id}. The key given is {trust.key.id}, and it did not sign that one."
        )
    return line


def _check_signed(release: OpenRelease, line: Lineage) -> int | None:
    """The place in the line of the key that signed a release; None where it is not signed or its key is not known."""
    signature = _signature(release.folder, SIGNATURE)
    own = _signature(release.folder, PUBLIC_KEY)
    if signature is None:
        if own is not None:
            raise ReleaseDamaged(f"Release {release.id} has a key and no signature: {SIGNATURE} was removed.")
        return None
    what = f"release {release.id}"
    key_id = _made_by(signature, what)
    if not line.keys:
        return None
    key = line.key(key_id)
    check((release.folder / SUMS).read_bytes(), signature, key, what=what)
    if own is not None:
        check_own_form(signature, what=what)
        if own != key.file:
            raise ReleaseDamaged(f"{PUBLIC_KEY} of release {release.id} is not the key that signed it.")
    return line.place(key_id)


def _check_places(releases: Sequence[OpenRelease], places: Sequence[int | None]) -> None:
    """Newest first: once one is signed all that follow are, and no replaced key comes back."""
    later: int | None = None
    for release, place in zip(releases, places, strict=True):
        if later is None and place is not None and release is not releases[0]:
            raise ReleaseDamaged(
                f"Release {release.id} is signed and one that follows it is not: a signature was removed."
            )
        if later is not None and place is not None and place > later:
            raise ReleaseDamaged(f"A release that follows {release.id} is signed with a key that had been replaced.")
        later = place


def _check_copies(catalogue: Catalogue, releases: Sequence[OpenRelease]) -> None:
    """The signatures of keys beside a release are those that the catalogue shows."""
    for release in releases:
        beside = _signature(release.folder, KEY_SIGNATURE)
        own = _signature(release.folder, PUBLIC_KEY)
        if beside is not None:
            shown = _signature(catalogue.folder, paths_of(_key_in(own, release).id)[1])
            if beside != shown:
                raise ReleaseDamaged(f"{KEY_SIGNATURE} of release {release.id} was changed.")


def _key_in(content: bytes | None, release: OpenRelease) -> PublicKey:
    try:
        return public_key(content or b"")
    except ValueError as fault:
        raise ReleaseDamaged(f"{PUBLIC_KEY} of release {release.id} is not a key.") from fault


def _place_of_list(catalogue: Catalogue, line: Lineage) -> int | None:
    """The place in the line of the key that signed the list; None where it is not signed."""
    signature = _signature(catalogue.folder, INDEX_SIGNATURE)
    if signature is None or not line.keys:
        return None
    key_id = _made_by(signature, CATALOGUE)
    check((catalogue.folder / CATALOGUE).read_bytes(), signature, line.key(key_id), what=CATALOGUE)
    check_own_form(signature, what=CATALOGUE)
    return line.place(key_id)


def signed_words(catalogue: Catalogue, releases: Sequence[OpenRelease], trust: Trust) -> list[str]:
    """Who signed the catalogue, in words."""
    line = _line_of(catalogue, trust)
    places = [_check_signed(release, line) for release in releases]
    _check_places(releases, places)
    _check_copies(catalogue, releases)
    newest, listed = places[0] if places else None, _place_of_list(catalogue, line)
    signed = [place for place in (newest, listed) if place is not None]
    if line.keys and max(signed, default=-1) < len(line.keys) - 1:
        raise ReleaseDamaged(
            f"Neither the newest release nor the list is signed with key {line.keys[-1].id}, the newest one: a signature or "
            "a release was removed."
        )
    if trust.key and listed is None and len(releases) < len(catalogue.index.releases):
        raise ReleaseDamaged("The list says that releases were withdrawn, and no signature says so.")
    if not signed:
        return [_UNKNOWN if any(_signature(release.folder, SIGNATURE) for release in releases[:1]) else _UNSIGNED]
    said = [f"{sum(place is not None for place in places)} of {len(releases)} releases are signed, the newest with key "
            f"{line.keys[newest].id}. {_whose(line, newest, trust)}"] if newest is not None else []  # fmt: skip
    said.append("The list, the feed and the pages are signed too." if listed is not None else
                "The list, the feed and the pages are not signed: only the releases are.")  # fmt: skip
    return said


def _whose(line: Lineage, place: int, trust: Trust) -> str:
    if trust.key is None:
        return "Whether that is the publisher's key, these files cannot tell: give the key you know with --key."
    if line.keys[place] == trust.key:
        return "It is the key given."
    steps = place - line.place(trust.key.id)
    if steps < 0:
        return f"It is older than the key given, {trust.key.id}, which signed the list."
    return f"It follows the key given, {trust.key.id}, in {steps} steps, each signed by the key before."


def check_release_signature(release: OpenRelease, trust: Trust) -> str:
    """Who signed one release, in words. ReleaseDamaged when it is not signed as the reader may expect."""
    if trust.expect and trust.expect != release.id:
        raise ReleaseDamaged(f"This is release {release.id}, not {trust.expect}.")
    own, signature = _signature(release.folder, PUBLIC_KEY), _signature(release.folder, SIGNATURE)
    files: dict[str, bytes] = {}
    if own is not None:
        name, signed = paths_of(_key_in(own, release).id)
        files[name] = own
        older = _signature(release.folder, KEY_SIGNATURE)
        if older is not None and trust.key and _made_by(older, PUBLIC_KEY) == trust.key.id:
            files |= {signed: older, paths_of(trust.key.id)[0]: trust.key.file}
    line = lineage(files) if files else Lineage((trust.key,) if trust.key else ())
    if trust.key and trust.key not in line.keys:
        raise ReleaseDamaged(
            f"Release {release.id} is not signed with the key given, {trust.key.id}, or the one after it."
        )
    place = _check_signed(release, line)
    if trust.key and place is None:
        raise ReleaseDamaged(f"Release {release.id} is not signed.")
    if place is None:
        return _UNKNOWN if signature else _UNSIGNED
    return f"It is signed with key {line.keys[place].id}. {_whose(line, place, trust)}"
