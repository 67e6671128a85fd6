"""Writes the generated pages of `docs` from the declarations, the findings, the commands and the specification tests.

Run from the repository's root as `python -m docs.generate`; with `--check` nothing is written and the exit code is 1
when a page is not what it would be. The same code gives the same text: no clock, no terminal width, no environment.
"""

import argparse
import ast
import sys
from collections.abc import Callable, Iterable
from inspect import cleandoc
from itertools import groupby
from pathlib import Path

import typer
from pydantic_core import PydanticUndefined

import etl.errors
from dashboard.pages import PAGES as DASHBOARD
from docs.words import missing, template, updated
from etl.cli import app
from etl.findings import KINDS, Kind
from etl.publish.portal_settings import PREFIX as PORTAL_PREFIX
from etl.publish.portal_settings import SECRETS, PortalSettings
from etl.settings import PREFIX, Settings
from schemas.declare import Dataset, Formula, Indicator, MaxOf, RowsWhere, SumOf
from schemas.dictionary import dictionary_page
from schemas.errors import DaylightError
from schemas.jurisdiction import jurisdiction
from schemas.languages import DRAFT, LANGUAGES
from schemas.registry import all_rules, datasets
from schemas.rules import (
    AcrossDatasets,
    AnyRule,
    CarriedOver,
    Condition,
    Implies,
    Linear,
    NeverFalls,
    NotBeforePeriod,
    Op,
    Rule,
    Terms,
)

DOCS = Path(__file__).parent
SPECIFICATIONS = tuple(DOCS.parent / "tests/spec" / name for name in ("test_protection.py", "test_traps.py"))
NOTICE = "<!-- Written by `python -m docs.generate`. Change the code it is made from, not this page. -->"
_EXAMPLE = " Example: "
_FAMILIES = {
    "V1": "The file and its header",
    "V2": "Cells",
    "V3": "Totals",
    "V4": "Comparison with the release before",
    "V5": "Agreed corrections",
    "R": "Rules of the domain",
}
_SIGNS = {Op.IS: "=", Op.IN: "one of", Op.MORE_THAN: ">", Op.FILLED: "is filled", Op.ON_OR_BEFORE: "on or before"}


