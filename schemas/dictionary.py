"""A declaration in other forms: the published definitions, the fields of the published table, a page of Markdown.

What is written here travels inside each release, so that an old release is shown with its own words and can be
recomputed by anyone from public files alone.
"""

from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter

from schemas import vocabulary
from schemas.declare import (
    Column,
    Dataset,
    Formula,
    Indicator,
    Kind,
    MaxOf,
    Origin,
    Protection,
    RowsWhere,
    SumOf,
    Target,
)
from schemas.jurisdiction import Jurisdiction, Law
from schemas.registry import all_rules
from schemas.rules import Linear, Rule

ORIGIN_FIELD = "data_origin"
"""First column of every published table: says `real` or, in capitals, that it is not, so that no excerpt loses the fact."""

SAMPLE_MARK = "SAMPLE DATA"
"""What `data_origin` says in every row that is not a real record."""


def origin_mark(origin: Origin) -> str:
    """What `data_origin` says for tables of that origin."""
    return SAMPLE_MARK if origin is Origin.SAMPLE else str(origin)


_FORMULAS: dict[str, type[Formula]] = {"SumOf": SumOf, "RowsWhere": RowsWhere, "MaxOf": MaxOf}
_TYPES = {Kind.WHOLE: "integer", Kind.DECIMAL: "number", Kind.DATE: "date"}


@dataclass(frozen=True)
class Field:
    """One column of a published CSV file. `of` is the column a status field belongs to, else empty."""

    name: str
    type: str
    label: str
    description: str
    of: str = ""


def published_fields(dataset: Dataset) -> tuple[Field, ...]:
    """The columns of `tables/<dataset>.csv`, in order; each count that may be absent is followed by its status."""
    fields = [Field(ORIGIN_FIELD, "string", "Origin", "Whether the row is a real record or sample data.")]
    for column in dataset.published_columns:
        fields.append(Field(column.name, _TYPES.get(column.kind, "string"), column.label, column.description))
        if column.has_status:
            label, words = f"{column.label}: status", f"Whether {column.name} is shown; if not, why its cell is empty."
            fields.append(Field(f"{column.name}_status", "string", label, words, of=column.name))
    return tuple(fields)


def law_definition(law: Law) -> dict[str, str]:
    """A citation as published: with what it says and how far it was confirmed."""
    return {
        "key": law.key, "basis": law.basis, "citation": law.published_citation, "says": law.says,
        "trust": law.trust, "source": law.source,
    }  # fmt: skip


def _column_definition(dataset: Dataset, column: Column) -> dict[str, Any]:
    return {
        "name": column.name, "label": column.label, "description": column.description, "role": column.role,
        "kind": column.kind, "unit": column.unit, "vocabulary": column.vocabulary,
        "protection": column.protection if column.numeric else "", "law": list(dataset.law_of(column)),
        "status_column": f"{column.name}_status" if column.has_status else "", "caveat": column.caveat,
    }  # fmt: skip


def rule_definition(rule: Rule) -> dict[str, Any]:
    """A rule as data, with its type's name, so that a reader can repeat it."""
    return {"type": type(rule).__name__, **asdict(rule)}


def read_indicator(definition: dict[str, Any]) -> Indicator:
    """The indicator of a published definition; the reverse of `indicator_definition`."""
    target = definition["target"]
    return Indicator(
        id=definition["id"], title=definition["title"], counted=definition["counted"], unit=definition["unit"],
        numerator=_formula(definition["numerator"]), law=tuple(definition["law"]), page=definition["page"],
        denominator=_formula(definition["denominator"]) if definition["denominator"] else None,
        target=TypeAdapter(Target).validate_python(target) if target else None, caveat=definition["caveat"],
    )  # fmt: skip


def formula_definition(formula: Formula | None) -> dict[str, Any] | None:
    """A formula as data, with its type's name."""
    return None if formula is None else {"type": type(formula).__name__, **asdict(formula)}


def _formula(definition: dict[str, Any]) -> Formula:
    return TypeAdapter(_FORMULAS[definition["type"]]).validate_python(definition)


def read_linear_rules(definition: dict[str, Any]) -> tuple[Linear, ...]:
    """The sums and comparisons among the rules of a published dataset definition."""
    linear = TypeAdapter(Linear)
    return tuple(linear.validate_python(rule) for rule in definition["rules"] if rule["type"] == "Linear")


