"""Feeds damaged submissions to the reader and the checks, and counts what comes of them.

    python benchmarks/fuzz.py --cases 2000 --seed 1

Starts from valid files (every dataset's example, as CSV and as a filled workbook) and damages them: flipped, cut, doubled
and inserted bytes, and cells replaced by hostile ones. Every case must end in a verdict: anything else is printed with
the seed that repeats it, and the exit code is 1. The peak memory is that of this process: what a reader in its child
process may take is limited there, and cannot be told from outside (Linux counts the parent's memory at the fork).
"""

import argparse
import random
import resource
import sys
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

import xlsxwriter

from etl.read import read_file
from etl.report import verdict
from etl.validate import submittable, validate

ON = date(2026, 11, 20)
HOSTILE = ("=1+1", "@SUM(A1)", "-1", "1e9", "9" * 40, "NaN", "1,2,3", "٣", "\u202e", "'", '"', "\x00", "2026-13", "9/10/2026",
           "A-123 456 789", "x" * 300, "", " ", "TRUE", "1.5", "Ünïcode", "\ufeff", "NULL", "#REF!")  # fmt: skip


def seeds() -> list[tuple[str, bytes]]:
    """A valid file of every dataset, as CSV and as a workbook: (name, content)."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for dataset in submittable():
            names, rows = list(dataset.examples[0]), [list(example.values()) for example in dataset.examples]
            lines = [",".join(f'"{cell}"' for cell in row) for row in (names, *rows)]
            found.append((f"{dataset.id}_a.csv", "\n".join(lines).encode()))
            path = Path(folder) / f"{dataset.id}_a.xlsx"
            with xlsxwriter.Workbook(path) as book:
                sheet = book.add_worksheet("Data")
                for number, row in enumerate((names, *rows)):
                    sheet.write_row(number, 0, [int(cell) if cell.isdigit() else cell for cell in row])
            found.append((path.name, path.read_bytes()))
    return found


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The content with one to four kinds of damage."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0 if data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            case 1:
                del data[at:]
            case 2:
                data[at:at] = data[at : at + chance.randrange(1, 400)]
            case 3:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9)))
            case 4:
                del data[at : at + chance.randrange(1, 50)]
            case _:
                cells = bytes(data).split(b",")
                cells[chance.randrange(len(cells))] = chance.choice(HOSTILE).encode()
                data = bytearray(b",".join(cells))
    return bytes(data)


def main() -> int:
    """Run the cases; 1 when one of them did not end in a verdict."""
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--cases", type=int, default=2_000)
    options.add_argument("--seed", type=int, default=1)
    told = options.parse_args()
    starts, outcomes, broken = seeds(), Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        for case in range(told.cases):
            chance = random.Random(f"{told.seed}-{case}")
            name, content = chance.choice(starts)
            path = Path(folder) / name
            path.write_bytes(damaged(content, chance))
            try:
                judged = validate(read_file(path, name=name), dataset=None, on=ON, jurisdiction="king_county")
                outcomes[verdict(judged.findings)] += 1
            except Exception as fault:  # noqa: BLE001 - the point: nothing may escape
                broken += 1
                print(f"seed {told.seed}, case {case}, {name}: {type(fault).__name__}: {fault}")
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(f"{told.cases} cases: {dict(outcomes)}; without a verdict: {broken}")
    print(f"peak memory of this process: {peak / 1e6:.0f} MB")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
