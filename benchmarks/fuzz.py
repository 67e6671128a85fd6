"""Feeds whole submissions, sound, faulty and damaged, to the reader and the checks, and counts what comes of them.

    python benchmarks/fuzz.py --cases 2000 --seed 1 --workers 2

The cases are those of `benchmarks/cases.py`: a sound table in any form must be accepted with its values, a planted fault
must be named, undoing what one report lists must lead to acceptance, and a damaged file must end in a verdict. Whatever
else happens is printed with what repeats it (`--only 'faulty .xlsx 1-77'`), and the exit code is 1.

The child process that reads a spreadsheet is forked from a small one that has imported the reader
(`benchmarks/forked_reader.py`), under the same limits as in the product; a fresh Python for each file would take most of
the time. A child that took more than 200 MB above its file's size counts as a failure.
"""

import argparse
import random
import resource
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from benchmarks.cases import run
from benchmarks.forked_reader import Server
from etl import workbook

MOST_ABOVE_SIZE = 200_000_000
_CHUNK = 100
_UNIT = 1 if sys.platform == "darwin" else 1024
_KINDS = ("damaged",) * 12 + ("faulty",) * 5 + ("mended",) + ("valid",) + ("header",)
_SUFFIXES = (".csv",) * 6 + (".xlsx",) * 3 + (".ods",)
"""How often each kind comes: damage most, as it finds what nobody thought of; spreadsheets less, as they take longer."""


@dataclass
class Told:
    """What some cases came to: how many of each kind, what went wrong, and the most memory a child held."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    most: tuple[int, str] = (0, "no child was started")
    own: int = 0
    children: int = 0

    def add(self, other: "Told") -> None:
        """Take in what other cases came to."""
        self.counts += other.counts
        self.wrong += other.wrong
        self.most = max(self.most, other.most)
        self.own = max(self.own, other.own)
        self.children += other.children


def choice(seed: int, number: int) -> str:
    """The case of a number, as it is named: its kind, kind of file, and seed."""
    chance = random.Random(f"{seed} {number}")
    return f"{chance.choice(_KINDS)} {chance.choice(_SUFFIXES)} {seed}-{number}"


def _outcome(name: str, folder: Path) -> str | None:
    kind, suffix, seed = name.split()
    try:
        return run(kind, suffix, seed, folder)
    except Exception:  # noqa: BLE001 - the point: nothing may escape
        return "TRACEBACK " + "".join(traceback.format_exc().splitlines(keepends=True)[-6:])


def chunk(names: list[str]) -> Told:
    """Run some cases in this process."""
    told, held = Told(), list[int]()
    started = workbook.start
    try:
        with tempfile.TemporaryDirectory() as name, Server(held.append) as server:
            workbook.start = server.start  # type: ignore[assignment]
            for case in names:
                wrong = _outcome(case, Path(name))
                told.counts[" ".join(case.split()[:2])] += 1
                if wrong:
                    told.wrong.append(f"{case}: {wrong}")
                told.children += len(held)
                told.most = max(told.most, (max(held, default=0) * _UNIT, case))
                held.clear()
    finally:
        workbook.start = started
    told.own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT
    if told.most[0] > MOST_ABOVE_SIZE:
        told.wrong.append(f"{told.most[1]}: the child held {told.most[0] / 1e6:.0f} MB")
    return told


def _chunks(names: list[str], workers: int) -> Iterator[Told]:
    """The cases in pieces, by several processes."""
    pieces = [names[at : at + _CHUNK] for at in range(0, len(names), _CHUNK)]
    if workers == 1:
        yield from map(chunk, pieces)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(chunk, piece) for piece in pieces]):
            yield done.result()


def _progress(told: Told, of: int, start: float) -> str:
    done = told.counts.total()
    return (f"{done:>7} of {of} cases, {perf_counter() - start:,.0f} s, {len(told.wrong)} wrong, "
            f"most memory of a child {told.most[0] / 1e6:.0f} MB ({told.most[1]})")  # fmt: skip


def main() -> int:
    """Run the cases; 1 when one of them did not come out as it must."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--cases", type=int, default=2_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--first", type=int, default=0, help="the number of the first case")
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--only", help="one case by its name, such as 'faulty .xlsx 1-77'")
    asked = options.parse_args()
    numbers = range(asked.first, asked.first + asked.cases)
    names = [asked.only] if asked.only else [choice(asked.seed, number) for number in numbers]
    told, start = Told(), perf_counter()
    for part in _chunks(names, asked.workers if len(names) > 1 else 1):
        told.add(part)
        for line in part.wrong:
            print(line, flush=True)
        if told.counts.total() % 1_000 < _CHUNK or part.wrong:
            print(_progress(told, len(names), start), flush=True)
    print("\n".join(f"{count:>7}  {kind}" for kind, count in sorted(told.counts.items())))
    print(f"{told.counts.total()} cases with seed {asked.seed}: {len(told.wrong)} wrong")
    print(f"{told.children} spreadsheets were read; most memory of a child {told.most[0] / 1e6:.0f} MB ({told.most[1]}); "
          f"most memory of a process that judges {told.own / 1e6:.0f} MB")  # fmt: skip
    return 1 if told.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
