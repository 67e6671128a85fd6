"""Checks the certificate of a release by adding up whole numbers: no solver, and no code of the suppressor.

Every table of the certificate must give a number to each cell that is not printed, agree with every printed figure of this
release and of the earlier ones, and keep all sums; and in every hidden cell the tables must differ by the policy's width.
Then nobody can tell from anything printed which of them is the true one. To be read from top to bottom.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from schemas.errors import ReleaseDamaged
from schemas.release import OpenRelease

Place = tuple[str, frozenset[tuple[str, str]]]  # a measure, and what it is narrowed down to
Sum = tuple[list[tuple[Place, int]], bool]  # the weighted sum of some places is zero (True), or at most zero (False)
CERTIFICATE, AUDIT = "disclosure/certificate.json", "disclosure/audit.json"


def _universe(definition: Mapping[str, Any]) -> str:
    return str(definition["rolled_up_from"] or definition["disclosure"]["universe"] or definition["id"])


class _Adding:
    """How places add up: the code of each dimension's total, and the code above each code that has one."""

    def __init__(self, definitions: Iterable[Mapping[str, Any]]) -> None:
        declared = [each for definition in definitions for each in definition["disclosure"]["hierarchies"]]
        self.totals = {each["dimension"]: each["total"] for each in declared}
        groups = [(each, code, up) for each in declared for code, up in each["parents"] if up != each["total"]]
        self.parents = {(each["dimension"], code): up for each, code, up in groups}

    def above(self, place: Place) -> list[tuple[str, Place]]:
        """The places one step up: each dimension added up, or moved to the code above it."""
        found = []
        for key, code in place[1]:
            rest, up = place[1] - {(key, code)}, self.parents.get((key, code), "")
            if key == "period" and len(code) > 4:
                up = code[:4] if "Q" in code else f"{code[:4]}-Q{(int(code[5:7]) + 2) // 3}"
            if up or key in self.totals:
                found.append((key, (place[0], rest | {(key, up)} if up else rest)))
        return found

    def sums(self, known: set[Place], silent: set[Place]) -> list[Sum]:
        """Every total with its parts; a comparison where a part is not reported or a month is not there yet."""
        parts: dict[tuple[str, Place], list[Place]] = defaultdict(list)
        for place in known | silent:
            for key, up in self.above(place):
                parts[key, up].append(place)
        found: list[Sum] = []
        for (key, up), some in parts.items():
            there = [(place, 1) for place in some if place in known]
            months = 3 if "Q" in dict(up[1]).get(key, "") else 4
            if up in known:
                found.append(([*there, (up, -1)], len(there) == len(some) and (key != "period" or len(some) == months)))
        return found

    def linking(self, places: set[Place]) -> set[Place]:
        """Places that no table needs to print, but that link tables: totals, and the full table behind a circle."""
        found: set[Place] = set()
        waiting = list(places)
        while waiting:
            new = {up for key, up in self.above(waiting.pop()) if key != "period"} - found - places
            found |= new
            waiting += new
        core = sorted(self._circle(places))
        groups = set(self.parents.values())
        codes = [sorted({code for _, at in places for name, code in at if name == key} - groups) for key in core]
        bases = {(measure, frozenset(pair for pair in at if pair[0] not in core)) for measure, at in places
                 if any(key in core for key, _ in at)}  # fmt: skip
        return found | {
            (name, rest | set(zip(core, some, strict=True))) for name, rest in bases for some in product(*codes)
        }

    def _circle(self, places: set[Place]) -> set[str]:
        """The dimensions of tables that are linked in a circle, A by B, B by C, C by A (Graham's reduction)."""
        left = {frozenset(key for key, _ in at if key in self.totals) for _, at in places} - {frozenset()}
        while True:
            alone = {key for edge in left for key in edge if sum(key in other for other in left) == 1}
            fewer = {edge - alone for edge in left} - {frozenset()}
            fewer = {edge for edge in fewer if not any(edge < other for other in fewer)}
            if fewer == left:
                return set().union(*left) if len(left) > 1 else set()
            left = fewer


class _Public:
    """What one release prints of a universe: numbers, hidden places (least, width, withheld), row sums, silence."""

    def __init__(self, release: OpenRelease, universe: str, adding: _Adding) -> None:
        self.printed: dict[Place, int] = {}
        self.hidden: dict[Place, tuple[int, int, bool]] = {}
        self.rows: list[Sum] = []
        self.silent: set[Place] = set()
        accounts = json.loads(release.text(AUDIT))["tables"]
        for definition in map(release.definition, release.dataset_ids()):
            if _universe(definition) == universe:
                withheld = accounts.get(definition["id"], {}).get("withheld_blocks", {})
                for row in release.table(definition["id"]).to_dict("records"):
                    self._read(row, definition, adding, withheld)

    def _read(self, row: Any, definition: Mapping[str, Any], adding: _Adding, withheld: Iterable[str]) -> None:  # noqa: ANN401
        policy = definition["disclosure"]
        where = [each for each in (*definition["rolled_up_where"], *policy["published_where"]) if each["op"] == "is"]
        codes = {each["column"]: str(each["values"][0]) for each in where}
        codes |= {key: str(row[key]) for key in definition["key"]}
        narrowed = frozenset((key, code) for key, code in codes.items() if adding.totals.get(key) != code)
        blank = "|".join(str(row[key]) for key in definition["key"] if key not in adding.totals) in withheld
        for name in (column["name"] for column in definition["columns"] if column["role"] == "count"):
            status = row.get(f"{name}_status", "shown")
            if status == "shown":
                if self.printed.setdefault((name, narrowed), int(row[name])) != int(row[name]):
                    raise ValueError(f"two of its tables print different figures of {name}")
            elif status == "suppressed":
                self.hidden[name, narrowed] = (int(policy["zeros_printed"] and not blank), policy["width"], blank)
            else:
                self.silent.add((name, narrowed))
        for rule in definition["rules"]:
            if rule["type"] == "Linear" and rule["level"] == "error" and not rule["when"]:
                terms = [((name, narrowed), weight) for name, weight in rule["terms"]]
                if all(place in self.printed or place in self.hidden for place, _ in terms):
                    self.rows.append((terms, rule["relation"] == "=="))


