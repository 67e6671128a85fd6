"""Witnesses of a component too large for one program: whole tables found tier after tier.

Each table takes as many narrow cells as it can over their widths, and leaves room for them in the sums above.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from etl.disclosure.equations import BEYOND, Equations, Ints
from etl.disclosure.tiers import Aim, Tiers, chosen

MANY = 2_500
"""Where more cells than this need protection, and they are more than half of all, tables are looked for here."""
_SLOPE = 1e-3
"""The cost of a number beyond what is asked for: a small one, so that other cells keep their room."""
_IDLE, _SHARE = 6, 3
"""So many tables in a row that bring nothing end a search; each of them is asked for one narrow cell in so many, as cells may
hinder each other."""


def searched_in_tiers(equations: Equations, width: Ints, size: int) -> bool:
    """Whether so many of `size` cells need protection that they are searched here, and stand in more than one tier."""
    many = int((width > 0).sum())
    return many > MANY and 2 * many > size and int(np.ptp(equations.tier)) > 0


class Search:
    """Whole tables of a component, and how far they take each cell.

    low, high, width: what each cell is at least and at most, and how far it is to be taken; they may change between tables.
    ahead: for the place of a block those right below it that it keeps in mind.
    """

    def __init__(self, known: Tiers, low: Ints, high: Ints, width: Ints) -> None:
        self.known, self.low, self.high, self.width = known, low, high, width
        self.tables: list[Ints] = []
        self.lowest, self.highest = np.full_like(width, BEYOND), np.full_like(width, -1)
        self.ahead: dict[int, list[int]] = {}
        self._asked, self._stuck = 0, -1

    def narrow(self) -> Ints:
        """The cells whose tables differ by less than their widths."""
        return np.flatnonzero(np.maximum(self.highest - self.lowest, 0) < self.width)

    def keep(self, found: Ints) -> None:
        """Take a table into account."""
        self.tables.append(found)
        self.lowest, self.highest = np.minimum(self.lowest, found), np.maximum(self.highest, found)

    def aim(self, idle: int = 0) -> Aim:
        """A table that takes narrow cells over their widths: upwards, or every other time downwards where there is room.

        A sum above shall be as much over its least, for each of them that it adds up. idle: how many tables in a row
        brought nothing.
        """
        cells = self.narrow()
        if idle:
            cells = cells[idle % _SHARE :: _SHARE]
        self._asked += 1
        found = Aim.nothing(self.low, self.high)
        number, sums = np.zeros(len(self.width)), cells
        while len(sums):
            sums = self.known.above[sums]
            sums = sums[sums >= 0]
            np.add.at(number, sums, 1.0)
        asked = np.flatnonzero(number)
        found.ask(asked, self.low[asked] + int(self.width.max()), number[asked], _SLOPE)
        start = np.where(self.lowest < BEYOND, self.lowest, self.low)
        down = (start > self.low)[cells] & (self._asked % 2 == 0)
        up = cells[~down]
        found.ask(up, start[up] + self.width[up], 1.0 + number[up], _SLOPE)
        found.ask(cells[down], self.highest[cells[down]] - self.width[cells[down]], -_SLOPE, 1.0)
        return found

    def table(self, free: Aim, paid: Aim | None = None, *, always: bool = False) -> Ints | None:
        """One more table; None when a block cannot follow those above.

        paid: the aim of a block that could not follow else, or, with `always`, of every block of which something is asked.
        """
        found = self.low.copy()

        def numbers(place: int) -> Ints | None:
            block, ahead = self.known.blocks[place], [self.known.blocks[one] for one in self._below(place)]
            aims = ([] if always and free.asks(block.cells) else [free]) + ([paid] if paid else [])
            some = (chosen(self.known, block, aim, found, ahead) for aim in aims)
            return next((one for one in some if one is not None), None)

        for places in self.known.tiers:
            with ThreadPoolExecutor(os.cpu_count()) as pool:  # blocks of one tier have nothing to do with each other
                answers = list(pool.map(numbers, places))
            for place, answer in zip(places, answers, strict=True):
                if answer is None:
                    self._stuck = place
                    return None
                found[self.known.blocks[place].cells] = answer
        return found if self.known.equations.hold(found).all() else None

    def _below(self, place: int) -> list[int]:
        """The blocks that a block has in mind."""
        return [each for one in self.ahead.get(place, ()) for each in (one, *self._below(one))]

    def _told(self, place: int) -> bool:
        """Have the block above one keep that one in mind; whether it did not yet."""
        parent = self.known.blocks[place].parent
        known = self.ahead.setdefault(parent, [])
        if parent < 0 or place in known:
            return False
        known.append(place)
        return True

    def heed(self, cell: int) -> None:
        """Have all blocks above a cell keep in mind those that lead to it."""
        place = int(self.known.place[cell])
        while place >= 0:
            self._told(place)
            place = self.known.blocks[place].parent

    def spread(self) -> None:
        """Tables until every cell is wide, or so many in a row bring nothing."""
        idle = 0
        while (left := len(self.narrow())) and idle < _IDLE:
            aim = self.aim(idle)
            if idle:
                self.heed(int(self.narrow()[idle % left]))
            while (found := self.table(aim)) is None and self._told(self._stuck):
                pass
            if found is not None:
                self.keep(found)
            first = found is not None and len(self.tables) == 1  # nothing can differ from it yet
            if first or len(self.narrow()) < left:
                idle = 0
                self.ahead.clear()
            else:
                idle += 1


def tables_by_tier(equations: Equations, low: Ints, high: Ints, width: Ints) -> list[Ints]:
    """Whole tables that agree with what is printed and take the cells over their widths, as many as they can."""
    search = Search(Tiers.of(equations), low, high, width)
    search.spread()
    return search.tables
