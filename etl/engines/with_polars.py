"""What polars does better than through narwhals: texts as places in a list, files piece by piece, keys as one number."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from polars.io.plugins import register_io_source

from etl.engines.plain import ODD, TEXTS, numbered

PACKED = "__packed"
_PACKED_BELOW = 1 << 63
_MARKED_BELOW, _RANKED_BELOW = 1 << 26, 1 << 24
"""A mark or a rank for each number that there can be takes 64 or 128 MB at most."""
_PIECE_ROWS = 1 << 19


def frame_of(table: pa.Table) -> pl.DataFrame:
    """A table of Arrow; its columns of text, but for those with odd texts, are categorical."""
    frame = cast(pl.DataFrame, pl.from_arrow(table, rechunk=False))
    return frame.with_columns(pl.col(pl.String).exclude(f"^{ODD}.*$").cast(pl.Categorical))


def scanned(path: Path) -> pl.LazyFrame:
    """A Parquet file that is read anew for each question, of that only the columns asked for, some rows at a time.

    polars' own reader turns places in the file's lists of texts into texts, which takes longer than all that follows.
    """
    schema = pq.read_schema(path)
    texts = [column.name for column in schema if pa.types.is_string(column.type)]
    listed = pa.schema([column.with_type(TEXTS) if column.name in texts else column for column in schema])
    kinds = frame_of(numbered(listed.empty_table())).schema

    def pieces(
        names: list[str] | None, wanted: pl.Expr | None, most: int | None, _: int | None
    ) -> Iterator[pl.DataFrame]:  # fmt: skip
        columns, first = names if names is not None else list(kinds), 1
        read = [name for name in columns if name in schema.names] or schema.names[:1]
        for batch in pq.ParquetFile(path, read_dictionary=texts, pre_buffer=False).iter_batches(
            _PIECE_ROWS, columns=read
        ):
            piece = frame_of(numbered(pa.Table.from_batches([batch]), first)).select(columns)
            first += len(batch)
            if most is not None:
                piece = piece.head(most)
                most -= len(piece)
            yield piece if wanted is None else piece.filter(wanted)

    return register_io_source(pieces, schema=kinds, is_pure=True)


def held(columns: dict[str, pa.ChunkedArray], schema: pa.Schema) -> pl.LazyFrame:
    """Narrow columns taken over into memory, one at a time; asked, each has the kind that it has in the schema again.

    `columns` is empty afterwards: two copies of ten million rows would be too much.
    """
    kinds = frame_of(schema.empty_table()).schema

    def taken(name: str) -> pl.Series:
        cells = frame_of(pa.table({name: columns.pop(name)})).to_series()
        pa.default_memory_pool().release_unused()
        return cells

    with ThreadPoolExecutor(2) as beside:
        frame = pl.DataFrame(list(beside.map(taken, list(columns))))
    wide = [pl.col(name).cast(kinds[name]) for name in frame.columns if frame.schema[name] != kinds[name]]
    return frame.lazy().with_columns(wide)


def stacked(frames: Sequence[pl.LazyFrame]) -> pl.LazyFrame:
    """The rows of several frames; a column may be categorical in one and plain text in another."""
    return pl.concat(frames, how="vertical_relaxed")


def packed(rows: pl.LazyFrame, names: Sequence[str]) -> tuple[pl.LazyFrame, int] | None:
    """Columns of whole numbers and texts packed into one, equal exactly where all are; None where they do not fit.

    The number is at least 0 and below the one that is returned with the frame.
    """
    kinds = rows.collect_schema()
    if any(not (kinds[name].is_integer() or kinds[name] in (pl.String, pl.Categorical)) for name in names):
        return None
    cells = [
        pl.col(name) if kinds[name].is_integer() else pl.col(name).cast(pl.Categorical).to_physical() for name in names
    ]
    ends = [end.alias(f"{side} {place}") for place, cell in enumerate(cells)
            for side, end in (("least", cell.min()), ("most", cell.max()))]  # fmt: skip
    (said,) = rows.select(ends).collect(engine="streaming").to_dicts()
    number, size = pl.lit(0, pl.Int64), 1
    for place, cell in enumerate(cells):
        least, most = said[f"least {place}"] or 0, said[f"most {place}"] or 0
        number += (cell.cast(pl.Int64) - least) * size
        size *= most - least + 1
    if size > _PACKED_BELOW:
        return None
    return rows.select(pl.exclude(*names), number.alias(PACKED)), size


def _pieces(rows: pl.LazyFrame) -> Iterator[pl.DataFrame]:
    """The rows, some at a time and in no order: all at once would take more memory than the marks that are made of them."""
    return rows.collect_batches(chunk_size=_PIECE_ROWS, maintain_order=False, engine="streaming")


def all_differ(rows: pl.LazyFrame, names: Sequence[str]) -> bool | None:
    """Whether no two rows are alike in these columns, all filled; None where the columns cannot be packed."""
    found = packed(rows.select(*names), names)
    if found is None:
        return None
    if found[1] > _MARKED_BELOW:
        numbers = found[0].collect(engine="streaming")[PACKED]
        return numbers.n_unique() == len(numbers)
    there, count = np.zeros(found[1], dtype=np.bool_), 0
    for piece in _pieces(found[0]):
        there[piece[PACKED].to_numpy()] = True
        count += len(piece)
    return int(np.count_nonzero(there)) == count


def highest(rows: pl.LazyFrame, names: Sequence[str], rank: str) -> tuple[pl.DataFrame, int] | None:
    """The highest rank among the rows that are alike in these columns, all filled, and how many rows there are.

    None where the columns cannot be packed, or not closely enough to keep a rank for each number. A rank is at least 0.
    """
    found = packed(rows, names)
    if found is None or found[1] > _RANKED_BELOW:
        return None
    best, count = np.full(found[1], -1, dtype=np.int64), 0
    for piece in _pieces(found[0]):
        np.maximum.at(best, piece[PACKED].to_numpy(), piece[rank].to_numpy())
        count += len(piece)
    return pl.DataFrame({rank: best[best >= 0]}), count
