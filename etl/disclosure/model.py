"""The joint model: every number that a release and the releases before it print about the same people, as equations.

A cell is a measure and what it is narrowed down to; a dimension that is not named is added up. So the total row of one
table, the column that another table breaks down, and the months that a third prints in full are the same cells or stand
in sums with them, and nothing needs to be said about which tables are linked. What is known of a table comes from its
published definition, so that earlier releases are read by their own rules.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from etl.disclosure.equations import Equations, Ints, Relation
from etl.errors import DisclosureRefused
from etl.evaluate import quarter_of
from schemas.dictionary import read_linear_rules
from schemas.release import CellStatus
from schemas.rules import Level, Linear, Op

_MOST_LATENT = 50_000
_COARSER = {len("2026-Q3"): {len("2026")}, len("2026"): set[int]()}
"""A period between two printed grains (a quarter between months and years) is a margin of its own."""


class Cell(NamedTuple):
    """A number about a universe of requests or people: which measure, and of whom (pairs of dimension and code)."""

    universe: str
    measure: str
    where: tuple[tuple[str, str], ...]

    def narrowed(self, dimension: str, code: str) -> "Cell":
        """The same measure, narrowed down (or moved) to a code of one dimension."""
        rest = {name: value for name, value in self.where if name != dimension}
        return self._replace(where=tuple(sorted({**rest, dimension: code}.items())))

    def without(self, dimension: str) -> "Cell":
        """The same measure, added up over one dimension."""
        return self._replace(where=tuple(pair for pair in self.where if pair[0] != dimension))


Definition = Mapping[str, Any]
"""What `definitions/<dataset>.json` says of a table."""


def universe_of(definition: Definition) -> str:
    """What a table counts: the dataset that it is made from, or that its policy names, or its own rows."""
    return str(definition["rolled_up_from"] or definition["disclosure"]["universe"] or definition["id"])


def describes_people(definition: Definition) -> bool:
    """Whether a table falls under the small-cell rule."""
    return bool(definition["disclosure"]["kind"] == "person")


@dataclass(frozen=True)
class Hierarchies:
    """For each dimension of a universe the code of its total, and the code above each code that has one."""

    totals: Mapping[str, str]
    above: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, definitions: Iterable[Definition]) -> "Hierarchies":
        """The hierarchies that some definitions declare, together."""
        totals: dict[str, str] = {}
        above: dict[str, dict[str, str]] = {}
        for definition in definitions:
            for declared in definition["disclosure"]["hierarchies"]:
                totals[declared["dimension"]] = declared["total"]
                known = above.setdefault(declared["dimension"], {})
                for code, group in declared["parents"]:
                    if group != declared["total"] and known.setdefault(code, group) != group:
                        raise DisclosureRefused(
                            f"{declared['dimension']}: {code} stands in two groups, {known[code]} and {group}. Groups that "
                            "overlap can be subtracted from each other: use one list of groups in all tables and releases."
                        )
        return cls(totals, above)

    def parent(self, dimension: str, code: str) -> str | None:
        """The code above: a month's quarter, a quarter's year, or what is declared; None at the top."""
        if dimension == "period":
            return quarter_of(code) if "-Q" not in code and "-" in code else code[:4] if "-Q" in code else None
        return self.above.get(dimension, {}).get(code)

    def chain(self, dimension: str, code: str) -> list[str]:
        """A code and the codes above it, up to but without the total."""
        found = [code]
        while (up := self.parent(dimension, found[-1])) is not None:
            found.append(up)
        return found

    def adds_up(self, dimension: str) -> bool:
        """Whether the codes of a dimension add up, to a total or to longer periods."""
        return dimension == "period" or dimension in self.totals


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


@dataclass
class Model:
    """Cells in order, the relations between them, and which of them no table prints (`latent`)."""

    cells: list[Cell]
    equations: Equations
    latent: set[Cell]
    index: dict[Cell, int] = field(init=False)

    def __post_init__(self) -> None:
        self.index = {cell: place for place, cell in enumerate(self.cells)}

    def array(self, numbers: Mapping[Cell, int], otherwise: int = 0) -> Ints:
        """One number for each cell, in order."""
        return np.array([numbers.get(cell, otherwise) for cell in self.cells], dtype=np.int64)


def joint_model(sheets: Sequence[Sheet], hierarchies: Hierarchies) -> Model:
    """The equations among the cells of some tables of one universe."""
    printed = {cell for one in sheets for cell in one.numbers}
    unreported = {cell for one in sheets for cell in one.unreported} - printed
    cells = printed | _margins(printed, hierarchies)
    full = _full_tables(sheets, printed | unreported, hierarchies)
    order = sorted(cells | full)
    index = {cell: place for place, cell in enumerate(order)}
    relations = _totals(cells, unreported, hierarchies, index)
    relations += _over_full_tables(full, cells, hierarchies, index, relations)
    relations += _between_columns({rule for one in sheets for rule in _row_sums(one.definition)}, index)
    unique = {(relation.terms, relation.equal): relation for relation in relations}
    return Model(order, Equations.of(len(order), [unique[each] for each in sorted(unique)]), (cells | full) - printed)


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


def _margins(cells: set[Cell], hierarchies: Hierarchies) -> set[Cell]:
    """The totals of the cells over every dimension that adds up, whether or not a table prints them."""
    found: set[Cell] = set()
    waiting = list(cells)
    grains = {len(code) for cell in cells for name, code in cell.where if name == "period"}
    while waiting:
        cell = waiting.pop()
        above = [cell.without(name) for name, _ in cell.where if name in hierarchies.totals]
        above += [cell.narrowed(name, up) for name, code in cell.where
                  if (up := hierarchies.parent(name, code)) and (name != "period" or grains & _COARSER[len(up)])]  # fmt: skip
        for total in above:
            if total not in cells and total not in found:
                found.add(total)
                waiting.append(total)
    return found


def _full_tables(sheets: Sequence[Sheet], cells: set[Cell], hierarchies: Hierarchies) -> set[Cell]:
    """The cells of the full table behind tables that are linked in a circle (A by B, B by C, C by A).

    A reader knows that one full table stands behind all three, which says more than any two of them. Tables linked
    without a circle need none: their common margins say it all (decomposable models; Lauritzen 1996). Periods close a
    circle like any dimension, a finer level like one that comes to a coarser one, and columns that a rule ties together
    like the codes of one more dimension.
    """
    full: set[Cell] = set()
    for columns in _tied_columns(sheets):
        mine = [cell for cell in cells if cell.measure in columns]
        core = _core(mine, hierarchies)
        codes: dict[tuple[str, tuple[tuple[str, str], ...]], dict[str, set[str]]] = {}
        for cell in mine:
            rest = tuple(pair for pair in cell.where if pair[0] not in core)
            if core and not any(hierarchies.adds_up(name) for name, _ in rest):
                seen = codes.setdefault((cell.universe, rest), {name: set() for name in core})
                for name, code in cell.where:
                    if name in core:
                        seen[name].add(code)
        lowest = {base: [sorted(some - {up for code in some for up in hierarchies.chain(name, code)[1:]})
                         for name, some in sorted(seen.items())] for base, seen in codes.items()}  # fmt: skip
        if len(full) + len(columns) * sum(math.prod(map(len, each)) for each in lowest.values()) > _MOST_LATENT:
            raise DisclosureRefused(
                f"The tables by {', '.join(sorted(core))} are linked in a circle too large to judge: publish fewer."
            )
        full |= {
            Cell(universe, measure, tuple(sorted((*rest, *zip(sorted(core), at, strict=True)))))
            for (universe, rest), each in lowest.items() for at in product(*each) for measure in columns
        }  # fmt: skip
    return full


def _tied_columns(sheets: Sequence[Sheet]) -> list[frozenset[str]]:
    """The counts of a universe, those together that rules tie to each other."""
    tied = {cell.measure: frozenset([cell.measure]) for one in sheets for cell in (*one.numbers, *one.unreported)}
    for one in sheets:
        for rule in _row_sums(one.definition):
            merged = frozenset(name for each, _ in rule.terms for name in tied.get(each, ()))
            tied |= dict.fromkeys(merged, merged)
    return sorted(set(tied.values()), key=sorted)


def _core(cells: Iterable[Cell], hierarchies: Hierarchies) -> frozenset[str]:
    """The dimensions in which tables are linked in a circle."""
    columns: dict[tuple[tuple[str, str], ...], set[str]] = {}
    for cell in cells:
        columns.setdefault(cell.where, set()).add(cell.measure)
    edges = {
        frozenset((name, step) for name, code in where if hierarchies.adds_up(name)
                  for step in range(len(hierarchies.chain(name, code)))) | ({("", 0)} if len(some) > 1 else set())
        for where, some in columns.items()
    }  # fmt: skip
    return frozenset(name for name, _ in _circle(edges) if name)


def _circle(edges: set[frozenset[tuple[str, int]]]) -> frozenset[tuple[str, int]]:
    """What remains when tables are taken off one after another (Graham's reduction); empty: no circle."""
    left = {edge for edge in edges if edge}
    while True:
        alone = {name for edge in left for name in edge if sum(name in other for other in left) == 1}
        fewer = {edge - alone for edge in left} - {frozenset()}
        fewer = {edge for edge in fewer if not any(edge < other for other in fewer)}
        if fewer == left:
            return frozenset(name for edge in left for name in edge) if len(left) > 1 else frozenset()
        left = fewer


def _totals(
    cells: set[Cell], unreported: set[Cell], hierarchies: Hierarchies, index: Mapping[Cell, int]
) -> list[Relation]:
    """Every total is the sum of its parts; where a part was not reported, the others are at most the total.

    Rows that no table lists add nothing. Months that are not there yet make their quarter's sum a comparison.
    """
    parts: dict[tuple[Cell, str], set[Cell]] = {}
    for cell in cells | unreported:
        for name, code in cell.where:
            above = hierarchies.parent(name, code)
            if above is not None:
                parts.setdefault((cell.narrowed(name, above), name), set()).add(cell)
            elif name in hierarchies.totals:
                parts.setdefault((cell.without(name), name), set()).add(cell)
    relations = []
    for (total, name), some in parts.items():
        if total not in cells:
            continue
        known = sorted(index[part] for part in some if part in cells)
        whole = len(known) == len(some) and (name != "period" or len(some) == _parts_of_period(dict(total.where)[name]))
        relations.append(Relation((*((part, 1) for part in known), (index[total], -1)), equal=whole))
    return relations


def _parts_of_period(period: str) -> int:
    return 3 if "-Q" in period else 4


def _months(period: str) -> int:
    return 12 if len(period) == len("2026") else 3 if "-Q" in period else 1


def _over_full_tables(
    full: set[Cell], cells: set[Cell], hierarchies: Hierarchies, index: Mapping[Cell, int], totals: Sequence[Relation]
) -> list[Relation]:
    """Every cell is the sum of the cells of the full table under it; a comparison where months are not there yet.

    totals: what is known already. A total whose parts have all those cells under them between them needs no sum of its own.
    """
    parts: dict[Cell, list[Cell]] = {}
    for cell in full:
        steps = [[*((name, code) for code in hierarchies.chain(name, code)), *([None] if name in hierarchies.totals else [])]
                 for name, code in cell.where]  # fmt: skip
        for at in product(*steps):
            above = cell._replace(where=tuple(pair for pair in at if pair))
            if above in cells and above != cell:
                parts.setdefault(above, []).append(cell)
    under = {index[total]: len(some) for total, some in parts.items()} | {index[cell]: 1 for cell in full}
    follows = {
        relation.terms[-1][0] for relation in totals
        if relation.equal and under.get(relation.terms[-1][0]) == sum(under.get(part, 0) for part, _ in relation.terms[:-1])
    }  # fmt: skip
    relations = []
    for total, some in parts.items():
        if index[total] in follows:
            continue
        period = dict(total.where).get("period")
        months = {dict(cell.where)["period"] for cell in some} if period else set()
        whole = period is None or sum(map(_months, months)) == _months(period)
        relations.append(Relation((*((index[cell], 1) for cell in sorted(some)), (index[total], -1)), equal=whole))
    return relations


def _row_sums(definition: Definition) -> list[Linear]:
    """The declared sums and comparisons that hold in every row, whatever it says."""
    return [rule for rule in read_linear_rules(dict(definition)) if not rule.when and rule.level is Level.ERROR]


def _between_columns(rules: Iterable[Linear], index: Mapping[Cell, int]) -> list[Relation]:
    """The declared sums and comparisons of every row, printed or not, in which all their columns are there."""
    relations = []
    rows = {(cell.universe, cell.where) for cell in index}
    for rule in rules:
        for universe, where in rows:
            terms = [(index.get(Cell(universe, name, where)), weight) for name, weight in rule.terms]
            placed = tuple(sorted((place, weight) for place, weight in terms if place is not None))
            if len(placed) == len(terms):
                relations.append(Relation(placed, equal=rule.relation == "=="))
    return relations
