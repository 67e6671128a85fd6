"""Linked tables through `protect`: the certificate checks, no tampering goes unnoticed, and a reader of all tables learns
no hidden count more closely than the width.
"""

import copy
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.disclosure import climb, protect
from etl.errors import DisclosureRefused
from schemas.declare import Grain, Protection
from schemas.errors import ReleaseDamaged
from schemas.rules import at_most

Q1 = "2026-Q1"
FEW = [0, 0, 0, 1, 1, 2, 3, 4, 7, 9, 10, 13, 25]


@st.composite
def people(draw, county, dimensions: tuple[str, ...], months: tuple[str, ...] = ("2026-01", "2026-05")):
    """A record with a small or middling count in every most detailed place of some months."""
    places = county.Record(dimensions, {}).places({"period": "2026"})
    places = [place for place in places if place[0] in months]
    counts = draw(st.lists(st.sampled_from(FEW), min_size=len(places), max_size=len(places)))
    return county.Record(dimensions, dict(zip(places, counts, strict=True)))


LINKED = {
    "one table": [("age", "sex")],
    "two linked by a margin": [("age", "sex"), ("sex", "region")],
    "three in a chain": [("age", "sex"), ("sex", "region"), ("region", "facility")],
    "three in a circle": [("age", "sex"), ("sex", "region"), ("age", "region")],
    "a full table and a part of it": [("sex", "region", "facility"), ("sex", "region")],
}
each_link = pytest.mark.parametrize("links", LINKED.values(), ids=LINKED.keys())


def datasets_of(county, links, *, groups=False, **policy):
    return [county.declared("_by_".join(link), *link, groups=groups and "age" in link, **policy) for link in links]


@each_link
@settings(max_examples=6, print_blob=False)
@given(data=st.data())
def test_linked_tables_are_certified_and_safe_from_a_reader_of_all(safe, county, links, data):
    record = data.draw(people(county, tuple(sorted({name for link in links for name in link})), ("2026-01",)))
    safe(record, datasets_of(county, links), (Q1,))


@each_link
@settings(max_examples=6, print_blob=False)
@given(data=st.data())
def test_tables_that_list_no_row_of_nobody_are_safe_too(safe, county, links, data):
    record = data.draw(people(county, tuple(sorted({name for link in links for name in link})), ("2026-01",)))
    safe(record, datasets_of(county, links), (Q1,), zeros=False)


@pytest.mark.parametrize(
    "links", [LINKED[name] for name in ("one table", "two linked by a margin", "three in a circle")],
    ids=["alone", "linked", "circle"])  # fmt: skip
@settings(max_examples=6, print_blob=False)
@given(data=st.data())
def test_groups_of_ages_are_certified_and_safe_with_their_parts(safe, county, links, data):
    record = data.draw(people(county, tuple(sorted({name for link in links for name in link})), ("2026-01",)))
    safe(record, datasets_of(county, links, groups=True), (Q1,))


def test_it_is_told_which_tables_are_being_protected_and_proven(county):
    record = county.Record(("sex",), {("2026-01", "f"): 3, ("2026-01", "m"): 40})
    one, told = county.declared("by_sex", "sex"), []
    protect({one.id: record.table(one, (Q1,))}, [one], (), progress=told.append)
    assert told == ["Protecting small counts: by_sex", "Proving that hidden counts stay hidden: by_sex"]


YOUNG, OLD, FIRST, THIRD = "18-24", "50 up", "2026-01", "2026-07"
CIRCLES = {
    "plain": {},
    "closed by a conduct table": {"kind": Protection.CONDUCT},
    "with groups": {"groups": True},
}  # fmt: skip


@pytest.mark.parametrize("how", CIRCLES.values(), ids=CIRCLES.keys())
def test_three_tables_that_no_full_table_can_stand_behind_do_not_add_up(how, county):
    """The young are women, women are in the north, and the young are in the south: any two of the three can be."""
    groups = how.get("groups", False)
    pairs = {
        ("age", "sex"): {(FIRST, YOUNG, "north", "f"): 20, (FIRST, OLD, "north", "m"): 20},
        ("age", "region"): {(FIRST, YOUNG, "south", "f"): 20, (FIRST, OLD, "north", "f"): 20},
        ("sex", "region"): {(FIRST, YOUNG, "north", "f"): 20, (FIRST, YOUNG, "south", "m"): 20},
    }
    datasets, tables = [], {}
    for pair, people in pairs.items():
        more = {"kind": how["kind"]} if "kind" in how and pair == ("sex", "region") else {}
        one = county.declared("_".join(pair), *pair, groups=groups and "age" in pair, **more)
        datasets.append(one)
        tables[one.id] = county.Record(("age", "region", "sex"), people).table(one, (Q1,))
    for missing in datasets:
        two = [one for one in datasets if one is not missing]
        assert county.released({one.id: tables[one.id] for one in two}, two).hidden() == set()
    with pytest.raises(DisclosureRefused, match="do not add up"):
        county.released(tables, datasets)


