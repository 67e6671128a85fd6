"""Nobody can change the past unnoticed: signed releases, keys that follow each other, withdrawals, and forged histories.

The history has three releases: two signed with a first key, the newest with the key that follows it. A forger who can write
to the folder mends every hash that can be mended without the secret key.
"""

import functools
import http.server
import json
import os
import shutil
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from etl.signatures import Trust
from etl.signing import key_named
from etl.verify import verify
from schemas.errors import ReleaseDamaged
from schemas.release import (
    canonical_json,
    catalogue_digest,
    open_catalogue,
    release_digest,
    release_id,
    sha256,
    sums_text,
)

PASSWORD = "a password, with späces"
needs_minisign = pytest.mark.skipif(
    shutil.which("minisign") is None, reason="the program minisign is not installed: apt-get install minisign"
)


@dataclass(frozen=True)
class Signed:
    """A catalogue of three signed releases, newest first, with its keys."""

    catalogue: Path
    releases: tuple[str, ...]
    first_key: str
    second_key: str
    keys: Path
    submissions: Path
    out: Path


def key_at(folder: Path) -> str:
    return (folder / "daylight.pub").read_text().splitlines()[1]


@pytest.fixture(scope="module")
def signed(small, make, daylight, write, row, tmp_path_factory) -> Signed:
    home = tmp_path_factory.mktemp("signed")
    catalogue, submissions = home / "catalogue", shutil.copytree(small, home / "submissions")
    (home / "password").write_text(f"{PASSWORD}\n")
    secret = {"DAYLIGHT_SIGN_KEY_PASSWORD_FILE": str(home / "password")}
    assert daylight("keygen", "-o", home / "first", "--password-file", home / "password").code == 0
    follows = ("--follows", home / "first/daylight.key", "--unencrypted")
    assert daylight("keygen", "-o", home / "second", *follows, environment=secret).code == 0
    made = []
    for number, key in enumerate(("first", "first", "second")):
        if number:
            fresh = row("complaints", period=f"2026-0{6 + number}", submitted_on="")
            write(submissions / f"complaints_{number}.csv", [fresh])
        build = ("build", "--submissions", submissions, "--out", home / "out", "--on", f"2026-10-2{number}")
        built = daylight(*build, "--previous", catalogue, "--sign-key", home / key / "daylight.key", environment=secret)
        assert built.code == 0, built.err
        made.append(built.out.strip())
        shown = daylight("publish", home / "out" / made[-1], "--to", "local", "--catalogue", catalogue, "--yes",
                         "--sign-key", home / key / "daylight.key", environment=secret)  # fmt: skip
        assert shown.code == 0, shown.err
    keys = (key_at(home / "first"), key_at(home / "second"))
    return Signed(catalogue, tuple(reversed(made)), *keys, home, submissions, home / "out")


@pytest.fixture
def mirror(signed, tmp_path) -> Path:
    """The public files of the catalogue as a plain folder without links, such as a mirror or a forger has."""
    return shutil.copytree(signed.catalogue, tmp_path / "mirror", ignore=shutil.ignore_patterns(".*"))


@pytest.fixture
def own(signed, tmp_path) -> Path:
    """A copy of the catalogue that a publisher goes on with."""
    return shutil.copytree(signed.catalogue, tmp_path / "own", symlinks=True)


def trusting(key: str = "", expect: str = "") -> Trust:
    return Trust(key_named(key) if key else None, expect)


# --- what holds


@pytest.mark.parametrize("which", ["none", "first", "second"])
def test_a_signed_history_is_verified_and_says_who_signed_it(which, signed, daylight):
    given = {"none": (), "first": ("--key", signed.first_key), "second": ("--key", signed.keys / "second/daylight.pub")}
    ran = daylight("verify", signed.catalogue, *given[which], "--expect", signed.releases[-1])
    assert ran.code == 0, ran.err
    assert "3 releases form an unbroken chain" in ran.out
    assert "3 of 3 releases are signed" in ran.out
    assert "The list, the feed and the pages are signed too." in ran.out
    assert f"{signed.releases[-1]}, which was expected, is part of the chain" in ran.out
    words = {"none": "these files cannot tell", "first": "in 1 steps", "second": "It is the key given."}
    assert words[which] in ran.out


