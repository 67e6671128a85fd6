"""Which cells to hide: the small ones, then as few others as it takes so that no hidden one can be worked out.

A hidden cell is safe when numbers can be moved around among hidden cells, every relation kept, so that the cell itself
moves by the width (Fischetti and Salazar 2001, with a sliding protection level and a reader who knows that zeros are
printed). The first pattern is greedy: the cheapest way to move each cell that cannot move yet. It is then improved by
cutting planes: every cell that a pattern leaves narrow names cells of which enough must be hidden, and an integer
program finds the cheapest pattern that obeys all of them. Components too large for that keep the greedy pattern without
the cells it can do without (`etl.disclosure.prune`), larger ones begin with what elimination hides
(`etl.disclosure.elimination`), and the largest are searched years first and months last (`etl.disclosure.growth`). A
pattern counts only when whole-number witnesses exist for every hidden cell (`etl.disclosure.witness`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np

from etl.disclosure.climb import searched_in_tiers
from etl.disclosure.elimination import independent
from etl.disclosure.equations import BEYOND, Flags, Ints, components
from etl.disclosure.growth import grown
from etl.disclosure.moves import NOTHING, TINY, Found, Moves, Reach, cheapest_way, likely_whole
from etl.disclosure.problem import Problem, Unprotectable
from etl.disclosure.program import Reals, solver
from etl.disclosure.prune import needed
from etl.disclosure.witness import Puzzle, witnesses

_WORK = 6_000_000_000
"""How many steps of the simplex method, times columns, one search for a better pattern may take: a limit of work, never of
time."""
_SEARCHED = 30_000_000
"""Cells times small ones: beyond this, as often as a search looks at each, a search for the best pattern is not begun."""
_PASSES, _PASSES_SPARSE = 2, 4
"""How often a search looks at every small cell: more often where most are small."""
_ONE_BY_ONE = 100_000_000
"""Where asking every small cell once is more than this, the first pattern comes from elimination."""
_ROUNDS = 400
_WHOLE_ROUNDS, _WHOLE_SIZE = 20, 500
_GAP = 0.005
_WIDER_LOSS = 1.25
_NODES = 2000


@dataclass(frozen=True)
class Pattern:
    """The hidden cells, the sum of the counts hidden to protect others, and what that sum must be at least.

    bound is 0 where it was not computed. width: for each hidden cell the distance that is kept.
    """

    hidden: Flags
    loss: int
    bound: float
    width: Ints


class _Judge:
    """Finds, for every hidden cell, whole-number moves that cover its width; remembers them from pattern to pattern.

    in_tables: by whole tables for many cells at once, instead of moves for one after another.
    """

    def __init__(self, problem: Problem, *, in_tables: bool = False) -> None:
        self.problem = problem
        high = np.full_like(problem.values, BEYOND)
        self.parts = (problem.equations, problem.values, problem.least, high, problem.width)
        self.moves = Moves(*self.parts)
        self.found = Found(len(problem.values))
        self.in_tables, self.tables = in_tables, [problem.values]
        self._strict: Moves | None = None

    @property
    def strict(self) -> Moves:
        """Moves in whole numbers."""
        if self._strict is None:
            self._strict = Moves(*self.parts, strict=True)
        return self._strict

    @property
    def work(self) -> int:
        """How many steps the programs took, times their columns."""
        return self.moves.work + (self._strict.work if self._strict else 0)

    def uncovered(self, hidden: Flags) -> list[int]:
        """The hidden cells whose width no moves found so far cover."""
        width = np.where(hidden & ~self.problem.latent, self.problem.width, 0)
        return [int(cell) for cell in np.flatnonzero(self.found.reach(hidden) < width)]

    def narrow(self, hidden: Flags, most: int | None = None) -> list[int]:
        """The hidden cells that no whole-number moves take over the width; at most so many are looked for."""
        if self.in_tables:
            return self._narrow_in_tables(hidden)
        stuck: list[int] = []
        reach = Reach(self.moves.size)
        self._ready(self.moves, hidden)
        strict_is_ready = False
        for cell in self.uncovered(hidden):
            if reach.covers(cell, self.problem.width[cell]):
                continue
            ways = likely_whole(self.moves, cell)
            if ways is not None and not self.found.add(ways):
                if not strict_is_ready:
                    self._ready(self.strict, hidden)
                    strict_is_ready = True
                ways = cheapest_way(self.strict, cell)
                self.found.add(ways or [])
            if ways is None:
                stuck.append(cell)
                if most and len(stuck) >= most:
                    break
            else:
                reach.add(ways)
        return stuck

    def _narrow_in_tables(self, hidden: Flags) -> list[int]:
        """The hidden cells that neither remembered moves nor whole tables, found for many cells at once, take over the width.

        Where moves in whole numbers are rare, as in sparse tables of many dimensions, much faster than one after another.
        """
        least, values = np.minimum(self.problem.least, self.problem.values), self.problem.values
        puzzle = Puzzle(self.problem.equations, np.where(hidden, least, values), np.where(hidden, BEYOND, values))
        left, width = self.uncovered(hidden), np.zeros_like(values)
        width[left] = self.problem.width[left]
        found = witnesses(puzzle, width, self.tables)
        self.tables = [values, *found.tables]
        return found.narrow

    @staticmethod
    def _ready(moves: Moves, hidden: Flags) -> None:
        moves.allow(hidden.astype(float))
        moves.priced(np.ones(moves.size))


def _greedy(problem: Problem, judge: _Judge, hidden: Flags, prices: Reals, *, ask: bool = False) -> Flags:
    """Hide, for one narrow cell after another, the cheapest cells with which it can move, until none is narrow.

    ask: ask first, in whole numbers, which of the cells that are hidden already are narrow.
    """
    hidden, reach = hidden.copy(), Reach(judge.moves.size)
    if ask:
        narrow = judge.narrow(hidden)
    else:
        narrow = np.flatnonzero(hidden & ~problem.latent).tolist()
        judge.moves.allow(hidden.astype(float))
        reach.add(judge.moves.together(narrow))
    moves = judge.moves  # with fractions at first; what whole numbers cannot follow is asked for again
    while narrow:
        moves.allow(np.ones(moves.size))
        for cell in sorted(narrow, key=lambda cell: (-problem.values[cell], cell)):
            if reach.covers(cell, problem.width[cell]):  # by what was hidden for another
                continue
            moves.priced(np.where(hidden, 0.0, prices + TINY) + TINY / 1000)
            ways = cheapest_way(moves, cell)
            if ways is None:
                raise Unprotectable([cell])
            judge.found.add(ways)
            reach.add(ways)
            for way in ways:
                hidden |= np.abs(way) > NOTHING
        narrow = judge.narrow(hidden)
        moves, reach = judge.strict if narrow else moves, Reach(moves.size)
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
        self.highs.changeColsCost(len(places), places, problem.values[self.choice].astype(np.float64) + TINY)
        self.highs.setOptionValue("mip_rel_gap", _GAP)
        scale = min(1.0, _WHOLE_SIZE / max(1, len(self.choice)))
        self.whole_rounds = int(np.ceil(_WHOLE_ROUNDS * scale))
        self.highs.setOptionValue("mip_max_nodes", int(np.ceil(_NODES * scale**2)))

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
        worth = np.where(worth > NOTHING, worth, 0.0)
        needed = missing + float((worth * shares)[self.choice].sum())
        own = float(worth[cell]) if self.always[cell] == 0 else None
        weights = np.minimum(worth[self.choice], needed)
        if own is not None:
            weights[np.searchsorted(self.choice, cell)] = own - needed
            needed = 0.0
        used = np.flatnonzero(np.abs(weights) > NOTHING).astype(np.int32)
        if not (weights > NOTHING).any():
            return False
        self.highs.addRow(needed, highspy.kHighsInf, len(used), used, weights[used])
        return True


def _separate(problem: Problem, moves: Moves, cuts: _Cuts, shares: Reals, cells: Sequence[int]) -> list[int]:
    """Add a cut for every one of some cells that cannot move by the width; returns those cells."""
    moves.allow(shares)
    reach, found = Reach(moves.size), []
    reach.add(moves.together(cells))
    for cell in cells:
        if reach.covers(cell, problem.width[cell]):
            continue
        farthest = moves.furthest(cell)
        if farthest is None:
            raise Unprotectable([cell])
        distance, worth, ways = farthest
        reach.add(ways)
        if distance < problem.width[cell] - NOTHING:
            if not cuts.add(cell, problem.width[cell] - distance, worth, shares):
                raise Unprotectable([cell])
            found.append(cell)
    return found


def _improved(problem: Problem, moves: Moves) -> tuple[float, Reals, bool]:
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
        chosen = [int(c) for c in cuts.choice if shares[c] > 1 - NOTHING] if whole else []
        found = _separate(problem, moves, cuts, shares, sorted(hot)) or _separate(
            problem, moves, cuts, shares, [cell for cell in small + chosen if cell not in hot])  # fmt: skip
        hot |= set(found) & set(small)
        if not found:
            if whole:
                return bound, np.rint(shares), True
            whole = 1
            cuts.integers()
        if moves.work > _WORK or whole > cuts.whole_rounds:
            break
    return bound, shares, False


def _large(problem: Problem) -> bool:
    """Whether a component is searched tier after tier."""
    return searched_in_tiers(problem.equations, problem.width * problem.small, len(problem.values))


def _at_width(problem: Problem) -> Pattern:
    """The best pattern of one component at one width; its cells are small, latent or optional."""
    must = problem.small | problem.latent
    prices, bound = problem.values.astype(float), 0.0
    size, small = len(problem.values), int(problem.small.sum())
    one_by_one, passes = 2 * size * small, _PASSES_SPARSE if 2 * small > size else _PASSES
    searched = 2 * passes * one_by_one < _SEARCHED
    judge = _Judge(problem, in_tables=not searched and one_by_one <= _ONE_BY_ONE)
    if _large(problem):
        best = grown(problem)
    elif one_by_one > _ONE_BY_ONE:
        best = _pruned(problem, judge, _greedy(problem, judge, must | independent(problem), prices, ask=True))
    elif not searched:
        best = _greedy(problem, judge, must, prices, ask=True)
        fewer = needed(problem, Moves(*judge.parts), best, _WORK)
        if (fewer != best).any():
            best = min((best, _greedy(problem, judge, fewer, prices, ask=True)), key=problem.loss)
    else:
        best = _greedy(problem, judge, must, prices)
        if problem.loss(best):
            near = int(problem.width.max()) * int(np.abs(problem.equations.weight).max(initial=1))
            bound, shares, whole = _improved(problem, Moves(*judge.parts, most=near))
            if not whole:
                best = _pruned(problem, judge, best)
            start = must | (shares > 1 - NOTHING) if whole else must
            other = _greedy(problem, judge, start, prices * (1 - shares))
            best = min((best, _pruned(problem, judge, other)), key=problem.loss)
    loss = problem.loss(best)
    return Pattern(best, loss, min(bound, loss), np.where(best & ~problem.latent, problem.width, 0))


def _component(problem: Problem) -> Pattern:
    """The best pattern of one component: at the wider distance where it costs little more, else at the hard one."""
    hard = _at_width(problem)
    widest = problem.width.max()
    if problem.wider <= widest or _large(problem):
        return hard
    try:
        wide = _at_width(replace(problem, width=np.where(problem.width == widest, problem.wider, problem.width)))
    except Unprotectable:
        return hard
    return wide if wide.loss <= _WIDER_LOSS * hard.loss else hard


def _pruned(problem: Problem, judge: _Judge, hidden: Flags) -> Flags:
    """Print the dearest cells again where everything hidden stays safe without them."""
    limit = judge.work + _WORK
    for cell in sorted(np.flatnonzero(hidden & problem.optional).tolist(), key=lambda c: (-problem.values[c], c)):
        fewer = hidden.copy()
        fewer[cell] = False
        if not judge.narrow(fewer, most=1):
            hidden = fewer
        if judge.work > limit:
            break
    return hidden


def greedy_pattern(problem: Problem) -> Flags:
    """The first pattern alone, without the search for a better one: what benchmarks compare with."""
    hidden = problem.small | problem.latent
    for cells, rows in components(problem.equations, hidden | problem.optional):
        if problem.small[cells].any():
            inside = problem.within(cells, rows)
            must = inside.small | inside.latent
            hidden[cells] = _greedy(inside, _Judge(inside), must, inside.values.astype(float))
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
