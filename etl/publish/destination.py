"""What every destination has in common: a plan that can be read before anything happens, and a receipt."""

from dataclasses import dataclass

from schemas.release import OpenRelease


@dataclass(frozen=True)
class Plan:
    """What publishing would do. `steps` is empty when the destination already shows the release."""

    destination: str
    release: OpenRelease
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Receipt:
    """What was done, and what the destination shows now."""

    destination: str
    release_id: str
    done: tuple[str, ...]
