"""A plan: every check of one row of a dataset as a predicate that any engine can carry out (narwhals expressions).

Made from the dataset's declaration and the facts of one file. A predicate is true in the rows that are wrong and is
never null; where a rule can only be broken once by a row, the predicates of its parts exclude each other, as the report
on a county's file has one finding for each rule and row. A check that the facts show to hold everywhere (no number is
below 0, every text is a code of the list) needs no predicate.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, assert_never

import narwhals as nw

from etl.convert import last_day, not_in_use, out_of_use, reader_of
from etl.engines.facts import Facts
from etl.engines.meaning import Meaning, holding, meaning_of
from etl.engines.plain import ODD, ROW
from etl.engines.truth import Cells, Truth, Value, among, both, either, known, neither
from etl.evaluate import first_day, least, ranges
from etl.findings import Finding, found
from etl.identifiers import identifiers_among
from etl.validate import below_least, out_of_range, period_fault, rule_broken
from schemas import vocabulary
from schemas.declare import Column, Dataset, Kind
from schemas.rules import Implies, Linear, NotBeforePeriod, RowRule

RAW = "__raw_"
Row = Mapping[str, Any]
Days = tuple[date, date]


@dataclass(frozen=True)
class Predicate:
    """One thing that can be wrong with a row.

    broken: true in the rows that are wrong. needs: the columns whose cells are wanted to word the finding. tell: the
    finding about one such row, without its number.
    """

    broken: nw.Expr
    tell: Callable[[Row], Finding]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The predicates of a file of so many rows, the columns that they look at, and what is the same in every row."""

    dataset: Dataset
    columns: dict[str, nw.Expr]
    predicates: tuple[Predicate, ...]
    rows: int
    cells: Cells


def _always(finding: Finding) -> Callable[[Row], Finding]:
    return lambda _: finding


def predicates_of(broken: Truth, tell: Callable[[Row], Finding], needs: tuple[str, ...] = ()) -> list[Predicate]:
    """The predicate of a truth: none where it never holds; every row where it always does."""
    if broken is False:
        return []
    return [Predicate(nw.col(ROW) >= 0 if broken is True else broken, tell, needs)]


def first_of(predicates: Sequence[Predicate]) -> list[Predicate]:
    """The same predicates, each only in the rows in which none before it holds."""
    kept: list[Predicate] = []
    before: nw.Expr | None = None
    for one in predicates:
        kept.append(one if before is None else replace(one, broken=one.broken & ~before))
        before = one.broken if before is None else before | one.broken
    return kept


# --- cells ------------------------------------------------------------------------------------------------------------


def _same(declared: Dataset, names: Sequence[str], meanings: Mapping[str, Meaning], facts: Facts) -> dict[str, Value]:
    """The columns that have one value in every row, with the value."""
    same: dict[str, Value] = {}
    for column in declared.columns:
        name = column.name
        default = int(column.default) if column.default and column.kind is Kind.WHOLE else column.default or None
        if name not in names:
            same[name] = default
        elif name in meanings:
            values = {*meanings[name].values.values()}
            if len(values) == 1:
                (same[name],) = values
        elif not facts.odd.get(name):
            if facts.empty[name] == facts.rows:
                same[name] = default
            elif column.kind is Kind.WHOLE and facts.least[name] == facts.most[name] and not facts.empty[name]:
                same[name] = int(facts.most[name])
    return same


def _columns(
    declared: Dataset, names: Sequence[str], meanings: Mapping[str, Meaning], facts: Facts
) -> dict[str, nw.Expr]:
    """Every column of the file as the values that the rules see, and the texts that may have to be told about."""
    made: dict[str, nw.Expr] = {}
    for name in names:
        if name in meanings:
            made[name] = meanings[name].value()
            made[RAW + name] = nw.col(name)
        else:
            made[name] = _number(declared.column(name), facts)
            if facts.odd.get(name):
                made[RAW + name] = nw.col(ODD + name)
    return made


def _number(column: Column, facts: Facts) -> nw.Expr:
    cell = nw.col(column.name)
    if not column.default or not facts.empty[column.name]:
        return cell
    filled = cell.fill_null(int(column.default))
    if not facts.odd.get(column.name):
        return filled
    return nw.when(nw.col(ODD + column.name).is_null()).then(filled).otherwise(cell)


