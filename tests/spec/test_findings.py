"""Every kind of finding about a file and its cells (V…): what raises it, where it is reported, and how severe it is."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlsxwriter

from etl.convert import codes_out_of_use
from etl.findings import KINDS, found
from schemas.declare import Dataset, Grain, key
from schemas.errors import DefinitionError
from schemas.registry import dataset

EXAMPLE = dict(dataset("complaints").examples[0])
HEADER = ",".join(EXAMPLE)
CELLS = ",".join(EXAMPLE.values())
NOTICE = dict(dataset("notice_compliance").examples[0])
FORMULA = 'file = "complaints_a.csv"\nreason = "r"\nagreed_by = "a"\non = 2026-09-20\n'


def but(**cells: str) -> list[dict[str, str]]:
    """One row of complaints with some cells changed."""
    return [{**EXAMPLE, **cells}]


def of(name: str, **cells: str) -> list[dict[str, str]]:
    """One row of another dataset."""
    return [{**dataset(name).examples[0], **cells}]


def without(*names: str) -> list[dict[str, str]]:
    """The row without some columns."""
    return [{name: cell for name, cell in EXAMPLE.items() if name not in names}]


def workbook(path: Path) -> None:
    """A spreadsheet in which one count was typed as text."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, list(EXAMPLE))
        sheet.write_row(1, 0, [int(cell) if cell.isdigit() else cell for cell in EXAMPLE.values()])
        sheet.write_string(1, list(EXAMPLE).index("closed"), "3")


def odd(change: Callable[[Any, Any, int], None]) -> Callable[[Path], None]:
    """A workbook of two sound rows, changed: change(book, sheet, the column of `closed`)."""

    def write(path: Path) -> None:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("Data")
            sheet.write_row(0, 0, list(EXAMPLE))
            for row, period in ((1, "2026-07"), (2, "2026-08")):
                cells = {**EXAMPLE, "period": period}
                sheet.write_row(row, 0, [int(cell) if cell.isdigit() else cell for cell in cells.values()])
            change(book, sheet, list(EXAMPLE).index("closed"))

    return write


def two_tables(path: Path) -> None:
    """A workbook in which two sheets hold the table."""
    with xlsxwriter.Workbook(path) as book:
        for name in ("First", "Second"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, list(EXAMPLE))
            sheet.write_row(1, 0, list(EXAMPLE.values()))


def bomb(path: Path) -> None:
    """A small archive that unpacks to more than a submission can hold."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(200_000_001))


def by_facility(**months: str) -> list[dict[str, str]]:
    """Notice by facility: for each month, the facilities that reported, each with the same small figures."""
    return [
        {**NOTICE, "period": month.replace("m", "2026-"), "facility": facility, "submitted_on": "2026-09-10"}
        for month, facilities in months.items() for facility in facilities.split()
    ]  # fmt: skip


def never_calculated(path: Path) -> None:
    """A formula as a program writes it that does not calculate."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    sheet.append(list(EXAMPLE))
    sheet.append(
        ["=1+2" if name == "closed" else int(cell) if cell.isdigit() else cell for name, cell in EXAMPLE.items()]
    )
    book.save(path)


@dataclass(frozen=True)
class Case:
    """What raises a kind of finding, and the row and column where it is reported, in `complaints_a.csv` or `file`."""

    code: str
    what: str
    files: Any
    row: int | None = None
    column: str | None = None
    severity: str = "error"
    file: str = "complaints_a.csv"


def case(code: str, what: str, content: Any, **more: Any) -> Case:
    """A case with one file of complaints."""
    return Case(code, what, {more.get("file", "complaints_a.csv"): content}, **more)


