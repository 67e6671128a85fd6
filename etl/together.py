"""Submissions judged together.

Keys and revisions, totals and parts, one period against the next, one dataset against another. Tables here carry two
extra columns, `_file` and `_row`, so that every finding can be placed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import compress

import pandas as pd

from etl.evaluate import all_satisfied, next_period, weighted_sum
from etl.findings import KINDS, Finding, found
from schemas.declare import Dataset, Role
from schemas.jurisdiction import DEFAULT
from schemas.registry import dataset, datasets
from schemas.rules import AcrossDatasets, CarriedOver, NeverFalls, SeriesRule, Total

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Placed:
    """A finding and the file it is about."""

    file: str
    finding: Finding


def combine(tables: list[tuple[str, str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """(dataset, file, typed table) of each submission -> one table for each dataset, with `_file` and `_row`."""
    parts: dict[str, list[pd.DataFrame]] = {}
    for dataset_id, file, table in tables:
        parts.setdefault(dataset_id, []).append(table.assign(_file=file, _row=table.index))
    return {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}


def _place(row: pd.Series, finding: Finding) -> Placed:
    period, agency = (str(row[name]) if name in row else "" for name in ("period", "agency"))
    return Placed(str(row["_file"]), replace(finding, row=int(row["_row"]), period=period, agency=agency))


def key_text(row: pd.Series, declared: Dataset) -> str:
    """A row's key in one text, as corrections name it: its parts in declared order, joined by `|`."""
    return "|".join(str(row[name]) for name in declared.key)


def explains(explained: set[tuple[str, str]], dataset_id: str, key: str) -> bool:
    """Whether the log of corrections names the row, or the beginning of its key (at least period and agency)."""
    parts = key.split("|")
    return any((dataset_id, "|".join(parts[:size])) in explained for size in range(2, len(parts) + 1))


def _repeated(table: pd.DataFrame, declared: Dataset) -> list[Placed]:
    """R25: the same key and revision twice; the second is reported and says where the first is."""
    names = [*declared.key, *(["revision"] if "revision" in table else [])]
    if not table.duplicated(names).any():
        return []
    whole = table.dropna(subset=names)
    again = whole.duplicated(names, keep=False)
    firsts: dict[tuple[object, ...], tuple[str, int]] = {}
    placed = []
    columns = [*names, "_file", "_row"]
    for *values, file, number in whole.loc[again, columns].itertuples(index=False):
        key, where = tuple(values), (str(file), int(number))
        first = firsts.setdefault(key, where)
        if first != where:
            told = dict(zip(names, map(str, values), strict=True))
            finding = same_key(*first, told.get("period", ""), told.get("agency", ""))
            placed.append(Placed(where[0], replace(finding, row=where[1])))
    return placed


def same_key(file: str, row: int, period: str, agency: str) -> Finding:
    """R25 about a row whose key and revision stand in an earlier row."""
    message = f"The same key and revision stand in {file}, row {row}."
    return Finding(kind=KINDS["R25"], message=message, column="period", period=period, agency=agency)


REVISIONS = "corrections"
"""The dataset whose rows explain revisions."""

REVISED = found("R25", "The row is a revision, but no row in corrections says why.", column="revision")


def unexplained(table: pd.DataFrame, declared: Dataset, explained: set[tuple[str, str]]) -> list[Placed]:
    """R25: a row with a revision above 1 for whose key, or the beginning of it, corrections has no row."""
    if "revision" not in table:
        return []
    placed = []
    revised = (table["revision"] > 1).fillna(value=False)
    for _, row in table[revised].iterrows() if revised.any() else ():
        if not explains(explained, declared.id, key_text(row, declared)):
            placed.append(_place(row, REVISED))
    return placed


def latest(table: pd.DataFrame, declared: Dataset) -> pd.DataFrame:
    """Of each key only the highest revision."""
    if "revision" not in table or not table.duplicated(list(declared.key)).any():
        return table
    ordered = table.sort_values("revision", kind="stable")
    return ordered.drop_duplicates(list(declared.key), keep="last").sort_index()


def has_total_row(declared: Dataset) -> bool:
    """Whether the dataset is reported by facility and published for all facilities together."""
    return "facility" in declared.key and bool(declared.disclosure.published_where)


