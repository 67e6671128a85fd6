"""Little tables before and after disclosure control; `x` is a hidden cell.

`protects(before=…, after=…)` is about one table, `publishes((dataset, before, after), …)` about several that count the
same people, and about releases one after another.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import pytest

from etl.certificate_check import check_certificate
from etl.disclosure import Protected, protect, with_statuses
from schemas.declare import CONDUCT_POLICY, Dataset, Protection, Role
from schemas.dictionary import dataset_definition
from schemas.registry import dataset

FACILITY = dataset("notice_compliance_by_facility")
TOTALS = "totals"


@dataclass(frozen=True)
class Public:
    """What an earlier release shows: as much of an OpenRelease as disclosure control asks for."""

    declared: dict[str, Dataset] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    id: str = "2026-10-20_000000000000"
    files: dict[str, str] = field(default_factory=dict)

    def definition(self, name: str) -> dict[str, Any]:
        return dataset_definition(self.declared[name])

    def text(self, path: str) -> str:
        return self.files.get(path, '{"tables": {}}')

    def dataset_ids(self) -> tuple[str, ...]:
        return tuple(self.tables)

    def table(self, name: str) -> pd.DataFrame:
        return self.tables[name]


def _cells(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def _number(cell: str) -> Any:
    return pd.NA if cell in ("x", "") else int(cell)


def frame(text: str, declared: Dataset) -> pd.DataFrame:
    """A table drawn with bars as a typed table of a dataset; its period and agency are always the same."""
    header, *rows = _cells(text)
    table = pd.DataFrame({name: [row[place] for row in rows] for place, name in enumerate(header)}, dtype="str")
    table = table.assign(agency="DAJD", **({} if "period" in table else {"period": "2026-Q3"}))
    for column in declared.columns:
        if column.numeric:
            table[column.name] = pd.array([_number(cell) for cell in table[column.name]], dtype="Int64")
    return table[[column.name for column in declared.columns]].sort_values(list(declared.key), ignore_index=True)


def totals_of(declared: Dataset) -> Dataset:
    """The conduct table behind a table about people: the same counts for all jails together, printed exactly."""
    counts = tuple(replace(c, protection=Protection.CONDUCT) for c in declared.columns if c.role is Role.COUNT)
    keys = tuple(c for c in declared.columns if c.role is Role.KEY and c.name != "facility")
    if "facility" not in declared.key:
        counts = tuple(c for c in counts if declared.column(c.name).protection is Protection.CONDUCT)
    policy = replace(CONDUCT_POLICY, universe="notice_compliance")
    return replace(declared, id=TOTALS, columns=(*keys, *counts), rules=(), rolled_up_from="", disclosure=policy)


def totals(text: str, declared: Dataset) -> pd.DataFrame:
    """What the conduct table prints beside a drawn table: its row ALL."""
    table = frame(text, declared)
    if "facility" in table:
        table = table[table["facility"] == "ALL"]
    return table[[column.name for column in totals_of(declared).columns]].reset_index(drop=True)


def _published(text: str, declared: Dataset) -> pd.DataFrame:
    """A table as an earlier release shows it: what is drawn as `x` is hidden."""
    table = with_statuses(frame(text, declared), declared)
    for column in declared.columns:
        if column.has_status:
            table.loc[table[column.name].isna(), f"{column.name}_status"] = "suppressed"
    return table


def drawn(protected: Protected, declared: Dataset, like: str) -> list[list[str]]:
    """A protected table drawn as `like` is: the same columns, the rows in the same order."""
    table = protected.tables[declared.id].table
    header, *rows = _cells(like)
    named = header[0] if not declared.column(header[0]).numeric else None
    by_name = {str(row[named]) if named else "": row for _, row in table.iterrows()}

    def cell(row: pd.Series, column: str) -> str:
        if declared.column(column).numeric and row[f"{column}_status"] == "suppressed":
            assert pd.isna(row[column])
            return "x"
        return "" if pd.isna(row[column]) else str(row[column])

    return [header, *([cell(by_name[line[0] if named else ""], column) for column in header] for line in rows)]


@pytest.fixture
def protects() -> Callable[..., dict[str, Any]]:
    """Compare a table after protection with what the specification draws; returns the audit's account of it."""

    def check(
        *, before: str, after: str, declared: Dataset = FACILITY, earlier: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        both = {declared.id: declared, TOTALS: totals_of(declared)}
        releases = [
            Public(
                both,
                {declared.id: _published(text, declared), TOTALS: with_statuses(totals(text, declared), both[TOTALS])},
            )
            for text in earlier
        ]
        true = {declared.id: frame(before, declared), TOTALS: totals(before, declared)}
        protected = protect(true, tuple(both.values()), releases)
        assert drawn(protected, declared, after) == _cells(after)
        return protected.audit["tables"].get(declared.id, {})

    return check


def _redrawn(table: pd.DataFrame, like: str) -> list[list[str]]:
    """A published table drawn as `like` is, its rows found by what stands in the columns that are no counts."""
    header, *rows = _cells(like)
    named = [place for place, name in enumerate(header) if f"{name}_status" not in table]
    by_name = {tuple(str(row[header[place]]) for place in named): row for row in table.to_dict("records")}
    assert len(by_name) == len(rows) == len(table)
    marks = {"suppressed": "x", "not_reported": "", "not_applicable": ""}
    found = [by_name[tuple(line[place] for place in named)] for line in rows]
    return [header] + [[marks.get(row.get(f"{name}_status"), str(row[name])) for name in header] for row in found]


@pytest.fixture
def publishes() -> Callable[..., Public]:
    """Publish drawn tables in one release, compare each with what the specification draws, and check the certificate.

    Each table is (dataset, before, after), or (dataset, before) where all of it is to be printed.
    """

    def publish(*drawings: tuple[Any, ...], earlier: tuple[Public, ...] = ()) -> Public:
        declared = {each[0].id: each[0] for each in drawings}
        true = {each[0].id: frame(each[1], each[0]) for each in drawings}
        name = f"2026-10-{20 + len(earlier)}_000000000000"
        protected = protect(true, tuple(declared.values()), earlier)
        files = {"disclosure/audit.json": json.dumps(protected.audit),
                 "disclosure/certificate.json": json.dumps(protected.certificate)}  # fmt: skip
        tables = {each: made.table for each, made in protected.tables.items()}
        for each in drawings:
            assert _redrawn(tables[each[0].id], each[-1]) == _cells(each[-1])
        release = Public(declared, tables, name, files)
        check_certificate(release, earlier)
        return release

    return publish
