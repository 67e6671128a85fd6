"""A second opinion on what a reader can work out, little tables to ask it about, and releases that hold them.

The second opinion shares nothing with the engine but the question: one unknown for each person's most detailed place
in a universe, every printed figure a sum of those, and a constraint solver that counts in whole numbers.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from etl.certificate_check import check_certificate
from etl.disclosure import Protected, protect
from etl.errors import DisclosureRefused
from schemas.common import AGENCY, period
from schemas.declare import CountGroup, Dataset, DisclosurePolicy, Grain, Hierarchy, MadeBy, Protection, key
from schemas.dictionary import dataset_definition

PLENTY = 100_000

# --- the second opinion ----------------------------------------------------------------------------------------------


class Attacker:
    """A reader: unknown whole numbers from 0 up, and sums of them that are known to lie between two ends."""

    def __init__(self, ask: Callable[[Any], Any]) -> None:
        self._ask = ask
        self._number: dict[Any, int] = {}
        self._sums: list[tuple[list[int], list[int], int, int]] = []

    def _numbers(self, names: Iterable[Any]) -> list[int]:
        return [self._number.setdefault(name, len(self._number)) for name in names]

    def knows(self, sum_of: Mapping[Any, int] | Iterable[Any], least: int, most: int = PLENTY) -> None:
        """The sum of some unknowns (or of unknowns with weights) lies between two numbers."""
        weights = dict(sum_of) if isinstance(sum_of, Mapping) else dict.fromkeys(sum_of, 1)
        self._sums.append((self._numbers(weights), list(weights.values()), int(least), int(most)))

    def intervals(self, asked: Iterable[Iterable[Any]]) -> list[tuple[int, int]]:
        """The least and the greatest that sums of unknowns can be, exactly."""
        found = self._ask({"sums": self._sums, "asked": [self._numbers(names) for names in asked]})
        assert found is not None, "what is printed contradicts itself"
        return [(low, high) for low, high in found]


@pytest.fixture(scope="session")
def attacker() -> Iterator[Callable[[], Attacker]]:
    """A reader who knows nothing yet; its solver is a process of its own."""
    script = [sys.executable, str(Path(__file__).with_name("second_opinion.py"))]
    with subprocess.Popen(script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as solver:

        def ask(question: Any) -> Any:
            solver.stdin.write(json.dumps(question) + "\n")
            solver.stdin.flush()
            return json.loads(solver.stdout.readline())

        yield lambda: Attacker(ask)
        solver.stdin.close()


# --- declarations and releases ---------------------------------------------------------------------------------------

COUNTY = "custody"
AGES = {"18-24": "under 35", "25-34": "under 35", "35-49": "35 up", "50 up": "35 up"}
CODES: dict[str, tuple[str, ...]] = {
    "age": tuple(AGES), "sex": ("f", "m"), "region": ("north", "south", "west"), "facility": ("A", "B", "C"),
}  # fmt: skip
"""The most detailed codes of every dimension; ALL stands above them, and above the ages the groups of AGES."""

MONTHS_OF = {
    f"2026-Q{quarter}": [f"2026-{3 * quarter - 2 + month:02}" for month in range(3)] for quarter in range(1, 5)
}


def members(dimension: str, code: str) -> tuple[str, ...]:
    """The most detailed codes that a code stands for."""
    if dimension == "period":
        months = [month for some in MONTHS_OF.values() for month in some]
        year, rest = code[:4], code[4:]
        if not rest:
            return tuple(f"{year}{month[4:]}" for month in months)
        return tuple(f"{year}{m[4:]}" for m in MONTHS_OF[f"2026{rest}"]) if "Q" in rest else (code,)
    if code == "ALL":
        return CODES[dimension]
    return tuple(age for age, group in AGES.items() if group == code) if code in AGES.values() else (code,)


def declared(
    name: str, *dimensions: str, grain: Grain = Grain.QUARTER, kind: Protection = Protection.PERSON,
    counts: Sequence[str] = ("people",), groups: bool = False, **policy: Any,
) -> Dataset:  # fmt: skip
    """A table of a county's record of people in custody, by some dimensions that add up."""
    keys = tuple(key(each, each, each) for each in dimensions)
    above = {"age": tuple(AGES.items())} if groups else {}
    rules = DisclosurePolicy(
        kind=kind, reason="sample", citation="sample", approver="sample", universe=COUNTY,
        hierarchies=tuple(Hierarchy(each, parents=above.get(each, ())) for each in dimensions), **policy)  # fmt: skip
    return Dataset(
        id=name, title=name, one_row_is="a group", summary="", grains=(grain,), law=("sample",), made_by=MadeBy.DAYLIGHT,
        columns=(period(grain), AGENCY, *keys, *(CountGroup("people", protection=kind)(c, c, c) for c in counts)),
        disclosure=rules,
    )  # fmt: skip


People = Mapping[tuple[str, ...], int]
"""How many people there are in every most detailed place: (month, age, sex, …) in the order of `Record.dimensions`."""


