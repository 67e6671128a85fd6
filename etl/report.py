"""The answer an agency gets: the same findings as a readable text and as JSON (contract, section 2)."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from etl.findings import Finding
from etl.judging import Judged
from etl.validate import MOST_LISTED
from schemas.rules import Level


def verdict(findings: Sequence[Finding]) -> str:
    """accepted, accepted_with_warnings or refused."""
    levels = {finding.severity for finding in findings}
    if Level.ERROR in levels:
        return "refused"
    return "accepted_with_warnings" if levels else "accepted"


def listed(findings: Sequence[Finding]) -> tuple[list[Finding], int]:
    """The findings to list, at most a thousand of each code, and how many were left out."""
    seen: Counter[str] = Counter()
    kept = []
    for finding in findings:
        seen[finding.kind.code] += 1
        if seen[finding.kind.code] <= MOST_LISTED:
            kept.append(finding)
    return kept, len(findings) - len(kept)


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding as `check --json` prints it."""
    return {
        "code": finding.kind.code, "severity": str(finding.severity), "sheet": finding.sheet, "row": finding.row,
        "column": finding.column, "title": finding.kind.title, "message": finding.message,
        "advice": finding.advice or finding.kind.advice,
    }  # fmt: skip


def as_json(judged: Sequence[Judged]) -> dict[str, Any]:
    """The document that `check --json` prints."""
    files = []
    for one in judged:
        kept, beyond = listed(one.findings)
        omitted = beyond + one.beyond
        entry = {
            "file": one.file.name, "dataset": one.validated.dataset.id if one.validated.dataset else None,
            "verdict": verdict(one.findings), "sha256": one.file.sha256, "rows": one.validated.rows,
            "findings": [finding_json(finding) for finding in kept],
        }  # fmt: skip
        files.append({**entry, "omitted": omitted} if omitted else entry)
    return {"verdict": verdict([finding for one in judged for finding in one.findings]), "files": files}


def _place(finding: Finding) -> str:
    parts = [f"row {finding.row}" if finding.row else "whole file", finding.column or ""]
    return ", ".join(part for part in parts if part)


def as_text(judged: Sequence[Judged]) -> str:
    """The report for a person: file by file, finding by finding, with what to do."""
    lines = []
    for one in judged:
        kept, beyond = listed(one.findings)
        omitted = beyond + one.beyond
        name = one.validated.dataset.id if one.validated.dataset else "dataset not recognised"
        words = verdict(one.findings).replace("_", " ")
        lines.append(f"{one.file.name} ({name}, {one.validated.rows} rows): {words}")
        for finding in kept:
            severity = "ERROR  " if finding.severity is Level.ERROR else "warning"
            lines.append(f"  {severity} {finding.kind.code}  {_place(finding)}: {finding.kind.title}")
            lines.append(f"          {finding.message} {finding.advice or finding.kind.advice}")
        if omitted:
            lines.append(f"  and {omitted} more of the same kinds")
    return "\n".join(lines)
