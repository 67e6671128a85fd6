"""Signatures in minisign's format, by the library py-minisign: make keys, sign, and check what somebody signed.

The stock program reads the same files: `minisign -Vm SHA256SUMS -p minisign.pub`. Nothing here is cryptography of our
own, no secret is ever part of a message or of a `repr`, and the same content with the same key gives the same signature.
"""

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import minisign

from etl.errors import SettingsError
from schemas.errors import ReleaseDamaged

_SIGNED_BY = "signature of a Daylight publisher"
_KEY_ID = slice(2, 10)
_MOST_KEY_BYTES = 4096


@dataclass(frozen=True)
class PublicKey:
    """A public key: its id as minisign prints it, and its text in base64, which anyone may quote."""

    id: str
    text: str

    @property
    def file(self) -> bytes:
        """The key as a file that minisign reads."""
        return f"untrusted comment: minisign public key {self.id}\n{self.text}\n".encode()


@dataclass(frozen=True)
class Signer:
    """Somebody who can sign: the public half of a key, and a function that signs bytes with a comment."""

    key: PublicKey
    sign: Callable[[bytes, str], bytes]
    endorsement: bytes = b""
    """The signature of the key before this one over this key's file; empty for a first key."""


def _id(encoded: bytes) -> str:
    """The key's id in a key or a signature, as minisign prints it."""
    return f"{int.from_bytes(base64.b64decode(encoded)[_KEY_ID], 'little'):016X}"


def _public(key: minisign.PublicKey) -> PublicKey:
    return PublicKey(_id(key.to_base64()), key.to_base64().decode())


def public_key(content: bytes) -> PublicKey:
    """A public key from its file, or from its text alone. ValueError when it is neither."""
    lines = content.strip().splitlines() or [b""]
    read = (
        minisign.PublicKey.from_base64(lines[0]) if len(lines) == 1 else minisign.PublicKey.from_bytes(content.strip())
    )
    return _public(read)


def key_named(told: str) -> PublicKey:
    """The key that a person names: a file, or the text of the key itself. SettingsError when it is neither."""
    path = Path(told)
    try:
        content = path.read_bytes()[:_MOST_KEY_BYTES] if path.is_file() else told.encode()
        return public_key(content)
    except (ValueError, OSError) as fault:
        raise SettingsError(f"“{told[:80]}” is neither the file nor the text of a minisign public key.") from fault


def signer_of(signature: bytes) -> str:
    """The id of the key with which something says that it was signed. ValueError when it is no signature."""
    minisign.Signature.from_bytes(signature)
    return _id(signature.splitlines()[1])


def check(content: bytes, signature: bytes, key: PublicKey, *, what: str) -> None:
    """Check a signature. ReleaseDamaged names `what` when it is not right, or not in the form in which it was made."""
    try:
        made = minisign.Signature.from_bytes(signature)
        minisign.PublicKey.from_base64(key.text).verify(content, made)
    except ValueError as fault:
        raise ReleaseDamaged(f"The signature of {what} is not right: it was not made with key {key.id}.") from fault
    if bytes(made) + b"\n" != signature:
        raise ReleaseDamaged(f"The signature of {what} was changed after it was made.")


def check_own_form(signature: bytes, *, what: str) -> None:
    """Whether a signature's first line, which nothing protects, is the one that Daylight writes."""
    if signature.splitlines()[0].decode(errors="replace") != f"untrusted comment: {_SIGNED_BY}":
        raise ReleaseDamaged(f"The signature of {what} was changed after it was made.")


def open_signer(path: Path, password: Callable[[], str]) -> Signer:
    """The secret key in a file, ready to sign; `password` is called only if it is needed. SettingsError says why not.

    Beside a key that follows another (`daylight keygen --follows`) stands the older key's signature of it.
    """
    try:
        secret = minisign.SecretKey.from_bytes(path.read_bytes()[:_MOST_KEY_BYTES])
        if secret.is_encrypted():
            secret.decrypt(password())
        public = _public(secret.get_public_key())
    except OSError as fault:
        raise SettingsError(f"The signing key {path} cannot be read: {fault.strerror}.") from fault
    except ValueError as fault:
        why = "the password is wrong" if "password" in str(fault) else "it is not a minisign secret key"
        raise SettingsError(f"The signing key {path} cannot be used: {why}.") from fault

    def sign(content: bytes, comment: str) -> bytes:
        made = secret.sign(content, prehash=True, untrusted_comment=_SIGNED_BY, trusted_comment=comment)
        return bytes(made) + b"\n"

    beside = path.with_suffix(".pub.minisig")
    return Signer(public, sign, beside.read_bytes() if beside.is_file() else b"")


def _create(path: Path, content: bytes, *, mode: int) -> None:
    """Write a new file, whole, with these rights from its first moment; one that is there is never touched."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def make_keys(folder: Path, *, password: str, follows: Signer | None = None) -> PublicKey:
    """Write daylight.key (only its owner can read it) and daylight.pub; with `follows` the older key signs the new one.

    password: encrypts the secret key; empty leaves it as it is. SettingsError when a key is there already.
    """
    pair = minisign.KeyPair.generate()
    public = _public(pair.public_key)
    if password:
        pair.secret_key.encrypt(password)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create(folder / "daylight.key", bytes(pair.secret_key) + b"\n", mode=0o600)
        _create(folder / "daylight.pub", public.file, mode=0o644)
        if follows:
            comment = f"key {public.id} follows key {follows.key.id}"
            _create(folder / "daylight.pub.minisig", follows.sign(public.file, comment), mode=0o644)
    except FileExistsError as fault:
        raise SettingsError(
            f"There is a key in {folder} already, and it was left as it is: choose another folder."
        ) from fault
    except OSError as fault:
        raise SettingsError(f"The key could not be written to {folder}: {fault.strerror}.") from fault
    return public
