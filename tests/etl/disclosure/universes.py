"""Made-up universes: people of several sorts in months and places, and tables that show some of them, early or late.

Nothing here knows how disclosure control works: a table is counted, and what a reader of it knows is told to a solver.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import pandas as pd

from schemas.declare import Dataset, Grain, Protection
from schemas.rules import at_most, plus, sums_to

MONTHS = [f"2026-{month:02}" for month in range(1, 13)]
LATER = "2026-12"
"""A month of which no table tells yet, within a year that is printed."""

_due = {"says": "parts of what was due", "column": "due"}
SORTS: Mapping[str, tuple[tuple[str, ...], Sequence[tuple[str, ...]], tuple[Any, ...]]] = {
    "one column": (("people",), [("people",)], ()),
    "two that make a third": (
        ("due", "told", "untold"), [("due", "told"), ("due", "untold")],
        (sums_to("R91", plus("due"), ("told", "untold"), **_due),)),
    "one within another": (
        ("due", "told", "timely"), [("due",), ("due", "told"), ("due", "told", "timely")],
        (at_most("R91", "told", "due"), at_most("R92", "timely", "told"))),
    "two that overlap": (
        ("due", "told", "copy"), [("due",), ("due", "told"), ("due", "copy"), ("due", "told", "copy")],
        (at_most("R91", "told", "due"), at_most("R92", "copy", "due"))),
    "four that make a fifth": (
        ("due", "told", "late", "ill", "lost"), [("due", "told"), ("due", "late"), ("due", "ill"), ("due", "lost")],
        (sums_to("R91", plus("due"), ("told", "late", "ill", "lost"), **_due),)),
}  # fmt: skip
"""By name: the columns, what each sort of people is counted in, and the rules that say so."""


@dataclass(frozen=True)
class Table:
    """A table: the columns it shows, whether it is a period late, and whether it lists rows that count nobody."""

    dataset: Dataset
    columns: tuple[str, ...]
    late: bool
    zeros: bool

    @property
    def dimensions(self) -> list[str]:
        """What it is broken down by, the period apart."""
        return [name for name in self.dataset.key if name not in ("period", "agency")]


class Universe:
    """People and the tables that show them. seed: the same one gives the same universe."""

    def __init__(self, county: Any, seed: int) -> None:
        chance = random.Random(seed)
        self.county, self.seed = county, seed
        self.form = chance.choice(list(SORTS))
        self.columns, self.sorts, rules = SORTS[self.form]
        self.dimensions = chance.sample(["age", "sex", "region", "facility"], chance.choice([1, 2, 2, 2, 3]))
        self.months = MONTHS[: chance.choice([3, 3, 6])]
        many = chance.choice([0.5, 2, 6, 14])
        places = product(self.months, *(county.codes[name] for name in self.dimensions), range(len(self.sorts)))
        self.people = {place: int(chance.expovariate(1 / many)) for place in places if chance.random() < 0.7}
        self.tables = [self._table(chance, number, rules) for number in range(chance.choice([1, 2, 3, 3]))]
        self.silence = chance.choice([0, 0, 0, 0.1])
        self.releases = 2 if len(self.months) > 3 and chance.random() < 0.4 else 1

    def _table(self, chance: random.Random, number: int, rules: tuple[Any, ...]) -> Table:
        dimensions = sorted(chance.sample(self.dimensions, chance.randint(0 if number else 1, len(self.dimensions))))
        grain = chance.choice([Grain.QUARTER, Grain.QUARTER, Grain.QUARTER, Grain.MONTH, Grain.YEAR])
        kind = chance.choice([Protection.PERSON] * 3 + [Protection.CONDUCT]) if number else Protection.PERSON
        some = tuple(column for column in self.columns if chance.random() < 0.7) or self.columns[:1]
        shown = self.columns if chance.random() < 0.5 else some
        one = self.county.declared(
            f"t{number}",
            *dimensions,
            grain=grain,
            kind=kind,
            counts=shown,
            groups="age" in dimensions and chance.random() < 0.4,
        )
        one = replace(one, rules=rules if not number or chance.random() < 0.8 else ())
        return Table(one, shown, late=chance.random() < 0.25, zeros=chance.random() < 0.5)

    def periods(self, table: Table, months: Sequence[str]) -> list[str]:
        """The periods of a table when some months are over."""
        (grain,) = table.dataset.grains
        if grain is Grain.YEAR:
            found = ["2026"] if len(months) == len(self.months) else []
        elif grain is Grain.MONTH:
            found = list(months)
        else:
            found = [f"2026-Q{quarter + 1}" for quarter in range(len(months) // 3)]
        return found[:-1] if table.late and len(found) > 1 else found

    def true(self, table: Table, months: Sequence[str]) -> pd.DataFrame:
        """A table as its agency has it; now and then a figure is not reported."""
        names = table.dimensions
        rows = []
        for when, *at in product(self.periods(table, months), *self._codes(table)):
            people = self._people({"period": when, **dict(zip(names, at, strict=True))})
            counts = {
                one: sum(self.people.get(p, 0) for p in people if one in self.sorts[p[-1]]) for one in table.columns
            }
            if table.zeros or any(counts.values()):
                silent = {
                    one: pd.NA
                    for one in table.columns
                    if random.Random(f"{self.seed} {table.dataset.id} {when} {at} {one}").random() < self.silence
                }
                rows.append({"period": when, "agency": "DAJD", **dict(zip(names, at, strict=True)), **counts, **silent})
        frame = pd.DataFrame(rows, columns=["period", "agency", *names, *table.columns])
        return frame.astype(
            {**dict.fromkeys(("period", "agency", *names), "str"), **dict.fromkeys(table.columns, "Int64")}
        )

    def _codes(self, table: Table) -> list[tuple[str, ...]]:
        groups = {each.dimension for each in table.dataset.disclosure.hierarchies if each.parents}
        return [
            (*self.county.codes[name], *(dict.fromkeys(self.county.ages.values()) if name in groups else ()), "ALL")
            for name in table.dimensions
        ]

    def _people(self, at: Mapping[str, str]) -> list[tuple[Any, ...]]:
        """The most detailed places, and sorts, that a row adds up."""
        months = [month for month in self.county.members("period", at["period"]) if month in (*self.months, LATER)]
        codes = [self.county.members(name, at.get(name, "ALL")) for name in self.dimensions]
        return list(product(months, *codes, range(len(self.sorts))))

    @property
    def unknowns(self) -> int:
        """How many numbers a reader does not know."""
        return len(self._people({"period": "2026"}))

    def told(self, reader: Any, releases: Sequence[Any]) -> dict[Any, list[Any]]:
        """Tell a reader what some releases print; returns what the first of them hides, as sums of unknowns."""
        hidden: dict[Any, list[Any]] = {}
        for number, release in enumerate(releases):
            for table in self.tables:
                for cell, people in self._read(reader, release, table).items():
                    hidden |= {} if number else {cell: people}
        return hidden

    def _read(self, reader: Any, release: Any, table: Table) -> dict[Any, list[Any]]:
        shown, hidden = release.table(table.dataset.id), {}
        blocks = release.withheld(table.dataset.id)
        for place, row in shown.iterrows():
            people = self._people({name: row[name] for name in ("period", *table.dimensions)})
            for column in table.columns:
                counted = [one for one in people if column in self.sorts[one[-1]]]
                status = row[f"{column}_status"]
                if status == "shown":
                    reader.knows(counted, int(row[column]), int(row[column]))
                elif status == "suppressed":
                    reader.knows(counted, int(f"{row['period']}|DAJD" not in blocks))
                    hidden[table.dataset.id, int(place), column] = counted
        listed = {tuple(row[name] for name in ("period", *table.dimensions)) for _, row in shown.iterrows()}
        for at in product(dict.fromkeys(shown["period"]), *(dict.fromkeys(shown[name]) for name in table.dimensions)):
            if at not in listed:
                people = self._people(dict(zip(("period", *table.dimensions), at, strict=True)))
                reader.knows([one for one in people if {*self.sorts[one[-1]]} & {*table.columns}], 0, 0)
        return hidden
