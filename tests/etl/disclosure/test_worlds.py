"""Possible worlds: tables told as records, and the check that counts them."""

import copy
import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from etl.disclosure.cells import Cell, Hierarchies
from etl.disclosure.columns import tied_columns
from etl.disclosure.full import full_tables
from etl.disclosure.joining import Circle, joined
from etl.disclosure.worlds import Kind, Teller, Untold
from etl.errors import DisclosureRefused
from schemas.errors import ReleaseDamaged
from schemas.rules import at_most, plus, sums_to

_spec = importlib.util.spec_from_file_location("universes", Path(__file__).with_name("universes.py"))
universes = importlib.util.module_from_spec(_spec)
sys.modules["universes"] = universes
_spec.loader.exec_module(universes)


# --- which columns count a record --------------------------------------------------------------------------------------

TOLD = (sums_to("R1", plus("due"), ("told", "untold"), says="told or not", column="due"),)
OVERLAP = (at_most("R1", "told", "due"), at_most("R2", "copy", "due"))


def test_the_numbers_of_a_row_are_so_many_records_of_each_sort():
    (columns,) = tied_columns(["due", "told", "untold"], TOLD)
    assert columns.names == ("due", "told", "untold")
    assert columns.split(columns.names, [7, 4, 3]) == {(True, True, False): 4, (True, False, True): 3}
    assert columns.split(columns.names, [7, 4, 2]) is None
    assert columns.split(columns.names, [7, 9, -2]) is None


def test_numbers_of_columns_that_overlap_are_records_in_some_way():
    (columns,) = tied_columns([], OVERLAP)
    split = columns.split(("copy", "due", "told"), [5, 8, 6])
    assert [sum(n for sort, n in split.items() if sort[place]) for place in range(3)] == [5, 8, 6]
    assert all(due for (_, due, _), n in split.items() if n)
    assert columns.tell(["due", "told"])
    assert not columns.tell(["due", "told", "copy"]), "how many were told and given a copy is not said"


def test_what_a_record_is_not_told_of_follows_from_the_rules():
    (columns,) = tied_columns([], TOLD)
    assert columns.completed({"due": True, "told": False}) == ("due", "untold")
    assert columns.completed({"due": False, "told": True}) is None


def test_a_column_that_is_missing_still_ties_the_others():
    (columns,) = tied_columns([], (at_most("R1", "told", "due"), at_most("R2", "timely", "told")))
    assert columns.sums(frozenset({"due", "timely"})) == [((("timely", 1), ("due", -1)), False)]
    (columns,) = tied_columns([], TOLD)
    assert columns.sums(frozenset({"due", "told"})) == [((("told", 1), ("due", -1)), False)]


# --- which tables can be joined ----------------------------------------------------------------------------------------


def _shapes(*tables):
    return {frozenset((name, 0) for name in table): frozenset({"people"}) for table in tables}


def test_tables_that_hang_together_as_a_tree_are_joined_and_a_circle_is_named():
    (people,) = tied_columns(["people"], ())
    assert len(joined(_shapes("ab", "bc", "cd"), people)) == 3
    with pytest.raises(Circle) as circle:
        joined(_shapes("ab", "bc", "ca", "ad"), people)
    assert circle.value.dimensions == {"a", "b", "c"}


def test_tables_whose_columns_overlap_cannot_be_joined_without_the_full_table():
    (columns,) = tied_columns([], OVERLAP)
    every = frozenset(columns.names)
    with pytest.raises(Circle):
        joined({frozenset({("a", 0)}): every, frozenset({("b", 0)}): every}, columns)


def test_tables_of_one_agency_close_a_circle_though_another_prints_the_full_table():
    hierarchies = Hierarchies(dict.fromkeys("abc", "ALL"), {})
    pairs = [{one: "1", other: "1", "agency": "X"} for one, other in ("ab", "bc", "ac")]
    cells = _cells(*pairs, {"a": "1", "b": "1", "c": "1", "agency": "Y"})
    (people,) = tied_columns(["people"], ())
    full = full_tables(cells, [people], hierarchies)
    assert {dict(cell.where)["agency"] for cell in full} == {"X"}
    Teller([*cells, *full], hierarchies, [people])


