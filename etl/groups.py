"""Group disclosure: a row of a table about people in which everybody stands in one column tells something of each.

No threshold helps: that all of fourteen people were not told is true of each of the fourteen. Such a row is shown only
after somebody has accepted it by name (disclosure policy).
"""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from etl.disclosure import ProtectedTable
from etl.findings import Finding, found
from schemas.declare import Dataset, Protection
from schemas.rules import Linear


def _parts(rule: Linear) -> tuple[str, list[str]] | None:
    """The total and the parts of a sum over columns; None for any other rule."""
    ones = {weight: [name for name, each in rule.terms if each == weight] for weight in (1, -1)}
    for total, parts in ((ones[1], ones[-1]), (ones[-1], ones[1])):
        if rule.relation == "==" and not rule.when and len(total) == 1 and len(parts) > 1:
            return total[0], parts
    return None


def _of_people(rows: pd.DataFrame, declared: Dataset) -> pd.DataFrame:
    """The rows that are not a total over a dimension that adds up: totals are conduct where they are printed."""
    for hierarchy in declared.disclosure.hierarchies:
        rows = rows[rows[hierarchy.dimension] != hierarchy.total]
    return rows


def one_sided_rows(tables: Mapping[str, ProtectedTable]) -> list[Finding]:
    """The rows of tables about people in which a reader sees that everybody stands in one column."""
    findings = []
    for name, protected in sorted(tables.items()):
        declared = protected.dataset
        if declared.disclosure.kind is not Protection.PERSON:
            continue
        sums = [summed for rule in declared.row_rules if isinstance(rule, Linear) and (summed := _parts(rule))]
        for row in _of_people(protected.table, declared).to_dict("records"):
            for total, parts in sums:
                empty = [part for part in parts if pd.notna(row[part]) and row[part] == 0]
                somebody = pd.isna(row[total]) or row[total] > 0
                if len(empty) == len(parts) - 1 and somebody:
                    key = ", ".join(str(row[column]) for column in declared.key)
                    column = next(part for part in parts if part not in empty)
                    finding = found("V403", f"{name}, {key}: everybody stands in {column}.", column=column)
                    findings.append(
                        replace(finding, dataset=name, period=str(row["period"]), agency=str(row["agency"]))
                    )
    return findings
