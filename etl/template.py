"""The workbook an agency fills in: hard to fill in wrongly, and read back without a finding.

One input sheet with drop-downs, typed cells and formats that show a row which does not add up; beside it the definitions
with the law, the codes, the rules and a worked example. Pasting goes around all of it, so `daylight check` still judges
everything. The workbook carries its dataset and version as document properties, and the same call gives the same bytes.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, assert_never

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_range_abs
from xlsxwriter.worksheet import Worksheet

from etl.convert import PERIOD_FORMS, last_day
from etl.derive import due_on
from etl.errors import SettingsError
from etl.evaluate import first_day, next_period
from etl.findings import KINDS
from etl.mark import DATASET_PROPERTY, VERSION_PROPERTY, template_version
from etl.static import day_words, period_words
from schemas import vocabulary
from schemas.declare import Column, Dataset, Grain, Kind, Role
from schemas.jurisdiction import Jurisdiction
from schemas.registry import all_rules
from schemas.rules import Condition, Implies, Level, Linear, Op

INPUT_SHEET = "Data"
ROWS = 2_000
"""How many rows of the input sheet are checked while they are filled in."""

_MADE_ON = datetime(2000, 1, 1, tzinfo=UTC)  # a fixed day, so that the same declaration gives the same bytes
_EARLIEST = date(1990, 1, 1)
_ENDS = {
    Grain.MONTH: "|" + "".join(f"-{month:02d}|" for month in range(1, 13)),
    Grain.QUARTER: "|-Q1|-Q2|-Q3|-Q4|",
    Grain.YEAR: "||",
}


def due_periods(dataset: Dataset, county: Jurisdiction, *, on: date, agency: str | None = None) -> tuple[str, ...]:
    """The newest period that is over on a day; none where the dataset has no periods or the agency's duty ended."""
    if not dataset.grains:
        return ()
    starts = {Grain.MONTH: f"{on.year - 1}-01", Grain.QUARTER: f"{on.year - 1}-Q1", Grain.YEAR: f"{on.year - 1}"}
    newest = starts[dataset.grains[0]]
    while last_day(next_period(newest)) < on:
        newest = next_period(newest)
    duties = [duty for duty in county.duties if duty.dataset == dataset.id and duty.agency == agency]
    ended = duties and not any(d.first_period <= newest <= (d.last_period or newest) for d in duties)
    return () if ended else (newest,)


def _quoted(value: str | int) -> str:
    return str(value) if isinstance(value, int) else '"' + value.replace('"', '""') + '"'


@dataclass(frozen=True)
class _Formulas:
    """The conditions and rules of `etl.evaluate` as formulas about row 2, which a spreadsheet carries on below."""

    dataset: Dataset

    def cell(self, name: str) -> str:
        return f"${self.letter(name)}2"

    def letter(self, name: str) -> str:
        return str(xl_col_to_name([column.name for column in self.dataset.columns].index(name)))

    def condition(self, condition: Condition) -> str:
        """True where the condition holds; an empty cell counts as its default, as it does when the file is read."""
        cell, default = self.cell(condition.column), self.dataset.column(condition.column).default
        match condition.op:
            case Op.IS | Op.IN:
                value = f'IF({cell}="",{_quoted(default)},{cell})' if default else cell
                return "OR(" + ",".join(f"{value}={_quoted(code)}" for code in condition.values) + ")"
            case Op.MORE_THAN:
                return f"AND(ISNUMBER({cell}),{cell}>{condition.values[0]})"
            case Op.FILLED:
                return f'{cell}<>""'
            case Op.ON_OR_BEFORE:
                other = self.cell(str(condition.values[0]))
                return f"AND(ISNUMBER({cell}),ISNUMBER({other}),{cell}<={other})"
            case _:
                assert_never(condition.op)

    def broken(self, rule: Linear | Implies) -> str:
        """True where the row breaks the rule; never where a cell that is compared is empty."""
        when = [self.condition(condition) for condition in rule.when]
        if isinstance(rule, Implies):
            return f"=AND({','.join(when)},NOT({self.condition(rule.then)}))"
        cells = [self.cell(name) for name, _ in rule.terms]
        total = "+".join(f"N({cell})*{weight}" for cell, (_, weight) in zip(cells, rule.terms, strict=True))
        apart = f"{total}<>0" if rule.relation == "==" else f"{total}>0"
        all_there = [] if rule.empty_counts_as_zero else [f"COUNT({','.join(cells)})={len(cells)}"]
        return f"=AND({','.join([*all_there, *when, apart])})"

    def repeated(self) -> str:
        """True where another row has the same key and revision."""
        names = [*self.dataset.key, *(c.name for c in self.dataset.columns if c.name == "revision")]
        same = "*".join(f"(${x}$2:${x}${ROWS + 1}=${x}2)" for x in map(self.letter, names))
        asked = [f'{self.cell(name)}<>""' for name in names if self.dataset.column(name).must_be_filled]
        return f"=AND({','.join([*asked, f'SUMPRODUCT({same})>1'])})"

    def left_empty(self, column: Column) -> str:
        """True where the row has been begun and a cell that must be filled is empty."""
        return f'=AND(COUNTA($A2:{self.cell(self.dataset.columns[-1].name)})>0,{self.cell(column.name)}="")'

    def period_is_odd(self) -> str:
        """True where the period is not written as the dataset asks. FIND takes no wildcards, unlike SEARCH."""
        cell = self.cell("period")
        good = [f"AND(LEN({cell})={len(_ENDS[grain].split('|')[1]) + 4},ISNUMBER(-LEFT({cell},4)),"
                f'ISNUMBER(FIND("|"&MID({cell},5,3)&"|","{_ENDS[grain]}")))' for grain in self.dataset.grains]  # fmt: skip
        return f'=AND({cell}<>"",NOT(OR({",".join(good)})))'


