"""How quickly submissions are judged, against the goals: ratios to a floor measured in the same run.

Run as `make bench` or `python benchmarks/validation.py [--rows 100000]`. The floor of a CSV file is reading it as text
with the fastest reader that is installed (pyarrow, one thread); that of a workbook is unpacking its sheet. Times are
processor time of this process and its children, which other work on the machine disturbs least; they depend on the
machine all the same, so nothing is asserted: goal and measurement stand side by side. Processes are started as where the
software is installed: with the modules already compiled, and without hypothesis, which only tests install and which
pandera imports where it finds it.

One submission is at most 50 MB, some 450,000 rows. The goal of 3.5 times the reading of a CSV is set for a million rows
and more: `benchmarks/scale.py`.
"""

import argparse
import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice, product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pyarrow.csv
import xlsxwriter

from benchmarks.made_up import periods
from etl.container import check_container
from etl.identifiers import identifier_in
from etl.judging import Judged, Settings, judge
from etl.read import read_file
from etl.workbook import read_sheets
from schemas.registry import dataset
from schemas.vocabulary import codes_on

ON = date(2026, 11, 20)
ROOT = Path(__file__).resolve().parents[1]
RUNS = 5
COUNTY = 10_000
INSTALLED = "import runpy, sys; sys.modules['hypothesis'] = None; "
"""Goes before what a process runs: nothing that only tests install."""

_REQUESTS = dataset("ice_requests")
_VARIED = ("period", "agency", "federal_agency", "request_type", "instrument", "form")


def rows(*, broken: bool = False) -> Iterator[list[str]]:
    """Rows of ice_requests with all keys different: every rule kept, or in every row one broken."""
    example = {**dict.fromkeys([column.name for column in _REQUESTS.columns], ""), **_REQUESTS.examples[0]}
    example |= {"with_judicial_criminal_warrant": "0", "submitted_on": "2026-11-05"}
    lists = [sorted(codes_on(_REQUESTS.column(name).vocabulary, ON)) for name in _VARIED[1:-1]]
    forms = ("email_or_letter", "phone", "fax_other", "in_person", "portal", "none")
    for period, *codes in product(periods("ice_requests"), *lists, forms):
        row = {**example, **dict(zip(_VARIED, (period, *codes), strict=True))}
        yield [*({**row, "declined": "1"} if broken else row).values()]


def write_csv(path: Path, count: int, *, broken: bool = False) -> Path:
    header = ",".join(column.name for column in _REQUESTS.columns)
    lines = (",".join(row) for row in islice(rows(broken=broken), count))
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def write_workbook(path: Path, count: int) -> Path:
    """As in the goals: 11 columns, words, numbers, a real date; words in one list, as office programs write them.

    The rows are in no order and the numbers and days differ, always in the same way: a file that packs far better than
    a real one would unpack faster than a real one.
    """
    names = [column.name for column in _REQUESTS.columns]
    kept, chance = [names.index(name) for name in _VARIED], Random(count)
    listed = list(islice(rows(), count))
    chance.shuffle(listed)
    with xlsxwriter.Workbook(path) as book:
        sheet, day = book.add_worksheet("Data"), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, [*_VARIED, "requests_received", "persons_named", "declined", "pending", "submitted_on"])
        for number, row in enumerate(listed, start=1):
            sheet.write_row(number, 0, [*(row[place] for place in kept), *(chance.randrange(1_000) for _ in range(4))])
            sheet.write_datetime(number, len(kept) + 4, date(2026, 1, 1) + timedelta(chance.randrange(300)), day)
    return path


# --- measuring -------------------------------------------------------------------------------------------------------


def processor() -> float:
    """Seconds of processor time of this process and the children that have ended."""
    return sum(os.times()[:4])


def seconds(work: Callable[[], object], *, runs: int = RUNS, each: int = 1) -> float:
    """The least time of some runs, which other work disturbed least; the first of several fills the caches.

    each: how many times one run does the work, where once is too short for the clock.
    """
    times = []
    for _ in range(runs + (runs > 1)):
        start = processor()
        for _ in range(each):
            work()
        times.append((processor() - start) / each)
    return min(times[-runs:])


def import_here() -> float:
    """The time of a process that imports pandera and ends."""
    command = [sys.executable, "-c", INSTALLED + "import pandera.pandas"]
    return seconds(lambda: subprocess.run(command, check=True, cwd=ROOT))


def line(what: str, measured: float, goal: float, note: str, *, unit: str = "×") -> None:
    """One line of the report: the measurement beside its goal."""
    told = "PASS" if measured <= goal else "over"
    print(f"{what:<44}{measured:>9.2f} {unit:<2} goal ≤ {goal:<6g} {told}   ({note})")


def check(path: Path) -> Judged:
    """What `daylight check` does with one file once everything is imported."""
    (one,) = judge([(path, path.name)], Settings(on=ON, jurisdiction="king_county"))
    return one


