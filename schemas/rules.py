"""Rules and formulas as data: typed, frozen, printable, and the same on every engine.

A rule never holds code. From one declaration come the check, the sentence in the dictionary and the arithmetic that
`daylight verify` repeats on a published table. Every rule is null-safe: a row in which a named cell is not reported
satisfies it, because "not reported" is judged elsewhere and is never zero.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Terms = tuple[tuple[str, int], ...]
"""A weighted sum of columns: (("declined", 1), ("complied", 1), ("requests_received", -1))."""

IMMIGRATION = "{immigration_agencies}"
"""Stands in a condition for the agencies that a county's law counts as immigration authorities."""


class Level(StrEnum):
    """What a broken rule does: an error refuses the submission; a warning is published as a flag."""

    ERROR = "error"
    WARNING = "warning"


class Op(StrEnum):
    """How a cell is compared with the values of a condition."""

    IS = "is"
    IN = "in"
    MORE_THAN = "more_than"
    FILLED = "filled"
    ON_OR_BEFORE = "on_or_before"


@dataclass(frozen=True)
class Condition:
    """A test of one cell: `values` are codes, one number, or the name of another date column; empty for FILLED."""

    column: str
    op: Op
    values: tuple[str | int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What every rule has: its id in the domain's list, its level, and what it says in plain words.

    `column` is where a person should look first. `holds_build` marks a warning that stops a build until it is
    accepted by name in `accepted.toml`.
    """

    id: str
    says: str
    column: str
    level: Level = Level.ERROR
    holds_build: bool = False


@dataclass(frozen=True, kw_only=True)
class Linear(Rule):
    """The weighted sum of `terms` is equal to, or at most, zero in every row in which all of `when` hold.

    empty_counts_as_zero: for R22 only, where what is reported must be zero and what is not reported says nothing.
    """

    terms: Terms
    relation: Literal["==", "<="]
    when: tuple[Condition, ...] = ()
    empty_counts_as_zero: bool = False


@dataclass(frozen=True, kw_only=True)
class Implies(Rule):
    """In every row in which all of `when` hold, `then` holds."""

    when: tuple[Condition, ...]
    then: Condition


@dataclass(frozen=True, kw_only=True)
class NotBeforePeriod(Rule):
    """The date in `column` is on or after the first day of the row's period."""


@dataclass(frozen=True, kw_only=True)
class CarriedOver(Rule):
    """A stock: `opening` in one period equals `closing` in the period before, for the same `by`."""

    opening: str
    closing: str
    by: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NeverFalls(Rule):
    """`column` does not fall from one period to the next for the same `by`, unless `unless` fell too."""

    unless: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Total:
    """The sum of `terms` over the rows of one dataset that satisfy all of `where`."""

    dataset: str
    terms: Terms
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AcrossDatasets(Rule):
    """Two datasets agree: the totals are equal, or a left total above zero implies a right total above zero.

    Both sides are added up for each combination of `by`; a combination that only one side reports is not judged,
    because the other report may be late, which the reporting table tells.
    """

    left: Total
    right: Total
    by: tuple[str, ...]
    relation: Literal["==", "implies"]


RowRule = Linear | Implies | NotBeforePeriod
SeriesRule = CarriedOver | NeverFalls
AnyRule = RowRule | SeriesRule | AcrossDatasets


def plus(*columns: str) -> Terms:
    """The plain sum of some columns."""
    return tuple((name, 1) for name in columns)


def minus(terms: Terms, *columns: str) -> Terms:
    """`terms` less some columns."""
    return terms + tuple((name, -1) for name in columns)


def at_most(rule_id: str, part: str, *whole: str, level: Level = Level.ERROR, says: str = "") -> Linear:
    """`part` is at most `whole`, or at most the sum of several columns."""
    words = says or f"{part} is at most {' + '.join(whole)}"
    return Linear(
        id=rule_id, says=words, column=part, level=level, terms=minus(plus(part), *whole), relation="<="
    )  # fmt: skip


def sums_to(  # noqa: PLR0913 - the words of a declaration
    rule_id: str, whole: Terms, parts: tuple[str, ...], *, says: str, column: str, level: Level = Level.ERROR
) -> Linear:
    """The parts add up to the whole, which may itself be a sum or difference."""
    terms = plus(*parts) + tuple((name, -weight) for name, weight in whole)
    return Linear(id=rule_id, says=says, column=column, level=level, terms=terms, relation="==")


def is_(column: str, value: str | int) -> Condition:
    """The cell has this code or number."""
    return Condition(column, Op.IS, (value,))


def in_(column: str, *codes: str) -> Condition:
    """The cell has one of these codes."""
    return Condition(column, Op.IN, codes)


def more_than(column: str, value: int) -> Condition:
    """The number in the cell is above `value`."""
    return Condition(column, Op.MORE_THAN, (value,))


def filled(column: str) -> Condition:
    """The cell is not empty."""
    return Condition(column, Op.FILLED)


def on_or_before(column: str, other: str) -> Condition:
    """The date in the cell is not after the date in another column; false where either is empty."""
    return Condition(column, Op.ON_OR_BEFORE, (other,))