@dataclass(frozen=True)
class Record:
    """Everybody in a county's record, of whom every table counts the same."""

    dimensions: tuple[str, ...]
    people: People

    def table(self, one: Dataset, periods: Sequence[str], *, zeros: bool = True) -> pd.DataFrame:
        """The true table of a dataset, all its totals with it; without `zeros`, rows that count nobody are not listed."""
        names = [name for name in one.key if name not in ("period", "agency")]
        groups = any(each.parents for each in one.disclosure.hierarchies)
        codes = [(*CODES[n], *(dict.fromkeys(AGES.values()) if n == "age" and groups else ()), "ALL") for n in names]
        rows = []
        for when, *at in product(periods, *codes):
            count = sum(
                self.people.get(place, 0)
                for place in self.places(dict(zip(["period", *names], [when, *at], strict=True)))
            )
            if count or zeros:
                rows.append({"period": when, "agency": "DAJD", **dict(zip(names, at, strict=True)), "people": count})
        table = pd.DataFrame(rows, columns=["period", "agency", *names, "people"])
        text = table.astype(dict.fromkeys(("period", "agency", *names), "str"))
        return text.assign(people=table["people"].astype("Int64"))

    def places(self, at: Mapping[str, str]) -> list[tuple[str, ...]]:
        """The most detailed places that a row adds up."""
        named = {**dict.fromkeys(self.dimensions, "ALL"), **at}
        return list(product(*(members(name, named[name]) for name in ("period", *self.dimensions))))


