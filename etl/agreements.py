"""What people agreed about submissions: `submissions.toml`, `corrections.toml` and `accepted.toml` beside the files.

Each names a person or office and a reason. They stand with the submissions, outside the repository where those are
private; what is published of a correction to a protected column is its reason, never its values.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from etl.errors import SettingsError
from etl.findings import Finding, found
from etl.layout import SheetTable
from etl.read import FileRead
from etl.validate import column_names
from schemas.declare import Dataset, Origin


class _Agreed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Correction(_Agreed):
    """One cell of one file: what it says, what it is to say, why, and who agreed. `old` guards against a second time."""

    file: str
    row: int
    column: str
    old: str
    new: str
    reason: str
    agreed_by: str
    on: date

    def about(self, file: FileRead) -> bool:
        """Whether this correction is for that file, by the name under which it was sent."""
        return self.file == Path(file.name).name


class Acceptance(_Agreed):
    """A warning accepted by name for one dataset and period (and agency, where several report)."""

    code: str
    dataset: str
    period: str
    agency: str = ""
    reason: str
    accepted_by: str
    on: date

    def covers(self, finding: Finding) -> bool:
        """Whether this acceptance is about that finding."""
        same = (self.code, self.dataset, self.period) == (finding.kind.code, finding.dataset, finding.period)
        return same and self.agency in ("", finding.agency)


_T = TypeVar("_T", bound=_Agreed)


class _Facts(_Agreed):
    origin: Literal["real", "sample"] = "real"
    publisher: str = ""
    jurisdiction: str = ""


class _Corrections(_Agreed):
    correction: tuple[Correction, ...] = ()


class _Acceptances(_Agreed):
    accepted: tuple[Acceptance, ...] = ()


@dataclass(frozen=True)
class Agreements:
    """What stands in the folder of a submission: its origin, and the corrections and acceptances agreed for it."""

    origin: Origin
    corrections: tuple[Correction, ...]
    accepted: tuple[Acceptance, ...]


def _read(folder: Path, name: str, model: type[_T]) -> _T:
    path = folder / name
    if not path.is_file():
        return model()
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsError(f"{path}: {fault}") from fault
    except ValidationError as fault:
        first = fault.errors(include_input=False)[0]
        where = " > ".join(str(part) for part in first["loc"])
        raise SettingsError(f"{path}: {where}: {first['msg']}") from fault


def agreements_in(folder: Path) -> Agreements:
    """Read the three files of a folder; each may be absent. SettingsError says which entry is wrong."""
    return Agreements(
        Origin(_read(folder, "submissions.toml", _Facts).origin),
        _read(folder, "corrections.toml", _Corrections).correction,
        _read(folder, "accepted.toml", _Acceptances).accepted,
    )


def jurisdiction_of(folder: Path) -> str:
    """The county whose reports a folder holds, as its submissions.toml says; empty where it does not say."""
    return _read(folder, "submissions.toml", _Facts).jurisdiction


def _corrected(table: SheetTable, correction: Correction, dataset: Dataset) -> SheetTable | None:
    """The table with one cell replaced, or None when row, column or old value are not found."""
    names = column_names(table.header, dataset)
    numbers = [number for number, _ in table.rows]
    if correction.column not in names or correction.row not in numbers:
        return None
    place, position = names.index(correction.column), numbers.index(correction.row)
    number, cells = table.rows[position]
    if place >= len(cells) or cells[place] != correction.old:
        return None
    changed = (number, (*cells[:place], correction.new, *cells[place + 1 :]))
    return replace(table, rows=(*table.rows[:position], changed, *table.rows[position + 1 :]))


def correct(file: FileRead, corrections: Sequence[Correction], dataset: Dataset | None) -> FileRead:
    """Apply the agreed corrections for a file to its text; one that no longer fits becomes an error of the file."""
    table, findings = file.table, list(file.findings)
    for correction in corrections:
        if table is None or dataset is None or not correction.about(file):
            continue
        changed = _corrected(table, correction, dataset)
        if changed is None:
            words = f"The agreed correction of {correction.on} does not fit the file any more."
            findings.append(found("V501", words, row=correction.row, column=correction.column))
        else:
            table = changed
    return replace(file, table=table, findings=tuple(findings))
