"""What all tests share: no network, a fixed day, the command `daylight`, one real release, and small submissions."""

import csv
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from etl.judging import Judged
from etl.judging import Settings as RunSettings
from etl.judging import judge as judge_paths
from schemas.registry import dataset

REPO = Path(__file__).parents[1]
DATA = REPO / "data"
ON = date(2026, 10, 20)
COUNTY = "king_county"
Row = dict[str, str]

# The same examples in every run, and no verdict on the speed of a machine; HYPOTHESIS_PROFILE=explore looks further.
settings.register_profile("daylight", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, max_examples=1000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "daylight"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`python -m pytest tests/golden --refresh-golden` writes the golden files again, to be reviewed as a diff."""
    parser.addoption("--refresh-golden", action="store_true", help="write tests/golden/expected/ again")


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but loopback can be reached; only the browser's tests are let through."""
    if request.node.get_closest_marker("browser"):
        return

    def guarded(name: str) -> Callable[..., Any]:
        genuine = getattr(socket.socket, name)

        def connect(self: socket.socket, address: Any) -> Any:
            local = self.family == socket.AF_UNIX or str(address[0]) in ("127.0.0.1", "::1", "localhost")
            if not local:
                pytest.fail(f"a test wanted to reach {address}")
            return genuine(self, address)

        return connect

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(name))


# --- the command -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON document on stdout, and nothing else there."""
        return json.loads(self.out)


def clean_environment() -> dict[str, str]:
    """The environment without any setting of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DAYLIGHT_")}
    return {**kept, "COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb", "OPENBLAS_NUM_THREADS": "1"}


@pytest.fixture(scope="session")
def daylight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Ran]]:
    """Run `daylight` as a process of its own: `daylight("verify", folder)` -> exit code, stdout, stderr."""
    home = tmp_path_factory.mktemp("command")
    script = [sys.executable, str(Path(__file__).with_name("command_server.py"))]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(script, env=clean_environment(), **pipes) as server:

        def run(
            *arguments: object, folder: Path = home, environment: Mapping[str, str] | None = None, most_bytes: int = 0
        ) -> Ran:
            out, err = home / "stdout", home / "stderr"
            order = {
                "arguments": [str(each) for each in arguments], "folder": str(folder), "out": str(out), "err": str(err),
                "environment": {**clean_environment(), **(environment or {})}, "most_bytes": most_bytes,
            }  # fmt: skip
            server.stdin.write(json.dumps(order) + "\n")
            server.stdin.flush()
            code = int(server.stdout.readline())
            ran = Ran(code, out.read_text(), err.read_text())
            assert "Traceback" not in ran.err, ran.err
            return ran

        yield run


@pytest.fixture(scope="session")
def start() -> Callable[..., subprocess.Popen[str]]:
    """Start `python -m etl …` and go on, so that a test can kill it or let two run at once."""

    def started(*arguments: object, folder: Path | None = None) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "etl", *(str(each) for each in arguments)]
        return subprocess.Popen(
            command, env=clean_environment(), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return started


# --- a real release and its catalogue --------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory, start: Callable[..., Any]) -> Path:
    """The release of the bundled data, built once by the command itself."""
    out = tmp_path_factory.mktemp("release")
    with start("build", "--submissions", DATA, "--out", out, "--on", ON) as building:
        printed, errors = building.communicate(timeout=300)
    assert building.returncode == 0, errors
    return out / printed.strip()


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory, release: Path, daylight: Callable[..., Ran]) -> Path:
    """The local catalogue in which that release was published. Never change it: take `catalogue_copy`."""
    folder = tmp_path_factory.mktemp("published") / "catalogue"
    assert daylight("publish", release, "--to", "local", "--catalogue", folder, "--yes").code == 0
    return folder


@pytest.fixture
def catalogue_copy(catalogue: Path, tmp_path: Path) -> Path:
    """A copy of the catalogue that a test may damage."""
    return shutil.copytree(catalogue, tmp_path / "catalogue", symlinks=True)


# --- small submissions -----------------------------------------------------------------------------------------------


def write_rows(path: Path, rows: list[Row]) -> Path:
    """Rows as a CSV file; the header has every column that any row has."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="session")
def row() -> Callable[..., Row]:
    """A good row of a dataset, its declared example, with some cells changed: `row("ice_requests", declined="18")`."""

    def changed(dataset_id: str, **cells: str) -> Row:
        return {**dataset(dataset_id).examples[0], **cells}

    return changed


@pytest.fixture(scope="session")
def write() -> Callable[[Path, list[Row]], Path]:
    """Write rows as a CSV file."""
    return write_rows


Files = Mapping[str, list[Row] | str | bytes | Callable[[Path], None]]


@pytest.fixture
def judged(tmp_path: Path) -> Callable[[Files], list[Judged]]:
    """Put files into a folder, by name (rows, text, bytes, or a function that writes), and judge all submissions."""

    def judge(files: Files) -> list[Judged]:
        folder = tmp_path / "submissions"
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            match content:
                case list():
                    write_rows(path, content)
                case str() | bytes():
                    path.write_bytes(content.encode() if isinstance(content, str) else content)
                case _:
                    content(path)
        submissions = sorted(path for path in folder.iterdir() if path.suffix != ".toml")
        return judge_paths([(path, path.name) for path in submissions], RunSettings(on=ON, jurisdiction=COUNTY))

    return judge


@pytest.fixture
def faults(judged: Callable[[Files], list[Judged]]) -> Callable[[Files], list[tuple[Any, ...]]]:
    """Everything found in some files, as (code, file, row, column, severity)."""

    def found(files: Files) -> list[tuple[Any, ...]]:
        return [
            (finding.kind.code, one.file.name, finding.row, finding.column, str(finding.severity))
            for one in judged(files) for finding in one.findings
        ]  # fmt: skip

    return found
