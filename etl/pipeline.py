"""The steps in their order, and nothing else.

Read, correct, validate, judge together, examine, protect, compute, assemble, compare.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from etl import compare, derive, plausibility, together
from etl.agreements import Acceptance, Agreements, Correction, agreements_in, correct
from etl.assemble import Content, Release, assemble, content
from etl.disclosure import protect
from etl.errors import SubmissionRefused
from etl.file_names import shown_name
from etl.findings import Finding
from etl.groups import one_sided_rows
from etl.indicators import compute
from etl.read import FileRead, read_file
from etl.validate import Validated, in_order, recognise_file, validate
from schemas.declare import Dataset, MadeBy, Origin
from schemas.jurisdiction import jurisdiction
from schemas.registry import dataset, datasets
from schemas.release import Link, OpenRelease, Reason, sha256
from schemas.rules import Level

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Judged:
    """One file with everything found about it, alone and together with the others."""

    file: FileRead
    validated: Validated
    findings: tuple[Finding, ...]
    agreements: Agreements

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


@dataclass(frozen=True)
class Built:
    """A release, whether it says anything new, and the warnings that are published with it as flags."""

    release: Release
    unchanged: bool
    warnings: tuple[tuple[str, Finding], ...]


def _quiet(_: str) -> None:
    """No progress is shown."""


def judge(paths: Sequence[tuple[Path, str]], settings: Settings, *, progress: Progress = _quiet) -> list[Judged]:
    """Judge each (path, name), with what was agreed in the folder in which it lies."""
    return judge_submissions([Submission(path, name, path.parent) for path, name in paths], settings, progress=progress)


def judge_submissions(
    submissions: Sequence[Submission], settings: Settings, *, progress: Progress = _quiet
) -> list[Judged]:
    """Read, correct and validate each submission, then judge all of them together."""
    judged = []
    folders: dict[Path, Agreements] = {}
    for one in submissions:
        progress(f"Checking {shown_name(one.name)}")
        agreed = folders.setdefault(one.agreed_in, agreements_in(one.agreed_in))
        file = read_file(one.path, name=one.name)
        chosen = settings.dataset or one.dataset or recognise_file(file)
        file = correct(file, agreed.corrections, chosen)
        alone = validate(file, dataset=chosen, on=settings.on, jurisdiction=settings.jurisdiction)
        judged.append(Judged(file, alone, alone.findings, agreed))
    return _judged_together(judged)


def _typed_tables(judged: Sequence[Judged]) -> dict[str, pd.DataFrame]:
    """The typed tables by dataset, with `_file` and `_row`, the log of agreed corrections included."""
    tables = together.combine([
        (one.validated.dataset.id, one.file.name, one.validated.table)
        for one in judged if one.validated.dataset is not None and one.validated.table is not None
    ])  # fmt: skip
    applied = _applied_corrections(judged)
    if applied:
        log = derive.typed(derive.agreed_corrections(applied), dataset("corrections"))
        log = log.assign(_file="corrections.toml", _row=range(1, len(log) + 1))
        tables["corrections"] = pd.concat(
            [tables["corrections"], log] if "corrections" in tables else [log], ignore_index=True
        )
    return tables


def _applied_corrections(judged: Sequence[Judged]) -> list[tuple[Correction, str, str, str, str]]:
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


def seen_together(tables: together.Tables) -> list[together.Placed]:
    """All that takes more than one row to see: keys, revisions, totals, rules across rows and datasets, plausibility."""
    return [*together.judge_together(tables), *plausibility.examine_files(tables)]


def _judged_together(judged: Sequence[Judged]) -> list[Judged]:
    """Add to each file what can only be seen together. Files that could not be typed take no part."""
    placed = seen_together(_typed_tables(judged))
    return [
        replace(one, findings=in_order((*one.findings, *(
            replace(p.finding, sheet=one.file.table.sheet if one.file.table else None)
            for p in placed if p.file == one.file.name))))
        for one in judged
    ]  # fmt: skip


def refuse_if_needed(judged: Sequence[Judged], report: Callable[[Sequence[Judged]], str]) -> None:
    """SubmissionRefused with the whole report when any file has an error."""
    if any(one.refused for one in judged):
        raise SubmissionRefused(report([one for one in judged if one.refused]))


def _accepted(findings: Sequence[Finding], acceptances: Sequence[Acceptance]) -> list[Reason]:
    """Each holding warning with the acceptance that covers it; SubmissionRefused names those that have none."""
    reasons, open_ones = [], []
    for finding in findings:
        covering = next((a for a in acceptances if a.covers(finding)), None)
        if covering is None:
            open_ones.append(finding)
        else:
            reasons.append(Reason(kind="accepted", code=covering.code, dataset=covering.dataset, period=covering.period,
                                  reason=covering.reason, accepted_by=covering.accepted_by, on=covering.on))  # fmt: skip
    if open_ones:
        lines = [f"{f.kind.code} {f.dataset} {f.period} {f.agency}: {f.message}" for f in open_ones]
        raise SubmissionRefused(
            "The build waits for a person. If these figures are right, accept each by name in accepted.toml beside the "
            "submissions, with code, dataset, period, agency, reason, accepted_by and on:\n  " + "\n  ".join(lines)
        )
    return list(dict.fromkeys(reasons))


def _all_tables(judged: Sequence[Judged], settings: Settings) -> dict[str, pd.DataFrame]:
    """Every table of the release, typed: the newest revisions, totals completed, and those Daylight makes itself."""
    county = jurisdiction(settings.jurisdiction)
    submitted = _typed_tables(judged)
    newest = {
        name: together.with_totals(together.latest(table, dataset(name)), dataset(name))
        for name, table in submitted.items()
    }  # fmt: skip
    tables = dict(newest)
    for declared in datasets():
        if declared.rolled_up_from in newest:
            tables[declared.id] = derive.by_quarter(newest[declared.rolled_up_from], declared)
    receipts = [derive.Receipt(one.validated.dataset.id, one.file.name, one.file.sha256)
                for one in judged if one.validated.dataset]  # fmt: skip
    tables["submission_ledger"] = derive.ledger(submitted, receipts, county, settings.on)
    tables["data_flags"] = _flags(judged)
    tables["corrections"] = derive.masked(newest.get("corrections", derive.empty_table(dataset("corrections"))))
    return tables


def _flags(judged: Sequence[Judged]) -> pd.DataFrame:
    """The warnings of rules that are published with the figures; oddities of a file's form are not."""
    acceptances = [acceptance for one in judged for acceptance in one.agreements.accepted]
    flagged = [
        _dated(one, finding) for one in judged for finding in one.findings
        if finding.severity is Level.WARNING and finding.kind.code.startswith("R")
    ]  # fmt: skip
    return derive.flags([(f, next((a.reason for a in acceptances if a.covers(f)), "")) for f in flagged])


