"""Odd files as an outside tester made them: what is right is taken with its value, what is wrong is placed."""

import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from etl.read import read_file
from schemas.registry import dataset

TRAINING = dict(dataset("training").examples[0])
NAMES = list(TRAINING)
OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


def month(number: int, **cells: str) -> dict[str, str]:
    """A sound row of training for a month of 2026."""
    done = str(700 + number)
    return {**TRAINING, "period": f"2026-{number:02d}", "completed_cumulative": done, **cells}


ROWS = [month(6), month(7), month(8)]


def ods(path: Path, cells: dict[tuple[int, str], str], *, row: str = "", columns: str = "", around: int = 0) -> None:
    """Three sound rows as .ods. `cells`: (row, column) -> the XML of the cell; `row`: attributes of row 3; `columns`: XML of
    the columns; `around`: the row that stands in a hidden group.
    """

    def cell(number: int, name: str, value: str) -> str:
        if (number, name) in cells:
            return cells[number, name]
        kind = f'float" office:value="{value}' if value.isdigit() else "string"
        return f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p></table:table-cell>'

    lines = [(1, dict(zip(NAMES, NAMES, strict=True))), *enumerate(ROWS, start=2)]
    xml = ""
    for number, values in lines:
        of_row = row if number == 3 else ""
        line = "".join(cell(number, name, value) for name, value in values.items())
        line = f"<table:table-row {of_row}>{line}</table:table-row>"
        hidden = f'<table:table-row-group table:display="false">{line}</table:table-row-group>'
        xml += hidden if number == around else line
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml", '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content {OFFICE}><office:body><office:spreadsheet>"
            f'<table:table table:name="Data">{columns}{xml}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )


def told(files: dict, judged) -> list[tuple[str, int | None, str | None]]:
    """What was found about the one file, as (code, row, column)."""
    (one,) = judged(files)
    return [(finding.kind.code, finding.row, finding.column) for finding in one.findings]


FORMULA = 'table:formula="of:=20+1"'
SPAN = 'table:number-rows-spanned="2" table:number-columns-spanned="1"'
COVERED = "<table:covered-table-cell/>"
HIDDEN_COLUMN = (
    '<table:table-column table:number-columns-repeated="6"/><table:table-column table:visibility="collapse"/>'
    '<table:table-column table:number-columns-repeated="2"/>'
)
NUMBER = 'office:value-type="float" office:value="21"'
IN_ODS = {
    "a formula with its value": ({"cells": {(3, "overdue"): f"<table:table-cell {FORMULA} {NUMBER}/>"}},
                                 [("V114", 3, "overdue")]),
    "a formula without a value": ({"cells": {(3, "overdue"): f"<table:table-cell {FORMULA}/>"}}, [("V115", 3, "overdue")]),
    "an error value": ({"cells": {(3, "course"): f'<table:table-cell {FORMULA} office:value-type="string" '
                                  'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'}},
                       [("V116", 3, "course")]),
    "a merged code": ({"cells": {(3, "agency"): f'<table:table-cell {SPAN} office:value-type="string"><text:p>DAJD</text:p>'
                                 "</table:table-cell>", (4, "agency"): COVERED}}, [("V112", 4, "agency")]),
    "a merged number": ({"cells": {(3, "overdue"): f"<table:table-cell {SPAN} {NUMBER}/>", (4, "overdue"): COVERED}},
                        [("V113", 4, "overdue")]),
    "a hidden row": ({"cells": {}, "row": 'table:visibility="collapse"'}, [("V117", 3, None)]),
    "a row that a filter hides": ({"cells": {}, "row": 'table:visibility="filter"'}, [("V117", 3, None)]),
    "a row in a hidden group": ({"cells": {}, "around": 3}, [("V117", 3, None)]),
    "a hidden column": ({"cells": {}, "columns": HIDDEN_COLUMN}, [("V117", None, "overdue")]),
    "a row that is counted twice": ({"cells": {}, "row": 'table:number-rows-repeated="2"'}, [("R25", 4, "period")]),
}  # fmt: skip


@pytest.mark.parametrize(("made", "found"), IN_ODS.values(), ids=IN_ODS)
def test_an_ods_tells_what_an_xlsx_tells(made, found, judged):
    assert told({"training_a.ods": lambda path: ods(path, **made)}, judged) == found


def workbook(change) -> dict:
    """Three sound rows as .xlsx, changed: change(sheet)."""

    def write(path: Path) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.append(NAMES)
        for row in ROWS:
            sheet.append([int(cell) if cell.isdigit() else cell for cell in row.values()])
        change(sheet)
        book.save(path)

    return {"training_a.xlsx": write}


def test_a_number_merged_across_columns_is_refused(judged):
    def change(sheet) -> None:
        sheet["H3"] = None
        sheet.merge_cells("G3:H3")

    assert told(workbook(change), judged) == [("V113", 3, "overdue")]


def test_a_block_of_merged_numbers_is_one_finding_for_each_row(judged):
    def change(sheet) -> None:
        sheet.merge_cells("G2:H4")

    assert told(workbook(change), judged) == [("V113", row, "overdue") for row in (2, 3, 4)]