def test_tables_of_quarters_and_of_a_year_that_no_full_table_can_stand_behind_do_not_add_up(county):
    """Women came in the first quarter, as did all from the north; but over the year all women were from the south."""
    quarters = [f"2026-Q{quarter}" for quarter in range(1, 5)]
    by_sex, by_region = county.declared("by_sex", "sex"), county.declared("by_region", "region")
    by_both = county.declared("by_both", "sex", "region", grain=Grain.YEAR)
    in_time = county.Record(("region", "sex"), {(FIRST, "north", "f"): 20, (THIRD, "south", "m"): 20})
    in_year = county.Record(("region", "sex"), {(FIRST, "south", "f"): 20, (THIRD, "north", "m"): 20})
    tables = {
        "by_sex": in_time.table(by_sex, quarters),
        "by_region": in_time.table(by_region, quarters),
        "by_both": in_year.table(by_both, ["2026"]),
    }
    with pytest.raises(DisclosureRefused, match="do not add up"):
        county.released(tables, [by_sex, by_region, by_both])


def test_tables_whose_columns_close_a_circle_and_that_no_full_table_can_stand_behind_do_not_add_up(county):
    """All women were told and no man; nobody was told in the north, where all women were: one rule of a row is broken."""
    told = ("due", "told")
    by_sex, by_region = (
        replace(county.declared(f"by_{name}", name, counts=told), rules=(at_most("X", "told", "due"),))
        for name in ("sex", "region")
    )
    by_both = county.declared("by_both", "sex", "region", counts=("due",))

    def rows(one, columns, *drawn):
        names = ["period", "agency", *one.key[2:]]
        table = pd.DataFrame([(Q1, "DAJD", *row) for row in drawn], columns=[*names, *columns])
        return table.astype(dict.fromkeys(names, "str") | dict.fromkeys(columns, "Int64"))

    tables = {
        "by_sex": rows(by_sex, told, ("f", 20, 20), ("m", 20, 0), ("ALL", 40, 20)),
        "by_region": rows(by_region, told, ("north", 20, 0), ("south", 20, 20), ("ALL", 40, 20)),
        "by_both": rows(by_both, ("due",), ("f", "north", 20), ("f", "south", 0), ("m", "north", 0), ("m", "south", 20),
                        ("f", "ALL", 20), ("m", "ALL", 20), ("ALL", "north", 20), ("ALL", "south", 20), ("ALL", "ALL", 40)),
    }  # fmt: skip
    datasets = {one.id: one for one in (by_sex, by_region, by_both)}
    for missing in datasets:
        two = {name: table for name, table in tables.items() if name != missing}
        assert county.released(two, [datasets[name] for name in two]).hidden() == set()
    with pytest.raises(DisclosureRefused, match="do not add up"):
        county.released(tables, list(datasets.values()))


@settings(max_examples=3, print_blob=False)
@given(data=st.data())
def test_tables_of_quarters_and_of_a_year_linked_in_a_circle_are_safe(safe, county, data):
    record = data.draw(people(county, ("region", "sex"), ("2026-01", "2026-07")))
    by_sex, by_region = county.declared("by_sex", "sex"), county.declared("by_region", "region")
    by_both = county.declared("by_both", "sex", "region", grain=Grain.YEAR)
    safe(record, [by_sex, by_region, by_both], [f"2026-Q{quarter}" for quarter in range(1, 5)])


IN_GROUPS = {
    ("18-24", "north", "m"): 2, ("25-34", "west", "m"): 2, ("35-49", "north", "f"): 2, ("35-49", "south", "f"): 1,
    ("35-49", "south", "m"): 1, ("35-49", "west", "f"): 1, ("50 up", "north", "f"): 1,
}  # fmt: skip


