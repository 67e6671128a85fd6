"""What a figure means, in words made from its declaration: the formula, who asks for it, and how sure that is."""

from collections.abc import Mapping, Sequence
from typing import Any

from etl.edition.figures import BASES
from etl.edition.record import Record
from schemas.foreign import english
from schemas.wording import N_, Wording

_OPERATIONS = {
    "is": N_("{column} is {values}"), "in": N_("{column} is one of {values}"),
    "more_than": N_("{column} is more than {values}"), "filled": N_("{column} is given"),
    "on_or_before": N_("{column} is on or before {values}"),
}  # fmt: skip


def _conditions(where: Sequence[Mapping[str, Any]], _: Wording) -> str:
    said = []
    for condition in where:
        values = ", ".join(map(str, condition["values"]))
        said.append(_(_OPERATIONS[condition["op"]], column=condition["column"], values=values))
    return _(" and ").join(said)


def _terms(terms: Sequence[Sequence[Any]]) -> str:
    said = ""
    for column, weight in terms:
        sign = " − " if weight < 0 else " + " if said else ""
        said += f"{sign}{'' if abs(weight) == 1 else f'{abs(weight)} × '}{column}"
    return said


def formula(definition: Mapping[str, Any] | None, _: Wording) -> str:
    """A formula in words and column names; empty for none."""
    if definition is None:
        return ""
    if definition["type"] == "MaxOf":
        return _("the largest {column}", column=definition["column"])
    if definition["type"] == "RowsWhere":
        return _("rows where {conditions}", conditions=_conditions(definition["where"], _))
    total = _("sum of {terms}", terms=_terms(definition["terms"]))
    if not definition["where"]:
        return total
    return _("{total}, where {conditions}", total=total, conditions=_conditions(definition["where"], _))


def law_lines(keys: Sequence[str], record: Record, _: Wording) -> list[dict[str, str]]:
    """The citations behind a figure: kind of duty, citation, what it says."""
    return [
        {"basis": _(BASES[record.law[key]["basis"]]), "citation": english(record.law[key]["citation"], _),
         "says": record.law[key]["says"], "key": key}
        for key in keys
    ]  # fmt: skip
