"""Suppression by Gaussian elimination, written again from the published method: what disclosure control is compared with.

Langsrud, PSD 2024, and the documentation of SSBtools: a cell may stay printed only if no small cell is then a linear
combination of printed ones. Candidates are taken by descending count, ties by how many cells they add up; zeros are printed
first. Of counts of 1 (a hidden cell is at least 1, so n hidden cells that make n are all 1) the method hides every cell that
comes down to a sum of such counts alone. This is our own re-implementation, not the published program: patterns can differ.
"""

import numpy as np
from linked_tables import Instance

_PRIME = 2**31 - 1
"""Elimination is exact, in whole numbers modulo a prime; a linear relation over the integers is one over these too."""


def gauss(instance: Instance, threshold: int) -> np.ndarray:
    """The hidden cells: the small ones, and those hidden to protect them."""
    values, parts = instance.values, instance.parts
    small = (values > 0) & (values < threshold)
    inner = values[instance.leaves]
    rows = np.concatenate(
        (np.flatnonzero(inner > 1), np.flatnonzero(inner == 1))
    )  # counts of 1 last; zeros are printed
    ones_from = int((inner > 1).sum())
    order = sorted(
        np.flatnonzero(values >= threshold).tolist(), key=lambda cell: (-values[cell], -parts[cell].sum(), cell)
    )
    guarded = [cell for cell in np.flatnonzero(small).tolist() if parts[cell][rows[:ones_from]].any()]
    matrix = parts[[*order, *guarded]][:, rows].T.astype(np.int64)
    hidden, used = small.copy(), np.zeros(len(rows), dtype=np.bool_)
    for place, cell in enumerate(order):
        column = matrix[:, place]
        support = np.flatnonzero(column)
        if not len(support):  # follows from what is printed already
            continue
        if _reveals(column, support, matrix[:, len(order) :]) or (
            support[0] >= ones_from and _sum_of_ones(column, support, used)
        ):
            hidden[cell] = True
        else:
            _eliminate(matrix, place, int(support[0]))
    return hidden


def _reveals(column: np.ndarray, support: np.ndarray, guarded: np.ndarray) -> bool:
    """Whether a small cell, less what is printed, is a multiple of this one."""
    first = support[0]
    touched = guarded[:, guarded[first] != 0]
    return bool((touched * column[first] % _PRIME == column[:, None] * touched[first] % _PRIME).all(axis=0).any())


def _sum_of_ones(column: np.ndarray, support: np.ndarray, used: np.ndarray) -> bool:
    """Whether what is left is a sum of counts of 1, or may hide one after an earlier difference of such counts."""
    if len(np.unique(column[support])) == 1 or used[support].any():
        return True
    used[support] = True
    return False


def _eliminate(matrix: np.ndarray, place: int, first: int) -> None:
    """Print a cell: subtract it from every later one, so that its first row is gone."""
    column = matrix[:, place] * pow(int(matrix[first, place]), -1, _PRIME) % _PRIME
    support = np.flatnonzero(column)
    later = place + np.flatnonzero(matrix[first, place:])
    block = np.ix_(support, later)
    matrix[block] = (matrix[block] - column[support, None] * matrix[first, later][None, :]) % _PRIME
