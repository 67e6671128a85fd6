"""What is counted: a number about people or requests, and how the codes of its dimensions add up."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from etl.errors import DisclosureRefused
from etl.evaluate import quarter_of

REST = "+"
"""Ends the code of what of a period no listed period has: 2026-Q3+ is the third quarter without the months that are there."""


class Cell(NamedTuple):
    """A number about a universe of requests or people: which measure, and of whom (pairs of dimension and code)."""

    universe: str
    measure: str
    where: tuple[tuple[str, str], ...]

    def narrowed(self, dimension: str, code: str) -> "Cell":
        """The same measure, narrowed down (or moved) to a code of one dimension."""
        rest = {name: value for name, value in self.where if name != dimension}
        return self._replace(where=tuple(sorted({**rest, dimension: code}.items())))

    def without(self, dimension: str) -> "Cell":
        """The same measure, added up over one dimension."""
        return self._replace(where=tuple(pair for pair in self.where if pair[0] != dimension))


Definition = Mapping[str, Any]
"""What `definitions/<dataset>.json` says of a table."""


def universe_of(definition: Definition) -> str:
    """What a table counts: the dataset that it is made from, or that its policy names, or its own rows."""
    return str(definition["rolled_up_from"] or definition["disclosure"]["universe"] or definition["id"])


def describes_people(definition: Definition) -> bool:
    """Whether a table falls under the small-cell rule."""
    return bool(definition["disclosure"]["kind"] == "person")


@dataclass(frozen=True)
class Hierarchies:
    """For each dimension of a universe the code of its total, and the code above each code that has one."""

    totals: Mapping[str, str]
    above: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, definitions: Iterable[Definition]) -> "Hierarchies":
        """The hierarchies that some definitions declare, together."""
        totals: dict[str, str] = {}
        above: dict[str, dict[str, str]] = {}
        for definition in definitions:
            for declared in definition["disclosure"]["hierarchies"]:
                totals[declared["dimension"]] = declared["total"]
                known = above.setdefault(declared["dimension"], {})
                for code, group in declared["parents"]:
                    if group != declared["total"] and known.setdefault(code, group) != group:
                        raise DisclosureRefused(
                            f"{declared['dimension']}: {code} stands in two groups, {known[code]} and {group}. Groups that "
                            "overlap can be subtracted from each other: use one list of groups in all tables and releases."
                        )
        return cls(totals, above)

    def parent(self, dimension: str, code: str) -> str | None:
        """The code above: a month's quarter, a quarter's year, or what is declared; None at the top."""
        if code.endswith(REST):
            return code.removesuffix(REST)
        if dimension == "period":
            return code[:4] if "-Q" in code else quarter_of(code) if "-" in code else None
        return self.above.get(dimension, {}).get(code)

    def chain(self, dimension: str, code: str) -> list[str]:
        """A code and the codes above it, up to but without the total."""
        found = [code]
        while (up := self.parent(dimension, found[-1])) is not None:
            found.append(up)
        return found

    def adds_up(self, dimension: str) -> bool:
        """Whether the codes of a dimension add up, to a total or to longer periods."""
        return dimension == "period" or dimension in self.totals

    def shape(self, where: Iterable[tuple[str, str]]) -> frozenset[tuple[str, int]]:
        """The dimensions of a place and every level of each down to its code: 0 is the highest."""
        return frozenset((name, level) for name, code in where for level in range(len(self.chain(name, code))))


def is_whole(period: str, parts: Collection[str]) -> bool:
    """Whether a period's parts are all there: three months, four quarters, or fewer and the rest."""
    return len(parts) == (3 if "-Q" in period else 4) or any(part.endswith(REST) for part in parts)
