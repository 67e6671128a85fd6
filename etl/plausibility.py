"""R27 and the comparison with what is public already: is this the same series, only longer?

A change from one period to the next is unusual when it lies more than the declared number of robust standard deviations
(1.4826 times the median absolute deviation, Rousseeuw and Croux 1993) from the median change. Counts vary by chance even
when nothing happens, so the deviation is never taken to be smaller than that of a Poisson count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from etl.findings import Finding, found
from etl.together import Placed, Tables, explains, key_text, newest
from schemas.declare import Dataset, MadeBy, Plausibility, Role
from schemas.jurisdiction import DEFAULT
from schemas.registry import dataset
from schemas.release import OpenRelease

_MAD_TO_SD = 1.4826


def _series(table: pd.DataFrame, check: Plausibility, declared: Dataset) -> dict[tuple[str, ...], pd.Series]:
    """The column added up over each period, for each `by`; periods with an empty cell are left out."""
    rows = table[table["facility"] == "ALL"] if "facility" in declared.key else table
    rows = rows[rows[check.column].notna()]
    totals = rows.groupby([*check.by, "period"])[check.column].sum().astype("int64")
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for row in totals.reset_index().to_dict("records"):
        found.setdefault(tuple(str(row[name]) for name in check.by), {})[str(row["period"])] = row[check.column]
    return {key: pd.Series(by_period) for key, by_period in found.items()}


def unusual_changes(series: pd.Series, *, deviations: float, at_least: int) -> list[str]:
    """The periods whose change from the period before lies outside the usual range of all the changes."""
    if len(series) < at_least:
        return []
    changes = series.sort_index().diff().dropna()
    middle = float(changes.median())
    spread = _MAD_TO_SD * float((changes - middle).abs().median())
    chance = float(2 * max(series.median(), 1)) ** 0.5
    return [
        str(period) for period, change in changes.items() if abs(change - middle) > deviations * max(spread, chance)
    ]


def _finding(declared: Dataset, check: Plausibility, period: str, key: tuple[str, ...], words: str) -> Finding:
    agency = key[check.by.index("agency")] if "agency" in check.by else ""
    message = f"{declared.id}, {', '.join(key)}, {period}: {check.column} {words}."
    base = found("R27", message, column=check.column)
    return replace(base, dataset=declared.id, period=period, agency=agency)


def examine(tables: Mapping[str, pd.DataFrame], jurisdiction: str = DEFAULT) -> list[Finding]:
    """R27 over the newest revision of every row."""
    findings = []
    for name, table in sorted(tables.items()):
        declared = dataset(name, jurisdiction)
        for check in declared.plausibility:
            for key, series in _series(table, check, declared).items():
                periods = unusual_changes(series, deviations=check.deviations, at_least=check.at_least_periods)
                words = "changed from the period before by far more than usual"
                findings += [_finding(declared, check, period, key, words) for period in periods]
                if check.year_total_at_most is not None:
                    by_year = series.groupby(series.index.str[:4]).sum()
                    for year in by_year[by_year > check.year_total_at_most].index:
                        most = f"adds up to more than {check.year_total_at_most} in the year"
                        findings.append(_finding(declared, check, str(year), key, most))
    return findings


_First = tuple[str, str, str, int]
"""Of a period and agency the first row: period, agency (empty where there is none), file, and number of the row."""


def _firsts(table: pd.DataFrame) -> list[_First]:
    """The first row of each period and agency."""
    there = table[table["period"].notna()]
    rows = there.drop_duplicates([name for name in ("period", "agency") if name in there])
    agencies = rows["agency"].fillna("") if "agency" in rows else [""] * len(rows)
    return list(zip(rows["period"], agencies, rows["_file"], rows["_row"], strict=True))


def _row_of(finding: Finding, firsts: Sequence[_First]) -> _First:
    """The first row of the period that a finding is about; of a year, the first row of its last period."""
    rows = [
        row for row in firsts
        if row[0].startswith(finding.period) and (not finding.agency or row[1] == finding.agency)
    ]  # fmt: skip
    last = max(row[0] for row in rows)
    return next(row for row in rows if row[0] == last)


def _long_enough(table: pd.DataFrame, declared: Dataset) -> bool:
    """Whether a table has the periods that some check takes; the total of a year takes none."""
    least = [0 if check.year_total_at_most is not None else check.at_least_periods for check in declared.plausibility]
    return bool(least) and table["period"].nunique() >= min(least)


def examine_files(tables: Tables, jurisdiction: str = DEFAULT) -> list[Placed]:
    """R27 over the newest revision of every row of the files given, each finding with a file and row that it is about."""
    every = {name: dataset(name, jurisdiction) for name in tables}
    declared = {name: one for name, one in every.items() if _long_enough(tables[name], one)}
    return examine_newest({name: newest(tables[name], one) for name, one in declared.items()}, jurisdiction)


def examine_newest(examined: Tables, jurisdiction: str) -> list[Placed]:
    """R27 over newest revisions with their totals, each finding with the first file and row that it is about."""
    findings = examine(examined, jurisdiction)
    firsts = {name: _firsts(examined[name]) for name in {finding.dataset for finding in findings}}
    placed = []
    for finding in findings:
        _, _, file, row = _row_of(finding, firsts[finding.dataset])
        placed.append(Placed(str(file), replace(finding, row=int(row))))
    return placed


def _published(previous: OpenRelease, name: str) -> pd.DataFrame | None:
    return previous.table(name) if name in previous.dataset_ids() else None


def compare_with_previous(
    tables: Mapping[str, pd.DataFrame], previous: OpenRelease | None, explained: set[tuple[str, str]]
) -> list[Finding]:
    """V401 and V402: rows that were public and have gone, and figures that changed without a revision.

    explained: (dataset, key or beginning of a key) of the log of corrections; what it explains is no silent change.
    """
    if previous is None:
        return []
    findings = []
    for name, table in sorted(tables.items()):
        declared, before = dataset(name), _published(previous, name)
        if before is None or "revision" not in table or not declared.key:
            continue
        old = {key_text(row, declared): row for _, row in before.iterrows()}
        new = {key_text(row, declared): row for _, row in table.iterrows()}
        for period in sorted({key.split("|")[0] for key in old.keys() - new.keys()}):
            message = f"{name}: rows of {period} that are public are in no submission any more."
            findings.append(replace(found("V401", message), dataset=name, period=period))
        for key in sorted(old.keys() & new.keys()):
            if not explains(explained, name, key):
                findings += _silently_changed(declared, key, old[key], new[key])
    return findings


def _silently_changed(declared: Dataset, key: str, old: pd.Series, new: pd.Series) -> list[Finding]:
    if declared.made_by is not MadeBy.AGENCY or str(old["revision"]) != str(new["revision"]):
        return []
    counts = [c.name for c in declared.published_columns if c.role is Role.COUNT]
    differ = [name for name in counts if pd.notna(old[name]) and (pd.isna(new[name]) or old[name] != new[name])]
    if not differ:
        return []
    message = f"{declared.id}, {key}: {', '.join(differ)} changed, but the row has the revision already published."
    return [
        replace(found("V402", message, column=differ[0]), dataset=declared.id, period=key.split("|", maxsplit=1)[0])
    ]
