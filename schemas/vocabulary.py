"""Vocabularies: CSV files with codes, labels and the days from which and until which a code is valid.

A code is never reused and never deleted, only ended. `also_written` lists other spellings, separated by `|`; they are
understood on reading and offered as a suggestion. A jurisdiction's own vocabulary stands in its folder and goes first,
then its state's, then the common one.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from schemas.errors import DefinitionError
from schemas.jurisdiction import DEFAULT, homes, read_rows

ALWAYS = date.min
FOREVER = date.max
STANDARD_FIELDS = ("code", "label", "valid_from", "valid_to", "also_written", "source")


@dataclass(frozen=True)
class Code:
    """One code: valid from the first to the last day, both included; `facts` are further columns of its file."""

    code: str
    label: str
    valid_from: date
    valid_to: date
    also_written: tuple[str, ...]
    source: str
    facts: dict[str, str] = field(hash=False, default_factory=dict)

    def valid_on(self, day: date) -> bool:
        """Whether the code may be used on a day."""
        return self.valid_from <= day <= self.valid_to


def path_of(vocabulary: str, jurisdiction_id: str = DEFAULT) -> Path:
    """The file of a vocabulary: the jurisdiction's own, its state's or the common one; DefinitionError when there is none."""
    for home in homes(jurisdiction_id):
        path = home / "vocabularies" / f"{vocabulary}.csv"
        if path.is_file():
            return path
    raise DefinitionError(f"There is no vocabulary “{vocabulary}”: add schemas/vocabularies/{vocabulary}.csv.")


def names(jurisdiction_id: str = DEFAULT) -> tuple[str, ...]:
    """The names of all vocabularies that the jurisdiction can use."""
    found = {path.stem for home in homes(jurisdiction_id) for path in (home / "vocabularies").glob("*.csv")}
    return tuple(sorted(found))


def _day(text: str, otherwise: date) -> date:
    return date.fromisoformat(text) if text else otherwise


@cache
def codes(vocabulary: str, jurisdiction_id: str = DEFAULT) -> tuple[Code, ...]:
    """Every code of a vocabulary, in the order of its file."""
    path = path_of(vocabulary, jurisdiction_id)
    try:
        found = tuple(
            Code(
                row["code"], row["label"], _day(row["valid_from"], ALWAYS), _day(row["valid_to"], FOREVER),
                tuple(spelling for spelling in row["also_written"].split("|") if spelling), row["source"],
                {name: text for name, text in row.items() if name not in STANDARD_FIELDS},
            )
            for row in read_rows(path)
        )  # fmt: skip
    except (KeyError, ValueError) as fault:
        raise DefinitionError(f"{path.name}: {fault}") from fault
    spellings = [text.casefold() for code in found for text in {code.code, *code.also_written}]
    repeated = sorted({text for text in spellings if spellings.count(text) > 1})
    if repeated:
        raise DefinitionError(f"{path.name}: used for more than one code: {', '.join(repeated)}")
    return found


def codes_on(vocabulary: str, day: date, jurisdiction_id: str = DEFAULT) -> frozenset[str]:
    """The codes that may be used on a day."""
    return frozenset(code.code for code in codes(vocabulary, jurisdiction_id) if code.valid_on(day))


def labels(vocabulary: str, jurisdiction_id: str = DEFAULT) -> dict[str, str]:
    """The label of every code, valid today or not."""
    return {code.code: code.label for code in codes(vocabulary, jurisdiction_id)}


@cache
def spellings(vocabulary: str, jurisdiction_id: str = DEFAULT) -> dict[str, str]:
    """Every way a code is written (case folded) -> the code: itself, its label, and the other known spellings."""
    found: dict[str, str] = {}
    for code in codes(vocabulary, jurisdiction_id):
        for text in (*code.also_written, code.label, code.code):
            found[text.casefold()] = code.code
    return found
