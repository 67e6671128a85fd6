"""Whole tables of a component too large for one program: years first, then their quarters, then the months of those.

Once the numbers of one tier are chosen, the next falls apart into blocks that share no relation, one for each year or
quarter, and each is a small program. A block is chosen without a look at those below it, unless one of them is named that
could not follow before: that one is then held in fractions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from etl.disclosure.equations import Equations, Flags, Ints, components, part
from etl.disclosure.program import Program, Reals

_NEAR = 1e-6
_GAP, _NODES = 0.05, 5
"""A table need not be the best: one that is this near to it will do, and a search for it is short."""


@dataclass(frozen=True)
class Block:
    """Cells of one tier that hang together once the tiers above are chosen, and the relations that bind them.

    parent: the place of the block that it has to follow, or -1.
    """

    cells: Ints
    rows: Ints
    parent: int


@dataclass(frozen=True)
class Tiers:
    """The relations of a component and its blocks from the uppermost tier down.

    tiers: the places of the blocks of each. place: for each cell the place of its block. above: for each cell the sum of a
    higher tier that it is part of, or -1.
    """

    equations: Equations
    blocks: list[Block]
    tiers: list[range]
    place: Ints
    above: Ints

    @classmethod
    def of(cls, equations: Equations) -> "Tiers":
        """The blocks of every tier. A relation belongs to the lowest tier it names."""
        above, tier = _sums_above(equations), equations.tier
        lowest = np.full(equations.rows, -1)
        np.maximum.at(lowest, equations.row_of, tier[equations.cell])
        place, blocks, tiers = np.full(equations.size, -1), list[Block](), list[range]()
        for one in range(int(tier.max(initial=0)) + 1):
            rows = np.flatnonzero(lowest == one)
            own = part(equations, np.arange(equations.size), rows.tolist(), np.zeros(equations.size, dtype=np.int64))
            for cells, some in components(own, tier == one):
                sums = above[cells]
                parent = int(place[sums[sums >= 0]].max(initial=-1))
                blocks.append(Block(cells, rows[some], parent))
                place[cells] = len(blocks) - 1
            tiers.append(range(tiers[-1].stop if tiers else 0, len(blocks)))
        return cls(equations, blocks, tiers, place, above)


def _sums_above(equations: Equations) -> Ints:
    """For each cell the sum of a higher tier that it is part of, or -1."""
    row, cell, tier, adds = equations.row_of, equations.cell, equations.tier, equations.weight > 0
    total = np.full(equations.rows, -1)
    total[row[~adds]] = cell[~adds]
    parts = adds & (total[row] >= 0) & equations.equal[row]
    parts[parts] = tier[total[row[parts]]] < tier[cell[parts]]
    above = np.full(equations.size, -1)
    above[cell[parts]] = total[row[parts]]
    return above


@dataclass(frozen=True)
class Aim:
    """What is wanted of a table: bounds of every cell, and a number `at` up to which a unit brings `reward`, beyond it a cost."""

    low: Ints
    high: Ints
    at: Ints
    reward: Reals
    cost: Reals

    @classmethod
    def nothing(cls, low: Ints, high: Ints) -> "Aim":
        """Any table within bounds."""
        return cls(low, high, low.copy(), np.zeros(len(low)), np.zeros(len(low)))

    def ask(self, cells: Ints | Flags, at: Ints, reward: Reals | float, cost: Reals | float) -> None:
        """Want something of some cells."""
        self.at[cells], self.reward[cells], self.cost[cells] = at, reward, cost

    def asks(self, cells: Ints) -> bool:
        """Whether anything is wanted of some cells."""
        return bool((self.reward[cells] != 0).any())

    def within(self, low: Ints, high: Ints, worth: float) -> "Aim":
        """The same within other bounds, and worth so much more."""
        return Aim(low, high, self.at.copy(), self.reward * worth, self.cost * worth)

    def of(self, cells: Ints) -> "Aim":
        """What is wanted of some cells."""
        return Aim(self.low[cells], self.high[cells], self.at[cells], self.reward[cells], self.cost[cells])


def chosen(known: Tiers, block: Block, aim: Aim, table: Ints, ahead: Sequence[Block] = ()) -> Ints | None:
    """Numbers for the cells of one block; None when they cannot follow the tiers above, whose numbers stand in the table.

    ahead: blocks below it that are to be able to follow.
    """
    every = np.concatenate([block.cells, *(one.cells for one in ahead)])
    rows = np.concatenate([block.rows, *(one.rows for one in ahead)])
    is_open = aim.low[every] < aim.high[every]
    numbers: Ints = aim.low[every]
    cells, fixed = every[is_open], table.copy()
    fixed[every] = numbers
    relations = part(known.equations, cells, rows.tolist(), fixed)
    if len(cells):
        own = np.arange(len(every)) < len(block.cells)
        found = _least(relations, aim.of(cells), own[is_open])
        if found is None:
            return None
        numbers[is_open] = found
    elif not relations.hold(numbers[is_open]).all():
        return None
    return numbers[: len(block.cells)]


def _least(equations: Equations, aim: Aim, own: Flags) -> Ints | None:
    """Numbers of low cost, whole ones for a block's own cells; None when there are none, or none was found.

    A cell whose cost changes within its bounds has a second column for what lies beyond.
    """
    at = np.clip(aim.at, aim.low, aim.high)
    bent = np.flatnonzero((aim.low < at) & (at < aim.high) & (aim.reward != -aim.cost))
    cost = np.where((aim.low < at) | (at == aim.high), -aim.reward, aim.cost)
    copies = np.concatenate((np.arange(equations.size), bent))
    costs, offset = np.concatenate((cost, aim.cost[bent])), -float((cost * at)[bent].sum())
    low = np.concatenate((aim.low, np.zeros_like(bent))).astype(float)
    high = np.concatenate((aim.high, (aim.high - at)[bent])).astype(float)
    high[bent] = at[bent]

    def least(whole: Flags) -> Reals | None:
        program = Program(equations, copies, np.ones_like(copies), low, high, equations.right,
                          whole=whole, gap=_GAP, nodes=_NODES)  # fmt: skip
        program.cost(costs, offset)
        answer = program.least()
        return answer[1] if answer else None

    whole = own[copies]
    answer = least(np.zeros_like(whole))
    if answer is not None and np.abs(answer - np.rint(answer))[whole].max(initial=0) > _NEAR:
        answer = least(whole)
    if answer is None:
        return None
    return np.asarray(np.rint(np.bincount(copies, answer, equations.size)), dtype=np.int64)
