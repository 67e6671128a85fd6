"""The public keys of a catalogue, oldest first: each key but the first is signed by the one before it.

In the catalogue they are plain files: `keys/<id>.pub`, and `keys/<id>.pub.minisig`, the signature of the key before.
Stock minisign checks a step: `minisign -Vm keys/NEW.pub -p keys/OLD.pub`. A key has at most one that follows it, so
that whoever finds an old key cannot start a second line beside the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from etl.signing import PublicKey, check, public_key, signer_of
from schemas.errors import ReleaseDamaged

FOLDER = "keys/"
_PUBLIC, _SIGNED = ".pub", ".pub.minisig"


@dataclass(frozen=True)
class Lineage:
    """Keys in the order in which they followed each other; empty where nothing is signed."""

    keys: tuple[PublicKey, ...] = ()

    def place(self, key_id: str) -> int:
        """Where a key stands in the line. ReleaseDamaged when it is not in it."""
        for place, key in enumerate(self.keys):
            if key.id == key_id:
                return place
        raise ReleaseDamaged(f"Key {key_id} is not among the keys of the catalogue.")

    def key(self, key_id: str) -> PublicKey:
        """The key of that id. ReleaseDamaged when it is not in the line."""
        return self.keys[self.place(key_id)]


def paths_of(key_id: str) -> tuple[str, str]:
    """The path of a key in a catalogue, and of the signature of the key before it."""
    return f"{FOLDER}{key_id}{_PUBLIC}", f"{FOLDER}{key_id}{_SIGNED}"


def _read_key(path: str, content: bytes) -> PublicKey:
    try:
        key = public_key(content)
    except ValueError as fault:
        raise ReleaseDamaged(f"{path} is not a minisign public key.") from fault
    if path != paths_of(key.id)[0]:
        raise ReleaseDamaged(f"{path} holds another key than its name says.")
    return key


def _before(key: PublicKey, files: Mapping[str, bytes], keys: Mapping[str, PublicKey]) -> str:
    """The id of the key that signed this one; empty for a first key."""
    name, signed = paths_of(key.id)
    if signed not in files:
        return ""
    try:
        signer = signer_of(files[signed])
    except ValueError as fault:
        raise ReleaseDamaged(f"{signed} is not a signature.") from fault
    if signer not in keys:
        raise ReleaseDamaged(f"{name} is signed with key {signer}, which is not among the keys of the catalogue.")
    check(files[name], files[signed], keys[signer], what=name)
    return signer


def lineage(files: Mapping[str, bytes]) -> Lineage:
    """The line of keys in a catalogue's files (those below `keys/`). ReleaseDamaged when they do not form one."""
    names = {path for path in files if path.startswith(FOLDER)}
    keys = {key.id: key for key in (_read_key(path, files[path]) for path in names if path.endswith(_PUBLIC))}
    if names - {path for key_id in keys for path in paths_of(key_id)}:
        raise ReleaseDamaged("The catalogue's keys hold a file that is none.")
    after: dict[str, list[str]] = {}
    for key_id, key in keys.items():
        after.setdefault(_before(key, files, keys), []).append(key_id)
    line: list[PublicKey] = []
    current = ""
    while after.get(current):
        if len(after[current]) > 1:
            raise ReleaseDamaged(f"The catalogue's keys do not form one line: {', '.join(sorted(after[current]))}.")
        (current,) = after.pop(current)
        line.append(keys[current])
    if len(line) < len(keys):
        raise ReleaseDamaged("The catalogue's keys do not form one line: they sign each other in a circle.")
    return Lineage(tuple(line))
