"""Years of releases, each beside all that were public before: none opens a cell that an older one hides."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from etl.errors import DisclosureRefused
from schemas.datasets.notice_compliance import REASON_NAMES
from schemas.declare import Grain, Protection, Role
from schemas.registry import dataset

BY_JAIL, BY_REASON = dataset("notice_compliance_by_facility"), dataset("notice_compliance_by_reason")
_MONTHLY = dataset("notice_compliance")
MONTHLY = replace(
    _MONTHLY, rules=(), indicators=(),
    columns=tuple(c for c in _MONTHLY.columns if c.role is Role.KEY or c.name in ("notices_due", "notified")),
    disclosure=replace(_MONTHLY.disclosure, withheld=()),
)  # fmt: skip
"""The conduct table that prints the months in full, without the columns that no other table breaks down."""

JAILS = {"KCCF": 0.5, "MRJC": 0.3, "CFJC": 0.12, "CCD": 0.08}
WAYS = {"told": 0.7, **dict(zip(REASON_NAMES, (0.12, 0.1, 0.02, 0.06), strict=True))}
START = 2024


def month(number: int) -> str:
    return f"{START + number // 12}-{number % 12 + 1:02}"


def quarter(number: int) -> str:
    return f"{START + number // 4}-Q{number % 4 + 1}"


def counts(seed: int, months: int) -> np.ndarray:
    """Requests by month, jail, and what became of the notice: told, or the reason why not."""
    chance = np.random.default_rng(seed)
    share = np.multiply.outer(list(JAILS.values()), list(WAYS.values()))
    return chance.poisson(30 * share, (months, *share.shape))


def _typed(rows: list[dict], declared) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=[column.name for column in declared.columns])
    kinds = {column.name: "Int64" if column.numeric else "str" for column in declared.columns}
    return table.astype(kinds)


def tables(people: np.ndarray) -> dict[str, pd.DataFrame]:
    """The true tables of all months so far; a quarter is published when its months are there."""
    months, jails, reasons = [], [], []
    for number, one in enumerate(people):
        at = {"period": month(number), "agency": "DAJD", "facility": "ALL"}
        months.append({**at, "notices_due": one.sum(), "notified": one[:, 0].sum()})
    for number in range(len(people) // 3):
        one = people[3 * number : 3 * number + 3].sum(axis=0)
        at = {"period": quarter(number), "agency": "DAJD"}
        for jail, row in [*zip(JAILS, one, strict=True), ("ALL", one.sum(axis=0))]:
            told = {"notices_due": row.sum(), "notified": row[0], "not_notified": row[1:].sum()}
            jails.append({**at, "facility": jail, **told})
        row = one.sum(axis=0)
        reasons.append({**at, "not_notified": row[1:].sum(), **dict(zip(REASON_NAMES, row[1:], strict=True))})
    return {
        MONTHLY.id: _typed(months, MONTHLY),
        BY_JAIL.id: _typed(jails, BY_JAIL),
        BY_REASON.id: _typed(reasons, BY_REASON),
    }


ALL_OF_THEM = (MONTHLY, BY_JAIL, BY_REASON)
PARTS = {"notices_due": list(WAYS), "notified": ["told"], "not_notified": list(REASON_NAMES)}


def unknowns(row: dict, column: str) -> list[tuple[str, str, str]]:
    """What a cell adds up: (quarter, jail, what became of the notice)."""
    jails = list(JAILS) if row.get("facility", "ALL") == "ALL" else [row["facility"]]
    return [(row["period"], jail, way) for jail in jails for way in PARTS.get(column, [column])]


def learn(reader, release, *, periods) -> dict:
    """Tell a reader the quarters that a release prints, and its months added up; returns the hidden cells."""
    hidden = {}
    withheld = json.loads(release.text("disclosure/audit.json"))["tables"]
    months = release.table(MONTHLY.id)
    for period in periods:
        inside = [f"{period[:4]}-{3 * int(period[-1]) - 2 + number:02}" for number in range(3)]
        due = months[months["period"].isin(inside)]
        if len(due) == 3:
            for column in ("notices_due", "notified"):
                reader.knows(unknowns({"period": period}, column), *[int(due[column].sum())] * 2)
    for name in (BY_JAIL.id, BY_REASON.id):
        for row in release.table(name).to_dict("records"):
            if row["period"] not in periods:
                continue
            block = f"{row['period']}|{row['agency']}"
            for column in (each.name for each in release.datasets[name].columns if each.role is Role.COUNT):
                cells = unknowns(row, column)
                if row[f"{column}_status"] == "suppressed":
                    reader.knows(cells, int(block not in withheld[name]["withheld_blocks"]))
                    hidden[name, row["period"], row.get("facility", "ALL"), column] = cells
                else:
                    reader.knows(cells, *[int(row[column])] * 2)
    return hidden


def shown(release, name: str) -> dict:
    """Every printed count, by its place."""
    table, one = release.table(name), release.datasets[name]
    counts = [column.name for column in one.columns if column.role is Role.COUNT]
    return {
        (*(row[key] for key in one.key), column): int(row[column])
        for row in table.to_dict("records") for column in counts if row[f"{column}_status"] == "shown"
    }  # fmt: skip


def is_conduct(place: tuple) -> bool:
    """Whether a count is one for all jails together, which the months print in full."""
    return "ALL" in place or place[-1] == "not_notified"


def withheld_blocks(release) -> set[tuple[str, str]]:
    accounts = json.loads(release.text("disclosure/audit.json"))["tables"]
    return {(name, block.split("|")[0]) for name, one in accounts.items() for block in one["withheld_blocks"]}


def simulate(county, months: int, seed: int, revisions: dict[int, tuple[int, int, int, int]]):
    """Monthly releases, newest last, and what was refused: {release: reason}.

    revisions: from which release on a number is what it says: (month, jail, way, change).
    """
    true = counts(seed, months)
    releases, refused = [], {}
    for last in range(1, months + 1):
        if last in revisions:
            when, jail, way, change = revisions[last]
            before = true.copy()
            true[when, jail, way] += change
        try:
            releases.append(county.released(tables(true[:last]), ALL_OF_THEM, releases[::-1], f"r{last:02}"))
        except DisclosureRefused as fault:
            refused[last] = str(fault)
            if last not in revisions:
                raise
            true = before
            releases.append(county.released(tables(true[:last]), ALL_OF_THEM, releases[::-1], f"r{last:02}"))
    return releases, refused


def check_history(county, attacker, releases, *, revised: set[str]) -> int:
    """Every promise about a history of releases; returns how many hidden cells a reader of all was asked about.

    revised: quarters whose figures were changed; they have no one true table, and are judged release by release.
    """
    for number, release in enumerate(releases):
        assert county.check(release, releases[:number]) == len(release.hidden()), release.id
    for older, newer in pairwise(releases):
        open_again = withheld_blocks(newer)
        for name in (BY_JAIL.id, BY_REASON.id):
            now = shown(newer, name)
            for place, number in shown(older, name).items():
                stays = now.get(place) == number or (name, place[0]) in open_again
                assert stays or (place[0] in revised and is_conduct(place)), (newer.id, name, place)
    steady = set(releases[-1].table(BY_JAIL.id)["period"]) - revised
    reader, hidden = attacker(), {}
    for release in releases:
        hidden |= learn(reader, release, periods=steady)
    widths = {}
    for cell, (low, high) in zip(hidden, reader.intervals(hidden.values()), strict=True):
        widths[cell] = high - low
    excused = {block for release in releases for block in withheld_blocks(release)}
    narrow = {cell: width for cell, width in widths.items() if width < 2 and (cell[0], cell[1]) not in excused}
    assert narrow == {}, "everything printed so far opens a hidden cell"
    return len(hidden)


def test_half_a_year_of_monthly_releases_opens_no_older_cell(county, attacker):
    releases, refused = simulate(county, 6, seed=5, revisions={})
    assert refused == {}
    assert check_history(county, attacker, releases, revised=set()) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_three_years_of_monthly_releases_with_revisions_open_no_older_cell(county, attacker, seed):
    revisions = {8: (1, 2, 1, 1), 17: (12, 0, 0, 3), 26: (14, 1, 2, 9)}
    releases, refused = simulate(county, 36, seed, revisions)
    revised = {quarter(change[0] // 3) for change in revisions.values()}
    assert set(refused) <= set(revisions)
    assert check_history(county, attacker, releases, revised=revised) >= 40


# --- one table with totals over all months, published again and again --------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 4])
def test_six_releases_of_a_table_whose_totals_grow_are_safe_together(county, narrow, seed):
    """Each release adds a quarter and prints the year so far: what peers protect one by one is open taken together."""
    chance = np.random.default_rng(seed)
    record = county.Record(("region", "sex"), {})
    places = record.places({"period": "2026"})
    record.people.update(
        {p: int(n) for p, n in zip(places, chance.poisson(chance.gamma(1, 3, len(places))), strict=True)}
    )
    months = county.declared("by_month", "region", grain=Grain.MONTH)
    quarters = county.declared("by_quarter", "region", "sex")
    years = county.declared("by_year", "region", grain=Grain.YEAR)
    in_all = county.declared("in_all", grain=Grain.MONTH, kind=Protection.CONDUCT)
    releases = []
    for last in range(7, 13):
        some = [f"2026-{number:02}" for number in range(1, last + 1)]
        so_far = county.Record(record.dimensions, {p: n for p, n in record.people.items() if p[0] in some})
        true = {
            "by_month": record.table(months, some), "in_all": record.table(in_all, some),
            "by_quarter": record.table(quarters, [f"2026-Q{q}" for q in range(1, last // 3 + 1)]),
        }  # fmt: skip
        if last == 12:
            true["by_year"] = so_far.table(years, ["2026"])
        release = county.released(true, [months, quarters, years, in_all], releases, f"r{last}")
        county.check(release, releases)
        releases.insert(0, release)
    assert len(releases[0].hidden()) > 20
    for release in releases:
        others = [other for other in releases if other is not release]
        assert narrow(record, [release, *others], promised=2) == [], release.id
