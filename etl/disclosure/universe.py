"""One universe: all tables that count the same people or requests, and what may be hidden in them.

The tables of this release are known in full; of those that are public already, what they print.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from etl.disclosure.cells import Cell, Hierarchies, describes_people
from etl.disclosure.certificate import View, view
from etl.disclosure.equations import BEYOND, Contradiction, Ints, settled
from etl.disclosure.model import Model, joint_model, stale_cells
from etl.disclosure.problem import Problem, Unprotectable
from etl.disclosure.sheets import Sheet, sheet
from etl.disclosure.suppress import Pattern, suppress
from etl.disclosure.witness import Puzzle, witnesses
from etl.errors import DisclosureRefused

_NOT_ADDING_UP = "{}: the figures do not add up, so nothing can be protected. Check the totals of the submissions."
_GIVEN_AWAY = (
    "{}: would print figures that a public release hides, or that give those away. Leave the table of official acts out, "
    "publish it in longer periods, or withdraw the earlier release."
)
_REVISED = "a revision of figures would show the change of a few people"
_NO_PATTERN = "no pattern that prints zeros protects its small counts"

Block = tuple[str, str]
"""A dataset, and the name of the rows that are withheld together."""


@dataclass
class Universe:
    """The tables of one universe: `now` with their true numbers, `before` as they were published, newest first."""

    name: str
    hierarchies: Hierarchies
    now: list[Sheet]
    before: list[Sheet]
    withheld: dict[Block, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.truth: dict[Cell, int] = {}
        for cell, number in (pair for one in self.now for pair in one.numbers.items()):
            if number is not None and self.truth.setdefault(cell, number) != number:
                raise DisclosureRefused(_NOT_ADDING_UP.format(self.name))
        guarded = {cell for one in self.now for cell in one.numbers if one.is_person(cell.measure)}
        exact = {cell for one in self.now for cell in one.numbers if not one.is_person(cell.measure)}
        self.public: dict[Cell, int] = {}
        for one in reversed(self.before):
            self.public |= {cell: number for cell, number in one.numbers.items() if number is not None}
        self.model, self.values = self._complete()
        given = exact | self._follows_from(exact)
        acts = {cell for one in self.before for cell, number in one.numbers.items()
                if number is not None and not one.is_person(cell.measure)}  # fmt: skip
        opened = given - self._follows_from(acts)  # what followed before was withheld with its block, not hidden
        if any(number is None and cell in opened for one in self.before for cell, number in one.numbers.items()):
            raise DisclosureRefused(_GIVEN_AWAY.format(self.tables))
        self.people, self.given = guarded - given, guarded & given - exact

    def _bounds(self, known: Mapping[Cell, int]) -> tuple[Ints, Ints]:
        return self.model.array(known), self.model.array(known, BEYOND)

    def _complete(self) -> tuple[Model, Ints]:
        """The joint model and a value for every cell: the true one, or, where nobody knows it, one that fits."""
        before = self.before
        while True:
            self.model = joint_model([*self.now, *before], self.hierarchies)
            known = {cell: self.public[cell] for cell in self.model.cells if cell in self.public} | self.truth
            stale = stale_cells(self.model, known, self.truth)
            if not stale:
                break
            before = [one.without(stale) for one in before]
        self.before = before
        try:
            low, high = self._bounds(known)
            return self.model, witnesses(Puzzle(self.model.equations, low, high), np.zeros_like(low)).tables[0]
        except Contradiction as fault:
            raise DisclosureRefused(_NOT_ADDING_UP.format(self.name)) from fault

    def _follows_from(self, cells: Collection[Cell]) -> set[Cell]:
        """The cells whose numbers follow from those of others: printing them too adds nothing."""
        known = settled(
            self.model.equations, np.array([cell in cells for cell in self.model.cells], dtype=np.bool_), self.values
        )
        return {cell for cell, follows in zip(self.model.cells, known, strict=True) if follows}

    @property
    def tables(self) -> str:
        """The names of its tables in this release."""
        return ", ".join(sorted(one.definition["id"] for one in self.now)) or self.name

    def _sheets_of(self, cell: Cell) -> list[Sheet]:
        return [one for one in self.now if cell in one.numbers and one.is_person(cell.measure)]

    def _blocks(self, cells: Iterable[Cell]) -> set[Block]:
        """The blocks of this release in which some cells stand."""
        return {(one.definition["id"], one.blocks[cell]) for cell in cells for one in self._sheets_of(cell)}

    def _is_public(self, cell: Cell) -> bool:
        return self.public.get(cell) == self.truth.get(cell)

    def problem(self) -> Problem:
        """What may be hidden and what must be, as arrays."""
        size = len(self.model.cells)
        small, latent, optional = (np.zeros(size, dtype=np.bool_) for _ in range(3))
        least = np.zeros(size, dtype=np.int64)
        old = {cell: one.least[cell] for one in self.before for cell in one.numbers}
        guarded = self.people | self.given
        for place, cell in enumerate(self.model.cells):
            withheld = cell in guarded and bool(self._blocks([cell]) & self.withheld.keys())
            if cell in self.people or withheld:
                policies = [one.definition["disclosure"] for one in self._sheets_of(cell)]
                if self._is_public(cell) and not withheld:
                    continue
                least[place] = int(all(policy["zeros_printed"] for policy in policies) and not withheld)
                threshold = max(policy["threshold"] for policy in policies)
                small[place] = withheld or least[place] <= self.values[place] < threshold
                optional[place] = self.values[place] >= max(threshold, 1) and not small[place]
            elif cell not in self.truth:
                latent[place] = cell in self.model.latent
                small[place] = not latent[place] and cell not in self.public
                least[place] = old.get(cell, 0)
        sheets = [one for one in self.now if describes_people(one.definition)] or self.before
        rules = [one.definition["disclosure"] for one in sheets if describes_people(one.definition)]
        width = np.full(size, max(rule["width"] for rule in rules))
        wider = max(rule["wider"] for rule in rules)
        if self.withheld:
            width = np.where(least == 0, np.minimum(width, self._open_anyway(int(width.max()))), width)
            wider = 0
        return Problem(self.model.equations, self.values, least, small, latent, optional, width, wider)

    def _open_anyway(self, width: int) -> Ints:
        """For each cell how far, up to the width, its number is open to a reader of conduct and earlier releases.

        A withheld block prints nothing. Where the exact totals leave a count less open than the width (a total of 1),
        that is what remains, and this release must not narrow it.
        """
        exact = {
            cell: n
            for cell, n in (self.public | self.truth).items()
            if cell not in self.people or self._is_public(cell)
        }
        low, high = self._bounds(exact)
        tables = witnesses(Puzzle(self.model.equations, low, high), np.full_like(low, width)).tables
        return np.asarray(np.max(tables, axis=0) - np.min(tables, axis=0))

    def pattern(self) -> Pattern:
        """The cells to hide; blocks that cannot be protected with their zeros printed are withheld whole.

        Raises DisclosureRefused where that is not enough, or would hide what is public.
        """
        revised = {cell for cell in self.people if cell in self.public and not self._is_public(cell)}
        self.withheld |= dict.fromkeys(sorted(self._blocks(revised)), _REVISED)
        while True:
            try:
                return suppress(self.problem())
            except Unprotectable as fault:
                stuck = {self.model.cells[place] for place in fault.cells} & self.people
                blocks = self._blocks(stuck) - self.withheld.keys()
                whole = {cell for one in self.now for cell in one.numbers if cell in self.people
                         and (one.definition["id"], one.blocks[cell]) in blocks}  # fmt: skip
                if not self.people:
                    raise DisclosureRefused(_GIVEN_AWAY.format(self.tables)) from fault
                public = any(self._is_public(cell) for cell in whole)
                if public or not blocks:
                    raise DisclosureRefused(_refusal(blocks or self.withheld.keys(), public=public)) from fault
                self.withheld |= dict.fromkeys(sorted(blocks), _NO_PATTERN)

    def hidden(self, pattern: Pattern) -> set[Cell]:
        """The cells of this release that a pattern hides."""
        return {
            cell for cell, hide in zip(self.model.cells, pattern.hidden, strict=True) if hide and cell in self.truth
        }

    def widths(self, pattern: Pattern) -> dict[Cell, int]:
        """The distance to prove for every hidden cell."""
        return {cell: int(width) for cell, width in zip(self.model.cells, pattern.width, strict=True) if width}

    def as_published(self, tables: Mapping[str, pd.DataFrame]) -> View:
        """What a reader has: this release's tables as they are published, and those before."""
        now = []
        for one in self.now:
            name = one.definition["id"]
            withheld = [block for dataset, block in self.withheld if dataset == name]
            now.append(sheet(one.definition, tables[name], self.hierarchies, withheld=withheld))
        return view(self.name, now, self.before, self.hierarchies)


def _refusal(blocks: Iterable[Block], *, public: bool) -> str:
    where = "; ".join(sorted(f"{dataset}, {name}" for dataset, name in blocks))
    if public:
        return (
            f"{where}: figures of this period are public already, and what was added since cannot be printed beside "
            "them without exposing a small count. Publish the period in a coarser table, or withdraw the earlier release."
        )
    return (
        f"{where}: no pattern protects the small counts, even with these periods withheld whole. Publish coarser bands, "
        "longer periods, or several small groups together."
    )
