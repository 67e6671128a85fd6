"""Which sums a reader can form of published figures: what the check of a certificate adds up.

Totals over every dimension, months in quarters in years, codes in groups, the columns of a row, and the full table behind
tables that are linked in a circle. Taken from the published definitions alone; shares nothing with the suppressor.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

Where = frozenset[tuple[str, str]]
Place = tuple[str, Where]  # a measure, and what it is narrowed down to
Sum = tuple[list[tuple[Place, int]], bool]  # the weighted sum of some places is zero (True), or at most zero (False)


class Adding:
    """How the places of a universe add up: the total of each dimension, the code above each code, the sums in each row."""

    def __init__(self, definitions: Sequence[Mapping[str, Any]]) -> None:
        declared = [each for definition in definitions for each in definition["disclosure"]["hierarchies"]]
        rules = [rule for definition in definitions for rule in definition["rules"] if rule["type"] == "Linear"]
        self.totals = {each["dimension"]: each["total"] for each in declared}
        groups = [(each, code, up) for each in declared for code, up in each["parents"] if up != each["total"]]
        self.parents = {(each["dimension"], code): up for each, code, up in groups}
        self.rows = [(rule["terms"], rule["relation"] == "==") for rule in rules
                     if rule["level"] == "error" and not rule["when"]]  # fmt: skip

    def chain(self, key: str, code: str) -> list[str]:
        """A code and the codes above it, the total apart: a month, its quarter and its year."""
        if key == "period":
            quarter = code if "Q" in code else f"{code[:4]}-Q{(int(code[5:7]) + 2) // 3}" if len(code) > 4 else code
            return [*dict.fromkeys([code, quarter, code[:4]])]
        up = self.parents.get((key, code))
        return [code, *self.chain(key, up)] if up else [code]

    def above(self, place: Place) -> list[tuple[str, Place]]:
        """The places one step up: each dimension added up, or moved to the code above it."""
        found = []
        for key, code in place[1]:
            rest, (_, *up) = place[1] - {(key, code)}, self.chain(key, code)
            if up or key in self.totals:
                found.append((key, (place[0], rest | {(key, up[0])} if up else rest)))
        return found

    def sums(self, cells: set[Place], silent: set[Place], full: set[Place]) -> list[Sum]:
        """Every total with its parts; a comparison where a part is not reported or a month is not there yet.

        full: the places of the full table, each a part of every cell above it.
        """
        parts: dict[tuple[str, Place], list[Place]] = defaultdict(list)
        for place in cells | silent:
            for key, up in self.above(place):
                parts[key, up].append(place)
        for name, at in full:
            steps = [[(key, code) for code in self.chain(key, code)] + [("", "")] * (key in self.totals)
                     for key, code in at]  # fmt: skip
            for chosen in product(*steps):
                parts["", (name, frozenset(chosen) - {("", "")})].append((name, at))
        known, found = cells | full, list[Sum]()
        for (key, up), some in parts.items():
            there = [(place, 1) for place in some if place in known]
            months = {dict(at).get("period", "") for _, at in some}
            missing = key in {"", "period"} and sum(map(_months, months)) < _months(dict(up[1]).get("period", ""))
            if up in cells and some != [up]:
                found.append(([*there, (up, -1)], len(there) == len(some) and not missing))
        for at in {at for _, at in known}:
            rows = [([((name, at), weight) for name, weight in terms], equal) for terms, equal in self.rows]
            found += [(terms, equal) for terms, equal in rows if all(place in known for place, _ in terms)]
        return found

    def totals_of(self, places: set[Place]) -> set[Place]:
        """Totals that no table needs to print, but that link tables; quarters where months and years are printed."""
        years = any(key == "period" and len(code) == 4 for _, at in places for key, code in at)
        found: set[Place] = set()
        waiting = list(places)
        while waiting:
            over = self.above(waiting.pop())
            new = {up for key, up in over if key != "period" or (years and "Q" in dict(up[1])[key])} - found - places
            found |= new
            waiting += new
        return found

    def full_tables(self, places: set[Place]) -> set[Place]:
        """The full table behind tables that are linked in a circle: A by B, B by C, C by A."""
        tied = {name: frozenset([name]) for name, _ in places}
        for terms, _ in self.rows:
            merged = frozenset(one for name, _ in terms for one in tied.get(name, ()))
            tied |= dict.fromkeys(merged, merged)
        found: set[Place] = set()
        for names in set(tied.values()):
            mine = [place for place in places if place[0] in names]
            core = sorted(self._circle(mine))
            codes: dict[Where, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
            for rest, key, code in ((_apart(at, core), key, code) for _, at in mine for key, code in at if key in core):
                if not any(other == "period" or other in self.totals for other, _ in rest):
                    codes[rest][key].add(code)
            for rest, seen in codes.items():
                lowest = [seen[key] - {up for code in seen[key] for up in self.chain(key, code)[1:]} for key in core]
                found |= {(name, rest | {*zip(core, at, strict=True)}) for at in product(*lowest) for name in names}
        return found

    def _circle(self, places: list[Place]) -> set[str]:
        """The dimensions of tables that are linked in a circle (Graham's reduction); a level is one more dimension."""
        columns: dict[Where, set[str]] = defaultdict(set)
        for name, at in places:
            columns[at].add(name)
        left = {
            frozenset((key, step) for key, code in at if key == "period" or key in self.totals
                      for step in range(len(self.chain(key, code)))) | ({("", 0)} if len(names) > 1 else frozenset())
            for at, names in columns.items()
        }  # fmt: skip
        while True:
            alone = {node for edge in left for node in edge if sum(node in other for other in left) == 1}
            fewer = {edge - alone for edge in left} - {frozenset()}
            fewer = {edge for edge in fewer if not any(edge < other for other in fewer)}
            if fewer == left:
                return {key for edge in left for key, _ in edge if key} if len(left) > 1 else set()
            left = fewer


def _apart(at: Where, core: Sequence[str]) -> Where:
    return frozenset(pair for pair in at if pair[0] not in core)


def _months(period: str) -> int:
    return 0 if not period else 3 if "Q" in period else 12 if len(period) == 4 else 1
