"""A declaration as one county publishes it: with the county's targets, words, examples and immigration agencies.

A dataset's file in `schemas/datasets/` holds what is the same everywhere: columns, forms, rules, formulas. What a county
says of it stands in its folder: `targets.csv`, and `words.toml` where the common words do not fit. Columns, labels,
rules of one row and protection cannot be changed there, so that figures of several counties stay comparable and a
file is read alike everywhere.
"""

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from schemas import vocabulary
from schemas.declare import Column, Dataset, Direction, Formula, Indicator, Kind, MaxOf, Plausibility, Target
from schemas.errors import DefinitionError
from schemas.jurisdiction import Goal, Jurisdiction, folder, jurisdiction
from schemas.rules import IMMIGRATION, AcrossDatasets, AnyRule, Condition, Total

WORDS = "words.toml"
_OF_DATASET = ("title", "one_row_is", "summary", "caveats")
_OF_COLUMN = ("description", "caveat")
_OF_INDICATOR = ("title", "counted", "caveat")
_PARTS = (*_OF_DATASET, "columns", "indicators", "examples", "year_total_at_most")


@cache
def _words(jurisdiction_id: str) -> dict[str, Any]:
    """What a county's words.toml says of each dataset; nothing where it has no such file."""
    path = folder(jurisdiction_id) / WORDS
    try:
        found: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as fault:
        raise DefinitionError(f"{_place(path)}: {fault}") from fault
    return found


def _place(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def faults(jurisdiction_id: str, datasets: tuple[Dataset, ...]) -> list[str]:
    """What a county's words.toml and targets.csv name that no dataset has, in words."""
    ids = {declared.id: declared for declared in datasets}
    found = []
    for dataset_id, told in _words(jurisdiction_id).items():
        if dataset_id not in ids:
            found.append(f"{WORDS} names {dataset_id}, which is no dataset")
            continue
        declared = ids[dataset_id]
        allowed = [
            (dataset_id, told, _PARTS),
            ("columns", told.get("columns", {}), [column.name for column in declared.columns]),
            ("indicators", told.get("indicators", {}), [indicator.id for indicator in declared.indicators]),
            ("year_total_at_most", told.get("year_total_at_most", {}), [c.column for c in declared.plausibility]),
            *((name, part, _OF_COLUMN) for name, part in told.get("columns", {}).items()),
            *((name, part, _OF_INDICATOR) for name, part in told.get("indicators", {}).items()),
        ]  # fmt: skip
        found += [f"{WORDS}, {dataset_id}: {name} cannot say “{word}”"
                  for name, part, known in allowed for word in part if word not in known]  # fmt: skip
    indicators = {indicator.id for declared in datasets for indicator in declared.indicators}
    county = jurisdiction(jurisdiction_id)
    for goal in county.goals:
        if goal.indicator not in indicators:
            found.append(f"targets.csv names {goal.indicator}, which is no indicator")
        if goal.direction not in {*Direction}:
            found.append(f"targets.csv, {goal.indicator}: “{goal.direction}” is none of {', '.join(Direction)}")
    return found


def tailored(declared: Dataset, jurisdiction_id: str) -> Dataset:
    """The declaration of a dataset in the words of a county. Its columns' names, forms and protection stay."""
    county, told = jurisdiction(jurisdiction_id), _words(jurisdiction_id).get(declared.id, {})
    goals = {goal.indicator: goal for goal in county.goals}
    examples = told.get("examples") or [_filled(example, declared, county) for example in declared.examples]
    changed = replace(
        declared,
        columns=tuple(_column(column, told.get("columns", {})) for column in declared.columns),
        rules=tuple(_rule(rule, county) for rule in declared.rules),
        indicators=tuple(_indicator(one, told.get("indicators", {}), goals, county) for one in declared.indicators),
        plausibility=tuple(_usual(check, told.get("year_total_at_most", {})) for check in declared.plausibility),
        examples=tuple(examples),
    )
    return replace(changed, **{name: _frozen(told[name]) for name in _OF_DATASET if name in told})


def _frozen(said: Any) -> Any:  # noqa: ANN401 - a text or a list of texts
    return tuple(said) if isinstance(said, list) else said


def _column(column: Column, told: dict[str, dict[str, str]]) -> Column:
    return replace(column, **told[column.name]) if column.name in told else column  # type: ignore[arg-type]


def _usual(check: Plausibility, told: dict[str, int]) -> Plausibility:
    return replace(check, year_total_at_most=told[check.column]) if check.column in told else check


def _indicator(
    indicator: Indicator, told: dict[str, dict[str, str]], goals: dict[str, Goal], county: Jurisdiction
) -> Indicator:
    goal = goals.get(indicator.id)
    target = Target(goal.value, Direction(goal.direction), goal.words) if goal else indicator.target
    numerator = _formula(indicator.numerator, county)
    return replace(indicator, numerator=numerator, target=target, **told.get(indicator.id, {}))  # type: ignore[arg-type]


def _formula(formula: Formula, county: Jurisdiction) -> Formula:
    if isinstance(formula, MaxOf):
        return formula
    return replace(formula, where=_conditions(formula.where, county))


def _conditions(conditions: tuple[Condition, ...], county: Jurisdiction) -> tuple[Condition, ...]:
    return tuple(
        replace(one, values=county.immigration_agencies) if one.values == (IMMIGRATION,) else one for one in conditions
    )


def _rule(rule: AnyRule, county: Jurisdiction) -> AnyRule:
    if not isinstance(rule, AcrossDatasets):
        return rule
    return replace(rule, left=_total(rule.left, county), right=_total(rule.right, county))


def _total(total: Total, county: Jurisdiction) -> Total:
    return replace(total, where=_conditions(total.where, county))


def _filled(example: dict[str, str], declared: Dataset, county: Jurisdiction) -> dict[str, str]:
    """An example with the county's own codes where the common one names none: its first agency, system, course."""
    agency = next((duty.agency for duty in county.duties if duty.dataset == declared.id), "")
    codes = {
        column.name: next(iter(vocabulary.labels(column.vocabulary, county.key)), "")
        for column in declared.columns if column.kind is Kind.CODE and column.must_be_filled
    }  # fmt: skip
    codes |= {"agency": agency} if agency and "agency" in codes else {}
    texts = {name: text.replace("{agency}", codes.get("agency", "")) for name, text in example.items()}
    order = [column.name for column in declared.columns]
    merged = {**codes, **texts}
    return {name: merged[name] for name in order if name in merged}