def test_a_circle_that_a_conduct_table_closes_counts_as_one(safe, county):
    record = county.Record(("age", "region", "sex"), {("2026-01", *at): 3 * n for at, n in IN_GROUPS.items()})
    acts = county.declared("acts", "sex", "region", kind=Protection.CONDUCT)
    assert safe(record, [*datasets_of(county, [("age", "sex"), ("age", "region")]), acts], (Q1,))


@pytest.mark.parametrize(
    "links", [LINKED["two linked by a margin"], LINKED["three in a circle"]], ids=["chain", "circle"]
)
@settings(max_examples=5, print_blob=False)
@given(data=st.data())
def test_beside_a_conduct_table_printed_in_full_hidden_counts_stay_hidden(safe, county, links, data):
    record = data.draw(people(county, ("age", "region", "sex"), ("2026-01",)))
    safe(record, [*datasets_of(county, links), county.declared("totals", "sex", kind=Protection.CONDUCT)], (Q1,))


@settings(max_examples=6, print_blob=False)
@given(data=st.data())
def test_quarters_that_add_up_to_a_printed_year_are_protected_together(safe, county, data):
    record = data.draw(people(county, ("sex",), ("2026-01", "2026-04", "2026-08", "2026-12")))
    quarters = county.declared("by_quarter", "sex")
    year = county.declared("by_year", "sex", grain=Grain.YEAR)
    months = county.declared("by_month", grain=Grain.MONTH, kind=Protection.CONDUCT)
    safe(record, [quarters, year, months], [f"2026-Q{quarter}" for quarter in range(1, 5)])


@settings(max_examples=6, print_blob=False)
@given(data=st.data())
def test_tables_searched_years_first_and_months_last_are_safe(safe, county, data):
    record = data.draw(people(county, ("region", "sex"), ("2026-01", "2026-04", "2026-08", "2026-12")))
    quarters, months = (
        county.declared("by_quarter", "region", "sex"),
        county.declared("by_month", "sex", grain=Grain.MONTH),
    )
    year = county.declared("by_year", "region", grain=Grain.YEAR)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(climb, "MANY", 0)  # as if they were too large for one program
        safe(record, [quarters, months, year], [f"2026-Q{quarter}" for quarter in range(1, 5)])


@settings(max_examples=8, print_blob=False)
@given(data=st.data())
def test_small_jails_below_all_jails_stay_hidden_where_the_total_is_conduct(safe, county, data):
    record = data.draw(people(county, ("facility", "sex"), ("2026-01", "2026-04")))
    tables = [county.declared("by_jail", "facility"), county.declared("by_sex", "sex")]
    safe(record, [*tables, county.declared("in_all", kind=Protection.CONDUCT)], (Q1, "2026-Q2"))


@settings(max_examples=6, print_blob=False)
@given(data=st.data())
def test_a_second_release_of_linked_tables_opens_no_cell_of_the_first(safe, narrow, county, data):
    record = data.draw(people(county, ("age", "sex"), ("2026-01", "2026-04")))
    tables = [county.declared("by_age", "age", groups=True), county.declared("by_sex", "sex")]
    first = safe(record, tables, (Q1,))
    if first is None:
        return
    both = county.declared("by_both", "age", "sex", groups=True)
    second = safe(record, [*tables, both, county.declared("in_all", kind=Protection.CONDUCT)], (Q1, "2026-Q2"), [first])
    if second is not None:
        assert narrow(record, [first, second], promised=2) == [], "the second release opens a cell of the first"


# --- one example, looked at closely ----------------------------------------------------------------------------------

COUNTS = {"f": {"north": 3, "south": 14, "west": 22}, "m": {"north": 12, "south": 25, "west": 5}}


@pytest.fixture(scope="module")
def example(county):
    """A record by sex and region, its tables (true, in any order) and their datasets."""
    people = {("2026-01", where, sex): n for sex, by in COUNTS.items() for where, n in by.items()}
    record = county.Record(("region", "sex"), people)
    datasets = [county.declared("both", "sex", "region"), county.declared("sexes", "sex", kind=Protection.CONDUCT)]
    return record, {one.id: record.table(one, (Q1,)) for one in datasets}, datasets


@pytest.fixture(scope="module")
def release(county, example):
    return county.released(*example[1:])


