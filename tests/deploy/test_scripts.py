"""The scripts beside `daylight`: monthly job, backup and restore, upgrade and back, alert. Real programs, real files."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from etl.signing import make_keys

REPO = Path(__file__).parents[2]
BIN = REPO / "deploy/bin"
SCRIPTS = sorted(BIN.iterdir())


@pytest.fixture
def machine(tmp_path):
    """A small machine: folders, settings, and `run(script, …)` with `daylight` and the scripts on the path."""
    programs = tmp_path / "bin"
    programs.mkdir()
    daylight = programs / "daylight"
    daylight.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m etl "$@"\n')
    daylight.chmod(0o755)
    for script in SCRIPTS:
        (programs / script.name).symlink_to(script)
    environment = {
        "PATH": f"{programs}:/usr/bin:/bin", "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "HOME": str(tmp_path),
        "DAYLIGHT_CATALOGUE": str(tmp_path / "srv/catalogue"), "DAYLIGHT_INBOX": str(tmp_path / "inbox"),
        "DAYLIGHT_ON": "2026-10-20", "RELEASES": str(tmp_path / "releases"), "KEYS": str(tmp_path / "keys"),
        "BACKUPS": str(tmp_path / "backups"), "OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip

    def run(script, *arguments, **settings):
        ran = subprocess.run(
            [script, *map(str, arguments)], env={**environment, **{n: str(v) for n, v in settings.items()}}, text=True,
            cwd=tmp_path, capture_output=True, check=False, timeout=240,
        )  # fmt: skip
        assert "Traceback" not in ran.stderr, ran.stderr
        return ran

    return run


@pytest.fixture
def published(machine, tmp_path, catalogue):
    """The machine with a catalogue, an inbox with something in it, and keys."""
    shutil.copytree(catalogue, tmp_path / "srv/catalogue", symlinks=True)
    (tmp_path / "inbox/received/ab").mkdir(parents=True)
    (tmp_path / "inbox/received/ab/content.csv").write_text("planted-count,3\n")
    make_keys(tmp_path / "keys", password="")
    (tmp_path / "keys").chmod(0o700)
    (tmp_path / "inbox").chmod(0o700)
    return machine


def state(folder):
    """Every file and link of a folder, with content and rights."""
    return {
        str(path.relative_to(folder)): (str(path.readlink()) if path.is_symlink() else path.read_bytes(), path.lstat().st_mode)
        for path in sorted(folder.rglob("*")) if (path.is_file() or path.is_symlink()) and path.name != ".lock"
    }  # fmt: skip


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_sound_and_says_how_it_is_used(script):
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/bin/sh\n")
    assert "set -eu" in script.read_text()
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0


@pytest.mark.parametrize("name", ["daylight-restore", "daylight-upgrade", "daylight-install", "daylight-alert"])
def test_without_arguments_it_is_a_usage_error(machine, name):
    ran = machine(BIN / name)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "usage:" in ran.stderr


# --- the monthly job


@pytest.mark.slow
def test_the_monthly_job_publishes_verifies_and_does_nothing_twice(machine, tmp_path, row, write):
    inbox = tmp_path / "inbox"
    write(inbox / "complaints_2026-09.csv", [row("complaints", period="2026-09", submitted_on="")])
    make_keys(tmp_path / "keys", password="")
    signed = {"DAYLIGHT_SIGN_KEY": tmp_path / "keys/daylight.key", "PUBLIC_KEY": tmp_path / "keys/daylight.pub"}
    first = machine("daylight-monthly", **signed)
    assert first.returncode == 0, first.stderr
    assert "Published and verified: 2026-10-20_" in first.stdout
    assert [line.split(":")[0] for line in first.stderr.splitlines()] == ["daylight build", "daylight publish to local"]
    before = state(tmp_path / "srv/catalogue")
    again = machine("daylight-monthly", **signed)
    assert (again.returncode, state(tmp_path / "srv/catalogue")) == (0, before)
    assert "nothing new" in again.stderr
    write(inbox / "complaints_2026-08.csv", [row("complaints", period="never", submitted_on="")])
    refused = machine("daylight-monthly", **signed)
    assert (refused.returncode, state(tmp_path / "srv/catalogue")) == (10, before)
    assert refused.stderr.splitlines()[-1].startswith("daylight build: refused")


# --- backup and restore


def test_a_backup_comes_back_as_it_was(published, tmp_path):
    kept = {name: state(tmp_path / name) for name in ("srv/catalogue", "inbox", "keys")}
    made = published("daylight-backup")
    assert made.returncode == 0, made.stderr
    backup = Path(made.stdout.strip())
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in [backup, *backup.iterdir()]} == {
        backup.name: "0o700", "catalogue.tar.gz": "0o600", "inbox.tar.gz": "0o600", "keys.tar.gz": "0o600",
        "SHA256SUMS": "0o600",
    }  # fmt: skip
    for name in kept:
        shutil.rmtree(tmp_path / name)
    restored = published("daylight-restore", backup)
    assert restored.returncode == 0, restored.stderr
    assert {name: state(tmp_path / name) for name in kept} == kept
    assert published("daylight", "verify", tmp_path / "srv/catalogue").returncode == 0
    rights = {name: oct((tmp_path / name).stat().st_mode & 0o777) for name in ("srv/catalogue", "inbox", "keys")}
    assert rights == {"srv/catalogue": "0o755", "inbox": "0o700", "keys": "0o700"}


def test_a_backup_holds_no_password(published, tmp_path):
    (tmp_path / "keys/password").write_text("planted")
    backup = Path(published("daylight-backup").stdout.strip())
    listed = subprocess.run(["tar", "-tzf", backup / "keys.tar.gz"], capture_output=True, text=True, check=True).stdout
    assert sorted(listed.split()) == ["./", "./daylight.key", "./daylight.pub"]


def test_what_stood_there_is_kept(published, tmp_path):
    backup = published("daylight-backup").stdout.strip()
    (tmp_path / "inbox/later.csv").write_text("later")
    assert published("daylight-restore", backup).returncode == 0
    assert not (tmp_path / "inbox/later.csv").exists()
    (aside,) = tmp_path.glob("inbox.before-*")
    assert (aside / "later.csv").read_text() == "later"


@pytest.mark.slow
@pytest.mark.parametrize("change", ["an archive", "the sums too"])
def test_a_backup_that_was_changed_restores_nothing(published, tmp_path, change):
    backup = Path(published("daylight-backup").stdout.strip())
    if change == "an archive":
        with (backup / "catalogue.tar.gz").open("ab") as file:
            file.write(b"x")
    else:
        place = tmp_path / "changed"
        place.mkdir()
        subprocess.run(["tar", "-C", place, "-xzf", backup / "catalogue.tar.gz"], check=True)
        table = next((place / "releases").iterdir()) / "tables/indicators.csv"
        table.write_text(table.read_text().replace("0", "1", 1))
        subprocess.run(["tar", "-C", place, "-czf", backup / "catalogue.tar.gz", "."], check=True)
        sums = subprocess.run("sha256sum -- *.tar.gz", shell=True, cwd=backup, capture_output=True, check=True).stdout
        (backup / "SHA256SUMS").write_bytes(sums)
    before = {name: state(tmp_path / name) for name in ("srv/catalogue", "inbox", "keys")}
    ran = published("daylight-restore", backup)
    assert ran.returncode == 12
    assert "Nothing was restored." in ran.stderr
    assert {name: state(tmp_path / name) for name in before} == before
    assert [path.name for path in tmp_path.rglob("*restoring*")] == []


@pytest.mark.slow
def test_inbox_and_keys_are_encrypted_where_that_is_asked(published, tmp_path):
    kept = state(tmp_path / "inbox")
    scramble = {"ENCRYPT": "tr 'A-Za-z' 'N-ZA-Mn-za-m' | base64", "DECRYPT": "base64 -d | tr 'A-Za-z' 'N-ZA-Mn-za-m'"}
    backup = Path(published("daylight-backup", ENCRYPT=scramble["ENCRYPT"]).stdout.strip())
    for name in ("inbox.tar.gz", "keys.tar.gz"):
        assert subprocess.run(["gzip", "-t", backup / name], capture_output=True, check=False).returncode != 0
    assert subprocess.run(["gzip", "-t", backup / "catalogue.tar.gz"], check=False).returncode == 0
    assert published("daylight-restore", backup).returncode == 12, "without the way to decrypt it"
    shutil.rmtree(tmp_path / "inbox")
    assert published("daylight-restore", backup, DECRYPT=scramble["DECRYPT"]).returncode == 0
    assert state(tmp_path / "inbox") == kept


def test_old_backups_go_and_nothing_else_does(published, tmp_path):
    backups = tmp_path / "backups"
    for name in ("daylight-20200101T000000Z", "daylight-20200102T000000Z", "daylight-notes", "else"):
        (backups / name).mkdir(parents=True)
    newest = Path(published("daylight-backup", BACKUPS_KEPT="2").stdout.strip()).name
    assert {path.name for path in backups.iterdir()} == {newest, "daylight-20200102T000000Z", "daylight-notes", "else"}


def test_a_backup_that_cannot_be_made_leaves_nothing(machine, tmp_path):
    ran = machine("daylight-backup")
    assert ran.returncode != 0
    assert list((tmp_path / "backups").iterdir()) == []


# --- alerts


@pytest.mark.parametrize("way", ["sendmail", "command"])
def test_late_data_reach_a_person(published, tmp_path, way):
    """What the unit daylight-doctor does, and what systemd starts when it fails."""
    well = published("daylight", "doctor", "--quiet", "--port", "0")
    assert well.returncode == 0, well.stdout
    late = published("daylight", "doctor", "--port", "0", DAYLIGHT_ON="2026-11-21")
    assert late.returncode == 13
    assert "2026-10 was due on 2026-11-15" in late.stdout
    mailed = tmp_path / "mailed"
    settings = {"ALERT_COMMAND": f"cat > {mailed}"}
    if way == "sendmail":
        program = tmp_path / "bin/sendmail"
        program.write_text(f'#!/bin/sh\ncat > "{mailed}"\n')
        program.chmod(0o755)
        settings = {"ALERT_TO": "open-data@example.org"}
    assert published("daylight-alert", "daylight-doctor.service", **settings).returncode == 0
    text = mailed.read_text()
    assert text.startswith("Subject: Daylight: daylight-doctor.service failed on ")
    assert "docs/how-to/runbook.md" in text
    assert (way == "command") or "To: open-data@example.org" in text


# --- upgrade and back


@pytest.fixture
def versions(published, tmp_path):
    """Three versions: two that work, one that does not. A replica's start is noted by its port."""
    root = tmp_path / "opt"
    nothing = tmp_path / "nothing"
    health = (
        "import http.server, sys\n"
        "class H(http.server.BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        '        self.send_response(200); self.end_headers(); self.wfile.write(b\'{"release": "r"}\')\n'
        "    def log_message(self, *a): pass\n"
        "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), H).handle_request()\n"
    )
    for name in ("one", "two", "broken"):
        programs = root / name / "bin"
        programs.mkdir(parents=True)
        shutil.copy(tmp_path / "bin/daylight", programs / "daylight")
        (programs / "python").symlink_to(sys.executable)
    (tmp_path / "health.py").write_text(health)
    restart = tmp_path / "restart"
    restart.write_text(
        f'#!/bin/sh\nversion=$(basename "$(readlink {root}/current)")\necho "$version $1" >> {tmp_path}/restarts\n'
        f'[ "$version" != broken ] || exit 1\n"{sys.executable}" {tmp_path}/health.py "$1" >/dev/null 2>&1 &\n'
    )
    restart.chmod(0o755)
    ports = f"{free_port()} {free_port()}"
    return root, {"ROOT": root, "RESTART": restart, "PORTS": ports, "DAYLIGHT_CATALOGUE": nothing}


