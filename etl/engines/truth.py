"""Truths that are known before an engine is asked: columns with one value in the whole file, and what follows from it.

A column that is not in the file, or has one value in every row, needs no look at the rows. What remains is a narwhals
expression; both are a `Truth`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import narwhals as nw

from schemas.rules import Condition, Op, Terms

Truth = nw.Expr | bool
"""Whether something holds: in every row alike, or row by row (never null)."""

Value = str | int | float | date | None


def known(cell: nw.Expr) -> nw.Expr:
    """A comparison, false where a cell is empty."""
    return cell.fill_null(False)  # noqa: FBT003


def both(left: Truth, right: Truth) -> Truth:
    """Whether both hold."""
    if isinstance(left, bool):
        return right if left else False
    if isinstance(right, bool):
        return left if right else False
    return left & right


def either(left: Truth, right: Truth) -> Truth:
    """Whether one of both holds."""
    if isinstance(left, bool):
        return True if left else right
    if isinstance(right, bool):
        return True if right else left
    return left | right


def neither(truth: Truth) -> Truth:
    """Whether it does not hold."""
    return not truth if isinstance(truth, bool) else ~truth


def among(cell: nw.Expr, values: Iterable[str | int]) -> nw.Expr:
    """Whether a cell holds one of some values; an empty cell does not."""
    return known(cell.is_in(list(values)))


@dataclass(frozen=True)
class Cells:
    """The cells of a file's columns; `same` holds the value of each column that has one in every row."""

    same: Mapping[str, Value] = field(default_factory=dict)

    def among(self, name: str, values: Iterable[str | int]) -> Truth:
        """Whether a cell holds one of some values."""
        return self.same[name] in [*values] if name in self.same else among(nw.col(name), values)

    def filled(self, name: str) -> Truth:
        """Whether a cell is not empty."""
        return self.same[name] is not None if name in self.same else ~nw.col(name).is_null()

    def above(self, name: str, value: int) -> Truth:
        """Whether the number in a cell is above a value."""
        if name not in self.same:
            return known(nw.col(name) > value)
        number = self.same[name]
        return isinstance(number, int | float) and number > value

    def not_after(self, name: str, other: str) -> Truth:
        """Whether the day in a cell is not after that in another. Days are never known beforehand, unless all are empty."""
        return False if {name, other} & self.same.keys() else known(nw.col(name) <= nw.col(other))

    def holds(self, condition: Condition) -> Truth:
        """Whether a condition holds; an empty cell never satisfies one."""
        match condition.op:
            case Op.IS | Op.IN:
                return self.among(condition.column, condition.values)
            case Op.MORE_THAN:
                return self.above(condition.column, int(condition.values[0]))
            case Op.FILLED:
                return self.filled(condition.column)
            case Op.ON_OR_BEFORE:
                return self.not_after(condition.column, str(condition.values[0]))

    def total(self, terms: Terms, *, empty_counts_as_zero: bool = False) -> nw.Expr | int | None:
        """The weighted sum of a row; None where a cell is empty in every row."""
        constant, cells = 0, list[nw.Expr]()
        for name, weight in terms:
            if name not in self.same:
                cell = nw.col(name).fill_null(0) if empty_counts_as_zero else nw.col(name)
                cells.append(cell if weight == 1 else cell * weight)
            elif isinstance(value := self.same[name], int):
                constant += weight * value
            elif not empty_counts_as_zero:
                return None
        if not cells:
            return constant
        added = cells[0]
        for cell in cells[1:]:
            added = added + cell
        return added + constant if constant else added
