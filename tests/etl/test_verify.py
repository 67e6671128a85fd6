"""`verify` trusts nothing but public files: a forger who mends every hash is found out by what the tables say."""

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from etl.verify import verify
from schemas.errors import ReleaseDamaged
from schemas.release import canonical_json, file_sha256, release_digest, release_id, sha256, sums_text


@pytest.fixture
def forged(release: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of the release with one file rewritten, and every hash, digest and id made to fit again."""

    def forge(name: str, change: Callable[[str], str] | None = None, content: bytes = b"") -> Path:
        folder = shutil.copytree(release, tmp_path / "forged")
        file = folder / name
        new = change(file.read_text(encoding="utf-8")).encode() if change else content
        assert new != file.read_bytes(), "the forgery changes nothing"
        file.write_bytes(new)
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        for entry in manifest["files"]:
            if entry["path"] == name:
                entry |= {"sha256": sha256(new), "bytes": len(new)}
        return _mended(folder, manifest)

    return forge


def _mended(folder: Path, manifest: dict) -> Path:
    """Write a manifest and the sums, make digest and id fit, and name the folder by the id."""
    manifest["digest"] = release_digest(manifest)
    manifest["id"] = release_id(date.fromisoformat(manifest["created_on"]), manifest["digest"])
    (folder / "manifest.json").write_text(canonical_json(manifest), encoding="utf-8")
    paths = [*(entry["path"] for entry in manifest["files"]), "manifest.json"]
    (folder / "SHA256SUMS").write_text(sums_text({path: file_sha256(folder / path) for path in paths}))
    return folder.rename(folder.with_name(manifest["id"]))


def _line(number: int, old: str, new: str) -> Callable[[str], str]:
    """Replace something in one line of a text."""

    def change(text: str) -> str:
        lines = text.splitlines(keepends=True)
        lines[number] = lines[number].replace(old, new, 1)
        return "".join(lines)

    return change


def _swapped(text: str) -> str:
    header, first, second, *rest = text.splitlines(keepends=True)
    return "".join([header, second, first, *rest])


def _unhide(text: str) -> str:
    return text.replace(",,suppressed", ",3,shown", 1)


FORGERIES = {
    "a count that breaks a sum": ("tables/ice_requests.csv", _line(1, ",shown", "9,shown"), "breaks R01"),
    "a column renamed": ("tables/complaints.csv", _line(0, "closed", "closing"), "not a table"),
    "rows in another order": ("tables/complaints.csv", _swapped, "sorted"),
    "a row left out": ("tables/complaints.csv", lambda text: text.rsplit("\n", 2)[0] + "\n", "rows"),
    "samples called real": ("tables/complaints.csv", _line(1, "SAMPLE DATA", "real"), "origin"),
    "an agency nobody listed": ("tables/complaints.csv", _line(1, "OTHER_COUNTY", "NOBODY"), "sorted|not in its list"),
    "a status that is none": ("tables/complaints.csv", _line(1, ",shown", ",guessed"), "do not agree"),
    "a conduct count hidden": ("tables/complaints.csv", _line(1, "shown", "suppressed"), "do not agree"),
    "a small count printed": ("tables/notice_compliance_by_facility.csv", _unhide, "below 10|account|add up|breaks"),
    "an indicator improved": ("tables/indicators.csv", lambda text: text.replace(",no,", ",yes,", 1), "not what"),
    "an audit that counts less": ("disclosure/audit.json", lambda text: text.replace('"hidden": ', '"hidden": 9', 1), "account"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "change", "words"), FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forgery_whose_hashes_fit_is_found_out(name, change, words, forged):
    with pytest.raises(ReleaseDamaged, match=words):
        verify(forged(name, change))


@pytest.mark.parametrize("content", ["another table", "no Parquet"])
def test_a_parquet_file_must_hold_what_the_csv_file_holds(content, release, forged, tmp_path):
    other = tmp_path / "other.parquet"
    pd.read_parquet(release / "tables/complaints.parquet").assign(received=0).to_parquet(other)
    with pytest.raises(ReleaseDamaged, match=r"complaints\.parquet"):
        verify(forged("tables/complaints.parquet", content=other.read_bytes() if content == "another table" else b"x"))


def test_the_bundled_release_verifies_and_says_what_was_checked(release):
    (verified,) = verify(release)
    assert len(verified.checks) >= 5
    assert any("hidden" in line for line in verified.checks)


def test_where_there_is_nothing_it_says_so(tmp_path):
    with pytest.raises(FileNotFoundError):
        verify(tmp_path)


# --- memory

LARGE = "federal_detainers_declined"
HOLD = """
import json, sys
from pathlib import Path
from etl.verify import verify
verify(Path(sys.argv[1]))
with open("/proc/self/status") as lines:
    print(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024)
"""


def _grown(release: Path, to: Path, least_bytes: int) -> Path:
    """A copy of the release whose table is at least so large, with every hash made to fit."""
    folder = shutil.copytree(release, to / "grown")
    table, parquet = (folder / f"tables/{LARGE}{suffix}" for suffix in (".csv", ".parquet"))
    names, cells, *_ = csv.reader(table.read_text(encoding="utf-8").splitlines())
    place, wide = names.index("ice_facility_name"), "x" * 150
    schema, rows = pq.read_schema(parquet), 0
    kinds = {name: "Int64" if pa.types.is_integer(schema.field(name).type) else "string" for name in names}
    with table.open("w", encoding="utf-8", newline="") as file, pq.ParquetWriter(parquet, schema) as columns:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        while file.tell() < least_bytes:
            lines = [
                [*cells[:place], f"{number:09}{wide}", *cells[place + 1 :]] for number in range(rows, rows + 50_000)
            ]
            rows += len(lines)
            writer.writerows(lines)
            frame = pd.DataFrame(lines, columns=names).replace("", None).astype(kinds)
            columns.write_table(pa.Table.from_pandas(frame, schema=schema, preserve_index=False))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        if LARGE in entry["path"] and entry["path"].startswith("tables/"):
            place = folder / entry["path"]
            entry |= {"sha256": file_sha256(place), "bytes": place.stat().st_size}
    for entry in manifest["datasets"]:
        entry["rows"] = rows if entry["id"] == LARGE else entry["rows"]
    return _mended(folder, manifest)


def _held(folder: Path) -> int:
    """The most memory that a process of its own held while it verified a release, in bytes."""
    done = subprocess.run([sys.executable, "-c", HOLD, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_table_four_times_as_large_takes_no_more_memory(release, tmp_path):
    smaller, larger = (_held(_grown(release, tmp_path / str(size), size)) for size in (50_000_000, 200_000_000))
    assert larger - smaller < 25_000_000, f"{smaller:,} -> {larger:,} bytes"


def test_a_table_in_parts_gives_the_indicators_of_the_whole(release, monkeypatch):
    monkeypatch.setattr("schemas.release._PIECE_ROWS", 7)
    assert verify(release)
