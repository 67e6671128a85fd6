"""What the different texts of a column mean, as expressions that an engine carries out on every row."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import narwhals as nw

from etl.convert import Look
from etl.engines.truth import among
from etl.findings import Finding
from etl.layout import clean
from schemas.declare import Column


@dataclass(frozen=True)
class Meaning:
    """The texts of one column judged: the value of each, and by code of finding the texts that have it."""

    column: Column
    values: dict[str | None, str | None] = field(repr=False)
    faults: dict[str, dict[str, Finding]] = field(repr=False)

    @property
    def understood(self) -> frozenset[str]:
        """The values that cells of the column have."""
        return frozenset(value for value in self.values.values() if value is not None)

    def value(self) -> nw.Expr:
        """The value of each cell: the default for an empty one, nothing for a text that is not understood."""
        cell = nw.col(self.column.name)
        if self.column.default:
            cell = cell.fill_null(self.column.default)
        groups = defaultdict[str | None, list[str]](list)
        for text, value in self.values.items():
            if text is not None and text != value:
                groups[value].append(text)
        raw = cell
        for value, texts in groups.items():
            other = nw.lit(value) if value is not None else nw.lit(None, nw.String)
            cell = nw.when(among(raw, texts)).then(other).otherwise(cell)
        return cell


def holding(cell: nw.Expr, texts: Iterable[str]) -> nw.Expr:
    """Whether a cell holds one of some texts; the text "" stands for an empty cell too."""
    wanted = list(texts)
    return among(cell, wanted) | cell.is_null() if "" in wanted else among(cell, wanted)


def meaning_of(column: Column, texts: Iterable[str | None], look: Look) -> Meaning:
    """Judge the different texts of a column, each once."""
    values: dict[str | None, str | None] = {}
    faults: defaultdict[str, dict[str, Finding]] = defaultdict(dict)
    for given in texts:
        value, said = look(clean(given or ""), column)
        values[given] = str(value) if value is not None else None
        for finding in said:
            faults[finding.kind.code][given or ""] = finding
    return Meaning(column, values, dict(faults))