def test_each_release_is_verified_alone_with_its_key_or_the_one_before(signed, daylight):
    newest, middle, _ = (signed.catalogue / "releases" / name for name in signed.releases)
    for release, key, code in ((newest, signed.second_key, 0), (newest, signed.first_key, 0), (middle, signed.first_key, 0),
                               (middle, signed.second_key, 12)):  # fmt: skip
        assert daylight("verify", release, "--key", key).code == code


@needs_minisign
def test_stock_minisign_verifies_releases_list_and_the_step_from_key_to_key(signed):
    def accepts(folder: Path, name: str, *key: object) -> bool:
        command = ["minisign", "-V", "-m", name, *map(str, key)]
        return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0

    newest, _, oldest = (signed.catalogue / "releases" / name for name in signed.releases)
    assert accepts(newest, "SHA256SUMS", "-P", signed.second_key)
    assert accepts(newest, "SHA256SUMS", "-p", "minisign.pub")
    assert accepts(oldest, "SHA256SUMS", "-P", signed.first_key)
    assert not accepts(newest, "SHA256SUMS", "-P", signed.first_key)
    assert accepts(signed.catalogue, "catalogue.json", "-P", signed.second_key)
    assert accepts(newest, "minisign.pub", "-P", signed.first_key)


@needs_minisign
def test_a_release_signed_by_stock_minisign_is_verified_with_its_key(small_release, tmp_path, daylight):
    release = shutil.copytree(small_release, tmp_path / small_release.name)
    make_key = ["minisign", "-G", "-W", "-p", tmp_path / "k.pub", "-s", tmp_path / "k.key"]
    subprocess.run(make_key, check=True, capture_output=True)
    subprocess.run(
        ["minisign", "-S", "-s", tmp_path / "k.key", "-m", release / "SHA256SUMS"], check=True, capture_output=True
    )
    assert "give it with --key" in daylight("verify", release).out
    ran = daylight("verify", release, "--key", tmp_path / "k.pub")
    assert (ran.code, "It is the key given." in ran.out) == (0, True)