def free_port():
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


@pytest.mark.slow
def test_a_version_is_put_into_service_and_taken_back(published, versions, tmp_path):
    root, settings = versions
    assert published("daylight-upgrade", root / "one", **settings).returncode == 0
    assert published("daylight-upgrade", root / "two", **settings).returncode == 0
    assert [(root / name).readlink() for name in ("current", "previous")] == [root / "two", root / "one"]
    failed = published("daylight-upgrade", root / "broken", **settings)
    assert (failed.returncode, (root / "current").readlink()) == (1, root / "two")
    assert "Going back" in failed.stderr
    assert published("daylight-upgrade", "--back", **settings).returncode == 0
    assert [(root / name).readlink() for name in ("current", "previous")] == [root / "one", root / "two"]
    started = [line.split()[0] for line in (tmp_path / "restarts").read_text().splitlines()]
    assert started == ["one", "one", "two", "two", "broken", "two", "two", "one", "one"]


@pytest.mark.slow
def test_a_version_that_cannot_read_the_catalogue_changes_nothing(published, versions, tmp_path):
    root, settings = versions
    assert published("daylight-upgrade", root / "one", **settings).returncode == 0
    del settings["DAYLIGHT_CATALOGUE"]
    program = root / "two/bin/daylight"
    program.write_text("#!/bin/sh\nexit 12\n")
    ran = published("daylight-upgrade", root / "two", **settings)
    assert (ran.returncode, (root / "current").readlink()) == (12, root / "one")
    assert "Nothing was changed." in ran.stderr
