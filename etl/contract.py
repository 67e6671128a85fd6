"""The pandera schema of a dataset, made from its declaration: the contract that a typed table must satisfy.

Measured traps that shape it (pandera 0.35): a failed coercion hides other checks, so nothing is coerced; a null kills a
frame-level check, so every check is null-safe; failure cases of a frame-level check come once for each column, with
every cell of the row, so they are folded by `etl.validate` and their values are never read.
"""

from collections.abc import Callable
from functools import cache

import pandas as pd
import pandera.pandas as pa

from etl.convert import DTYPES
from etl.evaluate import holds
from schemas.declare import Column, Dataset, Role
from schemas.registry import dataset
from schemas.rules import RowRule

MOST_CASES = 1_000


def _range_check(column: Column) -> list[pa.Check]:
    """Counts are not negative; a column with a maximum does not exceed it. The check is named by its finding."""
    checks = []
    if column.role is not Role.MEASURE or column.maximum is not None:
        checks.append(pa.Check.ge(0, error="V205", n_failure_cases=MOST_CASES))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum, error="V205", n_failure_cases=MOST_CASES))
    return checks


def _keeps(rule: RowRule) -> Callable[[pd.DataFrame], "pd.Series[bool]"]:
    return lambda table: holds(rule, table)


def check_name(position: int, rule: RowRule) -> str:
    """How a rule's check is named in the schema: its id, and its place among the rules of the dataset."""
    return f"{rule.id}#{position}"


@cache
def contract(dataset_id: str) -> pa.DataFrameSchema:
    """The schema of a dataset's typed table: columns, dtypes, ranges and every rule that looks at one row."""
    declared: Dataset = dataset(dataset_id)
    columns = {
        column.name: pa.Column(
            DTYPES.get(column.kind, "str"),
            checks=_range_check(column) if column.numeric else None,
            nullable=True,
            coerce=False,
        )
        for column in declared.columns
    }
    rules = [
        pa.Check(_keeps(rule), error=check_name(position, rule), ignore_na=False, n_failure_cases=MOST_CASES)
        for position, rule in enumerate(declared.row_rules)
    ]
    return pa.DataFrameSchema(columns, checks=rules, strict=True, ordered=True, coerce=False)
