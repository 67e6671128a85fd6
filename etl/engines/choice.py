"""Which files are for an engine, and which engine their size asks for."""

from collections.abc import Sequence
from pathlib import Path

from etl.container import MOST_BYTES
from etl.engines.names import Engine, memory
from etl.file_names import PARQUET


def is_large(path: Path) -> bool:
    """Whether a file is for an engine: Parquet, or a CSV file beyond what is read whole."""
    return path.suffix.lower() == PARQUET or (path.suffix.lower() == ".csv" and path.stat().st_size > MOST_BYTES)


def engine_for(paths: Sequence[Path]) -> Engine:
    """The engine for files of that size on this machine."""
    from etl.engines.frames import chosen
    from etl.engines.source import size_of

    sizes = [size_of(path) for path in paths]
    return chosen(sum(rows for rows, _ in sizes), sum(size for _, size in sizes), memory())