def _totals(table: pd.DataFrame, declared: Dataset) -> list[Placed]:
    """V301: where rows by facility and a row for ALL are both reported, the parts add up to the total."""
    if not has_total_row(declared):
        return []
    is_total = table["facility"] == "ALL"
    if is_total.all() or not is_total.any():
        return []
    by = [name for name in declared.key if name != "facility"]
    counts = [column.name for column in declared.columns if column.role is Role.COUNT]
    parts = table[~is_total].groupby(by)[counts].sum(min_count=1)
    totals = table[is_total]
    sums = parts.reindex(pd.MultiIndex.from_frame(totals[by])).set_axis(totals.index)
    differ = totals[counts].ne(sums).fillna(value=False)
    placed = []
    odd = differ.any(axis="columns")
    for (_, row), which in zip(totals[odd].iterrows(), differ[odd].to_numpy(), strict=True):
        names = ", ".join(compress(counts, which))
        message = f"The row for ALL and the sum of the facilities differ in {names}."
        placed.append(_place(row, found("V301", message, column="facility")))
    return placed


def _partial_totals(table: pd.DataFrame, declared: Dataset) -> list[Placed]:
    """V302: without a row for ALL the facilities are added up, so each one that the agency reports must be there."""
    if not has_total_row(declared):
        return []
    by = [name for name in declared.key if name != "facility"]
    parts = table[table["facility"] != "ALL"]
    if parts.empty:
        return []
    reporting = parts.groupby("agency")["facility"].agg(set)
    has_total = set(map(tuple, table.loc[table["facility"] == "ALL", by].to_numpy()))
    placed = []
    for where, rows in parts.groupby(by):
        missing = reporting[rows["agency"].iloc[0]] - set(rows["facility"])
        if missing and where not in has_total:
            message = f"There is no row for ALL and none for {', '.join(sorted(missing))}."
            placed.append(_place(rows.iloc[0], found("V302", message, column="facility")))
    return placed


def with_totals(table: pd.DataFrame, declared: Dataset) -> pd.DataFrame:
    """Add the row for ALL facilities where an agency reported only its facilities one by one."""
    if not has_total_row(declared) or (table["facility"] == "ALL").all():
        return table
    by = [name for name in declared.key if name != "facility"]
    counts = [column.name for column in declared.columns if column.role is Role.COUNT]
    has_total = set(map(tuple, table.loc[table["facility"] == "ALL", by].to_numpy()))
    alone = table[[tuple(row) not in has_total for row in table[by].to_numpy()]]
    if alone.empty:
        return table
    totals = alone.drop_duplicates(by).copy()
    sums = alone.groupby(by)[counts].sum(skipna=False)
    totals[counts] = sums.loc[[tuple(row) for row in totals[by].to_numpy()]].to_numpy()
    totals["facility"] = "ALL"
    for column in declared.columns:
        if column.role is Role.MEASURE:
            totals[column.name] = pd.NA
    return pd.concat([table, totals.astype(table.dtypes)], ignore_index=True)


def newest(table: pd.DataFrame, declared: Dataset) -> pd.DataFrame:
    """Of each key only the highest revision, totals completed. Rows whose key is not understood are left out."""
    return with_totals(latest(table.dropna(subset=list(declared.key)), declared), declared)


def _series(table: pd.DataFrame, rule: SeriesRule) -> list[Placed]:
    """R13 and R21: compare each row with the row of the period before."""
    before = {tuple(row[name] for name in ("period", *rule.by)): row for _, row in table.iterrows()}
    placed = []
    for key, earlier in before.items():
        row = before.get((next_period(str(key[0])), *key[1:]))
        if row is None:
            continue
        match rule:
            case CarriedOver():
                pair = (earlier[rule.closing], row[rule.opening])
                broken = pd.notna(pair[0]) and pd.notna(pair[1]) and pair[0] != pair[1]
            case NeverFalls():
                now, then = row[rule.column], earlier[rule.column]
                allowed = (row[rule.unless] < earlier[rule.unless]) is True
                broken = bool(pd.notna(now) and pd.notna(then) and now < then and not allowed)
        if broken:
            finding = found(rule.id, f"It must hold that {rule.says}.", column=rule.column)
            placed.append(_place(row, replace(finding, level=rule.level)))
    return placed


