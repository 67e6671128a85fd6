"""Writes a made-up table as a file, in one of the many odd but legitimate forms that people send.

CSV in every character set, delimiter, quoting and line ending that is understood; workbooks with titles, blank and
hidden rows, merged cells, formulas, totals, real dates of both epochs and numbers kept as text; OpenDocument sheets. A
writer tells in which row of the file each row of the table stands, so that a finding can be held against it.
"""

import calendar
import csv
import io
import random
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from xml.sax.saxutils import escape

import xlsxwriter

from benchmarks.made_up import COUNTY, Made
from schemas.declare import Column, Kind
from schemas.vocabulary import codes

ERROR_CELL = "#REF!"
LOST_VALUE = "formula without a value"
"""Marks among the raw cells: a workbook shows an error there, or holds a formula that was never calculated."""
_TITLES = ("Monthly report to the council", "Prepared by the records unit", "Draft 2")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True)
class Written:
    """A file, and the number of the row (in CSV the line) that a person sees for each row of the table."""

    content: bytes
    suffix: str
    numbers: tuple[int, ...]

    @property
    def name(self) -> str:
        """A name that says nothing about the dataset."""
        return f"submission{self.suffix}"


# --- how a cell may be written ---------------------------------------------------------------------------------------


def month_forms(period: str) -> list[str]:
    """Ways to write a period that are understood."""
    year, _, rest = period.partition("-")
    if not rest:
        return [period]
    if rest.startswith("Q"):
        return [period, f"{rest} {year}", f"{year} {rest}"]
    name = calendar.month_name[int(rest)]
    return [period, f"{rest}/{year}", f"{year}/{rest}", f"{name} {year}", f"{name[:3]} {year}", f"{name[:3]}-{year}",
            f"{name[:3].upper()} {year}", f"{period}-01"]  # fmt: skip


def _number_forms(text: str) -> list[str]:
    whole = [text, text, text.translate(_FULL_WIDTH), f" {text}", f"{text}\u00a0"]
    return [*whole, f"{int(text):,}"] if text.isdigit() else [text]


def _code_forms(text: str, column: Column) -> list[str]:
    (code,) = [code for code in codes(column.vocabulary, COUNTY) if code.code == text]
    return [text, text, text.lower(), text.upper(), code.label, *code.also_written, f"\u00a0{text} "]


def cell(text: str, column: Column, chance: random.Random) -> str:
    """One way to write a cell as text."""
    if not text:
        return ""
    match column.kind:
        case Kind.PERIOD:
            return chance.choice(month_forms(text))
        case Kind.WHOLE:
            return chance.choice(_number_forms(text))
        case Kind.CODE:
            return chance.choice(_code_forms(text, column))
        case _:
            return text


def _columns(made: Made, chance: random.Random) -> list[Column]:
    """The columns of a file, in some order; what may be left out and holds nothing is left out now and then."""
    kept = []
    for column in made.dataset.columns:
        idle = all(row.get(column.name, "") in ("", column.default) for row in made.rows)
        if column.in_header or not idle or chance.random() < 0.3:
            kept.append(column)
    if chance.random() < 0.4:
        chance.shuffle(kept)
    return kept


def _header(column: Column, style: int) -> str:
    forms = (column.name, column.label, column.name.upper(), f" {column.label.upper()} ", column.name.replace("_", " "))
    return forms[style]


def _totals(columns: Sequence[Column], made: Made) -> list[str]:
    """A row of totals: the word in the first column, sums below the counts."""
    sums = [str(sum(int(row[c.name] or 0) for row in made.rows if row[c.name].isdigit())) if c.kind is Kind.WHOLE else ""
            for c in columns]  # fmt: skip
    return ["Total", *sums[1:]]


# --- CSV -------------------------------------------------------------------------------------------------------------


def _encoded(text: str, chance: random.Random) -> bytes:
    encoding = chance.choice(("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"))
    if encoding == "utf-16-be":
        return b"\xfe\xff" + text.encode(encoding)
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return text.encode()


