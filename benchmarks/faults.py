"""Faults of known kinds, planted in known cells of a table that keeps every rule.

Each says where it stands, which finding must name it, and how it is undone, so that a test can demand three things: the
file is never accepted, the finding names the row and the column, and undoing what the report lists leads to acceptance.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from benchmarks.forms import ERROR_CELL, LOST_VALUE
from benchmarks.made_up import ON, Made, Row, broken_rules, counts_of, key_of, last_day
from etl.evaluate import next_period
from schemas.declare import Column, Grain, Kind, Role
from schemas.rules import Level, Linear

_NOT_WHOLE = ("twelve", "12.5", "1e3", "~40", "10-20", "5 or 6", "1,23", "12%", "unknown", "<10")
_NOT_A_DATE = ("9/10/2026", "10.9.2026", "2026-02-30", "Sept 10", "20260910", "2026-13-01")
_NOT_A_PERIOD = ("2026-13", "2026-00", "Smarch 2026", "26-09", "last month", "2026-Q5", "9/26")
_OF_A_PERSON = ("maria.q@mail.example", "A 123 456 789", "A123456789", "536-22-1234", "(206) 555-0143", "DOB 4/2/1988",
                "booking no. 2261034", "221-555-0188", "citizen of Guatemala", "Maria Gonzalez")  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One fault in one row. A finding must say `code` and one of `columns`; `cells` is what was written.

    `copy_of`: the row is one too many, a copy of that row, and is undone by taking it out.
    """

    code: str
    at: int
    columns: tuple[str, ...]
    cells: tuple[tuple[str, str], ...]
    copy_of: int | None = None


Maker = Callable[[Made, int, random.Random], Fault | None]


def _cell(code: str, at: int, column: Column | None, texts: Sequence[str], chance: random.Random) -> Fault | None:
    return None if column is None else Fault(code, at, (column.name,), ((column.name, chance.choice(texts)),))


def _some(made: Made, chance: random.Random, *kinds: Kind, without: Sequence[str] = ()) -> Column | None:
    """A column of some kind that the table has."""
    able = [column for column in made.dataset.columns if column.kind in kinds and column.name not in without]
    return chance.choice(able) if able else None


def not_a_number(made: Made, at: int, chance: random.Random) -> Fault | None:
    """Words, a decimal or a range where a whole number is asked."""
    return _cell("V202", at, _some(made, chance, Kind.WHOLE), _NOT_WHOLE, chance)


def below_zero(made: Made, at: int, chance: random.Random) -> Fault | None:
    """A negative count."""
    able = [column for column in made.dataset.columns if column.role is Role.COUNT]
    return _cell("V205", at, chance.choice(able), ("-1", "-30"), chance) if able else None


def above_the_most(made: Made, at: int, chance: random.Random) -> Fault | None:
    """More than the most that a column can be."""
    able = [column for column in made.dataset.columns if column.maximum is not None]
    return _cell("V205", at, chance.choice(able), ("100.5", "101", "2500"), chance) if able else None


def unknown_code(made: Made, at: int, chance: random.Random) -> Fault | None:
    """A code that is in no list."""
    return _cell("V203", at, _some(made, chance, Kind.CODE), ("XQ-77", "Atlantis", "?", "0"), chance)


def not_a_period(made: Made, at: int, chance: random.Random) -> Fault | None:
    """A month that there is not, or not the kind of period that is asked."""
    return _cell("V206", at, _some(made, chance, Kind.PERIOD), _NOT_A_PERIOD, chance)


def future_period(made: Made, at: int, chance: random.Random) -> Fault | None:
    """A period that is not over on the day of the check."""
    column = _some(made, chance, Kind.PERIOD)
    if column is None:
        return None
    text = {
        Grain.MONTH: ("2026-11", "2026-12", "2031-01"),
        Grain.QUARTER: ("2026-Q4", "2027-Q1"),
        Grain.YEAR: ("2026",),
    }
    return _cell("R24", at, column, text[made.dataset.grains[0]], chance)


