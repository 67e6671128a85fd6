"""Tables searched years first and months last: on tables small enough to be judged by another solver."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.linked_tables import Shape, months, single, tiers
from etl.disclosure import climb
from etl.disclosure.climb import Search, tables_by_tier
from etl.disclosure.equations import BEYOND, Contradiction, Equations, tighten
from etl.disclosure.problem import Problem, Unprotectable
from etl.disclosure.suppress import Pattern, suppress
from etl.disclosure.tiers import Aim, Tiers, chosen
from etl.disclosure.witness import Puzzle, witnesses

SIZES = [(6, 3), (12, 3), (6, 3, 2), (6, 2, 2, 2)]


@pytest.fixture(autouse=True, scope="module")
def every_table_is_too_large():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(climb, "MANY", 0)
        yield


def made_up(sizes: tuple[int, ...], people: int, seed: int):
    return single("", Shape(sizes, people, 2.0, every=True), seed)


def asked(instance, width: int) -> Problem:
    values = instance.values
    small = (values > 0) & (values < 10)
    return Problem(instance.equations, values, np.ones_like(values), small, instance.latent, values >= 10,
                   np.full_like(values, width))  # fmt: skip


def found(problem: Problem) -> Pattern | None:
    try:
        return suppress(problem)
    except Unprotectable:
        return None


def printed(problem: Problem, hidden: np.ndarray) -> Puzzle:
    """What a reader has."""
    values = problem.values
    return Puzzle(problem.equations, np.where(hidden, 1, values), np.where(hidden, BEYOND, values))


def parts(instance, cell: int) -> list[int]:
    """The cells that are no sums and that a cell adds up."""

    def leaves(dimension, code):
        return [leaf for part in dimension[code] for leaf in leaves(dimension, part)] or [code]

    place = np.unravel_index(cell, instance.shape)
    inner = [leaves(dimension, int(code)) for dimension, code in zip(instance.dimensions, place, strict=True)]
    return np.ravel_multi_index(np.ix_(*inner), instance.shape).reshape(-1).tolist()


@settings(max_examples=12, print_blob=False)
@given(st.sampled_from(SIZES), st.integers(20, 120), st.integers(0, 10_000), st.sampled_from([1, 2]))
def test_no_hidden_count_can_be_told_more_closely_than_the_width(attacker, sizes, people, seed, width):
    instance = made_up(sizes, people, seed)
    problem = asked(instance, width)
    pattern = found(problem)
    if pattern is None:
        return
    assert pattern.hidden[problem.small].all(), "a small count is printed"
    assert not pattern.hidden[problem.values == 0].any(), "a zero is hidden"
    assert pattern.loss == problem.values[pattern.hidden & problem.optional].sum()
    reader, hidden = attacker(), np.flatnonzero(pattern.hidden).tolist()
    for cell, value in enumerate(problem.values.tolist()):
        reader.knows(parts(instance, cell), *((1, 100_000) if pattern.hidden[cell] else (value, value)))
    intervals = reader.intervals(parts(instance, cell) for cell in hidden)
    assert min((high - low for low, high in intervals), default=width) >= width


@pytest.mark.parametrize("seed", range(4))
def test_a_year_of_months_by_three_others_is_protected_and_proven(seed):
    problem = asked(made_up((12, 4, 3, 2), 400, seed), 2)
    pattern = found(problem)
    assert pattern is not None
    assert problem.small.sum() > 100
    assert not witnesses(printed(problem, pattern.hidden), np.where(pattern.hidden, 2, 0)).narrow
    again = found(problem)
    assert again is not None
    assert (again.hidden == pattern.hidden).all(), "the same figures give the same pattern"


def test_every_table_agrees_with_what_is_printed():
    problem = asked(made_up((12, 4, 3), 300, 1), 2)
    pattern = found(problem)
    assert pattern is not None
    puzzle = printed(problem, pattern.hidden)
    low, high = tighten(puzzle.equations, puzzle.low, puzzle.high)
    tables = tables_by_tier(puzzle.equations, low, high, np.where(pattern.hidden, 2, 0))
    assert len(tables) > 1
    for table in tables:
        assert puzzle.equations.hold(table).all()
        assert (table >= puzzle.low).all()
        assert (table <= puzzle.high).all()


def test_what_is_narrow_is_said_to_be():
    problem = asked(made_up((6, 3, 2), 150, 0), 2)
    puzzle = printed(problem, problem.small)
    narrow = witnesses(puzzle, np.where(problem.small, 2, 0)).narrow
    assert narrow
    low, high = tighten(puzzle.equations, puzzle.low, puzzle.high)
    assert set(np.flatnonzero(problem.small & (high - low < 2)).tolist()) <= set(narrow)


def test_figures_that_do_not_add_up_are_a_contradiction():
    problem = asked(made_up((6, 3, 2), 150, 0), 2)
    puzzle = printed(problem, problem.small)
    total = int(np.argmax(problem.values))
    low, high = puzzle.low.copy(), puzzle.high.copy()
    low[total] = high[total] = problem.values[total] + 1
    with pytest.raises(Contradiction):
        witnesses(Puzzle(puzzle.equations, low, high), np.where(problem.small, 2, 0))


def test_what_cannot_be_protected_is_named():
    problem = asked(made_up((6, 3, 2), 150, 0), 2)
    nothing_else = Problem(problem.equations, problem.values, problem.least, problem.small, problem.latent,
                           np.zeros_like(problem.small), problem.width)  # fmt: skip
    with pytest.raises(Unprotectable) as fault:
        suppress(nothing_else)
    assert fault.value.cells


def test_a_table_without_periods_is_searched_as_before():
    problem = asked(made_up((6, 3, 2), 150, 0), 2)
    flat = Equations(problem.equations.size, problem.equations.start, problem.equations.cell, problem.equations.weight,
                     problem.equations.equal, problem.equations.right, np.zeros_like(problem.values))  # fmt: skip
    size = len(problem.values)
    assert not climb.searched_in_tiers(flat, problem.width, size)
    assert climb.searched_in_tiers(problem.equations, problem.width, size)
    assert not climb.searched_in_tiers(problem.equations, problem.width, 2 * size), "most are printed"


# --- tiers -------------------------------------------------------------------------------------------------------------


def test_months_of_two_quarters_stand_in_two_blocks_and_every_relation_in_one():
    instance = made_up((12, 3, 2), 100, 0)
    known = Tiers.of(instance.equations)
    assert [block.parent for block in known.blocks] == [-1, 0, 1, 1, 1, 1]
    cells = np.concatenate([block.cells for block in known.blocks])
    rows = np.concatenate([block.rows for block in known.blocks])
    assert sorted(cells.tolist()) == list(range(instance.equations.size))
    assert sorted(rows.tolist()) == list(range(instance.equations.rows))


def test_the_sum_above_a_month_is_its_quarter():
    instance = made_up((12, 3, 2), 100, 0)
    above = Tiers.of(instance.equations).above
    period, *rest = np.unravel_index(np.arange(instance.equations.size), instance.shape)
    month = period < 12
    over, *same = np.unravel_index(above[month], instance.shape)
    assert (over == 12 + period[month] // 3).all()
    assert all((one[month] == other).all() for one, other in zip(rest, same, strict=True))
    assert (above[period == 16] == -1).all()


@pytest.mark.parametrize(("count", "least"), [(6, [0, 1, 1]), (36, [0, 0, 0, 0, 1])])
def test_years_stand_above_quarters_and_quarters_above_months(count, least):
    found = tiers(months(count))
    assert (found[:count] == 2).all()
    assert sorted(found[count:].tolist())[: len(least)] == least


def test_a_block_takes_the_numbers_that_are_wanted_of_it_and_none_where_it_cannot_follow():
    instance = made_up((6, 2), 60, 0)
    known = Tiers.of(instance.equations)
    values = instance.values
    low, high = np.zeros_like(values), np.full_like(values, BEYOND)
    block = known.blocks[-2]
    aim = Aim.nothing(low, high)
    first = int(block.cells[0])
    aim.ask(np.array([first]), np.array([int(values[known.above[first]])]), 1.0, 1.0)
    numbers = chosen(known, block, aim, values)
    assert numbers is not None
    assert numbers[0] == values[known.above[first]], "all people of the quarter in its first month"
    beside = values.copy()
    beside[known.above[first]] += 1  # the quarter no longer adds up to its own total
    assert chosen(known, block, aim, beside) is None


def test_a_block_that_has_another_below_it_in_mind_is_chosen_so_that_it_can_follow():
    instance = made_up((6, 2), 60, 0)
    known, values = Tiers.of(instance.equations), instance.values
    quarters, months_of_one = known.blocks[1:3]
    low, high = np.zeros_like(values), np.full_like(values, BEYOND)
    low[months_of_one.cells] = high[months_of_one.cells] = values[months_of_one.cells]
    aim = Aim.nothing(low, high)
    quarter = known.above[months_of_one.cells]
    aim.ask(quarter, values[quarter] + 1, 1.0, 1.0)
    alone, table = chosen(known, quarters, aim, values), values.copy()
    assert alone is not None
    table[quarters.cells] = alone
    assert chosen(known, months_of_one, aim, table) is None
    together = chosen(known, quarters, aim, values, [months_of_one])
    assert together is not None
    table[quarters.cells] = together
    assert (table[quarter] == values[quarter]).all(), "what is printed of the months settles their quarter"
    assert chosen(known, months_of_one, aim, table) is not None


def test_a_search_remembers_how_far_its_tables_go():
    instance = made_up((6, 2), 60, 0)
    values = instance.values
    search = Search(Tiers.of(instance.equations), values, values, np.ones_like(values))
    assert len(search.narrow()) == len(values)
    search.keep(values)
    assert len(search.narrow()) == len(values)
    search.keep(values + 1)
    assert not len(search.narrow())