def _record(cells: Sequence[str], delimiter: str, quoting: Literal[0, 1]) -> str:
    """One record without its line ending; texts with a line break are quoted whatever the file's own ending is."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n", quoting=quoting).writerow(cells)
    return out.getvalue().removesuffix("\r\n")


def as_csv(made: Made, chance: random.Random) -> Written:
    """The table as CSV."""
    columns, style, plain = _columns(made, chance), chance.randrange(5), chance.random() < 0.4
    ending = chance.choice(("\n", "\r\n", "\r"))
    form = chance.choice(",;\t"), chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    spare = [""] * chance.choice((0, 0, 0, 3))
    text = "".join(_record([title], *form) + ending for title in _TITLES[: chance.choice((0, 0, 0, 0, 1, 2))])
    text += _record([*(_header(column, style) for column in columns), *spare], *form) + ending
    numbers = []
    for place, row in enumerate(made.rows):
        text += ending if chance.random() < 0.05 else ""
        numbers.append(_lines(text) + 1)
        as_is = {column.name for column in columns if plain or (place, column.name) in made.raw}
        cells = [row.get(c.name, "") if c.name in as_is else cell(row.get(c.name, ""), c, chance) for c in columns]
        text += _record([*cells, *spare], *form) + ending
    if chance.random() < 0.15:
        text += _record([*_totals(columns, made), *spare], *form) + ending
    return Written(_encoded(text, chance), ".csv", tuple(numbers))


def _lines(text: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", text))


# --- workbooks -------------------------------------------------------------------------------------------------------


@dataclass
class _Sheet:
    """A sheet that is being written: where the table stands, and how its cells are put down."""

    book: xlsxwriter.Workbook
    sheet: xlsxwriter.worksheet.Worksheet
    chance: random.Random
    first_column: int
    as_dates: bool
    numbers_as_text: bool
    formulas: bool

    def put(self, row: int, place: int, text: str, column: Column) -> None:
        at = (row, self.first_column + place)
        day = self.book.add_format({"num_format": "yyyy-mm-dd"})
        if not text:
            return
        if column.kind is Kind.DATE and self.chance.random() < 0.6:
            self.sheet.write_datetime(*at, datetime.fromisoformat(text), day)
        elif column.kind is Kind.PERIOD and self.as_dates and re.fullmatch(r"\d{4}-\d{2}", text):
            self.sheet.write_datetime(*at, datetime.fromisoformat(f"{text}-01"), day)
        elif column.numeric and not self.numbers_as_text:
            self._number(at, float(text) if column.kind is Kind.DECIMAL else int(text))
        else:
            self.sheet.write_string(*at, cell(text, column, self.chance))

    def _number(self, at: tuple[int, int], value: float) -> None:
        if self.formulas and self.chance.random() < 0.2:
            self.sheet.write_formula(*at, f"={value}+0", None, value)
        else:
            self.sheet.write_number(*at, value)

    def put_raw(self, row: int, place: int, text: str) -> None:
        """A fault, as a person would have left it: a number where it is one."""
        at = (row, self.first_column + place)
        if text == ERROR_CELL:
            self.sheet.write_formula(*at, "=Lost!A1", None, ERROR_CELL)
        elif text == LOST_VALUE:
            self.sheet.write_formula(*at, "=1234500+67", None, "__lost__")
        elif re.fullmatch(r"-?\d+(\.\d+)?", text) and self.chance.random() < 0.7:
            self.sheet.write_number(*at, float(text))
        elif text:
            self.sheet.write_string(*at, text)


def _merged_runs(made: Made, column: Column) -> list[tuple[int, int]]:
    """Runs of rows with the same text in a column, as (first, last)."""
    runs: list[tuple[int, int]] = []
    for place, row in enumerate(made.rows):
        if runs and made.rows[runs[-1][0]][column.name] == row[column.name] != "":
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return [run for run in runs if run[0] < run[1]]


def _write_titles(page: _Sheet, chance: random.Random) -> int:
    """Titles above the table; the row below them."""
    row = chance.choice((0, 0, 1, 3))
    for title in _TITLES[: chance.choice((0, 0, 1, 2))]:
        if chance.random() < 0.5:
            page.sheet.merge_range(row, page.first_column, row, page.first_column + 4, title)
        else:
            page.sheet.write_string(row, page.first_column, title)
        row += chance.choice((1, 2))
    return row


def _write_table(page: _Sheet, made: Made, at: int) -> list[int]:
    """The header and the rows from row `at` on; the row of each."""
    chance, columns, style = page.chance, _columns(made, page.chance), page.chance.randrange(5)
    gap = chance.choice((0, 0, 0, 1)) * chance.randrange(1, 5)  # a blank column in the middle
    places = {column.name: place + (place >= gap > 0) for place, column in enumerate(columns)}
    for column in columns:
        page.sheet.write_string(at, page.first_column + places[column.name], _header(column, style))
    merges = chance.random() < 0.15 and not made.raw
    rows = _numbers(len(made.rows), at, chance, gaps=not merges and chance.random() < 0.2)
    for place, (row, cells) in enumerate(zip(rows, made.rows, strict=True)):
        if chance.random() < 0.05:
            page.sheet.set_row(row, None, None, {"hidden": True})
        for column in columns:
            if (place, column.name) in made.raw:
                page.put_raw(row, places[column.name], cells[column.name])
            else:
                page.put(row, places[column.name], cells.get(column.name, ""), column)
    if merges:
        _merge(page, made, [(column, places[column.name]) for column in columns], rows)
    if chance.random() < 0.15:
        for column, text in zip(columns, _totals(columns, made), strict=True):
            page.sheet.write(rows[-1] + 1, page.first_column + places[column.name], text)
    if chance.random() < 0.1:
        page.sheet.set_column(page.first_column, page.first_column, None, None, {"hidden": True})
    return rows


def _numbers(count: int, below: int, chance: random.Random, *, gaps: bool) -> list[int]:
    """The rows below the header, with a blank one in between now and then."""
    rows = [below + 1]
    while len(rows) < count:
        rows.append(rows[-1] + (2 if gaps and chance.random() < 0.3 else 1))
    return rows


def _merge(page: _Sheet, made: Made, columns: Sequence[tuple[Column, int]], rows: Sequence[int]) -> None:
    """Merge the runs of one text column, as people do with the month or the agency."""
    able = [(column, place) for column, place in columns if column.kind in (Kind.PERIOD, Kind.CODE)]
    column, place = page.chance.choice(able or [(columns[0][0], columns[0][1])])
    if not able:
        return
    for first, last in _merged_runs(made, column):
        text, at = made.rows[first][column.name], page.first_column + place
        page.sheet.merge_range(rows[first], at, rows[last], at, text)


def as_xlsx(made: Made, chance: random.Random) -> Written:
    """The table as a workbook."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "date_1904": chance.random() < 0.2}) as book:
        aside = chance.choice(("", "", "Notes", "lists"))
        sheet = book.add_worksheet(chance.choice(("Data", "Sheet1", "Report")))
        if aside:
            other = book.add_worksheet(aside)
            other.write_column(0, 0, ["DAJD", "KCSO"] if aside == "lists" else ["Filled in by the records unit"])
            if aside == "lists":
                other.very_hidden()
        page = _Sheet(book, sheet, chance, first_column=chance.choice((0, 0, 0, 1, 3)), as_dates=chance.random() < 0.3,
                      numbers_as_text=chance.random() < 0.2, formulas=chance.random() < 0.2)  # fmt: skip
        rows = _write_table(page, made, _write_titles(page, chance))
    content = _without_lost_values(out.getvalue()) if LOST_VALUE in _raw_texts(made) else out.getvalue()
    return Written(content, ".xlsx", tuple(row + 1 for row in rows))


