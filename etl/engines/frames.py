"""The few lines for each engine that narwhals does not reach: how a table or a Parquet file comes into it.

Every frame that leaves here is a narwhals frame with `__row`, the number of the row that a person sees: the line in a
CSV file, the number of the record (from 1) in a Parquet file.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self, TypeVar

import narwhals as nw
import pyarrow as pa
import pyarrow.parquet as pq

from etl.engines.names import Engine
from etl.engines.plain import ROW, numbered
from etl.errors import SettingsError

Part = TypeVar("Part")
Frame = nw.LazyFrame[Any]
"""What a plan runs on; pandas, which is not lazy, is wrapped so that it looks the same."""


_MODULES = {Engine.POLARS: "polars", Engine.DUCKDB: "duckdb", Engine.DASK: "dask.dataframe", Engine.SPARK: "pyspark"}
_MANY_ROWS = 1_000_000
_MEMORY_SHARE = 0.5
_BYTES_A_CELL = 6
"""A number takes eight bytes, a text four: its place in the list of different texts."""
_IN_MEMORY = 1 << 28
"""Bytes of cells that are held in memory as they are."""

_NARROW_BYTES_A_CELL, _NARROW_IN_MEMORY = 2, 640 << 20
"""The same of cells that are held in as few bytes as they take; of more, a file is read again for each question."""
_MANY = "__many"
_DASK_ROWS = 250_000
"""Rows of one partition where a table is handed to Dask."""


@dataclass
class Session:
    """One run on one engine: what it keeps open (a connection, a cluster) between two questions.

    scheduler: the address of a cluster (Dask `tcp://…`, Spark `spark://…` or `local[2]`); empty for this machine.
    """

    engine: Engine
    scheduler: str = ""
    _open: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        needed = _MODULES.get(self.engine)
        if needed and find_spec(needed.partition(".")[0]) is None:
            extra = "spark" if self.engine is Engine.SPARK else "scale"
            raise SettingsError(
                f"The engine {self.engine} is not installed: pip install 'daylight-ledger[{extra}]', or take another --engine."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def of_table(self, table: pa.Table) -> Frame:
        """A table of Arrow as a frame of the engine."""
        return _lazy(_TABLES[self.engine](self, table))

    def of_parquet(self, path: Path) -> Frame:
        """A Parquet file as a frame of the engine, read no sooner and no wider than it is needed.

        Its rows are numbered from 1 unless they have numbers already.
        """
        return _lazy(_PARQUETS[self.engine](self, path))

    def holds(self, path: Path) -> bool:
        """Whether the cells of a Parquet file are few enough for this engine to hold them in memory all together."""
        return self.engine is Engine.PANDAS or (self.engine is Engine.POLARS and _unpacked(path) <= _IN_MEMORY)

    def keeps(self, cells: int) -> bool:
        """Whether so many cells are few enough for this engine to hold them narrowed."""
        return self.engine is Engine.POLARS and cells * _NARROW_BYTES_A_CELL <= _NARROW_IN_MEMORY

    def of_narrow(self, columns: dict[str, pa.ChunkedArray], schema: pa.Schema) -> Frame:
        """Narrow columns, taken over by an engine that keeps them, as a frame with the kinds of the schema."""
        from etl.engines import with_polars

        return _lazy(with_polars.held(columns, schema))

    def folder(self) -> Path:
        """A folder for what is kept between two questions; it goes with the session."""
        return Path(self.opened("folder", TemporaryDirectory).name)

    def opened(self, name: str, make: Callable[[], Any]) -> Any:
        """What is kept open under a name, made when it is first asked for."""
        if name not in self._open:
            self._open[name] = make()
        return self._open[name]

    def close(self) -> None:
        """Give back what is open."""
        for kept in self._open.values():
            end = next(name for name in ("close", "cleanup", "stop") if hasattr(kept, name))
            getattr(kept, end)()
        self._open.clear()


def chosen(rows: int, size: int, memory: int) -> Engine:
    """The engine for so many rows and bytes: pandas for a county, polars above, DuckDB for more than the memory holds.

    Where an engine is not installed, the one before it is taken.
    """
    wanted = Engine.DUCKDB if size > _MEMORY_SHARE * memory else Engine.POLARS if rows >= _MANY_ROWS else Engine.PANDAS
    order = [Engine.PANDAS, Engine.POLARS, Engine.DUCKDB]
    there = [one for one in order[: order.index(wanted) + 1] if one not in _MODULES or find_spec(_MODULES[one])]
    return there[-1]


def _lazy(native: Any) -> Frame:
    with warnings.catch_warnings():  # the package that the warning names is not published yet; narwhals is held below 3
        warnings.filterwarnings("ignore", "Dask support is moving", FutureWarning)
        frame = nw.from_native(native)
    return frame.lazy() if isinstance(frame, nw.DataFrame) else frame


def decoded(table: pa.Table) -> pa.Table:
    """A table whose columns of text are plain text, for engines that know no other."""
    kinds = [field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field for field in table.schema]
    return table.cast(pa.schema(kinds))


def _unpacked(path: Path) -> int:
    """About how many bytes the cells of a Parquet file take in memory."""
    about = pq.read_metadata(path)
    return int(about.num_rows * about.num_columns) * _BYTES_A_CELL


def _has_numbers(path: Path) -> bool:
    return ROW in pq.read_schema(path).names


# --- pandas -----------------------------------------------------------------------------------------------------------


def _pandas_table(_: Session, table: pa.Table) -> Any:
    import pandas as pd

    return decoded(table).to_pandas(types_mapper=pd.ArrowDtype)


def _pandas_parquet(session: Session, path: Path) -> Any:
    return _pandas_table(session, numbered(pq.read_table(path)))


# --- polars -----------------------------------------------------------------------------------------------------------


def _polars_table(_: Session, table: pa.Table) -> Any:
    from etl.engines import with_polars

    return with_polars.frame_of(table).lazy()


def _polars_parquet(_: Session, path: Path) -> Any:
    from etl.engines import with_polars

    return with_polars.scanned(path)


# --- DuckDB -----------------------------------------------------------------------------------------------------------


def _connection(session: Session) -> Any:
    import duckdb

    return session.opened("duckdb", duckdb.connect)


def _duckdb_table(session: Session, table: pa.Table) -> Any:
    return _connection(session).from_arrow(decoded(table))


def _duckdb_parquet(session: Session, path: Path) -> Any:
    if _has_numbers(path):
        return _connection(session).read_parquet(str(path))
    relation = _connection(session).read_parquet(str(path), file_row_number=True)
    kept = ", ".join(f'"{name}"' for name in relation.columns if name != "file_row_number")
    return relation.project(f"{kept}, file_row_number + 1 AS {ROW}")


# --- Dask -------------------------------------------------------------------------------------------------------------


def _dask(session: Session) -> Any:
    import dask
    import dask.dataframe

    dask.config.set({"dataframe.convert-string": False})
    if session.scheduler:
        from distributed import Client

        session.opened("dask", lambda: Client(session.scheduler))  # type: ignore[no-untyped-call,unused-ignore]
    return dask.dataframe


def _dask_table(session: Session, table: pa.Table) -> Any:
    dataframe = _dask(session)
    return dataframe.from_pandas(_pandas_table(session, table), npartitions=max(1, len(table) // _DASK_ROWS))


def _dask_parquet(session: Session, path: Path) -> Any:
    dataframe = _dask(session)
    file = pq.ParquetFile(path)
    starts, first = [], 1
    for group in range(file.num_row_groups):
        starts.append((group, first))
        first += file.metadata.row_group(group).num_rows
    meta = _group(str(path), (0, 1)).iloc[:0] if starts else _pandas_parquet(session, path)
    return dataframe.from_map(_group_of(str(path)), starts or [(0, 1)], meta=meta)


def _group_of(path: str) -> Callable[[tuple[int, int]], Any]:
    from functools import partial

    return partial(_group, path)


def _group(path: str, place: tuple[int, int]) -> Any:
    """One group of rows of a Parquet file, numbered from the first of them on."""
    import pandas as pd

    group, first = place
    file = pq.ParquetFile(path)
    table = file.read_row_group(group) if file.num_row_groups else file.read()
    return numbered(table, first).to_pandas(types_mapper=pd.ArrowDtype)


def each_partition(frame: Frame, work: Callable[..., Part], told: tuple[Any, ...]) -> list[Part] | None:
    """The work done on every partition of a Dask frame, as on a frame of pandas; None for any other engine.

    Dask plans each column of each predicate by itself, which takes it far longer than the comparison; visiting its
    partitions is how it is meant to be used. Rows of different partitions never have to be seen together for it.
    """
    native = nw.to_native(frame)
    if nw.get_native_namespace(frame).__name__ != "dask.dataframe":
        return None
    from dask.base import compute
    from dask.delayed import delayed

    parts = [delayed(_on_pandas)(part, work, told) for part in native.to_delayed()]
    answers: list[Part] = list(compute(*parts))  # type: ignore[no-untyped-call,unused-ignore]
    return answers


def all_differ(rows: Frame, names: Sequence[str]) -> bool | None:
    """Whether no two rows are alike in some columns, all filled; None where only a comparison of the rows can tell.

    Only polars numbers the different texts of a column by itself, so that the columns can be packed into one number.
    """
    if nw.get_native_namespace(rows).__name__ != "polars":
        return None
    from etl.engines import with_polars

    return with_polars.all_differ(nw.to_native(rows), names)


def highest(rows: Frame, names: Sequence[str], rank: str) -> tuple[Frame, int]:
    """The highest rank among the rows that are alike in some columns, all filled, as a column; and how many rows there are."""
    if nw.get_native_namespace(rows).__name__ == "polars":
        from etl.engines import with_polars

        found = with_polars.highest(nw.to_native(rows), names, rank)
        if found is not None:
            return _lazy(found[0]), found[1]
    groups = settled(rows.group_by(*names).agg(nw.col(rank).max(), nw.len().alias(_MANY)))
    return groups.select(rank), int(answer(groups.select(nw.col(_MANY).sum()))[_MANY][0] or 0)


def answer(frame: Frame | nw.DataFrame[Any]) -> Any:
    """What an engine answers when a frame is worked out; by polars piece by piece, so that it holds no whole file."""
    if not isinstance(frame, nw.LazyFrame):
        return frame
    return frame.collect(engine="streaming") if nw.get_native_namespace(frame).__name__ == "polars" else frame.collect()


def stacked(frames: Sequence[Frame]) -> Frame:
    """The rows of several frames with the same columns as one frame."""
    if len(frames) == 1:
        return frames[0]
    if nw.get_native_namespace(frames[0]).__name__ != "polars":
        return nw.concat(frames, how="vertical")
    from etl.engines import with_polars

    return _lazy(with_polars.stacked([nw.to_native(frame) for frame in frames]))


def settled(frame: Frame) -> Frame:
    """The same frame, worked out up to here by Dask and by polars, which would do it again for each question.

    Dask 2026.8 loses columns when a table is joined with what was grouped from it twice over.
    """
    engine = nw.get_native_namespace(frame).__name__
    if engine == "dask.dataframe":
        return _lazy(nw.to_native(frame).persist())
    return answer(frame).lazy() if engine == "polars" else frame


def _on_pandas(part: Any, work: Callable[..., Part], told: tuple[Any, ...]) -> Part:
    return work(_lazy(part), *told)


# --- Spark ------------------------------------------------------------------------------------------------------------


def _spark(session: Session) -> Any:
    from pyspark.sql import SparkSession

    def start() -> Any:
        building = SparkSession.builder.appName("daylight").master(session.scheduler or "local[*]")
        for name, value in (("spark.sql.session.timeZone", "UTC"), ("spark.ui.enabled", "false")):
            building = building.config(name, value)
        return building.getOrCreate()

    return session.opened("spark", start)


def _spark_table(session: Session, table: pa.Table) -> Any:
    return _spark(session).createDataFrame(decoded(table))


def _spark_parquet(session: Session, path: Path) -> Any:
    from pyspark.sql import functions

    read = _spark(session).read.parquet(str(path.resolve()))
    if _has_numbers(path):
        return read
    return read.withColumn(ROW, functions.col("_metadata.row_index") + 1)


_Reader = Callable[[Session, Any], Any]
_TABLES: Mapping[Engine, _Reader] = {
    Engine.PANDAS: _pandas_table, Engine.POLARS: _polars_table, Engine.DUCKDB: _duckdb_table,
    Engine.DASK: _dask_table, Engine.SPARK: _spark_table,
}  # fmt: skip
_PARQUETS: Mapping[Engine, _Reader] = {
    Engine.PANDAS: _pandas_parquet, Engine.POLARS: _polars_parquet, Engine.DUCKDB: _duckdb_parquet,
    Engine.DASK: _dask_parquet, Engine.SPARK: _spark_parquet,
}  # fmt: skip
