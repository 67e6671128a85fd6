"""Text cells -> values, or findings. No validator coerces: a cell becomes a value here or is reported here."""

import calendar
import difflib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pandas as pd

from etl.evaluate import first_day, next_period
from etl.findings import Finding, found
from schemas import vocabulary
from schemas.declare import Column, Dataset, Grain, Kind
from schemas.rules import Level

PERIOD_FORMS = {
    Grain.MONTH: re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])"),
    Grain.QUARTER: re.compile(r"(19|20)[0-9]{2}-Q[1-4]"),
    Grain.YEAR: re.compile(r"(19|20)[0-9]{2}"),
}
_FORM_IN_WORDS = {Grain.MONTH: "2026-09", Grain.QUARTER: "2026-Q3", Grain.YEAR: "2026"}
_MONTH_NUMBERS = {
    name.casefold(): number for number in range(1, 13)
    for name in (str(number), f"{number:02d}", calendar.month_name[number], calendar.month_abbr[number])
} | {"sept": 9}  # fmt: skip
_MONTH_FORMS = (
    (re.compile(r"((?:19|20)\d{2})[-/ ](\d{1,2})"), 1, 2),
    (re.compile(r"((?:19|20)\d{2})-(\d{2})-\d{2}"), 1, 2),
    (re.compile(r"(\d{1,2})[-/]((?:19|20)\d{2})"), 2, 1),
    (re.compile(r"([A-Za-z]{3,9})[-, ]{1,2}((?:19|20)\d{2})"), 2, 1),
    (re.compile(r"((?:19|20)\d{2})[-, ]{1,2}([A-Za-z]{3,9})"), 1, 2),
)
"""Ways to write a month, with the groups that hold the year and the month."""
_QUARTER_FORM = re.compile(r"(?:((?:19|20)\d{2})[- ]?Q([1-4])|Q([1-4])[-/ ]?((?:19|20)\d{2}))", re.IGNORECASE)
_WHOLE = re.compile(r"-?\d{1,12}")
_DECIMAL = re.compile(r"-?\d{1,12}(\.\d{1,9})?")
_SEPARATED = re.compile(r"-?\d{1,3}(?:(?:,\d{3})+|(?:[ '\u00a0\u2009\u202f]\d{3})+)(?:\.\d+)?")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST_TEXT = 200
DTYPES = {Kind.WHOLE: "Int64", Kind.DECIMAL: "Float64", Kind.DATE: "datetime64[us]"}
"""The dtype of a typed column; every other kind is text (`str`, an empty cell is missing)."""


def _plain_number(text: str) -> str:
    """Digits of any width become plain ones."""
    return unicodedata.normalize("NFKC", text)


def period_in(text: str, grains: tuple[Grain, ...]) -> str | None:
    """The period a text means: 2026-09, 2026/9, 09/2026, Sep 2026, a day of the month; 2026-Q3, Q3 2026; 2026."""
    plain = " ".join(_plain_number(text).replace(".", " ").split())
    meant = [plain]
    if Grain.MONTH in grains:
        for form, year, month in _MONTH_FORMS:
            match = form.fullmatch(plain)
            number = _MONTH_NUMBERS.get(match[month].casefold(), 0) if match else 0
            meant += [f"{match[year]}-{number:02d}"] if match else []
    if Grain.QUARTER in grains and (match := _QUARTER_FORM.fullmatch(plain)):
        meant.append(f"{match[1] or match[4]}-Q{match[2] or match[3]}")
    return next((text for text in meant if any(PERIOD_FORMS[grain].fullmatch(text) for grain in grains)), None)