# --- tables told as records --------------------------------------------------------------------------------------------

TOTALS = Hierarchies({"sex": "ALL", "jail": "ALL"}, {})


def _cells(*wheres):
    return [Cell("custody", "people", tuple(sorted(where.items()))) for where in wheres]


SEXES, JAILS = [{"sex": "f"}, {"sex": "m"}], [{"jail": "A"}, {"jail": "B"}]


def test_two_tables_are_told_as_the_same_records_and_the_next_world_as_like_the_first_as_it_can_be():
    cells = _cells({}, *SEXES, *JAILS)
    teller = Teller(cells, TOTALS, tied_columns(["people"], ()))
    first, next_one = teller.world(np.array([9, 4, 5, 6, 3])), teller.world(np.array([9, 5, 4, 6, 3]))
    for world, sexes in ((first, {"f": 4, "m": 5}), (next_one, {"f": 5, "m": 4})):
        assert sum(world.values()) == 9
        for code, number in sexes.items():
            assert sum(n for kind, n in world.items() if ("sex", code) in kind.where) == number
        assert sum(n for kind, n in world.items() if ("jail", "A") in kind.where) == 6
    assert sum((first - next_one).values()) == 1


def test_figures_that_are_no_counts_of_records_are_refused():
    cells = [Cell("custody", column, (("sex", "f"),)) for column in ("due", "told", "untold")]
    teller = Teller(cells, TOTALS, tied_columns([], TOLD))
    assert sum(teller.world(np.array([7, 4, 3])).values()) == 7
    with pytest.raises(Untold):
        teller.world(np.array([7, 4, 2]))


def test_what_of_a_quarter_no_month_has_stands_in_the_quarter():
    cells = _cells({"period": "2026-Q1"}, {"period": "2026-01"}, {"period": "2026-Q1+"})
    world = Teller(cells, TOTALS, tied_columns(["people"], ())).world(np.array([9, 4, 5]))
    assert world == {Kind((("period", "2026-01"),), ("people",)): 4, Kind((("period", "2026-Q1"),), ("people",)): 5}


# --- made-up universes, and a second opinion on what is left open ------------------------------------------------------


_MOST_UNKNOWNS, _MOST_ASKED = 80, 8
"""What the solver of the second opinion answers within seconds; larger universes are checked, but not attacked."""


def _released(county, universe):
    """The releases of a universe, newest first; none where they are refused."""
    releases = []
    for number in range(universe.releases):
        months = universe.months if number == universe.releases - 1 else universe.months[:3]
        tables = {table.dataset.id: universe.true(table, months) for table in universe.tables}
        datasets = [table.dataset for table in universe.tables]
        releases.insert(0, county.released(tables, datasets, releases, f"r{number}"))
        county.check(releases[0], releases[1:])
    return releases


