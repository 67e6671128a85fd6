"""Settings: command-line options, then DAYLIGHT_* variables, then `daylight.toml` in the working folder, then defaults.

With `etl.cli` the only reader of environment and clock. Secrets are never part of a `repr`.
"""

import os
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from etl.errors import SettingsError
from etl.publish.portal_settings import PREFIX as PORTAL_PREFIX
from etl.publish.portal_settings import PortalSettings, portal_settings_from
from schemas.jurisdiction import DEFAULT
from schemas.jurisdiction import FILE as COUNTY_FILE

FILE = "daylight.toml"
PREFIX = "DAYLIGHT_"


class Settings(BaseModel):
    """What a command uses where no option says otherwise.

    catalogue: the local catalogue's folder. jurisdiction: the county, by the name of its folder in `jurisdictions` or among
    those that come with the program, or by the path of its folder. jurisdictions: the folder of your own counties. on: the
    day a command takes for today. host and port: where `serve` listens. public_url: the address at which the catalogue is
    public. sign_key: the file of the key that signs; sign_key_password(_file): what opens it, never from daylight.toml.
    inbox: where submissions are kept, for `doctor`. grace_days: how long after a due day the release may take.
    log: "json" writes structured logs to stderr. metrics_dir: where runs leave a file for a monitor.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    catalogue: Path = Path("var/catalogue")
    jurisdiction: str = DEFAULT
    jurisdictions: Path = Path("jurisdictions")
    on: date | None = None
    host: str = "127.0.0.1"
    port: int = 8501
    inbox: Path | None = None
    grace_days: int = Field(5, ge=0)
    log: Literal["off", "json"] = "off"
    metrics_dir: Path | None = None
    public_url: str = Field("", pattern=r"^(https?://[^\s/]+\S*)?$")
    sign_key: Path | None = None
    sign_key_password: SecretStr | None = None
    sign_key_password_file: Path | None = None

    def today(self) -> date:
        """The day a command takes for today."""
        return self.on or date.today()  # noqa: DTZ011 - the day where the county is, as its clerks count it

    def signing_password(self) -> str | None:
        """The password of the signing key, from its variable or its file; None where neither is set."""
        if self.sign_key_password is not None:
            return self.sign_key_password.get_secret_value()
        return secret_in(self.sign_key_password_file) if self.sign_key_password_file else None


def secret_in(path: Path) -> str:
    """The secret that stands in the first line of a file. SettingsError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(f"The file {path} cannot be read.") from fault


def now() -> datetime:
    """The moment, with the offset of the place where the program runs."""
    return datetime.now().astimezone()


def _told_in(folder: Path) -> dict[str, Any]:
    """What `daylight.toml` in a folder says; nothing where there is none."""
    path = folder / FILE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsError(f"{FILE}: {fault}") from fault
    except OSError as fault:
        raise SettingsError(f"{path} cannot be read: {fault.strerror}. Run from a folder that you may read.") from fault


def settings_from(environment: Mapping[str, str], folder: Path) -> Settings:
    """Settings of an environment and a folder; SettingsError names the setting that makes no sense."""
    told = _told_in(folder)
    if "sign_key_password" in told:
        raise SettingsError(
            f"{FILE}: a password belongs in {PREFIX}SIGN_KEY_PASSWORD or {PREFIX}SIGN_KEY_PASSWORD_FILE."
        )
    names = Settings.model_fields
    values = {name: value for name, value in told.items() if not isinstance(value, dict)}
    values |= {name: environment[PREFIX + name.upper()] for name in names if PREFIX + name.upper() in environment}
    try:
        found = Settings.model_validate(values)
        return found.model_copy(update={"jurisdiction": county_in(found, folder)})
    except ValidationError as fault:
        wrong = ", ".join(sorted({str(error["loc"][0]) for error in fault.errors()}))
        where = f"{FILE} or {PREFIX}… variable"
        raise SettingsError(f"These settings are not understood ({where}): {wrong}.") from fault


def _unknown(environment: Mapping[str, str]) -> tuple[str, ...]:
    """DAYLIGHT_* variables that no setting has."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    ours = (name for name in environment if name.startswith(PREFIX) and not name.startswith(PORTAL_PREFIX))
    return tuple(sorted(set(ours) - known))


def unknown_variables() -> tuple[str, ...]:
    """The DAYLIGHT_* variables of this process that no setting has: most are misspelt."""
    return _unknown(os.environ)


def wants_logs() -> bool:
    """Whether DAYLIGHT_LOG or `daylight.toml` asks for structured logs; settings that make no sense ask for nothing."""
    try:
        return current().log == "json"
    except SettingsError:
        return False


def portal_is_configured() -> bool:
    """Whether this process has any setting of a portal."""
    return "socrata" in _told_in(Path.cwd()) or any(name.startswith(PORTAL_PREFIX) for name in os.environ)


def county_in(settings: Settings, folder: Path) -> str:
    """The county as everything else looks it up: the path of its folder where it is one of your own, else its name.

    A county of your own goes before one of the same name that comes with the program.
    """
    told = Path(settings.jurisdiction)
    if len(told.parts) > 1:
        return str((folder / told).resolve())
    own = folder / settings.jurisdictions / told
    return str(own.resolve()) if (own / COUNTY_FILE).is_file() else settings.jurisdiction


def county_named(name: str) -> str:
    """The same for a county that is named otherwise than by a setting, such as by the folder of its submissions."""
    return county_in(current().model_copy(update={"jurisdiction": name}), Path.cwd())


def current() -> Settings:
    """The settings of this process."""
    return settings_from(os.environ, Path.cwd())


def portal() -> PortalSettings:
    """The Socrata portal's settings of this process."""
    return portal_settings_from(os.environ, Path.cwd())
