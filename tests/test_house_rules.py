"""The house numbers and the rules that no linter knows."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import schemas

REPO = Path(schemas.__file__).parents[1]
PACKAGES = ("schemas", "etl", "dashboard")
MODULES = [path for package in PACKAGES for path in sorted((REPO / package).rglob("*.py"))]
MOST_LINES, MOST_FUNCTION_LINES, MOST_PARAMETERS, DEEPEST = 400, 60, 5, 2

each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(REPO).as_posix())


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@each_module
def test_a_module_and_its_functions_are_short(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    for function in _functions(path):
        assert function.end_lineno - function.lineno < MOST_FUNCTION_LINES, function.name


@each_module
def test_a_function_takes_few_arguments(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    command = path.stem in (
        "cli",
        "cli_agency",
        "cli_build",
        "cli_service",
        "cli_trust",
    )  # there a parameter is an option
    for function in _functions(path):
        taken = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        taken = [argument for argument in taken if argument.arg not in ("self", "cls")]
        excused = "PLR0913" in lines[function.lineno - 1] or command
        assert len(taken) <= MOST_PARAMETERS or excused, function.name


@each_module
def test_a_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@each_module
def test_no_module_prints_or_catches_everything(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"^\s*print\(", text, re.MULTILINE)
    assert not re.search(r"except(\s+(Base)?Exception\b.*)?:", text)
    assert not re.search(r"# type: ignore(?!\[)", text)


@each_module
def test_a_package_is_not_deep(path):
    assert len(path.relative_to(REPO).parts) - 2 <= DEEPEST - 1


@pytest.mark.parametrize("package", PACKAGES)
def test_most_modules_are_short(package):
    lengths = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES if package in path.parts)
    assert lengths[len(lengths) // 2] <= 160


def test_there_is_no_init_under_tests():
    assert list((REPO / "tests").rglob("__init__.py")) == []


def test_no_module_of_the_dashboard_shadows_another_library():
    """Streamlit puts the script's folder in front of sys.path, so a module there hides whatever has its name."""
    names = {
        path.stem for path in (REPO / "dashboard").iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    names -= {"__init__", "__main__"}
    taken = set(sys.stdlib_module_names) | (set(packages_distributions()) - set(PACKAGES))
    assert names & taken == set()


FORBIDDEN = {
    "injected HTML": r"unsafe_allow" + "_html=True",
    "a path of a machine": "/" + "work/",
    "the address of a package registry": r"files\.pythonhosted" + r"\.org|pypi" + r"\.org/simple|index-url\s*=?\s*http",
    "patches of our own code": r"mock\." + r"patch|patch\((\"|')(etl|schemas|dashboard)",
}
TEXTS = {".py", ".toml", ".txt", ".md", ".yml", ".yaml", ".csv", ".j2", ".cfg", ".lock", ".sh"}
LEFT_OUT = {".venv", ".git", "var", "node_modules", ".hypothesis", ".ruff_cache", ".mypy_cache", ".pytest_cache"}


def _texts() -> list[Path]:
    roots = [*PACKAGES, "tests", "data", "docs", "benchmarks", "deploy", "requirements", ".ci", ".github"]
    found = [path for root in roots for path in (REPO / root).rglob("*") if path.is_file()]
    found += [path for path in REPO.iterdir() if path.is_file()]
    return [p for p in found if (p.suffix in TEXTS or p.parent.name == ".ci") and not LEFT_OUT & set(p.parts)]


@pytest.mark.parametrize(("what", "pattern"), FORBIDDEN.items(), ids=FORBIDDEN.keys())
def test_nowhere_in_the_repository(what, pattern):
    wrong = [
        path.relative_to(REPO).as_posix() for path in _texts()
        if re.search(pattern, path.read_text(encoding="utf-8", errors="replace")) and path != Path(__file__).resolve()
    ]  # fmt: skip
    assert wrong == [], what