def _hold(county, attacker, seed):
    """Release a universe; every promise must hold against a reader of all releases. Returns whether anything was asked."""
    universe = universes.Universe(county, seed)
    try:
        releases = _released(county, universe)
    except DisclosureRefused as refused:
        if "no possible records" in str(refused):
            raise
        return False
    asked = 0
    for release in releases if universe.unknowns <= _MOST_UNKNOWNS else ():
        reader = attacker()
        hidden = universe.told(reader, [release, *(one for one in releases if one is not release)])
        width = county.stated(release)
        assert hidden.keys() == width.keys()
        cells = sorted(hidden)[:: 1 + len(hidden) // _MOST_ASKED]
        asked += len(cells)
        for cell, (low, high) in zip(cells, reader.intervals(hidden[cell] for cell in cells), strict=True):
            promised = width[cell] if release is releases[0] else min(2, width[cell])
            assert high - low >= promised, (universe.form, cell)
    return bool(asked)


@pytest.mark.parametrize("seed", range(16))
def test_made_up_universes_hold_against_a_reader_of_all_tables(county, attacker, seed):
    _hold(county, attacker, seed)


@pytest.mark.slow
@pytest.mark.parametrize("first", [100, 200, 300, 400])
def test_many_made_up_universes_hold_against_a_reader_of_all_tables(county, attacker, first):
    small = [seed for seed in range(first, first + 40) if universes.Universe(county, seed).unknowns <= _MOST_UNKNOWNS]
    assert sum(_hold(county, attacker, seed) for seed in small) >= 3


# --- the check ---------------------------------------------------------------------------------------------------------


PEOPLE = {("2026-01", sex, jail): n for sex, by in {"f": [3, 14, 22], "m": [12, 25, 5]}.items()
          for jail, n in zip("ABC", by, strict=True)}  # fmt: skip


@pytest.fixture(scope="module")
def release(county):
    record = county.Record(("sex", "facility"), PEOPLE)
    both = county.declared("both", "sex", "facility")
    return county.released({"both": record.table(both, ("2026-Q1",))}, [both])


def _forged(release, change):
    document = copy.deepcopy(release.certificate)
    change(document["universes"][0])
    return release.with_certificate(document)


def _moved(universe, code, other):
    """Every record of one code stands at another instead."""
    for kind in universe["kinds"]:
        kind[0] = [other if each == code else each for each in kind[0]]


def test_a_record_in_a_row_that_no_table_lists_is_noticed(county, release):
    """It would count in the totals and in no part of them."""
    county.check(release)
    for code in ("A", "f", "2026-Q1", "DAJD"):
        with pytest.raises(ReleaseDamaged):
            county.check(_forged(release, lambda universe, code=code: _moved(universe, code, "elsewhere")))


def test_a_record_that_stands_nowhere_in_particular_is_noticed(county, release):
    for code in ("A", "f"):
        with pytest.raises(ReleaseDamaged):
            county.check(_forged(release, lambda universe, code=code: _moved(universe, code, "")))


def test_the_same_records_in_another_order_prove_the_same(county, release):
    def turned(universe):
        last = len(universe["kinds"]) - 1
        universe["kinds"].reverse()
        universe["first_world"].reverse()
        universe["differences"] = [[[last - kind, more] for kind, more in one] for one in universe["differences"]]

    assert county.check(_forged(release, turned)) == county.check(release)


def test_a_record_that_breaks_a_rule_is_noticed(county):
    record = county.Record(("facility",), {("2026-01", "A"): 12, ("2026-01", "B"): 30, ("2026-01", "C"): 4})
    one = county.declared("told", "facility", counts=("due", "told"))
    one = replace(one, rules=(at_most("R1", "told", "due"),))
    table = record.table(one, ("2026-Q1",)).rename(columns={"people": "due"})
    release = county.released({"told": table.assign(told=table["due"])}, [one])
    county.check(release)

    def split(universe):
        """Whoever was told is another record than whoever was due: the sums are the same."""
        for place, (codes, names) in enumerate([*universe["kinds"]]):
            if names == ["due", "told"]:
                universe["kinds"][place] = [codes, ["due"]]
                universe["kinds"].append([codes, ["told"]])
                universe["first_world"].append(universe["first_world"][place])
                for changes in universe["differences"]:
                    changes += [[len(universe["kinds"]) - 1, more] for kind, more in [*changes] if kind == place]

    with pytest.raises(ReleaseDamaged, match="breaks a rule"):
        county.check(_forged(release, split))


def test_a_certificate_of_another_format_is_named_as_such(county, release):
    older = {**release.certificate, "format": "daylight-certificate/1"}
    with pytest.raises(ReleaseDamaged, match="is not of the format"):
        county.check(release.with_certificate(older))


def test_a_small_count_that_an_earlier_release_hides_cannot_be_printed_later(county, release):
    lax = replace(release.datasets["both"], disclosure=replace(release.datasets["both"].disclosure, threshold=1))
    table = county.Record(("sex", "facility"), PEOPLE).table(lax, ("2026-Q1",))
    later = county.released({"both": table}, [lax], [], "r2")
    assert later.hidden() == set()
    county.check(later)
    beside = later.with_certificate({**later.certificate, "earlier_releases": ["r1"]})
    with pytest.raises(ReleaseDamaged, match="that an earlier release hides"):
        county.check(beside, [release])
