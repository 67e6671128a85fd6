"""The joint model: every number that a release and the releases before it print about the same people, as equations.

A cell is a measure and what it is narrowed down to; a dimension that is not named is added up. So the total row of one
table, the column that another table breaks down, and the months that a third prints in full are the same cells or stand
in sums with them, and nothing needs to be said about which tables are linked. What is known of a table comes from its
published definition, so that earlier releases are read by their own rules.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from etl.disclosure.cells import REST, Cell, Hierarchies, is_whole
from etl.disclosure.columns import Columns, tied_columns
from etl.disclosure.equations import Equations, Ints, Relation
from etl.disclosure.full import full_tables, over_full_tables
from etl.disclosure.sheets import Sheet


@dataclass
class Model:
    """Cells in order, the relations between them, which of them no table prints (`latent`), and which columns are tied."""

    cells: list[Cell]
    equations: Equations
    latent: set[Cell]
    groups: Sequence[Columns]
    index: dict[Cell, int] = field(init=False)

    def __post_init__(self) -> None:
        self.index = {cell: place for place, cell in enumerate(self.cells)}

    def array(self, numbers: Mapping[Cell, int], otherwise: int = 0) -> Ints:
        """One number for each cell, in order."""
        return np.array([numbers.get(cell, otherwise) for cell in self.cells], dtype=np.int64)


def joint_model(sheets: Sequence[Sheet], hierarchies: Hierarchies) -> Model:
    """The equations among the cells of some tables of one universe. What is not reported is unknown like what is hidden."""
    printed = {cell for one in sheets for cell in one.numbers}
    listed = printed | {cell for one in sheets for cell in one.unreported}
    groups = tied_columns({cell.measure for cell in listed}, [rule for one in sheets for rule in one.row_sums])
    cells = _margins(listed, groups, hierarchies)
    cells |= _to_come(cells, hierarchies)
    full = full_tables(cells, groups, hierarchies)
    order = sorted(cells | full)
    index = {cell: place for place, cell in enumerate(order)}
    relations = _totals(cells, hierarchies, index)
    relations += over_full_tables(full, cells, hierarchies, index, relations)
    relations += _between_columns(groups, index)
    unique = {(relation.terms, relation.equal): relation for relation in relations}
    return Model(
        order,
        Equations.of(len(order), [unique[each] for each in sorted(unique)], _tiers(order, hierarchies)),
        (cells | full) - printed,
        groups,
    )


def _tiers(cells: Sequence[Cell], hierarchies: Hierarchies) -> Ints:
    """How far down the period of each cell stands; 0 where there is none."""
    chains = [hierarchies.chain("period", dict(cell.where).get("period", "")) for cell in cells]
    return np.array([len(chain) - 1 for chain in chains], dtype=np.int64)


def stale_cells(model: Model, known: Mapping[Cell, int], current: Collection[Cell]) -> set[Cell]:
    """Figures of earlier releases that later figures contradict: revised since, they bind nothing any more."""
    equations = model.equations
    places = np.array([cell in known for cell in model.cells], dtype=np.bool_)
    complete = np.bincount(equations.row_of, ~places[equations.cell], equations.rows) == 0
    broken = complete & ~equations.hold(model.array(known))
    return {
        cell for row in np.flatnonzero(broken)
        for place in equations.cell[equations.start[row]:equations.start[row + 1]]
        if (cell := model.cells[place]) not in current
    }  # fmt: skip


def _margins(cells: set[Cell], groups: Sequence[Columns], hierarchies: Hierarchies) -> set[Cell]:
    """The cells and their totals over every dimension that adds up, whether or not a table prints them.

    Periods are added up only to where a longer one of the same place, or of a column tied to it, is there.
    """
    found, waiting = set(cells), list(cells)
    while waiting:
        cell = waiting.pop()
        above = {cell.without(name) for name, _ in cell.where if name in hierarchies.totals}
        steps = [(name, hierarchies.parent(name, code)) for name, code in cell.where if name != "period"]
        new = (above | {cell.narrowed(name, up) for name, up in steps if up}) - found
        found |= new
        waiting += new
    group = {name: number for number, columns in enumerate(groups) for name in columns.names}
    there = {(group[cell.measure], cell.universe, cell.where) for cell in found}
    for cell in list(found):
        longer = [
            cell.narrowed("period", code) for code in hierarchies.chain("period", dict(cell.where).get("period", ""))
        ]
        last = max(
            place
            for place, one in enumerate(longer)
            if not place or (group[one.measure], one.universe, one.where) in there
        )
        found |= {*longer[1 : last + 1]}
    return found


def _to_come(cells: set[Cell], hierarchies: Hierarchies) -> set[Cell]:
    """Of the totals over periods that a table has only in part: the other periods that any table has, and the rest."""
    there: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    every: dict[str, set[str]] = defaultdict(set)
    for cell in cells:
        period = dict(cell.where).get("period", "")
        above = hierarchies.parent("period", period)
        if above:
            there[above, *_table_of(cell, hierarchies)].add(period)
            every[above].add(period)
    found: set[Cell] = set()
    for cell in cells:
        period = dict(cell.where).get("period", "")
        some = there.get((period, *_table_of(cell, hierarchies)), set())
        if some and not is_whole(period, some):
            rest = set() if is_whole(period, every[period]) else {period + REST}
            found |= {cell.narrowed("period", code) for code in (every[period] | rest) - some}
    return found


def _table_of(cell: Cell, hierarchies: Hierarchies) -> tuple[Any, ...]:
    """What cells of one table, or of its totals, have in common, the period apart."""
    places = [pair for pair in cell.where if pair[0] != "period"]
    fixed = tuple(pair for pair in places if not hierarchies.adds_up(pair[0]))
    return cell.universe, cell.measure, fixed, hierarchies.shape(places)


def _totals(cells: set[Cell], hierarchies: Hierarchies, index: Mapping[Cell, int]) -> list[Relation]:
    """Every total is the sum of its parts. Rows that no table lists add nothing."""
    parts: dict[Cell, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for cell in sorted(cells):
        for name, code in cell.where:
            above = hierarchies.parent(name, code)
            total = cell.narrowed(name, above) if above else cell.without(name)
            if total in cells and (above or name in hierarchies.totals):
                parts[total][name].append(index[cell])
    return [Relation((*((part, 1) for part in some), (index[total], -1)))
            for total, by in parts.items() for some in by.values()]  # fmt: skip


def _between_columns(groups: Sequence[Columns], index: Mapping[Cell, int]) -> list[Relation]:
    """What the declared sums say of every row, printed or not, by the columns that it has."""
    present: dict[Cell, set[str]] = defaultdict(set)
    for cell in index:
        present[cell._replace(measure="")].add(cell.measure)
    return [
        Relation(tuple(sorted((index[row._replace(measure=name)], weight) for name, weight in terms)), equal=equal)
        for row, names in present.items() for columns in groups for terms, equal in columns.sums(frozenset(names))
    ]  # fmt: skip
