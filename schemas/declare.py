"""What a declaration is made of: columns, protection, indicators, datasets.

A dataset is declared once, in one file of `schemas/datasets/`. The check of a submission, the dictionary, the portal's
columns, the labels on the dashboard and the docs are all functions of that file. Law is named by key and looked up in
the jurisdiction's own `law.csv`, so that an amended code section is a change of data and not of code.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from schemas.rules import (
    AcrossDatasets,
    AnyRule,
    CarriedOver,
    Condition,
    Implies,
    Linear,
    NeverFalls,
    NotBeforePeriod,
    RowRule,
    SeriesRule,
    Terms,
)


class Role(StrEnum):
    """What a column does in its table."""

    KEY = "key"
    COUNT = "count"
    MEASURE = "measure"
    ATTRIBUTE = "attribute"


class Kind(StrEnum):
    """How a cell is written and read."""

    PERIOD = "period"
    CODE = "code"
    WHOLE = "whole"
    DECIMAL = "decimal"
    DATE = "date"
    TEXT = "text"


class Grain(StrEnum):
    """How long one period is, and how it is written: 2026-09, 2026-Q3, 2026."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Protection(StrEnum):
    """Whether a count describes what a government did, or people (disclosure policy).

    Conduct is published exactly, a 1 included: it is what the record exists for. Counts of people by place or reason
    are protected: small cells, and the cells that would give them away, are hidden.
    """

    CONDUCT = "conduct"
    PERSON = "person"


class Origin(StrEnum):
    """Whether figures are a real record or made up to show the product."""

    REAL = "real"
    SAMPLE = "sample"


class MadeBy(StrEnum):
    """Where a dataset's rows come from."""

    AGENCY = "agency"
    PUBLIC_SOURCE = "public_source"
    DAYLIGHT = "daylight"


@dataclass(frozen=True)
class FigureOf:
    """What a figure is a figure of: where `terms` add up to less than `least`, there is nothing to measure."""

    terms: Terms
    least: int = 1


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its words, its form, the law behind it and how it is protected.

    must_be_filled: an empty cell is an error. in_header: a file without the column is refused. `default` stands in for
    an empty cell. `law` lists keys of the jurisdiction's law.csv; empty means the dataset's own. An empty cell with
    too little of what it is a `figure_of` is published as not applicable, not as missing.
    """

    name: str
    label: str
    description: str
    role: Role
    kind: Kind
    unit: str = ""
    vocabulary: str = ""
    law: tuple[str, ...] = ()
    protection: Protection = Protection.CONDUCT
    must_be_filled: bool = False
    in_header: bool = True
    default: str = ""
    maximum: int | None = None
    caveat: str = ""
    figure_of: FigureOf | None = None

    def over(self, terms: Terms, *, least: int = 1) -> "Column":
        """The same column, as a figure of others: it has a value only where they add up to at least `least`."""
        return replace(self, figure_of=FigureOf(terms, least))

    @property
    def numeric(self) -> bool:
        """Whether the cells are numbers."""
        return self.kind in (Kind.WHOLE, Kind.DECIMAL)

    @property
    def has_status(self) -> bool:
        """Whether a published cell may be other than shown, so that a status column stands beside it."""
        return self.numeric and self.role in (Role.COUNT, Role.MEASURE) and not self.must_be_filled


def key(name: str, label: str, description: str, *, vocabulary: str = "", default: str = "") -> Column:
    """A dimension. With a default (such as ALL) the column may be left out of the file."""
    kind = Kind.CODE if vocabulary else Kind.TEXT
    return Column(
        name=name, label=label, description=description, role=Role.KEY, kind=kind, vocabulary=vocabulary,
        default=default, must_be_filled=not default, in_header=not default,
    )  # fmt: skip


@dataclass(frozen=True)
class CountGroup:
    """Makes the count columns of one unit under one law: `requests = CountGroup("requests", law=("no_holds",))`."""

    unit: str
    law: tuple[str, ...] = ()
    protection: Protection = Protection.CONDUCT

    def __call__(self, name: str, label: str, description: str, *, caveat: str = "") -> Column:
        """One count column: whole numbers from 0; empty means not reported."""
        return Column(
            name=name, label=label, description=description, role=Role.COUNT, kind=Kind.WHOLE, unit=self.unit,
            law=self.law, protection=self.protection, caveat=caveat,
        )  # fmt: skip


def measure(name: str, label: str, description: str, *, unit: str, maximum: int | None = None) -> Column:
    """A decimal number that is not a count, such as a median; may be left out of the file."""
    return Column(
        name=name, label=label, description=description, role=Role.MEASURE, kind=Kind.DECIMAL, unit=unit,
        maximum=maximum, in_header=False,
    )  # fmt: skip


def attribute(  # noqa: PLR0913 - the words of a declaration
    name: str, label: str, description: str, *, kind: Kind = Kind.TEXT, vocabulary: str = "", required: bool = False
) -> Column:
    """A date, code or text that describes the row but is neither part of its key nor a number."""
    return Column(
        name=name, label=label, description=description, role=Role.ATTRIBUTE,
        kind=Kind.CODE if vocabulary else kind, vocabulary=vocabulary, must_be_filled=required, in_header=required,
    )  # fmt: skip


@dataclass(frozen=True)
class Hierarchy:
    """A dimension that adds up: the code of its total, and (code, code above) for groups between the two."""

    dimension: str
    total: str = "ALL"
    parents: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class DisclosurePolicy:
    """How a table is protected, and who decided so.

    published_where: only rows with these values are published (facility = ALL); the rest feed a protected table.
    withheld: columns of the submission that this table does not publish. threshold: non-zero counts below it are
    hidden in person tables. width: the least distance between the ends of what a reader can work out for a hidden
    cell; a release that cannot keep it is refused. wider: the distance that is kept where it costs little more.
    zeros_printed: a hidden count is then known to be at least 1. hierarchies: the dimensions whose rows add up; rows
    that are not listed add nothing. universe: tables of the same name count the same people or requests, so that
    they are protected together (by default what the table is made from).
    """

    kind: Protection
    reason: str
    citation: str
    approver: str
    published_where: tuple[Condition, ...] = ()
    withheld: tuple[str, ...] = ()
    threshold: int = 10
    width: int = 2
    wider: int = 4
    zeros_printed: bool = True
    hierarchies: tuple[Hierarchy, ...] = ()
    universe: str = ""


CONDUCT_POLICY = DisclosurePolicy(
    kind=Protection.CONDUCT,
    reason="Counts of what governments did; published exactly, including 1, at month and agency.",
    citation="small_numbers",
    approver="publisher, to be confirmed by counsel",
)
"""The policy of every table that counts official acts and describes nobody."""


@dataclass(frozen=True)
class SumOf:
    """The weighted sum of columns over the rows that satisfy `where`."""

    terms: Terms
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class RowsWhere:
    """The number of rows that satisfy every condition."""

    where: tuple[Condition, ...]


@dataclass(frozen=True)
class MaxOf:
    """The largest value of a column."""

    column: str


Formula = SumOf | RowsWhere | MaxOf


class Direction(StrEnum):
    """On which side of the target a value meets it."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    WITHIN = "within"


