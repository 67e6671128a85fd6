"""How much disclosure control loses, against a plain search, and how long it takes.

`python benchmarks/disclosure.py [--width 2] [--seeds 0-199] [--quiet] [--no-plain] [names…]`. Each instance is made up, of a
shape of linked_tables. Loss is the sum of the counts hidden to protect others; `bound` is what any pattern must lose, where it
was worked out; `open` counts hidden cells that a reader knows exactly, or more closely than the width, by whole-number tables
found anew. `plain` is the greedy search alone: ratios are to it in the same run (`--no-plain` leaves it out, where it would
take too long). Seconds are of one processor: `s` for the pattern, `proof` for finding the witnesses anew.
"""

import argparse
import time

import numpy as np
from linked_tables import SHAPES, Instance, named

from etl.disclosure.equations import BEYOND
from etl.disclosure.problem import Problem
from etl.disclosure.suppress import greedy_pattern, suppress
from etl.disclosure.witness import Puzzle, witnesses

THRESHOLD = 10
SMALL_SHAPES = ("s2_12x6", "s2_60x10", "s3_12x6x5", "d2_12x6", "d2_60x10", "d3_12x6x5", "l4_persons")
"""Those that take seconds; the others are asked for by name."""


def problem(instance: Instance, width: int) -> Problem:
    """Zeros are printed, counts from 1 to 9 must be hidden, any other may be; what no table prints needs no protection."""
    values, latent = instance.values, instance.latent
    small, large = (values > 0) & (values < THRESHOLD) & ~latent, (values >= THRESHOLD) & ~latent
    return Problem(
        instance.equations, values, (~latent).astype(np.int64), small, latent, large, np.full(len(values), width)
    )


def still_open(instance: Instance, hidden: np.ndarray, width: int) -> list[int]:
    """The hidden cells that have no two whole tables differing in them by the width, from what is printed alone."""
    latent = instance.latent
    low = np.where(latent, 0, np.where(hidden, 1, instance.values))
    high = np.where(hidden | latent, BEYOND, instance.values)
    return witnesses(Puzzle(instance.equations, low, high), np.where(hidden & ~latent, width, 0)).narrow


def seeds(text: str) -> list[int]:
    """`3` or `0-199`."""
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def measured(name: str, seed: int, width: int, *, beside_plain: bool) -> tuple[int, str]:
    """How many hidden cells are open, and the line of the table for one instance."""
    instance = named(name, seed)
    asked = problem(instance, width)
    started = time.process_time()
    found = suppress(asked)
    searched = time.process_time()
    remaining = len(still_open(instance, found.hidden, width))
    proven = time.process_time()
    plain = asked.loss(greedy_pattern(asked)) if beside_plain else 0
    ratio = f"{found.loss / max(plain, 1):.2f}" if beside_plain else "-"
    return remaining, (
        f"{name:14}{(~instance.latent).sum():>7}{asked.small.sum():>7}{(found.hidden & ~instance.latent).sum():>7}{found.loss:>7}"
        f"{found.bound:>7.0f}{plain or '-':>7}{ratio:>7}{remaining:>6}"
        f"{searched - started:>8.1f}{proven - searched:>7.1f}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=SMALL_SHAPES, help=f"of {', '.join(SHAPES)}")
    parser.add_argument("--width", type=int, default=2)
    parser.add_argument("--seeds", type=seeds, default=[3])
    parser.add_argument("--quiet", action="store_true", help="print sums and open cells only")
    parser.add_argument("--no-plain", action="store_true", help="without the greedy search to compare with")
    given = parser.parse_args()
    print(
        f"{'instance':14}{'cells':>7}{'small':>7}{'hidden':>7}{'loss':>7}{'bound':>7}{'plain':>7}{'ratio':>7}{'open':>6}"
        f"{'s':>8}{'proof':>7}"
    )
    for name in given.names:
        total = 0
        for seed in given.seeds:
            remaining, line = measured(name, seed, given.width, beside_plain=not given.no_plain)
            total += remaining
            if remaining or not given.quiet:
                print(line, flush=True)
        if len(given.seeds) > 1:
            print(f"{name:14} {len(given.seeds)} seeds, width {given.width}: {total} hidden cells open", flush=True)


if __name__ == "__main__":
    main()
