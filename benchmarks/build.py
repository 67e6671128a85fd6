"""How long a build takes: the bundled data into a release, against importing the pipeline and reading the same files.

Run as `make bench` or `python benchmarks/build.py`. The second part times a second `make build`, which has nothing to
do, against make's own start. Prints ratios with their floors; times depend on the machine, so nothing is asserted.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

RUNS = 3
ROOT = Path(__file__).resolve().parents[1]
DAY = "2026-10-20"
READ = """
from pathlib import Path
import etl.pipeline
from etl.read import read_file, submissions_below
for path in submissions_below(Path("data")):
    read_file(path, name=path.name)
"""
FLOOR = [sys.executable, "-c", READ]


def seconds(command: list[str]) -> float:
    start = perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return perf_counter() - start


def build_seconds() -> float:
    with TemporaryDirectory() as out:
        return seconds([sys.executable, "-m", "etl", "build", "--submissions", "data", "--out", out, "--on", DAY])


def bench_build() -> float:
    floor, whole = (median(measure() for _ in range(RUNS)) for measure in (lambda: seconds(FLOOR), build_seconds))
    print(f"daylight build       {whole / floor:6.1f} × floor   ({whole:.1f} s; floor: import and read, {floor:.1f} s)")
    return whole


def bench_second_run(whole: float) -> None:
    if shutil.which("make") is None:
        print("second make build        make is not installed")
        return
    # Whatever there is to do is done here, and not timed.
    first = subprocess.run(["make", "build"], cwd=ROOT, check=False, capture_output=True, text=True)
    if first.returncode:
        print(f"second make build        the first failed: {first.stderr.strip().splitlines()[-1]}")
        return
    floor, again = (median(seconds(command) for _ in range(RUNS)) for command in (["make", "help"], ["make", "build"]))
    print(f"second make build    {again / floor:6.1f} × floor   ({again:.2f} s; floor: make help, {floor:.2f} s)")
    print(f"  against a build    {again / whole:6.3f} × the time of the build above")


if __name__ == "__main__":
    bench_second_run(bench_build())
