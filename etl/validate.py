"""A submission -> a typed table and findings, in two passes.

Pass one looks at the header and turns cells into values. Pass two, only where the header holds, applies the contract:
ranges and every rule that looks at one row. Findings are folded into one for each rule and row, with the row and column
a person sees, and never with a cell's value.
"""

import difflib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
import pandera.pandas as pa

from etl.contract import check_name, contract
from etl.convert import codes_out_of_use, last_day, typed_table
from etl.findings import Finding, found
from etl.identifiers import banned_header
from etl.read import FileRead, SheetTable
from schemas.declare import Dataset, MadeBy
from schemas.registry import datasets
from schemas.rules import Level, Rule

MOST_LISTED = 1_000
"""After this many findings of one code the rest are counted, not listed (contract, section 2)."""


@dataclass(frozen=True)
class Validated:
    """A judged submission: its typed table when it can be used, and everything found. `rows` counts its data rows."""

    dataset: Dataset | None
    table: pd.DataFrame | None
    findings: tuple[Finding, ...]
    rows: int

    @property
    def refused(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity is Level.ERROR for finding in self.findings)


def _plain(header: str) -> str:
    return " ".join(header.casefold().replace("_", " ").split())


def column_names(header: Sequence[str], dataset: Dataset) -> list[str | None]:
    """Each header as the declared column it means (its name or English label, in any case), or None."""
    known = {_plain(words): column.name for column in dataset.columns for words in (column.label, column.name)}
    return [known.get(_plain(cell)) for cell in header]


def submittable() -> tuple[Dataset, ...]:
    """The datasets that a file can be for; those Daylight makes itself are not among them."""
    return tuple(dataset for dataset in datasets() if dataset.made_by is not MadeBy.DAYLIGHT)


def recognise(name: str, header: Sequence[str]) -> Dataset | None:
    """Which dataset a file is for: by the beginning of its name, else by the only dataset its header fits."""
    stem = name.rsplit("/", 1)[-1].lower()
    by_name = [dataset for dataset in submittable() if stem.startswith(dataset.id)]
    if by_name:
        return max(by_name, key=lambda dataset: len(dataset.id))
    fits = []
    for dataset in submittable():
        names = column_names(header, dataset)
        needed = {column.name for column in dataset.columns if column.in_header}
        if needed <= {*names} and None not in names:
            fits.append(dataset)
    return fits[0] if len(fits) == 1 else None