_FORMS = {Kind.WHOLE: "0", Kind.DECIMAL: "General", Kind.DATE: "yyyy-mm-dd"}  # every other kind is text
_NUMBER = ("Not such a number", f"{KINDS['V202'].means} {KINDS['V205'].means}")
_IF_WRONG = {
    Kind.CODE: ("Not in the list", "Choose a code from the drop-down list."),
    Kind.PERIOD: ("Another period?", KINDS["V206"].advice),
    Kind.WHOLE: _NUMBER,
    Kind.DECIMAL: _NUMBER,
    Kind.DATE: ("Not a date", KINDS["R29"].advice),
}
_LOOKS: dict[str, dict[str, object]] = {
    "header": {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "border": 1, "text_wrap": True},
    "title": {"bold": True, "font_size": 14},
    "words": {"text_wrap": True, "valign": "top"},
    "error": {"bg_color": "#F8CBAD", "font_color": "#9C0006", "bold": True, "border": 1},
    "warning": {"bg_color": "#FFEB9C", "font_color": "#7F6000", "italic": True, "border": 1},
    "to fill": {"bg_color": "#DDEBF7", "border": 1},
}
_HOW_TO = (
    "Fill in the sheet Data, from row 2 on. Add as many rows as there is to report; delete begun rows that you do not need.",
    "Point at a header to read what the column means; choose codes from the drop-down lists. The sheets Definitions, Codes "
    "and Rules say it at length; the sheet Example shows rows filled in. Do not rename, add or move headers.",
    "A 0 says that there was none. An empty cell says that it is not reported, or what its header says an empty cell means. "
    "If there was nothing to count at all, send one row with the reporting status certified_zero.",
    "A red cell breaks a rule, a yellow one is unusual, a blue one must still be filled. Pasting goes around these aids.",
    "Never enter a name, a birth date, a number of a person or a case, or anything else about one person. A file with "
    "personal data is refused as a whole and not kept.",
)


