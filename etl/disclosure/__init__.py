"""Disclosure control: typed tables in, protected tables out. Nothing else may be put into a release.

Conduct tables are published exactly. Tables about people hide small counts and the cells that would give them away,
judged against a reader who knows the rules and every other printed number. What was public before stays public, so the
releases before are part of what the reader knows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from etl.disclosure.attack import intervals
from etl.disclosure.model import Block, Cell, blocks, counts_of
from etl.disclosure.suppress import Pattern, suppress, withheld
from etl.errors import DisclosureRefused
from etl.evaluate import all_satisfied
from schemas.declare import Dataset, Protection
from schemas.release import CellStatus, OpenRelease

_TOKEN = object()


@dataclass(frozen=True)
class ProtectedTable:
    """A table that has been through disclosure control; only this package can make one.

    table: the published columns of the published rows, sorted by key. A hidden count is <NA>; the `<count>_status`
    beside it never says whether the cell is small itself or hides another.
    """

    dataset: Dataset
    table: pd.DataFrame
    token: object

    def __post_init__(self) -> None:
        if self.token is not _TOKEN:
            raise TypeError("Only etl.disclosure makes a ProtectedTable.")


@dataclass(frozen=True)
class Protected:
    """Every protected table of a release, and the account of what is hidden and how much a reader can still tell."""

    tables: dict[str, ProtectedTable]
    audit: dict[str, Any]


def published_rows(table: pd.DataFrame, declared: Dataset) -> pd.DataFrame:
    """The rows and columns that the dataset publishes, sorted by key, with a plain index."""
    rows = table[all_satisfied(declared.disclosure.published_where, table)]
    columns = [column.name for column in declared.published_columns]
    if not declared.key:
        return rows[columns].reset_index(drop=True)
    return rows[columns].sort_values(list(declared.key), kind="stable", ignore_index=True)


def with_statuses(rows: pd.DataFrame, declared: Dataset, hidden: frozenset[Cell] = frozenset()) -> pd.DataFrame:
    """Add the status columns and empty the hidden cells. An empty cell is not reported unless its row is not due."""
    published = rows.copy()
    not_due = pd.Series(data=False, index=rows.index)
    if "status" in rows:
        not_due = (rows["status"] == "not_applicable").fillna(value=False).astype(bool)
    for column in declared.published_columns:
        if not column.has_status:
            continue
        status = pd.Series(str(CellStatus.SHOWN), index=rows.index, dtype="str")
        empty = published[column.name].isna()
        status[empty] = str(CellStatus.NOT_REPORTED)
        status[empty & not_due] = str(CellStatus.NOT_APPLICABLE)
        places = sorted(place for place, name in hidden if name == column.name)
        status.loc[places] = str(CellStatus.SUPPRESSED)
        published.loc[places, column.name] = pd.NA
        published.insert(list(published.columns).index(column.name) + 1, f"{column.name}_status", status)
    return published


def _public_before(rows: pd.DataFrame, declared: Dataset, earlier: Sequence[OpenRelease]) -> dict[Cell, set[int]]:
    """What earlier releases print of the same cells: position and column -> the values that are public."""
    positions = {tuple(row): place for place, row in zip(rows.index, rows[list(declared.key)].to_numpy(), strict=True)}
    known: dict[Cell, set[int]] = {}
    for release in earlier:
        if declared.id not in release.dataset_ids():
            continue
        table = release.table(declared.id)
        for _, row in table.iterrows():
            place = positions.get(tuple(row[name] for name in declared.key))
            for column in counts_of(declared):
                if place is not None and column.name in table and pd.notna(row[column.name]):
                    known.setdefault((int(place), column.name), set()).add(int(row[column.name]))
    return known


def _pattern(block: Block, declared: Dataset, known: dict[Cell, set[int]]) -> Pattern:
    """The pattern of one block, given what is public of it already."""
    public = {cell: values for cell, values in known.items() if cell in block.values}
    revised = [cell for cell, values in public.items() if values != {block.values[cell]}]
    small_steps = [cell for cell in revised if cell not in block.fixed]
    if small_steps:
        return withheld(block, "a revision of figures by facility would show the change of a few people")
    pattern = suppress(replace(block, fixed=block.fixed | public.keys()), declared.disclosure)
    if pattern.withheld and public.keys() - block.fixed:
        raise DisclosureRefused(
            f"{declared.id}, {block.name}: figures of this period are public already, and what was added since cannot "
            "be printed beside them without exposing a small count. Publish the period in a coarser table, or withdraw "
            "the earlier release."
        )
    return pattern


def _account(declared: Dataset, found: Sequence[tuple[Block, Pattern]]) -> dict[str, Any]:
    """What the audit says of one table: how much is hidden, and the narrowest interval a reader can work out.

    Secondary counts lost are not stated in numbers of people: the sum would be one more printed total.
    """
    narrowest: int | None = None
    for block, pattern in found:
        if pattern.hidden and not pattern.withheld:
            widths = [
                interval.width
                for interval in intervals(block, pattern.hidden, least=declared.disclosure.least_hidden).values()
            ]
            narrowest = min([*widths] if narrowest is None else [*widths, narrowest])
    return {
        "policy": asdict(declared.disclosure),
        "cells": sum(len(block.values) for block, _ in found),
        "hidden": sum(len(pattern.hidden) for _, pattern in found),
        "withheld_blocks": {block.name: pattern.withheld for block, pattern in found if pattern.withheld},
        "narrowest_interval": narrowest,
        "attacker": "knows all printed numbers, the totals, rules R08 and R09, that zeros are printed, and that counts "
                    "are whole; integer programs solved to the end for each hidden cell",
    }  # fmt: skip


def protect(
    tables: Mapping[str, pd.DataFrame], datasets: Sequence[Dataset], earlier: Sequence[OpenRelease]
) -> Protected:
    """Protect every table of a release.

    tables: typed tables by dataset id. earlier: the releases that are still public. Raises DisclosureRefused, naming
    tables and periods but never values, when a table cannot be published safely beside what is public.
    """
    protected, audit = {}, {}
    for declared in datasets:
        if declared.id not in tables:
            continue
        rows = published_rows(tables[declared.id], declared)
        hidden: frozenset[Cell] = frozenset()
        if declared.disclosure.kind is Protection.PERSON:
            known = _public_before(rows, declared, earlier)
            found = [(block, _pattern(block, declared, known)) for block in blocks(rows, declared)]
            hidden = frozenset(cell for _, pattern in found for cell in pattern.hidden)
            audit[declared.id] = _account(declared, found)
        protected[declared.id] = ProtectedTable(declared, with_statuses(rows, declared, hidden), _TOKEN)
    return Protected(protected, {"method": "cell suppression", "tables": audit})