def test_blank_cells_that_are_merged_beside_the_table_mean_nothing(judged):
    assert told(workbook(lambda sheet: sheet.merge_cells("L2:N40")), judged) == []


def test_a_cell_with_an_error_value_is_not_called_empty_as_well(judged):
    def change(sheet) -> None:
        sheet["C3"] = "#N/A"
        sheet["C3"].data_type = "e"

    assert told(workbook(change), judged) == [("V116", 3, "course")]


@pytest.mark.parametrize("cell", ["L3", "L40"])
@pytest.mark.parametrize("holds", ["#REF!", "=SUM(D3:E3)"])
def test_an_error_or_a_formula_beside_the_table_does_not_go_unseen(cell, holds, judged):
    def change(sheet) -> None:
        sheet[cell] = holds
        sheet[cell].data_type = "e" if holds.startswith("#") else "f"

    assert told(workbook(change), judged) == [("V109", int(cell[1:]), None)]


def test_formulas_without_values_in_a_row_of_totals_do_no_harm(judged):
    assert told(workbook(lambda sheet: sheet.append(["Total", None, None, "=SUM(D2:D4)"])), judged) == [
        ("V111", 5, None)
    ]


ACCESS = dict(dataset("database_access").examples[0])


def shares(path: Path, number: float, form: str) -> None:
    """A row of database_access in which log_coverage_percent is a number in a form."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(ACCESS))
        sheet.write_row(1, 0, [int(cell) if cell.isdigit() else cell for cell in ACCESS.values()])
        sheet.write_number(1, list(ACCESS).index("log_coverage_percent"), number, book.add_format({"num_format": form}))


@pytest.mark.parametrize(
    ("number", "form", "value", "warned"),
    [(0.95, "0%", 95.0, ["V210"]), (0.955, "0.0%", 95.5, ["V210"]), (1, "0%", 100.0, ["V210"]), (95, '0"%"', 95.0, []),
     (95, "0.00", 95.0, [])],
)  # fmt: skip
def test_a_percentage_is_the_number_that_a_person_sees(number, form, value, warned, judged):
    (one,) = judged({"database_access_a.xlsx": lambda path: shares(path, number, form)})
    assert [finding.kind.code for finding in one.findings] == warned
    assert one.validated.table["log_coverage_percent"].tolist() == [value]


def test_a_count_that_is_shown_as_a_percentage_is_refused(judged):
    def change(sheet) -> None:
        sheet["G3"].number_format = "0%"

    assert told(workbook(change), judged) == [("V202", 3, "overdue")]


@pytest.mark.parametrize(
    ("name", "cells", "found"),
    [
        ("training", {"overdue": "2¹"}, [("V202", 2, "overdue")]),
        ("training", {"overdue": "½"}, [("V202", 2, "overdue")]),
        ("training", {"overdue": "−21"}, [("V205", 2, "overdue")]),
        ("training", {"revision": "0"}, [("V205", 2, "revision")]),
        ("notice_compliance", {"median_hours_to_notice": "-1.5"}, [("V205", 2, "median_hours_to_notice")]),
        ("federal_counts", {"ice_reported_detainers": "20", "gap": "-1"}, []),
        ("database_access", {"log_coverage_percent": "95%"}, [("V210", 2, "log_coverage_percent")]),
        ("notice_compliance", {"median_hours_to_notice": "95%"}, [("V202", 2, "median_hours_to_notice")]),
        ("training", {"overdue": "２１"}, []),
        ("training", {"period": "2026–08"}, []),
        ("ice_requests", {"form": "I‑247A", "instrument": "I–200"}, []),
        ("notice_compliance", {"facility": "МRJC"}, [("V203", 2, "facility")]),
    ],
    ids=["a raised digit", "a fraction", "a minus sign of typesetters", "no revision", "hours below zero", "a gap below zero",
         "a percent sign", "percent of hours", "full width", "a dash in a period", "dashes in codes", "a Cyrillic letter"],
)  # fmt: skip
def test_a_cell_means_what_a_person_reads(name, cells, found, judged, row):
    assert told({f"{name}_a.csv": [row(name, **cells)]}, judged) == found


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"%PDF-1.7\n", "a PDF"), (b"<!DOCTYPE html><table>", "a web page"), (b"\xef\xbb\xbf <?xml version='1.0'?>", "an XML file"),
     (b'[{"period": "2026-09"}]', "JSON"), (b"{\\rtf1", "a text document")],
)  # fmt: skip
def test_another_kind_of_text_named_csv_is_called_what_it_is(content, kind, tmp_path):
    path = tmp_path / "training_a.csv"
    path.write_bytes(content)
    (finding,) = read_file(path, name=path.name).findings
    assert (finding.kind.code, finding.message) == ("V101", f"The file is named .csv but is {kind}.")


def test_many_different_wrong_codes_are_judged_in_a_moment(judged):
    rows = [month(8, course=f"code_2_1{n}") for n in range(1_500)]
    (one,) = judged({"training_a.csv": rows})
    hints = ["Did you mean" in finding.message for finding in one.findings if finding.kind.code == "V203"]
    assert len(hints) == 1_499
    assert (hints[0], hints[-1]) == (True, False)
