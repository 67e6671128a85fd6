"""A catalogue is whole after whatever ends a publication or withdrawal, and the next run mends what was left.

Killed before every single file operation, cut off in the middle of every file, a disk that fills up at any point, a folder
that cannot be written. The releases here are the smallest there can be, so that hundreds of crashes take seconds.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from etl.assemble import Content, _definitions, assemble, signed
from etl.chain import check_catalogue
from etl.describe import EMPTY_CATALOG, ReleaseFacts
from etl.errors import PublicationFailed
from etl.publish.local import LocalCatalogue
from etl.publish.page import Publisher
from etl.signatures import Trust
from etl.signing import make_keys, open_signer
from etl.write import write_release
from schemas.jurisdiction import jurisdiction
from schemas.release import Link, OpenRelease, open_catalogue, open_folder, open_release

HEADER = "dataset,key,column,old,new,class,reason,date,data_origin\n"
INDICATORS = "indicator,period,agency,numerator,denominator,value,low,high,target,met,status,basis\n"
SCRIPT = Path(__file__).parents[1] / "killing.py"


def small_release(out: Path, day: int, previous: OpenRelease | None = None, key: Path | None = None) -> OpenRelease:
    county = replace(jurisdiction(), languages=())
    facts = ReleaseFacts(
        title="The record", created_on=date(2026, 10, day), county=county, data_to="2026-09", tables=()
    )
    texts = _definitions({}, county) | {"data.json": EMPTY_CATALOG, "tables/indicators.csv": INDICATORS}
    files = {path: text.encode() for path, text in texts.items()} | {"tables/big.csv": b"a\n" * 20_000}
    made = Content(facts=facts, files=files)
    link = Link(id=previous.id, digest=previous.manifest.digest) if previous else None
    release = assemble(made, {"revisions.csv": HEADER, "notes.md": f"Day {day}.\n"}, previous=link, reasons=())
    return open_folder(write_release(signed(release, open_signer(key, str)) if key else release, out))


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """Releases one and two, each signed and not, and catalogues of the first: `one`, `signed`; and of both: `two`."""
    home = tmp_path_factory.mktemp("crashes")
    make_keys(home / "keys", password="")
    key = home / "keys/daylight.key"
    for name, signing in (("plain", None), ("signed", key)):
        first = small_release(home / name, 20, key=signing)
        second = small_release(home / name, 21, first, signing)
        publisher = Publisher(signer=open_signer(signing, str) if signing else None)
        for catalogue, releases in ((f"{name}-one", (first,)), (f"{name}-two", (first, second))):
            for release in releases:
                destination = LocalCatalogue(home / catalogue, publisher)
                destination.publish(destination.plan(release))
    return home


def releases_in(folder: Path) -> list[OpenRelease]:
    return sorted((open_folder(path) for path in folder.iterdir()), key=lambda one: one.id)


def state(catalogue: Path) -> list[tuple[str, str]]:
    """What readers see: every release with its state. Everything they can reach must be whole."""
    try:
        opened = open_catalogue(catalogue)
    except FileNotFoundError:
        return []
    check_catalogue(opened, Trust())
    for entry in opened.published():
        assert open_release(opened, entry.id)
    return [(entry.id, entry.state) for entry in opened.index.releases]


def left_over(catalogue: Path) -> list[str]:
    """What stands in a catalogue's folder that readers are not shown."""
    opened = open_catalogue(catalogue)
    shown = {(catalogue / ".front/current").readlink().name, "current"}
    public = {entry.id for entry in opened.published()}
    found = [path.name for path in (catalogue / ".front").iterdir() if path.name not in shown]
    found += [path.name for path in (catalogue / "releases").iterdir() if path.name not in public]
    return found + [
        path.name for path in catalogue.iterdir() if path.name.startswith(".") and path.name not in (".front", ".lock")
    ]


slow = pytest.mark.slow
CASES = (pytest.param("first", marks=slow), "second", pytest.param("signed", marks=slow), "withdraw")


def order_of(case: str, home: Path, work: Path) -> dict:
    plain, with_key = releases_in(home / "plain"), releases_in(home / "signed")
    orders = {
        "first": {"action": "publish", "catalogue": "nowhere", "release": str(plain[0].folder)},
        "second": {"action": "publish", "catalogue": "plain-one", "release": str(plain[1].folder)},
        "signed": {"action": "publish", "catalogue": "signed-one", "release": str(with_key[1].folder)},
        "withdraw": {"action": "withdraw", "catalogue": "signed-two", "release": with_key[1].id},
    }
    order = orders[case]
    key = str(home / "keys/daylight.key") if case in ("signed", "withdraw") else ""
    return order | {"catalogue": str(home / order["catalogue"]), "work": str(work), "key": key}


