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
    """The cells of one universe that nobody prints, the distance proven for each, and the whole tables that prove it.

    Cells that no table shows (latent) stand in it with distance 0.
    """

    universe: str
    cells: tuple[Cell, ...]
    width: dict[Cell, int]
    tables: tuple[Ints, ...]


def prove(published: tuple[Sequence[Sheet], Sequence[Sheet], Hierarchies], widths: Mapping[Cell, int]) -> Certificate:
    """Find the witnesses, from what is printed alone.

    published: this release's tables of one universe, those before, and their hierarchies. Raises DisclosureRefused
    when there are none: the release fails closed.
    """
    now, before, hierarchies = published
    withheld = {cell for one in now for cell, number in one.numbers.items() if number is None and not one.least[cell]}
    printed: dict[Cell, int] = {}
    for one in (*reversed(before), *now):
        printed |= {cell: number for cell, number in one.numbers.items() if number is not None}
    printed = {cell: number for cell, number in printed.items() if cell not in withheld}
    current = {cell for one in now for cell in one.numbers}
    while stale := stale_cells(joint_model([*now, *before], hierarchies), printed, current):
        before = [one.without(stale) for one in before]
        printed = {cell: number for cell, number in printed.items() if cell not in stale}
    model = joint_model([*now, *before], hierarchies)
    least = {cell: one.least[cell] for one in (*before, *now) for cell in one.numbers}
    low, high = model.array(least | printed), model.array(printed, BEYOND)
    needed = model.array({cell: width for cell, width in widths.items() if cell not in printed})
    try:
        found = witnesses(Puzzle(model.equations, low, high), needed)
    except Contradiction as fault:
        raise DisclosureRefused(f"{now[0].definition['id']}: the printed figures do not add up.") from fault
    if found.narrow:
        tables = sorted({one.definition["id"] for one in now for place in found.narrow if model.cells[place] in one.numbers})
        raise DisclosureRefused(
            f"{', '.join(tables)}: no proof was found that every hidden count stays hidden. Publish coarser bands, longer "
            "periods, or several small groups together."
        )
    unknown = [place for place, cell in enumerate(model.cells) if cell not in printed]
    tables = trimmed([table[unknown] for table in found.tables], needed[unknown])
    cells = tuple(model.cells[place] for place in unknown)
    return Certificate(now[0].definition["rolled_up_from"] or "", cells, dict(widths), tuple(tables))


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
                "universe": proof.cells[0].universe if proof.cells else proof.universe,
                "cells": [{"measure": cell.measure, "where": dict(cell.where), "width": proof.width.get(cell, 0)}
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
