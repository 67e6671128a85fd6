"""What is to be protected: cells with their true values, the relations between them, and what may be hidden."""

from collections.abc import Iterable
from dataclasses import dataclass

from etl.disclosure.equations import Equations, Flags, Ints, part


class Unprotectable(ValueError):
    """No pattern of hidden cells protects these cells: they have to be withheld whole, or not published."""

    def __init__(self, cells: Iterable[int]) -> None:
        self.cells = tuple(cells)
        super().__init__(f"{len(self.cells)} cells cannot be protected")


@dataclass(frozen=True)
class Problem:
    """Cells with their true values and what may be done with them.

    least: what a reader knows a hidden cell to be at least. small: must be hidden and protected. latent: printed by no
    table, so hidden, but in need of no protection. optional: may be hidden to protect others. All other cells are
    printed. width: for each cell the least distance between the ends of what a reader can work out once it is hidden;
    wider: the distance to keep instead in every component where that loses at most a quarter more.
    """

    equations: Equations
    values: Ints
    least: Ints
    small: Flags
    latent: Flags
    optional: Flags
    width: Ints
    wider: int = 0

    def within(self, cells: Ints, rows: Iterable[int]) -> "Problem":
        """The problem of one component, renumbered."""
        return Problem(part(self.equations, cells, rows, self.values), self.values[cells], self.least[cells],
                       self.small[cells], self.latent[cells], self.optional[cells], self.width[cells], self.wider)  # fmt: skip

    def loss(self, hidden: Flags) -> int:
        """The sum of the counts that are hidden to protect others."""
        return int(self.values[hidden & self.optional].sum())
