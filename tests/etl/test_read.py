"""Reading: every way an office saves a table gives the same text, with the row number that a person sees."""

import datetime as dt
import io
import re
import time
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from etl.read import FileRead, read_file, submissions_below

ROWS = (("period", "agency", "note"), ("2026-09", "DAJD", "naïve"), ("2026-10", "KCSO", "b"))
BODY = (("2026-09", "DAJD", "naïve"), ("2026-10", "KCSO", "b"))


def _text(delimiter: str = ",", newline: str = "\n") -> str:
    return newline.join(delimiter.join(row) for row in ROWS) + newline


def _read(path: Path, content: bytes) -> FileRead:
    path.write_bytes(content)
    return read_file(path, name=path.name)


@pytest.fixture
def csv_file(tmp_path):
    """Read bytes as a CSV file."""
    return lambda content: _read(tmp_path / "a.csv", content)


@pytest.fixture
def excel_file(tmp_path):
    """Read a workbook; `fill` gets the workbook."""

    def read(fill, name: str = "a.xlsx") -> FileRead:
        with xlsxwriter.Workbook(tmp_path / name) as book:
            fill(book)
        return read_file(tmp_path / name, name=name)

    return read


@pytest.mark.parametrize(
    ("content", "warned"),
    [
        (_text().encode(), []),
        (_text().encode("utf-8-sig"), []),
        (_text().encode("utf-16"), []),
        (b"\xfe\xff" + _text().encode("utf-16-be"), []),
        (_text().encode("cp1252"), ["V108"]),
        (_text(";").encode(), []),
        (_text("\t").encode(), []),
        (_text(newline="\r\n").encode(), []),
        (("\n \n" + _text() + ",,\n\n").encode(), []),
        (_text().replace("DAJD", "\u00a0 DAJD ").encode(), []),
        (_text().replace("period,", "period ,").replace("note", "note,,").encode(), []),
    ],
    ids=["UTF-8", "UTF-8 with mark", "UTF-16", "UTF-16 big-endian", "Windows-1252", "semicolons", "tabs", "CRLF",
         "blank rows", "blanks around cells", "empty columns at the end"],
)  # fmt: skip
def test_csv_in_any_form_gives_the_same_table(content, warned, csv_file):
    file = csv_file(content)
    assert file.table.header == ROWS[0]
    assert tuple(cells[:3] for _, cells in file.table.rows) == BODY
    assert [finding.kind.code for finding in file.findings] == warned


@pytest.mark.parametrize("delimiter", ["\t", ";"])
@pytest.mark.parametrize(
    "rows",
    [
        [
            ("ICE, FOIA 15-87693", "2,264", "89"),
            ("ICE, FOIA 15-87693", "1,901,427", "48,076,806"),
            ("ICE, FOIA", "1", "2"),
        ],
        [("a, b, c, d", "1,234,567", "2")],
        [("ICE, FOIA", "15"), ("ICE, FOIA", "94", "3")],
    ],
    ids=["more commas in one line than columns", "one row", "rows cut short"],
)
@pytest.mark.parametrize("title", [(), ("Report, third quarter",)])
def test_commas_within_cells_do_not_make_a_file_one_with_commas(delimiter, rows, title, csv_file):
    lines = [*title, delimiter.join(("period", "agency", "note")), *(delimiter.join(row) for row in rows)]
    table = csv_file(("\n".join(lines) + "\n").encode()).table
    assert table.header == ("period", "agency", "note")
    assert [tuple(cell for cell in cells if cell) for _, cells in table.rows] == rows


def test_a_row_is_numbered_by_the_line_it_starts_on(csv_file):
    file = csv_file(b'a,b\n"one\nand\nmore",2\n\n3,4\n')
    assert [(number, cells[0]) for number, cells in file.table.rows] == [(2, "one\nand\nmore"), (6, "3")]


def test_text_is_never_turned_into_something_else(csv_file):
    cells = ("01", "NA", "1e5", "2026-09", "TRUE", "null", "-")
    assert csv_file(("a,b,c,d,e,f,g\n" + ",".join(cells) + "\n").encode()).table.rows == ((2, cells),)


