"""Checks the certificate of a release by counting: no solver, and no code of the search for what to hide.

A certificate lists possible worlds: made-up records, each with its place (quarter, jail, age band, ...) and the columns
that count it. Counted as the published definitions say, they give every printed figure, of earlier releases too; and in
every hidden cell the worlds differ by the policy's width. So nobody can tell which is true. Read from top to bottom.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from schemas.errors import ReleaseDamaged
from schemas.release import OpenRelease

CERTIFICATE, AUDIT, FORMAT = "disclosure/certificate.json", "disclosure/audit.json", "daylight-certificate/2"
Where = frozenset[tuple[str, str]]  # codes of some dimensions; a dimension that is not named is added up
Definition = Mapping[str, Any]  # what `definitions/<dataset>.json` says of a table
Place = tuple[str, Where]  # what is counted, and what it is narrowed down to
Sum = tuple[list[tuple[Place, int]], bool]  # the weighted sum of some places is zero (True), or at most zero (False)


def _universe(definition: Definition) -> str:
    return str(definition["rolled_up_from"] or definition["disclosure"]["universe"] or definition["id"])


class _Adding:
    """How a universe adds up: the total of each dimension, the code above each code, the sums in each row."""

    def __init__(self, definitions: Sequence[Definition]) -> None:
        declared = [each for definition in definitions for each in definition["disclosure"]["hierarchies"]]
        self.totals = {each["dimension"]: each["total"] for each in declared}
        groups = [(one["dimension"], *pair) for one in declared for pair in one["parents"] if pair[1] != one["total"]]
        self.parents = {(key, code): up for key, code, up in groups}
        self.rows = [(rule["terms"], rule["relation"] == "==") for definition in definitions for rule in definition["rules"]
                     if rule["type"] == "Linear" and rule["level"] == "error" and not rule["when"]]  # fmt: skip
        self.chain = cache(self._chain)

    def _chain(self, key: str, code: str) -> list[str]:
        """A code and the codes above it, the total apart: a month, its quarter and its year."""
        if key == "period":
            quarter = code if "Q" in code else f"{code[:4]}-Q{(int(code[5:7]) + 2) // 3}" if len(code) > 4 else code
            return [*dict.fromkeys([code, quarter, code[:4]])]
        up = self.parents.get((key, code))
        return [code, *self.chain(key, up)] if up else [code]

    def above(self, place: Place) -> Iterator[tuple[str, Place]]:
        """The places one step up: each dimension added up, or moved to the code above it."""
        for key, code in place[1]:
            rest, (_, *up) = place[1] - {(key, code)}, self.chain(key, code)
            if up or key in self.totals:
                yield key, (place[0], rest | {(key, up[0])} if up else rest)

    def with_totals(self, places: set[Place]) -> set[Place]:
        """The places and their totals, printed or not; quarters only between months and years."""
        found, waiting = set(places), list(places)
        while waiting:
            new = {up for key, up in self.above(waiting.pop()) if key != "period"} - found
            found |= new
            waiting += new
        longer = {up for place in found for key, up in self.above(place) if key == "period"}
        return found | {up for up in longer if any(year in found for key, year in self.above(up) if key == "period")}

    def sums(self, places: Collection[Place]) -> list[Sum]:
        """Every total with its parts (a comparison where periods are still to come), and the declared sums of each row."""
        parts: dict[tuple[str, Place], list[Place]] = defaultdict(list)
        for place in places:
            for key, up in self.above(place):
                parts[key, up].append(place)
        found = [([*((one, 1) for one in some), (up, -1)], key != "period" or len(some) == (3 if "Q" in dict(up[1])[key] else 4))
                 for (key, up), some in parts.items() if up in places]  # fmt: skip
        rows = [([((name, at), weight) for name, weight in terms], equal)
                for at in {at for _, at in places} for terms, equal in self.rows]  # fmt: skip
        return [*found, *((terms, equal) for terms, equal in rows if all(place in places for place, _ in terms))]


class _Public:
    """What one release says of a universe: prints (as acts, or of people in a block called withheld: bare), hides, omits."""

    def __init__(self, release: OpenRelease, definitions: Sequence[Definition], totals: Mapping[str, str]) -> None:
        self.printed: dict[Place, int] = {}
        self.hidden: dict[Place, tuple[int, int, bool, int]] = {}  # least possible, width, withheld, threshold
        self.acts, self.bare, self.silent, self.totals = set[Place](), set[Place](), set[Place](), totals
        accounts = json.loads(release.text(AUDIT))["tables"]
        for each in definitions:
            blocks = accounts.get(each["id"], {}).get("withheld_blocks", {})
            for row in release.table(each["id"]).to_dict("records"):
                self._read({str(name): cell for name, cell in row.items()}, each, blocks)

    def _read(self, row: Mapping[str, Any], definition: Definition, blocks: Collection[str]) -> None:
        policy, keys = definition["disclosure"], {key: str(row[key]) for key in definition["key"]}
        withheld = "|".join(code for key, code in keys.items() if key not in self.totals) in blocks
        fixed = (each for each in (*definition["rolled_up_where"], *policy["published_where"]) if each["op"] == "is")
        codes = {each["column"]: str(each["values"][0]) for each in fixed} | keys
        where = frozenset((key, code) for key, code in codes.items() if self.totals.get(key) != code)
        for column in (column for column in definition["columns"] if column["role"] == "count"):
            place, status = (column["name"], where), row.get(f"{column['name']}_status", "shown")
            if status == "shown":
                if self.printed.setdefault(place, int(row[column["name"]])) != int(row[column["name"]]):
                    raise ValueError(f"two of its tables print different figures of {column['name']}")
                (self.acts if column["protection"] != "person" else self.bare if withheld else set()).add(place)
            elif status == "suppressed":
                least = int(policy["zeros_printed"] and not withheld)
                self.hidden[place] = (least, policy["width"], withheld, policy["threshold"])
            else:
                self.silent.add(place)


def _broken(sums: Sequence[Any], numbers: Mapping[Any, int]) -> list[set[Any]]:
    """The terms of every sum of known numbers that does not hold."""
    left = [(terms, equal, sum(w * numbers[p] for p, w in terms)) for terms, equal in sums
            if all(p in numbers for p, _ in terms)]  # fmt: skip
    return [{p for p, _ in terms} for terms, equal, total in left if (total != 0 if equal else total > 0)]


def _worlds(proof: Mapping[str, Any], numbered: Mapping[Place, int], adding: _Adding) -> list[dict[int, int]]:
    """What is counted in every numbered place, world by world; refused where records are not whole or break a rule."""
    levels = {frozenset((key, len(adding.chain(key, code))) for key, code in at) for _, at in numbered}
    fitting, counting, worlds = dict[Any, list[Any]](), list[list[int]](), list[dict[int, int]]()
    for codes, names in proof["kinds"]:
        up = {key: adding.chain(key, code)[::-1] for key, code in zip(proof["dimensions"], codes, strict=True) if code}
        if _broken(adding.rows, {name: int(name in names) for terms, _ in adding.rows for name, _ in terms}):
            raise ValueError("a record of its worlds breaks a rule")
        depth = tuple((key, len(chain)) for key, chain in up.items())
        if depth not in fitting:
            fitting[depth] = [each for each in levels if all(level <= len(up.get(key, ())) for key, level in each)]
        seen = [frozenset([(key, up[key][level - 1]) for key, level in each]) for each in fitting[depth]]
        counting.append([numbered[name, at] for at in seen for name in {*names} if (name, at) in numbered])
    times, counts = [0] * len(counting), dict.fromkeys(numbered.values(), 0)
    for changes in [enumerate(proof["first_world"]), *proof["differences"]]:
        times, counts = (list(proof["first_world"]), dict(worlds[0])) if worlds else (times, counts)
        for kind, more in changes:
            times[kind] += more
            for place in counting[kind]:
                counts[place] += more
        if not all(type(number) is int and number >= 0 for number in times):
            raise ValueError("one of its worlds has no whole number of records")
        worlds.append(counts)
    return worlds


def _check_universe(release: OpenRelease, earlier: Sequence[OpenRelease], proof: Mapping[str, Any]) -> int:
    """Check one universe of tables; returns how many of the release's cells are proven to stay hidden."""
    tables = [(one, [d for d in map(one.definition, one.dataset_ids()) if _universe(d) == proof["universe"]])
              for one in (release, *earlier)]  # fmt: skip
    adding = _Adding([definition for _, definitions in tables for definition in definitions])
    now, *before = public = [_Public(*each, adding.totals) for each in tables]
    printed, hidden = dict(now.printed), dict(now.hidden)
    for one in before:
        hidden = one.hidden | hidden
        printed = {place: number for place, number in one.printed.items()
                   if place not in now.hidden or not now.hidden[place][2]} | printed  # fmt: skip
    stale, silent = set[Place](), set[Place]().union(*(one.silent for one in public))
    older = adding.sums({*printed, *hidden}) if before else []
    while revised := set[Place]().union(*_broken(older, printed)) - {*now.printed, *now.hidden}:
        stale |= revised  # figures that later ones contradict bind nothing any more
        printed = {place: number for place, number in printed.items() if place not in stale}
    places = adding.with_totals({*printed, *hidden, *silent} - (stale - silent))
    cells = {(cell["measure"], frozenset(cell["where"].items())): cell["width"] for cell in proof["cells"]}
    if len(cells) < len(proof["cells"]) or cells.keys() != hidden.keys() - printed.keys() - stale:
        raise ValueError("its cells are not those that are hidden")
    numbered = {place: number for number, place in enumerate(places)}
    sums = [([(numbered[part], weight) for part, weight in terms], equal) for terms, equal in adding.sums(places)]
    worlds, known = _worlds(proof, numbered, adding), [(numbered[place], number) for place, number in printed.items()]
    if any(_broken(sums, counts) or any(counts[place] != number for place, number in known) for counts in worlds):
        raise ValueError("in one of its worlds the figures do not add up to what is printed")
    opened = ((place, facts) for one in before for place, facts in one.hidden.items() if place in now.printed)
    if now.bare - now.acts or any(
        place in now.acts or now.printed[place] < threshold for place, (*_, threshold) in opened
    ):
        raise ValueError("it prints figures that it says it withholds, or that an earlier release hides")
    for place, reach in cells.items():
        (least, width, withheld, _), guesses = hidden[place], [counts[numbered[place]] for counts in worlds]
        if not (reach >= width or withheld) or min(guesses) < least or max(guesses) - min(guesses) != reach:
            raise ValueError(f"its worlds do not differ enough in {place[0]} of {sorted(code for _, code in place[1])}")
    return len(now.hidden)


def check_certificate(release: OpenRelease, public: Sequence[OpenRelease] = ()) -> int:
    """Check a certificate beside the public releases that it names; returns how many cells are hidden, or ReleaseDamaged."""
    try:
        document = json.loads(release.text(CERTIFICATE))
        if document["format"] != FORMAT:
            raise ValueError(f"it is not of the format {FORMAT}; the version that made it checks it")  # noqa: TRY301
        earlier = [one for name in document["earlier_releases"] for one in public if one.id == name]
        everything = [d for one in (release, *earlier) for d in map(one.definition, one.dataset_ids())]
        people = {_universe(d) for d in everything if d["disclosure"]["kind"] == "person"}
        if people != {proof["universe"] for proof in document["universes"]}:
            raise ValueError("it does not speak of every table about people")  # noqa: TRY301
        return sum(_check_universe(release, earlier, proof) for proof in document["universes"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OSError) as fault:
        said = str(fault) if type(fault) is ValueError else "it is damaged"
        raise ReleaseDamaged(f"Release {release.id}: {CERTIFICATE} does not prove what it should: {said}.") from fault
