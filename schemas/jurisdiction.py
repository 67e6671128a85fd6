"""What belongs to one county: its law, agencies, facilities, targets, words, events and reporting duties.

A county is a folder, not a constant: `schemas/jurisdictions/<id>/`, or a folder of the publisher's own, holds
`jurisdiction.toml`, `law.csv`, `targets.csv`, `events.csv`, `reporting.csv`, `words.toml` and `vocabularies/`. What all
counties of a state share stands once in `schemas/states/<state>/`, what all share in `schemas/`; the nearer goes before
the farther. Nothing here is kept by the county's name alone: two folders of one name are two counties.
"""

import csv
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from schemas.errors import DefinitionError

ROOT = Path(__file__).parent
FILE = "jurisdiction.toml"
DEFAULT = (ROOT / "jurisdictions" / "default.txt").read_text(encoding="utf-8").strip()
"""The county of a run that names none: a line of data, not of code."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


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


@dataclass(frozen=True)
class Goal:
    """What a county's law or a promise asks of an indicator: a value, the side that meets it, and its words."""

    indicator: str
    value: float
    direction: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Jurisdiction:
    """A county as its folder states it.

    state: what it shares with others of that state (a folder of schemas/states), or empty. area: its code in the list
    `area`. own_jails: the jails it answers for, as ICE writes them. audit: what the figures of audit_baseline are
    called. languages: those besides English in which a release has its plain pages. home: where it was read from; not
    published.
    """

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
    area: str
    state: str = ""
    own_jails: tuple[str, ...] = ()
    audit: str = ""
    languages: tuple[str, ...] = ()
    law: dict[str, Law]
    events: tuple[Event, ...]
    duties: tuple[Duty, ...]
    goals: tuple[Goal, ...] = ()
    home: str = ""

    @property
    def key(self) -> str:
        """How the county is named to everything that looks it up again: the folder it was read from, else its id."""
        return self.home or self.id

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
    """The folder of a jurisdiction, told by its id or by the path of its folder; DefinitionError when there is none."""
    given = Path(jurisdiction_id)
    path = given if given.is_absolute() else ROOT / "jurisdictions" / jurisdiction_id
    if not (path / FILE).is_file():
        where = "" if given.is_absolute() else " in schemas/jurisdictions or in the folder of your own"
        raise DefinitionError(f"There is no jurisdiction “{jurisdiction_id}”{where}.")
    return path


def bundled() -> tuple[str, ...]:
    """The ids of the counties that come with the program."""
    return tuple(sorted(path.parent.name for path in (ROOT / "jurisdictions").glob(f"*/{FILE}")))


@cache
def homes(jurisdiction_id: str) -> tuple[Path, ...]:
    """Where a county's law and lists stand, nearest first: its own folder, its state's, and what all share."""
    own = folder(jurisdiction_id)
    state = str(_facts(own).get("state", ""))
    if state and not (ROOT / "states" / state).is_dir():
        raise DefinitionError(f"{own.name}/{FILE}: there is no state “{state}” in schemas/states.")
    return (own, ROOT / "states" / state, ROOT) if state else (own, ROOT)


def _facts(home: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((home / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise DefinitionError(f"{home.name}/{FILE}: {fault}") from fault


def _rows_of(jurisdiction_id: str, name: str) -> list[dict[str, str]]:
    """The rows of a list that county, state and all counties may each have, nearest first."""
    return [row for home in homes(jurisdiction_id) if (home / name).is_file() for row in read_rows(home / name)]


@cache
def jurisdiction(jurisdiction_id: str = DEFAULT) -> Jurisdiction:
    """Read a jurisdiction's folder. Cached by what it is told; a folder does not change while a command runs."""
    home = folder(jurisdiction_id)
    facts = _facts(home)
    try:
        laws = [
            Law(row["key"], Basis(row["basis"]), row["citation"], row["says"], Trust(row["trust"]), row["source"])
            for row in _rows_of(jurisdiction_id, "law.csv")
        ]
        events = [_event(row) for row in _rows_of(jurisdiction_id, "events.csv")]
        goals = {
            row["indicator"]: Goal(row["indicator"], _number(row["value"]), row["direction"], row["words"])
            for row in reversed(_rows_of(jurisdiction_id, "targets.csv"))
        }
        nearest: dict[str, Law] = {}
        for law in laws:
            nearest.setdefault(law.key, law)
        return _checked(Jurisdiction(
            id=home.name, home=str(home) if Path(jurisdiction_id).is_absolute() else "",
            law=nearest,
            events=tuple(sorted(events, key=lambda event: event.on)),
            duties=tuple(Duty(**row) for row in read_rows(home / "reporting.csv")), goals=tuple(goals.values()),
            **_tuples(facts),
        ))  # fmt: skip
    except (OSError, KeyError, TypeError, ValueError) as fault:
        raise DefinitionError(f"The jurisdiction {home.name}: {fault}") from fault


def _event(row: Mapping[str, str]) -> Event:
    return Event(date.fromisoformat(row["on"]), row["label"], row["says"], Trust(row["trust"]), row["source"])


def _number(text: str) -> float:
    return int(text) if text.isdigit() else float(text)


def _tuples(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in facts.items()}


def _checked(county: Jurisdiction) -> Jurisdiction:
    """The county itself; ValueError for a due day that some months lack, or a language nobody could ask for."""
    if not (isinstance(county.due_day, int) and 1 <= county.due_day <= 28):
        raise ValueError("due_day is a day that every month has: 1 to 28")
    if any(not _LANGUAGE.fullmatch(tag) for tag in county.languages):
        raise ValueError("languages are tags such as es or zh-Hant")
    return county


def publishable(county: Jurisdiction) -> dict[str, Any]:
    """The county's facts as a release publishes them; its law has a file of its own, its folder is nobody's business."""
    facts = asdict(county)
    return {name: value for name, value in facts.items() if name not in ("law", "duties", "goals", "home")}


def read_published(text: str) -> Jurisdiction:
    """The county as a release states it (definitions/jurisdiction.json), without law and duties.

    ValueError, KeyError or TypeError where the text is not such a file. Fields of a later version are left out.
    """
    known = {field.name for field in fields(Jurisdiction)}
    facts = {name: value for name, value in json.loads(text).items() if name in known}
    facts["events"] = tuple(_event(row) for row in facts["events"])
    return Jurisdiction(**{"area": "", **_tuples(facts)}, law={}, duties=())
