"""An inbox that loses nothing: every file sent is kept under its hash with the time, the verdict and the report.

A file is judged alone and together with what was accepted before, so that what is in the inbox always fits together:
a month that contradicts one received earlier is refused on arrival, not when the release is built. Of a file with
personal data nothing is kept but hash, name and verdict. `etl.receipts` says how it is stored.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from etl import intake
from etl.agreements import jurisdiction_of
from etl.derive import due_on, duties_until
from etl.errors import SettingsError
from etl.file_names import shown_name
from etl.findings import Finding
from etl.identifiers import identifier_in
from etl.intake import Examined, label_of
from etl.judging import Progress, Settings, Submission
from etl.read import submissions_below
from etl.receipts import (
    Arrival,
    Kept,
    Receipt,
    Reported,
    Verdict,
    alone,
    clean_up,
    content_of,
    inboxes_below,
    receipts,
    store,
)
from etl.report import finding_json, listed, verdict
from etl.validate import Validated
from schemas.jurisdiction import Jurisdiction
from schemas.registry import dataset
from schemas.release import sha256
from schemas.rules import Level

__all__ = ["Receipt", "accepted_files", "as_json", "as_text", "clean_up", "inbox_status", "receipts", "receive",
           "submissions_for", "submissions_in"]  # fmt: skip

_NOT_EXAMINED = frozenset({"V102", "V104", "V109"})
"""Findings after which cells were left unread: what they hold is not known, so the file is not kept."""


def _quiet(_: str) -> None:
    """No progress is shown."""


def receive(
    paths: Sequence[Path], inbox: Path, *, settings: Settings, received_at: datetime, progress: Progress = _quiet
) -> list[Receipt]:
    """Take files in, all of them or, where that fails, none; returns the receipt of each, this arrival as its latest.

    received_at: the moment, with its time zone; its day is the day of receipt. SettingsError says which file cannot be
    opened or why the inbox cannot be written.
    """
    if received_at.tzinfo is None:
        raise ValueError("received_at needs a time zone")
    digests = [_digest(path) for path in paths]
    try:
        with alone(inbox):
            known = {receipt.sha256: receipt for receipt in receipts(inbox)}
            fresh: dict[str, Path] = {}
            for path, digest in zip(paths, digests, strict=True):
                if digest not in known or not known[digest].standing.accepted:
                    fresh.setdefault(digest, path)
            judged = intake.judged(fresh, inbox, known, settings, progress)
            return _taken_in(list(zip(paths, digests, strict=True)), judged, inbox, known, received_at)
    except OSError as fault:
        raise SettingsError(
            f"The inbox {inbox} could not be written: {fault.strerror}. What had been received is whole. "
            "Mend the cause and send the files again: what is there already will be noticed."
        ) from fault


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise SettingsError(
            f"{shown_name(str(path))} cannot be opened: {fault.strerror}. Nothing was received."
        ) from fault


def _taken_in(
    files: Sequence[tuple[Path, str]],
    judged: Mapping[str, tuple[Examined, tuple[Finding, ...]]],
    inbox: Path,
    known: Mapping[str, Receipt],
    received_at: datetime,
) -> list[Receipt]:
    """Note each arrival, keep what may be kept, and return the receipts in the order the files were given."""
    current, contents, given = dict(known), dict[str, bytes | None](), []
    for path, digest in files:
        before = current.get(digest)
        if before is not None and (digest in contents or digest not in judged):
            arrival = before.standing.model_copy(update={"judged": False})
        else:
            one, findings = judged[digest]
            arrival = _arrival(one, findings, received_at, current.values())
        called = shown_name(path.name, digest)
        arrival = arrival.model_copy(
            update={"name": called, "received_at": received_at.astimezone(UTC), "received_on": received_at.date()}
        )
        contents.setdefault(digest, _content(path, digest) if arrival.kept == "content" else None)
        size = before.bytes if before else path.stat().st_size
        current[digest] = Receipt(digest, size, (*(before.arrivals if before else ()), arrival))
        given.append(current[digest])
    store(inbox, {digest: (current[digest], content) for digest, content in contents.items()})
    return given


def _content(path: Path, digest: str) -> bytes:
    """The file's bytes, which must still be those that were judged."""
    content = path.read_bytes()
    if sha256(content) != digest:
        raise SettingsError(
            f"{shown_name(str(path))} changed while it was being received. Nothing was received; send it again."
        )
    return content


