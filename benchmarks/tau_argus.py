"""tau-ARGUS on an instance, through pytauargus where it is installed; a benchmark alone uses it, never the product.

`pip install pytauargus` (EUPL-1.2) into the environment that runs the benchmark. Its reader takes a hidden cell to be 0 or
more and to have fractions; OPT looks for the least loss in the whole table, MOD in one sub-table after another.
"""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from linked_tables import Instance

_RUN = "import sys, tempfile; tempfile.tempdir = '.'; from pytauargus.engine import run_batch; run_batch(sys.argv[1])"
_HIDDEN = ("U", "M")


def installed() -> str | None:
    """The version of pytauargus, or None when it is not installed."""
    try:
        return version("pytauargus") if find_spec("pytauargus") else None
    except PackageNotFoundError:
        return None


def tau_argus(instance: Instance, threshold: int, method: str, seconds: int) -> np.ndarray | None:
    """The hidden cells by OPT or MOD, in a process of its own; None when it fails or does not end in `seconds`."""
    with TemporaryDirectory() as folder:
        batch = _written(instance, threshold, method, Path(folder))
        try:
            subprocess.run(
                [sys.executable, "-c", _RUN, str(batch)], cwd=folder, timeout=seconds, check=True, capture_output=True
            )
        except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
            return None
        return _hidden(instance, Path(folder, "out.tab"))


def _code(instance: Instance, axis: int, code: int) -> str:
    """A code as text; the topmost is "" as tau-ARGUS writes a total."""
    return "" if code == instance.shape[axis] - 1 else f"c{code:03}"


def _written(instance: Instance, threshold: int, method: str, folder: Path) -> Path:
    """The files of a batch: one line for each person, and the hierarchy of the months."""
    from pytauargus.arb import micro_arb  # noqa: PLC0415 - where it is installed
    from pytauargus.micro import micro_asc_rda  # noqa: PLC0415

    names = [f"D{axis}" for axis in range(len(instance.shape))]
    counts = instance.values[instance.leaves]
    codes = np.unravel_index(np.repeat(instance.leaves, counts), instance.shape)
    people = {name: [_code(instance, axis, code) for code in codes[axis]] for axis, name in enumerate(names)}
    people["N"] = [1] * len(codes[0])
    months = folder / "months.hrc"
    months.write_text("".join(_lines(instance, 0, instance.shape[0] - 1, 0)), encoding="ascii")
    micro_asc_rda(people, str(folder / "in.asc"), str(folder / "in.rda"), hrc={"D0": str(months)}, totcode="Total")
    micro_arb(
        str(folder / "in.arb"), str(folder / "in.asc"), str(folder / "in.rda"), [names], "N",
        safety_rules=f"FREQ({threshold},1)", suppress=f"{method}(1)", output_names=[str(folder / "out.tab")],
        output_type="5", output_options="SO+")  # fmt: skip
    return folder / "in.arb"


def _lines(instance: Instance, axis: int, code: int, depth: int) -> list[str]:
    """The codes below a code, each line with a mark for every level."""
    found = []
    for below in instance.dimensions[axis][code]:
        found += [f"{'@' * depth}{_code(instance, axis, below)}\n", *_lines(instance, axis, below, depth + 1)]
    return found


def _hidden(instance: Instance, out: Path) -> np.ndarray:
    from pytauargus.result import parse_simple_tab  # noqa: PLC0415

    names = [f"D{axis}" for axis in range(len(instance.shape))]
    place = [{_code(instance, axis, code): code for code in range(size)} for axis, size in enumerate(instance.shape)]
    hidden = np.zeros(len(instance.values), dtype=np.bool_)
    for row in parse_simple_tab(out, names, "N"):
        where = tuple(place[axis]["" if row[name] == "Total" else row[name]] for axis, name in enumerate(names))
        cell = np.ravel_multi_index(where, instance.shape)
        if int(row["N"]) != instance.values[cell]:
            raise ValueError(f"tau-ARGUS has {row['N']} in a cell of {instance.values[cell]}")
        hidden[cell] = row["status"] in _HIDDEN
    return hidden