@dataclass(frozen=True)
class Release:
    """What a published release shows: as much of an OpenRelease as disclosure control and its check ask for."""

    id: str
    datasets: Mapping[str, Dataset]
    tables: Mapping[str, pd.DataFrame]
    files: Mapping[str, str] = field(default_factory=dict)

    def definition(self, name: str) -> dict[str, Any]:
        return json.loads(json.dumps(dataset_definition(self.datasets[name])))

    def text(self, path: str) -> str:
        return self.files[path]

    def dataset_ids(self) -> tuple[str, ...]:
        return tuple(self.tables)

    def table(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    def with_table(self, name: str, table: pd.DataFrame) -> "Release":
        return replace(self, tables={**self.tables, name: table})

    @property
    def certificate(self) -> dict[str, Any]:
        return json.loads(self.files["disclosure/certificate.json"])

    def with_certificate(self, document: Any) -> "Release":
        return replace(self, files={**self.files, "disclosure/certificate.json": json.dumps(document)})

    def withheld(self, name: str) -> set[str]:
        """The blocks of a table that are withheld whole."""
        return {*json.loads(self.files["disclosure/audit.json"])["tables"].get(name, {}).get("withheld_blocks", {})}

    def hidden(self) -> set[tuple[str, int, str]]:
        """(table, row, column) of every hidden cell."""
        return {(name, int(row), column.removesuffix("_status")) for name, table in self.tables.items()
                for column in table if column.endswith("_status")
                for row in table.index[table[column] == "suppressed"]}  # fmt: skip


def released(
    tables: Mapping[str, pd.DataFrame], datasets: Sequence[Dataset], earlier: Sequence[Release] = (), name: str = "r1"
) -> Release:
    """Protect some tables beside the earlier releases (newest first), and publish them."""
    protected: Protected = protect(tables, datasets, earlier)
    files = {"disclosure/audit.json": json.dumps(protected.audit),
             "disclosure/certificate.json": json.dumps(protected.certificate)}  # fmt: skip
    return Release(name, {one.id: one for one in datasets if one.id in tables},
                   {one: each.table for one, each in protected.tables.items()}, files)  # fmt: skip


Hidden = dict[tuple[str, int, str], list[Any]]
"""For hidden cells, by table, row and column, the unknowns that they add up."""


def reading(record: Record, releases: Sequence[Release], reader: Attacker) -> Hidden:
    """Tell a reader everything that some releases print; returns what the first of them hides.

    A row that a table does not list, in a period that it does, counts nobody.
    """
    hidden: Hidden = {}
    for age, release in enumerate(releases):
        audit = json.loads(release.text("disclosure/audit.json"))["tables"]
        for name, table in release.tables.items():
            one = release.datasets[name]
            names = [each for each in one.key if each not in ("period", "agency")]
            withheld = audit.get(name, {}).get("withheld_blocks", {})
            listed = set()
            for place, row in table.iterrows():
                unknowns = record.places({each: row[each] for each in ("period", *names)})
                listed.add(tuple(row[each] for each in ("period", *names)))
                for count in (each.name for each in one.columns if each.role == "count"):
                    if row[f"{count}_status"] == "suppressed":
                        reader.knows(unknowns, 0 if f"{row['period']}|{row['agency']}" in withheld else 1)
                        if not age:
                            hidden[name, int(place), count] = unknowns
                    else:
                        reader.knows(unknowns, int(row[count]), int(row[count]))
            for at in product(dict.fromkeys(table["period"]), *(dict.fromkeys(table[each]) for each in names)):
                if at not in listed:
                    reader.knows(record.places(dict(zip(("period", *names), at, strict=True))), 0, 0)
    return hidden


def stated(release: Release) -> dict[tuple[str, int, str], int]:
    """The width that the certificate states for every hidden cell."""
    width = {(cell["measure"], frozenset(cell["where"].items())): cell["width"]
             for universe in release.certificate["universes"] for cell in universe["cells"]}  # fmt: skip
    found = {}
    for name, place, count in release.hidden():
        row = release.tables[name].loc[place]
        where = frozenset((each, row[each]) for each in release.datasets[name].key if row[each] != "ALL")
        found[name, place, count] = width[count, where]
    return found


@pytest.fixture(scope="session")
def narrow(attacker: Callable[[], Attacker]) -> Callable[..., list[tuple[Any, int, int]]]:
    """The hidden cells of the first release that a reader of all of them can tell more closely than is promised.

    By default that is what the certificate of the first states; a later release may come as close as the policy's width.
    """

    def told(record: Record, releases: Sequence[Release], promised: int | None = None) -> list[tuple[Any, int, int]]:
        reader = attacker()
        hidden, width = reading(record, releases, reader), stated(releases[0])
        assert hidden.keys() == width.keys()
        found = zip(hidden, reader.intervals(hidden.values()), strict=True)
        return [(cell, low, high) for cell, (low, high) in found
                if high - low < (width[cell] if promised is None else min(promised, width[cell]))]  # fmt: skip

    return told


def shown_truly(record: Record, release: Release, reader: Attacker) -> None:
    """Every printed count is the true one; no small one is printed, and no zero is hidden.

    Small counts that follow from conduct tables, which print everything, are told by the reader of those alone; zeros
    are hidden in blocks that are withheld whole.
    """
    audit = json.loads(release.text("disclosure/audit.json"))["tables"]
    people = {name for name, one in release.datasets.items() if one.disclosure.kind == Protection.PERSON}
    conduct = {name: table for name, table in release.tables.items() if name not in people}
    reading(record, [replace(release, tables=conduct)], reader)
    small = []
    for name, table in release.tables.items():
        one = release.datasets[name]
        true = record.table(one, list(dict.fromkeys(table["period"])))
        both = table.merge(true, on=list(one.key), suffixes=("", "_true"), validate="one_to_one")
        assert len(both) == len(table)
        shown = both["people_status"] == "shown"
        withheld = (both["period"] + "|DAJD").isin(audit.get(name, {}).get("withheld_blocks", {}))
        assert both.loc[shown, "people"].tolist() == both.loc[shown, "people_true"].tolist()
        assert both.loc[~shown, "people"].isna().all()
        assert (shown | withheld | (both["people_true"] > 0)).all(), f"{name} hides a zero"
        open_small = both[shown & both["people_true"].between(1, one.disclosure.threshold - 1)]
        if name in people:
            names = [each for each in one.key if each != "agency"]
            small += [record.places(row) for row in open_small[names].to_dict("records")]
        else:
            assert shown.all()
    assert all(low == high for low, high in reader.intervals(small)), "a small count is printed"


@pytest.fixture(scope="session")
def safe(narrow: Callable[..., Any], attacker: Callable[[], Attacker]) -> Callable[..., Release | None]:
    """Publish tables of a record and hold them against everything that is promised; None when they were refused."""

    def check(
        record: Record, datasets: Sequence[Dataset], periods: Sequence[str], earlier: Sequence[Release] = (), *,
        zeros: bool = True,
    ) -> Release | None:  # fmt: skip
        tables = {one.id: record.table(one, periods_of(one, periods), zeros=zeros) for one in datasets}
        try:
            release = released(tables, datasets, earlier, f"r{len(earlier) + 1}")
        except DisclosureRefused:
            return None
        hidden = reading(record, [release], attacker())
        assert check_certificate(release, earlier) == len({frozenset(places) for places in hidden.values()})
        audit = json.loads(release.text("disclosure/audit.json"))["tables"]
        if not any(one["withheld_blocks"] for one in audit.values()):
            assert min(stated(release).values(), default=2) >= 2
        assert narrow(record, [release, *earlier]) == []
        shown_truly(record, release, attacker())
        return release

    return check


def periods_of(one: Dataset, quarters: Sequence[str]) -> list[str]:
    """The periods of a dataset that some quarters cover."""
    if one.grains == (Grain.MONTH,):
        return [month for quarter in quarters for month in members("period", quarter)]
    return list(quarters) if one.grains == (Grain.QUARTER,) else sorted({quarter[:4] for quarter in quarters})


@pytest.fixture(scope="session")
def county() -> SimpleNamespace:
    """A county that must publish people by age, sex, region and facility, and all that is needed to try it."""
    return SimpleNamespace(
        Record=Record, Release=Release, declared=declared, released=released, reading=reading,
        check=check_certificate, codes=CODES, ages=AGES, members=members, stated=stated,
    )  # fmt: skip
