"""Checks the certificate of a release by adding up whole numbers: no solver, and no code of the suppressor.

Every table of the certificate must give a number to each cell that is not printed, agree with every printed figure of this
release and of the earlier ones, and keep all sums; and in every hidden cell the tables must differ by the policy's width.
Then nobody can tell from anything printed which of them is the true one. To be read from top to bottom.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from etl.certificate_sums import Adding, Place, Sum
from schemas.errors import ReleaseDamaged
from schemas.release import OpenRelease

CERTIFICATE, AUDIT = "disclosure/certificate.json", "disclosure/audit.json"


def _universe(definition: Mapping[str, Any]) -> str:
    return str(definition["rolled_up_from"] or definition["disclosure"]["universe"] or definition["id"])


class _Public:
    """What one release prints of a universe: numbers, hidden places (least, width, withheld), silence."""

    def __init__(self, release: OpenRelease, universe: str, adding: Adding) -> None:
        self.printed: dict[Place, int] = {}
        self.hidden: dict[Place, tuple[int, int, bool]] = {}
        self.acts: set[Place] = set()  # printed as official acts
        self.bare: set[Place] = set()  # printed of people in rows that are said to be withheld
        self.silent: set[Place] = set()
        accounts = json.loads(release.text(AUDIT))["tables"]
        for definition in map(release.definition, release.dataset_ids()):
            if _universe(definition) == universe:
                withheld = accounts.get(definition["id"], {}).get("withheld_blocks", {})
                self._read(release.table(definition["id"]).to_dict("records"), definition, adding, withheld)

    def _read(
        self, rows: Iterable[Any], definition: Mapping[str, Any], adding: Adding, withheld: Iterable[str]
    ) -> None:
        policy, totals = definition["disclosure"], adding.totals
        where = [each for each in (*definition["rolled_up_where"], *policy["published_where"]) if each["op"] == "is"]
        fixed = {each["column"]: str(each["values"][0]) for each in where}
        counts = [column for column in definition["columns"] if column["role"] == "count"]
        for row in rows:
            codes = fixed | {key: str(row[key]) for key in definition["key"]}
            narrowed = frozenset((key, code) for key, code in codes.items() if totals.get(key) != code)
            blank = "|".join(str(row[key]) for key in definition["key"] if key not in totals) in withheld
            for column in counts:
                place, status = (column["name"], narrowed), row.get(f"{column['name']}_status", "shown")
                if status == "shown":
                    number = int(row[column["name"]])
                    if self.printed.setdefault(place, number) != number:
                        raise ValueError(f"two of its tables print different figures of {column['name']}")
                    (self.acts if column["protection"] != "person" else self.bare if blank else set()).add(place)
                elif status == "suppressed":
                    self.hidden[place] = (int(policy["zeros_printed"] and not blank), policy["width"], blank)
                else:
                    self.silent.add(place)


def _holds(left: int, *, equal: bool) -> bool:
    return left == 0 if equal else left <= 0


def _stale(printed: Mapping[Place, int], current: set[Place], sums: Sequence[Sum]) -> set[Place]:
    """Figures of earlier releases that later ones contradict: revised since, they bind nothing any more."""
    stale: set[Place] = set()
    while True:
        left = [(terms, equal) for terms, equal in sums if all(p in printed and p not in stale for p, _ in terms)]
        broken = (terms for terms, equal in left if not _holds(sum(w * printed[p] for p, w in terms), equal=equal))
        new = {place for terms in broken for place, _ in terms} - current
        if not new:
            return stale
        stale |= new


def _given(acts: set[Place], sums: Sequence[Sum], numbers: Mapping[Place, int]) -> set[Place]:
    """What follows from printed acts, one sum after another: the last open part of a total, and the parts of nothing."""
    given = set(acts)
    while True:
        new = set()
        for terms, equal in sums:
            left = [(place, weight) for place, weight in terms if place not in given]
            nothing = sum(weight * numbers[place] for place, weight in terms if place in given) == 0
            same = {weight > 0 for _, weight in left} == {True} or (
                equal and len({weight > 0 for _, weight in left}) == 1
            )
            if (equal and len(left) == 1) or (nothing and same):
                new |= {place for place, _ in left}
        if not new:
            return given
        given |= new


def _tables(
    proof: Mapping[str, Any], cells: Sequence[Place], printed: Mapping[Place, int], sums: Sequence[Sum]
) -> list[list[int]]:
    """Every table of the proof, a whole number for each cell; refused where one breaks a sum."""
    at = {place: number for number, place in enumerate((*cells, *printed))}
    numbered = [([(at[place], weight) for place, weight in terms], equal) for terms, equal in sums]
    tables: list[list[int]] = []
    for differences in [[], *proof["differences"]]:
        tables.append(list(proof["first_table"]))
        for place, step in differences:
            tables[-1][place] += step
        numbers = [*tables[-1], *printed.values()]
        if len(tables[-1]) != len(cells) or not all(type(n) is int and n >= 0 for n in tables[-1]) or not all(
            _holds(sum(weight * numbers[n] for n, weight in terms), equal=equal) for terms, equal in numbered
        ):  # fmt: skip
            raise ValueError("in one of its tables the figures do not add up")
    return tables


def _check_universe(release: OpenRelease, earlier: Sequence[OpenRelease], proof: Mapping[str, Any]) -> int:
    """Check one universe of tables; returns how many of the release's cells are proven to stay hidden."""
    universe, everything = proof["universe"], (release, *earlier)
    adding = Adding(
        [d for one in everything for d in map(one.definition, one.dataset_ids()) if _universe(d) == universe]
    )
    now, *before = public = [_Public(one, universe, adding) for one in everything]
    printed, hidden = dict(now.printed), dict(now.hidden)
    for one in before:
        hidden |= {place: facts for place, facts in one.hidden.items() if place not in hidden}
        printed |= {place: number for place, number in one.printed.items()
                    if place not in printed and not now.hidden.get(place, (0, 0, False))[2]}  # fmt: skip
    silent = set().union(*(one.silent for one in public))
    stale = _stale(printed, {*now.printed, *now.hidden}, adding.sums({*printed, *hidden}, silent, set()))
    printed = {place: number for place, number in printed.items() if place not in stale}
    known = {*printed, *hidden} - stale
    full = adding.full_tables(known | silent)
    cells = [(cell["measure"], frozenset(cell["where"].items())) for cell in proof["cells"]]
    summed = known | adding.totals_of(known)
    if len({*cells}) < len(cells) or {*cells} != (summed | full) - printed.keys():
        raise ValueError("its cells are not those that are not printed")
    sums = adding.sums(summed, silent - summed, full)
    tables = _tables(proof, cells, printed, sums)
    given = _given(now.acts, sums, {**printed, **dict(zip(cells, tables[0], strict=True))})
    if now.bare - given or any(given & one.hidden.keys() - stale for one in before):
        raise ValueError("it prints figures that it says it withholds, or that an earlier release hides")
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
        everything = [d for one in (release, *earlier) for d in map(one.definition, one.dataset_ids())]
        people = {_universe(d) for d in everything if d["disclosure"]["kind"] == "person"}
        if people != {proof["universe"] for proof in document["universes"]}:
            raise ValueError("it does not speak of every table about people")  # noqa: TRY301
        return sum(_check_universe(release, earlier, proof) for proof in document["universes"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OSError) as fault:
        said = str(fault) if type(fault) is ValueError else "it is damaged"
        raise ReleaseDamaged(f"Release {release.id}: {CERTIFICATE} does not prove what it should: {said}.") from fault