def _texts(meanings: Mapping[str, Meaning], odd: Mapping[str, Meaning]) -> list[Predicate]:
    """What is wrong with texts: unknown codes, periods and numbers that are not understood, empty cells, and so on."""
    return [
        Predicate(holding(nw.col(RAW + name), faults), partial(_told, faults, RAW + name), (RAW + name,))
        for name, meaning in (*meanings.items(), *odd.items())
        for faults in meaning.faults.values()
    ]


def _told(faults: Mapping[str, Finding], name: str, row: Row) -> Finding:
    """The finding about the text in a column of a row."""
    return faults[row[name] or ""]


def _must_be_filled(declared: Dataset, facts: Facts) -> list[Predicate]:
    """V201 for numbers and days; texts tell of their empty cells themselves."""
    made = []
    for column in declared.columns:
        if column.must_be_filled and facts.empty.get(column.name):
            empty = nw.col(column.name).is_null()
            if facts.odd.get(column.name):
                empty &= nw.col(RAW + column.name).is_null()
            finding = found("V201", f"{column.name} must be filled.", column=column.name)
            made.append(Predicate(empty, _always(finding)))
    return made


def _ranges(declared: Dataset, facts: Facts) -> list[Predicate]:
    """V205: numbers below the least or above the most that they can be, as far as the extremes show that there are any."""
    made = []
    for name, most in ranges(declared).items():
        above = most is not None and facts.most.get(name) is not None and facts.most[name] > most
        if _under(facts, name, 0) or above:
            cell = nw.col(name)
            made.append(
                Predicate(known((cell < 0) | (cell > most) if above else cell < 0), _always(out_of_range(name)))
            )
    for name, lowest in least(declared).items():
        if _under(facts, name, lowest):
            made.append(Predicate(known(nw.col(name) < lowest), _always(below_least(name, lowest))))
    return made


def _under(facts: Facts, name: str, lowest: int) -> bool:
    return facts.least.get(name) is not None and facts.least[name] < lowest


def _personal_data(meanings: Mapping[str, Meaning], facts: Facts, names: Sequence[str], county: str) -> list[Predicate]:
    """R26: texts that hold an identifier, told once for each row, for the first of its columns."""
    made, seen = [], dict[str, str | None]()
    for name in names:
        meaning = meanings.get(name)
        texts = meaning.values if meaning else facts.odd.get(name, ())
        column = meaning.column if meaning else None
        guilty = identifiers_among((text for text in texts if text), column, county, seen)
        if guilty:
            findings = {
                text: found("R26", f"A cell of {name} looks like {kind}.", column=name) for text, kind in guilty.items()
            }
            cell = RAW + name
            made.append(Predicate(among(nw.col(cell), guilty), partial(_told, findings, cell), (cell,)))
    return first_of(made)


# --- periods ----------------------------------------------------------------------------------------------------------


def _not_in_use(meanings: Mapping[str, Meaning], cells: Cells, county: str) -> list[Predicate]:
    """V204, and R06 for forms: codes that are not valid in the period of their row."""
    if "period" not in meanings:
        return []
    periods, made = meanings["period"].understood, []
    for name, meaning in meanings.items():
        if meaning.column.kind is not Kind.CODE:
            continue
        codes = {code.code: code for code in vocabulary.codes(meaning.column.vocabulary, county)}
        wrong: Truth = False
        for code in sorted(meaning.understood):
            odd = sorted(period for period in periods if out_of_use(codes[code], period))
            if odd:
                wrong = either(wrong, both(cells.among(name, [code]), cells.among("period", odd)))
        made += predicates_of(wrong, partial(_out_of_use, meaning.column), (name, "period"))
    return made


def _out_of_use(column: Column, row: Row) -> Finding:
    return not_in_use(row[column.name], row["period"], column)


