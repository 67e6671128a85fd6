"""The proof that goes with a release: whole tables that agree with everything printed, in which hidden cells differ.

It is made from published tables only, so that it tells nothing new; `etl.certificate_check` checks it by adding up
whole numbers, and shares no code with what is here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from etl.disclosure.equations import BEYOND, Contradiction, Ints
from etl.disclosure.model import Cell, Hierarchies, Sheet, joint_model, stale_cells
from etl.disclosure.witness import Puzzle, trimmed, witnesses
from etl.errors import DisclosureRefused

FORMAT = "daylight-certificate/1"


@dataclass(frozen=True)
class Certificate:
    """The cells of one universe that are not printed, the distance proven for each, and the tables that prove it."""

    universe: str
    cells: tuple[Cell, ...]
    width: dict[Cell, int]
    tables: tuple[Ints, ...]


@dataclass(frozen=True)
class View:
    """A universe as a reader has it: the cells, what is printed, and the equations with what is known of each cell."""

    universe: str
    cells: tuple[Cell, ...]
    printed: Mapping[Cell, int]
    puzzle: Puzzle


def view(universe: str, now: Sequence[Sheet], before: Sequence[Sheet], hierarchies: Hierarchies) -> View:
    """What is public of one universe: this release's tables, and those before, newest first.

    What an earlier release printed of a withheld block, or what later figures contradict, binds nothing any more.
    """
    withheld = {
        cell
        for one in now
        for cell, number in one.numbers.items()
        if number is None and one.blocks[cell] in one.withheld
    }
    current = {cell for one in now for cell in one.numbers}
    printed: dict[Cell, int] = {}
    for one in (*reversed(before), *now):
        printed |= {cell: number for cell, number in one.numbers.items() if number is not None and cell not in withheld}
    while stale := stale_cells(model := joint_model([*now, *before], hierarchies), printed, current):
        before = [one.without(stale) for one in before]
        printed = {cell: number for cell, number in printed.items() if cell not in stale}
    least = {cell: one.least[cell] for one in (*before, *now) for cell in one.numbers}
    puzzle = Puzzle(model.equations, model.array(least | printed), model.array(printed, BEYOND))
    return View(universe, tuple(model.cells), printed, puzzle)


def prove(seen: View, widths: Mapping[Cell, int]) -> Certificate:
    """Find the witnesses, from what is public alone; widths: the distance to prove for each cell.

    Raises DisclosureRefused when there are none: the release fails closed.
    """
    needed = np.array([0 if cell in seen.printed else widths.get(cell, 0) for cell in seen.cells], dtype=np.int64)
    try:
        found = witnesses(seen.puzzle, needed)
    except Contradiction as fault:
        raise DisclosureRefused(f"{seen.universe}: the printed figures do not add up.") from fault
    if found.narrow:
        where = sorted({f"{seen.cells[place].measure} of {_place(seen.cells[place])}" for place in found.narrow})
        raise DisclosureRefused(
            f"{seen.universe}: no proof was found that every hidden count stays hidden ({'; '.join(where)}). Publish "
            "coarser bands, longer periods, or several small groups together."
        )
    unknown = [place for place, cell in enumerate(seen.cells) if cell not in seen.printed]
    tables = trimmed([table[unknown] for table in found.tables], needed[unknown])
    cells = tuple(seen.cells[place] for place in unknown)
    reach = np.max(tables, axis=0) - np.min(tables, axis=0)
    return Certificate(seen.universe, cells, dict(zip(cells, reach.tolist(), strict=True)), tuple(tables))


def _place(cell: Cell) -> str:
    return ", ".join(code for _, code in cell.where)


def document(proofs: Sequence[Certificate], earlier: Sequence[str]) -> dict[str, Any]:
    """`disclosure/certificate.json`: cells, and tables as differences from the first one."""
    return {
        "format": FORMAT,
        "says": "Each table gives a whole number to every cell that is not printed. Every table agrees with every "
                "printed figure of this release and of the earlier ones named here, and for every hidden cell two of "
                "the tables differ by at least its width. So nobody can tell which table is the true one.",
        "earlier_releases": list(earlier),
        "universes": [
            {
                "universe": proof.universe,
                "cells": [{"measure": cell.measure, "where": dict(cell.where), "width": proof.width[cell]}
                          for cell in proof.cells],
                "first_table": [int(number) for number in proof.tables[0]],
                "differences": [_differences(proof.tables[0], table) for table in proof.tables[1:]],
            }
            for proof in proofs
        ],
    }  # fmt: skip


def _differences(first: Ints, table: Ints) -> list[list[int]]:
    """[cell, difference] for every cell in which a table differs from the first."""
    return [[int(place), int(table[place] - first[place])] for place in np.flatnonzero(table != first)]
