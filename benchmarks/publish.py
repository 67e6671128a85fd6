"""How long publishing and verifying the bundled release take, and how much memory verifying holds.

Run as `make bench` or `python benchmarks/publish.py`. Ratios are against copying the release's files; times depend on the
machine, so nothing is asserted.
"""

import resource
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

ROOT = Path(__file__).resolve().parents[1]
DAY = "2026-10-20"


def daylight(*arguments: object) -> tuple[float, str]:
    start = perf_counter()
    command = [sys.executable, "-m", "etl", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return perf_counter() - start, done.stdout.strip()


def main() -> None:
    with TemporaryDirectory() as home:
        out, catalogue = Path(home) / "out", Path(home) / "catalogue"
        _, name = daylight("build", "--submissions", "data", "--out", out, "--on", DAY)
        start = perf_counter()
        shutil.copytree(out / name, Path(home) / "copy")
        floor = perf_counter() - start
        publish = ("publish", out / name, "--to", "local", "--catalogue", catalogue, "--yes")
        empty, first, again = daylight("--help")[0], daylight(*publish)[0], daylight(*publish)[0]
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        verified = daylight("verify", catalogue)[0]
        held = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        files = sum(path.is_file() for path in (out / name).rglob("*"))
    print(
        f"publish to a folder  {first / floor:6.1f} × floor   ({first:.1f} s, {files} files; floor: copy them, {floor:.2f} s)"
    )
    print(
        f"publish again        {again / first:6.2f} × the first   ({again:.1f} s; starting the command takes {empty:.1f} s)"
    )
    words = f"{held / 1024:.0f} MB" if held > before else f"at most {held / 1024:.0f} MB, what the build held"
    print(f"verify the catalogue {verified / first:6.1f} × publishing   ({verified:.1f} s, {words})")


if __name__ == "__main__":
    main()
