"""What the plan has to know of a file before it is made: its different texts, and the least and most of each number.

These are the only questions put to an engine about values. Words are few even where rows are many, so each different
text is judged once, by the code that judges a county's file; the plan then names the texts that are wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

import narwhals as nw
import pyarrow as pa

from etl.engines.frames import Frame, answer
from etl.engines.plain import ODD
from schemas.declare import Dataset, Kind

Texts = Mapping[str, tuple[str | None, ...]]
"""The different texts of columns, None for an empty cell."""

_TYPED = (Kind.WHOLE, Kind.DECIMAL, Kind.DATE)


class NotEvaluated(RuntimeError):
    """A plan was not carried out, or not on every row. A check that did not run must never look like one that passed."""


@dataclass(frozen=True)
class Facts:
    """What is in a file.

    texts: the different texts of each column of text, None for an empty cell. odd: the texts of numbers and days that
    are not written in the plainest form. least, most: of each column of numbers, over the cells that could be read.
    empty: how many cells of a column of numbers or days have no value. days: for each column of days, the first and the
    last of them in each period, by the period's text.
    """

    rows: int
    texts: dict[str, tuple[str | None, ...]] = field(repr=False)
    odd: dict[str, tuple[str, ...]] = field(repr=False)
    least: dict[str, Any]
    most: dict[str, Any]
    empty: dict[str, int]
    days: dict[str, dict[str, tuple[date, date]]] = field(repr=False)


def collected(frame: Frame | nw.DataFrame[Any], columns: Iterable[str]) -> pa.Table:
    """What an engine answers, as a table of Arrow with exactly these columns; NotEvaluated when it is anything else."""
    given = answer(frame)
    if not isinstance(given, nw.DataFrame):
        raise NotEvaluated(f"The engine answered with {type(given).__name__}, which is no table.")
    wanted = list(columns)
    if missing := {*wanted} - {*given.columns}:
        raise NotEvaluated(f"The engine's answer lacks {', '.join(sorted(missing))}.")
    return given.select(*wanted).to_arrow().select(wanted)  # a table of pandas brings its index along


def numbers(frame: Frame, wanted: dict[str, nw.Expr]) -> dict[str, Any]:
    """Some totals over a whole frame in one question; NotEvaluated unless the answer is one row."""
    rows = collected(frame.select(**wanted), wanted).to_pylist()
    if len(rows) != 1:
        raise NotEvaluated(f"The engine answered with {len(rows)} rows where one was asked for.")
    found: dict[str, Any] = rows[0]
    return found


def different(frame: Frame, name: str) -> tuple[str | None, ...]:
    """The different texts of a column, in order, an empty cell (None) first."""
    found = collected(frame.select(name).unique(), [name])[name].to_pylist()
    return tuple(sorted(found, key=lambda text: (text is not None, text or "")))


def gather(frame: Frame, declared: Dataset, names: Sequence[str], known: Texts = MappingProxyType({})) -> Facts:
    """Ask an engine for the facts of a file with the declared columns `names`; the texts of some may be known."""
    columns = [declared.column(name) for name in names]
    typed = [column.name for column in columns if column.kind in _TYPED]
    present = {*frame.collect_schema().names()}
    odd = [name for name in typed if ODD + name in present]
    wanted: dict[str, nw.Expr] = {"rows": nw.len()}
    numeric = [column.name for column in columns if column.numeric]
    wanted |= {f"empty_{name}": nw.col(name).null_count() for name in typed}
    wanted |= {f"least_{name}": nw.col(name).min() for name in numeric}
    wanted |= {f"most_{name}": nw.col(name).max() for name in numeric}
    wanted |= {f"odd_{name}": nw.col(ODD + name).count() for name in odd}
    said = numbers(frame, wanted)
    if said["rows"] is None:
        raise NotEvaluated("The engine counted no rows.")
    empty = {name: int(said[f"empty_{name}"] or 0) for name in typed}
    days = [name for name in typed if name not in numeric and empty[name] < said["rows"] and "period" in names]
    return Facts(
        rows=int(said["rows"]),
        texts={
            column.name: known.get(column.name) or different(frame, column.name)
            for column in columns
            if column.kind not in _TYPED
        },
        odd={name: _filled(different(frame, ODD + name)) if said[f"odd_{name}"] else () for name in odd},
        least={name: said[f"least_{name}"] for name in numeric},
        most={name: said[f"most_{name}"] for name in numeric},
        empty=empty,
        days={name: _days(frame, name) for name in days},
    )


def _filled(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _days(frame: Frame, name: str) -> dict[str, tuple[date, date]]:
    """The first and the last day in each period, by the period's text."""
    chosen = frame.filter(~nw.col("period").is_null(), ~nw.col(name).is_null())
    asked = chosen.group_by("period").agg(nw.col(name).min().alias("first"), nw.col(name).max().alias("last"))
    rows = collected(asked, ["period", "first", "last"]).to_pylist()
    return {row["period"]: (row["first"], row["last"]) for row in rows}


def merged(parts: Sequence[Facts]) -> Facts:
    """The facts of all parts of a file as those of the file; each part has the same columns."""
    first = parts[0]
    days: dict[str, dict[str, tuple[date, date]]] = {}
    for part in parts:
        for name, some in part.days.items():
            known = days.setdefault(name, {})
            for period, (start, end) in some.items():
                before = known.get(period, (start, end))
                known[period] = min(start, before[0]), max(end, before[1])
    return Facts(
        rows=sum(part.rows for part in parts),
        texts={name: _union(part.texts[name] for part in parts) for name in first.texts},
        odd={name: _filled(_union(part.odd.get(name, ()) for part in parts)) for name in first.odd},
        least={name: min(_there(part.least[name] for part in parts), default=None) for name in first.least},
        most={name: max(_there(part.most[name] for part in parts), default=None) for name in first.most},
        empty={name: sum(part.empty[name] for part in parts) for name in first.empty},
        days=days,
    )


def _there(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def _union(some: Iterable[Iterable[str | None]]) -> tuple[str | None, ...]:
    found = {text for texts in some for text in texts}
    return tuple(sorted(found, key=lambda text: (text is not None, text or "")))
