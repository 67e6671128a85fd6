"""The pattern itself, on lattices small enough to be judged by brute force and by another solver."""

from dataclasses import dataclass
from itertools import chain, combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.disclosure import elimination
from etl.disclosure import suppress as search
from etl.disclosure.elimination import independent
from etl.disclosure.equations import BEYOND, Equations, Relation
from etl.disclosure.moves import Moves, cheapest_way
from etl.disclosure.problem import Problem, Unprotectable
from etl.disclosure.prune import needed
from etl.disclosure.suppress import Pattern, suppress

Dimension = tuple[tuple[int, ...], ...]
"""The leaves that each code of a dimension adds up: codes of one leaf first, then groups, then the total."""

FLAT = {size: (*((leaf,) for leaf in range(size)), tuple(range(size))) for size in (2, 3, 4)}
GROUPED = {
    4: ((0,), (1,), (2,), (3,), (0, 1), (2, 3), (0, 1, 2, 3)),
    3: ((0,), (1,), (2,), (0, 1), (0, 1, 2)),
}
"""Two levels above the leaves: the total adds up groups and whatever stands beside them."""


@dataclass(frozen=True)
class Lattice:
    """A table over some dimensions with all its totals: the leaves of each cell, and the true counts of the leaves."""

    dimensions: tuple[Dimension, ...]
    counts: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(len(dimension[-1]) for dimension in self.dimensions)

    def cells(self) -> list[list[int]]:
        """For every cell, in order, the leaves it adds up."""
        return [
            [int(np.ravel_multi_index(leaf, self.shape)) for leaf in product(*codes)]
            for codes in product(*self.dimensions)
        ]

    def values(self) -> np.ndarray:
        return np.array([sum(self.counts[leaf] for leaf in leaves) for leaves in self.cells()], dtype=np.int64)

    def relations(self) -> list[Relation]:
        """Each total of one dimension is the sum of the codes right below it, everything else being equal."""
        keys = list(product(*(range(len(dimension)) for dimension in self.dimensions)))
        place = {at: number for number, at in enumerate(keys)}
        found = []
        for at, (axis, dimension) in product(keys, enumerate(self.dimensions)):
            parts = _parts(dimension, at[axis])
            if parts:
                terms = [(place[*at[:axis], part, *at[axis + 1 :]], 1) for part in parts]
                found.append(Relation((*terms, (place[at], -1))))
        return found


def _parts(dimension: Dimension, code: int) -> list[int]:
    """The fewest codes that together make up a code: groups before single leaves."""
    left, parts = set(dimension[code]), []
    if len(left) < 2:
        return []
    for other in range(code - 1, -1, -1):
        if set(dimension[other]) <= left:
            parts.append(other)
            left -= set(dimension[other])
    return parts


def problem(lattice: Lattice, *, threshold: int = 10, width: int = 2, zeros: bool = True, wider: int = 0) -> Problem:
    """All cells may be hidden but zeros, where zeros are printed, and the grand total."""
    values = lattice.values()
    size = len(values)
    least = np.full(size, int(zeros))
    small = (values >= least) & (values < threshold)
    optional = (values >= threshold) & (np.arange(size) < size - 1)
    small[-1] = False
    latent = np.zeros(size, dtype=np.bool_)
    return Problem(
        Equations.of(size, lattice.relations()), values, least, small, latent, optional, np.full(size, width), wider
    )


def exact(attacker, lattice: Lattice, asked: Problem, hidden: np.ndarray) -> dict[int, tuple[int, int]]:
    """The interval of every hidden cell, from the leaves alone."""
    reader, values, cells = attacker(), asked.values, lattice.cells()
    for cell, leaves in enumerate(cells):
        reader.knows(leaves, *((asked.least[cell], 100_000) if hidden[cell] else (values[cell], values[cell])))
    asked_for = np.flatnonzero(hidden).tolist()
    return dict(zip(asked_for, reader.intervals(cells[cell] for cell in asked_for), strict=True))


def narrowest(attacker, lattice: Lattice, asked: Problem, hidden: np.ndarray) -> int:
    return min((high - low for low, high in exact(attacker, lattice, asked, hidden).values()), default=10**6)


def attempt(asked: Problem) -> Pattern | None:
    try:
        return suppress(asked)
    except Unprotectable:
        return None


COUNTS = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 5, 8, 9, 10, 11, 12, 20, 45])


@st.composite
def lattices(draw, most_cells: int = 48) -> Lattice:
    shapes = st.lists(st.sampled_from([FLAT[2], FLAT[3], FLAT[4], GROUPED[3], GROUPED[4]]), min_size=2, max_size=3)
    dimensions = tuple(draw(shapes.filter(lambda some: np.prod([len(one) for one in some]) <= most_cells)))
    leaves = int(np.prod([len(dimension[-1]) for dimension in dimensions]))
    return Lattice(dimensions, tuple(draw(st.lists(COUNTS, min_size=leaves, max_size=leaves))))


