"""The proof that goes with a release: possible worlds that agree with everything printed, in which hidden cells differ.

It is made from published tables only, so that it tells nothing new; `etl.certificate_check` checks it by counting made-up
records, and shares no code with what is here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from etl.certificate_check import FORMAT
from etl.disclosure.cells import Cell, Hierarchies
from etl.disclosure.equations import BEYOND, Contradiction
from etl.disclosure.model import joint_model, stale_cells
from etl.disclosure.sheets import Sheet
from etl.disclosure.witness import Puzzle, witnesses
from etl.disclosure.worlds import Kind, Teller, Untold, World
from etl.errors import DisclosureRefused


@dataclass(frozen=True)
class Certificate:
    """The hidden cells of one universe with the distance proven for each, and the worlds that prove it."""

    universe: str
    width: dict[Cell, int]
    worlds: tuple[World, ...]


@dataclass(frozen=True)
class View:
    """A universe as a reader has it: the cells, what is printed, and the equations with what is known of each cell."""

    universe: str
    cells: tuple[Cell, ...]
    printed: Mapping[Cell, int]
    hidden: frozenset[Cell]
    puzzle: Puzzle
    teller: Teller


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
    teller = Teller(model.cells, hierarchies, model.groups)
    return View(universe, tuple(model.cells), printed, frozenset(least) - printed.keys(), puzzle, teller)


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
    try:
        worlds = tuple(seen.teller.world(table) for table in found.tables)
    except Untold as fault:
        raise DisclosureRefused(
            f"{seen.universe}: no possible records were found behind the figures ({fault}). Publish fewer tables or columns."
        ) from fault
    reach = np.ptp(found.tables, axis=0)
    width = {cell: int(reach[place]) for place, cell in enumerate(seen.cells) if cell in seen.hidden}
    return Certificate(seen.universe, width, worlds)


def _place(cell: Cell) -> str:
    return ", ".join(code for _, code in cell.where)


def document(proofs: Sequence[Certificate], earlier: Sequence[str]) -> dict[str, Any]:
    """`disclosure/certificate.json`: hidden cells, kinds of records, and worlds as differences from the first one."""
    return {
        "format": FORMAT,
        "says": "Each world is a set of made-up records: how many there are of each kind, and for each kind where it stands "
                "and the columns that count it. Counted as the definitions say, the records of every world give every "
                "printed figure of this release and of the earlier ones named here, and in every hidden cell two of the "
                "worlds differ by its width. So nobody can tell which world is the true one.",
        "earlier_releases": list(earlier),
        "universes": [_proof(proof) for proof in proofs],
    }  # fmt: skip


def _proof(proof: Certificate) -> dict[str, Any]:
    kinds = sorted({kind for world in proof.worlds for kind in world})
    dimensions = sorted({name for kind in kinds for name, _ in kind.where})
    first, *others = proof.worlds
    return {
        "universe": proof.universe,
        "cells": [{"measure": cell.measure, "where": dict(cell.where), "width": width}
                  for cell, width in sorted(proof.width.items())],
        "dimensions": dimensions,
        "kinds": [[[dict(kind.where).get(name, "") for name in dimensions], list(kind.counts_in)] for kind in kinds],
        "first_world": [first[kind] for kind in kinds],
        "differences": [_differences(kinds, first, world) for world in others],
    }  # fmt: skip


def _differences(kinds: Sequence[Kind], first: World, world: World) -> list[list[int]]:
    """[kind, difference] for every kind of which a world has more or fewer records than the first."""
    return [[place, world[kind] - first[kind]] for place, kind in enumerate(kinds) if world[kind] != first[kind]]
