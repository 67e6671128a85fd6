"""Many counties in one run: a release for each, the same as each alone has, whatever is killed on the way."""

import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from etl.counties.collection import catalogues_in
from etl.engines.names import Engine
from tests.conftest import clean_environment

COUNTIES = ("ash_county", "birch_county", "cedar_county")
MONTHS = ("2026-06", "2026-07", "2026-08")
ON = "2026-10-20"
Nation = tuple[Path, dict[str, str]]


def rows(county: str) -> list[dict[str, str]]:
    """Three months of one agency, in numbers of the county's own."""
    staff = 200 + COUNTIES.index(county)
    return [
        {"period": month, "agency": "SHERIFF", "course": "privacy", "required_staff": str(staff),
         "completed_cumulative": str(100 + 20 * number), "completed_in_month": "20", "overdue": "5", "new_hires_due_30_days": "0",
         "submitted_on": f"2026-{int(month[5:]) + 1:02}-05"}
        for number, month in enumerate(MONTHS)
    ]  # fmt: skip


def write(path: Path, some: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(some[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(some)


@pytest.fixture(scope="module")
def nation(daylight, tmp_path_factory) -> Nation:
    """A folder with three counties' settings and submissions, and what each county's release is called by itself."""
    home = tmp_path_factory.mktemp("nation")
    for county in COUNTIES:
        title = f"{county.partition('_')[0].title()} County"
        assert daylight("new-jurisdiction", county, "--title", title, folder=home).code == 0
        write(home / f"all/jurisdiction={county}/dataset=training/year=2026/part-0.csv", rows(county))
    alone = {}
    for county in COUNTIES:
        ran = daylight("build", "--submissions", home / f"all/jurisdiction={county}", "--out", home / "alone", "--on", ON,
                       folder=home, environment={"DAYLIGHT_JURISDICTION": county})  # fmt: skip
        assert ran.code == 0, ran.err
        alone[county] = ran.out.strip()
    return home, alone


def ids(document: dict[str, object]) -> dict[str, str]:
    return {one["county"]: one["release"] for one in document["counties"]}


@pytest.fixture(scope="module")
def built(daylight, nation) -> Path:
    """The releases of all three, made together."""
    home, alone = nation
    ran = daylight("build", "--submissions", "all", "--out", "built", "--on", ON, "--json", folder=home)
    assert ran.code == 0, ran.err
    assert ids(ran.document) == alone
    assert [one["kept"] for one in ran.document["counties"]] == [False] * 3
    assert ran.document["rows"] == 9
    return home / "built"


@pytest.fixture
def copied(built, tmp_path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "built"))


# --- the same as alone ------------------------------------------------------------------------------------------------


def test_each_county_has_the_release_it_has_alone_and_a_list_holds_them_together(nation, built, daylight):
    listed = json.loads((built / "collection.json").read_text())["counties"]
    assert {one["county"]: one["release"] for one in listed} == nation[1]
    with (built / "indicators.csv").open(newline="") as lines:
        indicators = list(csv.DictReader(lines))
    assert {row["jurisdiction"] for row in indicators} == {*COUNTIES}
    own = built / "cedar_county" / nation[1]["cedar_county"] / "tables/indicators.csv"
    with own.open(newline="") as lines:
        assert [row for row in indicators if row.pop("jurisdiction") == "cedar_county"] == list(csv.DictReader(lines))
    verified = daylight("verify", built)
    assert verified.code == 0
    assert "3 releases are the ones it lists" in verified.out


@pytest.mark.parametrize("engine", [Engine.PANDAS, Engine.POLARS, Engine.DUCKDB])
def test_each_engine_makes_the_same_releases(engine, nation, daylight, tmp_path):
    home, alone = nation
    ran = daylight(
        "build", "--submissions", "all", "--out", tmp_path, "--on", ON, "--engine", engine, "--json", folder=home
    )
    assert ran.code == 0, ran.err
    assert ids(ran.document) == alone


def test_a_second_run_keeps_what_is_made_and_makes_only_what_changed(nation, built, daylight, tmp_path):
    home, alone = nation
    some, out = shutil.copytree(home / "all", tmp_path / "all"), shutil.copytree(built, tmp_path / "built")
    changed = rows("birch_county")
    changed[0]["overdue"] = "6"
    write(some / "jurisdiction=birch_county/dataset=training/year=2026/part-0.csv", changed)
    ran = daylight("build", "--submissions", some, "--out", out, "--on", ON, folder=home)
    assert ran.code == 0, ran.err
    assert "3 of 3 counties are built, 2 of them by an earlier run: 9 rows submitted." in ran.err
    now = {one["county"]: one["release"] for one in json.loads((out / "collection.json").read_text())["counties"]}
    assert {county for county in COUNTIES if now[county] != alone[county]} == {"birch_county"}


# --- what stops a county ----------------------------------------------------------------------------------------------


def test_a_refused_county_stops_no_other_and_is_built_when_it_is_mended(nation, daylight, tmp_path):
    home, alone = nation
    some, out = shutil.copytree(home / "all", tmp_path / "all"), tmp_path / "out"
    faulty = some / "jurisdiction=ash_county/dataset=training/year=2026/part-0.csv"
    wrong = rows("ash_county")
    wrong[1]["agency"] = "NOBODY"
    write(faulty, wrong)
    ran = daylight("build", "--submissions", some, "--out", out, "--on", ON, folder=home)
    assert ran.code == 10
    assert "ash_county: " in ran.err
    assert "V203" in ran.err
    assert "2 of 3 counties are built" in ran.err
    assert not (out / "collection.json").exists()
    write(faulty, rows("ash_county"))
    ran = daylight("build", "--submissions", some, "--out", out, "--on", ON, "--json", folder=home)
    assert ran.code == 0, ran.err
    assert {one["county"]: one["kept"] for one in ran.document["counties"]} == {
        "ash_county": False, "birch_county": True, "cedar_county": True,
    }  # fmt: skip
    assert ids(ran.document) == alone


@pytest.mark.parametrize(
    ("place", "code", "says"),
    [
        ("training_loose.csv", 14, "training_loose.csv lies beside the folders jurisdiction=…"),
        ("jurisdiction=ash_county/dataset=training/year=2025/part-0.csv", 10, "row 2: the period is not of 2025"),
        ("jurisdiction=nowhere/training.csv", 15, "nowhere: There is no jurisdiction “nowhere”"),
        ("jurisdiction=ash_county/dataset=weather/part-0.csv", 15, "weather"),
    ],
)
def test_a_file_in_a_wrong_place_is_named(place, code, says, nation, daylight, tmp_path):
    write(tmp_path / "all" / place, rows("ash_county"))
    if "jurisdiction" not in place:
        write(tmp_path / "all/jurisdiction=ash_county/training.csv", rows("ash_county"))
    ran = daylight("build", "--submissions", tmp_path / "all", "--out", tmp_path / "out", "--on", ON, folder=nation[0])
    assert ran.code == code, ran.err
    assert says in ran.err


def test_a_county_without_a_submission_is_named(nation, daylight, tmp_path):
    (tmp_path / "all/jurisdiction=ash_county").mkdir(parents=True)
    ran = daylight("build", "--submissions", tmp_path / "all", "--out", tmp_path / "out", "--on", ON, folder=nation[0])
    assert ran.code == 2
    assert "There is no submission" in ran.err


# --- killed on the way ------------------------------------------------------------------------------------------------


def below(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except (OSError, IndexError):
            continue
    return [*found, *(one for child in found for one in below(child))]


def waited(until: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def workers(pid: int) -> list[int]:
    """The processes that build: the children of the process that starts them for the command."""
    return [worker for child in below(pid) for worker in below(child)]


def test_a_killed_worker_costs_one_county_s_time(nation, start, tmp_path):
    home, alone = nation
    command = start("build", "--submissions", home / "all", "--out", tmp_path, "--on", ON, "--workers", 2, "--json",
                    folder=home)  # fmt: skip
    waited(lambda: workers(command.pid))
    os.kill(workers(command.pid)[0], signal.SIGKILL)
    out, err = command.communicate(timeout=120)
    assert command.returncode == 0, err
    assert ids(json.loads(out)) == alone


def test_a_killed_run_leaves_no_process_and_the_next_goes_on_from_there(nation, start, daylight, tmp_path):
    home, alone = nation
    command = start("build", "--submissions", home / "all", "--out", tmp_path, "--on", ON, "--workers", 1, folder=home)
    waited(lambda: [*tmp_path.glob(".made/*.json")])
    there = below(command.pid)
    command.kill()
    command.communicate()
    waited(lambda: not any(Path(f"/proc/{pid}").exists() for pid in there))
    assert not (tmp_path / "collection.json").exists()
    (tmp_path / "cedar_county").mkdir(exist_ok=True)
    (tmp_path / "cedar_county/.incoming-cut").mkdir()
    ran = daylight("build", "--submissions", "all", "--out", tmp_path, "--on", ON, "--json", folder=home)
    assert ran.code == 0, ran.err
    assert ids(ran.document) == alone
    assert any(one["kept"] for one in ran.document["counties"])
    assert not [*tmp_path.glob("*/.incoming-*")]
    assert daylight("verify", tmp_path).code == 0


def test_two_runs_at_once_do_not_write_into_one_folder(nation, start, daylight, tmp_path):
    command = start("build", "--submissions", nation[0] / "all", "--out", tmp_path, "--on", ON, folder=nation[0])
    waited(lambda: workers(command.pid))
    ran = daylight("build", "--submissions", "all", "--out", tmp_path, "--on", ON, folder=nation[0])
    assert ran.code == 14
    assert "Another build is under way" in ran.err
    command.communicate(timeout=120)
    assert command.returncode == 0


# --- signed, published, checked ---------------------------------------------------------------------------------------


def test_every_release_is_signed_and_a_key_from_elsewhere_is_checked(nation, copied, daylight, tmp_path):
    keys = (tmp_path / "one", tmp_path / "two")
    for folder in keys:
        assert daylight("keygen", "-o", folder, "--unencrypted").code == 0
    for _ in range(2):
        ran = daylight("build", "--submissions", "all", "--out", copied, "--on", ON, "--sign-key", keys[0] / "daylight.key",
                       folder=nation[0])  # fmt: skip
        assert ran.code == 0, ran.err
    assert daylight("verify", copied, "--key", keys[0] / "daylight.pub").code == 0
    refused = daylight("verify", copied, "--key", keys[1] / "daylight.pub")
    assert refused.code == 12
    assert daylight("verify", copied, "--expect", nation[1]["ash_county"]).code == 0
    assert daylight("verify", copied, "--expect", f"{ON}_0123456789ab").code == 12


def test_each_county_is_published_into_a_catalogue_of_its_own(nation, copied, daylight, tmp_path):
    to = ("publish", copied, "--to", "local", "--catalogue", tmp_path / "public")
    assert "Would publish 3 of 3" in daylight(*to).out
    assert not (tmp_path / "public").exists()
    assert "Published 3 of 3" in daylight(*to, "--yes").out
    assert "Published 0 of 3" in daylight(*to, "--yes").out
    assert daylight("verify", tmp_path / "public").code == 0
    assert daylight("verify", tmp_path / "public/birch_county").code == 0
    assert catalogues_in(tmp_path / "public") == [tmp_path / "public" / county for county in COUNTIES]  # serve --beside
    again = daylight("build", "--submissions", "all", "--out", tmp_path / "next", "--on", "2026-10-21",
                     "--previous", tmp_path / "public", "--json", folder=nation[0])  # fmt: skip
    assert [one["unchanged"] for one in again.document["counties"]] == [True] * 3
    assert ids(again.document) == nation[1]


def _swap(folder: Path) -> None:
    listed = folder / "collection.json"
    text = listed.read_text()
    document = json.loads(text)
    first, second = document["counties"][0], document["counties"][1]
    listed.write_text(
        text.replace(first["path"], "x").replace(second["path"], first["path"]).replace('"x"', f'"{second["path"]}"')
    )


def _lose_a_county(folder: Path) -> None:
    listed = folder / "collection.json"
    document = json.loads(listed.read_text())
    document["counties"].pop()
    listed.write_text(json.dumps(document, ensure_ascii=False, sort_keys=True, indent=2) + "\n")


def _raise_a_figure(folder: Path) -> None:
    text = (folder / "indicators.csv").read_text()
    (folder / "indicators.csv").write_text(text.replace("cedar_county,K", "birch_county,K", 1))


def _change_a_release(folder: Path) -> None:
    table = next(folder.glob("birch_county/*/tables/training.csv"))
    table.write_bytes(table.read_bytes().replace(b"SHERIFF", b"JAIL", 1))


@pytest.mark.parametrize(
    "tamper", [_swap, _lose_a_county, _raise_a_figure, _change_a_release], ids=lambda one: one.__name__
)
def test_whatever_is_changed_is_found(tamper, copied, daylight):
    tamper(copied)
    assert daylight("verify", copied).code == 12


# --- a cluster --------------------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def cluster(tmp_path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler and two workers, each a process of its own; the workers are not started again when they die."""
    address, log = f"tcp://127.0.0.1:{free_port()}", tmp_path / "cluster.log"

    def started(stack: ExitStack, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        file = stack.enter_context(log.open("ab"))
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *arguments]
        process = subprocess.Popen(command, env=clean_environment(), cwd=tmp_path, stdout=file, stderr=file)
        stack.callback(process.wait)
        stack.callback(process.kill)
        return process

    with ExitStack() as stack:
        host, _, port = address.removeprefix("tcp://").partition(":")
        started(stack, "dask_scheduler", "--host", host, "--port", port)
        every = [started(stack, "dask_worker", address, "--no-nanny", "--nthreads", "1") for _ in range(2)]
        waited(lambda: log.read_text().count("Registered to") >= len(every))
        yield address, every


@pytest.mark.slow
def test_a_cluster_builds_the_same_and_loses_nothing_with_a_worker(cluster, nation, start, tmp_path):
    address, processes = cluster
    home, alone = nation
    command = start("build", "--submissions", home / "all", "--out", tmp_path / "out", "--on", ON, "--engine", "dask",
                    "--scheduler", address, "--json", folder=home)  # fmt: skip
    waited(lambda: [*tmp_path.glob("out/*/.incoming-*"), *tmp_path.glob("out/.made/*.json")])
    processes[0].kill()
    out, err = command.communicate(timeout=180)
    assert command.returncode == 0, err
    assert ids(json.loads(out)) == alone


@pytest.mark.slow
def test_a_cluster_tells_of_a_bad_file_as_this_machine_does(cluster, nation, daylight, tmp_path):
    wrong = rows("ash_county")
    wrong[1]["agency"] = wrong[2]["period"] = "NOBODY"
    write(tmp_path / "training_2026.csv", wrong)
    here = daylight("check", tmp_path / "training_2026.csv", "--json", folder=nation[0])
    there = daylight("check", tmp_path / "training_2026.csv", "--json", "--engine", "dask", "--scheduler", cluster[0],
                     folder=nation[0])  # fmt: skip
    assert here.code == there.code == 10
    assert there.document == here.document


def test_a_cluster_that_is_not_there_is_named(nation, daylight, tmp_path):
    ran = daylight("build", "--submissions", "all", "--out", tmp_path, "--on", ON, "--engine", "dask",
                   "--scheduler", "tcp://127.0.0.1:9", folder=nation[0])  # fmt: skip
    assert ran.code == 14
    assert "does not answer" in ran.err