def test_a_release_that_is_not_signed_says_so_and_fails_where_a_key_is_given(
    small_release, small_catalogue, signed, daylight
):
    for place in (small_release, small_catalogue):
        assert "Not signed: nothing here shows who published it." in daylight("verify", place).out
        assert daylight("verify", place, "--key", signed.first_key).code == 12


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served() -> Iterator[Callable[[Path], str]]:
    """Serve a folder of plain files on this machine."""
    running = []

    def serve(folder: Path) -> str:
        handler = functools.partial(_Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield serve
    for server, thread in running:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_same_over_http_from_plain_files(signed, mirror, served, daylight):
    address = served(mirror)
    ran = daylight("verify", address, "--key", signed.first_key)
    assert ran.code == 0, ran.err
    assert "3 of 3 releases are signed" in ran.out
    (mirror / "keys" / "extra.pub").write_text("x")
    assert daylight("verify", address).code == 0  # what is not listed is not fetched, and nobody is led to it
    (mirror / "releases" / signed.releases[1] / "SHA256SUMS.minisig").unlink()
    assert daylight("verify", address).code == 12


# --- what a forger may try


def relist(
    folder: Path, change: Callable[[dict[str, Any]], object] = lambda index: None, *, sign: bool = False
) -> None:
    """Change the list of a mirror and mend every hash in it; without the secret key its signature goes."""
    place = folder / "catalogue.json"
    index = json.loads(place.read_text())
    change(index)
    index["files"] = {name: sha256((folder / name).read_bytes()) for name in index["files"] if (folder / name).exists()}
    index["digest"] = catalogue_digest(index)
    place.write_text(canonical_json(index))
    (folder / "catalogue.json.minisig").unlink(missing_ok=True)


def reforge(folder: Path, name: str, change: Callable[[str], str], **facts: object) -> tuple[str, str]:
    """Change a file of a release, and mend its manifest, sums, digest and name; returns the new id and digest."""
    manifest = json.loads((folder / "manifest.json").read_text())
    if name:
        (folder / name).write_text(change((folder / name).read_text()))
    for entry in manifest["files"]:
        content = (folder / entry["path"]).read_bytes()
        entry |= {"sha256": sha256(content), "bytes": len(content)}
    manifest |= facts
    manifest["digest"] = release_digest(manifest)
    manifest["id"] = release_id(date.fromisoformat(manifest["created_on"]), manifest["digest"])
    (folder / "manifest.json").write_text(canonical_json(manifest))
    paths = [*(entry["path"] for entry in manifest["files"]), "manifest.json"]
    (folder / "SHA256SUMS").write_text(sums_text({path: sha256((folder / path).read_bytes()) for path in paths}))
    folder.rename(folder.with_name(manifest["id"]))
    return manifest["id"], manifest["digest"]


def _rename(index: dict[str, Any], old: str, new: tuple[str, str]) -> None:
    for entry in index["releases"]:
        if entry["id"] == old:
            entry |= {"id": new[0], "digest": new[1]}


def _unlist(*gone: str) -> Callable[[dict[str, Any]], None]:
    def change(index: dict[str, Any]) -> None:
        index["releases"] = [entry for entry in index["releases"] if entry["id"] not in gone]

    return change


def _relatest(folder: Path, release: str) -> None:
    shutil.rmtree(folder / "latest")
    shutil.copytree(folder / "releases" / release, folder / "latest")


def remove_oldest(folder: Path, signed: Signed) -> None:
    shutil.rmtree(folder / "releases" / signed.releases[2])
    relist(folder, _unlist(signed.releases[2]))


def remove_middle(folder: Path, signed: Signed) -> None:
    shutil.rmtree(folder / "releases" / signed.releases[1])
    relist(folder, _unlist(signed.releases[1]))


def reorder(folder: Path, signed: Signed) -> None:
    relist(folder, lambda index: index["releases"].insert(1, index["releases"].pop()))


def edit_a_figure_of_the_oldest(folder: Path, signed: Signed) -> None:
    place = folder / "releases" / signed.releases[2]
    new = reforge(place, "notes.md", lambda text: text + "All is well.\n")
    relist(folder, lambda index: _rename(index, signed.releases[2], new))


def edit_revisions_without_mending(folder: Path, signed: Signed) -> None:
    with (folder / "releases" / signed.releases[2] / "revisions.csv").open("a") as file:
        file.write("complaints,2026-05,received,2,1,correction,,,SAMPLE DATA\n")


def rewrite_everything(folder: Path, signed: Signed) -> None:
    """Another past, all of it consistent, nothing signed."""
    link = None
    for old in reversed(signed.releases):
        place = folder / "releases" / old
        for name in ("SHA256SUMS.minisig", "minisign.pub", "minisign.pub.minisig"):
            (place / name).unlink(missing_ok=True)
        new = reforge(place, "notes.md", lambda text: text + "All is well.\n", previous=link)
        link = {"id": new[0], "digest": new[1]}
        relist(folder, functools.partial(_rename, old=old, new=new))
    shutil.rmtree(folder / "keys")
    _relatest(folder, link["id"])
    relist(folder)


def take_off_a_signature(folder: Path, signed: Signed) -> None:
    for name in ("SHA256SUMS.minisig", "minisign.pub"):
        (folder / "releases" / signed.releases[1] / name).unlink()


def drop_the_newest(folder: Path, signed: Signed) -> None:
    shutil.rmtree(folder / "releases" / signed.releases[0])
    _relatest(folder, signed.releases[1])
    relist(folder, _unlist(signed.releases[0]))


def drop_the_newest_and_its_key(folder: Path, signed: Signed) -> None:
    newest = key_named(signed.second_key).id
    for path in (folder / "keys").glob(f"{newest}*"):
        path.unlink()
    drop_the_newest(folder, signed)


def sign_with_a_key_of_ones_own(folder: Path, signed: Signed) -> None:
    """Another past, signed with another key that calls itself the publisher's."""
    from etl.signing import make_keys, open_signer

    rewrite_everything(folder, signed)
    make_keys(folder.parent / "forger", password="")
    signer = open_signer(folder.parent / "forger/daylight.key", str)
    for place in [*(folder / "releases").iterdir(), folder / "latest"]:
        (place / "minisign.pub").write_bytes(signer.key.file)
        (place / "SHA256SUMS.minisig").write_bytes(signer.sign((place / "SHA256SUMS").read_bytes(), "release"))
    (folder / "keys").mkdir()
    name = f"keys/{signer.key.id}.pub"
    (folder / name).write_bytes(signer.key.file)
    relist(folder, lambda index: index["files"].update({name: ""}))


def bring_back_the_replaced_key(folder: Path, signed: Signed) -> None:
    """Whoever found the first key signs another newest release with it."""
    from etl.signing import open_signer

    place = folder / "releases" / signed.releases[0]
    new = reforge(place, "notes.md", lambda text: text + "All is well.\n")
    place = place.with_name(new[0])
    signer = open_signer(signed.keys / "first/daylight.key", lambda: PASSWORD)
    (place / "minisign.pub").write_bytes(signer.key.file)
    (place / "minisign.pub.minisig").unlink()
    (place / "SHA256SUMS.minisig").write_bytes(signer.sign((place / "SHA256SUMS").read_bytes(), "release"))
    _relatest(folder, new[0])
    relist(folder, lambda index: _rename(index, signed.releases[0], new))


def start_a_second_line_of_keys(folder: Path, signed: Signed) -> None:
    """Whoever found the first key lets it sign a key of their own."""
    from etl.signing import make_keys, open_signer

    first = open_signer(signed.keys / "first/daylight.key", lambda: PASSWORD)
    key = make_keys(folder.parent / "forger", password="", follows=first)
    names = {f"keys/{key.id}.pub": "daylight.pub", f"keys/{key.id}.pub.minisig": "daylight.pub.minisig"}
    for name, source in names.items():
        shutil.copy(folder.parent / "forger" / source, folder / name)
    relist(folder, lambda index: index["files"].update(dict.fromkeys(names, "")))


def _entomb(folder: Path, release: str) -> None:
    name = f"withdrawn/{release}.json"
    (folder / "withdrawn").mkdir()
    shutil.copy(folder / "releases" / release / "manifest.json", folder / name)
    shutil.rmtree(folder / "releases" / release)

    def change(index: dict[str, Any]) -> None:
        index["files"][name] = ""
        for entry in index["releases"]:
            if entry["id"] == release:
                entry |= {"state": "withdrawn", "reason": "A mistake.", "withdrawn_on": "2026-11-01"}

    relist(folder, change)


def call_one_withdrawn(folder: Path, signed: Signed) -> None:
    _entomb(folder, signed.releases[2])


def change_a_day_in_the_list(folder: Path, signed: Signed) -> None:
    relist(folder, lambda index: index["releases"][2].update({"data_to": "2026-01"}))


def change_the_first_page(folder: Path, signed: Signed) -> None:
    page = folder / "index.html"
    page.write_text(page.read_text().replace("Newest release", "Best release"))
    signature = (folder / "catalogue.json.minisig").read_bytes()
    relist(folder)
    (folder / "catalogue.json.minisig").write_bytes(signature)


def slip_in_a_release(folder: Path, signed: Signed) -> None:
    copy = shutil.copytree(folder / "releases" / signed.releases[1], folder / "releases" / "copy")
    new = reforge(copy, "notes.md", lambda text: text + "All is well.\n")
    entry = {"id": new[0], "digest": new[1], "created_on": new[0][:10], "data_to": "2026-07", "state": "published",
             "reason": ""}  # fmt: skip
    relist(folder, lambda index: index["releases"].insert(1, entry))


def put_a_page_beside(folder: Path, signed: Signed) -> None:
    (folder / "keys" / "note.html").write_text("Trust this key.")


def put_a_release_beside(folder: Path, signed: Signed) -> None:
    copy = shutil.copytree(folder / "releases" / signed.releases[2], folder / "releases" / "copy")
    reforge(copy, "notes.md", lambda text: text + "All is well.\n")


EDITS = {
    remove_oldest: ("", "chain is broken"),
    remove_middle: ("", "chain is broken"),
    reorder: ("", "chain is broken"),
    edit_a_figure_of_the_oldest: ("", "chain is broken"),
    edit_revisions_without_mending: ("", "revisions.csv was changed"),
    slip_in_a_release: ("", "chain is broken"),
    change_a_day_in_the_list: ("", "do not agree"),
    take_off_a_signature: ("", "a signature was removed"),
    drop_the_newest: ("", "a signature or a release was removed"),
    bring_back_the_replaced_key: ("", "a signature or a release was removed"),
    start_a_second_line_of_keys: ("", "do not form one line"),
    change_the_first_page: ("", r"signature of catalogue\.json is not right"),
    put_a_page_beside: ("", "does not belong"),
    put_a_release_beside: ("", "does not belong"),
    drop_the_newest_and_its_key: ("second", "did not sign that one"),
    rewrite_everything: ("first", "is signed with key|Neither the newest"),
    sign_with_a_key_of_ones_own: ("first", "did not sign that one"),
    call_one_withdrawn: ("first", "no signature says so"),
}


@pytest.mark.parametrize(("edit", "given", "words"), [(edit, *told) for edit, told in EDITS.items()],
                         ids=[edit.__name__ for edit in EDITS])  # fmt: skip
def test_an_edited_history_is_found_out(edit, given, words, signed, mirror):
    edit(mirror, signed)
    key = {"": "", "first": signed.first_key, "second": signed.second_key}[given]
    with pytest.raises(ReleaseDamaged, match=words):
        verify(mirror, trust=trusting(key))


def test_ten_edits_and_more_end_with_exit_code_12(signed, mirror, daylight, tmp_path):
    assert len(EDITS) >= 10
    edit_a_figure_of_the_oldest(mirror, signed)
    ran = daylight("verify", mirror)
    assert (ran.code, ran.out, signed.releases[1] in ran.err) == (12, "", True)


def test_without_a_key_from_elsewhere_a_whole_other_past_is_consistent_and_says_that_it_is_not_signed(signed, mirror):
    """What only a key, or a release that was seen before, protects against (docs/how-to/verify-a-release.md)."""
    rewrite_everything(mirror, signed)
    assert any("Not signed" in line for line in verify(mirror)[0].checks)
    with pytest.raises(ReleaseDamaged, match="not part of this catalogue's history"):
        verify(mirror, trust=trusting(expect=signed.releases[2]))


def test_a_newest_release_that_was_taken_away_is_missed_by_whoever_has_seen_it(signed, mirror):
    drop_the_newest_and_its_key(mirror, signed)
    assert verify(mirror, trust=trusting(signed.first_key))
    with pytest.raises(ReleaseDamaged, match="expected, is not part"):
        verify(mirror, trust=trusting(signed.first_key, signed.releases[0]))


def test_one_bit_changed_in_anything_signed_is_noticed(signed, mirror):
    newest = mirror / "releases" / signed.releases[0]
    files = [path for path in (*sorted(newest.iterdir()), *sorted((mirror / "keys").iterdir()), *sorted(mirror.iterdir()))
             if path.is_file()]  # fmt: skip
    assert {"minisign.pub", "minisign.pub.minisig", "SHA256SUMS.minisig", "catalogue.json.minisig"} <= {
        p.name for p in files
    }
    for path in files:
        good = path.read_bytes()
        signature = path.suffix in (".minisig", ".pub")
        for place in (*range(0, len(good), 9), len(good) - 1) if signature else (0, len(good) // 2, len(good) - 1):
            path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
            with pytest.raises(ReleaseDamaged):
                quick(mirror)
        path.write_bytes(good)
    assert quick(mirror)


def quick(folder: Path) -> object:
    """The history without the arithmetic of each release: the list, the chain and the signatures."""
    from etl.chain import check_catalogue

    return check_catalogue(open_catalogue(folder), Trust())


# --- keys


def test_a_secret_key_is_only_for_its_owner_and_is_never_overwritten(tmp_path, daylight):
    assert daylight("keygen", "-o", tmp_path / "keys", "--unencrypted").code == 0
    secret = tmp_path / "keys/daylight.key"
    before = secret.read_bytes()
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    again = daylight("keygen", "-o", tmp_path / "keys", "--unencrypted")
    assert (again.code, secret.read_bytes() == before) == (14, True)
    assert "was left as it is" in again.err


def test_nobody_is_asked_for_a_password_where_nobody_sits(tmp_path, daylight):
    ran = daylight("keygen", "-o", tmp_path / "keys")
    assert (ran.code, (tmp_path / "keys").exists()) == (2, False)
    both = daylight("keygen", "-o", tmp_path / "keys", "--unencrypted", "--password-file", __file__)
    assert both.code == 2
    (tmp_path / "empty").write_text("\n")
    assert daylight("keygen", "-o", tmp_path / "keys", "--password-file", tmp_path / "empty").code == 2


@pytest.mark.parametrize(
    ("environment", "code", "words"),
    [
        ({}, 14, "DAYLIGHT_SIGN_KEY_PASSWORD"),
        ({"DAYLIGHT_SIGN_KEY_PASSWORD": "wrong"}, 14, "the password is wrong"),
        ({"DAYLIGHT_SIGN_KEY_PASSWORD_FILE": "nowhere"}, 14, "cannot be read"),
        ({"DAYLIGHT_SIGN_KEY_PASSWORD": PASSWORD}, 0, ""),
    ],
    ids=["none", "wrong", "no file", "right"],
)
def test_the_password_comes_from_the_environment_and_is_never_printed(
    environment, code, words, signed, tmp_path, daylight
):
    build = ("build", "--submissions", signed.submissions, "--out", tmp_path, "--on", "2026-10-30")
    ran = daylight(*build, "--sign-key", signed.keys / "first/daylight.key", environment=environment)
    assert (ran.code, words in ran.err) == (code, True)
    assert not any(secret in ran.out + ran.err for secret in environment.values() if secret not in ("wrong", "nowhere"))


def test_what_is_no_key_is_14(signed, small_catalogue, tmp_path, daylight):
    (tmp_path / "no.key").write_text("untrusted comment: x\nnothing\n")
    build = ("build", "--submissions", signed.submissions, "--out", tmp_path / "out", "--on", "2026-10-30")
    assert daylight(*build, "--sign-key", tmp_path / "no.key").code == 14
    assert daylight("verify", small_catalogue, "--key", "nothing").code == 14


def test_signing_twice_gives_the_same_bytes(signed, small, tmp_path, make):
    key = ("--sign-key", signed.keys / "second/daylight.key")
    one, two = (make(small, tmp_path / name, *key) for name in ("one", "two"))
    assert (one / "SHA256SUMS.minisig").read_bytes() == (two / "SHA256SUMS.minisig").read_bytes()
    assert one.name == two.name


def publish(daylight: Any, release: Path, catalogue: Path, *more: object) -> Any:
    return daylight("publish", release, "--to", "local", "--catalogue", catalogue, "--yes", *more)


@pytest.fixture
def next_release(signed, own, daylight, row, write, tmp_path) -> Callable[..., Path]:
    """Build a release that follows the newest of `own`, signed or not."""

    def build(*more: object) -> Path:
        submissions = shutil.copytree(signed.submissions, tmp_path / "more")
        write(submissions / "complaints_9.csv", [row("complaints", period="2026-09", submitted_on="")])
        ran = daylight("build", "--submissions", submissions, "--out", tmp_path / "out", "--on", "2026-11-20", "--previous",
                       own, *more)  # fmt: skip
        assert ran.code == 0, ran.err
        return tmp_path / "out" / ran.out.strip()

    return build


@pytest.mark.parametrize("case", ["unsigned", "stranger", "replaced key", "list not signed"])
def test_a_signed_catalogue_takes_only_what_continues_its_signatures(
    case, signed, own, next_release, daylight, contents, tmp_path
):
    before = contents(own)
    second = ("--sign-key", signed.keys / "second/daylight.key")
    if case == "stranger":
        assert daylight("keygen", "-o", tmp_path / "stranger", "--unencrypted").code == 0
    secret = {"DAYLIGHT_SIGN_KEY_PASSWORD": PASSWORD}
    built_with, listed_with, code, words = {
        "unsigned": ((), second, 13, "build it with --sign-key"),
        "stranger": (("--sign-key", tmp_path / "stranger/daylight.key"), second, 13, "keygen --follows"),
        "replaced key": (second, ("--sign-key", signed.keys / "first/daylight.key"), 13, "is to be signed with key"),
        "list not signed": (second, (), 14, "give --sign-key"),
    }[case]
    release = next_release(*built_with)
    ran = daylight("publish", release, "--to", "local", "--catalogue", own, "--yes", *listed_with, environment=secret)
    assert (ran.code, words in ran.err) == (code, True), ran.err
    assert contents(own) == before


# --- withdrawing


def withdraw(
    daylight: Any, catalogue: Path, release: str, *more: object, reason: str = "A table held a wrong month."
) -> Any:
    return daylight("withdraw", release, "--reason", reason, "--catalogue", catalogue, "--on", "2026-11-03", *more)


@pytest.mark.parametrize("which", [0, 1, 2], ids=["newest", "middle", "oldest"])
def test_a_withdrawn_release_keeps_its_place_and_the_chain_holds(which, signed, own, daylight, contents):
    key = ("--sign-key", signed.keys / "second/daylight.key")
    release, before = signed.releases[which], contents(own)
    plan = withdraw(daylight, own, release, *key)
    assert (plan.code, "Nothing was changed. Add --yes to do it." in plan.out, contents(own) == before) == (
        0,
        True,
        True,
    )
    done = withdraw(daylight, own, release, *key, "--yes")
    assert done.code == 0, done.err
    entry = open_catalogue(own).index.releases[which]
    assert (entry.id, entry.state, str(entry.withdrawn_on)) == (release, "withdrawn", "2026-11-03")
    assert not (own / "releases" / release).exists()
    assert (own / "latest").resolve().name == next(one.id for one in open_catalogue(own).published())
    assert (own / f"withdrawn/{release}.json").is_file()
    for name in ("index.html", "feed.atom", "catalogue.json"):
        assert "A table held a wrong month." in (own / name).read_text()
    for key_text in (signed.first_key, signed.second_key):
        told = verify(own, trust=trusting(key_text, signed.releases[1]))
        assert any("was withdrawn on 2026-11-03: A table held a wrong month." in line for line in told[0].checks)
    again = withdraw(daylight, own, release, *key, "--yes")
    assert (again.code, "is withdrawn already" in again.out) == (0, True)


def test_a_release_follows_a_withdrawn_one_and_all_can_be_withdrawn(signed, own, next_release, daylight):
    key = ("--sign-key", signed.keys / "second/daylight.key")
    for release in signed.releases:
        assert withdraw(daylight, own, release, *key, "--yes").code == 0
    assert not (own / "latest").exists()
    assert "No release is public" in (own / "index.html").read_text()
    assert verify(own)[0].checks
    release = next_release(*key)
    assert json.loads((release / "manifest.json").read_text())["previous"]["id"] == signed.releases[0]
    shown = publish(daylight, release, own, *key)
    assert shown.code == 0, shown.err
    assert verify(own, trust=trusting(signed.second_key))
    assert (own / "latest").resolve().name == release.name


def test_the_chain_is_checked_through_a_withdrawn_release(signed, own, daylight, tmp_path):
    key = ("--sign-key", signed.keys / "second/daylight.key")
    assert withdraw(daylight, own, signed.releases[1], *key, "--yes").code == 0
    mirror = shutil.copytree(own, tmp_path / "mirror", ignore=shutil.ignore_patterns(".*"))
    edit_a_figure_of_the_oldest(mirror, signed)
    with pytest.raises(ReleaseDamaged, match=f"broken at release {signed.releases[1]}"):
        verify(mirror)


def test_withdrawing_without_signatures(small_copy, small_release, daylight):
    assert withdraw(daylight, small_copy, "2026-01-01_0123456789ab", "--yes").code == 13
    assert withdraw(daylight, small_copy, small_release.name, "--yes", reason=" ").code == 2
    done = withdraw(daylight, small_copy, small_release.name, "--yes", "--json")
    assert (done.code, len(done.document["done"])) == (0, 3)
    again = publish(daylight, small_release, small_copy)
    assert (again.code, "was withdrawn" in again.err) == (13, True)
    assert daylight("verify", small_copy).code == 0


def test_a_signed_catalogue_is_not_withdrawn_from_without_a_key(signed, own, daylight, contents):
    before = contents(own)
    ran = withdraw(daylight, own, signed.releases[0], "--yes")
    assert (ran.code, "give --sign-key" in ran.err, contents(own) == before) == (14, True, True)


def test_a_damaged_release_can_be_withdrawn(small_copy, small_release, daylight):
    os.truncate(small_copy / "releases" / small_release.name / "tables/complaints.csv", 10)
    assert withdraw(daylight, small_copy, small_release.name, "--yes").code == 0
    assert verify(small_copy)
