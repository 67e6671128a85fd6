"""Cells of a large file -> typed columns (Arrow), by the same reading of cells as in a county's file.

Each different text of a column is turned into a value once, by `etl.convert`; a text that is not written in
the plainest form is kept beside its value in a column `__odd_…`, so that an engine can find its rows.
"""

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.convert import Look
from etl.layout import clean
from etl.textfile import CONTROL, LONGEST
from schemas.declare import Column, Dataset, Kind

ROW = "__row"
ODD = "__odd_"
MOST = 10**12 - 1
"""The largest whole number that is read: twelve digits."""

TEXTS = pa.dictionary(pa.int32(), pa.string())
"""Text as the list of different texts, and each cell's place in it."""

_TYPES = {Kind.WHOLE: pa.int64(), Kind.DECIMAL: pa.float64(), Kind.DATE: pa.date32()}
_DECIMAL = r"^-?[0-9]{1,12}(\.[0-9]{1,9})?$"
_DECIMAL_TEXT = re.compile(_DECIMAL)


class NotPlain(Exception):
    """Why a file is not plain, in words for the person who sent it."""


def arrow_type(column: Column) -> pa.DataType:
    """The type of a typed column: 64-bit whole and floating numbers, days, and text for all else."""
    return _TYPES.get(column.kind, pa.string())


def numbered(table: pa.Table, first: int = 1) -> pa.Table:
    """A table with its rows numbered, unless they are."""
    if ROW in table.column_names:
        return table
    return table.append_column(ROW, pa.array(np.arange(first, first + len(table)), pa.int64()))


def typed_batches(
    texts: Iterator[pa.RecordBatch], names: tuple[str, ...], dataset: Dataset, look: Look, first_row: int
) -> Iterator[pa.RecordBatch]:  # fmt: skip
    """Batches of text -> batches of values with `__row`, rows without any cell left out.

    names: the declared column of each column of the file. first_row: the number of the first row that a person sees.
    A batch has an odd column for each number or day that is not written in the plainest form somewhere in it.
    """
    columns = [dataset.column(name) for name in names]
    readers = {column.name: _Typed(column, look) for column in columns}
    for batch in texts:
        made: dict[str, pa.Array] = {ROW: pa.array(np.arange(first_row, first_row + batch.num_rows), pa.int64())}
        first_row += batch.num_rows
        for column, cells in zip(columns, batch.columns, strict=True):
            made |= readers[column.name].typed(cells)
        yield _without_empty(pa.RecordBatch.from_pydict(made))


def _without_empty(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch without the rows in which no cell holds anything; where the first columns are filled there are none."""
    empty = None
    for name in batch.schema.names[1:]:
        missing = pc.is_null(batch[name])
        empty = missing if empty is None else pc.and_(empty, missing)
        if not pc.any(empty).as_py():
            return batch
    return batch.filter(pc.invert(empty))


class _Typed:
    """Turns the texts of one column into values; each different text is looked at once in the whole file."""

    def __init__(self, column: Column, look: Look) -> None:
        self.column, self.look, self.type = column, look, arrow_type(column)
        self.known: dict[str, object] = {}

    def typed(self, cells: pa.Array) -> dict[str, pa.Array]:
        """The values of a batch, and for numbers and days the texts that are not plain."""
        if cells.type == self.type:
            return {self.column.name: cells}
        texts, places = cells.dictionary, cells.indices
        if self.column.kind not in _TYPES:
            return {self.column.name: _cleaned(cells)}
        values = self._plain(texts)
        if values is not None:
            return {self.column.name: values.take(places)}
        pairs = [self._pair(text) for text in texts.to_pylist()]
        values = pa.array([value for value, _ in pairs], self.type)
        odd = pa.array([text for _, text in pairs], pa.string())
        return {self.column.name: values.take(places), ODD + self.column.name: odd.take(places)}

    def _plain(self, texts: pa.StringArray) -> pa.Array | None:
        """The values of a list of texts that are all written in the plainest form, or None."""
        filled = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
        if self.column.kind is Kind.DECIMAL:
            plain = pc.all(pc.fill_null(pc.match_substring_regex(filled, _DECIMAL), True)).as_py()  # noqa: FBT003
            return pc.cast(filled, self.type) if plain in (True, None) else None
        try:
            values = pc.cast(filled, self.type)
        except pa.ArrowInvalid:
            return None
        same = pc.all(pc.equal(pc.cast(values, pa.string()), filled)).as_py() in (True, None)
        large = self.column.kind is Kind.WHOLE and pc.any(pc.greater(pc.abs_checked(values), MOST)).as_py()
        return None if large or not same else values

    def _pair(self, given: str) -> tuple[object, str | None]:
        """The value of a text and, where it is not written in the plainest form, the text itself, cleaned."""
        text = _clean(given)
        if text not in self.known:
            self.known[text] = self.look(text, self.column)[0] if text else None
        value = self.known[text]
        plain = _DECIMAL_TEXT.fullmatch(text) if self.column.kind is Kind.DECIMAL else str(value) == text
        return value, None if plain or not text else text


def _cleaned(cells: pa.DictionaryArray) -> pa.DictionaryArray:
    """Cells of text, each clean; an empty one is missing."""
    texts = cells.dictionary.to_pylist()
    clean_texts = [_clean(text) or None for text in texts]
    if clean_texts == texts:
        return cells
    return pa.array(clean_texts, pa.string()).take(cells.indices).dictionary_encode()


def _clean(given: str) -> str:
    text = clean(given)
    if len(text) > LONGEST or not CONTROL.isdisjoint(text):
        raise NotPlain(f"a cell has more than {LONGEST:,} characters, or signs that are no text")
    return text
