"""How an agency's own log becomes a dataset's counts, declared in a TOML file and checked before any row is read.

A mapping names columns of the log, never code. Three things make its arithmetic hold: a *test* is yes or no for every
row and every value must be listed; a *split* puts each row under exactly one count; and a count may be *of* other
counts, so that a part is counted among its whole.
"""

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as Named
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from etl.errors import SettingsError
from schemas import vocabulary
from schemas.declare import Column, Dataset, Grain, Kind, Role

CAN_BE_AGGREGATED = ("account_reviews", "ice_requests", "information_disclosures", "notice_compliance")
"""The datasets for which row-per-request logs exist and mappings are tested."""
_OURS = ("period", "status", "method", "sample_size")
"""Columns that aggregation fills itself."""
_FEWEST = 5


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Values(_Part):
    """A test of one column by the values it may have. A value in neither list is an error; "" is an empty cell."""

    column: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


class Filled(_Part):
    """A test: the cell is not empty."""

    filled: str


class Within(_Part):
    """A test: from one time to another passed at most so many hours; no where either is empty."""

    start: str
    end: str
    hours: float = Field(gt=0)


class Coded(_Part):
    """A test of a dimension: the row's code is one of these."""

    dimension: str
    codes: tuple[str, ...]


Test = Values | Filled | Within | Coded


class Scope(_Part):
    """Which rows: those that pass all of, any of (where given) and none of these tests and counts."""

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every test or count that is named."""
        return (*self.all_of, *self.any_of, *self.none_of)


class Count(Scope):
    """A number of rows; or of distinct values, or the sum, of a column.

    month_of: a time column that says in which month the row counts, instead of the log's own. empty_without_rows: not
    reported, rather than 0, in a month without a row.
    """

    distinct: str = ""
    sum: str = ""
    month_of: str = ""
    empty_without_rows: bool = False


class Split(Scope):
    """Puts each row of its scope under one count by the value of a column. A value listed nowhere is an error."""

    column: str
    into: dict[str, tuple[str, ...]]
    neither: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """Every value that is listed."""
        return (*(value for some in self.into.values() for value in some), *self.neither)


class Stock(Scope):
    """How many rows were open at the start or the end of the month."""

    at: Literal["start", "end"]
    opened: str
    closed: str


class Median(Scope):
    """The median hours between two times, over the rows of the scope; empty when there are fewer than 5."""

    start: str
    end: str
    fewest: int = Field(default=_FEWEST, ge=_FEWEST)


class Longest(Scope):
    """The most working days (Monday to Friday) between two dates; the row counts in the month of the second."""

    start: str
    end: str


class Day(_Part):
    """A date: the latest of a column in the month, or so many days after the month's last day."""

    latest: str = ""
    days_after_month: int | None = None


class Dimension(_Part):
    """A key column: the log's column and what each of its values means.

    total: also add one row for all of them together, under this code. every: make a row for each code in each month.
    """

    column: str
    codes: dict[str, str]
    total: str = ""
    every: bool = False


