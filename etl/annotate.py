"""A copy of what was sent, with the findings where they belong.

An .xlsx comes back as it was, its faulty cells framed and filled, each with its findings as a comment, and a first sheet
that lists them all with links. A CSV, an .ods or a very large workbook comes back as a new workbook of the same cells as
text. A frame's form and the comment's first word tell errors from warnings, not only the colour; the content of a cell
is never changed, so that the copy can be mended and sent.
"""

import io
import re
import warnings
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from etl.answer import answer_for, has_personal_data
from etl.errors import SettingsError, SubmissionRefused
from etl.findings import Finding
from etl.judging import Judged
from etl.layout import SheetTable
from etl.report import listed
from etl.textfile import NotText, decode, records
from etl.validate import column_names
from schemas.release import sha256
from schemas.rules import Level

FINDINGS_SHEET = "Findings"
"""The sheet of findings in an annotated copy; not part of the submission when the copy is sent."""

_AUTHOR = "Daylight check"
_OUR_COMMENT = re.compile(r"(ERROR|WARNING) [A-Z]\d+: ")  # LibreOffice does not keep the author of a comment
_BEFORE = "Comment that was here before: "
_MOST_ROWS = 5_000
_MOST_INFLATED = 20_000_000
_LONGEST_CELL = 32_000
_MOST_IN_A_COMMENT = 10
_LAST_ROW = 1_048_576
_FILLS = {
    Level.ERROR: PatternFill("solid", fgColor="FFF8CBAD"),
    Level.WARNING: PatternFill("solid", fgColor="FFFFEB9C"),
}
_SIDES = {Level.ERROR: Side("thick", color="FF9C0006"), Level.WARNING: Side("mediumDashed", color="FF7F6000")}
_HEADER = ("Severity", "In row", "In column", "Cell", "Code", "What is wrong", "Explanation", "What to do")
_WIDTHS = (10, 8, 34, 8, 8, 32, 70, 70)
_HINT = "Correct the marked cells, save, and send the file again. This sheet is not part of the submission."
_OPENING_FAILS = (
    zipfile.BadZipFile, InvalidFileException, OSError, ValueError, KeyError, TypeError, AttributeError, IndexError,
)  # fmt: skip
"""What openpyxl raises for a workbook that it cannot open although other programs can."""

_Place = tuple[int, int]
_Rows = Iterable[tuple[int, dict[int, str]]]


@dataclass(frozen=True)
class _Copy:
    """The workbook that comes back, and the sheet with the table in it; None when there was no table to copy."""

    book: Workbook
    sheet: Worksheet | None


def _put(cell: Cell, text: str) -> None:
    """Write a text as a text, whatever it begins with: it can never become a formula."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)[:_LONGEST_CELL]
    cell.data_type = "s"
    cell.number_format = "@"


def _places(judged: Judged) -> dict[str, int]:
    """The number, from 1, of the sheet's column that holds each declared column; the first where it is there twice."""
    table, dataset = judged.file.table, judged.validated.dataset
    if table is None or dataset is None:
        return {}
    names = column_names(table.header, dataset)
    positions = table.positions or range(len(names))
    return {name: position + 1 for name, position in reversed([*zip(names, positions, strict=True)]) if name}


def _rows_of(content: bytes, table: SheetTable, suffix: str) -> _Rows:
    """Row number and text by column number: of a CSV every record, of a sheet its table."""
    if suffix == ".csv":
        try:
            return [(line, dict(enumerate(cells, start=1))) for line, cells in records(decode(content)[0])]
        except NotText:
            return []
    columns = [position + 1 for position in table.positions]
    rows = [(table.header_row, table.header), *table.rows]
    return [(number, dict(zip(columns, cells, strict=True))) for number, cells in rows]


def _text_copy(content: bytes, judged: Judged, suffix: str) -> _Copy:
    """A new workbook of the same cells as text, at the same rows; of a long table only the rows with findings."""
    book, table = Workbook(), judged.file.table
    book.remove(book.worksheets[0])
    if table is None:
        return _Copy(book, None)
    sheet = book.create_sheet("Data")
    rows = list(_rows_of(content, table, suffix))
    wanted = {finding.row for finding in judged.findings} | {table.header_row}
    for number, cells in rows:
        if number <= _LAST_ROW and (len(rows) <= _MOST_ROWS or number in wanted):
            for column, text in cells.items():
                if text:
                    _put(_cell(sheet, number, column), text)
    return _Copy(book, sheet)


def _same_workbook(content: bytes, judged: Judged) -> _Copy | None:
    """The submitted workbook itself; None when it is too large for that, or openpyxl cannot open it."""
    table = judged.file.table
    if table is None or table.sheet is None or len(table.rows) > _MOST_ROWS:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MOST_INFLATED:
                return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what openpyxl leaves out of its copy
            book = load_workbook(io.BytesIO(content), keep_links=False)
        sheet = book[table.sheet]
        return _Copy(book, sheet) if isinstance(sheet, Worksheet) else None
    except _OPENING_FAILS:
        return None


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    """The cell of a place; of merged cells the first, which can hold a comment."""
    cell = sheet.cell(row, column)
    for merged in sheet.merged_cells.ranges if isinstance(cell, MergedCell) else ():
        if merged.min_row <= row <= merged.max_row and merged.min_col <= column <= merged.max_col:
            cell = sheet.cell(merged.min_row, merged.min_col)
    if isinstance(cell, MergedCell):
        raise TypeError("merged cells have a first cell")
    return cell


