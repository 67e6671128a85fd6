"""A portal over real TLS for each test, two releases to publish on it, and the command that does so."""

import contextlib
import importlib.util
import io
import json
import os
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import trustme

import etl.cli

HERE = Path(__file__).parent
COMMAND_SERVER = HERE.with_name("command_server.py")
MONTHS = ("2026-04", "2026-05", "2026-06")


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fake_portal", HERE / "portal.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


FAKE = sys.modules.get("fake_portal") or _load()


@pytest.fixture(scope="session")
def fake() -> ModuleType:
    """tests/socrata/portal.py: the portal's classes and the ways to go wrong."""
    return FAKE


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """The test authority."""
    return trustme.CA()


@pytest.fixture(scope="session")
def _server(authority: trustme.CA) -> Iterator[Any]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = FAKE.Server(FAKE.Portal(), context)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def portal(_server: Any) -> Any:
    """An empty portal."""
    _server.portal = FAKE.Portal()
    return _server.portal


# --- releases --------------------------------------------------------------------------------------------------------


def _build(forks: Any, folder: Path, origin: str) -> Path:
    (folder / "submissions.toml").write_text(f'origin = "{origin}"\n')
    out, printed, errors = folder.parent / "out", folder.parent / "stdout", folder.parent / "stderr"
    arguments = ["build", "--submissions", str(folder), "--out", str(out), "--on", "2026-10-20"]
    order = {"arguments": arguments, "folder": str(folder.parent), "out": str(printed), "err": str(errors)}
    assert forks({**order, "environment": dict(os.environ), "most_bytes": 0}) == 0, errors.read_text()
    return out / printed.read_text().strip()


@pytest.fixture(scope="session")
def release(tmp_path_factory: Any, row: Any, write: Any, forks: Any) -> Path:
    """Three months of complaints, account reviews with dates, and notice at two facilities with hidden cells."""
    folder = tmp_path_factory.mktemp("portal") / "first"
    write(folder / "complaints_a.csv", [row("complaints", period=month, submitted_on="") for month in MONTHS])
    write(folder / "account_reviews_a.csv", [row("account_reviews", submitted_on="")])
    notice = [
        row("notice_compliance", period=month, facility=place, submitted_on="")
        for month in MONTHS for place in ("KCCF", "MRJC")
    ]  # fmt: skip
    write(folder / "notice_compliance_a.csv", notice)
    return _build(forks, folder, "real")


@pytest.fixture(scope="session")
def next_release(tmp_path_factory: Any, row: Any, write: Any, forks: Any) -> Path:
    """A month more of complaints, and another figure in June."""
    folder = tmp_path_factory.mktemp("portal") / "second"
    rows = [row("complaints", period=month, submitted_on="") for month in (*MONTHS, "2026-07")]
    rows[2]["received"] = "9"
    write(folder / "complaints_a.csv", rows)
    return _build(forks, folder, "real")


@pytest.fixture(scope="session")
def sample_release(tmp_path_factory: Any, row: Any, write: Any, forks: Any) -> Path:
    """The same complaints, made up."""
    folder = tmp_path_factory.mktemp("portal") / "sample"
    write(folder / "complaints_a.csv", [row("complaints", period=month, submitted_on="") for month in MONTHS])
    return _build(forks, folder, "sample")


# --- the command -----------------------------------------------------------------------------------------------------


@dataclass
class Ran:
    """What a run left."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass
class Publisher:
    """Runs `daylight publish RELEASE --to socrata` with the settings in `environment`, from `folder`."""

    portal: Any
    environment: dict[str, str]
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    server: Callable[[dict[str, Any]], int] | None = None
    more: list[str] = field(default_factory=lambda: ["--dataset", "complaints"])

    def _arguments(self, release: Path, options: tuple[str, ...]) -> list[str]:
        return ["publish", str(release), "--to", "socrata", *self.more, *options]

    def __call__(self, release: Path, *options: str, **settings: str) -> Ran:
        """In this process: `settings` such as VISIBILITY="public" are added."""
        environment = {**self.environment, **{f"DAYLIGHT_SOCRATA_{n}": value for n, value in settings.items()}}
        out, err = io.StringIO(), io.StringIO()
        with self.monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("DAYLIGHT_")]:
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["daylight", *self._arguments(release, options)])
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    etl.cli.main()
                    code = 0
                except SystemExit as end:
                    code = int(end.code or 0)
        return Ran(code, out.getvalue(), err.getvalue())

    def in_a_process(self, release: Path, *options: str, **settings: str) -> Ran:
        """In a process of its own, which the portal can kill."""
        environment = {**os.environ, **self.environment, **{f"DAYLIGHT_SOCRATA_{n}": v for n, v in settings.items()}}
        out, err = self.folder / "stdout", self.folder / "stderr"
        code = self.server({
            "arguments": self._arguments(release, options), "folder": str(self.folder), "out": str(out), "err": str(err),
            "environment": environment, "most_bytes": 0, "pid_file": str(self.folder / "pid"),
        })  # fmt: skip
        return Ran(code, out.read_text(), err.read_text())

    def kill(self, *_: Any) -> None:
        """Kill the process under way, at once."""
        os.kill(int((self.folder / "pid").read_text()), signal.SIGKILL)


@pytest.fixture
def publish(
    portal: Any, _server: Any, authority: trustme.CA, tmp_path: Path, monkeypatch: Any, forks: Any
) -> Publisher:
    """`publish(release, "--yes")` -> exit code and what was printed."""
    bundle, secret, folder = tmp_path / "authority.pem", tmp_path / "secret", tmp_path / "home"
    authority.cert_pem.write_to_path(bundle)
    secret.write_text(f"{FAKE.KEY_SECRET}\n")
    folder.mkdir()
    environment = {
        "DAYLIGHT_SOCRATA_DOMAIN": f"127.0.0.1:{_server.server_address[1]}",
        "DAYLIGHT_SOCRATA_APP_TOKEN": FAKE.TOKEN, "DAYLIGHT_SOCRATA_KEY_ID": FAKE.KEY_ID,
        "DAYLIGHT_SOCRATA_KEY_SECRET_FILE": str(secret), "REQUESTS_CA_BUNDLE": str(bundle),
        "DAYLIGHT_SOCRATA_PATIENCE": "3", "DAYLIGHT_SOCRATA_TIMEOUT": "0.6", "DAYLIGHT_SOCRATA_INDEX_LAG": "0.05",
    }  # fmt: skip
    return Publisher(portal, environment, folder, monkeypatch, forks)


@pytest.fixture(scope="session")
def forks() -> Iterator[Callable[[dict[str, Any]], int]]:
    """Runs orders in forks of a process that has the libraries loaded (tests/command_server.py)."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, str(COMMAND_SERVER)], **pipes) as server:

        def run(order: dict[str, Any]) -> int:
            server.stdin.write(json.dumps(order) + "\n")
            server.stdin.flush()
            return int(server.stdout.readline())

        yield run
        server.stdin.close()