@dataclass
class _Cells:
    """Gathers values and findings of one table while its cells are converted."""

    jurisdiction: str
    findings: list[Finding] = field(default_factory=list)

    def report(self, code: str, message: str, *, row: int, column: Column) -> None:
        self.findings.append(found(code, message, row=row, column=column.name))

    def whole(self, text: str, column: Column, row: int) -> int | None:
        plain = self._without_separators(text, column, row)
        if _WHOLE.fullmatch(plain):
            return int(plain)
        self.report("V202", f"{column.name} is a whole number, written in digits.", row=row, column=column)
        return None

    def decimal(self, text: str, column: Column, row: int) -> float | None:
        plain = self._without_separators(text, column, row)
        if _DECIMAL.fullmatch(plain):
            return float(plain)
        self.report("V202", f"{column.name} is a number, written in digits with a point.", row=row, column=column)
        return None

    def _without_separators(self, text: str, column: Column, row: int) -> str:
        text = _plain_number(text)
        if not _SEPARATED.fullmatch(text):
            return text
        self.report("V207", f"{column.name} was written with thousands separators.", row=row, column=column)
        return re.sub(r"[, '\u00a0\u2009\u202f]", "", text)

    def day(self, text: str, column: Column, row: int) -> date | None:
        text = _plain_number(text)
        if _ISO_DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        self.report("R29", f"{column.name} is a date written year-month-day, as in 2026-09-10.", row=row, column=column)
        return None

    def code(self, text: str, column: Column, row: int) -> str | None:
        known = vocabulary.spellings(column.vocabulary, self.jurisdiction)
        text = unicodedata.normalize("NFKC", text).strip("\"'")
        if text.casefold() in known:
            return known[text.casefold()]
        near = difflib.get_close_matches(text.casefold(), known, n=1, cutoff=0.7)
        hint = f" Did you mean {known[near[0]]}?" if near else ""
        message = f"The list of {column.vocabulary} has no such code.{hint}"
        self.report("V203", message, row=row, column=column)
        return None

    def text(self, text: str, column: Column, row: int) -> str | None:
        if len(text) > _LONGEST_TEXT:
            self.report("V209", f"{column.name} has more than {_LONGEST_TEXT} characters.", row=row, column=column)
            return None
        return text

    def period(self, text: str, column: Column, row: int, grains: tuple[Grain, ...]) -> str | None:
        understood = period_in(text, grains)
        if understood:
            return understood
        forms = " or ".join(_FORM_IN_WORDS[grain] for grain in grains)
        self.report("V206", f"The period is written as in {forms}.", row=row, column=column)
        return None


def _reader(cells: _Cells, column: Column, dataset: Dataset) -> Callable[[str, Column, int], object]:
    match column.kind:
        case Kind.WHOLE:
            return cells.whole
        case Kind.DECIMAL:
            return cells.decimal
        case Kind.DATE:
            return cells.day
        case Kind.CODE:
            return cells.code
        case Kind.PERIOD:
            return lambda text, column, row: cells.period(text, column, row, dataset.grains)
        case Kind.TEXT:
            return cells.text


def typed_table(cells: pd.DataFrame, dataset: Dataset, jurisdiction: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Convert a table of text.

    cells: one column of text for each column of the file, named as declared, indexed by the row number a person sees.
    Returns the table with every declared column, defaults filled in, in declared order, and the findings. A cell that
    could not be converted is missing in the table and has a finding.
    """
    state = _Cells(jurisdiction)
    columns: dict[str, pd.Series] = {}
    for column in dataset.columns:
        read = _reader(state, column, dataset)
        texts = cells[column.name] if column.name in cells else pd.Series("", index=cells.index)
        values = []
        for row, given in texts.items():
            text = given or column.default
            values.append(read(text, column, int(str(row))) if text else None)
            if not text and column.must_be_filled:
                state.report("V201", f"{column.name} must be filled.", row=int(str(row)), column=column)
        columns[column.name] = pd.Series(values, index=cells.index, dtype=DTYPES.get(column.kind, "str"))
    return pd.DataFrame(columns, index=cells.index), state.findings


def last_day(period: str) -> date:
    """The last day of a month, quarter or year."""
    return first_day(next_period(period)) - timedelta(days=1)


def codes_out_of_use(table: pd.DataFrame, dataset: Dataset, jurisdiction: str) -> list[Finding]:
    """V204, and R06 for forms: a code of the list that is not valid in the row's period."""
    findings = []
    if "period" not in table:
        return []
    for column in (c for c in dataset.columns if c.kind is Kind.CODE):
        ended = {code.code: code for code in vocabulary.codes(column.vocabulary, jurisdiction)}
        for row, period, code in zip(table.index, table["period"], table[column.name], strict=True):
            if pd.isna(period) or pd.isna(code):
                continue
            known = ended[code]
            if known.valid_from > last_day(period) or known.valid_to < first_day(period):
                message = f"{code} was not in use in {period}."
                kind = "R06" if column.name == "form" else "V204"
                findings.append(found(kind, message, row=int(row), column=column.name))
    return [replace(f, level=Level.WARNING) if f.kind.code == "R06" else f for f in findings]
