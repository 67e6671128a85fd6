"""What a reader can put into equations: the cells of protected tables and the relations between them.

A block is a set of cells that share relations with nothing outside it, so that each block is judged by itself. Cells
are whole numbers; the relations are those the release itself prints: totals over facilities, and the declared sums and
comparisons between columns (rules R08 and R09 are public).
"""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from schemas.declare import Column, Dataset, Protection, Role
from schemas.registry import dataset
from schemas.rules import Linear

Cell = tuple[int, str]
"""The position of a row in its table, and the name of a column."""


@dataclass(frozen=True)
class Relation:
    """The weighted sum of some cells and a known constant is equal to, or at most, zero."""

    terms: tuple[tuple[Cell, int], ...]
    relation: Literal["==", "<="]


@dataclass(frozen=True)
class Block:
    """Cells with their true values, the relations among them, and the cells that must be printed (`fixed`)."""

    name: str
    values: dict[Cell, int]
    relations: tuple[Relation, ...]
    fixed: frozenset[Cell]


def counts_of(declared: Dataset) -> tuple[Column, ...]:
    """The count columns of a published table."""
    return tuple(column for column in declared.published_columns if column.role is Role.COUNT)


def _totals(rows: pd.DataFrame, columns: tuple[Column, ...], declared: Dataset) -> list[Relation]:
    """The total row is the sum of the others, in every column in which all of them are reported."""
    policy = declared.disclosure
    if not policy.additive_over:
        return []
    is_total = rows[policy.additive_over] == policy.total_code
    totals, parts = rows.index[is_total], rows.index[~is_total]
    if len(totals) != 1 or not len(parts):
        return []
    relations = []
    for column in columns:
        cells = [(int(place), column.name) for place in (*parts, *totals)]
        if rows[column.name].notna().all():
            weights = [1] * len(parts) + [-1]
            relations.append(Relation(tuple(zip(cells, weights, strict=True)), "=="))
    return relations


def _between_columns(rows: pd.DataFrame, declared: Dataset) -> list[Relation]:
    """The declared sums and comparisons, in every row in which all their columns are reported."""
    published = {column.name for column in counts_of(declared)}
    relations = []
    for rule in declared.row_rules:
        if not isinstance(rule, Linear) or rule.when or not {name for name, _ in rule.terms} <= published:
            continue
        for place, row in rows.iterrows():
            if all(pd.notna(row[name]) for name, _ in rule.terms):
                terms = tuple(((int(str(place)), name), weight) for name, weight in rule.terms)
                relations.append(Relation(terms, rule.relation))
    return relations


def _public_anyway(cell: Cell, declared: Dataset, totals: set[int]) -> bool:
    """Whether another table prints the cell: conduct columns, and the totals of columns that the source table prints."""
    column = declared.column(cell[1])
    if column.protection is Protection.CONDUCT:
        return True
    printed = {column.name for column in dataset(declared.rolled_up_from).published_columns}
    computed = {name for name, terms in declared.computed if {part for part, _ in terms} <= printed}
    return cell[0] in totals and column.name in printed | computed


def blocks(table: pd.DataFrame, declared: Dataset) -> list[Block]:
    """The blocks of a protected table: one for each combination of the keys that no total adds over.

    table: one row per key with a RangeIndex; counts are Int64, <NA> where not reported. What another table prints
    (conduct) is public already and therefore fixed here.
    """
    policy = declared.disclosure
    by = [name for name in declared.key if name != policy.additive_over]
    columns = counts_of(declared)
    found = []
    for key, rows in table.groupby(by, sort=True):
        values = {
            (int(str(place)), column.name): int(row[column.name])
            for place, row in rows.iterrows() for column in columns if pd.notna(row[column.name])
        }  # fmt: skip
        totals = set(rows.index[rows[policy.additive_over] == policy.total_code]) if policy.additive_over else set()
        fixed = frozenset(cell for cell in values if _public_anyway(cell, declared, totals))
        relations = _totals(rows, columns, declared) + _between_columns(rows, declared)
        found.append(Block("|".join(map(str, key)), values, tuple(relations), fixed))
    return found
