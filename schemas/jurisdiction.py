"""What belongs to one county: its law, agencies, facilities, targets' sources, events and reporting duties.

King County is a folder, not a constant: `schemas/jurisdictions/<id>/` holds `jurisdiction.toml`, `law.csv`,
`events.csv`, `reporting.csv` and `vocabularies/`. A second county is a second folder.
"""

import csv
import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path

from schemas.errors import DefinitionError

ROOT = Path(__file__).parent
DEFAULT = "king_county"


class Trust(StrEnum):
    """How far a legal statement was confirmed (domain research, trust marks V, S and R)."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    RECALLED = "recalled"


class Basis(StrEnum):
    """Who asks for a figure: law, a promise, advice, or only the wish to understand (domain, section A.2)."""

    CODE = "code"
    STATE_STATUTE = "state_statute"
    FEDERAL_REGULATION = "federal_regulation"
    AGENCY_COMMITMENT = "agency_commitment"
    AUDIT_RECOMMENDATION = "audit_recommendation"
    EXECUTIVE_ORDER = "executive_order"
    CONTEXT = "context"


@dataclass(frozen=True)
class Law:
    """One citation: who asks (basis), where it stands (citation), what it says, and how far that was confirmed."""

    key: str
    basis: Basis
    citation: str
    says: str
    trust: Trust
    source: str

    @property
    def published_citation(self) -> str:
        """The citation as a page may print it: what was not read in the primary text says so."""
        if self.trust is Trust.PRIMARY:
            return self.citation
        where = "the code" if self.basis in (Basis.CODE, Basis.STATE_STATUTE) else "its source"
        return f"{self.citation} (to be confirmed against {where})"


@dataclass(frozen=True)
class Event:
    """A change of law or policy that charts mark on the time axis."""

    on: date
    label: str
    says: str
    trust: Trust
    source: str


@dataclass(frozen=True)
class Duty:
    """An agency reports a dataset from one period on (and until another, where the duty ended)."""

    dataset: str
    agency: str
    first_period: str
    last_period: str


@dataclass(frozen=True, kw_only=True)
class Jurisdiction:
    """A county as its folder states it."""

    id: str
    name: str
    publisher: str
    contact_name: str
    contact_email: str
    spatial: str
    data_licence: str
    data_licence_url: str
    due_day: int
    immigration_agencies: tuple[str, ...]
    languages: tuple[str, ...]
    law: dict[str, Law]
    events: tuple[Event, ...]
    duties: tuple[Duty, ...]

    def cited(self, key: str) -> Law:
        """The law of that key; DefinitionError when the jurisdiction's law.csv has none."""
        try:
            return self.law[key]
        except KeyError:
            raise DefinitionError(
                f"{self.id}/law.csv has no row with key “{key}”: add it or correct the key."
            ) from None


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of one of our own CSV files (comma, UTF-8, header row)."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def folder(jurisdiction_id: str) -> Path:
    """The folder of a jurisdiction; DefinitionError when there is none."""
    path = ROOT / "jurisdictions" / jurisdiction_id
    if not (path / "jurisdiction.toml").is_file():
        raise DefinitionError(f"There is no jurisdiction “{jurisdiction_id}” in schemas/jurisdictions.")
    return path


@cache
def jurisdiction(jurisdiction_id: str = DEFAULT) -> Jurisdiction:
    """Read a jurisdiction's folder. Cached: the folder is part of the installed program."""
    home = folder(jurisdiction_id)
    try:
        facts = tomllib.loads((home / "jurisdiction.toml").read_text(encoding="utf-8"))
        laws = [
            Law(row["key"], Basis(row["basis"]), row["citation"], row["says"], Trust(row["trust"]), row["source"])
            for row in read_rows(home / "law.csv")
        ]
        events = [
            Event(date.fromisoformat(row["on"]), row["label"], row["says"], Trust(row["trust"]), row["source"])
            for row in read_rows(home / "events.csv")
        ]
        duties = [Duty(**row) for row in read_rows(home / "reporting.csv")]
        return Jurisdiction(
            id=jurisdiction_id,
            law={law.key: law for law in laws},
            events=tuple(events),
            duties=tuple(duties),
            immigration_agencies=tuple(facts.pop("immigration_agencies")),
            languages=tuple(facts.pop("languages")),
            **facts,
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise DefinitionError(f"schemas/jurisdictions/{jurisdiction_id}: {fault}") from fault