def crash(order: dict) -> int:
    """Have children killed; returns how many were."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], input=json.dumps(order), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def again(order: dict, catalogue: Path) -> None:
    """The next run: the same publication or withdrawal, here."""
    signer = open_signer(Path(order["key"]), str) if order["key"] else None
    destination = LocalCatalogue(catalogue, Publisher(signer=signer))
    if order["action"] == "publish":
        destination.publish(destination.plan(open_folder(Path(order["release"]))))
    else:
        told = {"reason": "A mistake.", "on": date(2026, 11, 3)}
        destination.withdraw(destination.plan_withdrawal(order["release"], **told))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("how", ["before every operation", "in the middle of every file"])
def test_killed_anywhere_the_catalogue_is_whole_and_the_next_run_mends_it(case, how, home, tmp_path):
    order = order_of(case, home, tmp_path)
    before = state(Path(order["catalogue"]))
    finished = tmp_path / "finished"
    if before:
        shutil.copytree(order["catalogue"], finished, symlinks=True)
    again(order, finished)
    after = state(finished)
    if how != "before every operation":
        sizes = {path.stat().st_size for path in finished.rglob("*") if path.is_file() and path.stat().st_size > 1}
        order["cut_at"] = sorted({size // 2 for size in sizes} | {size - 1 for size in sizes})
    killed = crash(order)
    assert killed >= (20 if how == "before every operation" else 5)
    seen = set()
    for catalogue in sorted(path for path in tmp_path.iterdir() if path != finished):
        shown = state(catalogue)
        assert shown in (before, after), catalogue.name
        seen.add(tuple(shown))
        again(order, catalogue)
        assert state(catalogue) == after, catalogue.name
        assert left_over(catalogue) == [], catalogue.name
    assert tuple(before) in seen


def test_what_a_killed_publication_wrote_and_did_not_show_is_named_and_removed_by_another(home, tmp_path):
    """A whole release that is not in the list yet is no damage, and is not the record either."""
    catalogue = shutil.copytree(home / "plain-one", tmp_path / "catalogue", symlinks=True)
    first, second = releases_in(home / "plain")
    shutil.copytree(second.folder, catalogue / "releases" / second.id)
    told = check_catalogue(open_catalogue(catalogue), Trust())[0].checks
    assert any("is not published: it is not in the list" in line for line in told)
    other = small_release(tmp_path / "out", 25, first)
    destination = LocalCatalogue(catalogue)
    destination.publish(destination.plan(other))
    assert left_over(catalogue) == []
    assert [one for one, _ in state(catalogue)] == [other.id, first.id]


def damage_release(catalogue: Path) -> None:
    os.truncate(catalogue / "latest/notes.md", 2)


def damage_page(catalogue: Path) -> None:
    (catalogue / "index.html").write_text("nothing")


def lose_links(catalogue: Path) -> None:
    for name in ("catalogue.json", "index.html", "latest"):
        (catalogue / name).unlink()


def lose_page(catalogue: Path) -> None:
    (catalogue / "feed.atom").resolve().unlink()


@pytest.mark.parametrize("damage", [damage_release, damage_page, lose_links, lose_page])
def test_publishing_the_newest_release_again_mends_a_damaged_catalogue(damage, home, tmp_path):
    catalogue = shutil.copytree(home / "plain-two", tmp_path / "catalogue", symlinks=True)
    before = state(catalogue)
    damage(catalogue)
    destination, newest = LocalCatalogue(catalogue), releases_in(home / "plain")[1]
    for _ in range(2):
        destination.publish(destination.plan(newest))
        assert state(catalogue) == before
    assert destination.plan(newest).steps == ()
    assert left_over(catalogue) == []


@pytest.fixture
def disk(tmp_path) -> Iterator[Path]:
    """A small disk of its own, where this machine lets a test mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this machine does not let a test mount a disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fault_of(order: dict, catalogue: Path) -> str:
    """What the next run says when it fails; empty when it does not."""
    try:
        again(order, catalogue)
    except PublicationFailed as fault:
        return str(fault)
    return ""


def test_a_disk_that_is_full_at_any_point_leaves_the_catalogue_whole(disk, home):
    catalogue, ballast = disk / "catalogue", disk / "ballast"
    order = order_of("second", home, disk) | {"key": ""}
    failed = 0
    for free in range(0, 780_000, 36_000):
        shutil.copytree(home / "plain-one", catalogue, symlinks=True)
        before, left = state(catalogue), os.statvfs(disk)
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(left.f_bavail * left.f_frsize - free, 1))
        said = fault_of(order, catalogue)
        if said:
            assert "No space left on device" in said
            assert state(catalogue) == before
            failed += 1
        ballast.unlink()
        again(order, catalogue)
        assert len(state(catalogue)) == len(before) + 1
        assert left_over(catalogue) == []
        shutil.rmtree(catalogue)
    assert 0 < failed < 22, "some publications found room and some did not"


def test_a_disk_that_cannot_be_written_changes_nothing(disk, home):
    catalogue = shutil.copytree(home / "plain-one", disk / "catalogue", symlinks=True)
    before = state(catalogue)
    order = order_of("second", home, disk) | {"key": ""}
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        with pytest.raises(PublicationFailed, match="Read-only file system"):
            again(order, catalogue)
        assert state(catalogue) == before
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_without_the_right_to_write_changes_nothing(home, tmp_path):  # pragma: no cover - not as root
    catalogue = shutil.copytree(home / "plain-one", tmp_path / "catalogue", symlinks=True)
    order = order_of("second", home, tmp_path) | {"key": ""}
    catalogue.chmod(0o555)
    try:
        with pytest.raises(PublicationFailed):
            again(order, catalogue)
    finally:
        catalogue.chmod(0o755)
    assert len(state(catalogue)) == 1