def _holds(terms: list[tuple[Place, int]], numbers: Mapping[Place, int], *, equal: bool) -> bool:
    left = sum(weight * numbers[place] for place, weight in terms)
    return left == 0 if equal else left <= 0


def _stale(printed: Mapping[Place, int], current: set[Place], sums: Sequence[Sum]) -> set[Place]:
    """Figures of earlier releases that later ones contradict: revised since, they bind nothing any more."""
    stale: set[Place] = set()
    while True:
        left = [(terms, equal) for terms, equal in sums if all(p in printed and p not in stale for p, _ in terms)]
        if not (
            new := {p for terms, equal in left if not _holds(terms, printed, equal=equal) for p, _ in terms} - current
        ):
            return stale
        stale |= new


def _check_universe(release: OpenRelease, earlier: Sequence[OpenRelease], proof: Mapping[str, Any]) -> int:
    """Check one universe of tables; returns how many of the release's cells are proven to stay hidden."""
    universe, everything = proof["universe"], (release, *earlier)
    adding = _Adding(
        d for one in everything for d in map(one.definition, one.dataset_ids()) if _universe(d) == universe
    )
    now, *before = public = [_Public(one, universe, adding) for one in everything]
    printed, hidden = dict(now.printed), dict(now.hidden)
    for one in before:
        hidden |= {place: facts for place, facts in one.hidden.items() if place not in hidden}
        printed |= {place: number for place, number in one.printed.items()
                    if place not in printed and not now.hidden.get(place, (0, 0, False))[2]}  # fmt: skip
    rows, silent = [row for one in public for row in one.rows], set().union(*(one.silent for one in public))
    stale = _stale(printed, {*now.printed, *now.hidden}, [*rows, *adding.sums({*printed, *hidden}, silent)])
    printed = {place: number for place, number in printed.items() if place not in stale}
    cells = [(cell["measure"], frozenset(cell["where"].items())) for cell in proof["cells"]]
    known = {*printed, *hidden} - stale
    if (
        len({*cells}) < len(cells)
        or {*cells} & printed.keys()
        or (known | adding.linking(known)) - printed.keys() - {*cells}
    ):
        raise ValueError("its cells are not those that are not printed")
    rows = [row for row in rows if not any(place in stale for place, _ in row[0])]
    sums = [*rows, *adding.sums({*printed, *cells}, silent - {*cells})]
    tables = []
    for differences in [[], *proof["differences"]]:
        tables.append(list(proof["first_table"]))
        for place, step in differences:
            tables[-1][place] += step
        numbers = {**printed, **dict(zip(cells, tables[-1], strict=True))}
        if not all(type(n) is int and n >= 0 for n in tables[-1]) or not all(
            _holds(t, numbers, equal=e) for t, e in sums
        ):
            raise ValueError("in one of its tables the figures do not add up")
    for place, cell, guesses in zip(cells, proof["cells"], zip(*tables, strict=True), strict=True):
        least, width, withheld = hidden.get(place, (0, 0, True))
        promised = cell["width"] >= width or withheld
        if not promised or min(guesses) < least or max(guesses) - min(guesses) != cell["width"]:
            raise ValueError(
                f"its tables do not differ as they should in {place[0]} of {', '.join(sorted(dict(place[1]).values()))}"
            )
    return len(now.hidden)


def check_certificate(release: OpenRelease, public: Sequence[OpenRelease] = ()) -> int:
    """Check the certificate of a release; returns how many hidden cells it protects. Raises ReleaseDamaged.

    public: other releases; those that the certificate names and that are still public are taken into account.
    """
    try:
        document = json.loads(release.text(CERTIFICATE))
        earlier = [one for name in document["earlier_releases"] for one in public if one.id == name]
        people = {
            _universe(d) for d in map(release.definition, release.dataset_ids()) if d["disclosure"]["kind"] == "person"
        }
        if people != {proof["universe"] for proof in document["universes"]}:
            raise ValueError("it does not speak of every table about people")  # noqa: TRY301
        return sum(_check_universe(release, earlier, proof) for proof in document["universes"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OSError) as fault:
        said = str(fault) if type(fault) is ValueError else "it is damaged"
        raise ReleaseDamaged(f"Release {release.id}: {CERTIFICATE} does not prove what it should: {said}.") from fault
