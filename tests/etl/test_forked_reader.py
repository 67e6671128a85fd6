"""The fuzzer's readers are forked, the product's are started: from the same file both must tell the same."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from benchmarks.forked_reader import Server
from etl import workbook
from etl.template import template
from schemas.jurisdiction import jurisdiction
from schemas.registry import dataset


def honest(path: Path) -> None:
    path.write_bytes(template(dataset("complaints"), jurisdiction(), periods=("2026-09",)))


def cut_off(path: Path) -> None:
    honest(path)
    path.write_bytes(path.read_bytes()[:-2_000])


def no_spreadsheet(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4_026))


def far_below(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Data").write(1_048_575, 16_383, 1)


def told(path: Path) -> workbook.Workbook | str:
    try:
        return workbook.read_workbook(path)
    except workbook.Unreadable as fault:
        return str(fault)


@pytest.mark.parametrize("made", [honest, cut_off, no_spreadsheet, far_below], ids=lambda made: made.__name__)
def test_a_forked_reader_tells_what_a_started_one_tells(made: Callable[[Path], None], tmp_path, monkeypatch):
    path = tmp_path / "book.xlsx"
    made(path)
    started = told(path)
    held: list[int] = []
    with Server(held.append) as server:
        monkeypatch.setattr(workbook, "start", server.start)
        forked = [told(path), told(path)]
    assert forked == [started, started]
    assert isinstance(started, str) == (made is not honest)
    assert len(held) == 2
    assert min(held) > 1_000


def test_a_forked_reader_that_is_stopped_ends_and_the_next_one_reads(tmp_path):
    path, held = tmp_path / "book.xlsx", list[int]()
    honest(path)
    with Server(held.append) as server:
        with server.start(path) as child:
            child.kill()
        assert child.returncode in (-9, 0)  # it may have come to its end before
        with server.start(path) as child:
            assert child.stdout.read().startswith(b'{"sheet": "Data"')
        assert child.returncode == 0
