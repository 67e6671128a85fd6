"""One thing that the doctor looked at: what was looked at, what was found, and what mends it."""

import shlex
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing is: as it should be, worth a look, or to be mended before the service can be relied on."""

    OK = "ok"
    WARNING = "warning"
    MEND = "mend"


@dataclass(frozen=True)
class Line:
    """One line of the doctor's answer.

    check: the name of the check. looked_at: the file, folder or address. mend: the command, or what a person does.
    exit_code: with which code the command ends for it (contract, section 2); 0 unless something is to be mended.
    """

    check: str
    looked_at: str
    state: State
    found: str
    mend: str = ""
    exit_code: int = 0


SETTINGS, DAMAGED, NOT_PUBLISHED = 14, 12, 13


def ok(check: str, looked_at: object, found: str) -> Line:
    """Something is as it should be."""
    return Line(check, str(looked_at), State.OK, found)


def warn(check: str, looked_at: object, found: str, mend: str) -> Line:
    """Something works and is worth a look."""
    return Line(check, str(looked_at), State.WARNING, found, mend)


def broken(check: str, looked_at: object, found: str, mend: str, *, code: int = SETTINGS) -> Line:
    """Something is to be mended."""
    return Line(check, str(looked_at), State.MEND, found, mend, code)


def command(*words: object) -> str:
    """A command as a person can paste it."""
    return shlex.join(str(word) for word in words)
