"""Whether a table's Parquet file holds what its CSV file holds, piece by piece."""

from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from etl.tablecheck import fault_in
from etl.tabletext import csv_bytes
from schemas.release import OpenRelease

_PIECE_ROWS = 10_000


def check_parquet(release: OpenRelease, name: str) -> None:
    """Parquet files are outside the digest, so that only this tells whether they hold what the CSV files hold."""
    try:
        with (release.folder / f"tables/{name}.csv").open("rb") as written:
            same = _holds_the_same(pq.ParquetFile(release.folder / f"tables/{name}.parquet", pre_buffer=False), written)
    except (ValueError, OSError, pa.ArrowException):
        same = False
    if not same:
        raise fault_in(release, f"tables/{name}.parquet does not hold what tables/{name}.csv holds")


def _holds_the_same(parquet: pq.ParquetFile, written: BinaryIO) -> bool:
    header = csv_bytes(parquet.schema_arrow.empty_table().to_pandas())
    if written.read(len(header)) != header:
        return False
    for batch in parquet.iter_batches(batch_size=_PIECE_ROWS):
        rows = csv_bytes(pa.Table.from_batches([batch]).to_pandas()).removeprefix(header)
        if written.read(len(rows)) != rows:
            return False
    return not written.read(1)
