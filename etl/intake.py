"""New files judged alone and together with the accepted ones of the inbox.

What is in the inbox always fits together: a file that contradicts one accepted before is refused on arrival, and so is
one that makes an accepted file wrong, where the finding then names both. Only what a new file can touch is read again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from etl import together
from etl.agreements import Correction, agreements_in, correct
from etl.errors import SettingsError
from etl.evaluate import next_period
from etl.file_names import shown_name
from etl.findings import Finding
from etl.judging import Progress, Settings, seen_together
from etl.read import FileRead, read_file
from etl.receipts import Arrival, Receipt, content_of
from etl.validate import Validated, in_order, recognise_file, validate
from schemas.registry import dataset, datasets
from schemas.rules import Level

Placed = Mapping[str, Sequence[Finding]]
"""Findings by the label of the file that they are about."""


@dataclass(frozen=True)
class Examined:
    """A file judged alone. `label` is what the findings of other files call it: no two have the same."""

    label: str
    digest: str
    file: FileRead
    validated: Validated

    @property
    def dataset(self) -> str:
        """The dataset's id; empty when none was recognised."""
        return self.validated.dataset.id if self.validated.dataset else ""

    @property
    def periods(self) -> frozenset[str]:
        """The periods the file has rows for."""
        table = self.validated.table
        return frozenset() if table is None or "period" not in table else frozenset(table["period"].dropna())


def judged(
    fresh: Mapping[str, Path], inbox: Path, known: Mapping[str, Receipt], settings: Settings, progress: Progress
) -> dict[str, tuple[Examined, tuple[Finding, ...]]]:
    """Judge new files alone, with what was agreed in the inbox, then together with the accepted ones that they touch."""
    labels: set[str] = set()
    agreed = agreements_in(inbox).corrections
    new = []
    for digest, path in fresh.items():
        label = label_of(shown_name(path.name, digest), digest, labels)
        progress(f"Checking {label}")
        new.append(_examined(path, label, digest, (settings, agreed)))
    reach = _reach(new)
    context = []
    for receipt in known.values():
        place = content_of(inbox, receipt.sha256)
        if place is None or not receipt.standing.accepted or not _touched(receipt.standing, reach):
            continue
        progress(f"Comparing with {receipt.standing.name}")
        label = label_of(receipt.standing.name, receipt.sha256, labels)
        told = replace(settings, dataset=dataset(receipt.standing.dataset or "", settings.jurisdiction))
        context.append(_examined(place, label, receipt.sha256, (told, agreed)))
    findings = _verdicts(context, new, settings.jurisdiction)
    return {one.digest: (one, findings[one.label]) for one in new}


def label_of(name: str, digest: str, taken: set[str]) -> str:
    """A name for a file that no other has; it is added to `taken`."""
    label = f"{name} ({digest[:8]})" if name in taken else name
    taken.add(label)
    return label


def _examined(path: Path, label: str, digest: str, told: tuple[Settings, Sequence[Correction]]) -> Examined:
    settings, agreed = told
    file = replace(read_file(path, name=path.name), name=label)
    if file.sha256 not in ("", digest):
        raise SettingsError(
            f"{shown_name(str(path))} changed while it was being received. Nothing was received; send it again."
        )
    chosen = settings.dataset or recognise_file(file, settings.jurisdiction)
    file = correct(file, agreed, chosen)
    validated = validate(file, dataset=chosen, on=settings.on, jurisdiction=settings.jurisdiction)
    return Examined(label, digest, file, validated)


def _related(dataset_id: str) -> set[str]:
    """The dataset and those that a rule compares it with."""
    pairs = [{rule.left.dataset, rule.right.dataset} for declared in datasets() for rule in declared.cross_rules]
    return {dataset_id}.union(*(pair for pair in pairs if dataset_id in pair))


def _reach(new: Sequence[Examined]) -> set[tuple[str, str]]:
    """(dataset, period) of everything that new files can contradict.

    Every rule that takes two files compares the same period or one period with the next.
    """
    return {(name, period) for one in new for name in _related(one.dataset) for period in one.periods}


def _touched(arrival: Arrival, reach: set[tuple[str, str]]) -> bool:
    """Whether an accepted file takes part in judging; the log of corrections always does."""
    if arrival.dataset == "corrections":
        return True
    name = arrival.dataset or ""
    own = {each.period for each in arrival.reported}
    near = own | {next_period(period) for period in own}
    after = {(dataset_id, next_period(period)) for dataset_id, period in reach}
    return any((name, period) in reach for period in near) or any((name, period) in after for period in own)


def _placed(files: Sequence[Examined], jurisdiction: str) -> Placed:
    """What can only be seen together, by the label of the file it is about."""
    tables = [(one.dataset, one.label, one.validated.table) for one in files if one.validated.table is not None]
    sheets = {one.label: one.file.table.sheet if one.file.table else None for one in files}
    found: dict[str, list[Finding]] = defaultdict(list)
    for placed in seen_together(together.combine(tables), jurisdiction):
        found[placed.file].append(replace(placed.finding, sheet=sheets.get(placed.file)))
    return found


def _errors(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Level.ERROR]


def _verdicts(
    context: Sequence[Examined], new: Sequence[Examined], jurisdiction: str
) -> dict[str, tuple[Finding, ...]]:
    """The findings of each new file. Files with errors take no part in judging the others."""
    everything = _placed([*context, *new], jurisdiction)
    found = {
        one.label: in_order((*one.validated.findings, *everything.get(one.label, ())))
        for one in new if one.validated.refused
    }  # fmt: skip
    before = _placed(context, jurisdiction)
    standing = [one for one in new if not one.validated.refused]
    while True:
        placed = _placed([*context, *standing], jurisdiction)
        faulty = {one.label: placed.get(one.label, ()) for one in standing if _errors(placed.get(one.label, ()))}
        faulty = faulty or _conflicts(context, standing, before, placed)
        for one in standing:
            if one.label in faulty or not faulty:
                own = faulty.get(one.label, placed.get(one.label, ()))
                found[one.label] = in_order((*one.validated.findings, *own))
        if not faulty:
            return found
        standing = [one for one in standing if one.label not in faulty]


def _conflicts(
    context: Sequence[Examined], standing: Sequence[Examined], before: Placed, placed: Placed
) -> dict[str, Sequence[Finding]]:
    """New files that make an accepted one wrong: the error then counts against the newcomers that touch it."""
    found: dict[str, list[Finding]] = defaultdict(list)
    for old in context:
        known = {(finding.kind.code, finding.row) for finding in _errors(before.get(old.label, ()))}
        for finding in _errors(placed.get(old.label, ())):
            if (finding.kind.code, finding.row) in known:
                continue
            message = f"{finding.message} (Seen in row {finding.row} of {old.label}, which was accepted before.)"
            moved = replace(finding, message=message, row=None, column=None, sheet=None)
            near = [one for one in standing if _can_change(one, old.dataset, finding.period)]
            for one in near or standing:
                found[one.label].append(moved)
    return dict(found)


def _can_change(one: Examined, dataset_id: str, period: str) -> bool:
    """Whether a file has to do with a finding about a period of a dataset."""
    nearby = one.periods | {next_period(each) for each in one.periods}
    return dataset_id in _related(one.dataset) and period in nearby