def _arrival(one: Examined, findings: Sequence[Finding], received_at: datetime, before: Iterable[Receipt]) -> Arrival:
    """The record of a file that was judged now."""
    kept, omitted = listed(findings)
    reported = _reported(one.validated)
    return Arrival.model_validate({
        "name": one.file.name, "received_at": received_at, "received_on": received_at.date(), "verdict": verdict(findings),
        "kept": _kept(one, findings), "dataset": one.dataset or None, "rows": one.validated.rows, "reported": reported,
        "follows": _follows(one, reported, before), "findings": [finding_json(finding) for finding in kept],
        "omitted": omitted,
    })  # fmt: skip


def _kept(one: Examined, findings: Sequence[Finding]) -> Kept:
    """Whether the file itself may be kept: only when every cell was looked at and none identifies a person."""
    codes = {finding.kind.code for finding in findings}
    if "R26" in codes:
        return "personal_data"
    if one.file.table is None or codes & _NOT_EXAMINED:
        return "not_examined"
    if any(finding.severity is Level.ERROR for finding in findings):
        cells = {cell for _, row in one.file.table.rows for cell in row} | one.file.other_texts
        if any(identifier_in(cell) for cell in cells):
            return "personal_data"
    return "content"


def _reported(validated: Validated) -> tuple[Reported, ...]:
    """What the file says of each period, agency and revision."""
    table, declared = validated.table, validated.dataset
    if table is None or declared is None or not {"period", "agency", "revision"} <= {*table.columns}:
        return ()
    status = "report_status" if "report_status" in table else "status"
    found = []
    whole = table.dropna(subset=["period", "agency", "revision"])
    for key, rows in whole.groupby(["period", "agency", "revision"], sort=True):
        period, agency, revision = map(str, key)
        day = rows["submitted_on"].max()
        found.append(Reported(
            period=period, agency=agency, revision=int(revision), rows=len(rows),
            statuses=tuple(sorted(set(rows[status].dropna()))), submitted_on=None if pd.isna(day) else day.date(),
        ))  # fmt: skip
    return tuple(found)


def _follows(one: Examined, reported: Sequence[Reported], before: Iterable[Receipt]) -> tuple[str, ...]:
    """For each period and agency of the file, the newest earlier receipt about it in the same dataset."""
    newest: dict[tuple[str, str], str] = {}
    for receipt in sorted(before, key=lambda each: each.latest.received_at):
        if receipt.sha256 != one.digest and receipt.standing.dataset == one.dataset:
            newest |= {(each.period, each.agency): receipt.sha256 for each in receipt.standing.reported}
    followed = [newest.get((each.period, each.agency)) for each in reported]
    return tuple(dict.fromkeys(digest for digest in followed if digest))


def accepted_files(inbox: Path) -> list[Submission]:
    """The accepted files with the names they came under, oldest first; SettingsError when one is no longer whole."""
    found, labels = [], set[str]()
    for receipt in receipts(inbox):
        if not receipt.standing.accepted:
            continue
        path = content_of(inbox, receipt.sha256)
        if path is None or _digest(path) != receipt.sha256:
            raise SettingsError(f"{receipt.standing.name} in the inbox is missing or was altered: {receipt.sha256}.")
        label = label_of(receipt.standing.name, receipt.sha256, labels)
        found.append(Submission(path, label, inbox, dataset(receipt.standing.dataset or "")))
    return found


def submissions_in(folder: Path) -> list[Submission]:
    """Every submission below a folder: of an inbox the accepted files, of any other folder every file.

    What was agreed stands beside a file, or in the folder of its inbox.
    """
    inboxes = inboxes_below(folder)
    kept = {inbox / "received" for inbox in inboxes}
    loose = [path for path in submissions_below(folder) if kept.isdisjoint(path.parents)]
    found = [Submission(path, path.relative_to(folder).as_posix(), path.parent) for path in loose]
    for inbox in inboxes:
        place = inbox.relative_to(folder)
        found += [replace(one, name=(place / one.name).as_posix()) for one in accepted_files(inbox)]
    return found


