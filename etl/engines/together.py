"""What takes more than one row to see, for files that an engine holds.

Of most datasets only sums leave the engine: of each column that a rule between datasets or R27 adds up, by the columns
it is added up by. The few datasets that are compared from period to period, or have rows for all facilities together,
leave it with their newest revisions whole; they have one row for each system or course. The comparison itself is
`etl.together`'s and `etl.plausibility`'s, the same as for a county's files.
"""

from collections.abc import Iterable, Sequence

import narwhals as nw
import pandas as pd
import pyarrow as pa

from etl.engines.facts import collected
from etl.engines.frames import Frame, highest, settled
from etl.engines.keys import PLACE, Keyed, counted, place_of, placed_rows, places_of
from etl.engines.typed import typed_frame
from etl.plausibility import examine_files, examine_newest
from etl.together import Placed, compared, has_total_row
from schemas.declare import Dataset
from schemas.registry import dataset, datasets
from schemas.rules import AcrossDatasets

_MANY, _RANK, _NULLS = "__many", "__rank", "__nulls_"
_MOST_ORDERED = 1 << 62
"""Revision and place as one number stay below this. A row whose revision could not be read is taken for the newest, as in
a county's file; of revisions too high to be told apart so, the last row is."""


def seen_together(files: dict[str, list[Keyed]], jurisdiction: str) -> list[Placed]:
    """Every finding about more than one row but those on keys, over the files of each dataset."""
    whole: dict[str, pd.DataFrame] = {}
    sums: dict[str, pd.DataFrame] = {}
    changes: dict[str, pd.DataFrame] = {}
    for name, some in files.items():
        declared = dataset(name, jurisdiction)
        if has_total_row(declared) or declared.series_rules:
            whole[name] = _whole(some, declared)
            continue
        rules = [rule for one in datasets(jurisdiction) for rule in one.cross_rules
                 if name in (sides := {rule.left.dataset, rule.right.dataset}) and sides <= files.keys()]  # fmt: skip
        newest = _newest(some, declared) if rules or declared.plausibility else None
        if rules:
            sums[name] = _sums(some, declared, rules, newest)
        if declared.plausibility:
            changes[name] = _changes(some, declared, newest)
    return [
        *compared(whole, jurisdiction, sums), *examine_files(whole, jurisdiction), *examine_newest(changes, jurisdiction),
    ]  # fmt: skip


# --- the newest revisions ----------------------------------------------------------------------------------------------


def _newest(files: Sequence[Keyed], declared: Dataset) -> Frame | None:
    """The places of the rows that are the highest revision of their key, of several alike the last; None for all rows."""
    key = list(declared.key)
    if "revision" not in {column.name for column in declared.columns}:
        return None
    rows = _understood(placed_rows(files, [*key, "revision"], declared), declared)
    places = places_of(files)
    most = _MOST_ORDERED // places - 1
    rank = nw.col("revision").fill_null(most).clip(0, most)
    ordered = rows.select(*key, (rank * places + nw.col(PLACE)).alias(_RANK))
    best, count = highest(ordered, key, _RANK)
    if counted(best) == count:
        return None
    rank = nw.col(_RANK) // places * places
    return settled(best.select((nw.col(_RANK) - rank).alias(PLACE)))


def _understood(rows: Frame, declared: Dataset) -> Frame:
    """The rows whose key is understood."""
    return rows.filter(*(~nw.col(name).is_null() for name in declared.key))


def _rows(files: Sequence[Keyed], declared: Dataset, names: Iterable[str], newest: Frame | None) -> Frame:
    """Some columns of the newest rows, with each row's place."""
    rows = _understood(placed_rows(files, list(dict.fromkeys((*declared.key, *names))), declared), declared)
    return rows if newest is None else rows.join(newest, on=PLACE, how="inner")


def _whole(files: Sequence[Keyed], declared: Dataset) -> pd.DataFrame:
    names = [column.name for column in declared.columns]
    table = collected(_rows(files, declared, names, _newest(files, declared)), [PLACE, *names])
    return _pandas(table, declared, files)


def _pandas(table: pa.Table, declared: Dataset, files: Sequence[Keyed]) -> pd.DataFrame:
    """A table of Arrow with the dtypes of a typed table, in the order of the files, with `_file` and `_row`."""
    ordered = table.sort_by(PLACE)
    made = typed_frame(ordered, declared, [name for name in ordered.column_names if name != PLACE])
    places = [place_of(place) for place in ordered[PLACE].to_pylist()]
    made["_file"] = [files[number].name for number, _ in places]
    made["_row"] = [row for _, row in places]
    return made


# --- sums ---------------------------------------------------------------------------------------------------------------


def _grouped(rows: Frame, by: Sequence[str], values: Sequence[str]) -> pa.Table:
    """Sums by some columns: of each value the sum, how many cells are empty, and the first row's place."""
    flags = {_NULLS + name: nw.col(name).is_null().cast(nw.Int64) for name in values}
    asked = rows.select(PLACE, *by, *values, **flags).group_by(*by).agg(
        nw.col(PLACE).min(), nw.len().alias(_MANY),
        *(nw.col(name).sum() for name in values), *(nw.col(_NULLS + name).sum() for name in values),
    )  # fmt: skip
    return collected(asked, [PLACE, _MANY, *by, *values, *(_NULLS + name for name in values)])


def _table(
    grouped: pa.Table, files: Sequence[Keyed], declared: Dataset, kept: tuple[Sequence[str], str]
) -> pd.DataFrame:
    """Sums as a typed table. kept: the value columns, and whether "any" or "all" empty cells make a sum empty."""
    values, empty = kept
    names = [name for name in grouped.column_names if not name.startswith("__")]
    made = _pandas(grouped.select([PLACE, *names]), declared, files)
    ordered = grouped.sort_by(PLACE)
    for name in values:
        nulls = ordered[_NULLS + name].to_pylist()
        most = ordered[_MANY].to_pylist()
        lost = [
            int(some) > 0 if empty == "any" else int(some) == int(all_) for some, all_ in zip(nulls, most, strict=True)
        ]
        made[name] = made[name].mask(pd.Series(lost))
    return made


def _sums(
    files: Sequence[Keyed], declared: Dataset, rules: Sequence[AcrossDatasets], newest: Frame | None
) -> pd.DataFrame:  # fmt: skip
    """The columns that rules between datasets add up, by all that these rules look at."""
    sides = [side for rule in rules for side in (rule.left, rule.right) if side.dataset == declared.id]
    by = {name for rule in rules for name in rule.by}
    by |= {condition.column for side in sides for condition in side.where}
    values = sorted({name for side in sides for name, _ in side.terms} - by)
    groups = sorted({"period", "agency"} & {column.name for column in declared.columns} | by)
    rows = _rows(files, declared, (*groups, *values), newest)
    return _table(_grouped(rows, groups, values), files, declared, (values, "any"))


def _changes(files: Sequence[Keyed], declared: Dataset, newest: Frame | None) -> pd.DataFrame:
    """The columns that R27 looks at, by period and what it tells apart."""
    places = {"facility"} & {*declared.key}
    groups = sorted({"period", *places, *(name for check in declared.plausibility for name in check.by)})
    values = sorted({check.column for check in declared.plausibility})
    rows = _rows(files, declared, (*groups, *values), newest)
    return _table(_grouped(rows, groups, values), files, declared, (values, "all"))