class Mapping(_Part):
    """A whole mapping. `month_of` is the time column that says in which month a row counts.

    times: the format of a time column, as Python's strptime writes it; ISO where none is given. zero: the codes of the
    row that certifies a month without rows. not_recorded: counts the log cannot give, left empty as not reported.
    """

    dataset: str
    month_of: str
    times: dict[str, str] = {}
    constants: dict[str, str]
    zero: dict[str, str] = {}
    dimensions: dict[str, Dimension] = {}
    tests: dict[str, Test] = {}
    splits: tuple[Split, ...] = ()
    counts: dict[str, Count] = {}
    stocks: dict[str, Stock] = {}
    medians: dict[str, Median] = {}
    longest: dict[str, Longest] = {}
    dates: dict[str, Day] = {}
    not_recorded: tuple[str, ...] = ()

    @field_validator("times")
    @classmethod
    def _formats_are_understood(cls, times: dict[str, str]) -> dict[str, str]:
        example = datetime(2026, 3, 4, 5, 6)  # noqa: DTZ001 - only to try the format
        for form in times.values():
            if datetime.strptime(example.strftime(form), form).date() != example.date():  # noqa: DTZ007 - the same
                raise ValueError(f"“{form}” does not write a whole date")
        return times

    @property
    def split_counts(self) -> dict[str, Split]:
        """Each count that a split makes, with its split."""
        return {name: split for split in self.splits for name in split.into}

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """Everything that names tests or counts."""
        parts = (self.counts, self.stocks, self.medians, self.longest)
        return (*self.splits, *(scope for part in parts for scope in part.values()))

    @property
    def columns(self) -> tuple[str, ...]:
        """The log's columns that are used; no other is looked at."""
        named = [self.month_of, *(dimension.column for dimension in self.dimensions.values())]
        named += [split.column for split in self.splits]
        for part in (*self.tests.values(), *self.scopes, *self.dates.values()):
            fields = ("column", "filled", "start", "end", "opened", "closed", "distinct", "sum", "month_of", "latest")
            named += [getattr(part, name, "") for name in fields]
        return tuple(dict.fromkeys(name for name in named if name))


def casefolded(values: Iterable[str]) -> list[str]:
    """Values as they are compared: capitals and blanks around them mean nothing."""
    return [value.strip().casefold() for value in values]


