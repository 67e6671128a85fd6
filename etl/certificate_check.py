"""Checks the certificate of a release by adding up whole numbers: no solver, and no code of the suppressor.

It reads published tables and definitions, and asks of each table of the certificate: does it give a number to every
cell that is not printed; is every hidden count at least what the printed zeros make it; do all totals and all sums
between columns hold, with every printed figure of this release and of the earlier ones. Then: do the tables differ, in
every hidden cell, by the width that the policy asks for. If so, nobody can tell from anything printed which of them is
the true one. To be read from top to bottom.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from schemas.errors import ReleaseDamaged
from schemas.release import OpenRelease

Place = tuple[str, frozenset[tuple[str, str]]]
"""A measure, and what it is narrowed down to; a dimension that is not named is added up."""

Sum = tuple[list[tuple[Place, int]], bool]
"""Places with weights; their weighted sum is zero (True) or at most zero (False)."""

CERTIFICATE, AUDIT = "disclosure/certificate.json", "disclosure/audit.json"


class _Public:
    """What one universe of tables prints, in one release: numbers, hidden places, row sums, and what was not reported."""

    def __init__(self, release: OpenRelease, universe: str, totals: Mapping[str, str]) -> None:
        self.printed: dict[Place, int] = {}
        self.hidden: dict[Place, tuple[int, int, bool]] = {}
        self.rows: list[Sum] = []
        self.silent: set[Place] = set()
        audit = json.loads(release.text(AUDIT))["tables"]
        for name in release.dataset_ids():
            definition = release.definition(name)
            if _universe(definition) == universe:
                self._read(release, definition, totals, audit.get(name, {}).get("withheld_blocks", {}))

    def _read(
        self, release: OpenRelease, definition: Mapping[str, Any], totals: Mapping[str, str], withheld: Iterable[str]
    ) -> None:
        policy = definition["disclosure"]
        where = [*definition["rolled_up_where"], *policy["published_where"]]
        fixed = {each["column"]: str(each["values"][0]) for each in where if each["op"] == "is"}
        counts = [column["name"] for column in definition["columns"] if column["role"] == "count"]
        rules = [rule for rule in definition["rules"] if rule["type"] == "Linear" and not rule["when"]]
        for row in release.table(definition["id"]).to_dict("records"):
            codes = {**fixed, **{key: str(row[key]) for key in definition["key"]}}
            narrowed = frozenset((key, code) for key, code in codes.items() if totals.get(key) != code)
            block = "|".join(str(row[key]) for key in definition["key"] if key not in totals)
            for name in counts:
                status = row.get(f"{name}_status", "shown")
                if status == "suppressed":
                    least = int(policy["zeros_printed"] and block not in withheld)
                    self.hidden[name, narrowed] = (least, policy["width"], block in withheld)
                elif status == "shown":
                    self.printed[name, narrowed] = int(row[name])
                else:
                    self.silent.add((name, narrowed))
            for rule in rules:
                terms = [((name, narrowed), weight) for name, weight in rule["terms"]]
                if all(place in self.printed or place in self.hidden for place, _ in terms):
                    self.rows.append((terms, rule["relation"] == "=="))


def _universe(definition: Mapping[str, Any]) -> str:
    return str(definition["rolled_up_from"] or definition["disclosure"]["universe"] or definition["id"])


def _above(place: Place, totals: Mapping[str, str], parents: Mapping[tuple[str, str], str]) -> list[tuple[str, Place]]:
    """The places one step up: each dimension added up, or moved to the code above it."""
    measure, narrowed = place
    found = []
    for key, code in narrowed:
        rest = narrowed - {(key, code)}
        if key == "period":
            up = "" if len(code) == 4 else code[:4] if "Q" in code else f"{code[:4]}-Q{(int(code[5:7]) + 2) // 3}"
        else:
            up = parents.get((key, code), "")
        if up:
            found.append((key, (measure, rest | {(key, up)})))
        elif key in totals:
            found.append((key, (measure, rest)))
    return found


def _sums(
    known: set[Place], silent: set[Place], totals: Mapping[str, str], parents: Mapping[tuple[str, str], str]
) -> list[Sum]:
    """Every total with its parts; a comparison where a part is not reported or a month is not there yet."""
    parts: dict[tuple[str, Place], list[Place]] = defaultdict(list)
    for place in known | silent:
        for key, up in _above(place, totals, parents):
            parts[key, up].append(place)
    sums: list[Sum] = []
    for (key, up), some in parts.items():
        if up not in known:
            continue
        there = [place for place in some if place in known]
        full = 3 if "Q" in dict(up[1]).get(key, "") else 4
        whole = len(there) == len(some) and (key != "period" or len(some) == full)
        sums.append(([*((place, 1) for place in there), (up, -1)], whole))
    return sums


def _fail(release: OpenRelease, words: str) -> ReleaseDamaged:
    return ReleaseDamaged(f"Release {release.id}: {CERTIFICATE} does not prove what it should: {words}.")


def _margins(places: set[Place], totals: Mapping[str, str], parents: Mapping[tuple[str, str], str]) -> set[Place]:
    """The totals of some places that no table needs to print, but that link one table with another."""
    found: set[Place] = set()
    waiting = list(places)
    while waiting:
        for key, up in _above(waiting.pop(), totals, parents):
            if key != "period" and up not in found and up not in places:
                found.add(up)
                waiting.append(up)
    return found


def _circle(places: set[Place], totals: Mapping[str, str]) -> set[str]:
    """The dimensions of tables that are linked in a circle (Graham's reduction): one full table stands behind them."""
    left = {frozenset(key for key, _ in narrowed if key in totals) for _, narrowed in places} - {frozenset()}
    while True:
        alone = {key for edge in left for key in edge if sum(key in other for other in left) == 1}
        fewer = {edge - alone for edge in left} - {frozenset()}
        fewer = {edge for edge in fewer if not any(edge < other for other in fewer)}
        if fewer == left:
            return {key for edge in left for key in edge} if len(left) > 1 else set()
        left = fewer


def _behind(places: set[Place], totals: Mapping[str, str], parents: Mapping[tuple[str, str], str]) -> set[Place]:
    """The places of the full table behind tables that are linked in a circle."""
    core = sorted(_circle(places, totals))
    groups = set(parents.values())
    codes = [sorted({c for _, n in places for k, c in n if k == key} - groups) for key in core]
    bases = {(measure, frozenset(pair for pair in narrowed if pair[0] not in core)) for measure, narrowed in places
             if core and any(key in core for key, _ in narrowed)}  # fmt: skip
    return {(measure, rest | set(zip(core, some, strict=True))) for measure, rest in bases for some in product(*codes)} - places


def _stale(printed: Mapping[Place, int], current: set[Place], equations: Sequence[Sum]) -> set[Place]:
    """Figures of earlier releases that later ones contradict: revised since, they bind nothing any more."""
    stale: set[Place] = set()
    while True:
        new = {
            place for terms, equal in equations
            if all(cell in printed and cell not in stale for cell, _ in terms)
            and not _holds(sum(weight * printed[cell] for cell, weight in terms), equal=equal)
            for place, _ in terms if place not in current
        }  # fmt: skip
        if not new:
            return stale
        stale |= new


def _holds(left: int, *, equal: bool) -> bool:
    return left == 0 if equal else left <= 0


def _check_tables(
    release: OpenRelease, proof: Mapping[str, Any], cells: Sequence[Place], printed: Mapping[Place, int],
    equations: Sequence[Sum],
) -> tuple[dict[Place, int], dict[Place, int]]:  # fmt: skip
    """Put every table into every equation; returns the least and the greatest number it gives each cell."""
    low, high = dict(zip(cells, proof["first_table"], strict=True)), dict(zip(cells, proof["first_table"], strict=True))
    for difference in [[], *proof["differences"]]:
        table = list(proof["first_table"])
        for place, step in difference:
            table[place] += step
        if not all(type(number) is int and number >= 0 for number in table):
            raise _fail(release, "a table holds something other than counts")
        numbers = {**printed, **dict(zip(cells, table, strict=True))}
        for terms, equal in equations:
            if not _holds(sum(weight * numbers[cell] for cell, weight in terms), equal=equal):
                names = ", ".join(sorted({measure for (measure, _), _ in terms}))
                raise _fail(release, f"in one of its tables the figures of {names} do not add up")
        for cell, number in zip(cells, table, strict=True):
            low[cell], high[cell] = min(low[cell], number), max(high[cell], number)
    return low, high


def _check_universe(release: OpenRelease, earlier: Sequence[OpenRelease], proof: Mapping[str, Any]) -> int:
    """Check one universe of tables; returns how many cells are proven to stay hidden."""
    shared = [d for r in (release, *earlier) for d in map(r.definition, r.dataset_ids()) if _universe(d) == proof["universe"]]
    hierarchies = [each for definition in shared for each in definition["disclosure"]["hierarchies"]]
    totals = {each["dimension"]: each["total"] for each in hierarchies}
    parents = {(each["dimension"], code): up for each in hierarchies for code, up in each["parents"]}
    now, *before = [_Public(each, proof["universe"], totals) for each in (release, *earlier)]
    current = {*now.printed, *now.hidden}
    fresh = {place for place, (_, _, withheld) in now.hidden.items() if withheld}
    hidden = dict(now.hidden)
    printed = dict(now.printed)
    for one in before:
        for place, number in one.printed.items():
            if place not in fresh:
                printed.setdefault(place, number)
        for place, facts in one.hidden.items():
            hidden.setdefault(place, facts)
    cells = [(cell["measure"], frozenset(cell["where"].items())) for cell in proof["cells"]]
    rows = [row for one in (now, *before) for row in one.rows]
    silent = set().union(*(one.silent for one in (now, *before)))
    stale = _stale(printed, current, [*rows, *_sums({*printed, *hidden}, silent, totals, parents)])
    printed = {place: number for place, number in printed.items() if place not in stale}
    seen = {*printed, *hidden} - stale
    linked = _margins(seen, totals, parents)
    needed = (seen | linked | _behind(seen | linked, totals, parents)) - printed.keys()
    unknown = set(cells)
    if len(unknown) != len(cells) or unknown & printed.keys() or needed - unknown:
        raise _fail(release, "its cells are not those that are not printed")
    rows = [row for row in rows if not any(place in stale for place, _ in row[0])]
    sums = _sums({*printed, *unknown}, silent - unknown, totals, parents)
    low, high = _check_tables(release, proof, cells, printed, [*rows, *sums])
    for place, cell in zip(cells, proof["cells"], strict=True):
        least, width, withheld = hidden.get(place, (0, 0, True))
        promised = cell["width"] >= width or withheld
        if not promised or low[place] < least or high[place] - low[place] < cell["width"]:
            where = ", ".join(sorted(dict(place[1]).values()))
            raise _fail(release, f"the tables differ too little in {place[0]} of {where}")
    return len(now.hidden)


def check_certificate(release: OpenRelease, public: Sequence[OpenRelease]) -> int:
    """Check the certificate of a release; returns how many hidden cells it protects. Raises ReleaseDamaged.

    public: other releases; those that the certificate names and that are still public are taken into account.
    """
    try:
        document = json.loads(release.text(CERTIFICATE))
        earlier = [one for one in public if one.id in document["earlier_releases"]]
        proven = sum(_check_universe(release, earlier, proof) for proof in document["universes"])
        proofs = {proof["universe"] for proof in document["universes"]}
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OSError) as fault:
        raise _fail(release, "it is damaged") from fault
    people = {_universe(d) for d in map(release.definition, release.dataset_ids()) if d["disclosure"]["kind"] == "person"}
    if people - proofs:
        raise _fail(release, f"it says nothing of {', '.join(sorted(people - proofs))}")
    return proven
