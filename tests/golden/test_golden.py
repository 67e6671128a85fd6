"""The bundled data -> a whole release, compared file by file with what is kept in tests/golden/expected.

Changed on purpose? Refresh with `python -m pytest tests/golden --refresh-golden` and review the diff.
"""

import re
import shutil
from pathlib import Path

import pytest

from schemas.release import SUMS

EXPECTED = Path(__file__).with_name("expected")
IN_FULL = ("tables/indicators.csv", "notes.md", "disclosure/audit.json")


def _sums(release: Path) -> str:
    """SHA256SUMS without what depends on a writer's version: Parquet, pictures, papers, and the manifest that lists them."""
    lines = (release / SUMS).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(
        line for line in lines if not line.rstrip().endswith((".parquet", ".png", ".pdf", "  manifest.json"))
    )


@pytest.fixture(scope="module", autouse=True)
def _refreshed(request: pytest.FixtureRequest, release: Path) -> None:
    """Write the golden files again where somebody asks for it."""
    if request.config.getoption("--refresh-golden"):
        shutil.rmtree(EXPECTED, ignore_errors=True)
        for path in IN_FULL:
            (EXPECTED / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(release / path, EXPECTED / path)
        (EXPECTED / SUMS).write_text(_sums(release), encoding="utf-8")


@pytest.mark.parametrize("path", IN_FULL)
def test_what_is_kept_in_full_is_as_before(path, release):
    assert (release / path).read_text(encoding="utf-8") == (EXPECTED / path).read_text(encoding="utf-8")


def test_every_file_has_the_hash_it_had(release):
    def by_path(text: str) -> dict[str, str]:
        return {path: digest for digest, path in (line.split("  ") for line in text.splitlines())}

    before, now = by_path((EXPECTED / SUMS).read_text(encoding="utf-8")), by_path(_sums(release))
    differ = sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))
    assert differ == [], "refresh with --refresh-golden, and review the diff"


def test_a_release_says_nowhere_where_or_when_it_was_made(release):
    made_here = re.compile(rb"/tmp/|/home/|pytest|\d{2}:\d{2}:\d{2}\.\d|" + re.escape(bytes(Path.home())) + b"/")
    files = [path for path in release.rglob("*") if path.is_file() and path.suffix not in (".parquet", ".png")]
    assert [path.name for path in files if made_here.search(path.read_bytes())] == []


def test_every_table_made_from_samples_says_so_in_every_row(release):
    for path in release.glob("tables/*.csv"):
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        place = header.split(",").index("data_origin")
        marks = {line.split(",")[place] if place == 0 else line.rsplit(",", 1)[1] for line in lines}
        public = (path.stem.startswith("federal_") and path.stem != "federal_counts") or path.stem == "audit_baseline"
        assert marks <= ({"real"} if public else {"SAMPLE DATA"}), path.name


@pytest.mark.slow
def test_two_builds_in_different_places_are_byte_identical(release, start, tmp_path, request):
    data = request.config.rootpath / "data"
    copy = shutil.copytree(data, tmp_path / "somewhere" / "else")
    with start("build", "--submissions", copy, "--out", tmp_path / "out", "--on", "2026-10-20") as building:
        printed, errors = building.communicate(timeout=300)
    assert building.returncode == 0, errors
    again = tmp_path / "out" / printed.strip()
    assert again.name == release.name
    paths = sorted(path.relative_to(release) for path in release.rglob("*") if path.is_file())
    assert paths == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert [path for path in paths if (release / path).read_bytes() != (again / path).read_bytes()] == []
