"""A plain CSV file -> its cells, piece by piece: values where every one of a piece is written in the plainest form.

Plain: UTF-8, the header in the first line, one record on one line, as many cells in each, no title and no row of
totals. What is not plain is read the ordinary way (decision 0040).
"""

import io
import os
import re
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from etl.engines.plain import MOST, TEXTS, NotPlain, arrow_type
from etl.layout import SheetTable, clean, is_totals, table_in
from etl.textfile import NotText, decode, delimiter, records
from schemas.declare import Column, Kind

_HEAD = 1 << 16
_PIECE = 1 << 23
"""Bytes of a file that one thread reads at a time."""

_AT_ONCE = min(os.cpu_count() or 1, 8)
"""Pieces that are read at once."""


@dataclass(frozen=True)
class Head:
    """What the beginning of a plain file tells: its header and its delimiter."""

    header: tuple[str, ...]
    delimiter: str


def head_of(path: Path) -> Head:
    """The header of a file that is plain as far as its beginning and its end tell; NotPlain says why it is none."""
    if not path.stat().st_size:
        raise NotPlain("the file is empty")
    with path.open("rb") as file:
        start = file.read(_HEAD)
        _check_ends(start.partition(b"\n")[0] + b"\n")
        whole = start if len(start) < _HEAD else start[: start.rfind(b"\n") + 1]
        try:
            text, is_old = decode(whole)
            first = list(records(text))
        except NotText as fault:
            raise NotPlain("its beginning is no UTF-8 text, or its quotes are misplaced") from fault
        table = table_in(first)
        if is_old or table is None or not _is_plain(table) or not table.header:
            raise NotPlain("there is a title, an empty column or a cell without a header, or it is not UTF-8")
        mark = delimiter(text)
        file.seek(max(0, path.stat().st_size - _HEAD))
        _check_end(file.read(), mark)
    return Head(table.header, mark)


def _is_plain(table: SheetTable) -> bool:
    return table.header_row == 1 and table.positions == tuple(range(len(table.header))) and not table.outside


def _check_end(end: bytes, mark: str) -> None:
    """NotPlain where the last line is a row of totals."""
    last = end.rstrip().rpartition(b"\n")[2]
    if is_totals([clean(cell.strip('"')) for cell in last.decode("utf-8", "replace").split(mark)]):
        raise NotPlain("its last row is a row of totals")


# --- the cells of a piece of the file --------------------------------------------------------------------------------


def batches(path: Path, head: Head, columns: Sequence[Column]) -> Iterator[pa.RecordBatch]:
    """The cells of a plain file, in batches; NotPlain for ragged and for blank lines.

    columns: the declared column of each column of the file. Where every number and day of a piece is written in the
    plainest form, they come as values; else, and all texts, as the list of different texts with each cell's place in it.
    """
    with path.open("rb") as file, ThreadPoolExecutor(_AT_ONCE) as reading:
        waiting = deque[Future[list[pa.RecordBatch]]]()
        for piece in _pieces(file):
            waiting.append(reading.submit(_cells, piece, head.delimiter, columns))
            if len(waiting) > _AT_ONCE:
                yield from waiting.popleft().result()
        for read in waiting:
            yield from read.result()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """The lines below the header, some millions of bytes at a time, without what is blank at the end."""
    file.readline()
    piece = file.read(_PIECE) + file.readline()
    while piece:
        following = file.read(_PIECE) + file.readline()
        last = not following or following.isspace()
        yield piece.rstrip(b"\r\n") if last else piece
        piece = b"" if last else following


def _cells(piece: bytes, mark: str, columns: Sequence[Column]) -> list[pa.RecordBatch]:
    _check_lines(piece, mark)
    values = [arrow_type(column) if column.kind in (Kind.WHOLE, Kind.DATE) else TEXTS for column in columns]
    try:
        read = _read(piece, mark, values)
    except pa.ArrowInvalid:
        read = None
    if read is None or not _is_plainest(piece, mark, read):
        if piece.startswith((b"\n", b"\r")) or b"\n\n" in piece or b"\n\r\n" in piece:
            raise NotPlain("there are blank lines")
        try:
            read = _read(piece, mark, [TEXTS] * len(columns))
        except pa.ArrowInvalid as fault:
            raise NotPlain("a line has more or fewer cells than the header, or it is not UTF-8") from fault
    return list(read.to_batches())


def _check_ends(lines: bytes) -> None:
    """NotPlain where lines end as they did long ago."""
    if b"\r" in lines and re.search(rb"\r(?!\n)", lines):
        raise NotPlain("its lines end in an old way")


def _check_lines(piece: bytes, mark: str) -> None:
    """NotPlain where a record is not one line."""
    _check_ends(piece)
    if b'"' in piece:
        sign = re.escape(mark.encode())
        cell = rb'(?:[^"' + sign + rb']*|"(?:[^"]|"")*")'
        good = re.compile(cell + rb"(?:" + sign + cell + rb")*\r?\n?")
        for line in io.BytesIO(piece):
            if b'"' in line and not good.fullmatch(line):
                raise NotPlain("a record goes over several lines, or a quotation mark is misplaced")


def _read(piece: bytes, mark: str, types: Sequence[pa.DataType]) -> pa.Table:
    """The cells of a piece; a blank line is a row of empty cells."""
    names = [str(place) for place in range(len(types))]
    return pa.csv.read_csv(
        pa.BufferReader(piece),
        pa.csv.ReadOptions(column_names=names, block_size=2 * _PIECE, use_threads=False),
        pa.csv.ParseOptions(delimiter=mark, quote_char='"' if b'"' in piece else False, ignore_empty_lines=False),
        pa.csv.ConvertOptions(column_types=dict(zip(names, types, strict=True)), null_values=[""]),
    )


def _is_plainest(piece: bytes, mark: str, read: pa.Table) -> bool:
    """Whether each value is written in the plainest form, of which there is one: no other form is as short.

    So it is enough that the plainest forms of all cells, with the signs between them, are as long as the piece. Where
    the first cell of a line may be empty the line may be blank: such a piece is not looked at further.
    """
    if b'"' in piece or any(_may_be_empty(chunk) for chunk in read.column(0).chunks):
        return False
    ends = read.num_rows - (not piece.endswith(b"\n")) + piece.count(b"\r")
    between = read.num_rows * (read.num_columns - 1) * len(mark)
    return bool(sum(map(_length, read.columns)) + between + ends == len(piece))


def _may_be_empty(cells: pa.Array) -> bool:
    return "" in cells.dictionary.to_pylist() if pa.types.is_dictionary(cells.type) else cells.null_count > 0


def _length(cells: pa.ChunkedArray) -> int:
    """How many bytes the cells of a column take in their plainest form; 0 where a number is too large to be read."""
    if pa.types.is_dictionary(cells.type):
        return sum(map(_text_length, cells.chunks))
    there = len(cells) - cells.null_count
    if cells.type == pa.date32() or not there:
        return int(len("2026-11-20") * there)
    size = pc.abs(cells)
    most = pc.max(size).as_py()
    if most > MOST:
        return 0
    longer = sum(pc.sum(pc.greater_equal(size, 10**digits)).as_py() for digits in range(1, len(str(most))))
    return int(there + longer + (pc.sum(pc.less(cells, 0)).as_py() or 0))


def _text_length(cells: pa.DictionaryArray) -> int:
    lengths = pc.binary_length(cells.dictionary)
    extremes = pc.min_max(lengths).as_py()
    if extremes["min"] == extremes["max"]:
        return len(cells) * (extremes["min"] or 0)
    return int(pc.sum(lengths.take(cells.indices)).as_py())
