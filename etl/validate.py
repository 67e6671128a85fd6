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
from functools import cache

import pandas as pd

from etl.contract import broken
from etl.convert import codes_out_of_use, last_day, typed_table
from etl.evaluate import least
from etl.file_names import in_a_file_name
from etl.findings import Finding, found
from etl.identifiers import banned_header, identifier_in, personal_data, personal_data_beside
from etl.layout import SheetTable, plain
from etl.mark import template_version
from etl.read import FileRead
from schemas.declare import Dataset, MadeBy
from schemas.jurisdiction import DEFAULT
from schemas.registry import dataset as declared_dataset
from schemas.registry import datasets
from schemas.rules import Level, RowRule

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


@cache
def _columns_by_header(dataset_id: str) -> dict[str, str]:
    columns = declared_dataset(dataset_id).columns
    return {plain(words): column.name for column in columns for words in (column.label, column.name)}


def column_names(header: Sequence[str], dataset: Dataset) -> list[str | None]:
    """Each header as the declared column it means (its name or English label, in any case), or None."""
    known = _columns_by_header(dataset.id)
    return [known.get(plain(cell)) for cell in header]


def submittable(jurisdiction: str = DEFAULT) -> tuple[Dataset, ...]:
    """The datasets that a file can be for, as a county declares them; those Daylight makes itself are not among them."""
    return tuple(dataset for dataset in datasets(jurisdiction) if dataset.made_by is not MadeBy.DAYLIGHT)


def recognise_file(file: FileRead, jurisdiction: str = DEFAULT) -> Dataset | None:
    """Which dataset a file is for: by the mark of our template, else by its name, else by its header."""
    marked = file.mark[0] if file.mark else ""
    by_mark = [dataset for dataset in submittable(jurisdiction) if dataset.id == marked]
    return by_mark[0] if by_mark else recognise(file.path.name, file.table.header if file.table else (), jurisdiction)


def recognise(name: str, header: Sequence[str], jurisdiction: str = DEFAULT) -> Dataset | None:
    """Which dataset a file is for: by the beginning of its name, else by the only dataset its header fits."""
    stem = name.rsplit("/", 1)[-1].lower()
    by_name = [dataset for dataset in submittable(jurisdiction) if stem.startswith(dataset.id)]
    if by_name:
        return max(by_name, key=lambda dataset: len(dataset.id))
    fits = []
    for dataset in submittable(jurisdiction):
        names = column_names(header, dataset)
        needed = {column.name for column in dataset.columns if column.in_header}
        if needed <= {*names} and None not in names:
            fits.append(dataset)
    return fits[0] if len(fits) == 1 else None


