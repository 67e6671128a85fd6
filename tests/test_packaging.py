"""What a user installs: one wheel with the three packages, their tables and templates, and nothing else."""

import subprocess
import sys
import zipfile
from importlib import import_module
from importlib.metadata import distribution, entry_points, packages_distributions
from pathlib import Path

import pytest

import schemas

REPO = Path(schemas.__file__).parents[1]
PACKAGES = ("schemas", "etl", "dashboard")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names of the files in the wheel, built without a network."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    built = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (path,) = out.glob("*.whl")
    assert path.name.startswith("daylight_ledger-")
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_of_a_package_is_in_the_wheel(package, wheel):
    files = [path for path in (REPO / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    missing = [path.relative_to(REPO).as_posix() for path in files if path.relative_to(REPO).as_posix() not in wheel]
    assert missing == []


@pytest.mark.parametrize(
    "name",
    ["schemas/vocabularies/federal_agency.csv", "schemas/jurisdictions/king_county/law.csv",
     "schemas/jurisdictions/king_county/jurisdiction.toml", "schemas/jurisdictions/king_county/vocabularies/facility.csv",
     "etl/templates/base.html.j2"],
)  # fmt: skip
def test_tables_and_templates_are_in_the_wheel(name, wheel):
    assert name in wheel


def test_nothing_else_is_in_the_wheel(wheel):
    roots = {name.split("/")[0] for name in wheel}
    assert {root for root in roots if not root.endswith(".dist-info")} == set(PACKAGES)
    assert not [name for name in wheel if "test" in name.lower() or "__pycache__" in name]
    assert {"LICENSE", "LICENSE-DATA"} <= {Path(name).name for name in wheel if "licenses" in name}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_belongs_to_this_distribution_only(package, wheel):
    """No library that we install brings a package of the same name (an editable install lists none of its own)."""
    assert set(packages_distributions().get(package, ["daylight-ledger"])) == {"daylight-ledger"}
    assert f"{package}/__init__.py" in wheel
    assert Path(import_module(package).__file__).parent == REPO / package


def test_the_command_is_daylight_and_the_package_is_never_uploaded():
    (script,) = [entry for entry in entry_points(group="console_scripts") if entry.name == "daylight"]
    assert script.value == "etl.cli:main"
    assert "Private :: Do Not Upload" in distribution("daylight-ledger").metadata.get_all("Classifier")