def not_a_date(made: Made, at: int, chance: random.Random) -> Fault | None:
    """A date that can be read in two ways, or that there is not."""
    return _cell("R29", at, _some(made, chance, Kind.DATE), _NOT_A_DATE, chance)


def dated_too_early(made: Made, at: int, _: random.Random) -> Fault | None:
    """A report dated before its period was over."""
    row = made.rows[at]
    if "submitted_on" not in row or not row.get("period"):
        return None
    text = last_day(row["period"]).replace(day=2).isoformat()
    return Fault("R24", at, ("submitted_on",), (("submitted_on", text),))


def left_empty(made: Made, at: int, chance: random.Random) -> Fault | None:
    """An empty cell that must be filled."""
    able = [column for column in made.dataset.columns if column.must_be_filled and not column.default]
    return _cell("V201", at, chance.choice(able), ("",), chance) if able else None


def too_long(made: Made, at: int, chance: random.Random) -> Fault | None:
    """A text of more than 200 characters."""
    return _cell("V209", at, _some(made, chance, Kind.TEXT), ("words and words " * 14,), chance)


def of_a_person(made: Made, at: int, chance: random.Random) -> Fault | None:
    """Something that identifies a person, in a text cell."""
    return _cell("R26", at, _some(made, chance, Kind.TEXT), _OF_A_PERSON, chance)


def of_a_person_anywhere(made: Made, at: int, chance: random.Random) -> Fault | None:
    """An identifier of a plain form, in a cell of any kind."""
    return _cell("R26", at, chance.choice(made.dataset.columns), _OF_A_PERSON[:5], chance)


def arithmetic(made: Made, at: int, chance: random.Random) -> Fault | None:
    """A count changed so that a sum no longer holds or a part exceeds its whole."""
    rules = [rule for rule in made.dataset.row_rules
             if isinstance(rule, Linear) and rule.level is Level.ERROR and not rule.when]  # fmt: skip
    chance.shuffle(rules)
    for rule in rules:
        able = [(name, weight) for name, weight in rule.terms if made.rows[at].get(name, "")]
        if len(able) < len(rule.terms):
            continue
        name, weight = chance.choice(able)
        now = int(made.rows[at][name])
        more = sum(int(made.rows[at][each]) for each, _ in rule.terms) + chance.randrange(1, 9)
        text = str(now + more if weight > 0 or rule.relation == "==" else 0)
        changed = {**made.rows[at], name: text}
        if rule.id in broken_rules(changed, made.dataset):
            columns = tuple(other.column for other in rules if other.id == rule.id)
            return Fault(rule.id, at, columns, ((name, text),))
    return None


def zero_but_counted(made: Made, at: int, _: random.Random) -> Fault | None:
    """A certified zero with a count above 0."""
    column = "report_status" if "report_status" in made.rows[at] else "status"
    counted = [name for name in counts_of(made.dataset) if made.rows[at][name] not in ("", "0")]
    changed = {**made.rows[at], column: "certified_zero"}
    if not counted or "R22" not in broken_rules(changed, made.dataset):
        return None
    return Fault("R22", at, (column,), ((column, "certified_zero"),))


def sample_without_size(made: Made, at: int, chance: random.Random) -> Fault | None:
    """A sample that does not say how many cases were drawn."""
    if "method" not in made.rows[at]:
        return None
    return Fault("R23", at, ("sample_size",), (("method", "sample"), ("sample_size", chance.choice(("", "0")))))


def same_row_twice(made: Made, at: int, _: random.Random) -> Fault | None:
    """The same key again, with the same or other counts, as the last row."""
    return Fault("R25", len(made.rows), ("period", *made.dataset.key), tuple(made.rows[at].items()), copy_of=at)


