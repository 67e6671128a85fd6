"""What an engine holds -> the typed table of pandas that a release is made of, the same as a county's file gives."""

from collections.abc import Sequence

import pandas as pd
import pyarrow as pa

from etl.convert import DTYPES
from etl.engines.facts import collected
from etl.engines.frames import decoded
from etl.engines.keys import PLACE, Keyed, placed_rows
from schemas.declare import Dataset

_NUMBERS = {pa.int64(): pd.Int64Dtype(), pa.float64(): pd.Float64Dtype()}


def typed_frame(table: pa.Table, declared: Dataset, names: Sequence[str]) -> pd.DataFrame:
    """Some columns of a table of Arrow with the dtypes of a typed table."""
    plain = decoded(table.select(list(names)))
    frame: pd.DataFrame = plain.to_pandas(types_mapper=_NUMBERS.get, date_as_object=False)
    kinds = {name: DTYPES.get(declared.column(name).kind, "str") for name in names}
    return frame.astype({name: kind for name, kind in kinds.items() if frame[name].dtype != kind})


def typed_table(file: Keyed, declared: Dataset) -> pd.DataFrame:
    """A file's rows with every declared column, indexed by the number of the row that a person sees."""
    names = [column.name for column in declared.columns]
    rows = collected(placed_rows([file], names, declared), [PLACE, *names]).sort_by(PLACE)
    return typed_frame(rows, declared, names).set_axis(pd.Index(rows[PLACE].to_pylist(), dtype="int64"))
