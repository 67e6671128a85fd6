"""The pandera schema of a dataset, made from its declaration: the contract that a typed table must satisfy.

Measured traps that shape it (pandera 0.35): a failed coercion hides other checks, so nothing is coerced; a null kills a
frame-level check, so every check is null-safe; and failure cases are dear (a broken rule gives one for each column of
the row, with its values), so one case is asked for and the rows are taken from the check's own answer. What is out of
range is one check for all columns, and so are the dtypes, since each check of pandera costs more than the comparison
it makes (26 columns checked for their dtype one by one took as long as all rules).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa

from etl.convert import DTYPES
from etl.evaluate import holds, ranges
from schemas.declare import Dataset
from schemas.registry import dataset
from schemas.rules import RowRule

_TYPES, _RANGE = "of the declared types", "in range"


@dataclass(frozen=True)
class Broken:
    """A part of the contract that some rows break: a rule, or (`rule` None) the range of a column."""

    column: str
    rows: tuple[int, ...]
    rule: RowRule | None = None


def _outside(cells: pd.Series, most: int | None) -> npt.NDArray[np.bool_]:
    """For each cell, whether it is below 0 or above the most it can be; an empty cell is not."""
    numbers = cells.to_numpy(dtype="float64", na_value=np.nan)
    return numbers < 0 if most is None else (numbers < 0) | (numbers > most)


def _in_range(ranges: dict[str, int | None]) -> Callable[[pd.DataFrame], "pd.Series[bool]"]:
    def kept(table: pd.DataFrame) -> "pd.Series[bool]":
        wrong: npt.NDArray[np.bool_] = np.zeros(len(table), dtype=bool)
        for name, most in ranges.items():
            wrong |= _outside(table[name], most)
        return pd.Series(~wrong, index=table.index, dtype=bool)

    return kept


def _of_types(types: tuple[object, ...]) -> Callable[[pd.DataFrame], bool]:
    return lambda table: tuple(table.dtypes) == types


def _keeps(rule: RowRule) -> Callable[[pd.DataFrame], "pd.Series[bool]"]:
    return lambda table: holds(rule, table)


def _check_name(position: int, rule: RowRule) -> str:
    """How a rule's check is named in the schema: its id, and its place among the rules of the dataset."""
    return f"{rule.id}#{position}"


@cache
def contract(dataset_id: str) -> pa.DataFrameSchema:
    """The schema of a dataset's typed table: columns, dtypes, ranges and every rule that looks at one row."""
    declared: Dataset = dataset(dataset_id)
    columns = {column.name: pa.Column(nullable=True, coerce=False) for column in declared.columns}
    types = tuple(pd.api.types.pandas_dtype(DTYPES.get(column.kind, "str")) for column in declared.columns)
    kept: dict[str, Callable[[pd.DataFrame], Any]] = {_TYPES: _of_types(types), _RANGE: _in_range(ranges(declared))}
    kept |= {_check_name(position, rule): _keeps(rule) for position, rule in enumerate(declared.row_rules)}
    checks = [pa.Check(keeps, error=name, ignore_na=False, n_failure_cases=1) for name, keeps in kept.items()]
    return pa.DataFrameSchema(columns, checks=checks, strict=True, ordered=True, coerce=False)


def _rows(fault: pa.errors.SchemaError) -> tuple[int, ...]:
    answer = fault.check_output
    return tuple(int(row) for row in answer.index[~answer.astype(bool)])


def broken(table: pd.DataFrame, declared: Dataset) -> list[Broken]:
    """What of its contract a typed table breaks, and in which rows; their values are never looked at.

    table: indexed by the row number a person sees. Raises pandera's own error when the table is not of the declared
    columns and dtypes, which is a mistake of ours and not of the person who sent it.
    """
    try:
        contract(declared.id).validate(table, lazy=True, inplace=True)
    except pa.errors.SchemaErrors as errors:
        rules = {_check_name(position, rule): rule for position, rule in enumerate(declared.row_rules)}
        if not all(isinstance(fault.check_output, pd.Series) for fault in errors.schema_errors):
            raise
        faults = {str(fault.check.error): _rows(fault) for fault in errors.schema_errors}
        found = [Broken(rules[name].column, rows, rules[name]) for name, rows in faults.items() if name in rules]
        return [*_out_of_range(table.loc[[*faults.get(_RANGE, ())]], declared), *found]
    return []


def _out_of_range(table: pd.DataFrame, declared: Dataset) -> list[Broken]:
    outside = {name: _outside(table[name], most) for name, most in ranges(declared).items()}
    return [
        Broken(name, tuple(int(row) for row in table.index[wrong])) for name, wrong in outside.items() if wrong.any()
    ]  # fmt: skip