def stock_not_carried(made: Made, at: int, _: random.Random) -> Fault | None:
    """A new row for the next period whose opening stock is not the closing stock of this one."""
    row = made.rows[at]
    if made.dataset.id != "account_reviews" or not row["open_at_end"] or row["status"] == "certified_zero":
        return None
    following = next_period(row["period"])
    text = str(int(row["open_at_end"]) + 5)
    cells = {**row, "period": following, "open_at_start": text, "submitted_on": "", "review_completed_on": "",
             "review_due_on": last_day(following).isoformat(), "open_at_end": ""}  # fmt: skip
    if last_day(following) >= ON or any(
        key_of(cells, made.dataset) == key_of(other, made.dataset) for other in made.rows
    ):
        return None
    return Fault("R13", len(made.rows), ("open_at_start",), tuple(cells.items()), copy_of=at)


def wrong_total(made: Made, at: int, _: random.Random) -> Fault | None:
    """A row for ALL that is not the sum of its facilities."""
    row = made.rows[at]
    if made.dataset.id not in ("notice_compliance", "commitment_explanations") or row["facility"] not in ("ALL", ""):
        return None
    parts = [
        r for r in made.rows if r["facility"] != "ALL" and r["period"] == row["period"] and r["agency"] == row["agency"]
    ]
    name = "not_due_other" if made.dataset.id == "notice_compliance" else "commitments"
    if not row[name] or not any(part[name] for part in parts) or row["status"] == "certified_zero":
        return None
    return Fault("V301", at, ("facility",), ((name, str(int(row[name]) + 1)),))


def error_cell(made: Made, at: int, chance: random.Random) -> Fault | None:
    """A cell of a workbook that shows an error."""
    return _cell("V116", at, chance.choice(made.dataset.columns), (ERROR_CELL,), chance)


def lost_value(made: Made, at: int, chance: random.Random) -> Fault | None:
    """A formula of a workbook whose value was never stored."""
    return _cell("V115", at, _some(made, chance, Kind.WHOLE), (LOST_VALUE,), chance)


ANYWHERE: tuple[Maker, ...] = (
    not_a_number, below_zero, above_the_most, unknown_code,  not_a_period, future_period, not_a_date,
    dated_too_early, left_empty, too_long, of_a_person, of_a_person_anywhere, arithmetic, arithmetic, arithmetic,
    zero_but_counted, sample_without_size, same_row_twice, stock_not_carried, wrong_total,
)  # fmt: skip
ONLY_IN_WORKBOOKS: tuple[Maker, ...] = (error_cell, lost_value)
NEEDS_OTHER_ROWS: frozenset[Maker] = frozenset({wrong_total})
"""A fault in another row can hide these until it is mended: a total cannot be held against parts that are not read."""


def fault_in(made: Made, at: int, suffix: str, chance: random.Random, *, alone: bool = True) -> Fault:
    """A fault of some kind that a row can have. alone: no other row has one."""
    makers = [maker for maker in (*ANYWHERE, *(ONLY_IN_WORKBOOKS if suffix == ".xlsx" else ()))
              if alone or maker not in NEEDS_OTHER_ROWS]  # fmt: skip
    while True:
        fault = chance.choice(makers)(made, at, chance)
        if fault is not None and (fault.copy_of is not None or _changes(made.rows[at], fault)):
            return fault


def _changes(row: Row, fault: Fault) -> bool:
    return any(row.get(name, "") != text for name, text in fault.cells)


def with_faults(made: Made, faults: Sequence[Fault]) -> tuple[Made, tuple[Fault, ...]]:
    """The table with faults in it, and the faults with the place of the row in which each stands then."""
    placed = []
    for fault in faults:
        if fault.copy_of is None:
            for name, text in fault.cells:
                made = made.with_cell(fault.at, name, text)
            placed.append(fault)
        else:
            placed.append(replace(fault, at=len(made.rows)))
            made = replace(made, rows=(*made.rows, dict(fault.cells)))
    return made, tuple(placed)
