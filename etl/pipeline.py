"""The steps in their order, and nothing else.

Read, correct, validate, judge together, examine, protect, compute, assemble, compare.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from etl import compare, derive, plausibility, together
from etl.agreements import Acceptance
from etl.assemble import Content, Release, assemble, content
from etl.disclosure import protect
from etl.errors import SubmissionRefused
from etl.findings import Finding
from etl.groups import one_sided_rows
from etl.indicators import compute
from etl.judging import Judged, Progress, Settings, applied_corrections, quiet, typed_tables
from schemas.declare import MadeBy, Origin
from schemas.jurisdiction import jurisdiction
from schemas.registry import dataset, datasets
from schemas.release import Link, OpenRelease, Reason, sha256
from schemas.rules import Level


@dataclass(frozen=True)
class Built:
    """A release, whether it says anything new, and the warnings that are published with it as flags."""

    release: Release
    unchanged: bool
    warnings: tuple[tuple[str, Finding], ...]


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
    submitted = typed_tables(judged)
    newest = {
        name: together.with_totals(together.latest(table, dataset(name)), dataset(name))
        for name, table in submitted.items()
    }  # fmt: skip
    tables = dict(newest)
    for declared in datasets(settings.jurisdiction):
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
        for correction, name, _, period, _ in applied_corrections(judged)
    ]  # fmt: skip


def build(
    judged: Sequence[Judged], settings: Settings, *, earlier: Sequence[OpenRelease] = (), audit: bool = False,
    progress: Progress = quiet,
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
    protected = protect(tables, datasets(settings.jurisdiction), earlier, audit_all=audit, progress=progress)
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
    changes: list[compare.Change] = []
    periods: dict[str, list[str]] = {}
    if previous:
        tables = {
            t.dataset.id: compare.text_table(made.files[f"tables/{t.dataset.id}.csv"].decode())
            for t in made.facts.tables
        }
        keys = {t.dataset.id: t.dataset.key for t in made.facts.tables}
        changes = compare.differences(previous, tables, keys)
        periods = compare.new_periods(previous, tables)
    facts = (made.facts.created_on, previous)
    notes = compare.notes(made.facts.title, changes, new_periods=periods, reasons=reasons, facts=facts)
    compared = {"revisions.csv": compare.revisions_csv(changes), "notes.md": notes}
    return assemble(made, compared, previous=link, reasons=reasons)
