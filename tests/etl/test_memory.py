"""A spreadsheet never makes its reader hold more than 200 MB above the file's own size, whatever it was made to do.

The reader is a child process. Asked for a child's memory, Linux tells the larger of what the child held and what the
process that started it held, so a small process starts the reader here and is asked. What a process itself holds is its
own VmHWM, which begins anew with each program.
"""

import base64
import io
import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from schemas.registry import dataset

MOST = 200_000_000
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HELD = """
def held():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024
"""
ASK = """
import json, resource, sys
from pathlib import Path
from etl.workbook import Unreadable, read_workbook
small = held()
try:
    book = read_workbook(Path(sys.argv[1]))
    told = [len(book.sheets), sum(len(sheet.rows) for sheet in book.sheets)]
except Unreadable as fault:
    told = str(fault)
print(json.dumps([small, 1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, told]))
"""


@dataclass(frozen=True)
class Asked:
    """The most memory the child held, and how much the reader told: the sheets and their rows, or why there are none."""

    most: int
    told: list[int] | str


def read(path: Path) -> Asked:
    """Have the reader read a file, past the check of its container."""
    command = [sys.executable, "-c", HELD + ASK, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    small, most, told = json.loads(done.stdout)
    assert small < 60_000_000, "the process that asks must be small, or its own memory is measured"
    return Asked(most, told)


# --- files -----------------------------------------------------------------------------------------------------------


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def workbook(**changes: bytes) -> bytes:
    """A plain workbook with its sheet or its shared strings replaced."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("Data").write_row(0, 0, ["period", "agency"])
    with zipfile.ZipFile(out) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return packed({**parts, **{{"sheet": SHEET, "strings": STRINGS}[name]: part for name, part in changes.items()}})


def sheet(rows: str) -> bytes:
    return f"<worksheet {SPACE}><sheetData>{rows}</sheetData></worksheet>".encode()


def strings(items: str) -> bytes:
    return f"<sst {SPACE}>{items}</sst>".encode()


def two_cells(last: str, row: int) -> bytes:
    """Two cells, between which a reader may make room for everything."""
    first = '<row r="1"><c r="A1"><v>1</v></c></row>'
    return workbook(sheet=sheet(f'{first}<row r="{row}"><c r="{last}{row}"><v>1</v></c></row>'))


def ods(rows: str) -> bytes:
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    spaces = " ".join(f'xmlns:{name}="{urn}:{name}:1.0"' for name in ("office", "table", "text"))
    body = f'<office:body><office:spreadsheet><table:table table:name="Data">{rows}</table:table></office:spreadsheet>'
    content = f"<office:document-content {spaces}>{body}</office:body></office:document-content>"
    manifest = f'<manifest:manifest xmlns:manifest="{urn}:manifest:1.0"/>'.encode()
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": kind, "META-INF/manifest.xml": manifest, "content.xml": content.encode()})


def ods_cell(times: int) -> str:
    return (f'<table:table-cell table:number-columns-repeated="{times}" office:value-type="float" office:value="1">'
            "<text:p>1</text:p></table:table-cell>")  # fmt: skip


def noise(size: int) -> str:
    """Text that does not pack well, so that the ratio of packed and unpacked size gives nothing away."""
    return base64.b64encode(random.Random(1).randbytes(size)).decode()


def rows_of(cells: str, times: int) -> str:
    return f"<row>{cells}</row>" * times


def merges(count: int) -> bytes:
    many = "".join(f'<mergeCell ref="A{number}:B{number + 9}"/>' for number in range(1, 10 * count, 10))
    return f"<worksheet {SPACE}><sheetData/><mergeCells>{many}</mergeCells></worksheet>".encode()


_SHOWN = '<c t="s"><v>0</v></c>'
_LOST = "<c><f>A1</f></c>"
_BLANK = '<table:table-row table:number-rows-repeated="1048576">{}</table:table-row>'

HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "old Office header under another name": (".xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4026)),
    "cell in the last row": (".xlsx", lambda: two_cells("A", 1_048_576)),
    "cell in the last corner": (".xlsx", lambda: two_cells("XFD", 1_048_576)),
    "cell in the last column": (".xlsx", lambda: two_cells("XFD", 600)),
    "cell far down and far right": (".xlsx", lambda: two_cells("X", 249_000)),
    "shared string of 120 MB": (
        ".xlsx", lambda: workbook(strings=strings(f"<si><t>{noise(600_000)}{'a' * 119_000_000}</t></si>"))),
    "sheet of 120 MB of blanks": (".xlsx", lambda: workbook(sheet=sheet(f"<!--{noise(600_000)}-->{' ' * 119_000_000}"))),
    "two million shared strings": (
        ".xlsx", lambda: workbook(strings=strings("".join(f"<si><t>{n}</t></si>" for n in range(2_000_000))))),
    "long text shown 20,000 times": (".xlsx", lambda: workbook(
        strings=strings(f"<si><t>{noise(24_000)}</t></si>"), sheet=sheet(rows_of(_SHOWN * 10, 2_000)))),
    "200,000 formulas": (".xlsx", lambda: workbook(sheet=sheet(rows_of(_LOST * 20, 10_000)))),
    "100,000 merges": (".xlsx", lambda: workbook(sheet=merges(100_000))),
    "row repeated to the end": (".ods", lambda: ods(_BLANK.format(ods_cell(1)))),
    "cell repeated a thousand million times": (".ods", lambda: ods(f"<table:table-row>{ods_cell(10**9)}</table:table-row>")),
    "block repeated both ways": (
        ".ods", lambda: ods(f'<table:table-row table:number-rows-repeated="3000">{ods_cell(3000)}</table:table-row>')),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("memory")


def made(name: str, folder: Path) -> Path:
    suffix, content = HOSTILE[name]
    path = folder / f"{name.replace(' ', '_')}{suffix}"
    if not path.exists():
        path.write_bytes(content())
    return path


def legitimate(path: Path, *, rows: int, columns: int) -> Path:
    """A large but honest workbook: words, numbers of every size, real dates."""
    declared, chance = dataset("ice_requests"), random.Random(1)
    example, names = declared.examples[0], [column.name for column in declared.columns][:columns]
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        page, day = book.add_worksheet("Data"), book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(0, 0, names)
        for row in range(1, rows + 1):
            for place, name in enumerate(names):
                if name == "submitted_on":
                    page.write_datetime(row, place, date(2026, 11, 5), day)
                elif example.get(name, "").isdigit():
                    page.write_number(row, place, chance.randrange(10**6))
                else:
                    page.write_string(row, place, example.get(name, ""))
    return path


# --- the reader ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_does_not_make_the_reader_hold_more(name, folder):
    """Even where the check of the container would have let no such file through."""
    path = made(name, folder)
    asked = read(path)
    assert asked.most <= MOST + path.stat().st_size
    assert isinstance(asked.told, str) or asked.told[0] == 1


@pytest.mark.slow
@pytest.mark.parametrize(("rows", "columns"), [(50_000, 11), (10_000, 27)])
def test_a_large_honest_workbook_is_read_within_the_same_bound(rows, columns, folder):
    path = legitimate(folder / f"honest_{rows}.xlsx", rows=rows, columns=columns)
    asked = read(path)
    assert asked.most <= MOST + path.stat().st_size
    assert asked.told == [1, rows + 1]


def test_more_cells_than_a_submission_can_need_are_refused_in_words(folder):
    path = folder / "cells.xlsx"
    path.write_bytes(workbook(sheet=sheet(rows_of("<c><v>1</v></c>" * 20, 37_501))))
    asked = read(path)
    assert asked.told == "The spreadsheet holds more cells than a submission can need."


# --- the process that judges -----------------------------------------------------------------------------------------

JUDGE = """
import json, sys
from pathlib import Path
from etl.judging import Settings, judge
from datetime import date
told = []
for name in sys.argv[1:]:
    path = Path(name)
    judge([(path, path.name)], Settings(on=date(2026, 11, 20), jurisdiction="king_county"))
    told.append(held())
print(json.dumps(told))
"""


@pytest.mark.slow
def test_the_process_that_judges_grows_no_more_than_that_either(folder, write, row):
    """A small file first, so that what is imported is not counted; then a county's file of 10,000 rows, then all else."""
    small = write(folder / "ice_requests_small.csv", [row("ice_requests")])
    county = legitimate(folder / "ice_requests_county.xlsx", rows=10_000, columns=27)
    paths = [small, county, *(made(name, folder) for name in HOSTILE)]
    done = subprocess.run(
        [sys.executable, "-c", HELD + JUDGE, *map(str, paths)], capture_output=True, text=True, check=True
    )
    first, *later = json.loads(done.stdout)
    for path, peak in zip(paths[1:], later, strict=True):
        assert peak <= first + MOST + path.stat().st_size, path.name
