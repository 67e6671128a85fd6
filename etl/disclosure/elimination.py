"""A first pattern for a component too large to search: what small cells do not follow from by adding and subtracting.

Gaussian elimination over all relations at once (Langsrud, PSD 2024): a cell stays printed only if no small cell is then a
linear combination of printed ones. Of counts at their least (a hidden cell is at least 1, so n hidden cells that make n
are all 1) it hides every cell that comes down to a sum of such counts alone. How far a hidden cell is open is not asked
here: whoever uses the pattern asks it, and hides more.
"""

import numpy as np
from numpy.typing import NDArray

from etl.disclosure.equations import Equations, Flags, Ints
from etl.disclosure.problem import Problem

_PRIME = 2**31 - 1
"""Elimination is exact, in whole numbers modulo a prime; a linear relation over the integers is one over these too."""

_MOST = 500_000_000
"""Two gigabytes: so many numbers an elimination may hold at once, enough for a table of 30,000 cells."""

Matrix = NDArray[np.int32]
"""Free cells by cells: large, and a residue fits into 32 bits."""

Combination = dict[int, int]
"""A change of one cell as the weighted sum of changes of free cells, modulo the prime."""


def independent(problem: Problem) -> Flags:
    """The cells to hide: the small ones, and the optional ones from which a small one would follow.

    Only the small ones where the component is too large even for this.
    """
    values, least, small, optional = problem.values, problem.least, problem.small, problem.optional
    made_of = _in_free_cells(problem.equations, values, small | optional | problem.latent)
    free = sorted({one for cell in np.flatnonzero(small | optional) for one in made_of[cell]},
                  key=lambda cell: (values[cell] <= least[cell], cell))  # fmt: skip
    place = {cell: row for row, cell in enumerate(free)}
    with_room = int((values[free] > least[free]).sum())
    candidates = sorted(np.flatnonzero(optional).tolist(), key=lambda cell: (-values[cell], -len(made_of[cell]), cell))
    guarded = [cell for cell in np.flatnonzero(small).tolist() if any(place[one] < with_room for one in made_of[cell])]
    if len(free) * (len(candidates) + len(guarded)) > _MOST:
        return small.copy()
    matrix = np.zeros((len(free), len(candidates) + len(guarded)), dtype=np.int32)
    for column, cell in enumerate((*candidates, *guarded)):
        for one, weight in made_of[cell].items():
            matrix[place[one], column] = weight
    hidden, used = small.copy(), np.zeros(len(free), dtype=np.bool_)
    for column, cell in enumerate(candidates):
        support = np.flatnonzero(matrix[:, column])
        if not len(support):  # follows from what is printed already
            continue
        change = matrix[:, column].astype(np.int64)
        if _reveals(change, int(support[0]), matrix[:, len(candidates):]) or (
            support[0] >= with_room and _sum_of_least(change, support, used)
        ):  # fmt: skip
            hidden[cell] = True
        else:
            _print(matrix, column, change, int(support[0]))
    return hidden


def _in_free_cells(equations: Equations, values: Ints, unknown: Flags) -> list[Combination]:
    """Every unknown cell's change as a combination of the changes of free cells; nothing for a printed cell.

    Each relation settles its greatest cell, the smallest relations first, so that totals come down to their parts.
    """
    made_of: list[Combination] = [{cell: 1} if is_open else {} for cell, is_open in enumerate(unknown.tolist())]
    uses: dict[int, set[int]] = {}
    terms = [slice(start, end) for start, end in zip(equations.start[:-1], equations.start[1:], strict=True)]
    order = sorted(
        np.flatnonzero(equations.equal).tolist(), key=lambda row: values[equations.cell[terms[row]]].max(initial=0)
    )
    for row in order:
        total: Combination = {}
        for cell, weight in zip(
            equations.cell[terms[row]].tolist(), equations.weight[terms[row]].tolist(), strict=True
        ):
            _add(total, made_of[cell], weight)
        if not total:
            continue
        settled = max(total, key=lambda cell: (values[cell], cell))
        scale = -pow(total.pop(settled), -1, _PRIME) % _PRIME
        solution = {cell: weight * scale % _PRIME for cell, weight in total.items()}
        for cell in (settled, *sorted(uses.pop(settled, ()))):
            weight = made_of[cell].pop(settled, 0)
            _add(made_of[cell], solution, weight)
            for one in solution:
                uses.setdefault(one, set()).add(cell)
    return made_of


def _add(total: Combination, some: Combination, weight: int) -> None:
    for cell, share in some.items():
        there = (total.get(cell, 0) + weight * share) % _PRIME
        if there:
            total[cell] = there
        else:
            total.pop(cell, None)


def _reveals(change: Ints, first: int, guarded: Matrix) -> bool:
    """Whether a small cell, less what is printed, is a multiple of this one."""
    touched = guarded[:, guarded[first] != 0].astype(np.int64)
    return bool((touched * change[first] % _PRIME == change[:, None] * touched[first] % _PRIME).all(axis=0).any())


def _sum_of_least(change: Ints, support: Ints, used: Flags) -> bool:
    """Whether what is left is a sum of counts at their least, or may hide one after an earlier difference of such."""
    if len(np.unique(change[support])) == 1 or used[support].any():
        return True
    used[support] = True
    return False


def _print(matrix: Matrix, column: int, change: Ints, first: int) -> None:
    """Print a cell: subtract it from every later one, so that its first row is gone."""
    share = change * pow(int(change[first]), -1, _PRIME) % _PRIME
    support = np.flatnonzero(share)
    later = column + np.flatnonzero(matrix[first, column:])
    block = np.ix_(support, later)
    matrix[block] = (matrix[block] - share[support, None] * matrix[first, later].astype(np.int64)[None, :]) % _PRIME
