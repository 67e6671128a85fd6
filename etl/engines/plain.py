"""A plain CSV file -> typed columns (Arrow), by the same reading of cells as in a county's file.

Plain: UTF-8, the header in the first line, one record on one line, as many cells in each, no title and no row of
totals. Each different text of a column is turned into a value once, by `etl.convert`; a text that is not written in
the plainest form is kept beside its value in a column `__odd_…`, so that an engine can find its rows. What is not plain
is read the ordinary way (decision 0040).
"""

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from etl.convert import Look
from etl.layout import SheetTable, clean, is_totals, table_in
from etl.textfile import CONTROL, LONGEST, NotText, decode, delimiter, records
from schemas.declare import Column, Dataset, Kind

ROW = "__row"
ODD = "__odd_"
_HEAD = 1 << 16
_BLOCK = 1 << 23
_MOST = 10**12 - 1
"""The largest whole number that is read: twelve digits."""

_TYPES = {Kind.WHOLE: pa.int64(), Kind.DECIMAL: pa.float64(), Kind.DATE: pa.date32()}
_DECIMAL = r"^-?[0-9]{1,12}(\.[0-9]{1,9})?$"
_DECIMAL_TEXT = re.compile(_DECIMAL)


class NotPlain(Exception):
    """Why a file is not plain, in words for the person who sent it."""


@dataclass(frozen=True)
class Head:
    """What the beginning of a plain file tells: its header and its delimiter."""

    header: tuple[str, ...]
    delimiter: str


def arrow_type(column: Column) -> pa.DataType:
    """The type of a typed column: 64-bit whole and floating numbers, days, and text for all else."""
    return _TYPES.get(column.kind, pa.string())


def head_of(path: Path) -> Head:
    """The header of a plain file; NotPlain says why it is none. Looks at marks and lines of the whole file."""
    if not path.stat().st_size:
        raise NotPlain("the file is empty")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        start = content[:_HEAD]
        whole = start if len(start) == len(content) else start[: start.rfind(b"\n") + 1]
        try:
            text, is_old = decode(whole)
            first = list(records(text))
        except NotText as fault:
            raise NotPlain("its beginning is no UTF-8 text, or its quotes are misplaced") from fault
        table = table_in(first)
        if is_old or table is None or not _is_plain(table) or not table.header:
            raise NotPlain("there is a title, an empty column or a cell without a header, or it is not UTF-8")
        mark = delimiter(text)
        _check_lines(content, mark)
    return Head(table.header, mark)


def _is_plain(table: SheetTable) -> bool:
    return table.header_row == 1 and table.positions == tuple(range(len(table.header))) and not table.outside


def _check_lines(content: mmap.mmap, mark: str) -> None:
    """NotPlain where a record is not one line, a line is blank, or the last is a row of totals."""
    blank = max(content.find(b"\n\n"), content.find(b"\n\r\n"))
    if blank >= 0 and content[blank:].strip():
        raise NotPlain("there are blank lines")
    if content.find(b"\r") >= 0 and re.search(rb"\r(?!\n)", content):
        raise NotPlain("its lines end in an old way")
    if content.find(b'"') >= 0:
        sign = re.escape(mark.encode())
        cell = rb'(?:[^"' + sign + rb']*|"(?:[^"]|"")*")'
        good = re.compile(cell + rb"(?:" + sign + cell + rb")*\r?\n?")
        content.seek(0)
        for line in iter(content.readline, b""):
            if b'"' in line and not good.fullmatch(line):
                raise NotPlain("a record goes over several lines, or a quotation mark is misplaced")
    end = content[max(0, len(content) - _HEAD) :].rstrip().rpartition(b"\n")[2]
    cells = [clean(cell.strip('"')) for cell in end.decode("utf-8", "replace").split(mark)]
    if is_totals(cells):
        raise NotPlain("its last row is a row of totals")


def batches(path: Path, head: Head) -> Iterator[pa.RecordBatch]:
    """The cells of a plain file as text, each column with the list of its different texts; NotPlain for ragged lines."""
    names = [str(place) for place in range(len(head.header))]
    options = (
        pa.csv.ReadOptions(column_names=names, skip_rows=1, block_size=_BLOCK),
        pa.csv.ParseOptions(delimiter=head.delimiter),
        pa.csv.ConvertOptions(column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string()))),
    )
    try:
        with pa.csv.open_csv(path, *options) as reader:
            yield from reader
    except pa.ArrowInvalid as fault:
        raise NotPlain("a line has more or fewer cells than the header, or it is not UTF-8") from fault


def typed_batches(
    texts: Iterator[pa.RecordBatch], names: tuple[str, ...], dataset: Dataset, look: Look, first_row: int
) -> Iterator[pa.RecordBatch]:  # fmt: skip
    """Batches of text -> batches of values with `__row`, rows without any cell left out.

    names: the declared column of each column of the file. first_row: the number of the first row that a person sees.
    Every batch has the same columns: an odd column for each number or day, null where the text is plain.
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

    def typed(self, cells: pa.DictionaryArray) -> dict[str, pa.Array]:
        """The values of a batch, and for numbers and days the texts that are not plain."""
        texts, places = cells.dictionary, cells.indices
        if self.column.kind not in _TYPES:
            return {self.column.name: _cleaned(texts).take(places)}
        values = self._plain(texts)
        if values is not None:
            odd = pa.nulls(len(places), pa.string())
            return {self.column.name: values.take(places), ODD + self.column.name: odd}
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
        large = self.column.kind is Kind.WHOLE and pc.any(pc.greater(pc.abs_checked(values), _MOST)).as_py()
        return None if large or not same else values

    def _pair(self, given: str) -> tuple[object, str | None]:
        """The value of a text and, where it is not written in the plainest form, the text itself, cleaned."""
        text = _clean(given)
        if text not in self.known:
            self.known[text] = self.look(text, self.column)[0] if text else None
        value = self.known[text]
        plain = _DECIMAL_TEXT.fullmatch(text) if self.column.kind is Kind.DECIMAL else str(value) == text
        return value, None if plain or not text else text


def _cleaned(texts: pa.StringArray) -> pa.Array:
    """A list of texts, each clean; an empty one is missing."""
    return pa.array([_clean(text) or None for text in texts.to_pylist()], pa.string())


def _clean(given: str) -> str:
    text = clean(given)
    if len(text) > LONGEST or not CONTROL.isdisjoint(text):
        raise NotPlain(f"a cell has more than {LONGEST:,} characters, or signs that are no text")
    return text
