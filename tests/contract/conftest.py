"""Small submissions, and a catalogue of one small release, for tests of the command from outside."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PLACES = ("KCCF", "MRJC")
TOLD = {"notified": "15", "in_preferred_language": "15", "not_notified_reason_released_first": "2"}
"""15 of 19 told each month: 12 people not told at each facility in the quarter, so that nothing need be hidden."""
QUARTER = ("2026-04", "2026-05", "2026-06")


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its bytes; links by where they lead."""
    return {
        path.relative_to(folder).as_posix(): str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*")) if path.is_symlink() or path.is_file()
    }  # fmt: skip


@pytest.fixture(scope="session")
def contents() -> Callable[[Path], dict[str, bytes]]:
    """The bytes of every file below a folder, to see that nothing changed."""
    return snapshot


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory, row: Any, write: Any) -> Path:
    """Complaints of three months, and notice at two facilities in one quarter."""
    folder = tmp_path_factory.mktemp("small")
    write(folder / "complaints_a.csv", [row("complaints", period=month, submitted_on="") for month in QUARTER])
    notice = [
        row("notice_compliance", period=month, facility=place, submitted_on="", **TOLD)
        for month in QUARTER for place in PLACES
    ]  # fmt: skip
    write(folder / "notice_compliance_a.csv", notice)
    (folder / "submissions.toml").write_text('origin = "sample"\n')
    return folder


@pytest.fixture
def submissions(small: Path, tmp_path: Path) -> Path:
    """A copy of the small submissions that a test may change."""
    return shutil.copytree(small, tmp_path / "submissions")


@pytest.fixture(scope="session")
def make(daylight: Any) -> Callable[..., Path]:
    """Build a release: `make(submissions, out)` -> its folder."""

    def built(submissions: Path, out: Path, *more: object) -> Path:
        ran = daylight("build", "--submissions", submissions, "--out", out, "--on", "2026-10-20", *more)
        assert ran.code == 0, ran.err
        return out / ran.out.strip()

    return built


@pytest.fixture(scope="session")
def small_release(small: Path, make: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release of the small submissions."""
    return make(small, tmp_path_factory.mktemp("small-release"))


@pytest.fixture(scope="session")
def small_catalogue(small_release: Path, daylight: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue in which it was published. Never change it: take `small_copy`."""
    folder = tmp_path_factory.mktemp("small-published") / "catalogue"
    assert daylight("publish", small_release, "--to", "local", "--catalogue", folder, "--yes").code == 0
    return folder


@pytest.fixture
def small_copy(small_catalogue: Path, tmp_path: Path) -> Path:
    """A copy of the small catalogue that a test may change."""
    return shutil.copytree(small_catalogue, tmp_path / "catalogue", symlinks=True)
