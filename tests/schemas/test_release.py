"""The format of a release: opening one checks every file, and refuses every kind of damage."""

import json
import shutil
from pathlib import Path

import pytest

from schemas.errors import ReleaseDamaged
from schemas.release import (
    canonical_json,
    catalogue_digest,
    open_catalogue,
    open_folder,
    open_release,
    read_table,
    release_digest,
    release_id,
    sha256,
    sums_text,
)

KINDS = {
    "manifest": "manifest.json", "sums": "SHA256SUMS", "table": "tables/complaints.csv", "parquet": "tables/complaints.parquet",
    "indicators": "tables/indicators.csv", "definition": "definitions/complaints.json", "dictionary": "definitions/dictionary.md",
    "vocabulary": "definitions/vocabularies/agency.csv", "audit": "disclosure/audit.json", "revisions": "revisions.csv",
    "notes": "notes.md", "page": "site/en/index.html", "data package": "datapackage.json", "DCAT": "data.json",
}  # fmt: skip
each_kind = pytest.mark.parametrize("path", KINDS.values(), ids=KINDS.keys())


@pytest.fixture
def copy(release: Path, tmp_path: Path) -> Path:
    """A copy of the release that a test may damage."""
    return shutil.copytree(release, tmp_path / release.name)


def flip(path: Path, at: int = -1) -> None:
    """Change one bit of the byte at a place, by default in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if at < 0 else at] ^= 1
    path.write_bytes(content)


def test_a_whole_release_opens(release):
    opened = open_folder(release)
    assert opened.id == release.name
    assert opened.manifest.id == release_id(opened.manifest.created_on, opened.manifest.digest)
    assert {entry.origin for entry in opened.manifest.datasets} == {"real", "sample"}
    assert set(opened.contents()) == {p.relative_to(release).as_posix() for p in release.rglob("*") if p.is_file()}


@each_kind
def test_one_bit_changed_in_any_kind_of_file_is_damage(path, copy):
    flip(copy / path)
    with pytest.raises(ReleaseDamaged) as damage:
        open_folder(copy)
    assert damage.value.exit_code == 12


@each_kind
def test_a_missing_file_is_damage(path, copy):
    (copy / path).unlink()
    with pytest.raises(ReleaseDamaged, match=Path(path).name):
        open_folder(copy)


@each_kind
def test_a_file_cut_short_is_damage(path, copy):
    (copy / path).write_bytes((copy / path).read_bytes()[:-1])
    with pytest.raises(ReleaseDamaged):
        open_folder(copy)


@pytest.mark.parametrize("name", ["extra.txt", "tables/more.csv", ".hidden", "site/en/~index.html", "link"])
def test_a_file_that_does_not_belong_is_damage(name, copy):
    if name == "link":
        (copy / name).symlink_to("/nowhere")
    else:
        (copy / name).write_text("x")
    with pytest.raises(ReleaseDamaged, match="does not belong"):
        open_folder(copy)


def _rewrite(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(canonical_json({**manifest, **changes}))


def _resigned(folder: Path) -> None:
    """A forged manifest whose digest and sums fit again; only the id cannot."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["digest"] = release_digest(manifest)
    (folder / "manifest.json").write_text(canonical_json(manifest))
    paths = [*(entry["path"] for entry in manifest["files"]), "manifest.json"]
    (folder / "SHA256SUMS").write_text(sums_text({path: sha256((folder / path).read_bytes()) for path in paths}))


@pytest.mark.parametrize(
    "changes",
    [{"title": "Another title"}, {"created_on": "2026-10-21"}, {"previous": None, "extra": 1}, {"reasons": "none"},
     {"data_to": "2026-10"}, {"publisher": "Somebody else"}, {"id": "2026-10-20_000000000000"}],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
@pytest.mark.parametrize("signed_again", [False, True], ids=["as it is", "with a new digest"])
def test_an_edited_manifest_is_damage(changes, signed_again, copy):
    _rewrite(copy, **changes)
    if signed_again:
        _resigned(copy)
    with pytest.raises(ReleaseDamaged):
        open_folder(copy)


@pytest.mark.parametrize("path", ["../outside.csv", "/etc/passwd", "tables/../../x", ".hidden"])
def test_a_manifest_cannot_point_outside_its_folder(path, copy):
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["files"][0]["path"] = path
    (copy / "manifest.json").write_text(canonical_json(manifest))
    with pytest.raises(ReleaseDamaged):
        open_folder(copy)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff\xfe", b"[1]", b"{"], ids=["empty", "{}", "bytes", "list", "cut"]
)
def test_a_manifest_that_is_none_is_damage(content, copy):
    (copy / "manifest.json").write_bytes(content)
    with pytest.raises(ReleaseDamaged, match="manifest"):
        open_folder(copy)


def test_the_order_in_which_facts_are_written_does_not_change_a_digest():
    facts = {"files": [{"path": "a", "in_digest": True}], "title": "x", "id": "y", "digest": "z"}
    assert release_digest(facts) == release_digest(dict(reversed(facts.items())))
    assert release_digest({**facts, "id": "other"}) == release_digest(facts)
    assert release_digest({**facts, "title": "other"}) != release_digest(facts)


def test_parquet_is_not_part_of_the_digest():
    table, parquet = {"path": "a.csv", "in_digest": True}, {"path": "a.parquet", "in_digest": False}
    assert release_digest({"files": [table, parquet]}) == release_digest({"files": [table]})


# --- catalogues ------------------------------------------------------------------------------------------------------


def test_the_newest_release_opens_by_default(catalogue, release):
    assert open_release(open_catalogue(catalogue)).id == release.name
    assert open_release(open_catalogue(catalogue), release.name).table("complaints").shape[0] > 20


def test_no_catalogue_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="make run"):
        open_catalogue(tmp_path)


def test_a_release_nobody_published_cannot_be_opened(catalogue):
    with pytest.raises(ReleaseDamaged, match="no public release"):
        open_release(open_catalogue(catalogue), "2020-01-01_000000000000")


def _index(folder: Path, **changes: object) -> None:
    index = {**json.loads((folder / "catalogue.json").read_text()), **changes}
    index["digest"] = catalogue_digest(index)
    (folder / "catalogue.json").write_text(canonical_json(index))


def test_a_withdrawn_release_is_not_shown(catalogue_copy):
    entry = json.loads((catalogue_copy / "catalogue.json").read_text())["releases"][0]
    _index(catalogue_copy, releases=[{**entry, "state": "withdrawn", "reason": "An agency withdrew it."}])
    opened = open_catalogue(catalogue_copy)
    assert opened.published() == ()
    with pytest.raises(ReleaseDamaged, match="no public release"):
        open_release(opened)


@pytest.mark.parametrize("forged", [{"digest": "0" * 64}, {"id": "2026-10-20_000000000000"}])
def test_a_catalogue_that_disagrees_with_its_release_is_damage(forged, catalogue_copy):
    entry = json.loads((catalogue_copy / "catalogue.json").read_text())["releases"][0]
    _index(catalogue_copy, releases=[{**entry, **forged}])
    with pytest.raises(ReleaseDamaged):
        open_release(open_catalogue(catalogue_copy))


def test_an_edited_index_is_damage(catalogue_copy):
    flip(catalogue_copy / "catalogue.json")
    with pytest.raises(ReleaseDamaged):
        open_catalogue(catalogue_copy)


def test_a_table_that_is_none_is_damage(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("count\nmany\n")
    for kinds in ({"count": "whole"}, {"missing": "whole"}):
        with pytest.raises(ReleaseDamaged, match=r"table\.csv"):
            read_table(path, kinds)
