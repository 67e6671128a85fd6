"""Files -> what is found about each, alone and together with the others: what `check`, `receive` and `build` begin with.

Apart from `etl.pipeline`, so that a check does not wait for all that a release takes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from etl import derive, plausibility, together
from etl.agreements import Agreements, Correction, agreements_in, correct
from etl.file_names import shown_name
from etl.findings import Finding
from etl.read import FileRead, read_file
from etl.validate import Validated, in_order, recognise_file, validate
from schemas.declare import Dataset
from schemas.registry import dataset
from schemas.release import Link
from schemas.rules import Level

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Judged:
    """One file with everything found about it, alone and together with the others.

    beyond: how many findings more there are than `findings` holds, where an engine listed only the first of each kind.
    """

    file: FileRead
    validated: Validated
    findings: tuple[Finding, ...]
    agreements: Agreements
    beyond: int = 0

    @property
    def refused(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity is Level.ERROR for finding in self.findings)


@dataclass(frozen=True)
class Submission:
    """One file to judge: its name, the folder with what was agreed about it, and its dataset where that is known."""

    path: Path
    name: str
    agreed_in: Path
    dataset: Dataset | None = None


@dataclass(frozen=True)
class Settings:
    """What a run is told: the day, the county, and the dataset when a person names it.

    follows: the newest link of the chain, where that release is withdrawn; else the newest public one is followed.
    """

    on: date
    jurisdiction: str
    dataset: Dataset | None = None
    follows: Link | None = None


def quiet(_: str) -> None:
    """No progress is shown."""


def judge(paths: Sequence[tuple[Path, str]], settings: Settings, *, progress: Progress = quiet) -> list[Judged]:
    """Judge each (path, name), with what was agreed in the folder in which it lies."""
    return judge_submissions([Submission(path, name, path.parent) for path, name in paths], settings, progress=progress)


def judge_submissions(
    submissions: Sequence[Submission], settings: Settings, *, progress: Progress = quiet
) -> list[Judged]:
    """Read, correct and validate each submission, then judge all of them together."""
    judged = []
    folders: dict[Path, Agreements] = {}
    for one in submissions:
        progress(f"Checking {shown_name(one.name)}")
        agreed = folders.setdefault(one.agreed_in, agreements_in(one.agreed_in))
        judged.append(judge_alone(one, agreed, settings))
    return _judged_together(judged, settings.jurisdiction)


def asked_for(one: Submission, settings: Settings) -> Dataset | None:
    """The dataset that was named for a submission, as the county declares it; None where it is to be recognised."""
    if settings.dataset or one.dataset is None:
        return settings.dataset
    return dataset(one.dataset.id, settings.jurisdiction)


def judge_alone(one: Submission, agreed: Agreements, settings: Settings) -> Judged:
    """Read, correct and validate one submission."""
    file = read_file(one.path, name=one.name)
    chosen = asked_for(one, settings) or recognise_file(file, settings.jurisdiction)
    file = correct(file, agreed.corrections, chosen)
    alone = validate(file, dataset=chosen, on=settings.on, jurisdiction=settings.jurisdiction)
    return Judged(file, alone, alone.findings, agreed)


def typed_tables(judged: Sequence[Judged]) -> dict[str, pd.DataFrame]:
    """The typed tables by dataset, with `_file` and `_row`, the log of agreed corrections included."""
    tables = together.combine([
        (one.validated.dataset.id, one.file.name, one.validated.table)
        for one in judged if one.validated.dataset is not None and one.validated.table is not None
    ])  # fmt: skip
    applied = applied_corrections(judged)
    if applied:
        log = derive.typed(derive.agreed_corrections(applied), dataset("corrections"))
        log = log.assign(_file="corrections.toml", _row=range(1, len(log) + 1))
        tables["corrections"] = pd.concat(
            [tables["corrections"], log] if "corrections" in tables else [log], ignore_index=True
        )
    return tables


def applied_corrections(judged: Sequence[Judged]) -> list[tuple[Correction, str, str, str, str]]:
    """Each agreed correction of a row that is there, with the dataset, key, period and agency of that row."""
    found = []
    for one in judged:
        declared, table = one.validated.dataset, one.validated.table
        for correction in one.agreements.corrections:
            if declared is None or table is None or not correction.about(one.file):
                continue
            if correction.row not in table.index:
                continue
            row = table[table.index == correction.row].iloc[0]
            key = together.key_text(row, declared)
            found.append((correction, declared.id, key, str(row["period"]), str(row["agency"])))
    return found


def seen_together(tables: together.Tables, jurisdiction: str) -> list[together.Placed]:
    """All that takes more than one row to see: keys, revisions, totals, rules across rows and datasets, plausibility."""
    return [*together.judge_together(tables, jurisdiction), *plausibility.examine_files(tables, jurisdiction)]


def _judged_together(judged: Sequence[Judged], jurisdiction: str) -> list[Judged]:
    """Add to each file what can only be seen together. Files that could not be typed take no part."""
    return with_placed(judged, seen_together(typed_tables(judged), jurisdiction))


def with_placed(judged: Sequence[Judged], placed: Sequence[together.Placed]) -> list[Judged]:
    """Add to each file the findings that were placed in it."""
    return [
        replace(one, findings=in_order((*one.findings, *(
            replace(p.finding, sheet=one.file.table.sheet if one.file.table else None)
            for p in placed if p.file == one.file.name))))
        for one in judged
    ]  # fmt: skip
