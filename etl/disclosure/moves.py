"""Moves: changes of the numbers under which every relation still holds.

A hidden cell is open as far as moves can take it. The cheapest ones say what has to be hidden beside a cell; those that
happen to be in whole numbers are witnesses at once, and being small they serve for many patterns.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from etl.disclosure.equations import BEYOND, Equations, Flags, Ints
from etl.disclosure.program import Program, Reals, whole

NOTHING = 1e-6
TINY = 1e-3
"""What hiding a cell costs beside its count, so that of equal losses the one with fewer cells is taken."""

_PRICES = 9
"""How many prices are tried before whole numbers are asked for: a program in those takes as long as many with fractions."""
_STRICT = 3
"""What a step of a program in whole numbers counts for, beside one with fractions."""


class Moves:
    """Moves between bounds: each cell's gain and its loss are two columns.

    most: how far a cell may go, or as far as the bounds let it. strict: in whole numbers only. A value that lies outside
    its bounds, as contradictory earlier releases can leave one, does not move towards the bound it is beyond.
    """

    def __init__(  # noqa: PLR0913 - relations, bounds and what is asked for
        self, equations: Equations, values: Ints, low: Ints, high: Ints, width: Ints, *, most: int = BEYOND,
        strict: bool = False,
    ) -> None:  # fmt: skip
        self.size, self.width, self.strict, self.loose = len(values), width, strict, equations.loose
        slack = np.where(equations.equal, 0, equations.right - equations.left(values))
        ends = np.concatenate((high - values, values - low))
        self.room = np.clip(ends, 0, most).astype(float)
        copies, signs = np.concatenate([np.arange(self.size)] * 2), np.repeat(np.array([1, -1]), self.size)
        zeros = np.zeros(2 * self.size)
        self.program = Program(equations, copies, signs, zeros, self.room, slack, whole=strict)
        self.work = 0

    def _solve(self) -> tuple[float, Reals] | None:
        found = self.program.least()
        self.work += self.program.iterations * self.program.columns * (_STRICT if self.strict else 1)
        return found

    def allow(self, share: Reals) -> None:
        """Let each cell move by a share of its room: 1 where it is hidden, 0 where it is printed."""
        self.high = self.room * np.concatenate((share, share))
        self.program.bounds(np.zeros(2 * self.size), self.high)

    def priced(self, price: Reals) -> None:
        """Set what a unit of each cell's move costs, up or down."""
        self.program.cost(np.concatenate((price, price)))

    def cheapest(self, cell: int, gain: int, loss: int) -> tuple[float, list[Reals]] | None:
        """The moves of least cost in which one cell gains and, in another, loses so much; None when it cannot."""
        moves, cost = [], 0.0
        for amount, column, other in ((gain, cell, self.size + cell), (loss, self.size + cell, cell)):
            if not amount:
                continue
            if amount > self.high[column]:
                return None
            self.program.bound(column, amount, self.high[column])
            self.program.bound(other, 0, 0)
            if self.loose and not self.strict:
                self.program.afresh()
            found = self._solve()
            self.program.bound(column, 0, self.high[column])
            self.program.bound(other, 0, self.high[other])
            if found is None:
                return None
            cost += found[0]
            moves.append(found[1][: self.size] - found[1][self.size :])
        return cost, moves

    def together(self, cells: Sequence[int]) -> list[Reals]:
        """Moves that take as many of some cells as possible up, and down, by no more than their widths."""
        moves, high = [], self.high.copy()
        places = np.array(cells, dtype=np.int64)
        wanted = np.concatenate((places, self.size + places))
        high[wanted] = np.minimum(high[wanted], np.concatenate((self.width, self.width))[wanted])
        self.program.bounds(np.zeros(2 * self.size), high)
        for sign in (-1.0, 1.0):
            cost = np.zeros(2 * self.size)
            cost[list(cells)], cost[[self.size + cell for cell in cells]] = sign, -sign
            self.program.cost(cost)
            found = self._solve()
            if found:
                moves.append(found[1][: self.size] - found[1][self.size :])
        self.program.cost(np.zeros(2 * self.size))
        self.program.bounds(np.zeros(2 * self.size), self.high)
        return moves

    def furthest(self, cell: int) -> tuple[float, Reals, list[Reals]] | None:
        """How far a cell can move, up and down together: the distance, the worth of each cell, and the moves.

        For any shares the distance is at most (distance now) + sum(worth * (shares - shares now)), by duality.
        """
        distance, worth, moves = 0.0, np.zeros(self.size), []
        for sign in (-1.0, 1.0):
            self.program.cost_of(cell, sign)
            self.program.cost_of(self.size + cell, -sign)
            found = self._solve()
            if found is None:
                return None
            gains = np.maximum(0, -self.program.reduced_costs()) * self.room
            worth += gains[: self.size] + gains[self.size :]
            distance -= found[0]
            moves.append(found[1][: self.size] - found[1][self.size :])
            self.program.cost_of(cell, 0.0)
            self.program.cost_of(self.size + cell, 0.0)
            if distance >= self.width[cell] - NOTHING:
                break
        return distance, worth, moves