def _origins(judged: Sequence[Judged], tables: Mapping[str, pd.DataFrame]) -> dict[str, Origin]:
    """A table is real only if every file behind it is."""
    sampled = {one.validated.dataset.id for one in judged
               if one.validated.dataset and one.agreements.origin is Origin.SAMPLE}  # fmt: skip
    everything = {d.id for d in datasets() if d.made_by is MadeBy.DAYLIGHT and not d.rolled_up_from}
    sampled |= everything if sampled else set()
    sampled |= {d.id for d in datasets() if d.rolled_up_from in sampled}
    return {name: Origin.SAMPLE if name in sampled else Origin.REAL for name in tables}


def _reasons_of_corrections(judged: Sequence[Judged]) -> list[Reason]:
    return [
        Reason(kind="correction", code=correction.column, dataset=name, period=period, reason=correction.reason,
               accepted_by=correction.agreed_by, on=correction.on)
        for correction, name, _, period, _ in _applied_corrections(judged)
    ]  # fmt: skip


def build(
    judged: Sequence[Judged], settings: Settings, *, earlier: Sequence[OpenRelease] = (), audit: bool = False,
    progress: Progress = _quiet,
) -> Built:  # fmt: skip
    """Make a release of accepted submissions.

    earlier: the releases that are still public, newest first. audit: work out how far every hidden cell is open, however
    many there are. When the content is that of the newest, it is made again
    as it was, byte for byte, and marked unchanged: there is nothing to publish.
    """
    previous = earlier[0] if earlier else None
    tables = _all_tables(judged, settings)
    progress("Comparing with the release before")
    explained = together.explained_revisions(tables)
    odd = plausibility.compare_with_previous(tables, previous, explained)
    refused = [finding for finding in odd if finding.severity is Level.ERROR]
    if refused:
        raise SubmissionRefused("\n".join(f"{f.kind.code} {f.message} {f.kind.advice}" for f in refused))
    alone = [(one, finding) for one in judged for finding in one.findings]
    acceptances = [a for one in judged for a in one.agreements.accepted]
    holding = [*odd, *(_dated(one, f) for one, f in alone if f.holds)]
    reasons = _accepted(holding, acceptances)
    progress("Protecting small counts")
    protected = protect(tables, datasets(), earlier, audit_all=audit)
    reasons += _accepted(one_sided_rows(protected.tables), acceptances) + _reasons_of_corrections(judged)
    progress("Computing indicators and assembling the release")
    county = jurisdiction(settings.jurisdiction)
    origins = _origins(judged, tables)
    indicators = compute(protected.tables, county, origins)
    made = content(protected, indicators, origins=origins, facts=(county, settings.on))
    warnings = tuple((one.file.name, f) for one, f in alone if f.severity is Level.WARNING)
    if previous and _says_nothing_new(made, previous):
        return Built(Release(previous.manifest, previous.contents()), unchanged=True, warnings=warnings)
    link = settings.follows or (Link(id=previous.id, digest=previous.manifest.digest) if previous else None)
    return Built(_compared(made, previous, link, reasons), unchanged=False, warnings=warnings)