few = settings(max_examples=15, print_blob=False)


def hold_to_its_promises(attacker, lattice, width, threshold):
    """A pattern of a lattice is safe, hides what it must and nothing that must be printed, and counts its loss right."""
    asked = problem(lattice, threshold=threshold, width=width)
    pattern = attempt(asked)
    if pattern is None:
        everything = asked.small | asked.optional
        assert narrowest(attacker, lattice, asked, everything) < width, "refused although a pattern exists"
        return
    assert narrowest(attacker, lattice, asked, pattern.hidden) >= width
    assert pattern.hidden[asked.small].all(), "a small count is printed"
    assert not pattern.hidden[asked.values == 0].any(), "a zero is hidden"
    assert not pattern.hidden[~(asked.small | asked.optional)].any(), "what must be printed is hidden"
    assert (pattern.width[pattern.hidden] >= width).all()
    assert pattern.loss == asked.values[pattern.hidden & asked.optional].sum()
    assert 0 <= pattern.bound <= pattern.loss + 1e-6


widths, thresholds = st.sampled_from([1, 2, 3, 4]), st.sampled_from([3, 5, 10])


@few
@given(lattices(), widths, thresholds)
def test_no_hidden_count_can_be_told_more_closely_than_the_width(attacker, lattice, width, threshold):
    hold_to_its_promises(attacker, lattice, width, threshold)


def follows(cell: np.ndarray, printed: np.ndarray) -> bool:
    """Whether a cell is a linear combination of printed ones, each given by the leaves it adds up."""
    known = np.linalg.matrix_rank(printed) if printed.size else 0
    return bool(np.linalg.matrix_rank(np.vstack((printed, cell))) == known)


@few
@given(
    lattices(), widths, thresholds, st.sampled_from([elimination._MOST, 0]), st.sampled_from([search._ONE_BY_ONE, 0])
)
def test_a_table_too_large_to_search_is_as_safe(attacker, lattice, width, threshold, most, one_by_one):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "_SEARCHED", 0)  # as if it were too large
        patch.setattr(search, "_ONE_BY_ONE", one_by_one)  # and for asking one cell after another, or not
        patch.setattr(elimination, "_MOST", most)  # for elimination too, or not
        hold_to_its_promises(attacker, lattice, width, threshold)


@settings(max_examples=60, print_blob=False)
@given(lattices(most_cells=130))
def test_what_hidden_cells_can_do_without_is_printed_again(lattice):
    asked = problem(lattice)
    plenty = asked.small | asked.optional
    moves = Moves(asked.equations, asked.values, asked.least, np.full_like(asked.values, BEYOND), asked.width)
    fewer = needed(asked, moves, plenty, BEYOND)
    assert fewer[asked.small].all()
    assert not fewer[~plenty].any()

    def safe(hidden: np.ndarray) -> bool:
        moves.allow(hidden.astype(float))
        return all(cheapest_way(moves, int(cell)) for cell in np.flatnonzero(hidden))

    kept = np.flatnonzero(fewer & asked.optional)
    if not safe(plenty):
        return
    assert safe(fewer)
    for cell in kept:
        without = fewer.copy()
        without[cell] = False
        assert not safe(without)


def test_no_work_prints_nothing_again():
    lattice = Lattice((FLAT[3], FLAT[3]), (3, 20, 30, 40, 50, 60, 70, 80, 90))
    asked = problem(lattice)
    plenty = asked.small | asked.optional
    moves = Moves(asked.equations, asked.values, asked.least, np.full_like(asked.values, BEYOND), asked.width)
    moves.allow(plenty.astype(float))
    cheapest_way(moves, 0)
    assert (needed(asked, moves, plenty, 0) == plenty).all()
    assert needed(asked, moves, plenty, BEYOND).sum() < plenty.sum()


@settings(max_examples=60, print_blob=False)
@given(lattices(most_cells=130))
def test_no_small_count_follows_from_what_elimination_prints(lattice):
    asked = problem(lattice)
    hidden = independent(asked)
    held = [leaf for leaf, count in enumerate(lattice.counts) if count]
    contains = np.array([[leaf in leaves for leaf in held] for leaves in lattice.cells()], dtype=float)
    for cell in np.flatnonzero(asked.small):
        with_room = any(lattice.counts[leaf] > 1 for leaf in lattice.cells()[cell])
        if with_room and not follows(contains[cell], contains[~(asked.small | asked.optional)]):
            assert not follows(contains[cell], contains[~hidden])
    assert hidden[asked.small].all()
    assert not hidden[~(asked.small | asked.optional)].any()


