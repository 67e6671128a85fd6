"""A second opinion on a release: by another way than the certificate's, how far each hidden cell is open.

Linear programs give, for each hidden cell by itself, the least and the greatest number that agrees with everything
printed. Rounded inwards these are bounds that no whole-number table can pass, so an interval narrower than what the
certificate claims would show that one of the two is wrong.
"""

from collections.abc import Collection, Mapping, Sequence
from math import ceil, floor

import numpy as np

from etl.disclosure.cells import Cell
from etl.disclosure.equations import BEYOND, components, part, tighten
from etl.disclosure.program import Program
from etl.disclosure.witness import Puzzle

Intervals = Mapping[Cell, tuple[int, int]]
"""For every hidden cell the least and the greatest whole number it can have."""

_NOTHING = 1e-6


def intervals(puzzle: Puzzle, cells: Sequence[Cell], hidden: Collection[Cell]) -> Intervals:
    """For every hidden cell, the least and the greatest whole number it can have.

    cells: the names of the puzzle's cells, in order; those of a full table that nobody prints are not asked for. An open
    upper end is BEYOND.
    """
    low, high = tighten(puzzle.equations, puzzle.low, puzzle.high)
    found = {cell: (int(low[place]), int(low[place])) for place, cell in enumerate(cells) if cell in hidden}
    for members, rows in components(puzzle.equations, low < high):
        inside = part(puzzle.equations, members, rows, low)
        everything = np.arange(len(members))
        bounds = low[members].astype(float), high[members].astype(float)
        program = Program(inside, everything, np.ones_like(everything), *bounds, inside.right, whole=False)
        asked = [(place, cell) for place, cell in enumerate(members.tolist()) if cells[cell] in hidden]
        for place, cell in asked:
            ends = []
            for sign in (1.0, -1.0):
                program.cost_of(place, sign)
                solved = program.least()
                program.cost_of(place, 0.0)
                ends.append(solved[1][place] if solved else float(low[cell] if sign > 0 else high[cell]))
            least, most = ceil(ends[0] - _NOTHING), floor(min(ends[1], BEYOND) + _NOTHING)
            found[cells[cell]] = (least, most)
    return found