def _page(title: str, introduction: str, lines: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", NOTICE, "", introduction, "", *lines]).rstrip() + "\n"


def _first_line(text: str | None) -> str:
    return (text or "").strip().split("\n", 1)[0]


# --- commands -------------------------------------------------------------------------------------------------------


def _command(name: str, command: typer.core.TyperCommand) -> list[str]:
    """One command: what it does, its example, its arguments and options."""
    context = typer.Context(command, info_name=f"daylight {name}")
    says, _, example = " ".join((command.help or "").split()).partition(_EXAMPLE)
    lines = [
        f"## daylight {name}",
        "",
        says,
        "",
        "```sh",
        example,
        "```",
        "",
        "| argument or option | means |",
        "|---|---|",
    ]
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record:
            written, meaning = (" ".join(part.split()).replace("|", "\\|") for part in record)
            lines.append(f"| `{written}` | {meaning} |")
    return [*lines, ""]


def _exit_codes() -> list[str]:
    found = sorted({(error.exit_code, _first_line(error.__doc__)) for error in DaylightError.__subclasses__()
                    if error.__module__ in ("schemas.errors", etl.errors.__name__)})  # fmt: skip
    lines = ["## Exit codes", "", "| code | means |", "|---|---|", "| 0 | Done. |",
             "| 2 | The command was not understood: an option or argument is wrong. |"]  # fmt: skip
    lines += [f"| {code} | {words} |" for code, words in found]
    lines.append("| 130 | Stopped with Ctrl-C; nothing half done was left. |")
    return [*lines, "", "Any other code is a fault of the program; please report it.", ""]


def _settings() -> list[str]:
    lines = ["## Settings", "", "An option goes before an environment variable, a variable before `daylight.toml` in the "
             "working folder, and that before the default.", "",
             "| in `daylight.toml` | environment variable | default |", "|---|---|---|"]  # fmt: skip
    for name, field in Settings.model_fields.items():
        told = "today, for commands that take a day" if name == "on" else "none"
        default = told if field.default in (None, "", PydanticUndefined) else f"`{field.default}`"
        lines.append(f"| `{name}` | `{PREFIX}{name.upper()}` | {default} |")
    return [*lines, ""]


def _portal_settings() -> list[str]:
    lines = ["## Settings of a portal", "", " ".join(cleandoc(PortalSettings.__doc__ or "").split("\n\n", 1)[1].split()), "",
             "Each variable may end in `_FILE` and name a file that holds the setting. Secrets stand nowhere else; the other "
             "settings may stand under `[socrata]` in `daylight.toml`.", "",
             "| under `[socrata]` | environment variable | default |", "|---|---|---|"]  # fmt: skip
    for name, field in PortalSettings.model_fields.items():
        default = "needed" if field.is_required() else f"`{field.default}`" if field.default else "none"
        place = "not there: a secret" if name in SECRETS else f"`{name}`"
        lines.append(f"| {place} | `{PORTAL_PREFIX}{name.upper()}` | {default} |")
    return [*lines, ""]


def commands_page() -> str:
    """Every command with its options, the exit codes and the settings."""
    group = typer.main.get_command(app)
    lines: list[str] = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        lines += _command(name, command)
    introduction = (
        "The command is `daylight`; `python -m etl` is the same. Results go to standard output, errors to stderr."
    )
    return _page("Commands", introduction, [*lines, *_exit_codes(), *_settings(), *_portal_settings()])


# --- findings -------------------------------------------------------------------------------------------------------


def _levels(kind: Kind) -> tuple[str, bool]:
    """How severe a kind is, as its rules declare it, and whether it holds a build."""
    rules = [rule for one in datasets() for rule in all_rules(one) if rule.id == kind.code]
    levels = sorted({str(rule.level) for rule in rules}) or [str(kind.level)]
    return " or ".join(levels), kind.holds_build or any(rule.holds_build for rule in rules)


def _family(code: str) -> str:
    return next((words for start, words in _FAMILIES.items() if code.startswith(start)), "Rules of single datasets")


def findings_page() -> str:
    """Every kind of finding: what it means and what to do."""
    lines: list[str] = []
    for family, kinds in groupby(KINDS.values(), key=lambda kind: _family(kind.code)):
        lines += [f"## {family}", ""]
        for kind in kinds:
            level, holds = _levels(kind)
            held = "; a build waits until somebody accepts it by name" if holds else ""
            lines += [f"### {kind.code} {kind.title}", "", f"*{level}{held}*", "", f"{kind.means} {kind.advice}", ""]
    introduction = (
        "What `daylight check` can find. An error refuses the file. A warning does not. Where a build waits, "
        "`accepted.toml` records who accepted the finding and why ([how](../how-to/correct-and-accept.md))."
    )
    return _page("Findings", introduction, lines)


# --- rules ----------------------------------------------------------------------------------------------------------


def _sum(terms: Terms) -> str:
    """A weighted sum as people write it: `a + b - 2 × c`."""
    text = ""
    for name, weight in terms:
        factor = f"{abs(weight)} × " if abs(weight) != 1 else ""
        sign = ("- " if weight < 0 else "") if not text else (" - " if weight < 0 else " + ")
        text += f"{sign}{factor}{name}"
    return text


def _linear(rule: Linear) -> str:
    """A sum or comparison with the negative terms on the other side."""
    left = _sum(tuple(term for term in rule.terms if term[1] > 0))
    right = _sum(tuple((name, -weight) for name, weight in rule.terms if weight < 0)) or "0"
    return f"{left} {'=' if rule.relation == '==' else '≤'} {right}"


def _condition(condition: Condition) -> str:
    values = ", ".join(str(value) for value in condition.values)
    return f"{condition.column} {_SIGNS[condition.op]} {values}".strip()


def _when(conditions: tuple[Condition, ...]) -> str:
    return " and ".join(_condition(condition) for condition in conditions)


def _across(rule: AcrossDatasets) -> str:
    left, right = (
        f"{side.dataset}: {_sum(side.terms)}" + (f" where {_when(side.where)}" if side.where else "")
        for side in (rule.left, rule.right)
    )
    compared = f"{left} = {right}" if rule.relation == "==" else f"where {left} > 0: {right} > 0"
    return f"{compared}, by {', '.join(rule.by)}"


def _as_formula(rule: AnyRule | Rule) -> str:
    """What is compared with what; empty for the few rules that are about writing and not about figures."""
    text = ""
    match rule:
        case Linear():
            text = _linear(rule) + (f", where {_when(rule.when)}" if rule.when else "")
        case Implies():
            text = f"where {_when(rule.when)}: {_condition(rule.then)}"
        case NotBeforePeriod():
            text = f"{rule.column} ≥ first day of period"
        case CarriedOver():
            text = f"{rule.opening} = {rule.closing} of the period before, by {', '.join(rule.by)}"
        case NeverFalls():
            before = f"{rule.column} of the period before, unless {rule.unless} fell"
            text = f"{rule.column} ≥ {before}, by {', '.join(rule.by)}"
        case AcrossDatasets():
            text = _across(rule)
    return text


def _formula(formula: Formula | None) -> str:
    match formula:
        case SumOf():
            return f"sum of {_sum(formula.terms)}" + (f" where {_when(formula.where)}" if formula.where else "")
        case RowsWhere():
            return f"rows where {_when(formula.where)}"
        case MaxOf():
            return f"greatest {formula.column}"
        case None:
            return ""


def _rules_of(declared: Dataset) -> list[str]:
    if not declared.rules:
        return []
    lines = [
        f"## {declared.title}",
        "",
        f"`{declared.id}`",
        "",
        "| rule | level | says | as a formula |",
        "|---|---|---|---|",
    ]
    for rule in sorted(declared.rules, key=lambda one: one.id):
        held = ", holds the build" if rule.holds_build else ""
        formula = _as_formula(rule)
        lines.append(f"| {rule.id} | {rule.level}{held} | {rule.says} | {f'`{formula}`' if formula else ''} |")
    return [*lines, ""]


def _indicator_row(indicator: Indicator, declared: Dataset) -> str:
    under = _formula(indicator.denominator)
    over = f"`{_formula(indicator.numerator)}`" + (f" / `{under}`" if under else "")
    target = indicator.target.words if indicator.target else "none"
    return f"| {indicator.id} | {indicator.title} | `{declared.id}` | {over} | {target} |"


def rules_page() -> str:
    """Every rule and every indicator, as data: what is compared with what."""
    county_wide = [rule for rule in all_rules(datasets()[0]) if type(rule) is Rule]
    lines = ["## Every submission", "", "| rule | level | says |", "|---|---|---|"]
    lines += [f"| {rule.id} | {rule.level}{', holds the build' if rule.holds_build else ''} | {rule.says} |"
              for rule in county_wide]  # fmt: skip
    lines.append("")
    for declared in datasets():
        lines += _rules_of(declared)
    lines += ["## Indicators", "", "| id | indicator | dataset | formula | target |", "|---|---|---|---|---|"]
    found = [(indicator, declared) for declared in datasets() for indicator in declared.indicators]
    found.sort(key=lambda pair: (int("".join(filter(str.isdigit, pair[0].id)) or 0), pair[0].id))
    lines += [_indicator_row(indicator, declared) for indicator, declared in found]
    introduction = (
        "A rule is data, not code: the check of a submission, the published definition and `daylight verify` use the "
        "same one. A row in which a named cell is empty satisfies a rule, because “not reported” is never zero."
    )
    return _page("Rules and indicators", introduction, lines)


def datasets_page() -> str:
    """The data dictionary, as each release carries it in `definitions/dictionary.md`."""
    title, _, rest = dictionary_page(datasets(), jurisdiction()).partition("\n")
    return f"{title}\n\n{NOTICE}\n{rest}".rstrip() + "\n"


def _drawn(call: ast.Call, named: dict[str, ast.expr]) -> dict[str, str]:
    """The tables that a specification passes to `protects` as plain text: before, after, and what was public earlier."""
    found = {}
    for keyword in call.keywords:
        value = named.get(keyword.value.id, keyword.value) if isinstance(keyword.value, ast.Name) else keyword.value
        if isinstance(value, ast.Tuple) and value.elts:
            value = value.elts[0]
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value.strip():
            found[keyword.arg or ""] = cleandoc(value.value)
    return found


def _specifications(path: Path) -> Iterable[tuple[str, dict[str, str]]]:
    """The name of each specification of disclosure control, as a sentence, and its tables."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {target.id: node.value for node in tree.body if isinstance(node, ast.Assign)
                 for target in node.targets if isinstance(target, ast.Name)}  # fmt: skip
    for function in tree.body:
        if not isinstance(function, ast.FunctionDef) or not function.name.startswith("test_"):
            continue
        inside = {target.id: node.value for node in ast.walk(function) if isinstance(node, ast.Assign)
                  for target in node.targets if isinstance(target, ast.Name)}  # fmt: skip
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "protects":
                drawn = _drawn(call, constants | inside)
                if {"before", "after"} <= drawn.keys():
                    yield function.name.removeprefix("test_").replace("_", " ").capitalize(), drawn


def examples_page() -> str:
    """Disclosure control in little tables, taken from the specification tests."""
    lines = []
    for sentence, drawn in (one for path in SPECIFICATIONS if path.is_file() for one in _specifications(path)):
        lines += [f"## {sentence}", ""]
        for name, words in (("earlier", "Public before:"), ("before", "The figures:"), ("after", "What is published:")):
            if name in drawn and (name != "after" or drawn["after"] != drawn["before"]):
                lines += [words, "", "```text", drawn[name], "```", ""]
        if drawn["after"] == drawn["before"]:
            lines += ["All of it is published.", ""]
    introduction = (
        "Each table below is a test: the program is run on the figures and must publish exactly what is drawn here. `x` is "
        "a hidden cell, whether it is small itself or protects another; an empty one was not reported. All figures are made "
        "up. The row ALL is printed elsewhere already. Why: [disclosure](disclosure.md)."
    )
    return _page("Hidden cells, before and after", introduction, lines)


def languages_page() -> str:
    """The languages of the record, and every text that one of them lacks."""
    texts = template()
    lines = ["| language | code | texts | translated | certified by |", "|---|---|---|---|---|"]
    lists = []
    for code, language in LANGUAGES.items():
        if code == "en":
            continue
        catalogue = updated(code, texts)
        lacking, by = missing(catalogue), catalogue.last_translator
        certified = "nobody: a machine-made draft" if by == DRAFT else by
        lines.append(f"| {language.name} | `{code}` | {len(texts)} | {len(texts) - len(lacking)} | {certified} |")
        lists += (
            ["", f"## Missing in {language.name}", "", *(f"- `{message.id}`" for message in lacking)] if lacking else []
        )
    introduction = (
        "The languages besides English, and how many of the texts of pages, pictures and papers each has. A text that is "
        "missing is shown in English and listed here. Citations, and text of the data itself, are in English in all. "
        "How to translate: [translate the record](../how-to/translate.md)."
    )
    return _page("Languages", introduction, lines + (lists or ["", "No text is missing."]))


def pages_page() -> str:
    """The pages of the dashboard, each with a picture."""
    lines = []
    for page in DASHBOARD:
        lines += [f"## {page.title}", "", page.question, "",
                  f"![The page {page.title} of the dashboard, with sample data](../images/{page.code}.png)", ""]  # fmt: skip
    lines += ["## On a phone and in another language", ""]
    for name, words in (
        ("overview-phone", "on a phone"),
        ("overview-spanish", "in Spanish, a draft that nobody certified"),
    ):
        lines += [f"![The first page {words}](../images/{name}.png)", ""]
    introduction = (
        "Each page as a visitor first sees it, with the sample data that come with this repository. `make pictures` takes the "
        "pictures again from a dashboard that is running."
    )
    return _page("The pages", introduction, lines)


PAGES: dict[str, Callable[[], str]] = {
    "reference/commands.md": commands_page,
    "reference/datasets.md": datasets_page,
    "reference/findings.md": findings_page,
    "reference/languages.md": languages_page,
    "reference/pages.md": pages_page,
    "reference/rules.md": rules_page,
    "explanation/disclosure-examples.md": examples_page,
}


def stale_pages() -> list[str]:
    """The names of the pages that are missing or not what the code says."""
    return [
        name for name, write in PAGES.items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text(encoding="utf-8") != write()
    ]  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or with `--check` say which are out of date."""
    parser = argparse.ArgumentParser(prog="python -m docs.generate", description=_first_line(__doc__))
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when a page is out of date")
    if parser.parse_args(arguments).check:
        stale = stale_pages()
        for name in stale:
            sys.stderr.write(f"docs/{name} is out of date. Write it again with: make docs\n")
        return 1 if stale else 0
    for name, write in PAGES.items():
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(write(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
