"""Which cells to hide: the small ones, then as few others as it takes so that no hidden one can be worked out.

A hidden cell is safe when numbers can be moved around among hidden cells, every relation kept, so that the cell itself
moves by the width (Fischetti and Salazar 2001, with a sliding protection level and a reader who knows that zeros are
printed). The first pattern is greedy: the cheapest way to move each cell that cannot move yet. It is then improved by
cutting planes: every cell that a pattern leaves narrow names cells of which enough must be hidden, and an integer
program finds the cheapest pattern that obeys all of them. A pattern counts only when whole-number witnesses exist for
every hidden cell (`etl.disclosure.witness`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np

from etl.disclosure.equations import BEYOND, Equations, Flags, Ints, components, part
from etl.disclosure.program import Program, Reals, solver
from etl.disclosure.witness import Puzzle, witnesses

_NOTHING = 1e-6
_TINY = 1e-3
"""What hiding a cell costs beside its count, so that of equal losses the one with fewer cells is taken."""
_WORK = 100_000_000
"""How many columns may be solved for in search of a better pattern: a limit of work, never of time."""
_ROUNDS = 400
_WHOLE_ROUNDS = 20
_GAP = 0.005
_WIDER_LOSS = 1.25
_NODES = 2000


class Unprotectable(ValueError):
    """No pattern of hidden cells protects these cells: they have to be withheld whole, or not published."""

    def __init__(self, cells: Iterable[int]) -> None:
        self.cells = tuple(cells)
        super().__init__(f"{len(self.cells)} cells cannot be protected")


@dataclass(frozen=True)
class Problem:
    """Cells with their true values and what may be done with them.

    least: what a reader knows a hidden cell to be at least. small: must be hidden and protected. latent: printed by no
    table, so hidden, but in need of no protection. optional: may be hidden to protect others. All other cells are
    printed. width: for each cell the least distance between the ends of what a reader can work out once it is hidden;
    wider: the distance to keep instead in every component where that loses at most a quarter more.
    """

    equations: Equations
    values: Ints
    least: Ints
    small: Flags
    latent: Flags
    optional: Flags
    width: Ints
    wider: int = 0

    def within(self, cells: Ints, rows: Iterable[int]) -> "Problem":
        """The problem of one component, renumbered."""
        return Problem(part(self.equations, cells, rows, self.values), self.values[cells], self.least[cells],
                       self.small[cells], self.latent[cells], self.optional[cells], self.width[cells], self.wider)  # fmt: skip

    def loss(self, hidden: Flags) -> int:
        """The sum of the counts that are hidden to protect others."""
        return int(self.values[hidden & self.optional].sum())


@dataclass(frozen=True)
class Pattern:
    """The hidden cells, the sum of the counts hidden to protect others, and what that sum must be at least.

    bound is 0 where it was not computed. width: for each hidden cell the distance that is kept.
    """

    hidden: Flags
    loss: int
    bound: float
    width: Ints


def reader(problem: Problem, hidden: Flags) -> Puzzle:
    """What is known of each cell once the hidden ones are not printed."""
    low = np.where(hidden, problem.least, problem.values)
    return Puzzle(problem.equations, low, np.where(hidden, BEYOND, problem.values))


class _Judge:
    """Says which hidden cells a reader could work out; remembers the whole tables it has found."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.tables = [problem.values]

    def narrow(self, hidden: Flags) -> list[int]:
        """The hidden cells for which no whole-number witnesses exist."""
        needed = np.where(hidden & ~self.problem.latent, self.problem.width, 0)
        found = witnesses(reader(self.problem, hidden), needed, self.tables)
        self.tables = list({table.tobytes(): table for table in (*self.tables, *found.tables)}.values())
        return found.narrow