def test_the_example_is_what_the_tests_below_are_about(county, example, release, narrow):
    assert county.check(release) == len(release.hidden()) == 4
    assert narrow(example[0], [release]) == []
    assert not release.tables["sexes"]["people"].isna().any()


def test_the_order_of_rows_tables_and_datasets_does_not_matter(county, example, release):
    _, tables, datasets = example
    shuffled = {name: tables[name].sample(frac=1, random_state=place) for place, name in enumerate(reversed(tables))}
    again = county.released(shuffled, datasets[::-1])
    assert again.certificate == release.certificate
    for name, table in release.tables.items():
        assert table.equals(again.tables[name])


_TWICE = """
import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("conftest", sys.argv[1])
module = sys.modules["conftest"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
places = module.Record(("age", "region", "sex"), {}).places({"period": "2026-01"})
record = module.Record(("age", "region", "sex"), {at: (7 * n * n + 3 * n) % 17 for n, at in enumerate(places)})
links = [("age", "sex"), ("sex", "region"), ("age", "region")]
datasets = [module.declared("_".join(link), *link) for link in links]
release = module.released({one.id: record.table(one, ["2026-Q1"]) for one in datasets}, datasets)
print(json.dumps([sorted(release.hidden()), release.certificate]))
"""


def test_another_process_makes_the_same_release_and_the_same_certificate():
    """Sets of texts are in another order in every process; nothing may depend on it."""
    script = [sys.executable, "-c", _TWICE, str(Path(__file__).with_name("conftest.py"))]
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    found = {
        subprocess.run(script, env={**path, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("0", "1", "2")
    }
    assert len(found) == 1
    assert json.loads(*found)[0]


def test_a_certificate_says_nothing_of_the_true_counts(county, example, release):
    """Another record that prints the same gets the same certificate: the witnesses come from what is printed."""
    record, _, datasets = example
    moved = dict(record.people)
    table = release.tables["both"]
    hidden = table[table["people_status"] == "suppressed"]
    corners = [("2026-01", row["region"], row["sex"]) for row in hidden.to_dict("records")]
    assert len(corners) == 4
    for place in corners:
        moved[place] += 1 if (place[1] == corners[0][1]) == (place[2] == corners[0][2]) else -1
    other = county.Record(record.dimensions, moved)
    twin = county.released({one.id: other.table(one, (Q1,)) for one in datasets}, datasets)
    assert twin.tables["both"].equals(table)
    assert twin.certificate == release.certificate


def test_each_printed_count_is_bound_by_the_certificate(county, release):
    for name, table in release.tables.items():
        for place in table.index[table["people_status"] == "shown"]:
            for step in (1, -1):
                forged = table.copy()
                forged.loc[place, "people"] += step
                with pytest.raises(ReleaseDamaged, match=r"do not add up|print different"):
                    county.check(release.with_table(name, forged))


def test_a_hidden_count_that_somebody_fills_in_is_noticed(county, release):
    table = release.tables["both"]
    for place in table.index[table["people_status"] == "suppressed"]:
        forged = table.copy()
        forged.loc[place, ["people", "people_status"]] = [12, "shown"]
        with pytest.raises(ReleaseDamaged, match="its cells are not those"):
            county.check(release.with_table("both", forged))


def test_a_printed_count_that_somebody_empties_is_noticed(county, release):
    table = release.tables["both"]
    for place in table.index[(table["people_status"] == "shown") & (table["region"] != "ALL")]:
        forged = table.copy()
        forged.loc[place, ["people", "people_status"]] = [pd.NA, "suppressed"]
        with pytest.raises(ReleaseDamaged, match="its cells are not those"):
            county.check(release.with_table("both", forged))


def numbers(document, at=()):
    """The path of every number of a document."""
    if isinstance(document, dict | list):
        items = document.items() if isinstance(document, dict) else enumerate(document)
        return [path for name, part in items for path in numbers(part, (*at, name))]
    return [at] if isinstance(document, int) else []


def changed(document, path, change):
    copied = copy.deepcopy(document)
    inside = copied
    for name in path[:-1]:
        inside = inside[name]
    inside[path[-1]] = change(inside[path[-1]])
    return copied


@pytest.mark.parametrize("step", [1, -1, 1000], ids=["+1", "-1", "+1000"])
def test_each_number_of_a_certificate_matters(county, release, step):
    paths = numbers(release.certificate)
    assert len(paths) > 10
    for path in paths:
        forged = release.with_certificate(changed(release.certificate, path, lambda number: number + step))
        with pytest.raises(ReleaseDamaged):
            county.check(forged)


@pytest.mark.parametrize("other", [0.5, "3", None, True, [], 10**30], ids=str)
def test_only_whole_numbers_are_counts(county, release, other):
    for path in numbers(release.certificate):
        forged = release.with_certificate(changed(release.certificate, path, lambda _: other))
        if json.loads(forged.files["disclosure/certificate.json"]) == release.certificate:
            continue  # 1 and true are the same to Python
        with pytest.raises(ReleaseDamaged):
            county.check(forged)


def _without(document, *path):
    copied = copy.deepcopy(document)
    inside = copied
    for name in path[:-1]:
        inside = inside[name]
    del inside[path[-1]]
    return copied


CUTS = {
    "a cell": ("universes", 0, "cells", 0), "a number of the first world": ("universes", 0, "first_world", 0),
    "the first world": ("universes", 0, "first_world"), "a world": ("universes", 0, "differences", 0),
    "a kind of record": ("universes", 0, "kinds", 0), "the code of a kind": ("universes", 0, "kinds", 0, 0, 0),
    "the column of a kind": ("universes", 0, "kinds", 0, 1, 0), "a dimension": ("universes", 0, "dimensions", 0),
    "all cells": ("universes", 0, "cells"), "a universe": ("universes", 0), "all universes": ("universes",),
    "the earlier releases": ("earlier_releases",), "the format": ("format",),
}  # fmt: skip


@pytest.mark.parametrize("path", CUTS.values(), ids=CUTS.keys())
def test_a_certificate_that_lacks_something_proves_nothing(county, release, path):
    with pytest.raises(ReleaseDamaged):
        county.check(release.with_certificate(_without(release.certificate, *path)))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"universes": 3, "earlier_releases": []}'])
def test_what_is_no_certificate_proves_nothing(county, release, text):
    damaged = replace(release, files={**release.files, "disclosure/certificate.json": text})
    with pytest.raises(ReleaseDamaged):
        county.check(damaged)


def test_a_cell_that_stands_twice_is_noticed(county, release):
    forged = copy.deepcopy(release.certificate)
    (universe,) = forged["universes"]
    universe["cells"].append(universe["cells"][0])
    with pytest.raises(ReleaseDamaged):
        county.check(release.with_certificate(forged))


def test_a_policy_that_asks_for_more_than_was_proven_is_not_met(county, release):
    datasets = {
        name: replace(one, disclosure=replace(one.disclosure, width=9)) for name, one in release.datasets.items()
    }
    with pytest.raises(ReleaseDamaged, match="do not differ enough"):
        county.check(replace(release, datasets=datasets))


def test_an_audit_that_calls_a_block_withheld_does_not_excuse_a_narrow_proof(county, release):
    """Whoever may call a block withheld could turn every promise off."""
    audit = json.loads(release.text("disclosure/audit.json"))
    audit["tables"]["both"]["withheld_blocks"] = {f"{Q1}|DAJD": "because"}
    forged = copy.deepcopy(release.certificate)
    (universe,) = forged["universes"]
    universe["differences"] = []
    for cell in universe["cells"]:
        cell["width"] = 0
    loose = replace(release.with_certificate(forged), files={
        "disclosure/audit.json": json.dumps(audit), "disclosure/certificate.json": json.dumps(forged)})  # fmt: skip
    with pytest.raises(ReleaseDamaged):
        county.check(loose)


# --- certificates and earlier releases -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def later(county, example, release):
    return county.released(*example[1:], [release], "r2")


def test_a_later_release_names_the_earlier_ones_and_is_bound_by_them(county, release, later):
    assert later.certificate["earlier_releases"] == ["r1"]
    assert county.check(later, [release]) == 4
    table = release.tables["both"].copy()
    place = table.index[table["people_status"] == "suppressed"][0]
    table.loc[place, ["people", "people_status"]] = [11, "shown"]
    with pytest.raises(ReleaseDamaged, match="its cells are not those"):
        county.check(later, [release.with_table("both", table)])


def test_an_earlier_release_that_was_withdrawn_binds_nothing(county, later):
    assert county.check(later, []) == 4
