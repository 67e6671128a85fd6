"""A plain CSV file or a Parquet file -> a frame of an engine with declared columns of the declared types.

A Parquet file whose columns have these types already is held as it is, held narrow, or only scanned, as its size and the
engine ask. Of any other file the columns are typed by the reading of `etl.engines.plain`, in batches; a large one is
held narrow too or, where the engine does not hold it, passes through a Parquet file in a folder of the run.
"""

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import narwhals as nw
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from etl.convert import reader_of
from etl.engines import narrow
from etl.engines.facts import Texts
from etl.engines.frames import Frame, Session
from etl.engines.names import Engine
from etl.engines.pieces import batches, head_of
from etl.engines.plain import ODD, ROW, TEXTS, NotPlain, arrow_type, numbered, typed_batches
from etl.file_names import PARQUET
from etl.findings import Finding, found
from etl.layout import SheetTable
from etl.validate import column_names, header_findings, recognise
from schemas.declare import Column, Dataset, Kind
from schemas.errors import DefinitionError

_IN_MEMORY = 128 << 20
"""Bytes of a CSV file up to which its typed columns are held in memory."""

_BATCH, _SOON = 1 << 16, 1 << 12
_SAMPLE = 1 << 20
"""Bytes of a CSV file whose lines are counted to tell about how many there are."""


@dataclass(frozen=True)
class Source:
    """A file that an engine holds: its dataset, the declared columns that it has, and its rows.

    findings: what is wrong with the file as a whole; `frame` is then None. texts: the different texts of columns, as far
    as the reading came by them.
    """

    path: Path
    dataset: Dataset | None
    names: tuple[str, ...]
    frame: Frame | None
    findings: tuple[Finding, ...] = ()
    texts: Texts = field(default_factory=dict, repr=False)


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size_of(path: Path) -> tuple[int, int]:
    """About how many rows a file has, and how many bytes they are unpacked."""
    size = path.stat().st_size
    if path.suffix.lower() != PARQUET:
        with path.open("rb") as file:
            start = file.read(_SAMPLE)
        return start.count(b"\n") * size // max(len(start), 1), size
    try:
        about = pq.read_metadata(path)
    except (pa.ArrowException, OSError):
        return 0, size
    groups = (about.row_group(number).total_byte_size for number in range(about.num_row_groups))
    return about.num_rows, sum(groups)


def source_of(path: Path, asked: Dataset | None, session: Session, jurisdiction: str) -> Source:
    """Open a plain CSV file or a Parquet file; NotPlain says why a file must be read the ordinary way."""
    if path.suffix.lower() == PARQUET:
        return _parquet(path, asked, session, jurisdiction)
    head = head_of(path)
    found_out = _recognised(path, head.header, asked, jurisdiction)
    if found_out.dataset is None or found_out.findings:
        return found_out
    look = reader_of(found_out.dataset, jurisdiction)
    columns = [found_out.dataset.column(name) for name in found_out.names]
    typed = typed_batches(batches(path, head, columns), found_out.names, found_out.dataset, look, 2)
    return _held(found_out, typed, session, large=path.stat().st_size > _IN_MEMORY)


def _recognised(path: Path, header: Sequence[str], asked: Dataset | None, jurisdiction: str) -> Source:
    """The dataset and the columns of a file, or what is wrong with its header."""
    declared = asked or recognise(path.name, header, jurisdiction)
    if declared is None:
        return Source(path, None, (), None, (found("V102", "No dataset fits the file."),))
    wrong = header_findings(SheetTable(tuple(header), ()), declared, jurisdiction)
    if wrong:
        return Source(path, declared, (), None, tuple(wrong))
    names = tuple(name for name in column_names(header, declared) if name)
    return Source(path, declared, names, None)


