"""Text cells -> values, or findings. No validator coerces: a cell becomes a value here or is reported here."""

import calendar
import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import lru_cache

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
_PLAIN_SIGNS = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
"""Letters, digits and signs of full width, and the dashes that word processors put for a hyphen."""

_PERCENT = "percent"
"""The unit of a column in which 95 means 95%."""

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST_TEXT = 200
_MOST_SUGGESTIONS = 1_000
DTYPES = {Kind.WHOLE: "Int64", Kind.DECIMAL: "Float64", Kind.DATE: "datetime64[us]"}
"""The dtype of a typed column; every other kind is text (`str`, an empty cell is missing)."""


def _plain_number(text: str) -> str:
    """Digits and signs of full width become plain ones; raised digits and fractions stay what they are."""
    return text if text.isascii() else text.translate(_PLAIN_SIGNS)


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
    """Turns the texts of one table into values; `said` is what there is to say of the text looked at last."""

    jurisdiction: str
    said: list[tuple[str, str]] = field(default_factory=list)
    suggested: int = 0

    def whole(self, text: str, column: Column) -> int | None:
        plain = self._without_separators(text, column)
        if _WHOLE.fullmatch(plain):
            return int(plain)
        self.said.append(("V202", f"{column.name} is a whole number, written in digits."))
        return None

    def decimal(self, text: str, column: Column) -> float | None:
        if column.unit == _PERCENT and text.endswith("%"):
            self.said.append(("V210", f"{column.name} was written with a percent sign."))
            text = text.removesuffix("%").rstrip()
        plain = self._without_separators(text, column)
        if _DECIMAL.fullmatch(plain):
            return float(plain)
        self.said.append(("V202", f"{column.name} is a number, written in digits with a point."))
        return None

    def _without_separators(self, text: str, column: Column) -> str:
        text = _plain_number(text)
        if not _SEPARATED.fullmatch(text):
            return text
        self.said.append(("V207", f"{column.name} was written with thousands separators."))
        return re.sub(r"[, '\u00a0\u2009\u202f]", "", text)

    def day(self, text: str, column: Column) -> date | None:
        text = _plain_number(text)
        if _ISO_DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        self.said.append(("R29", f"{column.name} is a date written year-month-day, as in 2026-09-10."))
        return None

    def code(self, text: str, column: Column) -> str | None:
        known = vocabulary.spellings(column.vocabulary, self.jurisdiction)
        text = unicodedata.normalize("NFKC", _plain_number(text)).strip("\"'")
        if text.casefold() in known:
            return known[text.casefold()]
        self.said.append(("V203", f"The list of {column.vocabulary} has no such code.{self._suggestion(text, known)}"))
        return None

    def _suggestion(self, text: str, known: Mapping[str, str]) -> str:
        """The code that was perhaps meant. Looking for it takes long, so not every text of a hostile file has one."""
        self.suggested += 1
        if self.suggested > _MOST_SUGGESTIONS or len(text) > _LONGEST_TEXT:
            return ""
        near = difflib.get_close_matches(text.casefold(), known, n=1, cutoff=0.7)
        return f" Did you mean {known[near[0]]}?" if near else ""

    def text(self, text: str, column: Column) -> str | None:
        if len(text) > _LONGEST_TEXT:
            self.said.append(("V209", f"{column.name} has more than {_LONGEST_TEXT} characters."))
            return None
        return text

    def period(self, text: str, grains: tuple[Grain, ...]) -> str | None:
        understood = period_in(text, grains)
        if understood:
            return understood
        forms = " or ".join(_FORM_IN_WORDS[grain] for grain in grains)
        self.said.append(("V206", f"The period is written as in {forms}."))
        return None


def _reader(cells: _Cells, column: Column, dataset: Dataset) -> Callable[[str, Column], object]:
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
            return lambda text, _: cells.period(text, dataset.grains)
        case Kind.TEXT:
            return cells.text


Look = Callable[[str, Column], tuple[object, tuple[Finding, ...]]]
"""The text of a cell and its column -> the value it means (None for none) and what there is to say of it."""


