"""Which cells to hide: the small ones, then as few others as it takes so that no small one can be worked out.

The attacker of `etl.disclosure.attack` judges every step, so a pattern is only accepted when it holds against a reader
who knows the rules. The search is greedy: hide the cheapest cell that stands in a relation with an exposed one, and in
the end print again what turned out not to be needed. Cost is the count that is lost.
"""

from dataclasses import dataclass

from etl.disclosure.attack import Attacker
from etl.disclosure.model import Block, Cell
from schemas.declare import DisclosurePolicy


@dataclass(frozen=True)
class Pattern:
    """The cells of a block that are hidden. A withheld block prints none of its cells, zeros included."""

    hidden: frozenset[Cell]
    primary: frozenset[Cell]
    withheld: str = ""


def small_cells(block: Block, policy: DisclosurePolicy) -> frozenset[Cell]:
    """The counts below the threshold (WA DOH 2018: 1 to 9; 0 too where zeros are not printed) that are not public yet."""
    return frozenset(
        cell for cell, value in block.values.items()
        if policy.least_hidden <= value < policy.threshold and cell not in block.fixed
    )  # fmt: skip


def _cheapest(block: Block, exposed: Cell, open_cells: set[Cell]) -> Cell | None:
    """The open cell of least count that stands in a relation with the exposed one, else of least count anywhere."""
    beside = {cell for relation in block.relations if any(cell == exposed for cell, _ in relation.terms)
              for cell, _ in relation.terms}  # fmt: skip
    for candidates in (open_cells & beside, open_cells):
        if candidates:
            return min(candidates, key=lambda cell: (block.values[cell], cell))
    return None


def _print_again(
    block: Block, hidden: frozenset[Cell], primary: frozenset[Cell], policy: DisclosurePolicy
) -> frozenset[Cell]:
    """Print the dearest cells again where nothing is exposed by it."""
    for cell in sorted(hidden - primary, key=lambda cell: (-block.values[cell], cell)):
        fewer = hidden - {cell}
        if not Attacker(block, fewer, least=policy.least_hidden).exposed(policy.width):
            hidden = fewer
    return hidden


def withheld(block: Block, reason: str) -> Pattern:
    """The block is not published: every cell that is not public anyway is hidden, zeros included."""
    cells = frozenset(block.values) - block.fixed
    return Pattern(cells, cells, reason)


def suppress(block: Block, policy: DisclosurePolicy) -> Pattern:
    """A safe pattern for one block.

    Where no pattern that prints zeros is safe, the block is withheld whole: a coarser table says less, but never
    anything false.
    """
    primary = small_cells(block, policy)
    hidden = primary
    open_cells = {cell for cell, value in block.values.items() if value > 0} - hidden - block.fixed
    while exposed := Attacker(block, hidden, least=policy.least_hidden).exposed(policy.width):
        chosen = _cheapest(block, exposed[0], open_cells)
        if chosen is None:
            return withheld(block, "no pattern that prints zeros protects its small counts")
        hidden |= {chosen}
        open_cells.discard(chosen)
    return Pattern(_print_again(block, hidden, primary, policy), primary)
