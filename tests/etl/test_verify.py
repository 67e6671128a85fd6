"""`verify` trusts nothing but public files: a forger who mends every hash is found out by what the tables say."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from etl.verify import verify
from schemas.errors import ReleaseDamaged
from schemas.release import canonical_json, release_digest, release_id, sha256, sums_text


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
        manifest["digest"] = release_digest(manifest)
        manifest["id"] = release_id(date.fromisoformat(manifest["created_on"]), manifest["digest"])
        (folder / "manifest.json").write_text(canonical_json(manifest), encoding="utf-8")
        paths = [*(entry["path"] for entry in manifest["files"]), "manifest.json"]
        (folder / "SHA256SUMS").write_text(sums_text({path: sha256((folder / path).read_bytes()) for path in paths}))
        return folder.rename(tmp_path / manifest["id"])

    return forge


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
