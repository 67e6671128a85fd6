"""What a reader can put into equations, as arrays: whole numbers, sums and comparisons between them.

A cell is an index. `tighten` works out bounds with whole numbers alone; what it settles needs no solver. What is left
falls apart into components that share no equation and are judged one by one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

BEYOND = 10_000_000
"""No count of a county is as large; an open upper end is cut here so that every program has an answer."""

_LOOSE = 5


class Contradiction(ValueError):
    """No table agrees with all the equations."""


@dataclass(frozen=True)
class Relation:
    """The weighted sum of some cells is equal to, or at most, a number."""

    terms: tuple[tuple[int, int], ...]
    equal: bool = True
    right: int = 0


@dataclass(frozen=True)
class Equations:
    """Relations as compressed rows: row r has the terms start[r]:start[r+1] of `cell` and `weight`.

    tier: for each cell how far down its period stands: 0 for a year or longer, 1 for a quarter, 2 for a month.
    """

    size: int
    start: Ints
    cell: Ints
    weight: Ints
    equal: Flags
    right: Ints
    tier: Ints

    @classmethod
    def of(cls, size: int, relations: Sequence[Relation], tier: Ints | None = None) -> "Equations":
        """The relations over `size` cells, all of one tier unless told otherwise; a cell may stand once in each relation."""
        lengths = [len(relation.terms) for relation in relations]
        terms = [term for relation in relations for term in relation.terms]
        return cls(
            size, np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(np.int64),
            np.array([cell for cell, _ in terms], dtype=np.int64), np.array([w for _, w in terms], dtype=np.int64),
            np.array([relation.equal for relation in relations], dtype=np.bool_),
            np.array([relation.right for relation in relations], dtype=np.int64),
            np.zeros(size, dtype=np.int64) if tier is None else tier,
        )  # fmt: skip

    @property
    def rows(self) -> int:
        """The number of relations."""
        return len(self.right)

    @property
    def loose(self) -> bool:
        """Whether cells are many times the relations, as of a full table behind those that are printed: many ways lead on."""
        return self.size > _LOOSE * self.rows

    @property
    def row_of(self) -> Ints:
        """For each term the relation it belongs to."""
        return np.repeat(np.arange(self.rows), np.diff(self.start))

    def left(self, values: Ints) -> Ints:
        """The left side of every relation for a whole table."""
        return np.bincount(self.row_of, self.weight * values[self.cell], self.rows).astype(np.int64)

    def hold(self, values: Ints) -> Flags:
        """For every relation, whether a whole table satisfies it."""
        left = self.left(values)
        return np.where(self.equal, left == self.right, left <= self.right)


def tighten(equations: Equations, low: Ints, high: Ints) -> tuple[Ints, Ints]:
    """The narrowest bounds that follow from one relation after another, in whole numbers.

    low, high: what is known of each cell at first; equal for a printed one. Raises Contradiction when nothing fits.
    """
    low, high = low.copy(), high.copy()
    if not equations.rows:
        return low, high
    row, cell, weight = equations.row_of, equations.cell, equations.weight
    equal, positive = equations.equal[row], weight > 0
    size = np.abs(weight)
    while True:
        least = np.where(positive, weight * low[cell], weight * high[cell])
        most = np.where(positive, weight * high[cell], weight * low[cell])
        endless = high[cell] >= BEYOND
        others_least, closed = _others(least, endless & ~positive, row, equations.rows)
        others_most, bound = _others(most, endless & positive, row, equations.rows)
        spare, need = equations.right[row] - others_least, equations.right[row] - others_most
        bound &= equal
        new_low, new_high = low.copy(), high.copy()
        for these, limit in ((closed & positive, spare // size), (bound & ~positive, -need // size)):
            np.minimum.at(new_high, cell[these], limit[these])
        for these, limit in ((closed & ~positive, -(spare // size)), (bound & positive, -(-need // size))):
            np.maximum.at(new_low, cell[these], limit[these])
        if (new_low > new_high).any():
            raise Contradiction("no table agrees with all the printed figures")
        if (new_low == low).all() and (new_high == high).all():
            return low, high
        low, high = new_low, new_high


def settled(equations: Equations, known: Flags, values: Ints) -> Flags:
    """The cells whose numbers follow from known ones, one relation after another.

    The last open part of a sum follows from the others, and the parts of nothing are nothing. values: a whole table.
    """
    known = known.copy()
    row, cell, positive = equations.row_of, equations.cell, equations.weight > 0
    while True:
        is_open = ~known[cell]
        spare = equations.right - np.bincount(
            row, np.where(is_open, 0, equations.weight * values[cell]), equations.rows
        ).astype(np.int64)
        up = np.bincount(row, is_open & positive, equations.rows)
        down = np.bincount(row, is_open & ~positive, equations.rows)
        nothing = (spare == 0) & ((down == 0) | (equations.equal & (up == 0)))
        new = cell[is_open & (nothing | (equations.equal & (up + down == 1)))[row]]
        if not new.size:
            return known
        known[new] = True


def _others(amount: Ints, is_open: Flags, row: Ints, rows: int) -> tuple[Ints, Flags]:
    """For each term, the sum of the other terms of its relation, and whether none of those is open-ended."""
    finite = np.where(is_open, 0, amount)
    total = np.bincount(row, finite, rows).astype(np.int64)[row] - finite
    opens = np.bincount(row, is_open, rows).astype(np.int64)[row] - is_open
    return total, opens == 0


def components(equations: Equations, unknown: Flags) -> list[tuple[Ints, Ints]]:
    """The unknown cells and the relations between them, apart from one another: (cells, relations) of each."""
    root = np.arange(equations.size)

    def find(cell: int) -> int:
        while root[cell] != cell:
            root[cell] = root[root[cell]]
            cell = int(root[cell])
        return cell

    first: dict[int, int] = {}
    taken = unknown[equations.cell]
    for row, cell in zip(equations.row_of[taken].tolist(), equations.cell[taken].tolist(), strict=True):
        one = find(first.setdefault(row, cell))
        other = find(cell)
        root[max(one, other)] = min(one, other)
    members: dict[int, list[int]] = {}
    for cell in np.flatnonzero(unknown).tolist():
        members.setdefault(find(cell), []).append(cell)
    rows: dict[int, list[int]] = {}
    for row, cell in first.items():
        rows.setdefault(find(cell), []).append(row)
    return [
        (np.array(cells, dtype=np.int64), np.array(sorted(rows.get(one, [])), dtype=np.int64))
        for one, cells in sorted(members.items())
    ]


def part(equations: Equations, cells: Ints, rows: Iterable[int], values: Ints) -> Equations:
    """The relations `rows` over `cells` alone, renumbered in their order; other cells are put in by their values."""
    place = np.full(equations.size, -1, dtype=np.int64)
    place[cells] = np.arange(len(cells))
    found = []
    for row in rows:
        span = slice(equations.start[row], equations.start[row + 1])
        inside = place[equations.cell[span]]
        weight = equations.weight[span]
        known = int((weight * values[equations.cell[span]])[inside < 0].sum())
        terms = tuple(zip(inside[inside >= 0].tolist(), weight[inside >= 0].tolist(), strict=True))
        found.append(Relation(terms, bool(equations.equal[row]), int(equations.right[row]) - known))
    return Equations.of(len(cells), found, equations.tier[cells])
