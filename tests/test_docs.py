"""The pages: generated parts are current, commands and findings are documented, links lead somewhere, examples work."""

import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import typer

from docs.pictures import VIEWS
from etl.agreements import agreements_in
from etl.cli import app
from etl.findings import KINDS
from schemas.declare import Dataset, Origin
from schemas.registry import _faults, datasets

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
GENERATED = (
    *(f"reference/{name}.md" for name in ("commands", "datasets", "findings", "languages", "pages", "rules")),
    "explanation/disclosure-examples.md",
)
TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "deploy/README.md", "data/public/SOURCES.md")
PAGES = tuple(sorted([*(ROOT / name for name in TOP), *DOCS.rglob("*.md")]))
DECISIONS = tuple(sorted((DOCS / "decisions").glob("*.md")))
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
WORKFLOWS = tuple(sorted((ROOT / ".github/workflows").glob("*.yml")))
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def blocks(path: Path, language: str) -> list[str]:
    return [text for _, kind, text in _FENCE.findall(path.read_text(encoding="utf-8")) if kind == language]


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as they are made where Markdown is shown."""
    headings = re.findall(r"^#+ +(.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """docs/generate.py, which is run as a module from the root and is in no package."""
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_generated_pages_are_up_to_date(generator):
    assert generator.main(["--check"]) == 0, "run: make docs"


def test_every_page_of_the_dashboard_has_a_picture():
    for name in VIEWS:
        assert (DOCS / f"images/{name}.png").read_bytes().startswith(b"\x89PNG"), f"{name}: make pictures"


def test_every_generated_page_is_known(generator):
    assert set(generator.PAGES) == set(GENERATED)


def test_check_names_a_page_that_is_out_of_date(generator, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generator, "DOCS", tmp_path)
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0
    (tmp_path / "reference/rules.md").write_text("old", encoding="utf-8")
    assert generator.main(["--check"]) == 1
    assert "rules.md is out of date" in capsys.readouterr().err


@pytest.mark.parametrize("width", ["40", "200"])
def test_the_pages_do_not_depend_on_the_terminal(generator, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    assert generator.stale_pages() == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name):
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## daylight {name}\n")[2].partition("\n## ")[0]
    assert f"daylight {name}" in section, f"{name} has no example in its help"
    for parameter in COMMANDS[name].params:
        assert any(word in section for word in parameter.opts), parameter.name


@pytest.mark.parametrize("code", KINDS)
def test_every_finding_is_documented(code):
    page = (REFERENCE / "findings.md").read_text(encoding="utf-8")
    assert f"\n### {code} {KINDS[code].title}\n" in page


@pytest.mark.parametrize("declared", datasets(), ids=lambda one: one.id)
def test_every_dataset_and_rule_is_documented(declared: Dataset):
    assert f"\n`{declared.id}`: " in (REFERENCE / "datasets.md").read_text(encoding="utf-8")
    rules = (REFERENCE / "rules.md").read_text(encoding="utf-8")
    for indicator in declared.indicators:
        assert f"\n| {indicator.id} | {indicator.title} | `{declared.id}` |" in rules


@pytest.mark.parametrize("declared", datasets(), ids=lambda one: one.id)
def test_every_rule_has_a_kind_of_finding(declared: Dataset):
    assert {rule.id for rule in declared.rules} <= KINDS.keys()


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_relative_link_leads_somewhere(path: Path):
    for link in _LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_page_is_reached_from_the_index():
    index = prose(DOCS / "index.md")
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in _LINK.findall(index)}
    assert {path for path in DOCS.rglob("*.md") if path.name != "index.md"} <= linked


@pytest.mark.parametrize("path", DECISIONS, ids=name_of)
def test_a_decision_has_its_three_headings_and_is_short(path: Path):
    text = path.read_text(encoding="utf-8")
    assert re.match(rf"# {path.name[:4]} \S", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert len(text.split()) < 400


def test_decisions_are_numbered_without_a_gap():
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_commands_in_examples_exist(path: Path):
    for text in blocks(path, "sh"):
        for name, rest in re.findall(r"daylight ([a-z]+(?:-[a-z]+)*)([^\n#|;]*)", text):
            assert name in COMMANDS, name
            options = {option for parameter in COMMANDS[name].params for option in parameter.opts}
            assert set(re.findall(r"--[a-z-]+", rest)) <= {*options, "--help"}, rest


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_make_targets_in_the_pages_exist(path: Path):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`make ([a-z]+)", text) + re.findall(
        r"^make ([a-z]+)", "\n".join(blocks(path, "sh")), re.MULTILINE
    )
    assert set(named) <= targets


def test_the_examples_of_agreements_can_be_read(tmp_path):
    facts, correction, acceptance = blocks(DOCS / "how-to/correct-and-accept.md", "toml")
    for name, text in (("submissions", facts), ("corrections", correction), ("accepted", acceptance)):
        assert tomllib.loads(text)
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    agreed = agreements_in(tmp_path)
    assert agreed.origin is Origin.REAL
    assert (agreed.corrections[0].old, agreed.corrections[0].new) == ("536", "563")
    assert agreed.accepted[0].code == "R28"


def test_the_dataset_of_the_how_to_is_a_sound_declaration():
    declaration, kinds = blocks(DOCS / "how-to/add-a-dataset.md", "python")
    namespace: dict[str, object] = {}
    exec(compile(declaration, "add-a-dataset.md", "exec"), namespace)
    declared = namespace["DATASET"]
    assert isinstance(declared, Dataset)
    assert _faults(declared, "king_county") == []
    assert declared.id not in {one.id for one in datasets()}
    new = set(re.findall(r'Kind\("(\w+)"', kinds))
    assert {rule.id for rule in declared.rules} <= KINDS.keys() | new


@pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
def test_workflows_pin_actions_and_ask_for_little(path: Path):
    text = path.read_text(encoding="utf-8")
    uses = re.findall(r"uses: (\S+)(.*)", text)
    assert uses
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", name) and "# v" in rest for name, rest in uses)
    assert "\npermissions:\n  contents: read\n" in text
    assert not re.search(r": write\b|secrets\.|pull_request_target|printenv|set -x", text)
