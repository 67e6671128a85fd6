"""What Daylight is made of: locked, licensed, the same each time it is built; workflows that may do little; a threat model
that names tests which exist."""

import ast
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
THREATS = ROOT / "docs/explanation/threat-model.md"
SHIPPED = ("pyproject.toml", "README.md", "LICENSE", "LICENSE-DATA", "schemas", "etl", "dashboard")


def locked(path):
    """Each package of a lock file with its version and the number of its hashes."""
    entries = re.split(r"^(?=\S)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [(entry.split("==")[0].split("[")[0].strip(), entry) for entry in entries if entry.strip()]


# --- locks and licences


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_everything_is_locked_with_hashes(path):
    entries = locked(path)
    assert entries
    for name, entry in entries:
        assert re.match(r"[\w.-]+==[\w.!+]+( ; .*)? \\\n", entry), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), name
        assert "://" not in entry, name


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


CLUSTERS = {"distributed", "pyspark"}
"""What a cluster brings: its version is the cluster's, and pyspark wants an older pandas (decision 0040)."""


def test_what_is_declared_is_what_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for lock, asked in (
        ("run", [*project["dependencies"], *extras["etl"], *extras["dashboard"]]),
        ("test", [name for some in extras.values() for name in some]),
    ):
        names = {normal(re.match(r"[\w.-]+", one).group()) for one in asked}
        known = {normal(name) for name, _entry in locked(ROOT / f"requirements/{lock}.txt")}
        assert names - known - (CLUSTERS if lock == "test" else set()) == set()


def test_tests_and_service_use_the_same_versions():
    run, test = (dict(locked(ROOT / f"requirements/{name}.txt")) for name in ("run", "test"))
    assert {name for name in run if run[name].splitlines()[0] != test.get(name, "").splitlines()[0]} == set()


ALLOWED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-0", "MIT-CMU", "MPL-2.0", "PSF-2.0",
    "Zlib",
    # as older packages say it
    "3-Clause BSD License", "Apache License 2.0", "Apache Software License", "BSD License", "ISC License (ISCL)",
    "MIT License", "Mozilla Public License 2.0 (MPL 2.0)",
}  # fmt: skip
"""Licences under which a county may run and pass on what we ship without asking anybody."""


def licences_of(name):
    about = distribution(name).metadata
    if stated := about.get("License-Expression"):
        return set(re.split(r" (?:AND|OR|WITH) ", stated.replace("(", "").replace(")", "")))
    classified = {line.split(" :: ")[-1] for line in about.get_all("Classifier", []) if line.startswith("License ::")}
    return classified or {(about.get("License") or "none stated").strip().splitlines()[0]}


@pytest.mark.parametrize("name", sorted({name for name, _entry in locked(ROOT / "requirements/run.txt")}))
def test_a_package_that_is_shipped_has_a_licence_we_know(name):
    try:
        licences = licences_of(name)
    except PackageNotFoundError:
        pytest.skip("not for this system or this version of Python")
    assert licences - ALLOWED == set()


# --- the wheel


def built(folder, *, umask):
    """The hash of a wheel, built from a copy of what is shipped whose files are of another time and have other rights."""
    source = folder / "source"
    source.mkdir(parents=True)
    for name in SHIPPED:
        ignore = shutil.ignore_patterns("__pycache__")
        place = ROOT / name
        shutil.copytree(place, source / name, ignore=ignore) if place.is_dir() else shutil.copy(place, source)
    for number, path in enumerate(sorted(source.rglob("*"))):
        os.utime(path, (1_700_000_000 + umask + number, 1_700_000_000 + umask + number))
        if path.is_file():
            path.chmod(0o666 & ~umask)
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "SOURCE_DATE_EPOCH": "1577836800",
        "TZ": f"XXX{umask % 12}",
        "PYTHONHASHSEED": str(umask),
    }
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "out")]
    subprocess.run(command, cwd=source, env=environment, capture_output=True, check=True)
    (wheel,) = (folder / "out").glob("*.whl")
    return wheel.name, hashlib.sha256(wheel.read_bytes()).hexdigest()


@pytest.mark.slow
def test_the_wheel_is_the_same_each_time(tmp_path):
    assert built(tmp_path / "one", umask=0o022) == built(tmp_path / "another", umask=0o077)


# --- workflows


def grants(permissions):
    """What a workflow's or a job's token may do beyond reading."""
    if permissions is None:
        return set()
    if isinstance(permissions, str):
        return set() if permissions == "read-all" else {permissions}
    return {f"{scope}: {right}" for scope, right in permissions.items() if right not in ("read", "none")}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_do_little(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    triggers = workflow[True]  # YAML 1.1 reads the key `on` as a truth value
    assert "pull_request_target" not in triggers
    assert workflow["permissions"].get("contents") == "read"
    assert grants(workflow["permissions"]) == set()
    assert "concurrency" in workflow
    for job in workflow["jobs"].values():
        assert grants(job.get("permissions")) == set()
        assert job["timeout-minutes"] <= 60
        assert job.get("continue-on-error") is None
        for step in job["steps"]:
            check_step(step)


def check_step(step):
    used = step.get("uses", "")
    assert not used or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", used), used
    if used.startswith("actions/checkout@"):
        assert step["with"]["persist-credentials"] is False
    told = step.get("run", "")
    assert not re.search(r"\$\{\{", told), "what is put into a shell comes through env"
    assert "secrets." not in str(step)
    assert not re.search(r"curl[^\n]*\|\s*(ba)?sh", told)


def test_the_audit_is_part_of_ci():
    text = (ROOT / ".github/workflows/supply-chain.yml").read_text(encoding="utf-8")
    for target in ("make audit", "make sbom", "make wheel"):
        assert target in text
        assert f"\n{target.split()[1]}: ##" in (ROOT / "Makefile").read_text(encoding="utf-8")


# --- the threat model


def named_tests():
    return re.findall(r"`(tests/[^`]+)`", THREATS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(set(named_tests())))
def test_a_test_that_the_threat_model_names_exists(name):
    place, _, function = name.partition("::")
    tree = ast.parse((ROOT / place).read_text(encoding="utf-8"))
    assert function.startswith("test_")
    assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(
    "attacker",
    ["The curious neighbour", "The hostile agency file", "The portal thief", "The insider who edits history",
     "The news-day crowd"],
)  # fmt: skip
def test_each_way_in_has_its_test(attacker):
    section = re.search(
        rf"^## {attacker}\n(.*?)(?=^## )", THREATS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ).group(1)
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    assert len(rows) >= 3
    for row in rows:
        assert re.search(r"`tests/\S+::test_\w+`", row.split("|")[3]), row
