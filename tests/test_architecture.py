"""Who may import whom, and that importing does nothing."""

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import schemas

REPO = Path(schemas.__file__).parents[1]
PACKAGES = ("schemas", "etl", "dashboard")
SCRIPTS = {"dashboard.app", "dashboard.__main__", "etl.__main__"}
"""Run, never imported: Streamlit's script, and `python -m`."""

WHEN_CHOSEN = {"etl.engines.with_polars"}
"""Imported when its engine is chosen; polars sets up its allocator in the environment as soon as it is imported."""

WATCHED = """
import importlib, os, socket, sys, threading, warnings

warnings.simplefilter("error")
import pandas, pandera.pandas, typer, rich, plotly.graph_objects, streamlit, uvicorn, sodapy, starlette.routing  # not ours
from streamlit.starlette import App

opened = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "subprocess.Popen", "os.system", "os.mkdir", "os.putenv"):
        opened.append((event, arguments))
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        opened.append((event, arguments[:2]))

before = (dict(os.environ), threading.active_count(), list(warnings.filters), pandas.get_option("display.max_rows"))
sys.dont_write_bytecode = True
sys.addaudithook(watch)
for name in sys.argv[1:]:
    importlib.import_module(name)
assert not opened, opened
after = (dict(os.environ), threading.active_count(), list(warnings.filters), pandas.get_option("display.max_rows"))
assert before == after, (before, after)
"""


def _modules() -> list[str]:
    found = []
    for package in PACKAGES:
        for module in pkgutil.walk_packages([str(REPO / package)], f"{package}."):
            found.append(module.name)
    return sorted(set(found) - SCRIPTS - WHEN_CHOSEN)


def test_the_import_contracts_are_kept():
    lint = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run([lint, "--no-cache"], cwd=REPO, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout


def test_importing_any_module_of_ours_opens_nothing_and_changes_nothing():
    modules = _modules()
    assert len(modules) > 60
    ran = subprocess.run(
        [sys.executable, "-c", WATCHED, *modules], cwd=REPO, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-2000:]


@pytest.mark.parametrize("command", ["--help", "datasets"])
def test_the_command_starts_without_pandas(command):
    code = (
        "import sys\nfrom etl.cli import main\nsys.argv = ['daylight', sys.argv[1]]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "assert not {'pandas', 'pandera', 'streamlit'} & sys.modules.keys()"
    )
    ran = subprocess.run([sys.executable, "-c", code, command], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