def _held(source: Source, typed: Iterator[pa.RecordBatch], session: Session, *, large: bool) -> Source:
    """The typed columns as a frame, held in memory narrow where the file is large, or in a Parquet file of the run."""
    if not large:
        tables = [pa.Table.from_batches([batch]) for batch in typed]
        table = pa.concat_tables(tables, promote_options="default") if tables else _schema(source, TEXTS).empty_table()
        listed = [name for name in source.names if table.schema.field(name).type == TEXTS]
        return replace(_with_frame(source, session.of_table(table)), texts=_texts_of(table, listed))
    schema = _schema(source, TEXTS)
    if session.keeps(size_of(source.path)[0] * len(source.names)):
        return _narrowed(source, narrow.of_batches(typed, schema.names), schema, session)
    place = session.folder() / f"{len(list(session.folder().iterdir()))}{PARQUET}"
    names = [name for name in source.names if schema.field(name).type == TEXTS]
    found = {name: set[str | None]() for name in names}
    options = {"compression": "none", "write_statistics": False, "store_schema": False}  # read again by this run only
    with pq.ParquetWriter(place, schema, **options) as writer, ThreadPoolExecutor(1) as beside:
        written: Future[None] | None = None
        for batch in typed:
            for name in names:
                found[name].update(_used(batch[name]))
            if written:
                written.result()
            written = beside.submit(writer.write_batch, _with_all_columns(batch, schema))
        if written:
            written.result()
    texts = {name: _in_order(some) for name, some in found.items()}
    return replace(_with_frame(source, session.of_parquet(place)), texts=texts)


def _narrowed(source: Source, columns: narrow.Columns, schema: pa.Schema, session: Session) -> Source:
    """Narrow columns as a frame, with their different texts."""
    texts: dict[str, tuple[str | None, ...]] = {
        column.name: (None,) for column in schema if column.type == TEXTS and column.name in columns
    }
    listed = [name for name in texts if pa.types.is_dictionary(columns[name].type)]
    texts |= _texts_of(columns, listed)
    return replace(_with_frame(source, session.of_narrow(columns, schema)), texts=texts)


