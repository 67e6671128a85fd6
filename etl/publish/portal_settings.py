"""The settings of a Socrata portal: DAYLIGHT_SOCRATA_* variables, files they name, and [socrata] of `daylight.toml`.

Secrets come from a variable or from a file that a variable names, never from `daylight.toml`, and are in no `repr`.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError, field_validator

from etl.errors import SettingsError

FILE = "daylight.toml"
PREFIX = "DAYLIGHT_SOCRATA_"
_IN_A_FILE = "_FILE"
_AS_JSON = ("datasets", "custom_fields")
SECRETS = ("app_token", "key_id", "key_secret")

FourByFour = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{4}-[a-z0-9]{4}$")]
Domain = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$")]


class PortalSettings(BaseModel):
    """Where to publish, as whom, and how.

    domain: the portal's host, with a port where it has one. datasets: 4x4 ids by dataset; what is not listed is looked
    for and created. visibility: of every table of the run; empty leaves an existing one as it is, and a new one is
    private. staged: fill and compare a working copy before readers see anything. category and custom_fields: as the
    portal's administrator names them; `{frequency}` in a custom field becomes Monthly, Quarterly, Yearly or Irregular.
    max_shrink: the share of its rows that a table may lose without --allow-shrink. patience: seconds a run spends
    waiting for a portal in trouble, altogether. timeout: seconds one request and its answer may take. index_lag: seconds
    after which the portal's index knows a new dataset; until then none is made again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    domain: Domain
    app_token: SecretStr | None = None
    key_id: SecretStr
    key_secret: SecretStr
    datasets: dict[str, FourByFour] = {}
    visibility: Literal["public", "private"] | None = None
    staged: bool = False
    category: str = ""
    custom_fields: dict[str, dict[str, str]] = {}
    max_shrink: float = Field(default=0.1, ge=0, le=1)
    patience: float = Field(default=300.0, ge=0, le=86_400)
    timeout: float = Field(default=120.0, gt=0, le=3_600)
    index_lag: float = Field(default=120.0, ge=0, le=86_400)

    @field_validator(*SECRETS)
    @classmethod
    def _can_be_sent(cls, secret: SecretStr | None) -> SecretStr | None:
        """A secret with a blank or a line break in it was pasted wrongly, and must not get as far as a header."""
        if secret is not None and not re.fullmatch(r"[!-~]+", secret.get_secret_value()):
            raise ValueError("empty, or with blanks or line breaks in it")
        return secret

    def secrets(self) -> tuple[str, ...]:
        """What must appear in no message, log or file."""
        known = (self.app_token, self.key_id, self.key_secret)
        return tuple(secret.get_secret_value() for secret in known if secret is not None)


def _told_in_file(folder: Path) -> dict[str, Any]:
    path = folder / FILE
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        told = {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsError(f"{FILE}: {fault}") from fault
    except OSError as fault:
        raise SettingsError(f"{path} cannot be read: {fault.strerror}. Run from a folder that you may read.") from fault
    table = told.get("socrata", {})
    if not isinstance(table, dict):
        raise SettingsError(f"{FILE}: socrata must be a table: [socrata].")
    if secret := sorted(set(SECRETS) & table.keys()):
        raise SettingsError(
            f"{FILE} must hold no secret, but [socrata] has {', '.join(secret)}. Put it into a variable "
            f"({PREFIX}{secret[0].upper()}) or into a file that {PREFIX}{secret[0].upper()}{_IN_A_FILE} names."
        )
    return table


def _text_of(name: str, environment: Mapping[str, str]) -> str | None:
    """The text of one setting: of its variable, or of the file that its …_FILE variable names."""
    variable = PREFIX + name.upper()
    file = environment.get(variable + _IN_A_FILE)
    if file is None:
        return environment.get(variable)
    if variable in environment:
        raise SettingsError(f"Both {variable} and {variable}{_IN_A_FILE} are set; keep one.")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        reason = getattr(fault, "strerror", None) or "not a text file"
        raise SettingsError(f"The file that {variable}{_IN_A_FILE} names cannot be read: {reason}.") from fault


def _told_in_variables(environment: Mapping[str, str]) -> dict[str, Any]:
    names = PortalSettings.model_fields
    known = {PREFIX + name.upper() + ending for name in names for ending in ("", _IN_A_FILE)}
    unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"There is no setting {', '.join(unknown)}.")
    told: dict[str, Any] = {}
    for name in names:
        text = _text_of(name, environment)
        if text is None or (not text and name not in SECRETS):
            continue
        try:
            told[name] = json.loads(text) if name in _AS_JSON else text
        except json.JSONDecodeError as fault:
            raise SettingsError(f"{PREFIX}{name.upper()} is not JSON: {fault}.") from fault
    return told


def portal_settings_from(environment: Mapping[str, str], folder: Path) -> PortalSettings:
    """The portal's settings of an environment and a folder; SettingsError names what is missing or makes no sense."""
    told = {**_told_in_file(folder), **_told_in_variables(environment)}
    try:
        return PortalSettings.model_validate(told)
    except ValidationError as fault:
        errors = fault.errors(include_input=False, include_context=False)
        missing = [str(error["loc"][0]) for error in errors if error["type"] == "missing"]
        wrong = sorted({str(error["loc"][0]) for error in errors} - set(missing))
        if missing:
            names = ", ".join(PREFIX + name.upper() for name in missing)
            raise SettingsError(f"To publish on a Socrata portal these settings are needed: {names}.") from None
        raise SettingsError(
            f"These settings are not understood ([socrata] of {FILE} or {PREFIX}… variable): {', '.join(wrong)}."
        ) from None
