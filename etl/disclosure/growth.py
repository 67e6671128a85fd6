"""The pattern of a component too large for one program: what the tables of a reader take over its width stays as it is.

Tables are made tier after tier (`etl.disclosure.climb`). Where a tier cannot follow those above, or cells stay narrow,
printed ones may change as well, for a price: those are then hidden, until the witnesses of a reader leave no hidden cell
narrow.
"""

from collections.abc import Sequence

import numpy as np

from etl.disclosure.climb import Search
from etl.disclosure.equations import BEYOND, Flags, Ints, tighten
from etl.disclosure.moves import TINY
from etl.disclosure.problem import Problem, Unprotectable
from etl.disclosure.tiers import Tiers
from etl.disclosure.witness import Puzzle, Witnesses, witnesses

_SLOW, _SLOW_TABLES = 0.02, 2
"""More is hidden for narrow cells after so many tables in a row that make fewer of them wide than this share."""
_WORTH, _DEARER = 2.0, 1.2
"""What taking a narrow cell one further may cost in printed counts at first, and how it rises from one time to the next."""
_PAID, _JUDGED = 60, 6
_FEW = 50
"""Where fewer cells than this are narrow, what is hidden above is chosen with the blocks in mind that lead to one of them."""


class _Growth:
    """A pattern and the tables found on the way, with what a reader knows of each cell when nothing optional is printed."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.known = problem, Tiers.of(problem.equations)
        self.hidden = problem.small | problem.latent
        self.low, self.high = tighten(problem.equations, *self._bounds(self.hidden | problem.optional))

    def _bounds(self, unknown: Flags) -> tuple[Ints, Ints]:
        """What is printed, when some cells are not."""
        values = self.problem.values
        return np.where(unknown, np.minimum(self.problem.least, values), values), np.where(unknown, BEYOND, values)

    def _width(self) -> Ints:
        return np.where(self.hidden & ~self.problem.latent, self.problem.width, 0)

    def search(self, tables: Sequence[Ints] = ()) -> Search:
        """A search for tables of the pattern so far, which some were found for."""
        low, high = tighten(self.problem.equations, *self._bounds(self.hidden))
        search = Search(self.known, low, high, self._width())
        for table in tables:
            search.keep(table)
        return search

    def judged(self) -> Witnesses:
        """The witnesses of a reader, and the cells they leave narrow."""
        puzzle = Puzzle(self.problem.equations, *self._bounds(self.hidden))
        return witnesses(puzzle, self._width(), thorough=False)

    def pay(self, search: Search, worth: float, idle: int = 0, *, always: bool = False) -> None:
        """One more table, for which printed cells may change too; those that do are hidden."""
        values, may = self.problem.values, self.problem.optional & ~self.hidden
        free = search.aim(idle)
        paid = free.within(self.low, self.high, worth)
        price = np.asarray(values[may] + TINY, dtype=np.float64)
        paid.ask(may, values[may], price, price)
        found = search.table(free, paid, always=always)
        if found is not None:
            self.hidden |= may & (found != values)
            search.keep(found)
            search.low, search.high = tighten(self.problem.equations, *self._bounds(self.hidden))
            search.width = self._width()

    def grow(self, search: Search) -> None:
        """Tables until every hidden cell is wide."""
        worth = _WORTH
        for turn in range(_PAID):
            slow = 0
            while (left := len(search.narrow())) and slow < _SLOW_TABLES:
                self.pay(search, 1.0, slow)
                slow = slow + 1 if len(search.narrow()) >= (1 - _SLOW) * left else 0
            if not left:
                return
            if left < _FEW:
                search.heed(int(search.narrow()[turn % left]))
            self.pay(search, worth, always=True)
            search.ahead.clear()
            worth *= _DEARER


def grown(problem: Problem) -> Flags:
    """The cells to hide: small ones, and others until a reader's witnesses leave no hidden cell narrow.

    Raises Unprotectable with the cells that stay narrow.
    """
    growth = _Growth(problem)
    search = growth.search()
    for _ in range(_JUDGED):
        growth.grow(search)
        found = growth.judged()
        if not found.narrow:
            return growth.hidden
        search = growth.search(found.tables)
    raise Unprotectable(found.narrow)