def read_mapping(path: Path, dataset: Dataset, jurisdiction: str) -> Mapping:
    """Read a mapping and check it against the dataset; SettingsError lists all that is wrong with it."""
    try:
        mapping = Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsError(f"{path.name}: {fault}") from fault
    except OSError as fault:
        raise SettingsError(f"{path} cannot be opened: {fault.strerror}.") from fault
    except ValidationError as fault:
        told = {f"{' > '.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors(include_input=False)}
        raise SettingsError(f"{path.name} is not a mapping:\n  " + "\n  ".join(sorted(told))) from fault
    wrong = faults(mapping, dataset, jurisdiction)
    if wrong:
        raise SettingsError(f"{path.name} does not fit {dataset.id}:\n  " + "\n  ".join(wrong))
    return mapping


def faults(mapping: Mapping, dataset: Dataset, jurisdiction: str) -> list[str]:
    """What is wrong with a mapping for a dataset, in words; nothing when it can be used."""
    if mapping.dataset != dataset.id:
        return [f"it is for {mapping.dataset}"]
    if dataset.id not in CAN_BE_AGGREGATED or dataset.grains != (Grain.MONTH,):
        return [f"only these datasets are made from logs: {', '.join(CAN_BE_AGGREGATED)}"]
    columns = {column.name: column for column in dataset.columns}
    found = _column_faults(mapping, columns) + _name_faults(mapping) + _value_faults(mapping)
    return found or _code_faults(mapping, columns, jurisdiction)


def _filled_by(mapping: Mapping) -> list[tuple[str, str]]:
    """Each (part of the mapping, column of the dataset that it fills)."""
    parts: dict[str, Iterable[str]] = {
        "constants": mapping.constants, "dimensions": mapping.dimensions, "splits": mapping.split_counts,
        "counts": mapping.counts, "stocks": mapping.stocks, "medians": mapping.medians, "longest": mapping.longest,
        "dates": mapping.dates, "not_recorded": mapping.not_recorded,
    }  # fmt: skip
    return [(part, name) for part, names in parts.items() for name in names]


def _column_faults(mapping: Mapping, columns: Named[str, Column]) -> list[str]:
    """Every column is filled once, by a part of the mapping that suits it, and none is forgotten."""
    fits: dict[str, Callable[[Column], bool]] = {
        "constants": lambda c: c.name not in _OURS and c.role in (Role.KEY, Role.ATTRIBUTE),
        "dimensions": lambda c: c.role is Role.KEY and c.name not in ("period", "agency"),
        "medians": lambda c: c.role is Role.MEASURE,
        "dates": lambda c: c.kind is Kind.DATE,
        "not_recorded": lambda c: c.numeric and c.role in (Role.COUNT, Role.MEASURE),
    }
    found = []
    filled = _filled_by(mapping)
    for part, name in filled:
        column = columns.get(name)
        if column is None:
            found.append(f"{part} names {name}, which is no column of the dataset")
        elif not fits.get(part, _is_count)(column):
            found.append(f"{part} cannot fill {name}")
    times = Counter(name for _, name in filled)
    found += [f"{name} is filled {many} times" for name, many in times.items() if many > 1]
    needed = [c.name for c in columns.values() if c.role is Role.COUNT or (c.must_be_filled and c.name != "period")]
    found += [f"{name} is missing: fill it, or list a count in not_recorded" for name in needed if name not in times]
    return found


def _is_count(column: Column) -> bool:
    return column.role is Role.COUNT


def _name_faults(mapping: Mapping) -> list[str]:
    """Every test or count that is named exists, and none is made of itself."""
    counts = {**mapping.split_counts, **mapping.counts}
    found = [f"{name} is both a test and a count" for name in mapping.tests if name in counts]
    named = {name for scope in mapping.scopes for name in scope.names}
    found += [f"{name} is named, but is no test and no count" for name in sorted(named - {*mapping.tests, *counts})]

    def circular(name: str, path: tuple[str, ...]) -> bool:
        inner = counts[name].names if name in counts else ()
        return name in path or any(circular(other, (*path, name)) for other in inner)

    found += [f"{name} is made of itself" for name in counts if not found and circular(name, ())]
    found += [f"the test on {test.dimension} names no dimension" for test in mapping.tests.values()
              if isinstance(test, Coded) and test.dimension not in mapping.dimensions]  # fmt: skip
    return found


def _value_faults(mapping: Mapping) -> list[str]:
    """No value of a column means two things."""
    lists: list[tuple[str, Sequence[str]]] = [
        *((f"dimensions.{name}", list(dimension.codes)) for name, dimension in mapping.dimensions.items()),
        *((f"tests.{name}", (*t.yes, *t.no)) for name, t in mapping.tests.items() if isinstance(t, Values)),
        *((f"the split by {split.column}", split.values) for split in mapping.splits),
    ]
    found = [f"{where} lists a value twice" for where, values in lists if len(values) != len(set(casefolded(values)))]
    for name, count in mapping.counts.items():
        if count.distinct and count.sum:
            found.append(f"counts.{name} is either distinct or a sum")
    for name, day in mapping.dates.items():
        if bool(day.latest) == (day.days_after_month is not None):
            found.append(f"dates.{name} needs either latest or days_after_month")
    return found


def _code_faults(mapping: Mapping, columns: Named[str, Column], jurisdiction: str) -> list[str]:
    """Every code is one of the column's vocabulary, and every key of the row for a month without rows has one."""
    given = [(name, code) for name, code in (*mapping.constants.items(), *mapping.zero.items())]
    for name, dimension in mapping.dimensions.items():
        given += [(name, code) for code in (*dimension.codes.values(), dimension.total) if code]
    for test in mapping.tests.values():
        if isinstance(test, Coded):
            given += [(test.dimension, code) for code in test.codes]
    found = []
    for name, code in given:
        listed = columns[name].vocabulary if name in columns else ""
        if name not in columns:
            found.append(f"zero names {name}, which is no column of the dataset")
        elif listed and code not in vocabulary.labels(listed, jurisdiction):
            found.append(f"{code} is no code of {listed}")
    for name, dimension in mapping.dimensions.items():
        if name not in mapping.zero and not dimension.total and not dimension.every:
            found.append(f"zero needs a code of {name}, for months without rows")
    return found