def _dated(one: Judged, finding: Finding) -> Finding:
    """A finding about one row, placed by dataset, period and agency so that it can be accepted by name."""
    table, declared = one.validated.table, one.validated.dataset
    if table is None or declared is None or finding.row is None or finding.dataset:
        return replace(finding, dataset=declared.id if declared else "")
    row = table.loc[finding.row]
    return replace(finding, dataset=declared.id, period=str(row["period"]), agency=str(row["agency"]))


def _says_nothing_new(made: Content, previous: OpenRelease) -> bool:
    """Whether tables, definitions and audit are those of the release before; the day and the proof may differ."""
    folders = ("tables/", "definitions/", "disclosure/audit.json")
    before = {entry.path: entry.sha256 for entry in previous.manifest.files if entry.in_digest}
    return {path: digest for path, digest in before.items() if path.startswith(folders)} == {
        path: sha256(text) for path, text in made.files.items()
        if path.startswith(folders) and not path.endswith(".parquet")
    }  # fmt: skip


def _compared(made: Content, previous: OpenRelease | None, link: Link | None, reasons: Sequence[Reason]) -> Release:
    """The release with revisions.csv and notes.md: what differs from the release before, and why."""
    tables = {
        t.dataset.id: compare.text_table(made.files[f"tables/{t.dataset.id}.csv"].decode()) for t in made.facts.tables
    }  # fmt: skip
    keys = {t.dataset.id: t.dataset.key for t in made.facts.tables}
    changes = compare.differences(previous, tables, keys) if previous else []
    periods = compare.new_periods(previous, tables) if previous else {}
    facts = (made.facts.created_on, previous)
    notes = compare.notes(made.facts.title, changes, new_periods=periods, reasons=reasons, facts=facts)
    compared = {"revisions.csv": compare.revisions_csv(changes), "notes.md": notes}
    return assemble(made, compared, previous=link, reasons=reasons)
