"""What the tests of the dashboard share. `catalogue` is the released bundled data (tests/conftest.py)."""

import json
import shutil
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from dashboard import data
from dashboard.edition import Edition
from schemas.release import canonical_json, catalogue_digest, release_digest, release_id, sha256, sums_text

REVISED = (
    "dataset,key,column,old,new,class,reason,date,data_origin\n"
    "notice_compliance,2026-07|DAJD|ALL,notified,21,22,correction,A <b>form</b> was found later.,2026-10-19,SAMPLE DATA\n"
    "submission_ledger,2026-07|DAJD|notice_compliance,rows_accepted,1,2,scheduled,,,SAMPLE DATA\n"
)


@pytest.fixture
def edition(catalogue: Path) -> Edition:
    """The newest release, opened as the pages open it."""
    data.use(catalogue)
    return data.edition()


def _remade(catalogue: Path, texts: Mapping[str, str], day: str = "2026-10-21", origin: str = "") -> str:
    """Publish the newest release of a catalogue again with some files changed, as a release of its own; its id.

    With an `origin`, every table is said to be of that origin.
    """
    index = json.loads((catalogue / "catalogue.json").read_text(encoding="utf-8"))
    old = index["releases"][0]
    folder = catalogue / "releases" / "being-made"
    shutil.copytree(catalogue / "releases" / old["id"], folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for path, text in texts.items():
        (folder / path).write_text(text, encoding="utf-8")
    for entry in manifest["files"]:
        content = (folder / entry["path"]).read_bytes()
        entry["sha256"], entry["bytes"] = sha256(content), len(content)
    for entry in manifest["datasets"] if origin else ():
        entry["origin"] = origin
    manifest |= {"created_on": day, "previous": {"id": old["id"], "digest": old["digest"]}}
    manifest["digest"] = release_digest(manifest)
    manifest["id"] = release_id(date.fromisoformat(day), manifest["digest"])
    (folder / "manifest.json").write_text(canonical_json(manifest), encoding="utf-8")
    hashes = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    hashes["manifest.json"] = sha256((folder / "manifest.json").read_bytes())
    (folder / "SHA256SUMS").write_text(sums_text(hashes), encoding="utf-8")
    (folder / "SHA256SUMS.minisig").unlink(missing_ok=True)
    folder.rename(catalogue / "releases" / manifest["id"])
    entry = {**old, "id": manifest["id"], "digest": manifest["digest"], "created_on": day}
    index["releases"].insert(0, entry)
    index["digest"] = catalogue_digest(index)
    (catalogue / "catalogue.json").unlink()
    (catalogue / "catalogue.json").write_text(canonical_json(index), encoding="utf-8")
    return str(manifest["id"])


@pytest.fixture
def two_releases(catalogue_copy: Path) -> tuple[Path, str, str]:
    """A catalogue whose newest release revised a figure of the one before: its folder, the newer id, the older id."""
    data.use(catalogue_copy)
    older = data.newest_id()
    newer = _remade(catalogue_copy, {"revisions.csv": REVISED})
    return catalogue_copy, newer, older


@pytest.fixture
def remade() -> Callable[..., str]:
    """Publish the newest release of a catalogue again with some files changed."""
    return _remade
