"""The reader who knows the rules: what can be worked out about a hidden cell from everything that is printed.

The attacker knows every printed number, every relation of the block, that counts are whole numbers, and that zeros are
printed, so that a hidden cell is at least 1. Integer programs (HiGHS) give whole-number tables that agree with all of
this; two of them in which a cell differs by the width show that nobody can pin it down further.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import highspy

from etl.disclosure.model import Block, Cell
from etl.errors import DisclosureRefused

_BEYOND = 10_000_000
"""No count of a county is as large; an open upper end is cut here so that every program has an answer."""


@dataclass(frozen=True)
class Interval:
    """The least and the greatest whole number a hidden cell can have, as far as a reader can tell."""

    least: int
    most: int

    @property
    def width(self) -> int:
        """The distance between the two ends."""
        return self.most - self.least


class Attacker:
    """A block with some cells hidden, as an integer program that can be asked about one cell after another."""

    def __init__(self, block: Block, hidden: frozenset[Cell], *, least: int) -> None:
        self.block = block
        self.hidden = sorted(hidden)
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self._solver.silent()
        self._solver.setOptionValue("threads", 1)
        self._solver.setOptionValue("random_seed", 0)
        self._unknown = {cell: self._solver.addIntegral(lb=least, ub=_BEYOND) for cell in self.hidden}
        for relation in block.relations:
            self._add(relation.terms, equal=relation.relation == "==")

    def _add(self, terms: tuple[tuple[Cell, int], ...], *, equal: bool) -> None:
        known = sum(weight * self.block.values[cell] for cell, weight in terms if cell not in self._unknown)
        unknown = [weight * self._unknown[cell] for cell, weight in terms if cell in self._unknown]
        if not unknown:
            return
        total = self._solver.qsum(unknown)
        self._solver.addConstr(total == -known if equal else total <= -known)

    def extreme(self, cell: Cell, *, greatest: bool) -> dict[Cell, int]:
        """A whole table that agrees with everything printed, with the cell as great, or as small, as it can be."""
        if greatest:
            self._solver.maximize(self._unknown[cell])
        else:
            self._solver.minimize(self._unknown[cell])
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise DisclosureRefused(f"{self.block.name}: the figures do not add up, so nothing can be protected.")
        return {each: round(self._solver.val(variable)) for each, variable in self._unknown.items()}

    def interval(self, cell: Cell) -> Interval:
        """The exact interval of one hidden cell."""
        low, high = self.extreme(cell, greatest=False), self.extreme(cell, greatest=True)
        return Interval(low[cell], high[cell])

    def exposed(self, width: int) -> list[Cell]:
        """The hidden cells whose interval is narrower than `width`, in order.

        Whole tables found for one cell also witness for others, so that few programs are solved.
        """
        lowest = {cell: self.block.values[cell] for cell in self.hidden}
        highest = dict(lowest)
        narrow = []
        for cell in self.hidden:
            for greatest in (True, False):
                if highest[cell] - lowest[cell] < width:
                    for each, value in self.extreme(cell, greatest=greatest).items():
                        lowest[each], highest[each] = min(lowest[each], value), max(highest[each], value)
            if highest[cell] - lowest[cell] < width:
                narrow.append(cell)
        return narrow


def intervals(block: Block, hidden: Iterable[Cell], *, least: int) -> dict[Cell, Interval]:
    """The exact interval of every hidden cell of a block."""
    attacker = Attacker(block, frozenset(hidden), least=least)
    return {cell: attacker.interval(cell) for cell in attacker.hidden}
