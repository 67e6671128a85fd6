"""How quickly large files are judged on an engine, against the goals: ratios to reading the file in the same run.

Run as `python benchmarks/scale.py [--rows 1000000] [--engine polars]`. The floor of CSV is reading it as text, that of
Parquet reading all of it, each with the faster of pyarrow and polars. Each time is that of a process's clock, the best of
three rounds, imports left out; the peak of memory is that of a process of its own. Nothing is asserted: goal and
measurement stand side by side.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from benchmarks.validation import line, rows
from etl.convert import last_day
from etl.engines.frames import Session
from etl.engines.judge import judge
from etl.engines.names import Engine
from etl.engines.plain import arrow_type
from etl.engines.plan import plan_of
from etl.engines.run import carried_out, facts_of
from etl.engines.source import Source, source_of
from etl.judging import Settings, Submission
from schemas.registry import dataset

ON = date(2026, 11, 20)
ROOT = Path(__file__).resolve().parents[1]
SETTINGS = Settings(on=ON, jurisdiction="king_county")
REQUESTS = dataset("ice_requests")
NAMES = [column.name for column in REQUESTS.columns]
_OUTCOMES = ("declined", "complied", "partly_complied", "withdrawn", "expired", "pending")
_SYSTEMS = {"DAJD": "jail management", "KCSO": "case reports"}
_REPORTED_WITHIN = 15
"""Days after the end of a month."""


def write_csv(path: Path, count: int, *, broken: bool = False) -> Path:
    """Rows with all keys different: after the last the first come again, as the second revision of nothing.

    The rows of each revision are in no order and the counts differ, always in the same way: a file that packs far better
    than a real one would be read faster than a real one.
    """
    chance = Random(count)
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(NAMES) + "\n")
        written, revision = 0, 1
        while written < count:
            some = list(islice(rows(broken=broken), count - written))
            chance.shuffle(some)
            for row in some:
                row[NAMES.index("revision")] = str(revision)
                file.write(",".join(_drawn(row, chance, broken=broken)) + "\n")
            written += len(some)
            revision += 1
    return path


def _drawn(row: list[str], chance: Random, *, broken: bool) -> list[str]:
    """The row as an agency would report it, drawn by chance: every rule is kept, unless the row is to be broken.

    A column that is the same in a million rows would take no time to read and none to judge.
    """
    cells = dict(zip(NAMES, row, strict=True))
    counts = {name: chance.randrange(40) for name in _OUTCOMES}
    whole, complied = sum(counts.values()) + broken, counts["complied"] + counts["partly_complied"]
    decided = complied + counts["declined"]
    by_judge = cells["instrument"] == "judicial_warrant_criminal"
    day = last_day(cells["period"]) + timedelta(1 + chance.randrange(_REPORTED_WITHIN))
    drawn = counts | {
        "requests_received": whole, "persons_named": whole + chance.randrange(3), "purpose_determined": whole,
        "with_judicial_criminal_warrant": chance.randrange(whole + 1) if by_judge else 0,
        "complied_without_judicial_warrant": chance.randrange(complied + 1),
        "median_hours_to_decision": chance.randrange(10, 900) / 10 if decided >= 5 else "",
        "source_system": _SYSTEMS.get(cells["agency"], "letters and calls"), "submitted_on": min(day, ON),
    }  # fmt: skip
    return [str(value) for value in (cells | drawn).values()]


def as_parquet(path: Path) -> Path:
    types = {name: arrow_type(REQUESTS.column(name)) for name in NAMES}
    options = pa.csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""])
    made = path.with_suffix(".parquet")
    pq.write_table(pa.csv.read_csv(path, convert_options=options), made)
    return made


def seconds(work: Callable[[], object]) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def check(path: Path, engine: Engine) -> None:
    with Session(engine) as session:
        judge([Submission(path, path.name, path.parent)], SETTINGS, session)


def row_rules(source: Source) -> None:
    """The rules of single rows on a file that is opened: its facts asked, the plan made and carried out."""
    assert source.frame is not None
    facts = facts_of(source.frame, REQUESTS, source.names, source.texts)
    carried_out(plan_of(REQUESTS, facts, source.names, (ON, "king_county")), source.frame)


def bench_row_rules(path: Path, engine: Engine, floor: float) -> None:
    """The rules of single rows by themselves, and what opening the file takes, which they have in common with the rest."""
    with Session(engine) as session:
        opened = source_of(path, REQUESTS, session, "king_county")
        alone = seconds(lambda: row_rules(opened))
        opening = seconds(lambda: source_of(path, REQUESTS, session, "king_county"))
    note = f"{alone:.2f} s; with opening the file {(alone + opening) / floor:.1f} ×"
    line("Parquet, row rules alone", alone / floor, 2, note)


def peak(path: Path, engine: Engine, *, importing: bool = False) -> float:
    """MiB of a process that judges a file, or only imports what that takes."""
    work = "" if importing else f"check(Path({str(path)!r}), Engine({str(engine)!r}))"
    held = "next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1]"
    code = f"from benchmarks.scale import *\n{work}\nprint({held})"  # getrusage would tell of this process before it forked
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    return int(ran.stdout) / 1024


def floor_csv(path: Path) -> float:
    options = pa.csv.ConvertOptions(column_types=dict.fromkeys(NAMES, pa.string()))
    return min(seconds(lambda: pa.csv.read_csv(path, convert_options=options)),
               seconds(lambda: pl.read_csv(path, infer_schema=False)))  # fmt: skip


def floor_parquet(path: Path) -> float:
    return min(seconds(lambda: pq.read_table(path)), seconds(lambda: pl.read_parquet(path)))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--engine", type=Engine, default=Engine.POLARS)
    told = options.parse_args()
    engine, count = told.engine, told.rows
    with TemporaryDirectory() as name:
        clean = write_csv(Path(name) / "ice_requests_clean.csv", count)
        bad = write_csv(Path(name) / "ice_requests_bad.csv", count, broken=True)
        typed, typed_bad = as_parquet(clean), as_parquet(bad)
        floor, took = floor_csv(clean), seconds(lambda: check(clean, engine))
        line(f"CSV, {count:,} rows, all rules, {engine}", took / floor, 3.5, f"{took:.2f} s, floor {floor:.2f} s")
        failing = seconds(lambda: check(bad, engine))
        line("CSV, every row fails", failing / took, 2, f"{failing:.2f} s; floor: the clean run")
        floor, took = floor_parquet(typed), seconds(lambda: check(typed, engine))
        line("Parquet, all rules", took / floor, 8, f"{took:.2f} s, floor {floor:.2f} s")
        bench_row_rules(typed, engine, floor)
        failing = seconds(lambda: check(typed_bad, engine))
        line("Parquet, every row fails", failing / took, 2, f"{failing:.2f} s; floor: the clean run")
        held, idle = peak(typed, engine), peak(typed, engine, importing=True)
        line("Parquet, peak memory", held, 1229, f"imports alone {idle:.0f}", unit="MiB")
        line("CSV, peak memory", peak(clean, engine), 1229, f"imports alone {idle:.0f}", unit="MiB")
        line("Parquet, peak memory, every row fails", peak(typed_bad, engine) / held, 1.3, "floor: the clean run")


if __name__ == "__main__":
    main()
