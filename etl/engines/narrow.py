"""Columns held in as few bytes as their cells take, so that ten million rows fit into 1.2 GiB with all that follows.

A whole number takes one to eight bytes, a text its place in the list of texts, a column without any value nothing. Who
asks gets 64 bits again: sums of narrow numbers would run over.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.engines.plain import ROW

_KINDS = ((pa.int8(), 1 << 7), (pa.int16(), 1 << 15), (pa.int32(), 1 << 31))
_AT_ONCE = 2
"""Columns of a Parquet file that are read at once."""

Columns = dict[str, pa.ChunkedArray]


def narrow(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """The same values in as few bytes as the largest takes, texts as places in as few bytes as their list is long."""
    if cells.null_count == len(cells):
        return pa.chunked_array([pa.nulls(len(cells))])
    if pa.types.is_dictionary(cells.type):
        kind = pa.dictionary(_kind(0, max(len(chunk.dictionary) for chunk in cells.chunks)), cells.type.value_type)
    elif pa.types.is_integer(cells.type):
        kind = _kind(*pc.min_max(cells).as_py().values())
    else:
        return cells
    return cells.cast(kind) if kind.bit_width < cells.type.bit_width else cells


def _kind(least: int, most: int) -> pa.DataType:
    """The narrowest type of whole numbers with both."""
    return next((kind for kind, end in _KINDS if -end <= least and most < end), pa.int64())


def _joined(parts: list[pa.ChunkedArray]) -> pa.ChunkedArray:
    """The parts of a column one after the other, all as wide as the widest."""
    kinds = {part.type for part in parts if not pa.types.is_null(part.type)} or {pa.null()}
    kind = max(kinds, key=lambda one: one.bit_width) if len(kinds) > 1 else kinds.pop()
    return pa.chunked_array([chunk for part in parts for chunk in part.cast(kind).chunks], kind)


def of_parquet(path: Path, schema: pa.Schema) -> Columns:
    """All columns of a Parquet file, some at a time, and its rows' numbers; texts as places in a list."""
    with ThreadPoolExecutor(_AT_ONCE) as readers:
        columns = dict(zip(schema.names, readers.map(partial(_column, path, schema), schema.names), strict=True))
    count = len(columns[schema.names[0]])
    if ROW not in columns:
        columns[ROW] = pa.chunked_array([np.arange(1, count + 1, dtype=np.int32)])
    return columns


def of_batches(batches: Iterable[pa.RecordBatch], names: Sequence[str]) -> Columns:
    """All columns of the batches, made narrow as they come; one that a batch does not have is empty there."""
    parts: dict[str, list[pa.ChunkedArray]] = {name: [] for name in names}
    for batch in batches:
        there = {*batch.schema.names}
        for name, some in parts.items():
            cells = batch[name] if name in there else pa.nulls(len(batch))
            some.append(narrow(pa.chunked_array([cells])))
    return {name: _joined(parts.pop(name)) for name in names}


def _column(path: Path, schema: pa.Schema, name: str) -> pa.ChunkedArray:
    listed = [name] if pa.types.is_string(schema.field(name).type) else None
    file = pq.ParquetFile(path, read_dictionary=listed, pre_buffer=False)
    groups = (file.read_row_group(group, columns=[name], use_threads=False) for group in range(file.num_row_groups))
    return _joined([narrow(group[name]) for group in groups])