def reader_of(dataset: Dataset, jurisdiction: str) -> Look:
    """How the texts of a dataset's cells are read. An empty text means the column's default, or not reported."""
    state = _Cells(jurisdiction)
    readers = {column.name: _reader(state, column, dataset) for column in dataset.columns}

    def look(given: str, column: Column) -> tuple[object, tuple[Finding, ...]]:
        text, state.said = given or column.default, []
        value = readers[column.name](text, column) if text else None
        if not text and column.must_be_filled:
            state.said.append(("V201", f"{column.name} must be filled."))
        return value, tuple(found(kind, message, column=column.name) for kind, message in state.said)

    return look


def _typed_column(texts: "pd.Series[str]", column: Column, look: Look) -> tuple[pd.Series, list[Finding]]:
    """The values of a column and the findings about them; each different text is looked at once."""
    codes, different = pd.factorize(texts)
    values, faults = [], dict[int, tuple[Finding, ...]]()
    for code, text in enumerate(different.tolist()):
        value, said = look(text, column)
        values.append(value)
        if said:
            faults[code] = said
    typed = pd.Series(values, dtype=DTYPES.get(column.kind, "str")).take(codes).set_axis(texts.index)
    places = zip(texts.index.tolist(), codes.tolist(), strict=True) if faults else ()
    told = [replace(finding, row=int(row)) for row, code in places for finding in faults.get(code, ())]
    return typed, told


def typed_table(cells: pd.DataFrame, dataset: Dataset, jurisdiction: str) -> tuple[pd.DataFrame, list[Finding]]:
    """Convert a table of text.

    cells: one column of text for each column of the file, named as declared, indexed by the row number a person sees.
    Returns the table with every declared column, defaults filled in, in declared order, and the findings. A cell that
    could not be converted is missing in the table and has a finding.
    """
    look = reader_of(dataset, jurisdiction)
    columns: dict[str, pd.Series] = {}
    findings: list[Finding] = []
    for column in dataset.columns:
        texts = cells[column.name] if column.name in cells else pd.Series("", index=cells.index, dtype="str")
        columns[column.name], said = _typed_column(texts, column, look)
        findings += said
    return pd.DataFrame(columns, index=cells.index), findings


@lru_cache(maxsize=4096)
def last_day(period: str) -> date:
    """The last day of a month, quarter or year."""
    return first_day(next_period(period)) - timedelta(days=1)


def codes_out_of_use(table: pd.DataFrame, dataset: Dataset, jurisdiction: str) -> list[Finding]:
    """V204, and R06 for forms: a code of the list that is not valid in the row's period."""
    findings = []
    if "period" not in table:
        return []
    periods = table["period"].dropna().unique()
    first, last = min(map(last_day, periods), default=date.max), max(map(first_day, periods), default=date.min)
    for column in (c for c in dataset.columns if c.kind is Kind.CODE):
        ended = {code.code: code for code in vocabulary.codes(column.vocabulary, jurisdiction)}
        used = [ended[code] for code in table[column.name].dropna().unique()]
        if all(code.valid_from <= first and last <= code.valid_to for code in used):
            continue  # valid in every period of the table
        pairs = table[["period", column.name]].dropna()
        odd = {
            (period, code) for period, code in pairs.drop_duplicates().itertuples(index=False)
            if out_of_use(ended[code], period)
        }  # fmt: skip
        for row, period, code in pairs.itertuples() if odd else ():
            if (period, code) in odd:
                findings.append(replace(not_in_use(code, period, column), row=int(row)))
    return findings


def out_of_use(code: vocabulary.Code, period: str) -> bool:
    """Whether a code is not valid on any day of a period."""
    return code.valid_from > last_day(period) or code.valid_to < first_day(period)


def not_in_use(code: str, period: str, column: Column) -> Finding:
    """V204, or for forms the warning R06, about a code that was not in use in a period."""
    kind, level = ("R06", Level.WARNING) if column.name == "form" else ("V204", None)
    return replace(found(kind, f"{code} was not in use in {period}.", column=column.name), level=level)
