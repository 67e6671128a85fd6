"""The cells of a sheet on their way from the child process that reads it: each different cell once, and codes.

A line of JSON holds new cells, the numbers of some rows, and for each column a code for each of those rows; code 0 is an
empty cell. Codes are 32-bit numbers in base 64, so that neither side handles cells one by one.
"""

from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, TypeAlias

from etl.sheetscan import Facts

Codes: TypeAlias = "array[int]"
"""Numbers of 32 bits; the name is quoted since Python 3.11 cannot say what is in an array."""

Cell = tuple[str, str]
"""How the file holds a cell (`number`, `text`, `date`, `truth` or `time`), and its text; two empty texts for none."""

EMPTY: Cell = ("", "")


@dataclass(frozen=True)
class SheetCells:
    """One sheet: the numbers of its rows, and for each column (from 1) the code of the cell in each of those rows.

    cells: what a code stands for. A row may be empty.
    """

    name: str
    visible: bool
    facts: Facts
    numbers: Codes = field(default_factory=lambda: array("I"))
    columns: dict[int, Codes] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=lambda: [EMPTY])

    def add(self, told: Mapping[str, Any]) -> None:
        """Take what `packed` made of some rows. ValueError when it does not fit together."""
        before = len(self.numbers)
        self.cells.extend((kind, text) for kind, text in told["cells"])
        self.numbers.frombytes(b64decode(told["numbers"]))
        for name, packed_codes in told["columns"].items():
            codes = self.columns.setdefault(int(name), array("I", bytes(4 * before)))
            codes.frombytes(b64decode(packed_codes))
            if len(codes) != len(self.numbers) or max(codes, default=0) >= len(self.cells):
                raise ValueError("The codes of a sheet do not fit its cells.")
        for codes in self.columns.values():
            codes.frombytes(bytes(4 * (len(self.numbers) - len(codes))))

    def row(self, at: int) -> list[tuple[int, str, str]]:
        """Column, kind and text of each cell of a row that is not empty; `at` counts from 0."""
        found = ((place, *self.cells[codes[at]]) for place, codes in sorted(self.columns.items()))
        return [(place, kind, text) for place, kind, text in found if kind]

    @cached_property
    def rows(self) -> tuple[tuple[int, tuple[tuple[int, str, str], ...]], ...]:
        """Each row that is not empty with its number, and in it column, kind and text of each cell."""
        return tuple(self._filled())

    def first_rows(self, count: int) -> list[tuple[int, tuple[tuple[int, str, str], ...]]]:
        """The first of `rows`."""
        return list(islice(self._filled(), count))

    def _filled(self) -> Iterator[tuple[int, tuple[tuple[int, str, str], ...]]]:
        found = ((number, tuple(self.row(at))) for at, number in enumerate(self.numbers))
        return ((number, cells) for number, cells in found if cells)


def packed(cells: Iterable[Cell], numbers: Codes, columns: Mapping[int, Codes]) -> dict[str, Any]:
    """Some rows, ready for JSON."""
    coded = {place: b64encode(codes.tobytes()).decode() for place, codes in columns.items()}
    return {"cells": list(cells), "numbers": b64encode(numbers.tobytes()).decode(), "columns": coded}


class Coder:
    """Gives codes to the cells of a sheet, row by row, for a reader that has them one by one."""

    def __init__(self) -> None:
        self._codes: dict[Cell, int] = {EMPTY: 0}
        self._told = 1

    def pack(self, rows: Iterable[tuple[int, Iterable[tuple[int, str, str]]]]) -> dict[str, Any]:
        """Some more rows of the sheet, ready for JSON, with the cells that are new among them."""
        numbers, columns, codes = array("I"), dict[int, Codes](), self._codes
        for number, cells in rows:
            for place, kind, text in cells:
                column = columns.setdefault(place, array("I"))
                column.frombytes(bytes(4 * (len(numbers) - len(column))))
                column.append(codes.setdefault((kind, text), len(codes)))
            numbers.append(number)
        for column in columns.values():
            column.frombytes(bytes(4 * (len(numbers) - len(column))))
        new, self._told = list(codes)[self._told :], len(codes)
        return packed(new, numbers, columns)
