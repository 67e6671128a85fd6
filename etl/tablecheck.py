"""Checks of one published table against its own definition, piece by piece: a large table needs no more memory.

Columns, origin, order and keys, cells and their status, codes, sums and comparisons, cells that a spreadsheet would run,
and small counts of people. The first disagreement is named.
"""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from etl.evaluate import holds
from etl.tabletext import is_run_by_spreadsheets
from schemas.declare import Origin
from schemas.dictionary import ORIGIN_FIELD, origin_mark, read_linear_rules
from schemas.errors import ReleaseDamaged
from schemas.release import CellStatus, OpenRelease
from schemas.rules import Level

_STATUSES = {str(status) for status in CellStatus}


def fault_in(release: OpenRelease, words: str) -> ReleaseDamaged:
    """What is wrong with a release, in words."""
    return ReleaseDamaged(f"Release {release.id}: {words}.")


def blank_as_missing(table: pd.DataFrame) -> pd.DataFrame:
    """A published table with empty texts as missing, so that conditions judge them as the build did."""
    table = table.copy()
    for name in table.columns:
        if not pd.api.types.is_numeric_dtype(table[name]):
            table[name] = table[name].mask(table[name] == "")
    return table


@dataclass
class Checked:
    """What was seen of a table: rows, rows compared by sums, and hidden cells; and the last key, for the next piece."""

    rows: int = 0
    compared: int = 0
    hidden: int = 0
    last: pd.DataFrame = field(default_factory=pd.DataFrame)


class TableCheck:
    """One table of a release with its definition."""

    def __init__(self, release: OpenRelease, dataset_id: str) -> None:
        self._release, self._id = release, dataset_id
        self._definition: dict[str, Any] = release.definition(dataset_id)
        self._columns = self._definition["columns"]
        self._person = self._definition["disclosure"]["kind"] == "person"
        self._rules = [rule for rule in read_linear_rules(self._definition) if rule.level is Level.ERROR]
        self._codes = {one["vocabulary"]: self._listed(one["vocabulary"]) for one in self._columns if one["vocabulary"]}

    def run(self) -> Checked:
        """Check every piece of the table; ReleaseDamaged names the first disagreement."""
        seen = Checked()
        for piece in self._release.pieces(self._id):
            self._check_columns(piece)
            self._check_order(piece, seen)
            self._check_cells(piece)
            self._check_codes(piece)
            self._check_texts(piece)
            seen.compared += self._compare(piece)
            seen.hidden += self._check_small_counts(piece) if self._person else 0
            seen.rows += len(piece)
        if seen.rows != self._release.entry(self._id).rows:
            raise self._fault("does not have the rows or the origin that the manifest states")
        return seen

    def _fault(self, words: str) -> ReleaseDamaged:
        return fault_in(self._release, f"{self._id} {words}")

    def _listed(self, vocabulary: str) -> set[str]:
        path = self._release.folder / f"definitions/vocabularies/{vocabulary}.csv"
        return {*pd.read_csv(path, dtype=str, keep_default_na=False)["code"], ""}

    def _check_columns(self, piece: pd.DataFrame) -> None:
        expected = [ORIGIN_FIELD]
        for column in self._columns:
            expected += [column["name"], *([column["status_column"]] if column["status_column"] else [])]
        if list(piece.columns) != expected:
            raise fault_in(self._release, f"the columns of {self._id} are not those of its definition")
        if {*piece[ORIGIN_FIELD].unique()} - {origin_mark(Origin(self._release.entry(self._id).origin))}:
            raise self._fault("does not have the rows or the origin that the manifest states")

    def _check_order(self, piece: pd.DataFrame, seen: Checked) -> None:
        key = self._definition["key"]
        if not key:
            return
        keys = pd.concat([seen.last, piece[key]], ignore_index=True)
        if keys.duplicated().any() or not keys.equals(keys.sort_values(key, ignore_index=True)):
            raise self._fault("is not sorted by its key, or has a key twice")
        seen.last = keys.tail(1)

    def _check_cells(self, piece: pd.DataFrame) -> None:
        """A cell has a value exactly where its status says shown; only tables about people hide any."""
        for column in self._columns:
            if not column["status_column"]:
                continue
            status = piece[column["status_column"]]
            if not {*status.unique()} <= _STATUSES or not (status == CellStatus.SHOWN).equals(
                piece[column["name"]].notna()
            ):
                raise fault_in(self._release, f"{self._id}: {column['name']} and its status do not agree")
            if not self._person and (status == CellStatus.SUPPRESSED).any():
                raise self._fault("hides cells although it counts official acts")

    def _check_codes(self, piece: pd.DataFrame) -> None:
        for column in self._columns:
            if column["vocabulary"] and not {*piece[column["name"]].unique()} <= self._codes[column["vocabulary"]]:
                raise fault_in(self._release, f"{self._id}: {column['name']} has a code that is not in its list")

    def _check_texts(self, piece: pd.DataFrame) -> None:
        for name in piece.columns:
            cells = piece[name]
            if not pd.api.types.is_numeric_dtype(cells) and any(map(is_run_by_spreadsheets, cells.unique())):
                raise fault_in(
                    self._release, f"{self._id}: {name} has a cell that a spreadsheet would run as a formula"
                )

    def _compare(self, piece: pd.DataFrame) -> int:
        """Every sum and comparison among printed cells; returns how many rows were compared."""
        table, compared = blank_as_missing(piece), 0
        for rule in self._rules:
            names = {name for name, _ in rule.terms} | {condition.column for condition in rule.when}
            if names <= set(table.columns):
                compared += len(table)
                if not holds(rule, table).all():
                    raise self._fault(f"breaks {rule.id}: {rule.says}")
        return compared

    def _check_small_counts(self, piece: pd.DataFrame) -> int:
        """No count of people below the threshold is left open; returns how many cells are hidden."""
        policy = self._definition["disclosure"]
        totals = {each["dimension"]: each["total"] for each in policy["hierarchies"]}
        parts = piece[~piece[list(totals)].isin(list(totals.values())).any(axis=1)]
        for column in self._columns:
            if column["protection"] == "person" and parts[column["name"]].between(1, policy["threshold"] - 1).any():
                raise fault_in(
                    self._release, f"{self._id}: {column['name']} prints a count below {policy['threshold']}"
                )
        statuses = [column["status_column"] for column in self._columns if column["status_column"]]
        return int((piece[statuses] == CellStatus.SUPPRESSED).sum().sum())