class _Moves:
    """Changes of the numbers that keep every relation: each cell's gain and its loss are two columns."""

    def __init__(self, problem: Problem) -> None:
        self.size, self.width = len(problem.values), problem.width
        values, most = problem.values, int(problem.width.max()) * int(np.abs(problem.equations.weight).max(initial=1))
        slack = np.where(problem.equations.equal, 0, problem.equations.right - problem.equations.left(values))
        self.room = np.concatenate((np.full(self.size, most), np.minimum(most, values - problem.least))).astype(float)
        copies, signs = np.concatenate([np.arange(self.size)] * 2), np.repeat(np.array([1, -1]), self.size)
        zeros = np.zeros(2 * self.size)
        self.program = Program(problem.equations, copies, signs, zeros, self.room, slack, whole=False)
        self.work = 0

    def _solve(self) -> tuple[float, Reals] | None:
        self.work += 2 * self.size
        return self.program.least()

    def allow(self, share: Reals) -> None:
        """Let each cell move by a share of its room: 1 where it is hidden, 0 where it is printed."""
        self.high = self.room * np.concatenate((share, share))
        self.program.bounds(np.zeros(2 * self.size), self.high)

    def cheapest(self, cell: int, gain: int, loss: int) -> tuple[float, Flags] | None:
        """The cells that have to move for one cell to gain and, in another move, to lose; None when it cannot."""
        used, cost = np.zeros(self.size, dtype=np.bool_), 0.0
        for amount, column, other in ((gain, cell, self.size + cell), (loss, self.size + cell, cell)):
            if not amount:
                continue
            if amount > self.high[column]:
                return None
            self.program.bound(column, amount, self.high[column])
            self.program.bound(other, 0, 0)
            found = self._solve()
            self.program.bound(column, 0, self.high[column])
            self.program.bound(other, 0, self.high[other])
            if found is None:
                return None
            cost += found[0]
            used |= (found[1][: self.size] + found[1][self.size :]) > _NOTHING
        return cost, used

    def together(self, cells: Sequence[int]) -> tuple[Reals, Reals]:
        """How far each cell moves up, and how far down, when as many of some cells as possible are moved at once."""
        up, down = np.zeros(self.size), np.zeros(self.size)
        for sign in (-1.0, 1.0):
            cost = np.zeros(2 * self.size)
            cost[list(cells)], cost[[self.size + cell for cell in cells]] = sign, -sign
            self.program.cost(cost)
            found = self._solve()
            if found:
                way = found[1][: self.size] - found[1][self.size :]
                up, down = np.maximum(up, way), np.maximum(down, -way)
        self.program.cost(np.zeros(2 * self.size))
        return up, down

    def furthest(self, cell: int) -> tuple[float, Reals, list[Reals]]:
        """How far a cell can move, up and down together: the distance, the worth of each cell, and the moves.

        For any shares the distance is at most (distance now) + sum(worth * (shares - shares now)), by duality.
        """
        distance, worth, moves = 0.0, np.zeros(self.size), []
        for sign in (-1.0, 1.0):
            self.program.cost_of(cell, sign)
            self.program.cost_of(self.size + cell, -sign)
            found = self._solve()
            if found is None:
                raise Unprotectable([cell])
            gains = np.maximum(0, -self.program.reduced_costs()) * self.room
            worth += gains[: self.size] + gains[self.size :]
            distance -= found[0]
            moves.append(found[1][: self.size] - found[1][self.size :])
            self.program.cost_of(cell, 0.0)
            self.program.cost_of(self.size + cell, 0.0)
            if distance >= self.width[cell] - _NOTHING:
                break
        return distance, worth, moves


def _ways(width: int) -> list[tuple[int, int]]:
    """How a cell may cover the width: all upwards, all downwards, or some of each."""
    return [(width, 0), (0, width), *((up, width - up) for up in range(width - 1, 0, -1))]


def _cheapest_way(moves: _Moves, cell: int) -> Flags:
    """The cells that the cheapest way of moving a cell by the width needs."""
    best: tuple[float, Flags] | None = None
    for gain, loss in _ways(int(moves.width[cell])):
        found = moves.cheapest(cell, gain, loss)
        if found and (best is None or found[0] < best[0] - _NOTHING):
            best = found
        if best and best[0] < _TINY:
            break
    if best is None:
        raise Unprotectable([cell])
    return best[1]


