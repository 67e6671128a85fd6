"""A sheet of plain rows is thinned to its different cells; what comes out must be what the reader makes of the whole."""

import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import workbook
from etl.thin import thin

SHEET = "xl/worksheets/sheet1.xml"
VALUES = (
    "a", "A & <b>", " blank before", "", "0015", "ü–ß", "_x000D_", "x\ty", 0, 7, -3.5, 1e20, 0.1 + 0.2, True, False,
    date(2026, 2, 28), datetime(2026, 2, 28, 13, 5, tzinfo=UTC).replace(tzinfo=None), None,
)  # fmt: skip


def write(path: Path, rows: list[list[object]], *, shared: bool) -> None:
    """Two sheets of the same rows from B3 on; numbers are shown as percentages in the second."""
    options = {"constant_memory": not shared, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(path, options) as book:
        percent = book.add_format({"num_format": "0.0%"})
        for name, style in (("Data", None), ("More", percent)):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows, start=2):
                for place, value in enumerate(row, start=1):
                    shown = style if isinstance(value, int | float) else None
                    sheet.write(number * 2, place, value, *([shown] if shown else []))
            sheet.data_validation("A1:A9", {"validate": "list", "source": ["one", "two"]})


def told(path: Path) -> list[tuple[object, ...]]:
    book = workbook.read_workbook(path)
    return [(sheet.name, sheet.visible, sheet.rows) for sheet in book.sheets]


def told_whole(path: Path) -> list[tuple[object, ...]]:
    """What the reader makes of the file as it is, row by row, in this process."""
    from python_calamine import CalamineWorkbook

    found = []
    with CalamineWorkbook.from_path(path) as book, zipfile.ZipFile(path) as archive:
        percents = workbook.percent_styles(archive)
        for name, member in workbook.sheet_members(archive).items():
            with archive.open(member) as part:
                facts, _ = workbook.scan(part, sheet=name, percents=percents)
            rows = workbook._rows(book.get_sheet_by_name(name), frozenset(facts.percents))
            found.append((name, True, tuple((number, tuple(cells)) for number, cells in rows)))
    return found


def is_thinned(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return thin(archive, SHEET) is not None


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(VALUES), max_size=5), max_size=6), st.booleans())
def test_the_values_of_a_thinned_sheet_are_those_of_the_whole(tmp_path, rows, shared):
    path = tmp_path / "book.xlsx"
    write(path, [[1, "always"], *rows], shared=shared)
    assert is_thinned(path)
    assert told(path) == told_whole(path)


def test_many_rows_are_thinned_over_many_pieces(tmp_path):
    path = tmp_path / "book.xlsx"
    rows = [
        [f"2026-{at % 12 + 1:02}", at, at % 7 or None] + (["late column"] if at > 9_000 else []) for at in range(12_000)
    ]
    write(path, rows, shared=True)
    assert is_thinned(path)
    assert told(path) == told_whole(path)


def changed(path: Path, change: Callable[[bytes], bytes]) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    before = parts[SHEET]
    parts[SHEET] = change(before)
    assert parts[SHEET] != before
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def replaced(old: str, new: str) -> Callable[[bytes], bytes]:
    return lambda xml: re.sub(old.encode(), new.encode(), xml, count=1)


ODD = {
    "a formula": replaced('(<c r="B5">)', r"\1<f>1+1</f>"),
    "an error": replaced('<c r="B5">', '<c r="B5" t="e">'),
    "a hidden row": replaced('<row r="5"', '<row r="5" hidden="1"'),
    "rows out of order": replaced('<row r="5"(.*?)r="B5"(.*?)r="C5"', r'<row r="99"\1r="B99"\2r="C99"'),
    "a cell of another row": replaced('r="B5"', 'r="B6"'),
    "a cell without a place": replaced('<c r="B5"', "<c"),
    "cells out of order": replaced('(<c r="B5".*?</c>)(<c r="C5".*?</c>)', r"\2\1"),
    "rich text": replaced('<c r="B5"><v>1</v>', '<c r="B5" t="inlineStr"><is><r><t>one</t></r></is>'),
    "a comment": replaced("<sheetData>", "<!-- --><sheetData>"),
    "a comment between rows": replaced("</row>", "</row><!-- -->"),
    "another encoding": lambda xml: xml.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "rows behind the table": replaced("</worksheet>", '<row r="100"/></worksheet>'),
    "no end": lambda xml: xml[: xml.index(b"</sheetData>")],
}


@pytest.mark.parametrize("change", ODD.values(), ids=ODD.keys())
def test_what_is_not_plain_is_left_to_the_reader(change, tmp_path):
    path = tmp_path / "book.xlsx"
    write(path, [[1, "word"], [2, "word"]], shared=True)
    assert is_thinned(path)
    changed(path, change)
    assert not is_thinned(path)


def test_a_line_that_does_not_fit_its_cells_is_refused():
    sheet = workbook.SheetCells("Data", visible=True, facts=workbook.Facts())
    with pytest.raises(ValueError, match="do not fit"):
        sheet.add({"cells": [], "numbers": "AQAAAA==", "columns": {"1": "AQAAAA=="}})