def header_findings(table: SheetTable, dataset: Dataset, jurisdiction: str) -> list[Finding]:
    """What is wrong with the header row. A column that asks for personal data says so plainly."""
    findings = []
    names, header_row = column_names(table.header, dataset), table.header_row
    for place, (cell, name) in enumerate(zip(table.header, names, strict=True), start=1):
        if name is not None:
            continue
        if banned_header(cell) or identifier_in(cell, names=True, jurisdiction=jurisdiction):
            message = f"Column {place} asks for personal data, or its header holds some. The file was not kept."
            findings.append(found("R26", message, row=header_row))
            continue
        near = difflib.get_close_matches(plain(cell).replace(" ", "_"), [c.name for c in dataset.columns], n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        findings.append(found("V104", f"Column {place} is not a column of {dataset.id}.{hint}", row=header_row))
    for name, times in Counter(name for name in names if name).items():
        if times > 1:
            findings.append(found("V105", f"{name} is there {times} times.", row=header_row, column=name))
    missing = [column.name for column in dataset.columns if column.in_header and column.name not in names]
    return findings + [found("V103", f"The column {name} is missing.", column=name) for name in missing]


def _cells(table: SheetTable, names: Sequence[str | None]) -> pd.DataFrame:
    """The columns that are known, the first of each name, as text indexed by the row number a person sees."""
    numbers = [number for number, _ in table.rows]
    first = {name: place for place, name in reversed([*enumerate(names)]) if name}
    return pd.DataFrame(
        {name: [cells[place] for _, cells in table.rows] for name, place in first.items()}, index=numbers, dtype="str"
    )


def _oddities(table: SheetTable, names: Sequence[str | None], dataset: Dataset) -> list[Finding]:
    """What is odd about the cells of a spreadsheet, one finding for each kind and row."""
    numeric = {place for place, name in enumerate(names) if name and dataset.column(name).numeric}
    told = (
        ("V208", "holds a number as text", {at for at in table.numbers_as_text if at[1] in numeric}),
        ("V112", "is a merged cell", {at for at in table.merged if at[1] not in numeric}),
        ("V113", "is a number merged with other cells", {at for at in table.merged if at[1] in numeric}),
        ("V114", "holds a formula", table.formulas - table.formulas_without_value - table.errors),
        ("V115", "holds a formula without a stored value", table.formulas_without_value - table.errors),
        ("V116", "shows an error value", table.errors),
    )
    findings = []
    for code, words, places in told:
        rows = dict(sorted(places, reverse=True))
        for row, place in rows.items():
            findings.append(found(code, f"{names[place]} {words}.", row=row, column=names[place]))
    for row, column in dict(sorted(table.headless, reverse=True)).items():
        findings.append(found("V109", f"The cell in column {column} stands under no header.", row=row))
    findings += [found("V111", "The row of totals was not read as data.", row=row) for row in table.set_aside]
    findings += [found("V117", "The row is hidden in the sheet.", row=row) for row in table.hidden_rows]
    hidden = [names[place] for place in table.hidden_columns]
    findings += [found("V117", f"The column {name} is hidden in the sheet.", column=name) for name in hidden]
    return findings


def out_of_range(name: str) -> Finding:
    """V205 for a number outside its declared range."""
    return found("V205", f"{name} is below 0 or above the most it can be.", column=name)


def rule_broken(rule: RowRule) -> Finding:
    """The finding about a row that breaks a rule."""
    finding = found(rule.id, f"It must hold that {rule.says}.", column=rule.column)
    return replace(finding, level=rule.level, holds_build=rule.holds_build)


def _contract_findings(table: pd.DataFrame, dataset: Dataset) -> list[Finding]:
    """What breaks the contract, as one finding for each rule and row."""
    seen: dict[tuple[str, int], Finding] = {}
    for fault in broken(table, dataset):
        finding = rule_broken(fault.rule) if fault.rule else out_of_range(fault.column)
        code = finding.kind.code if fault.rule else f"{finding.kind.code}{fault.column}"
        for row in fault.rows:
            seen.setdefault((code, row), replace(finding, row=row))
    return list(seen.values())


def below_least(name: str, lowest: int) -> Finding:
    """V205 for a number below the least it can be."""
    return found("V205", f"{name} is below {lowest}.", column=name)


def _below_least(table: pd.DataFrame, dataset: Dataset) -> list[Finding]:
    """V205 for measures, such as hours, that cannot be negative, and for revisions, which are counted from 1."""
    return [
        replace(below_least(name, lowest), row=int(row))
        for name, lowest in least(dataset).items() if name in table
        for row in table.index[(table[name] < lowest).fillna(value=False)]
    ]  # fmt: skip


def _unrecognised(file: FileRead, table: SheetTable, beside: Sequence[Finding], jurisdiction: str) -> Validated:
    """A file that no dataset fits; personal data in it are told all the same."""
    findings = [*file.findings, *beside, *personal_data(table, [None] * len(table.header), None, jurisdiction)]
    if any(banned_header(cell) or identifier_in(cell, names=True, jurisdiction=jurisdiction) for cell in table.header):
        findings.append(found("R26", "A column asks for personal data.", row=table.header_row))
    if not any(finding.kind.code == "R26" for finding in findings):
        findings.append(found("V102", "No dataset fits the file."))
    return Validated(None, None, in_order(_placed(findings, table)), len(table.rows))


def period_fault(period: str, day: date | None, on: date) -> tuple[str, str] | None:
    """R24 of one row: the column and what is wrong with the period and the day on which the report is certified."""
    end = last_day(period)
    if end >= on:
        return "period", f"{period} is not over on {on}."
    if day and day <= end:
        return "submitted_on", f"The report is dated before the end of {period}."
    if day and day > on:
        return "submitted_on", f"The report is dated after {on}."
    return None


def _period_findings(table: pd.DataFrame, on: date) -> list[Finding]:
    """R24: the period is over, and the report is dated after its last day. Each different pair is looked at once."""
    if "period" not in table:
        return []
    days = table["submitted_on"] if "submitted_on" in table else pd.Series(pd.NaT, index=table.index)
    rows = pd.DataFrame({"period": table["period"], "day": days}).dropna(subset=["period"])
    pairs = rows.groupby(["period", "day"], dropna=False, sort=False).ngroup()
    faults = {}
    for number, (period, day) in zip(pairs[~pairs.duplicated()], rows[~pairs.duplicated()].to_numpy(), strict=True):
        if fault := period_fault(period, None if pd.isna(day) else day.date(), on):
            faults[number] = fault
    numbered = zip(pairs.index.tolist(), pairs.tolist(), strict=True) if faults else ()
    told = ((int(row), *faults[number]) for row, number in numbered if number in faults)
    return [found("R24", message, row=row, column=column) for row, column, message in told]


def in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Findings by row, then column, then code; those about the whole file first."""
    return tuple(sorted(findings, key=lambda f: (f.row or 0, f.column or "", f.kind.code, f.message)))


def validate(file: FileRead, *, dataset: Dataset | None, on: date, jurisdiction: str) -> Validated:
    """Judge one file by itself. `dataset` is the one asked for, or None to recognise it; `on` is today."""
    beside = personal_data_beside(file.asides, in_a_file_name(file.path.name), jurisdiction)
    if file.table is None:
        return Validated(dataset, None, in_order([*file.findings, *beside]), 0)
    chosen = dataset or recognise_file(file, jurisdiction)
    if chosen is None:
        return _unrecognised(file, file.table, beside, jurisdiction)
    names = column_names(file.table.header, chosen)
    header = header_findings(file.table, chosen, jurisdiction)
    if not file.table.rows:
        header.append(found("V106", "The file has no row below its header."))
    if file.mark and file.mark[1] != template_version(chosen):
        header.append(found("V118", "The template is of an older version of the dataset."))
    findings = [*file.findings, *header, *beside, *personal_data(file.table, names, chosen, jurisdiction)]
    table, typing = typed_table(_cells(file.table, names), chosen, jurisdiction)
    missing = {column.name for column in chosen.columns} - {*names}
    unread = {(row, names[place]) for row, place in file.table.errors | file.table.formulas_without_value}
    findings += [
        f for f in typing if f.column not in missing and not (f.kind.code == "V201" and (f.row, f.column) in unread)
    ]
    findings += _oddities(file.table, names, chosen) + _contract_findings(table, chosen)
    findings += (
        _below_least(table, chosen) + codes_out_of_use(table, chosen, jurisdiction) + _period_findings(table, on)
    )
    usable = not any(finding.severity is Level.ERROR for finding in header)
    return Validated(chosen, table if usable else None, in_order(_placed(findings, file.table)), len(file.table.rows))


def _placed(findings: Sequence[Finding], table: SheetTable) -> list[Finding]:
    return [replace(finding, sheet=finding.sheet or table.sheet) if finding.row else finding for finding in findings]
