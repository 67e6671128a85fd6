"""A nation's rows from Parquet to a verified release for each county: how long, how much memory, and what a kill costs.

Run as `python -m benchmarks.nation [--counties 100] [--rows 10000000] [--engine polars] [--workers 2]`. Rows of ice_requests,
partitioned by jurisdiction and year, are built into one release for each county, the run is killed in the middle and
started again, and all that was made is verified. The floor is reading all the rows. Memory is the peak of the largest
process. No goal is set for a whole build, so nothing is judged: measurement and floor stand side by side.
"""

import argparse
import json
import signal
import subprocess
import sys
import time
from itertools import islice, product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.made_up import periods
from benchmarks.scale import ON, REQUESTS
from etl.engines.plain import arrow_type
from schemas.vocabulary import codes_on

COMMAND = (sys.executable, "-m", "etl")
VARIED = ("period", "agency", "federal_agency", "request_type", "instrument", "form")
AGENCIES = ("JAIL", "SHERIFF", "OTHER_AGENCIES")
FORMS = ("email_or_letter", "phone", "fax_other", "in_person", "portal", "none")
OUTCOMES = ("declined", "withdrawn", "expired", "pending")
SUMS = ("requests_received", "persons_named", "purpose_determined")


def keys(count: int) -> pa.Table:
    """Rows with all keys different, in the order of their periods, without their counts."""
    lists = [sorted(codes_on(REQUESTS.column(name).vocabulary, ON)) for name in VARIED[2:-1]]
    found = list(islice(product(periods("ice_requests"), AGENCIES, *lists, FORMS), count))
    if len(found) < count:
        sys.exit(f"A county has at most {len(found):,} rows: give more --counties.")
    columns = dict(zip(VARIED, zip(*found, strict=True), strict=True))
    example = {**dict.fromkeys((c.name for c in REQUESTS.columns), None), **REQUESTS.examples[0]}
    example |= {"with_judicial_criminal_warrant": "0", "submitted_on": "2026-11-05", "supersedes": None}
    made = {}
    for column in REQUESTS.columns:
        cells = pa.array(columns.get(column.name) or [example[column.name]] * count, pa.string())
        made[column.name] = cells.cast(arrow_type(column))
    return pa.table(made)


def write_county(folder: Path, rows: pa.Table, seed: int) -> None:
    """A county's rows with counts by chance that add up, a file for each year."""
    chance = np.random.default_rng(seed)
    outcomes = {name: chance.integers(0, 40, len(rows)) for name in OUTCOMES}
    counts = outcomes | dict.fromkeys(SUMS, sum(outcomes.values()))
    for name, cells in counts.items():
        rows = rows.set_column(rows.schema.get_field_index(name), name, pa.array(cells, pa.int64()))
    years = pc.utf8_slice_codeunits(rows["period"], 0, 4)
    for year in pc.unique(years).to_pylist():
        place = folder / f"dataset=ice_requests/year={year}/part-0.parquet"
        place.parent.mkdir(parents=True)
        pq.write_table(rows.filter(pc.equal(years, year)), place)


def held(pid: int) -> int:
    """Bytes that a process held at its most, and no less than any it started."""
    try:
        said = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except OSError:
        return 0
    own = next((int(line.split()[1]) * 1024 for line in said.splitlines() if line.startswith("VmHWM")), 0)
    return max([own, *(held(int(child)) for child in children)])


def watched(*arguments: str, folder: Path, stop_after: int = 0) -> tuple[float, int, str]:
    """Run `daylight`: its seconds, its peak of memory, and what it printed. stop_after: killed at so many counties."""
    began, most = time.perf_counter(), 0
    with (folder / "told").open("w+", encoding="utf-8") as told:
        with subprocess.Popen([*COMMAND, *arguments], cwd=folder, stdout=told) as run:
            while run.poll() is None:
                time.sleep(0.05)
                most = max(most, held(run.pid))
                if stop_after and len(list((folder / "out/.made").glob("*.json"))) >= stop_after:
                    run.send_signal(signal.SIGKILL)
        told.seek(0)
        if run.returncode != (-signal.SIGKILL if stop_after else 0):
            sys.exit(f"daylight {arguments[0]} ended with {run.returncode}: {told.read()[:2000]}")
        return time.perf_counter() - began, most, told.read()


def write_nation(home: Path, counties: int, count: int) -> None:
    """The folders of all counties, and what each submits."""
    rows = keys(count // counties)
    for number in range(counties):
        county = f"county_{number:04}"
        begin = ["new-jurisdiction", county, "--title", f"County {number}"]
        subprocess.run([*COMMAND, *begin], check=True, capture_output=True, cwd=home)
        write_county(home / f"all/jurisdiction={county}", rows, number)


def read(home: Path) -> float:
    """Seconds to read all the rows: the floor."""
    files = sorted((home / "all").rglob("*.parquet"))
    began = time.perf_counter()
    count = sum(len(pq.read_table(file, partitioning=None)) for file in files)
    floor = time.perf_counter() - began
    size = sum(file.stat().st_size for file in files)
    print(f"{count:,} rows in {len(files)} files, {size / 1e6:.0f} MB: read in {floor:.1f} s (the floor)")
    return floor


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--counties", type=int, default=100)
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--engine", default="polars")
    options.add_argument("--workers", type=int, default=2)
    told = options.parse_args()
    with TemporaryDirectory() as name:
        home = Path(name)
        write_nation(home, told.counties, told.rows)
        floor = read(home)
        build = ("build", "--submissions", "all", "--out", "out", "--on", str(ON), "--engine", told.engine, "--workers",
                 str(told.workers), "--json")  # fmt: skip
        half = told.counties // 2
        first, most, _ = watched(*build, folder=home, stop_after=half)
        print(f"killed after {first:.0f} s, when {half} counties were finished; {most / 2**20:.0f} MiB at most")
        second, most, said = watched(*build, folder=home)
        document, whole = json.loads(said), first + second
        kept, count = sum(one["kept"] for one in document["counties"]), document["rows"]
        print(f"gone on for {second:.0f} s, {kept} counties kept; {most / 2**20:.0f} MiB at most")
        print(f"built: {count:,} rows in {whole:.0f} s, {count / whole:,.0f} rows/s, {whole / floor:.0f} × the floor")
        took, most, said = watched("verify", "out", folder=home)
        print(f"verified in {took:.0f} s; {most / 2**20:.0f} MiB at most\n{said}")


if __name__ == "__main__":
    main()
