"""`daylight doctor`: looks at everything the service needs and says, line by line, what is wrong and what mends it.

Reads only, apart from binding a port for a moment. No line holds a secret: settings are named, never shown.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from etl.doctor import place, record
from etl.doctor.line import Line, State, broken, ok
from etl.errors import SettingsError
from etl.settings import Settings
from etl.signing import Signer
from schemas.errors import DefinitionError

__all__ = ["Line", "Situation", "State", "as_json", "as_text", "examine", "exit_code", "summary", "unreadable"]


@dataclass(frozen=True)
class Situation:
    """What the doctor is told: the settings, the day and the moment, and how the key and the portal are reached.

    unknown: DAYLIGHT_* variables that no setting has. opened: opens the signing key. reached: asks the portal and says
    what it found; None where no portal is configured. ports: where servers are, or would be.
    """

    settings: Settings
    today: date
    now: datetime
    unknown: tuple[str, ...]
    opened: Callable[[], Signer | None]
    reached: Callable[[], str] | None
    ports: tuple[int, ...]


def unreadable(fault: SettingsError) -> Line:
    """The one line of a doctor who cannot even read the settings."""
    return broken("settings", "daylight.toml, DAYLIGHT_…", str(fault), "Mend the setting that is named.")


def _settings(situation: Situation) -> Line:
    from schemas.registry import check_declarations  # noqa: PLC0415

    looked_at = "daylight.toml, DAYLIGHT_…"
    try:
        check_declarations(situation.settings.jurisdiction)
    except DefinitionError as fault:
        return broken("settings", looked_at, str(fault), "Set DAYLIGHT_JURISDICTION.", code=fault.exit_code)
    if situation.unknown:
        found = f"These variables are no settings, perhaps misspelt: {', '.join(situation.unknown)}."
        return broken("settings", looked_at, found, f"unset {' '.join(situation.unknown)}")
    return ok("settings", looked_at, f"Understood; the jurisdiction is {situation.settings.jurisdiction}.")


def examine(situation: Situation) -> list[Line]:
    """Look at everything."""
    chosen = situation.settings
    health, catalogue, releases = record.catalogue_health(chosen.catalogue)
    newest = releases[0].id if releases else ""
    return [
        _settings(situation),
        place.catalogue_rights(chosen.catalogue),
        place.inbox_rights(chosen.inbox, chosen.catalogue),
        place.disk(catalogue, chosen.catalogue),
        place.clock(catalogue, situation.today, situation.now),
        record.signing_key(
            chosen.sign_key, chosen.sign_key_password_file, situation.opened, catalogue, situation.today
        ),
        place.fonts(),
        health,
        record.newest_data(releases, situation.today, chosen.grace_days),
        *place.ports(chosen.host, situation.ports, newest),
        record.portal(situation.reached),
    ]


def exit_code(lines: Sequence[Line]) -> int:
    """0 where nothing is to be mended; else the smallest code of the contract among what is (12 before 13 before 14)."""
    return min((line.exit_code for line in lines if line.exit_code), default=0)


def summary(lines: Sequence[Line]) -> str:
    """One line, fit for the subject of a mail."""
    by_state = {state: [line.check for line in lines if line.state is state] for state in State}
    parts = [f"mend: {', '.join(by_state[State.MEND])}"] if by_state[State.MEND] else []
    parts += [f"look at: {', '.join(by_state[State.WARNING])}"] if by_state[State.WARNING] else []
    return f"daylight doctor: {'; '.join(parts) or 'all is well'} ({len(lines)} checks)"


def as_text(lines: Sequence[Line]) -> str:
    """Every line for a person."""
    told = []
    for line in lines:
        told.append(f"{line.state:7}  {line.check}: {line.looked_at}")
        told.append(f"         {line.found}")
        if line.mend:
            told.append(f"         → {line.mend}")
    return "\n".join([*told, summary(lines)])


def as_json(lines: Sequence[Line]) -> dict[str, Any]:
    """The document of `doctor --json`."""
    rank = list(State)
    worst = max((line.state for line in lines), key=rank.index, default=State.OK)
    return {"verdict": worst, "checks": [asdict(line) for line in lines]}
