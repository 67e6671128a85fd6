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

from etl.convert import DTYPES
from etl.engines.facts import collected, numbers
from etl.engines.frames import Frame, settled
from etl.engines.keys import PLACE, Keyed, place_of, placed_rows
from etl.plausibility import examine_files, examine_newest
from etl.together import Placed, compared, has_total_row
from schemas.declare import Dataset
from schemas.registry import dataset, datasets
from schemas.rules import AcrossDatasets

_TOP, _RANK, _NULLS = "__top", "__rank", "__nulls_"
_UNREAD = 1 << 40
"""Ranks above every revision: a row whose revision could not be read is taken for the newest, as in a county's file."""


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
        if rules:
            sums[name] = _sums(some, declared, rules)
        if declared.plausibility:
            changes[name] = _changes(some, declared)
    return [
        *compared(whole, jurisdiction, sums), *examine_files(whole, jurisdiction), *examine_newest(changes, jurisdiction),
    ]  # fmt: skip


# --- the newest revisions ----------------------------------------------------------------------------------------------


def _newest(files: Sequence[Keyed], declared: Dataset, names: Iterable[str]) -> tuple[Frame, list[str]]:
    """Of each key only the highest revision, with the columns `names`; and those of them that are the same everywhere."""
    key = list(declared.key)
    present = {column.name for column in declared.columns}
    wanted = list(dict.fromkeys((*key, *(["revision"] if "revision" in present else []), *names)))
    rows = placed_rows(files, wanted, declared)
    rows = rows.filter(*(~nw.col(name).is_null() for name in key))
    if "revision" not in present:
        return rows, wanted
    counted = numbers(rows.select(*key).unique().select(rows=nw.len()), {"rows": nw.col("rows").sum()})
    if int(counted["rows"] or 0) == int(numbers(rows, {"rows": nw.len()})["rows"]):
        return rows, wanted
    rows = settled(rows)
    ranked = rows.with_columns(nw.col("revision").fill_null(_UNREAD).alias(_RANK))
    best = settled(ranked.group_by(*key).agg(nw.col(_RANK).max().alias(_TOP)))
    top = settled(ranked.join(best, on=key, how="inner").filter(nw.col(_RANK) == nw.col(_TOP)))
    last = settled(top.group_by(*key).agg(nw.col(PLACE).max()).select(PLACE))
    return rows.join(last, on=PLACE, how="inner"), wanted


def _whole(files: Sequence[Keyed], declared: Dataset) -> pd.DataFrame:
    names = [column.name for column in declared.columns]
    rows, _ = _newest(files, declared, names)
    table = collected(rows, [PLACE, *names])
    return _pandas(table, declared, files)


def _pandas(table: pa.Table, declared: Dataset, files: Sequence[Keyed]) -> pd.DataFrame:
    """A table of Arrow with the dtypes of a typed table, in the order of the files, with `_file` and `_row`."""
    columns: dict[str, pd.Series] = {}
    for name in table.column_names:
        if name != PLACE:
            cells = table[name].to_pylist()
            columns[name] = pd.Series(cells, dtype=DTYPES.get(declared.column(name).kind, "str"))
    made = pd.DataFrame(columns)
    places = [place_of(place) for place in table[PLACE].to_pylist()]
    made["_file"] = [files[number].name for number, _ in places]
    made["_row"] = [row for _, row in places]
    made["__place"] = table[PLACE].to_pylist()
    return made.sort_values("__place", ignore_index=True).drop(columns="__place")


# --- sums ---------------------------------------------------------------------------------------------------------------


def _grouped(rows: Frame, by: Sequence[str], values: Sequence[str]) -> pa.Table:
    """Sums by some columns: of each value the sum, how many cells are empty, and the first row's place."""
    flags = {_NULLS + name: nw.col(name).is_null().cast(nw.Int64) for name in values}
    asked = rows.select(PLACE, *by, *values, **flags).group_by(*by).agg(
        nw.col(PLACE).min(), nw.len().alias(_TOP),
        *(nw.col(name).sum() for name in values), *(nw.col(_NULLS + name).sum() for name in values),
    )  # fmt: skip
    return collected(asked, [PLACE, _TOP, *by, *values, *(_NULLS + name for name in values)])


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
        most = ordered[_TOP].to_pylist()
        lost = [
            int(some) > 0 if empty == "any" else int(some) == int(all_) for some, all_ in zip(nulls, most, strict=True)
        ]
        made[name] = made[name].mask(pd.Series(lost))
    return made


def _sums(files: Sequence[Keyed], declared: Dataset, rules: Sequence[AcrossDatasets]) -> pd.DataFrame:
    """The columns that rules between datasets add up, by all that these rules look at."""
    sides = [side for rule in rules for side in (rule.left, rule.right) if side.dataset == declared.id]
    by = {name for rule in rules for name in rule.by}
    by |= {condition.column for side in sides for condition in side.where}
    values = sorted({name for side in sides for name, _ in side.terms} - by)
    groups = sorted({"period", "agency"} & {column.name for column in declared.columns} | by)
    rows, _ = _newest(files, declared, (*groups, *values))
    return _table(_grouped(rows, groups, values), files, declared, (values, "any"))


def _changes(files: Sequence[Keyed], declared: Dataset) -> pd.DataFrame:
    """The columns that R27 looks at, by period and what it tells apart."""
    places = {"facility"} & {*declared.key}
    groups = sorted({"period", *places, *(name for check in declared.plausibility for name in check.by)})
    values = sorted({check.column for check in declared.plausibility})
    rows, _ = _newest(files, declared, (*groups, *values))
    return _table(_grouped(rows, groups, values), files, declared, (values, "all"))
