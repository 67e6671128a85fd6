"""A plan carried out: the engine counts the rows that break each check, and only the first of them leave it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

import narwhals as nw

from etl.engines.facts import Facts, NotEvaluated, Texts, collected, gather, merged, numbers
from etl.engines.frames import Frame, each_partition
from etl.engines.plain import ROW
from etl.engines.plan import Plan
from etl.findings import Finding
from etl.validate import MOST_LISTED
from schemas.declare import Dataset


@dataclass(frozen=True)
class Outcome:
    """What a plan found: at most a thousand findings of each check, and how many more there are."""

    findings: tuple[Finding, ...]
    beyond: int


@dataclass(frozen=True)
class Work:
    """What is to be done with the rows: columns to make, predicates, and the cells wanted of the rows that break each.

    Apart from the plan, because it travels to the workers of a cluster. most: how many rows of each are wanted.
    """

    columns: dict[str, nw.Expr]
    broken: tuple[nw.Expr, ...]
    needs: tuple[tuple[str, ...], ...]
    most: int


@dataclass(frozen=True)
class Answer:
    """Rows looked at, in how many of them each predicate holds, and the first of these rows with their cells."""

    rows: int
    counts: tuple[int, ...]
    listed: tuple[tuple[dict[str, Any], ...], ...]


def facts_of(frame: Frame, declared: Dataset, names: Sequence[str], texts: Texts | None = None) -> Facts:
    """The facts of a file, asked of the whole frame, or of each of its partitions where these are ours to visit.

    texts: the different texts of columns that are known already.
    """
    parts = each_partition(frame, gather, (declared, tuple(names)))
    return gather(frame, declared, names, texts or {}) if parts is None else merged(parts)


def prepared(plan: Plan, frame: Frame) -> Frame:
    """The columns that the plan looks at, made from a file's."""
    return frame.select(ROW, **plan.columns)


def carried_out(plan: Plan, frame: Frame, most: int = MOST_LISTED) -> Outcome:
    """Carry out a plan on a file's frame; NotEvaluated unless the engine looked at every row of the file.

    most: how many findings of each check are listed; the others are counted.
    """
    same = plan.cells.same
    needs = tuple(tuple(name for name in one.needs if name not in same) for one in plan.predicates)
    work = Work(plan.columns, tuple(one.broken for one in plan.predicates), needs, most)
    parts = each_partition(frame, answered, (work,))
    answer = answered(frame, work) if parts is None else _together(parts, work)
    if answer.rows != plan.rows or len(answer.counts) != len(plan.predicates):
        raise NotEvaluated(f"The engine looked at {answer.rows} rows of {plan.rows}.")
    findings = [
        replace(one.tell({**same, **row}), row=int(row[ROW]))
        for one, rows in zip(plan.predicates, answer.listed, strict=True) for row in rows
    ]  # fmt: skip
    return Outcome(tuple(findings), sum(answer.counts) - len(findings))


def answered(frame: Frame, work: Work) -> Answer:
    """Have the engine count, then list, the rows in which each predicate holds."""
    ready = frame.select(ROW, **work.columns)
    wanted = {f"p{number}": broken.cast(nw.Int64).sum() for number, broken in enumerate(work.broken)}
    said = numbers(ready, {"rows": nw.len(), **wanted})
    rows = int(said["rows"] or 0)
    if rows and any(said[name] is None for name in wanted):
        raise NotEvaluated("The engine did not answer for every check.")
    counts = tuple(int(said[name] or 0) for name in wanted)
    listed = _listed(ready, work, counts)
    for count, some in zip(counts, listed, strict=True):
        if len(some) != min(count, work.most):
            raise NotEvaluated(f"The engine counted {count} wrong rows and showed {len(some)}.")
    return Answer(rows, counts, listed)


def _listed(ready: Frame, work: Work, counts: Sequence[int]) -> tuple[tuple[dict[str, Any], ...], ...]:
    """The first rows in which each predicate holds; those of predicates that hold seldom are asked for together."""
    found: list[tuple[dict[str, Any], ...]] = [()] * len(counts)
    seldom = [number for number, count in enumerate(counts) if 0 < count <= work.most]
    if seldom:
        flags = {f"p{number}": work.broken[number] for number in seldom}
        cells = dict.fromkeys((ROW, *(name for number in seldom for name in work.needs[number])))
        wrong = ready.filter(reduce(or_, flags.values())).select(*cells, **flags)
        rows = sorted(collected(wrong, [*cells, *flags]).to_pylist(), key=_row)
        for number in seldom:
            found[number] = tuple(row for row in rows if row[f"p{number}"])
    for number, count in enumerate(counts):
        if count > work.most:
            cells = dict.fromkeys((ROW, *work.needs[number]))
            wrong = ready.filter(work.broken[number]).select(*cells).sort(ROW).head(work.most)
            found[number] = tuple(collected(wrong, cells).to_pylist())
    return tuple(found)


def _row(row: Mapping[str, Any]) -> int:
    return int(row[ROW])


def _together(parts: Sequence[Answer], work: Work) -> Answer:
    """The answers of all partitions as one."""
    predicates = len(work.broken)
    counts = tuple(sum(part.counts[number] for part in parts) for number in range(predicates))
    listed = tuple(
        tuple(sorted((row for part in parts for row in part.listed[number]), key=_row)[: work.most])
        for number in range(predicates)
    )  # fmt: skip
    return Answer(sum(part.rows for part in parts), counts, listed)