class _Book:
    """One workbook while it is written."""

    def __init__(self, dataset: Dataset, county: Jurisdiction, periods: Sequence[str], agency: str | None) -> None:
        self.dataset, self.county, self.periods, self.agency = dataset, county, tuple(periods), agency
        self.formulas = _Formulas(dataset)
        self.out = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.out, {"in_memory": True, "strings_to_formulas": False})
        self.looks = {name: self.book.add_format(look) for name, look in _LOOKS.items()}
        shapes = {kind: {"num_format": _FORMS.get(kind, "@"), "locked": False} for kind in Kind}
        self.forms = {kind: self.book.add_format(shape) for kind, shape in shapes.items()}
        self.lists = list(dict.fromkeys(column.vocabulary for column in dataset.columns if column.vocabulary))

    def finish(self) -> bytes:
        """Write every sheet, the input sheet first, and give the file's content."""
        title, author = f"{self.dataset.title}: template", self.county.publisher
        self.book.set_properties({"title": title, "author": author, "created": _MADE_ON})
        self.book.set_custom_property(DATASET_PROPERTY, self.dataset.id, "text")
        self.book.set_custom_property(VERSION_PROPERTY, template_version(self.dataset), "text")
        sheet = self.book.add_worksheet(INPUT_SHEET)
        self._read_me()
        self._reference()
        self._codes()
        self._lists()
        self._input(sheet)
        self.book.close()
        return self.out.getvalue()

    def _valid_codes(self, name: str) -> list[vocabulary.Code]:
        """The codes of a list that may be used in at least one of the periods; all of them where there are none."""
        days = [(first_day(period), last_day(period)) for period in self.periods]
        return [
            code
            for code in vocabulary.codes(name, self.county.key)
            if not days or any(code.valid_from <= last and code.valid_to >= first for first, last in days)
        ]

    def _lists(self) -> None:
        """The very hidden sheet behind the drop-downs: one column for each list, and the periods."""
        sheet = self.book.add_worksheet("lists")
        sheet.very_hidden()
        lists = {name: [code.code for code in self._valid_codes(name)] for name in self.lists}
        lists |= {"periods": list(self.periods)} if self.periods else {}
        for place, (name, values) in enumerate(lists.items()):
            for number, value in enumerate(values):
                sheet.write_string(number, place, value)
            self.book.define_name(f"list_{name}", f"=lists!{xl_range_abs(0, place, max(len(values), 1) - 1, place)}")
        sheet.protect()

    def _input(self, sheet: Worksheet) -> None:
        """The sheet to fill in: locked headers with notes, typed cells, the periods due, and what shows faults."""
        sheet.freeze_panes(1, 2)
        for place, column in enumerate(self.dataset.columns):
            sheet.set_column(place, place, max(12, len(column.name) + 2), self.forms[column.kind])
            sheet.write_string(0, place, column.name, self.looks["header"])
            note = "\n".join(self._definition(column)[1:6])
            sheet.write_comment(0, place, note, {"x_scale": 2.5, "y_scale": 2.5, "author": "Daylight"})
            sheet.data_validation(1, place, ROWS, place, self._validation(column))
        names = [column.name for column in self.dataset.columns]
        for number, period in enumerate(self.periods, start=1):
            sheet.write_string(number, names.index("period"), period)
            if self.agency and "agency" in names:
                sheet.write_string(number, names.index("agency"), self.agency)
        self._show_faults(sheet)
        texts = [self.formulas.letter(column.name) for column in self.dataset.columns if column.kind not in _FORMS]
        sheet.ignore_errors({"number_stored_as_text": " ".join(f"{x}2:{x}{ROWS + 1}" for x in texts)})
        allowed = ("format_columns", "format_rows", "insert_rows", "delete_rows", "sort", "autofilter")
        sheet.protect("", dict.fromkeys(allowed, True))
        sheet.activate()

    def _show_faults(self, sheet: Worksheet) -> None:
        """Colour, with bold or italics, the cell to look at first where a row breaks a rule."""
        rules = [rule for rule in self.dataset.rules if isinstance(rule, Linear | Implies)]
        shown = [(rule.column, self.formulas.broken(rule), str(rule.level)) for rule in rules]
        if self.dataset.key:
            shown.append((self.dataset.key[0], self.formulas.repeated(), "error"))
        if "period" in self.dataset.key:
            shown.append(("period", self.formulas.period_is_odd(), "error"))
        asked = [column for column in self.dataset.columns if column.must_be_filled]
        shown += [(column.name, self.formulas.left_empty(column), "to fill") for column in asked]
        for name, formula, look in shown:
            where = f"{self.formulas.letter(name)}2:{self.formulas.letter(name)}{ROWS + 1}"
            sheet.conditional_format(where, {"type": "formula", "criteria": formula, "format": self.looks[look]})

    def _if_empty(self, column: Column) -> str:
        otherwise = f"Empty means {column.default or 'not reported, never 0'}."
        return "Must be filled." if column.must_be_filled else otherwise

    def _definition(self, column: Column) -> list[str]:
        """A column's name, label, meaning, unit or list, what an empty cell means, law, kind of duty, what the law says."""
        laws = [self.county.cited(key) for key in self.dataset.law_of(column)]
        basis = vocabulary.labels("basis_class", self.county.key)
        return [
            column.name, column.label, f"{column.description} {column.caveat}".strip(),
            f"code of the list {column.vocabulary}" if column.vocabulary else column.unit or str(column.kind),
            self._if_empty(column), "\n".join(law.published_citation for law in laws),
            "\n".join(dict.fromkeys(basis[law.basis] for law in laws)), "\n".join(law.says for law in laws),
        ]  # fmt: skip

    def _validation(self, column: Column) -> dict[str, Any]:
        """What the cells of a column take, and what they say when selected."""
        says = " ".join(part for part in (column.description, self._if_empty(column)) if part)
        rule: dict[str, Any] = {"validate": "any"}
        match column.kind:
            case Kind.CODE:
                rule = {"validate": "list", "source": f"=list_{column.vocabulary}"}
            case Kind.PERIOD if self.periods:
                rule = {"validate": "list", "source": "=list_periods", "error_type": "warning"}
            case Kind.WHOLE | Kind.DECIMAL:
                rule = {"validate": "integer" if column.kind is Kind.WHOLE else "decimal", **_range(column)}
            case Kind.DATE:
                rule = {"validate": "date", "criteria": ">=", "value": _EARLIEST}
        title, words = _IF_WRONG.get(column.kind, ("", ""))
        rule |= {"error_title": title, "error_message": words}
        return rule | {"input_title": _shortened(column.label, 32), "input_message": _shortened(says, 255)}

    def _pages(self, name: str, header: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
        """A sheet of words to read: a header row, wrapped text, locked."""
        sheet = self.book.add_worksheet(name)
        for place, (words, width) in enumerate(zip(header, widths, strict=True)):
            sheet.set_column(place, place, width, self.looks["words"])
            sheet.write_string(0, place, words, self.looks["header"] if len(header) > 1 else self.looks["title"])
        for number, row in enumerate(rows, start=1):
            for place, words in enumerate(row):
                sheet.write_string(number, place, words, self.looks["words"])
        sheet.freeze_panes(1, 0)
        sheet.protect("", {"format_columns": True, "format_rows": True})

    def _read_me(self) -> None:
        due = [f"This template is for {period_words(p)} ({p}), due on {day_words(due_on(p, self.county.due_day))}."
               for p in self.periods]  # fmt: skip
        save = f"Save as .xlsx under a name that begins with {self.dataset.id}; check it with “daylight check FILE”."
        lines = [self.dataset.summary, f"One row is {self.dataset.one_row_is}.", *due, *_HOW_TO, save,
                 *self.dataset.caveats, f"Questions: {self.county.contact_name}, {self.county.publisher}."]  # fmt: skip
        self._pages("Read me", [self.dataset.title], [[line] for line in lines], [110])

    def _codes(self) -> None:
        rows, always = [], (vocabulary.ALWAYS, vocabulary.FOREVER)
        for name in self.lists:
            offered = self._valid_codes(name)
            for code in vocabulary.codes(name, self.county.key):
                days = ["" if day in always else day.isoformat() for day in (code.valid_from, code.valid_to)]
                rows.append([name, code.code, code.label, *days, "yes" if code in offered else "no"])
        header = ("List", "Code", "Label", "Valid from", "Valid to", "Offered in this template")
        self._pages("Codes", header, rows, (24, 30, 60, 14, 14, 24))

    def _reference(self) -> None:
        rows = [self._definition(column) for column in self.dataset.columns]
        header = "Column|Label|Meaning|Unit or list|If empty|Asked for by|Kind of duty|What it says"
        self._pages("Definitions", header.split("|"), rows, (34, 24, 60, 24, 24, 40, 24, 80))
        effect = {Level.ERROR: "the file is refused", Level.WARNING: "published with a flag"}
        held = "held until it is explained"
        rows = [[rule.id, rule.column, rule.says, held if rule.holds_build else effect[rule.level]]
                for rule in all_rules(self.dataset)]  # fmt: skip
        self._pages("Rules", ("Rule", "Column", "It must hold that", "If not"), rows, (8, 34, 90, 28))
        names = [column.name for column in self.dataset.columns]
        rows = [[example.get(name, "") for name in names] for example in self.dataset.examples]
        self._pages("Example", names, rows, [len(name) + 2 for name in names])


def _range(column: Column) -> dict[str, Any]:
    """The numbers a column takes, as `etl.contract` has it: a measure without a maximum may be below 0."""
    if column.maximum is not None:
        return {"criteria": "between", "minimum": 0, "maximum": column.maximum}
    return {"criteria": ">=", "value": -(10**12) if column.role is Role.MEASURE else 0}


def _shortened(text: str, longest: int) -> str:
    """A text within Excel's limit for what a cell says when it is selected."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def template(dataset: Dataset, county: Jurisdiction, *, periods: Sequence[str], agency: str | None = None) -> bytes:
    """The workbook (.xlsx) for a dataset, with a row begun for each period, and for the agency where it is given.

    SettingsError for a period that the dataset does not have or an agency that the county's list does not have.
    """
    asked = " or ".join(f"one {grain}" for grain in dataset.grains) or "no period at all"
    for period in periods:
        if not any(PERIOD_FORMS[grain].fullmatch(period) for grain in dataset.grains):
            raise SettingsError(f"“{period}” is no period of {dataset.id}: a row is about {asked}.")
    known = vocabulary.labels("agency", county.key)
    if agency is not None and agency not in known:
        raise SettingsError(f"“{agency}” is no agency of {county.name}. These are: {', '.join(known)}.")
    return _Book(dataset, county, periods, agency).finish()