def _ways(width: int) -> list[tuple[int, int]]:
    """How a cell may cover the width: all upwards, all downwards, or some of each."""
    return [(width, 0), (0, width), *((up, width - up) for up in range(width - 1, 0, -1))]


def cheapest_way(moves: Moves, cell: int) -> list[Reals] | None:
    """The moves with which a cell covers the width at least cost; None when it cannot."""
    best: tuple[float, list[Reals]] | None = None
    for gain, loss in _ways(int(moves.width[cell])):
        found = moves.cheapest(cell, gain, loss)
        if found and (best is None or found[0] < best[0] - NOTHING):
            best = found
        if best and best[0] < TINY:
            break
    return best[1] if best else None


def likely_whole(moves: Moves, cell: int) -> list[Reals] | None:
    """Short moves with which a cell covers the width, in whole numbers if a few prices lead to such; None when it cannot.

    Where a full table stands behind what is printed there are many ways about as short, and mostly some in whole numbers.
    """
    chance, price, ways = np.random.default_rng(0), np.ones(moves.size), None
    for _ in range(_PRICES if moves.loose else 1):
        moves.priced(price)
        ways = cheapest_way(moves, cell)
        if ways is None or all(whole(way) is not None for way in ways):
            break
        price = 1 + chance.random(moves.size)
    return ways


class Reach:
    """How far moves that were found take each cell up, and how far down."""

    def __init__(self, size: int) -> None:
        self.up, self.down = np.zeros(size), np.zeros(size)

    def add(self, moves: Iterable[Reals]) -> None:
        """Take some moves into account."""
        for move in moves:
            self.up, self.down = np.maximum(self.up, move), np.maximum(self.down, -move)

    def covers(self, cell: int, width: float) -> bool:
        """Whether the moves take a cell over the width."""
        return bool(self.up[cell] + self.down[cell] >= width - NOTHING)


class Found:
    """Moves in whole numbers that were found, each as its cells and how far they go."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.cells: list[Ints] = []
        self.steps: list[Ints] = []

    def add(self, moves: Iterable[Reals]) -> bool:
        """Keep the moves that are in whole numbers; returns whether all are."""
        every = True
        for move in moves:
            steps = whole(move)
            if steps is None:
                every = False
            elif steps.any():
                self.cells.append(np.flatnonzero(steps))
                self.steps.append(steps[self.cells[-1]])
        return every

    def reach(self, hidden: Flags) -> Ints:
        """How far each cell is taken, up and down together, by the moves among hidden cells alone."""
        up, down = np.zeros(self.size, dtype=np.int64), np.zeros(self.size, dtype=np.int64)
        if self.cells:
            number = np.repeat(np.arange(len(self.cells)), [len(cells) for cells in self.cells])
            cells, steps = np.concatenate(self.cells), np.concatenate(self.steps)
            barred = np.zeros(len(self.cells), dtype=np.bool_)
            barred[number[~hidden[cells]]] = True
            usable = ~barred[number]
            np.maximum.at(up, cells[usable], steps[usable])
            np.maximum.at(down, cells[usable], -steps[usable])
        return np.asarray(up + down)