def test_an_excel_cell_is_read_as_what_it_shows(excel_file):
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Anything")
        sheet.write_row(0, 0, ["count", "hours", "day", "text", "number as text", "yes", "nothing"])
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_number(2, 0, 21)
        sheet.write_number(2, 1, 20.5)
        sheet.write_datetime(2, 2, dt.datetime(2026, 9, 10), day)  # noqa: DTZ001 - Excel knows no time zone
        sheet.write_string(2, 3, " 01 ")
        sheet.write_string(2, 4, "17")
        sheet.write_boolean(2, 5, True)

    table = excel_file(fill).table
    assert table.rows == ((3, ("21", "20.5", "2026-09-10", "01", "17", "TRUE", "")),)
    assert table.sheet == "Anything"
    assert (3, 4) in table.numbers_as_text
    assert (3, 0) not in table.numbers_as_text


def test_the_sheet_data_goes_first_and_hidden_sheets_are_not_read(excel_file):
    def fill(book: xlsxwriter.Workbook) -> None:
        for name in ("Read me", "Secret", "Data"):
            book.add_worksheet(name).write_row(0, 0, [f"column of {name}"])
        book.get_worksheet_by_name("Secret").hide()

    assert excel_file(fill).table.header == ("column of Data",)

    def fill_without(book: xlsxwriter.Workbook) -> None:
        for name in ("Secret", "Open"):
            book.add_worksheet(name).write_row(0, 0, [f"column of {name}"])
        book.get_worksheet_by_name("Open").activate()
        book.get_worksheet_by_name("Secret").hide()

    assert excel_file(fill_without, "b.xlsx").table.header == ("column of Open",)


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _encrypted() -> bytes:
    content = bytearray(_zip(a=b"secret"))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1
    return bytes(content)


REFUSED = {
    "an empty file": (".csv", b"", "empty"),
    "blank rows only": (".csv", b" , \n\n", "empty"),
    "a spreadsheet named .csv": (".csv", _zip(a=b""), "named .csv"),
    "bytes": (".csv", bytes(range(256)), "character set"),
    "a quote never closed": (".csv", b'a,b\n"1,2\n', "malformed"),
    "a field beyond measure": (".csv", b"a,b\n" + b"x" * 200_000 + b",2\n", "malformed"),
    "text named .xlsx": (".xlsx", b"a,b\n1,2\n", "named .xlsx"),
    "an OLE file (old .xls, or encrypted)": (".xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1 << 20), "old .xls"),
    "a truncated archive": (".xlsx", _zip(a=b"x" * 4000)[:3000], "cut off"),
    "an archive that is no workbook": (".xlsx", _zip(a=b"x"), "not such a spreadsheet"),
    "a password": (".ods", _encrypted(), "password"),
    "too many members": (".ods", _zip(**{f"m{number}": b"" for number in range(2001)}), "far more parts"),
    "another ending": (".pdf", b"%PDF", "not a kind"),
    "no ending": ("", b"a,b\n", "no ending"),
}  # fmt: skip


@pytest.mark.parametrize(("suffix", "content", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_read_is_refused_quickly_with_a_sentence(suffix, content, words, tmp_path):
    began = time.monotonic()
    file = _read(tmp_path / f"file{suffix}", content)
    assert file.table is None
    assert re.search(words, file.findings[0].message)
    assert time.monotonic() - began < 2


def test_a_file_that_is_not_there_is_a_finding(tmp_path):
    assert "cannot be opened" in read_file(tmp_path / "gone.csv", name="gone.csv").findings[0].message


def test_a_file_of_gigabytes_is_not_read(tmp_path):
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(50_000_001)
    assert "50 MB" in read_file(path, name="huge.csv").findings[0].message


def test_submissions_are_found_in_order_and_office_rubbish_is_not(tmp_path):
    names = ("b/2.csv", "a.XLSX", "c.ods", "notes.txt", "~$a.xlsx", ".hidden.csv", "_sources/x.csv", "b/.git/y.csv")
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "folder.csv").mkdir()
    found = [path.relative_to(tmp_path).as_posix() for path in submissions_below(tmp_path)]
    assert found == ["a.XLSX", "b/2.csv", "c.ods"]