def _header_findings(table: SheetTable, dataset: Dataset, header_row: int) -> list[Finding]:
    """What is wrong with the header row. A column that asks for personal data says so plainly."""
    findings = []
    names = column_names(table.header, dataset)
    for place, (cell, name) in enumerate(zip(table.header, names, strict=True), start=1):
        if name is not None:
            continue
        if banned_header(cell):
            message = f"Column {place} asks for personal data. The file was not kept."
            findings.append(found("R26", message, row=header_row))
            continue
        near = difflib.get_close_matches(_plain(cell).replace(" ", "_"), [c.name for c in dataset.columns], n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        findings.append(found("V104", f"Column {place} is not a column of {dataset.id}.{hint}", row=header_row))
    for name, times in Counter(name for name in names if name).items():
        if times > 1:
            findings.append(found("V105", f"{name} is there {times} times.", row=header_row, column=name))
    missing = [column.name for column in dataset.columns if column.in_header and column.name not in names]
    return findings + [found("V103", f"The column {name} is missing.", column=name) for name in missing]


def _cells(table: SheetTable, names: Sequence[str | None]) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows as a table of text under declared names; findings for rows that are longer than the header."""
    findings, numbers, rows = [], [], []
    for number, row in table.rows:
        if any(row[len(names) :]):
            findings.append(found("V109", f"The row has more cells than the {len(names)} columns.", row=number))
        numbers.append(number)
        rows.append([*row[: len(names)], *[""] * (len(names) - len(row))])
    frame = pd.DataFrame(rows, index=numbers, columns=list(names), dtype="str")
    return frame, findings


def _numbers_as_text(table: SheetTable, names: Sequence[str | None], dataset: Dataset) -> list[Finding]:
    numeric = {column.name for column in dataset.columns if column.numeric}
    return [
        found("V208", f"{names[place]} holds a number as text.", row=row, column=names[place])
        for row, place in sorted(table.numbers_as_text)
        if place < len(names) and names[place] in numeric
    ]


def _folded(errors: pa.errors.SchemaErrors, dataset: Dataset) -> list[Finding]:
    """Pandera's failure cases as one finding for each rule and row; their values are never looked at."""
    rules: dict[str, Rule] = {check_name(position, rule): rule for position, rule in enumerate(dataset.row_rules)}
    seen: dict[tuple[str, int], Finding] = {}
    cases = errors.failure_cases
    for column, check, index in zip(cases["column"], cases["check"], cases["index"], strict=True):
        row = int(index)
        if check in rules:
            rule = rules[check]
            finding = replace(
                found(rule.id, f"It must hold that {rule.says}.", row=row, column=rule.column),
                level=rule.level, holds_build=rule.holds_build,
            )  # fmt: skip
            seen.setdefault((rule.id, row), finding)
        else:
            message = f"{column} is below 0 or above the most it can be."
            seen.setdefault((f"{check}{column}", row), found(str(check), message, row=row, column=str(column)))
    return list(seen.values())


def _contract_findings(table: pd.DataFrame, dataset: Dataset) -> list[Finding]:
    try:
        contract(dataset.id).validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return _folded(errors, dataset)
    return []


def _period_findings(table: pd.DataFrame, on: date) -> list[Finding]:
    """R24: the period is over, and the report is dated after its last day."""
    findings = []
    if "period" not in table:
        return []
    certified = table["submitted_on"] if "submitted_on" in table else pd.Series(pd.NaT, index=table.index)
    for row, period, day in zip(table.index, table["period"], certified, strict=True):
        if pd.isna(period):
            continue
        end = last_day(period)
        if end >= on:
            findings.append(found("R24", f"{period} is not over on {on}.", row=int(row), column="period"))
        elif pd.notna(day) and day.date() <= end:
            message = f"The report is dated before the end of {period}."
            findings.append(found("R24", message, row=int(row), column="submitted_on"))
        elif pd.notna(day) and day.date() > on:
            findings.append(found("R24", f"The report is dated after {on}.", row=int(row), column="submitted_on"))
    return findings


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings by row, then column, then code; those about the whole file first."""
    return tuple(sorted(findings, key=lambda f: (f.row or 0, f.column or "", f.kind.code, f.message)))


def validate(file: FileRead, *, dataset: Dataset | None, on: date, jurisdiction: str) -> Validated:
    """Judge one file by itself. `dataset` is the one asked for, or None to recognise it; `on` is today."""
    if file.table is None:
        return Validated(dataset, None, file.findings, 0)
    chosen = dataset or recognise(file.name, file.table.header)
    if chosen is None:
        personal = any(banned_header(cell) for cell in file.table.header)
        code, message = (
            ("R26", "A column asks for personal data.") if personal else ("V102", "No dataset fits the file.")
        )
        return Validated(None, None, (*file.findings, found(code, message)), len(file.table.rows))
    names = column_names(file.table.header, chosen)
    findings = [*file.findings, *_header_findings(file.table, chosen, header_row=1)]
    if not file.table.rows:
        findings.append(found("V106", "The file has no row below its header."))
    if any(finding.severity is Level.ERROR for finding in findings):
        return Validated(chosen, None, in_order(_placed(findings, file.table)), len(file.table.rows))
    cells, ragged = _cells(file.table, names)
    table, typing = typed_table(cells, chosen, jurisdiction)
    findings += [*ragged, *typing, *_numbers_as_text(file.table, names, chosen)]
    findings += _contract_findings(table, chosen)
    findings += codes_out_of_use(table, chosen, jurisdiction) + _period_findings(table, on)
    return Validated(chosen, table, in_order(_placed(findings, file.table)), len(table))


def _placed(findings: Sequence[Finding], table: SheetTable) -> list[Finding]:
    return [replace(finding, sheet=table.sheet) if finding.row else finding for finding in findings]
