"""One table published seven times, a month longer each time: is what each release hides still hidden beside all others?

`python benchmarks/six_releases.py [--width 2]`. The shape is d2_60x10, published with months 1 to 54, then to 55, … 60: months,
quarters, years and the total so far, by ten codes. `alone` protects each release for itself, as tools with one pattern for
each table do; `jointly` protects it beside all earlier ones, of which nothing that was printed is hidden again. `exact` and
`w<2` count small or hidden cells of all releases so far that a reader of all of them knows exactly, or down to two values.
"""

import argparse
import time
from collections.abc import Iterable

import numpy as np
from disclosure import THRESHOLD
from linked_tables import Instance, lattice, leaves, months, named

from etl.disclosure.equations import BEYOND, Equations, Relation
from etl.disclosure.problem import Problem
from etl.disclosure.suppress import suppress
from etl.disclosure.witness import Puzzle, witnesses

Cell = tuple[tuple[int, ...], tuple[int, ...]]
"""The months and the codes that a number adds up."""

SHAPE, FIRST, LAST = "d2_60x10", 54, 60


def release(whole: Instance, count: int) -> tuple[list[Cell], np.ndarray, list[Relation]]:
    """The table with the first months: what each cell adds up, its value, and the relations between the cells."""
    dimensions = [months(count), whole.dimensions[1]]
    counts = whole.values.reshape(whole.shape)[:count, : len(leaves(dimensions[1], len(dimensions[1]) - 1))]
    values, relations = lattice(dimensions, counts)
    sums = [[tuple(leaves(dimension, code)) for code in range(len(dimension))] for dimension in dimensions]
    return [(when, codes) for when in sums[0] for codes in sums[1]], values, relations


class Joint:
    """All releases so far as one set of equations: a number printed in two of them is one cell."""

    def __init__(self) -> None:
        self.place: dict[Cell, int] = {}
        self.values: list[int] = []
        self.relations: dict[tuple[tuple[int, int], ...], Relation] = {}
        self.printed: set[int] = set()

    def add(self, cells: Iterable[Cell], values: np.ndarray, relations: Iterable[Relation]) -> np.ndarray:
        """Take in a release; returns where its cells stand."""
        places = []
        for cell, value in zip(cells, values.tolist(), strict=True):
            if cell not in self.place:
                self.place[cell] = len(self.values)
                self.values.append(value)
            places.append(self.place[cell])
        for relation in relations:
            terms = tuple(sorted((places[cell], weight) for cell, weight in relation.terms))
            if len({cell for cell, _ in terms}) == len(terms):  # a quarter of one month so far is that month
                self.relations[terms] = Relation(terms)
        return np.array(places)

    @property
    def equations(self) -> Equations:
        """Every relation, of any release."""
        return Equations.of(len(self.values), list(self.relations.values()))

    def problem(self, now: np.ndarray, width: int) -> Problem:
        """What may be hidden now: nothing that was printed before; what was hidden then and is not printed now stays."""
        values = np.array(self.values)
        open_now, before = np.zeros(len(values), dtype=np.bool_), np.zeros(len(values), dtype=np.bool_)
        open_now[now], before[list(self.printed)] = True, True
        small = ~before & (((values > 0) & (values < THRESHOLD)) | ~open_now)
        return Problem(self.equations, values, np.ones_like(values), small, np.zeros_like(small),
                       open_now & ~before & (values >= THRESHOLD), np.full(len(values), width))  # fmt: skip

    def print(self, now: np.ndarray, hidden: np.ndarray) -> None:
        """Remember what a release prints."""
        self.printed |= set(now[~hidden[now]].tolist())

    def open(self, width: int) -> int:
        """How many cells that no release prints are known more closely than the width."""
        values = np.array(self.values)
        hidden = np.ones(len(values), dtype=np.bool_)
        hidden[list(self.printed)] = False
        low, high = np.where(hidden, 1, values), np.where(hidden, BEYOND, values)
        return len(witnesses(Puzzle(self.equations, low, high), np.where(hidden, width, 0)).narrow)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=int, default=2)
    parser.add_argument("--seed", type=int, default=3)
    given = parser.parse_args()
    whole = named(SHAPE, given.seed)
    print(f"{'':10}{'months':>7}{'cells':>7}{'hidden':>7}{'loss':>7}{'exact':>7}{'w<2':>6}{'s':>7}")
    for mode in ("alone", "jointly"):
        joint = Joint()
        for count in range(FIRST, LAST + 1):
            made = release(whole, count)
            now = joint.add(*made)
            started = time.process_time()
            if mode == "jointly":
                asked = joint.problem(now, given.width)
                hidden = suppress(asked).hidden
            else:
                alone = Joint()
                places = alone.add(*made)
                asked = alone.problem(places, given.width)
                hidden = np.zeros(len(joint.values), dtype=np.bool_)
                hidden[now] = suppress(asked).hidden[places]
            seconds = time.process_time() - started
            joint.print(now, hidden)
            values = np.array(joint.values)
            lost = values[now][hidden[now] & (values[now] >= THRESHOLD)].sum()
            print(f"{mode:10}{count:>7}{len(now):>7}{hidden[now].sum():>7}{lost:>7}{joint.open(1):>7}{joint.open(2):>6}"
                  f"{seconds:>7.1f}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
