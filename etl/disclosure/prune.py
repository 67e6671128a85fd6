"""Which hidden cells can be printed again, judged by moves with fractions: fast where whole numbers take long to find.

Every move found is kept. A cell is tried by asking only for the cells that no kept move takes over the width without it;
as moves are priced by what they hide, few cells are. Whether whole numbers follow is for the caller to ask.
"""

import numpy as np

from etl.disclosure.equations import Flags, Ints
from etl.disclosure.moves import NOTHING, TINY, Moves, Reach, cheapest_way
from etl.disclosure.problem import Problem
from etl.disclosure.program import Reals


class _Pruning:
    """Moves of one problem, with fractions, that serve for every pattern hiding the cells they touch."""

    def __init__(self, problem: Problem, moves: Moves) -> None:
        self.problem, self.moves = problem, moves
        self.cells: list[Ints] = []
        self.kept: list[Reals] = []
        moves.priced(np.where(problem.optional, problem.values + TINY, 0.0) + TINY / 1000)

    def _keep(self, ways: list[Reals]) -> None:
        self.kept += ways
        self.cells += [np.flatnonzero(np.abs(way) > NOTHING) for way in ways]

    def _uncovered(self, hidden: Flags) -> list[int]:
        """The hidden cells that no kept move among hidden cells takes over the width."""
        reach = Reach(self.moves.size)
        reach.add(way for way, cells in zip(self.kept, self.cells, strict=True) if hidden[cells].all())
        asked = np.flatnonzero(hidden & ~self.problem.latent).tolist()
        return [cell for cell in asked if not reach.covers(cell, self.problem.width[cell])]

    def stuck(self, hidden: Flags, first: list[int]) -> int | None:
        """A hidden cell that cannot move by its width, those named first looked at first; None when all can."""
        self.moves.allow(hidden.astype(float))
        reach, left = Reach(self.moves.size), self._uncovered(hidden)
        for cell in [*(cell for cell in first if cell in left), *(cell for cell in left if cell not in first)]:
            if reach.covers(cell, self.problem.width[cell]):
                continue
            ways = cheapest_way(self.moves, cell)
            if ways is None:
                return cell
            self._keep(ways)
            reach.add(ways)
        return None


def needed(problem: Problem, moves: Moves, hidden: Flags, work: int) -> Flags:
    """The pattern without cells it can do without, the dearest tried first, until the moves took so much work.

    Cells that were stuck without another are likely to be so again, and are asked for first.
    """
    pruning, first = _Pruning(problem, moves), list[int]()
    for cell in sorted(np.flatnonzero(hidden & problem.optional).tolist(), key=lambda c: (-problem.values[c], c)):
        if moves.work > work:
            break
        fewer = hidden.copy()
        fewer[cell] = False
        stuck = pruning.stuck(fewer, first)
        if stuck is None:
            hidden = fewer
        else:
            first = [stuck, *(other for other in first if other != stuck)]
    return hidden