@pytest.mark.slow
@settings(max_examples=8, print_blob=False)
@given(lattices(most_cells=130), widths, thresholds)
def test_no_hidden_count_of_a_larger_table_can_be_told_more_closely_than_the_width(attacker, lattice, width, threshold):
    hold_to_its_promises(attacker, lattice, width, threshold)


@few
@given(lattices(), st.sampled_from([1, 2]))
def test_where_zeros_are_hidden_too_the_reader_knows_less_and_hidden_counts_are_as_wide(attacker, lattice, width):
    asked = problem(lattice, width=width, zeros=False)
    pattern = attempt(asked)
    if pattern is None:
        assert narrowest(attacker, lattice, asked, asked.small | asked.optional) < width
        return
    assert pattern.hidden[asked.small].all()
    assert narrowest(attacker, lattice, asked, pattern.hidden) >= width


@few
@given(lattices())
def test_the_wider_distance_is_kept_where_the_pattern_says_so(attacker, lattice):
    asked = problem(lattice, width=2, wider=4)
    pattern, hard = attempt(asked), attempt(problem(lattice, width=2))
    assert (pattern is None) == (hard is None)
    if pattern is None:
        return
    for cell, (low, high) in exact(attacker, lattice, asked, pattern.hidden).items():
        assert high - low >= pattern.width[cell] >= 2
    assert pattern.loss <= 1.25 * hard.loss or pattern.loss == hard.loss


@few
@given(lattices())
def test_the_same_figures_give_the_same_pattern(lattice):
    asked = problem(lattice)
    first, again = attempt(asked), attempt(asked)
    assert (first is None) == (again is None)
    if first is None:
        return
    assert np.array_equal(first.hidden, again.hidden)
    assert (first.loss, first.bound) == (again.loss, again.bound)


def _subsets(cells: list[int]) -> list[tuple[int, ...]]:
    return list(chain.from_iterable(combinations(cells, count) for count in range(len(cells) + 1)))


def optimum(attacker, lattice: Lattice, asked: Problem) -> int | None:
    """The least loss of any pattern, by trying all of them; None when none is safe."""
    optional = np.flatnonzero(asked.optional).tolist()
    for chosen in sorted(_subsets(optional), key=lambda some: int(asked.values[list(some)].sum())):
        hidden = asked.small.copy()
        hidden[list(chosen)] = True
        if narrowest(attacker, lattice, asked, hidden) >= asked.width[0]:
            return int(asked.values[list(chosen)].sum())
    return None


TINY = {
    "2 x 2": (FLAT[2], FLAT[2]), "2 x 3": (FLAT[2], FLAT[3]), "a group in 3": (GROUPED[3],),
    "a group in 3, by 2": (GROUPED[3], FLAT[2]),
}  # fmt: skip


@pytest.mark.parametrize("dimensions", TINY.values(), ids=TINY.keys())
@settings(max_examples=12, print_blob=False)
@given(data=st.data(), width=st.sampled_from([1, 2]))
def test_no_pattern_loses_less_on_tables_small_enough_to_try_them_all(attacker, dimensions, data, width):
    leaves = int(np.prod([len(dimension[-1]) for dimension in dimensions]))
    counts = st.lists(st.sampled_from([0, 1, 3, 9, 11, 14, 30]), min_size=leaves, max_size=leaves)
    lattice = Lattice(dimensions, tuple(data.draw(counts)))
    asked = problem(lattice, width=width)
    if asked.optional.sum() > 8:
        return
    pattern, best = attempt(asked), optimum(attacker, lattice, asked)
    assert (pattern and pattern.loss) == best
    if pattern:
        assert pattern.bound <= best + 1e-6, "the bound is no bound"


def test_nothing_is_hidden_where_nothing_is_small():
    pattern = suppress(problem(Lattice((FLAT[2], FLAT[2]), (10, 11, 12, 13))))
    assert not pattern.hidden.any()
    assert (pattern.loss, pattern.bound) == (0, 0)


def test_small_counts_that_protect_each_other_cost_nothing():
    pattern = suppress(problem(Lattice((FLAT[2], FLAT[2]), (4, 5, 6, 7))))
    assert pattern.loss > 0, "the row totals 9 and 13: 9 is small too, 13 must go with it"
    larger = suppress(problem(Lattice((FLAT[3], FLAT[3]), (4, 6, 30, 6, 5, 40, 20, 50, 60)), width=1))
    assert (larger.loss, larger.bound) == (0, 0)
    assert larger.hidden.sum() == 4


def test_what_cannot_be_protected_is_named():
    with pytest.raises(Unprotectable) as fault:
        suppress(problem(Lattice((FLAT[2], FLAT[2]), (1, 0, 0, 0))))
    assert 0 in fault.value.cells