def _with_all_columns(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    there = {*batch.schema.names}
    columns = [batch[one.name] if one.name in there else pa.nulls(len(batch), one.type) for one in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _texts_of(columns: narrow.Columns | pa.Table, names: list[str]) -> dict[str, tuple[str | None, ...]]:
    """The different texts of some columns, two columns at a time."""
    with ThreadPoolExecutor(2) as beside:
        return dict(zip(names, beside.map(lambda name: _different(columns[name]), names), strict=True))


def _different(cells: pa.ChunkedArray) -> tuple[str | None, ...]:
    """The different texts of a column, in order, an empty cell (None) first."""
    return _in_order({text for chunk in cells.chunks for text in _used(chunk)})


def _in_order(texts: set[str | None]) -> tuple[str | None, ...]:
    return (*([None] if None in texts else []), *sorted(text for text in texts if text is not None))


def _used(cells: pa.DictionaryArray) -> list[str | None]:
    """The texts of a list that some cell holds: of a short list mostly seen at the beginning."""
    used = np.zeros(len(cells.dictionary), dtype=np.bool_)
    for places in (cells.indices[:_SOON], cells.indices[_SOON:]):
        if not used.all():
            used[places.drop_null().to_numpy()] = True
    return [*([None] if cells.indices.null_count else []), *cells.dictionary.filter(pa.array(used)).to_pylist()]


def _schema(source: Source, texts: pa.DataType) -> pa.Schema:
    """The typed columns of a file. texts: the type of a column of text."""
    assert source.dataset is not None  # noqa: S101 - for the type checker
    fields = [pa.field("__row", pa.int64())]
    for column in map(source.dataset.column, source.names):
        kind = arrow_type(column)
        fields.append(pa.field(column.name, texts if kind == pa.string() else kind))
        if kind != pa.string():
            fields.append(pa.field(ODD + column.name, pa.string()))
    return pa.schema(fields)


def _with_frame(source: Source, frame: Frame) -> Source:
    return Source(source.path, source.dataset, source.names, frame)


# --- Parquet ----------------------------------------------------------------------------------------------------------


def _parquet(path: Path, asked: Dataset | None, session: Session, jurisdiction: str) -> Source:
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError):
        return Source(path, asked, (), None, (found("V101", "The file is no Parquet file, or is damaged."),))
    known = _recognised(path, schema.names, asked, jurisdiction)
    if known.dataset is None or known.findings:
        return known
    columns = [known.dataset.column(name) for name in known.names]
    if all(_ready(field.type, column) for field, column in zip(schema, columns, strict=True)):
        renamed = {given: name for given, name in zip(schema.names, known.names, strict=True) if given != name}
        given = _as_it_is(known, schema, session)
        assert given.frame is not None  # noqa: S101 - for the type checker
        frame = given.frame.rename(renamed) if renamed else given.frame
        alike = _alike(schema, columns)
        opened = _with_frame(known, frame.with_columns(**alike) if alike else frame)
        return replace(opened, texts={renamed.get(name, name): some for name, some in given.texts.items()})
    look = reader_of(known.dataset, jurisdiction)
    typed = typed_batches(_as_text(path, columns), known.names, known.dataset, look, 1)
    return _held(known, typed, session, large=path.stat().st_size > _IN_MEMORY)


def _as_it_is(known: Source, schema: pa.Schema, session: Session) -> Source:
    """A Parquet file with its own names, held in memory where the engine does that, with the different texts found."""
    path, texts = known.path, [column.name for column in schema if pa.types.is_string(column.type)]
    if session.holds(path):
        table = pq.read_table(path, read_dictionary=texts)
        return replace(_with_frame(known, session.of_table(numbered(table))), texts=_texts_of(table, texts))
    if session.keeps(size_of(path)[0] * (len(schema) + 1)):
        listed = [column.with_type(TEXTS) if column.name in texts else column for column in schema]
        wide = pa.schema([*listed, *([] if ROW in schema.names else [pa.field(ROW, pa.int64())])])
        return _narrowed(known, narrow.of_parquet(path, schema), wide, session)
    some = _texts_in(path, texts) if session.engine is Engine.POLARS else {}
    return replace(_with_frame(known, session.of_parquet(path)), texts=some)


def _texts_in(path: Path, names: list[str]) -> Texts:
    """The different texts of all columns of text in one reading, of which polars would need one for each column."""
    found = {name: set[str | None]() for name in names}
    for batch in pq.ParquetFile(path, read_dictionary=names).iter_batches(_BATCH << 3, columns=names):
        for name in names:
            found[name].update(_used(batch[name]))
    return {name: _in_order(texts) for name, texts in found.items()}


def _ready(kind: pa.DataType, column: Column) -> bool:
    """Whether a column of a Parquet file has the declared type, so that an engine can take it as it is."""
    if column.kind is Kind.WHOLE:
        return pa.types.is_signed_integer(kind) or kind in (pa.uint8(), pa.uint16(), pa.uint32())
    if column.kind is Kind.DECIMAL:
        return bool(pa.types.is_float64(kind))
    if column.kind is Kind.DATE:
        return bool(pa.types.is_date32(kind))
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _alike(schema: pa.Schema, columns: Sequence[Column]) -> dict[str, nw.Expr]:
    """Small whole numbers made 64 bits wide, and numbers that are none (NaN) made empty."""
    made: dict[str, nw.Expr] = {}
    for given, column in zip(schema, columns, strict=True):
        cell = nw.col(column.name)
        if column.kind is Kind.WHOLE and given.type != pa.int64():
            made[column.name] = cell.cast(nw.Int64)
        if column.kind is Kind.DECIMAL:
            made[column.name] = nw.when(~cell.is_nan()).then(cell)
    return made


def _as_text(path: Path, columns: Sequence[Column]) -> Iterator[pa.RecordBatch]:
    """The cells of a Parquet file as text, in batches, each column with the list of its different texts."""
    names = [str(place) for place in range(len(columns))]
    for batch in pq.ParquetFile(path).iter_batches(_BATCH):
        texts = [pc.dictionary_encode(pc.fill_null(_text(cells), "")) for cells in batch.columns]
        yield pa.RecordBatch.from_arrays(texts, names)


def _text(cells: pa.Array) -> pa.Array:
    """A column written as a CSV file would hold it: a whole number without a point, a day without a time."""
    kind = cells.type
    if pa.types.is_dictionary(kind):
        return _text(cells.dictionary_decode())
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise DefinitionError("A Parquet file holds lists or binary data, which no dataset has.")
    if pa.types.is_floating(kind):
        cells = pc.if_else(pc.is_nan(cells), pa.scalar(None, kind), cells)
        whole = pc.all(pc.equal(pc.floor(cells), cells)).as_py()
        cells = pc.cast(cells, pa.int64()) if whole else cells
    if pa.types.is_timestamp(kind) and pc.all(pc.equal(pc.floor_temporal(cells, unit="day"), cells)).as_py():
        cells = pc.cast(cells, pa.date32())
    return pc.cast(cells, pa.string())


__all__ = ["NotPlain", "Source", "digest", "source_of"]
