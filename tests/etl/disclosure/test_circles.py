"""Tables linked in a circle before a full table of many more numbers than there are relations."""

import numpy as np
import pytest

from benchmarks.linked_tables import Instance, Shape, linked
from etl.disclosure.equations import BEYOND
from etl.disclosure.moves import TINY, Moves
from etl.disclosure.problem import Problem
from etl.disclosure.suppress import suppress
from etl.disclosure.witness import Puzzle, witnesses

SHAPE = Shape((3, 4, 3, 4, 3), 260, 2.0, tables=((0, 1), (1, 2), (2, 3), (3, 4), (0, 4)))


def asked_of(instance: Instance) -> Problem:
    values, latent = instance.values, instance.latent
    small, large = (values > 0) & (values < 10) & ~latent, (values >= 10) & ~latent
    return Problem(
        instance.equations, values, (~latent).astype(np.int64), small, latent, large, np.full(len(values), 2)
    )


def unprinted(instance: Instance) -> list[list[int]]:
    """For every cell, the cells of the full table that it adds up."""
    equations = instance.equations
    parts = {}
    for first, last in zip(equations.start[:-1], equations.start[1:], strict=True):
        *terms, total = equations.cell[first:last].tolist()
        parts.setdefault(total, terms)

    def under(cell: int) -> list[int]:
        return [one for part in parts[cell] for one in under(part)] if cell in parts else [cell]

    return [under(cell) for cell in range(equations.size)]


@pytest.mark.parametrize("seed", range(4))
def test_no_hidden_count_can_be_told_more_closely_than_the_width(attacker, seed):
    instance = linked("", SHAPE, seed)
    asked = asked_of(instance)
    assert asked.equations.loose
    pattern = suppress(asked)
    printed, values = ~pattern.hidden & ~instance.latent, asked.values
    hidden = np.flatnonzero(pattern.hidden & ~instance.latent)
    assert len(hidden)
    assert set(np.flatnonzero(asked.small)) <= set(hidden)
    reader, under = attacker(), unprinted(instance)
    for cell in np.flatnonzero(~instance.latent).tolist():
        reader.knows(under[cell], *((values[cell], values[cell]) if printed[cell] else (1, 100_000)))
    ends = reader.intervals(under[cell] for cell in hidden)
    assert min(high - low for low, high in ends) >= 2

    least = np.where(printed, values, asked.least)
    proof = witnesses(
        Puzzle(asked.equations, least, np.where(printed, values, BEYOND)),
        np.where(pattern.hidden & ~instance.latent, 2, 0),
    )
    assert proof.narrow == []
    assert all(asked.equations.hold(table).all() and (table >= least).all() for table in proof.tables)
    assert (np.ptp(proof.tables, axis=0)[hidden] >= 2).all()


def test_a_way_found_from_nothing_costs_as_little_as_one_found_from_the_last():
    asked = asked_of(linked("", SHAPE, 0))
    found = []
    for loose in (True, False):
        moves = Moves(asked.equations, asked.values, asked.least, np.full_like(asked.values, BEYOND), asked.width)
        moves.loose = loose
        moves.allow(np.ones(moves.size))
        moves.priced(np.where(asked.optional, asked.values + TINY, TINY))
        found.append([moves.cheapest(int(cell), 2, 0) for cell in np.flatnonzero(asked.small)])
    costs = [[way[0] if way else None for way in some] for some in found]
    assert costs[0] == pytest.approx(costs[1])