CASES = (
    case("V101", "an empty file", b""),
    case("V101", "only blank lines", "\n\n,,\n"),
    case("V101", "a spreadsheet named .csv", b"PK\x03\x04 and more"),
    case("V101", "bytes that are no text", b"\x00\x01\x02\x00"),
    case("V101", "a quote that is never closed", f'{HEADER}\n"2026-08,DAJD\n'),
    case("V101", "text named .xlsx", f"{HEADER}\n{CELLS}\n", file="complaints_a.xlsx"),
    case("V101", "an old .xls or an encrypted file named .xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
         file="complaints_a.xlsx"),
    case("V101", "an archive that unpacks to gigabytes", bomb, file="complaints_a.xlsx"),
    case("V101", "an archive that is no spreadsheet", b"PK\x05\x06" + bytes(18), file="complaints_a.ods"),
    case("V102", "a file that no dataset fits", "colour,size\nred,3\n", file="mystery.csv"),
    case("V103", "a column is missing", without("closed"), column="closed"),
    case("V104", "a column nobody asked for", but(remark="none"), row=1),
    case("V105", "the same column twice", f"{HEADER},Closed\n{CELLS},3\n", row=1, column="closed"),
    case("V106", "a header and nothing else", f"{HEADER}\n"),
    case("V107", "another kind of file", "hello", file="complaints_a.docx"),
    case("V108", "Windows-1252", f"{HEADER},source_system\n{CELLS},Café\n".encode("cp1252"), severity="warning"),
    case("V109", "a row longer than the header", f"{HEADER}\n{CELLS},1,2\n", row=2),
    case("V110", "two sheets with the table", two_tables, file="complaints_a.xlsx"),
    case("V111", "a row of totals below", f"{HEADER}\n{CELLS}\nTotal,,5,3\n", row=3, severity="warning"),
    case("V112", "an agency merged over two rows", odd(lambda book, sheet, _: sheet.merge_range(1, 1, 2, 1, "DAJD")),
         row=3, column="agency", severity="warning", file="complaints_a.xlsx"),
    case("V113", "a number merged over two rows", odd(lambda book, sheet, at: sheet.merge_range(1, at, 2, at, 3)),
         row=3, column="closed", file="complaints_a.xlsx"),
    case("V114", "a formula", odd(lambda book, sheet, at: sheet.write_formula(1, at, "=1+2", None, 3)),
         row=2, column="closed", severity="warning", file="complaints_a.xlsx"),
    case("V116", "an error value", odd(lambda book, sheet, at: sheet.write_formula(1, at, "=#REF!", None, "#REF!")),
         row=2, column="closed", file="complaints_a.xlsx"),
    case("V117", "a hidden row", odd(lambda book, sheet, _: sheet.set_row(1, None, None, {"hidden": True})),
         row=2, severity="warning", file="complaints_a.xlsx"),
    case("V117", "a hidden column", odd(lambda book, sheet, at: sheet.set_column(at, at, 9, None, {"hidden": True})),
         column="closed", severity="warning", file="complaints_a.xlsx"),
    case("V115", "a formula whose value was never stored", never_calculated, row=2, column="closed",
         file="complaints_a.xlsx"),
    case("V118", "a template of an older version",
         odd(lambda book, sheet, at: [book.set_custom_property("daylight_dataset", "complaints"),
                                      book.set_custom_property("daylight_template_version", "0" * 12)]),
         severity="warning", file="complaints_a.xlsx"),
    case("V201", "no agency", but(agency=""), row=2, column="agency"),
    case("V202", "a word where a count belongs", but(received="seven"), row=2, column="received"),
    case("V202", "a decimal where a count belongs", but(received="2.5"), row=2, column="received"),
    case("V202", "a decimal comma", of("ice_requests", median_hours_to_decision="2,5"), row=2,
         column="median_hours_to_decision", file="ice_requests_a.csv"),
    case("V203", "an agency nobody knows", but(agency="DAJDD"), row=2, column="agency"),
    case("V205", "a count below zero", but(received="-1"), row=2, column="received"),
    case("V205", "more than a hundred percent", of("database_access", log_coverage_percent="101"), row=2,
         column="log_coverage_percent", file="database_access_a.csv"),
    case("V206", "a month that is none", but(period="2026-13"), row=2, column="period"),
    case("V206", "a year before this calendar", but(period="0000-01"), row=2, column="period"),
    case("V206", "a year after this calendar", but(period="9999-12"), row=2, column="period"),
    case("V206", "a day that can be read in two ways", but(period="9/10/2026"), row=2, column="period"),
    case("V206", "a quarter where a month is asked", but(period="2026-Q2"), row=2, column="period"),
    case("V207", "thousands separators", of("commitment_explanations", commitments="2,610"), row=2,
         column="commitments", severity="warning", file="commitment_explanations_a.csv"),
    case("V208", "a number kept as text", workbook, row=2, column="closed", severity="warning",
         file="complaints_a.xlsx"),
    case("V209", "a text of 201 characters", but(source_system="x" * 201), row=2, column="source_system"),
    case("V301", "a total that is not the sum", by_facility(m08="ALL KCCF MRJC"), row=2, column="facility",
         file="notice_compliance_a.csv"),
    case("V302", "a facility is left out, and there is no total", by_facility(m07="KCCF MRJC", m08="KCCF"), row=4,
         column="facility", file="notice_compliance_a.csv"),
    Case("V501", "the corrected value is not there any more",
         {"complaints_a.csv": but(),
          "corrections.toml": f'[[correction]]\n{FORMULA}row = 2\ncolumn = "closed"\nold = "9"\nnew = "3"\n'},
         row=2, column="closed"),
    Case("V501", "the corrected row is not there any more",
         {"complaints_a.csv": but(),
          "corrections.toml": f'[[correction]]\n{FORMULA}row = 7\ncolumn = "closed"\nold = "3"\nnew = "4"\n'},
         row=7, column="closed"),
)  # fmt: skip


