"""Made-up submissions that keep every rule, for tests and for the fuzzer.

A table is drawn from a dataset's declared examples: other periods and codes, counts scaled and moved about, cells left
empty. Whether it keeps the rules is worked out here in plain arithmetic on text, apart from the product's own code, so
that the one can be held against the other. `benchmarks/forms.py` writes a table as a file.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import assert_never

from etl.evaluate import first_day, next_period
from etl.validate import submittable
from schemas.declare import Column, Dataset, Grain, Kind, Role
from schemas.rules import CarriedOver, Condition, Implies, Level, Linear, NotBeforePeriod, Op
from schemas.vocabulary import codes_on

ON = date(2026, 11, 20)
COUNTY = "king_county"
Row = dict[str, str]
_FIRST = {Grain.MONTH: "2024-11", Grain.QUARTER: "2023-Q4", Grain.YEAR: "2014"}
_HOW_MANY = {Grain.MONTH: 23, Grain.QUARTER: 11, Grain.YEAR: 11}
_NOTES = (
    "Log of requests, volume 3",
    'Called the "log" here',
    "Registro del día",
    "jail; booking desk",
    "one\ntwo",
    "n/a",
)
_MOST_DIGITS = 9
_COMMON = frozenset({"sample_size", "revision", "supersedes"})


@dataclass(frozen=True)
class Made:
    """A table: every cell as text in its plainest form, empty where nothing is reported.

    `raw` are the cells (place of the row, column) that a writer puts down as they are: faults.
    """

    dataset: Dataset
    rows: tuple[Row, ...]
    raw: frozenset[tuple[int, str]] = field(default=frozenset())

    def with_cell(self, at: int, column: str, text: str) -> "Made":
        """The same table with one cell changed to a text that is written as it stands."""
        rows = tuple({**row, column: text} if place == at else row for place, row in enumerate(self.rows))
        return replace(self, rows=rows, raw=self.raw | {(at, column)})


def counts_of(dataset: Dataset) -> list[str]:
    """The columns that hold whole numbers about the world, not about the submission."""
    return [column.name for column in dataset.columns if column.kind is Kind.WHOLE and column.name not in _COMMON]


# --- the rules, in plain arithmetic ----------------------------------------------------------------------------------


def _meets(condition: Condition, row: Mapping[str, str]) -> bool:
    cell = row[condition.column]
    match condition.op:
        case Op.IS | Op.IN:
            return cell in [str(value) for value in condition.values]
        case Op.MORE_THAN:
            return cell != "" and int(cell) > int(condition.values[0])
        case Op.FILLED:
            return cell != ""
        case Op.ON_OR_BEFORE:
            return cell != "" and row[str(condition.values[0])] != "" and cell <= row[str(condition.values[0])]
        case _:
            assert_never(condition.op)


def keeps(rule: Linear | Implies | NotBeforePeriod, row: Mapping[str, str]) -> bool:
    """Whether one row of text keeps a rule."""
    match rule:
        case Linear():
            cells = [row[name] for name, _ in rule.terms]
            if not all(_meets(condition, row) for condition in rule.when):
                return True
            if not rule.empty_counts_as_zero and "" in cells:
                return True
            total = sum(int(row[name] or 0) * weight for name, weight in rule.terms)
            return total == 0 if rule.relation == "==" else total <= 0
        case Implies():
            return _meets(rule.then, row) or not all(_meets(condition, row) for condition in rule.when)
        case NotBeforePeriod():
            return row[rule.column] == "" or row[rule.column] >= first_day(row["period"]).isoformat()
        case _:
            assert_never(rule)


def with_defaults(row: Mapping[str, str], dataset: Dataset) -> Row:
    """The row with every declared column, defaults filled in."""
    return {column.name: row.get(column.name, "") or column.default for column in dataset.columns}


def broken_rules(row: Mapping[str, str], dataset: Dataset) -> list[str]:
    """The ids of the rules of error level that a row breaks."""
    filled = with_defaults(row, dataset)
    return [rule.id for rule in dataset.row_rules if rule.level is Level.ERROR and not keeps(rule, filled)]


def last_day(period: str) -> date:
    """The last day of a period."""
    return first_day(next_period(period)) - timedelta(days=1)


def key_of(row: Mapping[str, str], dataset: Dataset) -> tuple[str, ...]:
    """The cells that identify a row, revision included."""
    filled = with_defaults(row, dataset)
    return tuple(filled[name] for name in (*dataset.key, *(["revision"] if "revision" in filled else [])))


def carried_wrongly(rows: Sequence[Mapping[str, str]], dataset: Dataset) -> list[int]:
    """The places of rows whose opening stock is not the closing stock of the period before."""
    wrong = []
    for rule in dataset.series_rules:
        if isinstance(rule, CarriedOver):
            closing = {(row["period"], *(row[name] for name in rule.by)): row[rule.closing] for row in rows}
            for place, row in enumerate(rows):
                before = [then for (period, *by), then in closing.items()
                          if next_period(period) == row["period"] and by == [row[name] for name in rule.by]]  # fmt: skip
                if any(then and row[rule.opening] and then != row[rule.opening] for then in before):
                    wrong.append(place)
    return wrong


def faults_in(rows: Sequence[Mapping[str, str]], dataset: Dataset) -> list[str]:
    """What is wrong with rows that were accepted, by arithmetic of our own; nothing when all is well."""
    wrong = [f"row {place}: {rule}" for place, row in enumerate(rows) for rule in broken_rules(row, dataset)]
    wrong += [f"same key: {key}" for key, times in Counter(key_of(row, dataset) for row in rows).items() if times > 1]
    wrong += [f"row {place}: R13" for place in carried_wrongly(rows, dataset)]
    for row in rows:
        filled = with_defaults(row, dataset)
        wrong += [f"{column.name} is empty" for column in dataset.columns
                  if column.must_be_filled and not filled[column.name]]  # fmt: skip
        wrong += [f"{name} below 0" for name in counts_of(dataset)
                  if filled[name].startswith("-") and dataset.column(name).role is Role.COUNT]  # fmt: skip
        if filled.get("period") and last_day(filled["period"]) >= ON:
            wrong.append("future period")
    return wrong


# --- making tables ---------------------------------------------------------------------------------------------------


@cache
def periods(dataset_id: str) -> tuple[str, ...]:
    (dataset,) = (each for each in submittable() if each.id == dataset_id)
    found = []
    for grain in dataset.grains:
        period = _FIRST[grain]
        for _ in range(_HOW_MANY[grain]):
            found.append(period)
            period = next_period(period)
    return tuple(found)


def _codes_in(column: Column, period: str) -> list[str]:
    """The codes in use in a whole period."""
    days = (first_day(period), last_day(period)) if period else (ON, ON)
    return sorted(codes_on(column.vocabulary, days[0], COUNTY) & codes_on(column.vocabulary, days[1], COUNTY))


def _key_cell(column: Column, example: str, period: str, chance: random.Random) -> str:
    if column.kind is Kind.TEXT:
        return example if chance.random() < 0.3 else f"{example} {chance.randrange(2, 99)}"
    if column.name == "facility":
        return "ALL"
    return chance.choice(_codes_in(column, period))


def _moved(row: Row, dataset: Dataset, chance: random.Random) -> Row:
    """The row with a count changed or emptied, where that keeps every rule."""
    counts = counts_of(dataset)
    if not counts:
        return row
    name = chance.choice(counts)
    text = str(chance.randrange(int(row[name] or 0) * 2 + 3))
    if not dataset.column(name).must_be_filled and chance.random() < 0.15:
        text = ""
    changed = {**row, name: text}
    return row if broken_rules(changed, dataset) else changed


def _scaled(row: Row, dataset: Dataset, chance: random.Random) -> Row:
    by = chance.choice((1, 1, 1, 2, 3, 7, 10, 1_000, 100_000))
    scaled = {name: str(int(row[name]) * by) for name in counts_of(dataset) if row[name]}
    return row if any(len(text) > _MOST_DIGITS for text in scaled.values()) else {**row, **scaled}


def _attributes(row: Row, dataset: Dataset, chance: random.Random) -> Row:
    """Dates, texts and the method of a row; what is not required is left out now and then."""
    changed = dict(row)
    for column in dataset.columns:
        keep = column.must_be_filled or column.role is Role.KEY
        if column.name == "submitted_on":
            end = last_day(row["period"])
            changed[column.name] = chance.choice(["", (end + timedelta(days=chance.randrange(1, 40))).isoformat()])
        elif column.kind is Kind.DATE and keep:
            changed[column.name] = (last_day(row["period"]) if row.get("period") else ON).isoformat()
        elif column.kind is Kind.TEXT and column.name == "source_system":
            changed[column.name] = chance.choice(["", *_NOTES])
        elif column.kind is Kind.DECIMAL and not keep:
            changed[column.name] = chance.choice(["", "0", "12.5", "100"])
        elif column.role is Role.ATTRIBUTE and not keep and chance.random() < 0.3:
            changed[column.name] = ""
    if "method" in changed and chance.random() < 0.1:
        changed |= {"method": "sample", "sample_size": str(chance.randrange(1, 90))}
    return changed


def _row(dataset: Dataset, chance: random.Random) -> Row:
    example = {**dict.fromkeys([column.name for column in dataset.columns], ""), **chance.choice(dataset.examples)}
    row = dict(example)
    period = row["period"] = chance.choice(periods(dataset.id)) if dataset.grains else ""
    if not dataset.grains:
        del row["period"]
    for column in dataset.columns:
        if column.role is Role.KEY and column.name != "period":
            row[column.name] = _key_cell(column, example[column.name], period, chance)
    row = _attributes(_scaled(row, dataset, chance), dataset, chance)
    for _ in range(chance.randrange(8)):
        row = _moved(row, dataset, chance)
    return row


def _zero(row: Row, dataset: Dataset) -> Row:
    return {**row, **dict.fromkeys(counts_of(dataset), "0"), "status": "certified_zero"}


def _by_facility(row: Row, dataset: Dataset, chance: random.Random, places: Sequence[str]) -> list[Row]:
    """A row for each facility, and the row for ALL that is their sum."""
    parts = []
    for place in places:
        part = _scaled({**row, "facility": place}, dataset, chance)
        for _ in range(chance.randrange(4)):
            moved = _moved(part, dataset, chance)
            part = moved if all(moved[name] or not part[name] for name in counts_of(dataset)) else part
        parts.append(part)
    names = counts_of(dataset)
    total = {name: str(sum(int(part[name]) for part in parts)) if all(part[name] for part in parts) else ""
             for name in names}  # fmt: skip
    return [{**row, **total, "facility": "ALL"}, *parts]


def _rows(dataset: Dataset, chance: random.Random, most: int) -> Iterable[Row]:
    by_facility = "facility" in dataset.key and bool(dataset.disclosure.published_where) and chance.random() < 0.5
    places = chance.sample(["KCCF", "MRJC", "CFJC", "CCD"], chance.randrange(1, 4))
    for _ in range(chance.randrange(1, most + 1)):
        row = _row(dataset, chance)
        if "status" in row and "report_status" not in row and chance.random() < 0.06 and not by_facility:
            row = _zero(row, dataset)
        yield from _by_facility(row, dataset, chance, places) if by_facility else (row,)


def table(chance: random.Random, *, dataset: Dataset | None = None, most: int = 8) -> Made:
    """A table that keeps every rule, of a dataset or of any."""
    while True:
        chosen = dataset or chance.choice(submittable())
        kept: dict[tuple[str, ...], Row] = {}
        for row in _rows(chosen, chance, most):
            kept.setdefault(key_of(row, chosen), row)
        rows = list(kept.values())
        for place in reversed(carried_wrongly(rows, chosen)):
            del rows[place]
        if chance.random() < 0.5:
            chance.shuffle(rows)
        if rows and not faults_in(rows, chosen):
            return Made(chosen, tuple(rows))