@dataclass(frozen=True)
class Target:
    """What the law or a commitment asks for: a value and the side that meets it."""

    value: float
    direction: Direction
    words: str


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """A formula over protected counts, its target and the law that asks for it (domain, section D.4).

    unit is "share" (a rate between 0 and 1, always with numerator and denominator) or the unit of a count.
    The target is the county's
    (`targets.csv` of its folder). `counted` completes the sentence "21 of 25 …" or "3 …"; `page` is where the dashboard draws it.
    """

    id: str
    title: str
    counted: str
    numerator: Formula
    denominator: Formula | None = None
    unit: str
    law: tuple[str, ...]
    page: str
    target: Target | None = None
    caveat: str = ""


@dataclass(frozen=True, kw_only=True)
class Plausibility:
    """R27 for one column: compare its change from month to month, and optionally its total over a year.

    Added up over each period for each `by`. A change beyond `deviations` robust standard deviations of the earlier
    changes, or a calendar-year total above `year_total_at_most`, holds the build until somebody accepts it by name.
    """

    column: str
    by: tuple[str, ...] = ("agency",)
    deviations: float = 3.0
    at_least_periods: int = 12
    year_total_at_most: int | None = None


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """The declaration of one table. `law` is the basis of every column that names none of its own.

    rolled_up_from: the dataset whose months are added up to this one's quarters, only the rows that satisfy
    rolled_up_where; `computed` columns are weighted sums of the source's columns.
    """

    id: str
    title: str
    one_row_is: str
    summary: str
    grains: tuple[Grain, ...]
    columns: tuple[Column, ...]
    law: tuple[str, ...]
    made_by: MadeBy = MadeBy.AGENCY
    caveats: tuple[str, ...] = ()
    rules: tuple[AnyRule, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    plausibility: tuple[Plausibility, ...] = ()
    disclosure: DisclosurePolicy = CONDUCT_POLICY
    rolled_up_from: str = ""
    rolled_up_where: tuple[Condition, ...] = ()
    computed: tuple[tuple[str, Terms], ...] = ()
    examples: Sequence[dict[str, str]] = field(default=())

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def key(self) -> tuple[str, ...]:
        """The names of the columns that identify a row of a published table."""
        return tuple(column.name for column in self.columns if column.role is Role.KEY)

    @property
    def published_columns(self) -> tuple[Column, ...]:
        """The columns of the published table, in order."""
        return tuple(column for column in self.columns if column.name not in self.disclosure.withheld)

    @property
    def row_rules(self) -> tuple[RowRule, ...]:
        """The rules that look at one row."""
        return tuple(rule for rule in self.rules if isinstance(rule, Linear | Implies | NotBeforePeriod))

    @property
    def series_rules(self) -> tuple[SeriesRule, ...]:
        """The rules that compare one period with the period before."""
        return tuple(rule for rule in self.rules if isinstance(rule, CarriedOver | NeverFalls))

    @property
    def cross_rules(self) -> tuple[AcrossDatasets, ...]:
        """The rules that compare this dataset with another."""
        return tuple(rule for rule in self.rules if isinstance(rule, AcrossDatasets))

    def law_of(self, column: Column) -> tuple[str, ...]:
        """The keys of the law behind a column: its own, else the dataset's."""
        return column.law or self.law
