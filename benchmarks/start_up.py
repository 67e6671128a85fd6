"""How quickly the command answers: `daylight --help` as a whole process, against a bare Python process.

Run as `make bench` or `python benchmarks/start_up.py`. Prints a ratio with its floor, and whether pandas was imported.
Times depend on the machine, so nothing is asserted; compare ratios of the same run.
"""

import subprocess
import sys
from statistics import median
from time import perf_counter

RUNS = 9
FLOOR = [sys.executable, "-c", "pass"]
COMMAND = [sys.executable, "-m", "etl", "--help"]
HEAVY = ("pandas", "pandera", "pyarrow", "highspy", "streamlit", "plotly")


def seconds(command: list[str]) -> float:
    """The median time of whole processes; the first run fills the caches and is not counted."""
    times = []
    for _ in range(RUNS + 1):
        start = perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(perf_counter() - start)
    return median(times[1:])


def imported() -> list[str]:
    """Which of the heavy packages `daylight --help` imports, as Python itself reports."""
    traced = [sys.executable, "-X", "importtime", *COMMAND[1:]]
    report = subprocess.run(traced, check=True, capture_output=True, text=True).stderr
    modules = {line.rsplit("|", 1)[-1].strip() for line in report.splitlines() if line.startswith("import time:")}
    return [name for name in HEAVY if name in modules]


def main() -> None:
    floor, whole = seconds(FLOOR), seconds(COMMAND)
    print(f"daylight --help      {whole / floor:6.1f} × floor   ({whole:.3f} s; floor: bare Python, {floor:.3f} s)")
    heavy = imported()
    print(
        f"  pandas imported    {'yes' if 'pandas' in heavy else 'no'}   (heavy packages: {', '.join(heavy) or 'none'})"
    )


if __name__ == "__main__":
    main()