def _raw_texts(made: Made) -> list[str]:
    return [made.rows[place].get(column, "") for place, column in made.raw]


def rezipped(content: bytes, change: dict[str, bytes]) -> bytes:
    """The same archive with some of its members replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, change.get(member.filename, old.read(member.filename)))
    return out.getvalue()


def _without_lost_values(content: bytes) -> bytes:
    """Formulas marked as lost keep no stored value, as when a program that cannot calculate wrote the file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    return rezipped(
        content, {"xl/worksheets/sheet1.xml": re.sub(rb' t="str"(><f>[^<]*</f>)<v>__lost__</v>', rb"\1", sheet)}
    )


# --- OpenDocument ----------------------------------------------------------------------------------------------------

_ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.3"
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="Data">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""
_MANIFEST = """<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.3"
 xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""


def _ods_cell(text: str, column: Column | None) -> str:
    if not text:
        return "<table:table-cell/>"
    if column is not None and column.numeric and re.fullmatch(r"-?\d+(\.\d+)?", text):
        told = f'office:value-type="float" office:value="{text}"'
    elif column is not None and column.kind is Kind.DATE and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        told = f'office:value-type="date" office:date-value="{text}"'
    else:
        told = 'office:value-type="string"'
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in text.split("\n"))
    return f"<table:table-cell {told}>{lines}</table:table-cell>"


def as_ods(made: Made, chance: random.Random) -> Written:
    """The table as an OpenDocument sheet."""
    columns, style = _columns(made, chance), chance.randrange(5)
    above = chance.choice((0, 0, 2))
    blank = (
        f'<table:table-row table:number-rows-repeated="{above}"><table:table-cell/></table:table-row>' if above else ""
    )
    rest = '<table:table-cell table:number-columns-repeated="1000"/>' if chance.random() < 0.5 else ""
    lines = ["".join(_ods_cell(_header(column, style), None) for column in columns)]
    for place, row in enumerate(made.rows):
        texts = [row.get(column.name, "") for column in columns]
        written = [text if (place, column.name) in made.raw or column.numeric else cell(text, column, chance)
                   for text, column in zip(texts, columns, strict=True)]  # fmt: skip
        lines.append("".join(_ods_cell(text, column) for text, column in zip(written, columns, strict=True)))
    rows = blank + "".join(f"<table:table-row>{line}{rest}</table:table-row>" for line in lines)
    if rest:
        rows += '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    return Written(_ods(rows), ".ods", tuple(above + 2 + place for place in range(len(made.rows))))


def _ods(rows: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        archive.writestr("content.xml", _ODS.format(rows=rows))
    return out.getvalue()


def grid(rows: Sequence[Sequence[str]], suffix: str) -> bytes:
    """Rows of texts as they stand, whole numbers as numbers."""
    out = io.BytesIO()
    if suffix == ".csv":
        return "".join(_record(row, ",", csv.QUOTE_MINIMAL) + "\n" for row in rows).encode()
    if suffix == ".ods":
        return _ods(
            "".join(
                f"<table:table-row>{''.join(_ods_cell(text, None) for text in row)}</table:table-row>" for row in rows
            )
        )
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Data")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, [int(text) if text.isdigit() else text for text in row])
    return out.getvalue()


FORMS = {".csv": as_csv, ".xlsx": as_xlsx, ".ods": as_ods}


def written(made: Made, suffix: str, chance: random.Random) -> Written:
    """The table as a file of a kind, in some form."""
    return FORMS[suffix](made, chance)


# --- what should come of it ------------------------------------------------------------------------------------------


def expected(made: Made) -> list[tuple[object, ...]]:
    """The values a reader should get: for each row, each declared column as a number, a day, a text, or None."""
    return [
        tuple(_value(row.get(column.name, "") or column.default, column) for column in made.dataset.columns)
        for row in made.rows
    ]  # fmt: skip


def _value(text: str, column: Column) -> object:
    if not text:
        return None
    match column.kind:
        case Kind.WHOLE:
            return int(text)
        case Kind.DECIMAL:
            return float(text)
        case Kind.DATE:
            return date.fromisoformat(text)
        case _:
            return text
