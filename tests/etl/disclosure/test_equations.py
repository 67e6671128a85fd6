"""Whole-number bounds against brute force, and how equations fall apart."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.disclosure.equations import BEYOND, Contradiction, Equations, Relation, components, part, settled, tighten

MOST = 4


def ints(*numbers):
    return np.array(numbers, dtype=np.int64)


def relation(*weights):
    """One relation among four cells."""
    terms = st.dictionaries(st.integers(0, 3), st.sampled_from(weights), min_size=1, max_size=4)
    return st.builds(lambda some, equal, right: Relation(tuple(some.items()), equal, right),
                     terms, st.booleans(), st.integers(-4, 8))  # fmt: skip


relations = st.lists(relation(-2, -1, 1, 2, 3), max_size=4)
bounds = st.lists(st.tuples(st.integers(0, MOST), st.integers(0, MOST)).map(sorted), min_size=4, max_size=4)


def tables(equations, low, high):
    """Every whole table that agrees, by trying all."""
    ranges = [range(a, b + 1) for a, b in zip(low.tolist(), high.tolist(), strict=True)]
    return [np.array(table) for table in product(*ranges) if equations.hold(np.array(table)).all()]


@given(relations, bounds)
def test_tightened_bounds_leave_out_no_table(some, ends):
    equations = Equations.of(4, some)
    low, high = (ints(*(end[side] for end in ends)) for side in (0, 1))
    found = tables(equations, low, high)
    try:
        least, most = tighten(equations, low, high)
    except Contradiction:
        assert found == []
        return
    assert (least >= low).all()
    assert (most <= high).all()
    for table in found:
        assert (least <= table).all()
        assert (table <= most).all()


@given(relation(-1, 1), bounds)
def test_one_relation_alone_is_bounded_exactly_where_its_weights_are_one(one, ends):
    equations = Equations.of(4, [one])
    low, high = (ints(*(end[side] for end in ends)) for side in (0, 1))
    found = tables(equations, low, high)
    if not found:
        with pytest.raises(Contradiction):
            tighten(equations, low, high)
        return
    least, most = tighten(equations, low, high)
    assert least.tolist() == np.min(found, axis=0).tolist()
    assert most.tolist() == np.max(found, axis=0).tolist()


@given(relations, bounds, st.integers(0, 3))
def test_an_open_end_leaves_out_no_table_either(some, ends, place):
    equations = Equations.of(4, some)
    low, high = (ints(*(end[side] for end in ends)) for side in (0, 1))
    found = tables(equations, low, np.where(np.arange(4) == place, 12, high))
    high[place] = BEYOND
    try:
        least, most = tighten(equations, low, high)
    except Contradiction:
        assert found == []
        return
    assert all((least <= table).all() and (table <= most).all() for table in found)


@given(relations, bounds)
def test_tightening_twice_changes_nothing_and_leaves_its_input_alone(some, ends):
    equations = Equations.of(4, some)
    low, high = (ints(*(end[side] for end in ends)) for side in (0, 1))
    before = low.copy(), high.copy()
    try:
        once = tighten(equations, low, high)
    except Contradiction:
        return
    assert (low == before[0]).all()
    assert (high == before[1]).all()
    again = tighten(equations, *once)
    assert all((first == second).all() for first, second in zip(once, again, strict=True))


TOTAL = Relation(((0, 1), (1, 1), (2, -1)))
"""Cells 0 and 1 add up to cell 2."""

CONTRADICTIONS = {
    "a total below its part": ([TOTAL], (5, 0, 4), (5, BEYOND, 4)),
    "a total that its parts cannot reach": ([TOTAL], (0, 0, 9), (3, 3, 9)),
    "two totals of the same parts": ([TOTAL, Relation(((0, 1), (1, 1)), right=3)], (0, 0, 4), (9, 9, 4)),
    "a part above its limit": ([Relation(((0, 1), (1, -1)), equal=False)], (6, 0, 0), (6, 5, 0)),
    "half a person": ([Relation(((0, 2),), right=3)], (0, 0, 0), (9, 9, 9)),
}  # fmt: skip


@pytest.mark.parametrize(("some", "low", "high"), CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_figures_that_cannot_be_are_a_contradiction(some, low, high):
    with pytest.raises(Contradiction):
        tighten(Equations.of(3, some), ints(*low), ints(*high))


def test_a_total_less_its_printed_part_is_the_other_part():
    low, high = tighten(Equations.of(3, [TOTAL]), ints(4, 1, 10), ints(4, BEYOND, 10))
    assert (low.tolist(), high.tolist()) == ([4, 6, 10], [4, 6, 10])


def test_no_relation_tightens_nothing():
    low, high = tighten(Equations.of(2, []), ints(1, 0), ints(BEYOND, 3))
    assert (low.tolist(), high.tolist()) == ([1, 0], [BEYOND, 3])


def test_components_share_no_unknown_cell():
    linked = Equations.of(6, [TOTAL, Relation(((2, 1), (3, 1), (4, -1)))])
    found = components(linked, np.array([True, True, True, True, False, True]))
    assert [(cells.tolist(), rows.tolist()) for cells, rows in found] == [([0, 1, 2, 3], [0, 1]), ([5], [])]
    printed = components(linked, np.array([True, True, False, True, False, True]))
    assert [(cells.tolist(), rows.tolist()) for cells, rows in printed] == [([0, 1], [0]), ([3], [1]), ([5], [])]


@given(relations, st.lists(st.booleans(), min_size=4, max_size=4), bounds)
def test_the_parts_together_say_what_the_whole_says(some, unknown, ends):
    """A table that keeps the values of what is known agrees with all parts just when it agrees with the whole."""
    equations, unknown = Equations.of(4, some), np.array(unknown)
    values, other = (ints(*(end[side] for end in ends)) for side in (0, 1))
    table = np.where(unknown, other, values)
    found = components(equations, unknown)
    assert (
        sorted(np.concatenate([np.array([], dtype=int), *(cells for cells, _ in found)]))
        == np.flatnonzero(unknown).tolist()
    )
    inside = all(part(equations, cells, rows, values).hold(table[cells]).all() for cells, rows in found)
    touched = {int(row) for _, rows in found for row in rows}
    holds = equations.hold(table)
    assert inside == all(holds[row] for row in touched)
    assert touched == {row for row in range(equations.rows) if unknown[equations.cell[equations.row_of == row]].any()}


@given(relations, bounds)
def test_left_is_the_weighted_sum(some, ends):
    equations = Equations.of(4, some)
    values = ints(*(end[1] for end in ends))
    assert equations.left(values).tolist() == [sum(w * int(values[c]) for c, w in one.terms) for one in some]


@given(relations, bounds, st.sets(st.integers(0, 3)), st.randoms(use_true_random=False))
def test_what_is_settled_is_the_same_in_every_table_that_agrees_with_what_is_known(some, ends, known, chance):
    equations = Equations.of(4, some)
    found = tables(equations, ints(*(end[0] for end in ends)), ints(*(end[1] for end in ends)))
    if not found:
        return
    true = chance.choice(found)
    given_places = np.isin(np.arange(4), list(known))
    follows = settled(equations, given_places, true)
    assert follows[given_places].all()
    every = tables(equations, ints(0, 0, 0, 0), ints(*[MOST] * 4))
    for table in every:
        if (table[given_places] == true[given_places]).all():
            assert (table[follows] == true[follows]).all()


def test_the_last_open_part_of_a_sum_is_settled_and_so_are_the_parts_of_nothing():
    equations = Equations.of(5, [Relation(((0, 1), (1, 1), (2, -1))), Relation(((3, 1), (4, 1), (1, -1)))])
    values, known = ints(4, 0, 4, 0, 0), np.array([True, False, True, False, False])
    assert settled(equations, known, values).all()
    assert not settled(equations, np.array([False, False, True, False, False]), values)[0]