@pytest.mark.parametrize("one", CASES, ids=lambda one: f"{one.code} {one.what}")
def test_a_fault_is_one_finding_with_its_row_and_column(one: Case, faults):
    assert faults(one.files) == [(one.code, one.file, one.row, one.column, one.severity)]


def test_the_good_files_behind_the_cases_have_no_finding(faults):
    good = {
        "complaints_a.csv": but(), "notice_compliance_a.csv": by_facility(m07="KCCF MRJC", m08="KCCF MRJC"),
        "commitment_explanations_a.csv": of("commitment_explanations"),
        "ice_requests_a.csv": of("ice_requests", period="2026-06"),
        "database_access_a.csv": of("database_access"),
    }  # fmt: skip
    assert faults(good) == []


def test_a_month_with_a_total_needs_no_row_for_every_facility(faults):
    rows = [*by_facility(m07="KCCF MRJC"), {**NOTICE, "period": "2026-06", "submitted_on": "2026-07-09"}]
    assert faults({"notice_compliance_a.csv": rows}) == []


def test_a_code_is_refused_in_a_period_in_which_it_was_not_valid():
    edition = Dataset(
        id="editions", title="", one_row_is="", summary="", grains=(Grain.MONTH,), law=(),
        columns=(key("edition", "Edition", "The form.", vocabulary="form"),),
    )  # fmt: skip
    table = pd.DataFrame({"period": ["2017-03", "2017-04", "2017-05"], "edition": ["I-247A", "I-247A", "I-247D"]})
    refused = codes_out_of_use(table, edition, "king_county")
    assert [(finding.kind.code, finding.row) for finding in refused] == [("V204", 0), ("V204", 2)]


def test_every_kind_of_finding_is_raised_by_some_test():
    """By the tables here and in test_rules.py, or by a test elsewhere that names the code."""
    tests = [path for path in Path(__file__).parents[1].rglob("test_*.py") if path != Path(__file__)]
    texts = [path.read_text(encoding="utf-8") for path in tests]
    named = {code for code in KINDS if any(f'"{code}"' in text for text in texts)}
    assert KINDS.keys() == {one.code for one in CASES} | named | {"V204"}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.code)
def test_a_kind_says_what_it_means_and_what_to_do(kind):
    assert all(text.strip() and not text.endswith(" ") for text in (kind.title, kind.means, kind.advice))
    assert kind.means.endswith(".")
    assert kind.advice.endswith(".")


def test_a_code_nobody_declared_cannot_be_reported():
    with pytest.raises(DefinitionError, match="V999"):
        found("V999", "?")


def test_findings_are_ordered_by_row_then_column(faults):
    rows = but(received="x") + but(period="2026-06", submitted_on="yesterday", closed="y")
    assert [(code, row, column) for code, _, row, column, _ in faults({"complaints_a.csv": rows})] == [
        ("V202", 2, "received"), ("V202", 3, "closed"), ("R29", 3, "submitted_on"),
    ]  # fmt: skip


def test_after_a_thousand_findings_of_a_code_the_rest_are_counted(judged):
    from etl.report import as_json, as_text

    months = [f"{year}-{month:02d}" for year in range(1900, 2000) for month in range(1, 13)]
    rows = [{**EXAMPLE, "period": month, "received": "x", "submitted_on": ""} for month in months]
    result = judged({"complaints_a.csv": rows})
    file = as_json(result)["files"][0]
    assert (len(file["findings"]), file["omitted"], file["rows"]) == (1000, 200, 1200)
    assert "and 200 more" in as_text(result)


def test_a_wrong_code_is_answered_with_the_nearest_one(judged):
    (one,) = judged({"complaints_a.csv": but(agency="OTHER_COUNTRY")})
    assert "Did you mean OTHER_COUNTY?" in one.findings[0].message


def test_a_wrong_header_is_answered_with_the_nearest_one(judged):
    renamed = [{("recieved" if name == "received" else name): cell for name, cell in EXAMPLE.items()}]
    (one,) = judged({"complaints_a.csv": renamed})
    assert [(f.kind.code, f.message) for f in one.findings] == [
        ("V103", "The column received is missing."),
        ("V104", "Column 3 is not a column of complaints. Did you mean received?"),
    ]
