"""R25 on any engine: the same key and revision twice, in one file or in several; and revisions that nobody explained."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import narwhals as nw

from etl.engines.facts import collected, numbers
from etl.engines.frames import Frame, all_differ, stacked
from etl.engines.plain import ROW
from etl.engines.plan import Plan, Predicate, predicates_of
from etl.engines.truth import Truth, Value, both, either, neither
from etl.findings import Finding
from etl.together import REVISED, same_key
from etl.validate import MOST_LISTED
from schemas.declare import Column, Dataset, Kind

_FILE, _FIRST, _MANY = "__file", "__first", "__many"
PLACE = "__place"
_FILES_APART = 1 << 36
"""A row's place among several files: the file's number times this, plus the row."""


@dataclass(frozen=True)
class Keyed:
    """A file whose rows are compared by their keys: its name, its prepared frame, and what is the same in every row."""

    name: str
    frame: Frame
    same: Mapping[str, Value]


def key_names(declared: Dataset) -> list[str]:
    """The columns that no two rows may have alike."""
    names = [column.name for column in declared.columns]
    return [*declared.key, *(["revision"] if "revision" in names else [])]


def repeated(files: Sequence[Keyed], declared: Dataset) -> tuple[list[tuple[str, Finding]], int]:
    """R25 for rows whose key and revision stood before: (file, finding) of the first thousand, and how many more.

    A row whose key is not understood is compared with nothing.
    """
    names = key_names(declared)
    whole = [file for file in files if not any(file.same.get(name, "") is None for name in names)]
    if not whole:
        return [], 0
    unlike = [name for name in names if len({file.same.get(name, file.name) for file in whole}) > 1
              or any(name not in file.same for file in whole)]  # fmt: skip
    rows = placed_rows(whole, unlike, declared)
    rows = rows.filter(*(~nw.col(name).is_null() for name in unlike)) if unlike else rows
    if not unlike:
        rows, unlike = rows.with_columns(nw.lit(0, nw.Int64()).alias(_FILE)), [_FILE]
    if _all_differ(rows, unlike):
        return [], 0
    groups = (
        rows.group_by(*unlike).agg(nw.len().alias(_MANY), nw.col(PLACE).min().alias(_FIRST)).filter(nw.col(_MANY) > 1)
    )
    said = numbers(groups, {"rows": nw.col(_MANY).sum(), "groups": nw.len()})
    count = int(said["rows"] or 0) - int(said["groups"])
    again = rows.join(groups, on=unlike, how="inner").filter(nw.col(PLACE) > nw.col(_FIRST))
    wanted = list(dict.fromkeys((PLACE, _FIRST, *(name for name in ("period", "agency") if name in unlike))))
    found = []
    for row in collected(again.select(*wanted).sort(PLACE).head(MOST_LISTED), wanted).to_pylist():
        (file, at), (first, there) = place_of(row[PLACE]), place_of(row[_FIRST])
        told = {**whole[file].same, **row}
        finding = same_key(whole[first].name, there, str(told.get("period", "")), str(told.get("agency", "")))
        found.append((whole[file].name, replace(finding, row=at)))
    return found, count - len(found)


def _all_differ(rows: Frame, names: Sequence[str]) -> bool:
    known = all_differ(rows, names)
    return counted(rows.select(*names).unique()) == counted(rows) if known is None else known


def counted(rows: Frame) -> int:
    """How many rows there are."""
    return int(numbers(rows, {"rows": nw.len()})["rows"] or 0)


def placed_rows(files: Sequence[Keyed], names: Sequence[str], declared: Dataset) -> Frame:
    """Some columns of several files as one frame, with each row's place among all of them."""
    return stacked([_placed(file, number, names, declared) for number, file in enumerate(files)])


def places_of(files: Sequence[Keyed]) -> int:
    """A number above every place in these files."""
    return len(files) * _FILES_APART


def place_of(place: int) -> tuple[int, int]:
    """The number of the file and the row of a place."""
    return divmod(int(place), _FILES_APART)


def _placed(file: Keyed, number: int, names: Sequence[str], declared: Dataset) -> Frame:
    there = {name: _in_every_row(file.same[name], declared.column(name)) for name in names if name in file.same}
    here = [name for name in names if name not in file.same]
    return file.frame.select((nw.col(ROW) + number * _FILES_APART).alias(PLACE), *here, **there).select(PLACE, *names)


def _in_every_row(value: Value, column: Column) -> nw.Expr:
    """A column with one value. An empty one is made from the row's number, since engines differ in what an empty is."""
    if value is not None:
        return nw.lit(value, nw.Int64()) if isinstance(value, int) else nw.lit(value)
    some = {Kind.WHOLE: nw.col(ROW), Kind.DECIMAL: nw.col(ROW) * 1.0, Kind.DATE: nw.lit(date(1970, 1, 1))}
    return nw.when(nw.col(ROW) < 0).then(some.get(column.kind, nw.lit("")))


def unexplained(plan: Plan, explained: Collection[tuple[str, str]]) -> list[Predicate]:
    """R25 for rows with a revision above 1 for whose key, or the beginning of it, corrections has no row."""
    declared, cells = plan.dataset, plan.cells
    if "revision" not in [column.name for column in declared.columns]:
        return []
    known: Truth = False
    for dataset_id, key in explained:
        parts = key.split("|")
        if dataset_id == declared.id and 2 <= len(parts) <= len(declared.key):
            here: Truth = True
            for name, part in zip(declared.key, parts, strict=False):
                here = both(here, cells.among(name, [part]))
            known = either(known, here)
    return predicates_of(both(cells.above("revision", 1), neither(known)), lambda _: REVISED)