def dataset_definition(dataset: Dataset) -> dict[str, Any]:
    """What `definitions/<dataset>.json` says: everything a reader needs to understand and check the table."""
    policy = dataset.disclosure
    return {
        "id": dataset.id, "title": dataset.title, "one_row_is": dataset.one_row_is, "summary": dataset.summary,
        "grains": list(dataset.grains), "made_by": dataset.made_by, "rolled_up_from": dataset.rolled_up_from,
        "rolled_up_where": [asdict(condition) for condition in dataset.rolled_up_where],
        "law": list(dataset.law), "caveats": list(dataset.caveats), "key": list(dataset.key),
        "columns": [_column_definition(dataset, column) for column in dataset.published_columns],
        "rules": [rule_definition(rule) for rule in all_rules(dataset)],
        "indicators": [indicator.id for indicator in dataset.indicators],
        "disclosure": asdict(policy),
    }  # fmt: skip


def indicator_definition(indicator: Indicator, dataset: Dataset) -> dict[str, Any]:
    """What `definitions/indicators.json` says of one indicator."""
    target = indicator.target
    return {
        "id": indicator.id, "title": indicator.title, "counted": indicator.counted, "dataset": dataset.id,
        "page": indicator.page, "unit": indicator.unit, "law": list(indicator.law), "caveat": indicator.caveat,
        "numerator": formula_definition(indicator.numerator),
        "denominator": formula_definition(indicator.denominator),
        "target": None if target is None else asdict(target),
        "by": [name for name in ("period", "agency") if name in dataset.key],
    }  # fmt: skip


def vocabularies_of(datasets: tuple[Dataset, ...]) -> tuple[str, ...]:
    """The vocabularies that published columns use, by name."""
    return tuple(sorted({c.vocabulary for dataset in datasets for c in dataset.published_columns if c.vocabulary}))


def vocabulary_texts(datasets: tuple[Dataset, ...], county: Jurisdiction) -> dict[str, str]:
    """The vocabularies as they are published: name -> the text of its CSV file."""
    return {
        name: vocabulary.path_of(name, county.key).read_text(encoding="utf-8") for name in vocabularies_of(datasets)
    }  # fmt: skip


def _page_of(dataset: Dataset, county: Jurisdiction) -> list[str]:
    lines = [f"## {dataset.title}", "", f"`{dataset.id}`: {dataset.summary}", "", f"One row is {dataset.one_row_is}."]
    citations = "; ".join(county.cited(key).published_citation for key in dataset.law)
    lines += ["", f"Asked for by: {citations}.", "", f"Disclosure: {dataset.disclosure.reason}", ""]
    lines += ["| column | label | meaning | unit or list | asked for by |", "|---|---|---|---|---|"]
    for column in dataset.published_columns:
        basis = ", ".join(sorted({str(county.cited(key).basis) for key in dataset.law_of(column)}))
        meaning = " ".join(part for part in (column.description, column.caveat) if part)
        guarded = " (protected)" if column.protection is Protection.PERSON else ""
        lines.append(
            f"| `{column.name}` | {column.label} | {meaning}{guarded} | {column.unit or column.vocabulary} | {basis} |"
        )
    lines += ["", "Rules:", ""] + [f"- {rule.id} ({rule.level}): {rule.says}" for rule in all_rules(dataset)]
    if dataset.caveats:
        lines += ["", "Please note:", ""] + [f"- {caveat}" for caveat in dataset.caveats]
    return [*lines, ""]


def _indicator_lines(datasets: tuple[Dataset, ...], county: Jurisdiction) -> list[str]:
    lines = ["## Indicators", "", "| id | indicator | target | basis |", "|---|---|---|---|"]
    for dataset in datasets:
        for indicator in dataset.indicators:
            target = indicator.target.words if indicator.target else "none"
            basis = "; ".join(county.cited(key).published_citation for key in indicator.law)
            lines.append(f"| {indicator.id} | {indicator.title} | {target} | {basis} |")
    return [*lines, ""]


def dictionary_page(datasets: tuple[Dataset, ...], county: Jurisdiction) -> str:
    """The data dictionary as Markdown: every dataset, column, rule, indicator and citation."""
    lines = [f"# Data dictionary: {county.name}", ""]
    for dataset in datasets:
        lines += _page_of(dataset, county)
    lines += _indicator_lines(datasets, county)
    lines += ["## Law and commitments", "", "| citation | says | basis | confirmed |", "|---|---|---|---|"]
    for law in county.law.values():
        lines.append(f"| {law.published_citation} | {law.says} | {law.basis} | {law.trust} |")
    return "\n".join(lines) + "\n"