def submissions_for(folder: Path, county: str) -> list[Submission]:
    """Every submission below a folder but those whose submissions.toml names another county."""
    found = submissions_in(folder)
    said = {place: jurisdiction_of(place) for place in {one.agreed_in for one in found}}
    return [one for one in found if said[one.agreed_in] in ("", county)]


def inbox_status(inbox: Path, county: Jurisdiction, on: date) -> list[dict[str, str]]:
    """One record for each agency, dataset and closed period, as `etl.status.reports` gives them for a release."""
    known: dict[tuple[str, str, str], list[tuple[Reported, date]]] = defaultdict(list)
    for receipt in receipts(inbox):
        arrival = receipt.standing
        for each in arrival.reported if arrival.accepted else ():
            known[(each.agency, arrival.dataset or "", each.period)].append((each, arrival.received_on))
    found = []
    for duty, period in duties_until(county, on):
        due = due_on(period, county.due_day)
        some = known.get((duty.agency, duty.dataset, period), [])
        received = _received_on(some)
        if received is None:
            status = "missing" if on > due else "not_due"
        else:
            status = "late" if received > due else _stated([each for each, _ in some])
        found.append({
            "agency": duty.agency, "dataset": duty.dataset, "period": period, "due_on": due.isoformat(),
            "received_on": received.isoformat() if received else "", "status": status,
        })  # fmt: skip
    return found


def _received_on(some: Sequence[tuple[Reported, date]]) -> date | None:
    """The day the first revision was certified, or arrived where the agency states no day."""
    first = min((each.revision for each, _ in some), default=0)
    days = [each.submitted_on for each, _ in some if each.revision == first and each.submitted_on]
    return max(days, default=min((day for _, day in some), default=None))


def _stated(reported: Sequence[Reported]) -> str:
    """How the agency reported the period, as the ledger of a release puts it."""
    statuses = {status for each in reported for status in each.statuses}
    if statuses == {"certified_zero"}:
        return "certified_zero"
    return next((name for name in ("preliminary", "late", "not_applicable") if name in statuses), "certified")


def as_json(received: Sequence[Receipt]) -> dict[str, Any]:
    """The document of `receive --json`: that of `check --json` with a receipt for each file."""
    files = []
    for receipt in received:
        latest = receipt.latest
        entry = {
            "file": latest.name, "dataset": latest.dataset, "verdict": latest.verdict, "sha256": receipt.sha256,
            "rows": latest.rows, "findings": list(latest.findings),
            "receipt": {
                "received_at": latest.received_at.isoformat(), "first_received_at":
                receipt.arrivals[0].received_at.isoformat(), "again": receipt.again, "kept": latest.kept,
                "follows": list(latest.follows),
            },
        }  # fmt: skip
        files.append({**entry, "omitted": latest.omitted} if latest.omitted else entry)
    ranks: list[Verdict] = ["refused", "accepted_with_warnings", "accepted"]
    worst = next((rank for rank in ranks if any(each.latest.verdict == rank for each in received)), "accepted")
    return {"verdict": worst, "files": files}


_KEPT_WORDS = {
    "content": "kept",
    "personal_data": "NOT kept: it holds personal data; only its hash, name and verdict were noted",
    "not_examined": "NOT kept: not every cell could be examined; its hash, name and verdict were noted",
}


def as_text(received: Sequence[Receipt]) -> str:
    """The answer for a person: file by file, what became of it and everything that is wrong."""
    lines = []
    for receipt in received:
        latest = receipt.latest
        lines.append(f"{latest.name} ({latest.dataset or 'dataset not recognised'}, {latest.rows} rows): "
                     f"{latest.verdict.replace('_', ' ')}")  # fmt: skip
        lines.append(f"  {_KEPT_WORDS[latest.kept]}; receipt {receipt.sha256[:12]}")
        if receipt.again:
            lines.append(f"  the same file came first on {receipt.arrivals[0].received_on}")
        lines += [f"  follows receipt {digest[:12]}" for digest in latest.follows]
        for finding in latest.findings:
            row = f"row {finding['row']}" if finding["row"] else "whole file"
            place = ", ".join(part for part in (row, finding["column"]) if part)
            lines.append(f"  {finding['severity']:7} {finding['code']}  {place}: {finding['title']}")
            lines.append(f"          {finding['message']} {finding['advice']}")
        if latest.omitted:
            lines.append(f"  and {latest.omitted} more of the same kinds")
    return "\n".join(lines)