def read_as_text(path: Path) -> None:
    names = path.open(encoding="utf-8").readline().strip().split(",")
    types = dict.fromkeys(names, pyarrow.string())
    options = pyarrow.csv.ConvertOptions(column_types=types)
    pyarrow.csv.read_csv(path, pyarrow.csv.ReadOptions(use_threads=False), convert_options=options)


def bench_county_file(folder: Path) -> None:
    """A county's file, 10,000 rows, after the imports."""
    path = write_csv(folder / "ice_requests_county.csv", COUNTY)
    took, floor = seconds(lambda: check(path)), seconds(lambda: read_as_text(path), each=10)
    line("county file, 10,000 rows, after imports", took, 0.3, f"{took / floor:.0f} × reading it as text", unit="s")  # fmt: skip


def bench_csv(folder: Path, count: int) -> None:
    """Throughput, and whether failures cost more than the clean run."""
    clean = write_csv(folder / f"ice_requests_{count}.csv", count)
    floor = seconds(lambda: read_as_text(clean), each=10)
    ours = seconds(lambda: read_file(clean, name=clean.name), runs=1)
    took = seconds(lambda: check(clean), runs=1)
    note = f"{took:.1f} s, {count / took:,.0f} rows/s; our reading alone {ours / floor:.1f} ×, floor {floor:.3f} s"
    print(f"{f'CSV, {count:,} rows, whole check':<44}{took / floor:>9.2f} ×  no goal below a million rows   ({note})")
    broken = write_csv(folder / f"ice_requests_{count}b.csv", count, broken=True)
    failing = seconds(lambda: check(broken), runs=1)
    line(f"CSV, {count:,} rows, every row fails", failing / took, 2, f"{failing:.1f} s; floor: the clean run")


def bench_workbook(folder: Path, count: int = 50_000) -> None:
    """Pre-flight and values of a workbook, against unpacking its sheet; the table, which is made of them, beside it.

    Pre-flight: the check of the container. Values: every cell with its kind and place, through the child process, its
    start included, up to where the header is looked for.
    """
    path = write_workbook(folder / "ice_requests_book.xlsx", count)
    content = path.read_bytes()

    def unpack() -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.read("xl/worksheets/sheet1.xml")

    floor, flight = seconds(unpack, each=5), seconds(lambda: check_container(content, ".xlsx"))
    values, table = seconds(lambda: read_sheets(path)), seconds(lambda: read_file(path, name=path.name))
    note = (f"{flight + values:.2f} s; pre-flight {flight / floor:.1f} ×, floor {floor:.3f} s; "
            f"all of reading it, the table and its hash included, {table / floor:.1f} ×")  # fmt: skip
    line(f"workbook, {count:,} rows, pre-flight and values", (flight + values) / floor, 8, note)


def bench_personal_data() -> None:
    """Different texts searched: sentences, words with a number, reference numbers, numbered labels in capitals."""
    chance = Random(1)
    words = "agency jail court warrant release hold request notice transfer federal report denied pending policy"

    def some(least: int, most: int) -> str:
        return " ".join(chance.choices(words.split(), k=chance.randint(least, most)))

    texts = {text for at in range(8_000) for text in (
        some(5, 12).capitalize(), f"{some(1, 6)} {at}", f"REQ{at:06}", some(2, 3).title() + f" {at}")}  # fmt: skip
    took = seconds(lambda: [identifier_in(text, names=True) for text in texts])
    rate = len(texts) / took
    line("personal data, seconds for 100,000 texts", 100_000 / rate, 1, f"{rate:,.0f} different texts/s", unit="s")


def bench_command(yardstick: float) -> None:
    """The whole command on a bundled sample, imports included."""
    sample = min((ROOT / "data/submissions").rglob("notice_compliance*.csv"))
    run = INSTALLED + "sys.argv[0] = 'daylight'; runpy.run_module('etl', run_name='__main__')"
    command = [sys.executable, "-c", run, "check", str(sample), "--on", str(ON)]
    took = seconds(lambda: subprocess.run(command, check=True, cwd=ROOT, capture_output=True))
    note = f"{took / yardstick:.1f} × importing pandera, {yardstick:.2f} s"
    line("daylight check of a sample, whole command", took, 2, note, unit="s")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("--rows", type=int, default=20_000, help="rows of the large CSV file")
    count = options.parse_args().rows
    with TemporaryDirectory() as name:
        folder = Path(name)
        os.unsetenv("PYTHONDONTWRITEBYTECODE")
        os.putenv("PYTHONPYCACHEPREFIX", str(folder / "compiled"))
        bench_command(import_here())
        bench_county_file(folder)
        bench_csv(folder, count)
        bench_workbook(folder)
        bench_personal_data()


if __name__ == "__main__":
    main()