def _greedy(problem: Problem, judge: _Judge, moves: _Moves, hidden: Flags, prices: Reals) -> Flags:
    """Hide, for one narrow cell after another, the cheapest cells with which it can move, until none is narrow."""
    hidden = hidden.copy()
    moves.allow(np.ones(moves.size))
    while narrow := judge.narrow(hidden):
        before = hidden.sum()
        for cell in sorted(narrow, key=lambda cell: (-problem.values[cell], cell)):
            price = np.where(hidden, 0.0, prices + _TINY) + _TINY / 1000
            moves.program.cost(np.concatenate((price, price)))
            hidden |= _cheapest_way(moves, cell)
        if hidden.sum() == before:  # fractions can move, whole numbers cannot
            choice = np.flatnonzero(problem.optional & ~hidden)
            if not len(choice):
                raise Unprotectable(narrow)
            hidden[choice[np.argmin(prices[choice])]] = True
    return hidden


class _Cuts:
    """The cheapest choice of optional cells that obeys every cut found so far."""

    def __init__(self, problem: Problem) -> None:
        self.choice = np.flatnonzero(problem.optional)
        self.always = (problem.small | problem.latent).astype(float)
        self.highs = solver()
        for _ in self.choice:
            self.highs.addVar(0, 1)
        places = np.arange(len(self.choice), dtype=np.int32)
        self.highs.changeColsCost(len(places), places, problem.values[self.choice].astype(np.float64) + _TINY)
        self.highs.setOptionValue("mip_rel_gap", _GAP)
        self.highs.setOptionValue("mip_max_nodes", _NODES)

    def integers(self) -> None:
        """From now on a cell is hidden or printed, nothing between."""
        places = np.arange(len(self.choice), dtype=np.int32)
        kinds = np.full(len(places), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        self.highs.changeColsIntegrality(len(places), places, kinds)

    def shares(self) -> tuple[float, Reals]:
        """The least cost, and for every cell the share of it that is hidden."""
        self.highs.run()
        if not self.highs.getSolution().value_valid:
            raise Unprotectable(self.choice.tolist())
        shares = self.always.copy()
        shares[self.choice] = np.clip(np.array(self.highs.getSolution().col_value), 0, 1)
        bound = self.highs.getInfo().mip_dual_bound if self.highs.getLp().integrality_ else 0.0
        return max(bound, 0.0) or float(self.highs.getObjectiveValue()), shares

    def add(self, cell: int, missing: float, worth: Reals, shares: Reals) -> bool:
        """Ask for enough hidden cells to let a cell move `missing` further; False when no cell helps.

        For an optional cell it is asked only where the cell is hidden itself.
        """
        worth = np.where(worth > _NOTHING, worth, 0.0)
        needed = missing + float((worth * shares)[self.choice].sum())
        own = float(worth[cell]) if self.always[cell] == 0 else None
        weights = np.minimum(worth[self.choice], needed)
        if own is not None:
            weights[np.searchsorted(self.choice, cell)] = own - needed
            needed = 0.0
        used = np.flatnonzero(np.abs(weights) > _NOTHING).astype(np.int32)
        if not (weights > _NOTHING).any():
            return False
        self.highs.addRow(needed, highspy.kHighsInf, len(used), used, weights[used])
        return True


def _separate(problem: Problem, moves: _Moves, cuts: _Cuts, shares: Reals, cells: Sequence[int]) -> list[int]:
    """Add a cut for every one of some cells that cannot move by the width; returns those cells."""
    moves.allow(shares)
    up, down = moves.together(cells)
    found = []
    for cell in cells:
        if up[cell] + down[cell] >= problem.width[cell] - _NOTHING:
            continue
        distance, worth, ways = moves.furthest(cell)
        for way in ways:
            up, down = np.maximum(up, way), np.maximum(down, -way)
        if distance < problem.width[cell] - _NOTHING:
            if not cuts.add(cell, problem.width[cell] - distance, worth, shares):
                raise Unprotectable([cell])
            found.append(cell)
    return found


def _improved(problem: Problem, moves: _Moves) -> tuple[float, Reals, bool]:
    """The cutting planes: a lower bound of the loss, the shares that reach it, and whether they are a pattern.

    Cells that needed a cut before are looked at first, and the others only when those are satisfied.
    """
    cuts = _Cuts(problem)
    small = np.flatnonzero(problem.small).tolist()
    bound, whole, hot = 0.0, 0, set[int]()
    for _ in range(_ROUNDS):
        whole += bool(whole)
        cost, shares = cuts.shares()
        bound = max(bound, cost)
        chosen = [int(c) for c in cuts.choice if shares[c] > 1 - _NOTHING] if whole else []
        found = _separate(problem, moves, cuts, shares, sorted(hot)) or _separate(
            problem, moves, cuts, shares, [cell for cell in small + chosen if cell not in hot])  # fmt: skip
        hot |= set(found) & set(small)
        if not found:
            if whole:
                return bound, np.rint(shares), True
            whole = 1
            cuts.integers()
        if moves.work > _WORK or whole > _WHOLE_ROUNDS:
            break
    return bound, shares, False


def _at_width(problem: Problem) -> Pattern:
    """The best pattern of one component at one width; its cells are small, latent or optional."""
    must = problem.small | problem.latent
    moves, judge = _Moves(problem), _Judge(problem)
    prices = problem.values.astype(float)
    best, bound = _greedy(problem, judge, moves, must, prices), 0.0
    if problem.loss(best):
        bound, shares, whole = _improved(problem, moves)
        if whole:
            other = _greedy(problem, judge, moves, must | (shares > 1 - _NOTHING), prices)
        else:
            best = _pruned(problem, judge, best)
            other = _pruned(problem, judge, _greedy(problem, judge, moves, must, prices * (1 - shares)))
        best = min((best, other), key=problem.loss)
    loss = problem.loss(best)
    return Pattern(best, loss, min(bound, loss), np.where(best & ~problem.latent, problem.width, 0))


def _component(problem: Problem) -> Pattern:
    """The best pattern of one component: at the wider distance where it costs little more, else at the hard one."""
    hard = _at_width(problem)
    widest = problem.width.max()
    if problem.wider <= widest:
        return hard
    try:
        wide = _at_width(replace(problem, width=np.where(problem.width == widest, problem.wider, problem.width)))
    except Unprotectable:
        return hard
    return wide if wide.loss <= _WIDER_LOSS * hard.loss else hard


def _pruned(problem: Problem, judge: _Judge, hidden: Flags) -> Flags:
    """Print the dearest cells again where everything hidden stays safe without them."""
    dearest = sorted(np.flatnonzero(hidden & problem.optional).tolist(), key=lambda c: (-problem.values[c], c))
    for cell in dearest[: _WORK // (50 * len(hidden))]:
        fewer = hidden.copy()
        fewer[cell] = False
        if not judge.narrow(fewer):
            hidden = fewer
    return hidden


def greedy_pattern(problem: Problem) -> Flags:
    """The first pattern alone, without the search for a better one: what benchmarks compare with."""
    hidden = problem.small | problem.latent
    for cells, rows in components(problem.equations, hidden | problem.optional):
        if problem.small[cells].any():
            inside = problem.within(cells, rows)
            must = inside.small | inside.latent
            hidden[cells] = _greedy(inside, _Judge(inside), _Moves(inside), must, inside.values.astype(float))
    return hidden


def suppress(problem: Problem) -> Pattern:
    """The pattern of least loss that was found, the same for the same problem.

    Raises Unprotectable with the cells of the components for which there is none.
    """
    hidden = problem.small | problem.latent
    width = np.zeros_like(problem.values)
    loss, bound, stuck = 0, 0.0, []
    for cells, rows in components(problem.equations, hidden | problem.optional):
        if not problem.small[cells].any():
            continue
        try:
            pattern = _component(problem.within(cells, rows))
        except Unprotectable:
            stuck += cells.tolist()
            continue
        hidden[cells], width[cells] = pattern.hidden, pattern.width
        loss, bound = loss + pattern.loss, bound + pattern.bound
    if stuck:
        raise Unprotectable(sorted(stuck))
    return Pattern(hidden, loss, bound, width)
