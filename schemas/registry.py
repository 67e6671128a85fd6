"""Finds the datasets: every module of `schemas.datasets` with a DATASET. Add a file, and it is in.

They are given as a county publishes them (`schemas.tailor`). What takes only columns, forms and rules of one row, which
no county changes, need not name the county.
"""

import importlib
import pkgutil
import re
from functools import cache

import schemas.datasets
from schemas import tailor, vocabulary
from schemas.common import EVERY_SUBMISSION
from schemas.declare import Column, Dataset, Formula, Grain, MaxOf, Protection, RowsWhere, SumOf
from schemas.errors import DefinitionError
from schemas.jurisdiction import DEFAULT, jurisdiction
from schemas.rules import AcrossDatasets, AnyRule, CarriedOver, Condition, Implies, Linear, NeverFalls, Rule
from schemas.tailor import tailored


@cache
def declared_datasets() -> tuple[Dataset, ...]:
    """Every dataset as its own file declares it, without any county's words; ordered by id."""
    modules = pkgutil.iter_modules(schemas.datasets.__path__, "schemas.datasets.")
    found = [importlib.import_module(module.name).DATASET for module in modules]
    return tuple(sorted(found, key=lambda dataset: dataset.id))


@cache
def datasets(jurisdiction_id: str = DEFAULT) -> tuple[Dataset, ...]:
    """Every dataset in the words of a county, ordered by id."""
    return tuple(tailored(declared, jurisdiction_id) for declared in declared_datasets())


def dataset(dataset_id: str, jurisdiction_id: str = DEFAULT) -> Dataset:
    """The dataset of that id in the words of a county; DefinitionError names the ids there are."""
    for found in datasets(jurisdiction_id):
        if found.id == dataset_id:
            return found
    known = ", ".join(found.id for found in declared_datasets())
    raise DefinitionError(f"There is no dataset “{dataset_id}”. The datasets are: {known}.")


def _columns_of(rule: AnyRule) -> set[str]:
    """The columns of its own dataset that a rule names."""
    match rule:
        case Linear():
            return {name for name, _ in rule.terms} | {condition.column for condition in rule.when}
        case Implies():
            return {condition.column for condition in (*rule.when, rule.then)}
        case CarriedOver():
            return {rule.opening, rule.closing, *rule.by}
        case NeverFalls():
            return {rule.column, rule.unless, *rule.by}
        case AcrossDatasets():
            return set()
        case _:
            return {rule.column}


def _columns_in(formula: Formula | None) -> set[str]:
    match formula:
        case SumOf():
            return {name for name, _ in formula.terms} | {condition.column for condition in formula.where}
        case RowsWhere():
            return {condition.column for condition in formula.where}
        case MaxOf():
            return {formula.column}
        case None:
            return set()


def _conditions(rule: AnyRule) -> tuple[Condition, ...]:
    match rule:
        case Linear():
            return rule.when
        case Implies():
            return (*rule.when, rule.then)
        case _:
            return ()


def _faults(declared: Dataset, jurisdiction_id: str) -> list[str]:
    """What is wrong with one declaration, in words."""
    names = [column.name for column in declared.columns]
    county = jurisdiction(jurisdiction_id)
    faults = [f"{name} is declared twice" for name in sorted({name for name in names if names.count(name) > 1})]
    used = [(rule.id, _columns_of(rule)) for rule in declared.rules]
    used += [(i.id, _columns_in(i.numerator) | _columns_in(i.denominator)) for i in declared.indicators]
    used += [("R27", {check.column, *check.by}) for check in declared.plausibility]
    used += [("disclosure", {*declared.disclosure.withheld})]
    bases = {
        column.name: {name for name, _ in column.figure_of.terms} for column in declared.columns if column.figure_of
    }
    used += list(bases.items())
    faults += [f"{where} names {name}, which is no column" for where, some in used for name in sorted(some - {*names})]
    for column in declared.columns:
        faults += [f"{column.name} has no {what}" for what in ("label", "description") if not getattr(column, what)]
        if column.vocabulary:
            vocabulary.codes(column.vocabulary, jurisdiction_id)
        if column.numeric and not column.unit:
            faults.append(f"{column.name} has no unit")
        if column.figure_of and declared.disclosure.kind is Protection.PERSON:
            faults.append(f"{column.name} would tell how much it is a figure of, which a table of people may hide")
    cited = {key for column in declared.columns for key in declared.law_of(column)}
    cited |= {key for indicator in declared.indicators for key in indicator.law} | {declared.disclosure.citation}
    faults += [f"cites “{key}”, which is not in law.csv" for key in sorted(cited - county.law.keys())]
    for rule in declared.rules:
        for condition in _conditions(rule):
            faults += _unknown_codes(declared, condition, jurisdiction_id)
    protected = any(column.protection is Protection.PERSON for column in declared.published_columns)
    if protected != (declared.disclosure.kind is Protection.PERSON):
        faults.append("its published columns and its disclosure policy disagree on whether it describes people")
    return [f"{declared.id}: {fault}" for fault in faults]