def _added_up(tables: Tables, side: Total, by: tuple[str, ...]) -> pd.Series:
    """One side of a rule across datasets: the total for each combination of `by`; <NA> where a cell is empty."""
    table = tables.get(side.dataset)
    if table is None or table.empty:
        return pd.Series(dtype="Int64")
    chosen = table[all_satisfied(side.where, table)]
    sums = weighted_sum(side.terms, chosen).rename("total")
    grouped = pd.concat([chosen[list(by)], sums], axis=1).groupby(list(by))["total"]
    return grouped.sum(skipna=False)


def _across(tables: Tables, rule: AcrossDatasets, home: str) -> list[Placed]:
    """A rule between two datasets. What only one side reports is not judged: the other report may be late."""
    left, right = _added_up(tables, rule.left, rule.by), _added_up(tables, rule.right, rule.by)
    reported = {side.dataset: set(map(tuple, tables[side.dataset][list(rule.by)].to_numpy()))
                for side in (rule.left, rule.right) if side.dataset in tables}  # fmt: skip
    placed = []
    for key in sorted(set(left.index) | set(right.index)):
        if len(reported) < 2 or not all(tuple(key) in keys for keys in reported.values()):
            continue
        if rule.relation == "==" and key not in left.index:
            continue  # only part of the rows takes part in the rule, such as rows that are a census
        ours, theirs = left.get(key, 0), right.get(key, 0)
        if pd.isna(ours) or pd.isna(theirs):
            continue
        broken = ours != theirs if rule.relation == "==" else ours > 0 and theirs <= 0
        if broken:
            table = tables[home]
            row = table[(table[list(rule.by)] == pd.Series(dict(zip(rule.by, key, strict=True)))).all(axis=1)].iloc[0]
            finding = found(
                rule.id, f"In {', '.join(map(str, key))} it must hold that {rule.says}.", column=rule.column
            )
            placed.append(_place(row, replace(finding, level=rule.level)))
    return placed


def explained_revisions(tables: Tables) -> set[tuple[str, str]]:
    """(dataset, key or beginning of a key) of every row in the submitted corrections."""
    rows = tables.get(REVISIONS)
    if rows is None:
        return set()
    return {(str(name), str(key)) for name, key in zip(rows["dataset"], rows["key"], strict=True)}


def judge_together(tables: Tables, jurisdiction: str = DEFAULT) -> list[Placed]:
    """Every finding that takes more than one row to see, over all submissions given."""
    explained = explained_revisions(tables)
    placed: list[Placed] = []
    for name, table in tables.items():
        declared = dataset(name, jurisdiction)
        placed += _repeated(table, declared) + unexplained(table, declared, explained)
    return placed + compared(tables, jurisdiction)


def compared(tables: Tables, jurisdiction: str, sums: Tables | None = None) -> list[Placed]:
    """What does not fit together among the newest revisions: totals and parts, periods, datasets.

    sums: datasets of which only the sums are known that rules between datasets compare.
    """
    placed: list[Placed] = []
    newest: dict[str, pd.DataFrame] = {}
    for name, table in tables.items():
        declared = dataset(name, jurisdiction)
        # a row whose key is not understood has its finding already and is compared with nothing
        newest[name] = latest(table.dropna(subset=list(declared.key)), declared)
        placed += _totals(newest[name], declared) + _partial_totals(newest[name], declared)
    completed = {name: with_totals(table, dataset(name, jurisdiction)) for name, table in newest.items()}
    return placed + between(completed | dict(sums or {}), jurisdiction)


def between(completed: Tables, jurisdiction: str) -> list[Placed]:
    """What does not fit from period to period and from dataset to dataset, in newest revisions with their totals."""
    placed: list[Placed] = []
    for declared in datasets(jurisdiction):
        if declared.id in completed:
            for rule in declared.series_rules:
                placed += _series(completed[declared.id], rule)
            for across in declared.cross_rules:
                placed += _across(completed, across, declared.id)
    return placed