def _not_over(meanings: Mapping[str, Meaning], cells: Cells, facts: Facts, on: date) -> list[Predicate]:
    """R24: periods that are not over, and reports that are dated before the end of theirs or after today."""
    if "period" not in meanings:
        return []
    meaning = meanings["period"]
    early = [period for period in meaning.understood if last_day(period) >= on]
    wrong = cells.among("period", early) if early else False
    days = _by_period(meaning, facts.days.get("submitted_on", {}))
    day = nw.col("submitted_on")
    for period, (first, _) in days.items():
        if first <= last_day(period) and period not in early:
            wrong = either(wrong, both(cells.among("period", [period]), known(day <= nw.lit(last_day(period)))))
    if any(last > on for _, last in days.values()):
        wrong = either(wrong, both(cells.filled("period"), known(day > nw.lit(on))))

    def tell(row: Row) -> Finding:
        column, message = period_fault(row["period"], row.get("submitted_on"), on) or ("period", "")
        return found("R24", message, column=column)

    return predicates_of(wrong, tell, ("period", *(["submitted_on"] if days else [])))


def _by_period(meaning: Meaning, days: Mapping[str, Days]) -> dict[str, Days]:
    """The first and the last day in each period, by the period that its text means."""
    found_in: dict[str, Days] = {}
    for text, (first, last) in days.items():
        period = meaning.values[text]
        if period is not None:
            before = found_in.get(period, (first, last))
            found_in[period] = min(first, before[0]), max(last, before[1])
    return found_in


# --- rules ------------------------------------------------------------------------------------------------------------


def _rule(rule: RowRule, meanings: Mapping[str, Meaning], cells: Cells, facts: Facts) -> Truth:
    """Where a rule is broken."""
    match rule:
        case Linear():
            broken = _unequal(cells.total(rule.terms, empty_counts_as_zero=rule.empty_counts_as_zero), rule.relation)
        case Implies():
            broken = neither(cells.holds(rule.then))
        case NotBeforePeriod():
            return _before_period(rule.column, meanings, cells, facts)
        case _:
            assert_never(rule)
    for condition in rule.when:
        broken = both(broken, cells.holds(condition))
    return broken


def _unequal(total: nw.Expr | int | None, relation: str) -> Truth:
    """Where a sum is not as a rule asks; a sum that is not known is."""
    if total is None:
        return False
    if isinstance(total, int):
        return total != 0 if relation == "==" else total > 0
    return known(total != 0) if relation == "==" else known(total > 0)


def _before_period(column: str, meanings: Mapping[str, Meaning], cells: Cells, facts: Facts) -> Truth:
    days = _by_period(meanings["period"], facts.days.get(column, {})) if "period" in meanings else {}
    wrong: Truth = False
    for period, (first, _) in days.items():
        if first < first_day(period):
            earlier = known(nw.col(column) < nw.lit(first_day(period)))
            wrong = either(wrong, both(cells.among("period", [period]), earlier))
    return wrong


def _rules(declared: Dataset, meanings: Mapping[str, Meaning], cells: Cells, facts: Facts) -> list[Predicate]:
    """Every rule that looks at one row; of the rules of one id the first that is broken is told."""
    by_id: dict[str, list[Predicate]] = {}
    for rule in declared.row_rules:
        broken = _rule(rule, meanings, cells, facts)
        by_id.setdefault(rule.id, []).extend(predicates_of(broken, _always(rule_broken(rule))))
    return [one for some in by_id.values() for one in first_of(some)]


def plan_of(declared: Dataset, facts: Facts, names: Sequence[str], told_by: tuple[date, str]) -> Plan:
    """The plan for a file with the declared columns `names`, in the order of the file.

    told_by: the day taken for today, and the jurisdiction.
    """
    on, county = told_by
    look = reader_of(declared, county)
    meanings = {name: meaning_of(declared.column(name), texts, look) for name, texts in facts.texts.items()}
    odd = {name: meaning_of(declared.column(name), texts, look) for name, texts in facts.odd.items() if texts}
    cells = Cells(_same(declared, names, meanings, facts))
    predicates = [
        *_texts(meanings, odd), *_must_be_filled(declared, facts), *_personal_data(meanings, facts, names, county),
        *_ranges(declared, facts), *_not_in_use(meanings, cells, county), *_not_over(meanings, cells, facts, on),
        *_rules(declared, meanings, cells, facts),
    ]  # fmt: skip
    return Plan(declared, _columns(declared, names, meanings, facts), tuple(predicates), facts.rows, cells)
