"""What disclosure control loses and what it leaves open, beside two published methods on the same made-up tables.

`python benchmarks/peers.py [--seeds 3] [--seconds 120] [names…]`. All patterns are judged by one reader, who knows that
zeros are printed (so a hidden count is at least 1) and that counts are whole: `exact` small counts follow from what is
printed, and `w<2` have at most two possible values. `loss` is the sum of the counts hidden to protect others; the last two
columns divide it by that of the Gaussian elimination (etl/disclosure/elimination.py) and of tau-ARGUS (pytauargus, where
installed: OPT, or MOD where OPT does not end). Both assume a reader who knows less, so a small loss can be bought with open
cells. Seconds are of one processor.
"""

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np
from disclosure import SMALL_SHAPES, THRESHOLD, problem, seeds, still_open
from linked_tables import SHAPES, Instance, named
from tau_argus import installed, tau_argus

from etl.disclosure.elimination import independent
from etl.disclosure.suppress import suppress

Method = Callable[[Instance], np.ndarray | None]


def methods(seconds: int) -> dict[str, Method]:
    """Every way of choosing what to hide, by its name."""

    def ours(width: int) -> Method:
        return lambda instance: suppress(problem(instance, width)).hidden

    def theirs(method: str) -> Method:
        return lambda instance: None if instance.latent.any() else tau_argus(instance, THRESHOLD, method, seconds)

    found: dict[str, Method] = {"gauss": lambda instance: independent(problem(instance, 1))}
    if installed():
        found |= {"OPT": theirs("OPT"), "MOD": theirs("MOD")}
    return found | {"width 1": ours(1), "width 2": ours(2)}


def loss(instance: Instance, hidden: np.ndarray) -> int:
    """The sum of the counts hidden to protect others."""
    return problem(instance, 1).loss(hidden)


def opened(instance: Instance, hidden: np.ndarray, width: int) -> int:
    """How many small counts a reader knows more closely than the width."""
    small = problem(instance, width).small
    return sum(bool(small[cell]) for cell in still_open(instance, hidden, width))


def _clock() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _ratio(part: int, whole: int | None) -> str:
    return f"{part / whole:.2f}" if whole else "-"


def compare(name: str, seed: int, chosen: dict[str, Method]) -> None:
    """Print one line for each method."""
    instance = named(name, seed)
    losses: dict[str, int] = {}
    for method, choose in chosen.items():
        started = _clock()
        hidden = choose(instance)
        used = _clock() - started
        if hidden is None:
            print(f"{name:14}{seed:>5}  {method:9} did not end, failed, or is for one table only")
            continue
        losses[method] = loss(instance, hidden)
        beside = losses.get("OPT", losses.get("MOD"))
        print(f"{name:14}{seed:>5}  {method:9}{(hidden & problem(instance, 1).optional).sum():>10}{losses[method]:>7}"
              f"{opened(instance, hidden, 1):>7}{opened(instance, hidden, 2):>6}{used:>8.1f}"
              f"{_ratio(losses[method], losses['gauss']):>9}{_ratio(losses[method], beside):>13}", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=SMALL_SHAPES, help=f"of {', '.join(SHAPES)}")
    parser.add_argument("--seeds", type=seeds, default=[3])
    parser.add_argument("--seconds", type=int, default=120, help="how long tau-ARGUS may take for one table")
    given = parser.parse_args()
    version = installed()
    print(
        f"tau-ARGUS through pytauargus {version}" if version else "tau-ARGUS is left out: pytauargus is not installed"
    )
    print(
        f"{'instance':14}{'seed':>5}  {'method':9}{'secondary':>10}{'loss':>7}{'exact':>7}{'w<2':>6}{'s':>8}{'/ gauss':>9}"
        f"{'/ tau-ARGUS':>13}"
    )
    for name in given.names:
        for seed in given.seeds:
            compare(name, seed, methods(given.seconds))


if __name__ == "__main__":
    main()
