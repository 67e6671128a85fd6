"""One table as disclosure control reads it: its cells, their numbers, and what is withheld or not reported."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import pandas as pd

from etl.disclosure.cells import Cell, Definition, Hierarchies, universe_of
from schemas.dictionary import read_linear_rules
from schemas.release import CellStatus
from schemas.rules import Level, Linear, Op


@dataclass(frozen=True)
class Sheet:
    """One table: its definition and, for each cell, its place in the table and its number (None when hidden).

    least: what a reader knows a cell to be at least when it is hidden. blocks: for each cell the rows that are withheld
    together with it, named by the keys that do not add up (period and agency); `withheld` names those that are.
    """

    definition: Definition
    places: dict[Cell, tuple[int, str]]
    numbers: dict[Cell, int | None]
    least: dict[Cell, int]
    blocks: dict[Cell, str]
    unreported: frozenset[Cell]
    withheld: frozenset[str]

    @property
    def universe(self) -> str:
        """What the table counts."""
        return universe_of(self.definition)

    @property
    def row_sums(self) -> list[Linear]:
        """The declared sums and comparisons that hold in every row, whatever it says."""
        rules = read_linear_rules(dict(self.definition))
        return [rule for rule in rules if not rule.when and rule.level is Level.ERROR]

    def without(self, cells: set[Cell]) -> "Sheet":
        """The table without some cells."""
        return replace(self, numbers={cell: number for cell, number in self.numbers.items() if cell not in cells})

    def is_person(self, measure: str) -> bool:
        """Whether a count is about people."""
        return any(one["name"] == measure and one["protection"] == "person" for one in self.definition["columns"])


def sheet(
    definition: Definition, table: pd.DataFrame, hierarchies: Hierarchies, *, withheld: Collection[str] = ()
) -> Sheet:
    """Read a table, published or not yet: a status column, where there is one, tells hidden from not reported.

    withheld: the names of the blocks in which zeros are hidden too.
    """
    fixed = {
        condition["column"]: str(condition["values"][0])
        for condition in (*definition["rolled_up_where"], *definition["disclosure"]["published_where"])
        if condition["op"] == Op.IS
    }
    counts = [column["name"] for column in definition["columns"] if column["role"] == "count"]
    block_keys = [name for name in definition["key"] if name not in hierarchies.totals]
    made = Sheet(definition, {}, {}, {}, {}, frozenset(), frozenset(withheld))
    unreported = set()
    for place, row in zip(table.index, table.to_dict("records"), strict=True):
        at = {**fixed, **{name: str(row[name]) for name in definition["key"]}}
        where = tuple(sorted((name, code) for name, code in at.items() if code != hierarchies.totals.get(name)))
        block = "|".join(str(row[name]) for name in block_keys)
        for name in counts:
            cell = Cell(universe_of(definition), name, where)
            if pd.isna(row[name]) and row.get(f"{name}_status") != CellStatus.SUPPRESSED:
                unreported.add(cell)
                continue
            made.numbers[cell] = int(row[name]) if pd.notna(row[name]) else None
            made.places[cell], made.blocks[cell] = (int(str(place)), name), block
            made.least[cell] = int(definition["disclosure"]["zeros_printed"] and block not in withheld)
    return replace(made, unreported=frozenset(unreported))