def _unknown_codes(declared: Dataset, condition: Condition, jurisdiction_id: str) -> list[str]:
    try:
        listed = declared.column(condition.column).vocabulary
    except KeyError:
        return []
    known = set(vocabulary.labels(listed, jurisdiction_id)) if listed else set(condition.values)
    return [f"a rule names {value}, which is no code of {listed}" for value in condition.values if value not in known]


def _shared_columns_agree(all_datasets: tuple[Dataset, ...]) -> list[str]:
    """A column name means the same, in the same unit, wherever it is declared."""
    first: dict[str, tuple[str, Column]] = {}
    faults = []
    for declared in all_datasets:
        for column in declared.columns:
            where, other = first.setdefault(column.name, (declared.id, column))
            if (column.unit, column.kind) != (other.unit, other.kind) and column.name not in ("period", "status"):
                faults.append(f"{column.name} differs in unit or kind between {where} and {declared.id}")
    return faults


_PERIODS = {Grain.MONTH: r"\d{4}-(0[1-9]|1[0-2])", Grain.QUARTER: r"\d{4}-Q[1-4]", Grain.YEAR: r"\d{4}"}


def _county_faults(jurisdiction_id: str, found: tuple[Dataset, ...]) -> list[str]:
    """What does not fit in a county's reporting duties, agencies, facilities and area, in words."""
    county, by_id = jurisdiction(jurisdiction_id), {declared.id: declared for declared in found}
    known = {
        name: vocabulary.labels(name, jurisdiction_id) for name in ("agency", "federal_agency", "facility", "area")
    }
    named = [("immigration_agencies", "federal_agency", code) for code in county.immigration_agencies]
    named += [("reporting.csv", "agency", duty.agency) for duty in county.duties]
    named += [("area", "area", county.area), ("facility.csv", "facility", "ALL")]
    faults = [f"{where} names {code}, which is no code of {listed}" for where, listed, code in dict.fromkeys(named)
              if code not in known[listed]]  # fmt: skip
    for duty in county.duties:
        if duty.dataset not in by_id:
            faults.append(f"reporting.csv names {duty.dataset}, which is no dataset")
            continue
        grains = by_id[duty.dataset].grains
        faults += [
            f"reporting.csv, {duty.dataset}: “{period}” is not one {' or '.join(grains)}"
            for period in (duty.first_period, duty.last_period)
            if period and not any(re.fullmatch(_PERIODS[grain], period) for grain in grains)
        ]
    return faults


def check_declarations(jurisdiction_id: str = DEFAULT) -> None:
    """Raise DefinitionError with everything that is wrong in the declarations, all at once."""
    misnamed = tailor.faults(jurisdiction_id, declared_datasets())
    if misnamed:
        raise DefinitionError("The declarations do not agree:\n  " + "\n  ".join(misnamed))
    found = datasets(jurisdiction_id)
    faults = [fault for declared in found for fault in _faults(declared, jurisdiction_id)]
    faults += _shared_columns_agree(found)
    ids = {declared.id for declared in found}
    for declared in found:
        sides = [side.dataset for rule in declared.cross_rules for side in (rule.left, rule.right)]
        faults += [f"{declared.id}: a rule names {side}, which is no dataset" for side in sides if side not in ids]
        if declared.rolled_up_from and declared.rolled_up_from not in ids:
            faults.append(f"{declared.id}: is made from {declared.rolled_up_from}, which is no dataset")
    faults += _county_faults(jurisdiction_id, found)
    if faults:
        raise DefinitionError("The declarations do not agree:\n  " + "\n  ".join(faults))


def all_rules(declared: Dataset) -> tuple[Rule, ...]:
    """The rules of a dataset, those of every submission included, ordered by id."""
    return tuple(sorted((*declared.rules, *EVERY_SUBMISSION), key=lambda rule: rule.id))
