"""How much disclosure control loses, against a plain search and a published tool, and how long it takes.

`python benchmarks/disclosure.py [--width 2] [names…]`. Each instance is made up, of a shape of linked_tables. Loss is the
sum of the counts hidden to protect others; `open` counts hidden cells that a reader knows exactly, or more closely than the
width, by whole-number tables found anew. `plain` is the greedy search alone: ratios are to it in the same run.
"""

import argparse
import time

import numpy as np
from linked_tables import SHAPES, Instance, named

from etl.disclosure.equations import BEYOND
from etl.disclosure.suppress import Problem, greedy_pattern, suppress
from etl.disclosure.witness import Puzzle, witnesses

THRESHOLD = 10


def problem(instance: Instance, width: int) -> Problem:
    """Zeros are printed, counts from 1 to 9 must be hidden, any other may be."""
    values = instance.values
    nowhere = np.zeros(len(values), dtype=np.bool_)
    small = (values > 0) & (values < THRESHOLD)
    return Problem(instance.equations, values, np.ones_like(values), small, nowhere, values >= THRESHOLD,
                   np.full(len(values), width))  # fmt: skip


def still_open(instance: Instance, hidden: np.ndarray, width: int) -> int:
    """How many hidden cells have no two whole tables that differ in them by the width, from what is printed alone."""
    low = np.where(hidden, 1, instance.values)
    high = np.where(hidden, BEYOND, instance.values)
    return len(witnesses(Puzzle(instance.equations, low, high), np.where(hidden, width, 0)).narrow)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", default=["s2_12x6", "s2_60x10", "s3_12x6x5", "d2_12x6", "d2_60x10", "d3_12x6x5"]
    )
    parser.add_argument("--width", type=int, default=2)
    parser.add_argument("--seeds", type=int, nargs="*", default=[3])
    given = parser.parse_args()
    print(
        f"{'instance':14}{'cells':>7}{'small':>7}{'hidden':>7}{'loss':>7}{'bound':>7}{'plain':>7}{'ratio':>7}{'open':>6}{'s':>7}"
    )
    for name in given.names or SHAPES:
        for seed in given.seeds:
            instance = named(name, seed)
            asked = problem(instance, given.width)
            started = time.perf_counter()
            found = suppress(asked)
            seconds = time.perf_counter() - started
            plain = asked.loss(greedy_pattern(asked))
            remaining = still_open(instance, found.hidden, given.width)
            print(f"{name:14}{len(instance.values):>7}{asked.small.sum():>7}{found.hidden.sum():>7}{found.loss:>7}"
                  f"{found.bound:>7.0f}{plain:>7}{found.loss / max(plain, 1):>7.2f}{remaining:>6}{seconds:>7.1f}",
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
