"""Whole tables that agree with everything printed, and in which the hidden cells differ: nobody can tell which is true.

Only what is printed goes in, so that the tables say nothing new. A few of them serve for all cells: one program pushes
as many cells as it can at once, upwards or downwards; a cell that is still narrow then gets programs of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

import numpy as np

from etl.disclosure.climb import searched_in_tiers, tables_by_tier
from etl.disclosure.equations import BEYOND, Contradiction, Equations, Ints, components, part, tighten
from etl.disclosure.moves import Moves, likely_whole
from etl.disclosure.program import Program, Reals, whole

_IDLE, _PROGRESS = 2, 0.02
"""Tables for many cells at once are given up when two in a row decide next to none of them."""
_FEW = 0.02
"""Where a full table stands behind and no more than this share of it is left narrow, each cell is moved by itself."""
_ROUGH = 0.1
"""Such a table need not be the best: one that is this near to it will do."""
_NOTHING = 1e-6
_SLOPE = 1e-3
"""The cost of a number beyond what is asked for: a small one, so that tables stay close to each other."""


@dataclass(frozen=True)
class Puzzle:
    """What a reader knows: relations, and for each cell the least and the greatest it can be (equal when printed)."""

    equations: Equations
    low: Ints
    high: Ints


@dataclass
class Witnesses:
    """Whole tables of a puzzle, and the cells they leave narrower than the width."""

    tables: list[Ints]
    narrow: list[int]


class _Search:
    """Witnesses of one component: cells that share relations with one another and with nothing else unknown."""

    def __init__(self, equations: Equations, low: Ints, high: Ints, width: Ints, known: Sequence[Ints]) -> None:
        self.equations, self.low, self.high, self.width = equations, low, high, width
        self.everything = np.arange(equations.size)
        self.tables: list[Ints] = []
        self.lowest, self.highest = high, low
        self._plain: Program | None = None
        for table in known:
            self._keep(table)

    def _keep(self, table: Ints) -> None:
        self.tables.append(table)
        self.lowest, self.highest = np.minimum(self.lowest, table), np.maximum(self.highest, table)

    def undecided(self) -> Ints:
        """The cells whose tables differ by less than the width."""
        return np.flatnonzero(self.highest - self.lowest < self.width)

    def _program(self, copies: Ints, low: Ints, high: Ints, *, integers: bool, gap: float = 1e-4) -> Program:
        signs = np.ones(len(copies), dtype=np.int64)
        return Program(self.equations, copies, signs, low.astype(float), high.astype(float), self.equations.right,
                       whole=integers, gap=gap)  # fmt: skip

    def _table(self, found: tuple[float, Reals] | None, copies: Ints) -> Ints | None:
        """A solution as a whole table; None when it is not one."""
        columns = whole(found[1]) if found else None
        if columns is None:
            return None
        table = np.bincount(copies, columns, self.equations.size).astype(np.int64)
        return table if self.equations.hold(table).all() else None

    def _cheapest(self, copies: Ints, low: Ints, high: Ints, cost: Reals, gap: float = 1e-4) -> Ints | None:
        """The columns at least cost, as a whole table: as a linear program when that gives one, else in integers."""
        for integers in (False, True):
            program = self._program(copies, low, high, integers=integers, gap=gap)
            program.cost(cost)
            found = program.least()
            table = self._table(found, copies)
            if table is not None or found is None:
                return table
        return None

    def _split(self, cells: Ints, at: Ints, below: float, above: float) -> Ints | None:
        """A table at least cost, where the cells cost `below` a unit up to `at` and `above` beyond it."""
        high, cost = self.high.copy(), np.full(self.equations.size, _SLOPE)
        high[cells], cost[cells] = at, below
        rest = np.where(self.high[cells] >= BEYOND, BEYOND, self.high[cells] - at)
        return self._cheapest(
            np.concatenate((self.everything, cells)), np.concatenate((self.low, np.zeros_like(cells))),
            np.concatenate((high, rest)), np.concatenate((cost, np.full(len(cells), above))), _ROUGH)  # fmt: skip

    def _push(self, cells: Ints, up_to: Ints) -> Ints | None:
        """A table with as many of the cells as possible at `up_to`."""
        return self._split(cells, np.minimum(up_to, self.high[cells]), -1.0, _SLOPE)

    def _pull(self, cells: Ints, down_to: Ints) -> Ints | None:
        """A table with as many of the cells as possible at `down_to` or below."""
        return self._split(cells, np.maximum(down_to, self.low[cells]), _SLOPE, 1.0)

    def by_tier(self) -> list[int]:
        """Find tables tier after tier, as far as that leads; returns the cells that are left."""
        for found in tables_by_tier(self.equations, self.low, self.high, self.width):
            self._keep(found)
        return [int(cell) for cell in self.undecided()]

    def spread(self) -> list[int]:
        """Find tables until every cell is wide; returns the cells that no table can make so."""
        if not self.tables:  # with room below the numbers, so that there is a way down as well as up
            first = self._push(self.everything, self.low + self.width)
            if first is None:
                raise Contradiction("no whole table agrees with all the printed figures")
            self._keep(first)
        idle, up, few = 0, True, _FEW * self.equations.size if self.equations.loose else 0
        while len(left := self.undecided()) > few and idle < _IDLE:
            table = (self._push(left, self.lowest[left] + self.width[left]) if up
                     else self._pull(left, self.highest[left] - self.width[left]))  # fmt: skip
            up = not up
            if table is not None:
                self._keep(table)
            idle = idle + 1 if len(self.undecided()) > (1 - _PROGRESS) * len(left) else 0
        settled = self._nearby() if len(self.undecided()) else set()
        for cell in self.undecided().tolist():
            if cell not in settled:
                self._alone(cell)
        return [int(cell) for cell in self.undecided()]

    def _nearby(self) -> set[int]:
        """Take each undecided cell over the width by the smallest moves away from the first table.

        Small moves are often in whole numbers where a table that goes as far as it can is not; several that touch
        different cells are made in one table. Returns the cells that not even moves in fractions take over the width.
        """
        base, stuck = self.tables[0], set()
        moves = Moves(self.equations, base, self.low, self.high, np.maximum(self.width, 1))
        moves.allow(np.ones(moves.size))
        latest = base
        for cell in self.undecided().tolist():
            if self.highest[cell] - self.lowest[cell] >= self.width[cell]:
                continue
            ways = likely_whole(moves, cell)
            if ways is None:
                stuck.add(cell)
            for way in ways or []:
                steps = whole(way)
                if steps is None:
                    continue
                table = latest + steps
                apart = not ((latest != base) & (steps != 0)).any()
                if not apart or not self.equations.hold(table).all():
                    table = base + steps
                    self._keep(latest)
                latest = table
                self.lowest, self.highest = np.minimum(self.lowest, table), np.maximum(self.highest, table)
        self._keep(latest)
        return stuck

    def _alone(self, cell: int) -> None:
        """Take one cell as far up, and then as far down, as it can go, up to the width."""
        for up in (True, False):
            if self.highest[cell] - self.lowest[cell] >= self.width[cell]:
                return
            low, high = int(self.low[cell]), int(self.high[cell])
            if up:
                high = min(high, int(self.lowest[cell] + self.width[cell]))
            else:
                low = max(low, int(self.highest[cell] - self.width[cell]))
            table = self._extreme(cell, (low, high), -1.0 if up else 1.0)
            if table is not None:
                self._keep(table)

    def _extreme(self, cell: int, bounds: tuple[int, int], cost: float) -> Ints | None:
        if self._plain is None:
            self._plain = self._program(self.everything, self.low, self.high, integers=False)
        self._plain.bound(cell, *bounds)
        self._plain.cost_of(cell, cost)
        found = self._plain.least()
        self._plain.bound(cell, int(self.low[cell]), int(self.high[cell]))
        self._plain.cost_of(cell, 0.0)
        table = self._table(found, self.everything)
        if table is not None or found is None or not self._beyond(cell, found[1][cell]):
            return table
        low, high = self.low.copy(), self.high.copy()
        low[cell], high[cell] = bounds
        costs = np.zeros(self.equations.size)
        costs[cell] = cost
        return self._cheapest(self.everything, low, high, costs)

    def _beyond(self, cell: int, end: float) -> bool:
        """Whether a whole number up to where a cell gets with fractions lies beyond what its tables reach."""
        return bool(ceil(end - _NOTHING) < self.lowest[cell] or floor(end + _NOTHING) > self.highest[cell])


def trimmed(tables: Sequence[Ints], width: Ints) -> list[Ints]:
    """The tables without those that no cell needs, the newest left out first; no cell differs less, up to its width."""
    stack, kept = np.stack(tables), list[Ints]()
    lowest, highest = np.minimum.accumulate(stack), np.maximum.accumulate(stack)
    asked = np.minimum(highest[-1] - lowest[-1], width)
    low = high = stack[0]
    for place in range(len(stack) - 1, 0, -1):
        if (np.maximum(high, highest[place - 1]) - np.minimum(low, lowest[place - 1]) < asked).any():
            kept.append(tables[place])
            low, high = np.minimum(low, stack[place]), np.maximum(high, stack[place])
    return [tables[0], *reversed(kept)]


def witnesses(puzzle: Puzzle, width: Ints, known: Sequence[Ints] = (), *, thorough: bool = True) -> Witnesses:
    """Whole tables in which every cell differs by its width (0 for a cell that needs no protection).

    known: whole tables found before; those that do not agree with the puzzle are left out. thorough: cells that a search
    tier after tier leaves narrow are searched in every other way, however long that takes. Raises Contradiction when no
    table agrees with the printed figures.
    """
    low, high = tighten(puzzle.equations, puzzle.low, puzzle.high)
    usable = [t for t in known if (low <= t).all() and (t <= high).all() and puzzle.equations.hold(t).all()]
    narrow = np.flatnonzero(high - low < width).tolist()
    found: list[list[tuple[Ints, Ints]]] = []
    sparse = 2 * int((width > 0).sum()) > int((puzzle.high > 0).sum())
    for cells, rows in components(puzzle.equations, high > low):
        inside = part(puzzle.equations, cells, rows, low)
        needed = np.where(width[cells] <= high[cells] - low[cells], width[cells], 0)
        search = _Search(inside, low[cells], high[cells], needed, [table[cells] for table in usable])
        left = search.by_tier() if sparse and searched_in_tiers(inside, needed, len(cells)) else None
        if left is None or not search.tables or (left and thorough):
            left = search.spread()
        narrow += cells[left].tolist()
        found.append([(cells, table) for table in trimmed(search.tables, width[cells])])
    tables = [low.copy() for _ in range(max([1, *(len(some) for some in found)]))]
    for some in found:
        for place, table in enumerate(tables):
            cells, values = some[min(place, len(some) - 1)]
            table[cells] = values
    if not all(puzzle.equations.hold(table).all() for table in tables):
        raise Contradiction("no table agrees with all the printed figures")
    return Witnesses(tables, sorted(narrow))