def _unmark(sheet: Worksheet) -> None:
    """Take away the marks of an earlier copy that was mended and sent again."""
    for row in sheet.iter_rows(max_row=min(sheet.max_row, 2 * _MOST_ROWS), max_col=min(sheet.max_column, 200)):
        for cell in row:
            if cell.comment is not None and _OUR_COMMENT.match(cell.comment.text):
                _, _, before = cell.comment.text.partition(_BEFORE)
                cell.comment = Comment(before, _AUTHOR) if before else None
                cell.fill, cell.border = PatternFill(), Border()


def _mark(cell: Cell, findings: Sequence[Finding]) -> None:
    """Fill and frame a cell and say in a comment what is wrong; a comment that was there stays below."""
    level = Level.ERROR if any(finding.severity is Level.ERROR for finding in findings) else Level.WARNING
    side = _SIDES[level]
    cell.fill = _FILLS[level]
    cell.border = Border(left=side, right=side, top=side, bottom=side)
    said = [
        f"{finding.severity.upper()} {finding.kind.code}: {finding.kind.title}\n{finding.message}\n"
        f"{finding.advice or finding.kind.advice}"
        for finding in findings[:_MOST_IN_A_COMMENT]
    ]
    if len(findings) > _MOST_IN_A_COMMENT:
        said.append(f"and {len(findings) - _MOST_IN_A_COMMENT} more: see the sheet {FINDINGS_SHEET}")
    if cell.comment is not None:
        said.append(_BEFORE + cell.comment.text)
    text = ILLEGAL_CHARACTERS_RE.sub("", "\n\n".join(said))
    cell.comment = Comment(text[:_LONGEST_CELL], _AUTHOR, width=360, height=min(90 * len(said), 400))


def _mark_all(sheet: Worksheet, findings: Sequence[Finding], places: Sequence[_Place | None]) -> None:
    _unmark(sheet)
    by_cell: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding, place in zip(findings, places, strict=True):
        if place is not None:
            by_cell[_cell(sheet, *place).coordinate].append(finding)
    for coordinate, some in by_cell.items():
        _mark(sheet[coordinate], some)


def _placed(judged: Judged, findings: Sequence[Finding]) -> list[_Place | None]:
    """For each finding the row and column of its cell; the first cell of the row where it names no column."""
    places = _places(judged)
    table = judged.file.table
    first = table.positions[0] + 1 if table and table.positions else 1
    return [
        (finding.row, places.get(finding.column or "", first)) if finding.row and finding.row <= _LAST_ROW else None
        for finding in findings
    ]


def _link(cell: Cell, sheet: Worksheet, target: Cell) -> None:
    """A link within the workbook; it leads nowhere else."""
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"{quote_sheetname(sheet.title)}!{target.coordinate}")
    cell.font = Font(underline="single", color="FF0563C1")


def _findings_sheet(copy: _Copy, judged: Judged, findings: Sequence[Finding]) -> None:
    """The first sheet: the verdict, and every finding with a link to its cell."""
    if FINDINGS_SHEET in copy.book.sheetnames and copy.book[FINDINGS_SHEET]["A2"].value == _HINT:
        del copy.book[FINDINGS_SHEET]
    sheet, answer = copy.book.create_sheet(FINDINGS_SHEET, 0), answer_for(judged)
    _put(sheet["A1"], f"{answer.file}. {answer.title}: {answer.counts}. {answer.next_step}")
    sheet["A1"].font = Font(bold=True)
    _put(sheet["A2"], _HINT)
    for column, (words, width) in enumerate(zip(_HEADER, _WIDTHS, strict=True), start=1):
        _put(sheet.cell(4, column), words)
        sheet.cell(4, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, (line, finding, place) in enumerate(
        zip(answer.lines, findings, _placed(judged, findings), strict=True), start=5
    ):
        told = (
            line.severity,
            line.row or "whole file",
            line.column,
            "",
            line.code,
            line.title,
            line.message,
            line.advice,
        )
        for column, words in enumerate(told, start=1):
            _put(sheet.cell(number, column), words)
            sheet.cell(number, column).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(number, 1).fill = _FILLS[finding.severity]
        if place is not None and copy.sheet is not None:
            target = _cell(copy.sheet, *place)
            _put(sheet.cell(number, 4), target.coordinate)
            _link(sheet.cell(number, 4), copy.sheet, target)
    if answer.omitted:
        _put(sheet.cell(len(findings) + 5, 1), f"and {answer.omitted} more of the same kinds")
    sheet.freeze_panes = "A5"


def annotate(path: Path, judged: Judged) -> bytes:
    """The annotated copy (.xlsx) of the file at `path`, which `judged` is about.

    SubmissionRefused when the file was refused for personal data: nothing of it is copied. SettingsError when the file
    is no longer the one that was checked.
    """
    if has_personal_data(judged):
        raise SubmissionRefused(
            f"{judged.file.name} holds, or seems to hold, personal data: no annotated copy of it is made. "
            "The findings say in which rows and columns. Take the data out and check the file again."
        )
    content = path.read_bytes()
    if sha256(content) != judged.file.sha256:
        raise SettingsError(f"{judged.file.name} has changed since it was checked. Check it again.")
    suffix = path.suffix.lower()
    copy = (_same_workbook(content, judged) if suffix == ".xlsx" else None) or _text_copy(content, judged, suffix)
    kept, _ = listed(judged.findings)
    if copy.sheet is not None:
        _mark_all(copy.sheet, kept, _placed(judged, kept))
    _findings_sheet(copy, judged, kept)
    copy.book.active = 0
    for number, sheet in enumerate(copy.book.worksheets):
        sheet.sheet_view.tabSelected = number == 0  # two selected sheets would be edited as one
    out = io.BytesIO()
    copy.book.save(out)
    return out.getvalue()
