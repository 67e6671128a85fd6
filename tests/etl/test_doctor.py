"""`daylight doctor`: everything that can be wrong with an installation is found, named, and comes with its mend."""

import json
import os
import shutil
import socket
import threading
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from etl.doctor import place
from etl.publish.local import LocalCatalogue
from etl.publish.page import Publisher
from etl.signing import make_keys, open_signer
from schemas.release import open_catalogue, open_folder

SECRETS = ("planted-password-7f3a", "planted-key-secret-91bc", "planted-app-token-44de", "planted-key-id-0a1b")


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return tried.getsockname()[1]


@pytest.fixture
def doctor(daylight, tmp_path):
    """`doctor(catalogue, NAME=value)` -> exit code and the checks by name."""

    def run(catalogue, *options, day="2026-10-20", **settings):
        environment = {"DAYLIGHT_CATALOGUE": str(catalogue), "DAYLIGHT_PORT": str(free_port())}
        environment |= {f"DAYLIGHT_{name}": str(value) for name, value in settings.items()}
        ran = daylight("doctor", "--json", "--on", day, *options, folder=tmp_path, environment=environment)
        assert ran.err == ""
        for line in ran.document["checks"]:
            assert line["found"]
            assert bool(line["mend"]) is (line["state"] != "ok"), line
        states = [line["state"] for line in ran.document["checks"]]
        assert ran.document["verdict"] == next(s for s in ("mend", "warning", "ok") if s in states)
        assert (ran.code == 0) is ("mend" not in states)
        return ran.code, {line["check"]: line for line in ran.document["checks"]}

    return run


@pytest.fixture(scope="module")
def signed(release, tmp_path_factory):
    """A catalogue signed with a key without a password: (catalogue, key)."""
    home = tmp_path_factory.mktemp("signed")
    make_keys(home / "keys", password="")
    key = home / "keys/daylight.key"
    made = home / release.name
    shutil.copytree(release, made)
    signer = open_signer(key, str)
    (made / "SHA256SUMS.minisig").write_bytes(signer.sign((made / "SHA256SUMS").read_bytes(), "test"))
    (made / "minisign.pub").write_bytes(signer.key.file)
    destination = LocalCatalogue(home / "catalogue", Publisher(signer=signer))
    destination.publish(destination.plan(open_folder(made)))
    return home / "catalogue", key


def test_all_is_well(doctor, signed, tmp_path):
    catalogue, key = signed
    (tmp_path / "inbox").mkdir(mode=0o750)
    code, lines = doctor(catalogue, SIGN_KEY=key, INBOX=tmp_path / "inbox")
    assert code == 0
    assert {name: line["state"] for name, line in lines.items() if line["state"] != "ok" and name != "clock"} == {}
    assert set(lines) == {"settings", "catalogue folder", "inbox", "disk", "clock", "signing key", "fonts", "catalogue",
                          "newest data", "port", "portal"}  # fmt: skip
    assert "the catalogue's" in lines["signing key"]["found"]


def test_people_get_lines_and_mail_gets_one(daylight, signed, tmp_path):
    catalogue, _key = signed
    environment = {"DAYLIGHT_CATALOGUE": str(catalogue), "DAYLIGHT_PORT": str(free_port()), "DAYLIGHT_TYPO": "1"}
    told = daylight("doctor", "--on", "2026-10-20", folder=tmp_path, environment=environment)
    assert (told.code, told.err) == (14, "")
    assert "mend     settings:" in told.out
    assert "→ unset DAYLIGHT_TYPO" in told.out
    mailed = daylight("doctor", "--quiet", "--on", "2026-10-20", folder=tmp_path, environment=environment)
    (line,) = mailed.out.splitlines()
    assert line.startswith("daylight doctor: mend: settings; look at: ")
    assert (mailed.code, line) == (14, told.out.splitlines()[-1])


def test_it_changes_nothing(doctor, catalogue_copy, tmp_path):
    def state():
        return {path: (path.lstat().st_mtime_ns, path.lstat().st_mode) for path in tmp_path.rglob("*")}

    before = state()
    doctor(catalogue_copy, INBOX=tmp_path / "inbox")
    assert state() == before


# --- settings and folders


def test_settings_that_make_no_sense_are_the_only_line(daylight, tmp_path):
    ran = daylight("doctor", "--json", folder=tmp_path, environment={"DAYLIGHT_PORT": "many"})
    assert (ran.code, [line["check"] for line in ran.document["checks"]]) == (14, ["settings"])


def test_a_county_that_is_not_there(doctor, catalogue):
    code, lines = doctor(catalogue, JURISDICTION="nowhere")
    assert (code, lines["settings"]["state"]) == (15, "mend")


@pytest.mark.parametrize(
    ("mode", "state", "mend"),
    [(0o777, "mend", "chmod o-w"), (0o700, "warning", "chmod -R go+rX"), (0o755, "ok", "")],
    ids=["open to all", "closed", "as it should be"],
)
def test_rights_of_the_catalogue(doctor, catalogue_copy, mode, state, mend):
    catalogue_copy.chmod(mode)
    line = doctor(catalogue_copy)[1]["catalogue folder"]
    assert line["state"] == state
    assert line["mend"].startswith(mend)


def test_a_catalogue_that_cannot_be_made(doctor, tmp_path):
    (tmp_path / "file").write_text("")
    assert doctor(tmp_path / "file/catalogue")[1]["catalogue folder"]["state"] == "mend"


def test_an_inbox_that_everybody_can_read(doctor, catalogue, tmp_path):
    inbox = tmp_path / "in box"
    inbox.mkdir()
    inbox.chmod(0o755)
    code, lines = doctor(catalogue, INBOX=inbox)
    assert (code, lines["inbox"]["mend"]) == (14, f"chmod -R o-rwx '{inbox}'")


def test_an_inbox_in_the_public_catalogue(doctor, catalogue_copy):
    inside = catalogue_copy / "inbox"
    inside.mkdir(mode=0o700)
    assert "public" in doctor(catalogue_copy, INBOX=inside)[1]["inbox"]["found"]


def test_a_full_disk(catalogue, monkeypatch):
    usage = type(shutil.disk_usage("/"))
    opened = open_catalogue(catalogue)
    for free, state in ((5_000_000, "mend"), (300_000_000, "warning"), (50_000_000_000, "ok")):
        monkeypatch.setattr(shutil, "disk_usage", lambda _place, free=free: usage(10**12, 10**12 - free, free))
        assert place.disk(opened, catalogue).state == state


# --- the clock


def test_a_clock_before_the_newest_release(doctor, catalogue):
    code, lines = doctor(catalogue, day="2026-10-19")
    assert (code, lines["clock"]["state"]) == (14, "mend")


@pytest.mark.parametrize(("there", "state"), [(True, "ok"), (False, "warning")], ids=["set", "never set"])
def test_a_clock_that_nobody_has_set(there, state, tmp_path):
    moment = datetime(2026, 10, 20, 12, tzinfo=UTC)
    mark = tmp_path / "timesync/synchronized"
    mark.parent.mkdir()
    if there:
        mark.touch()
    assert place.clock(None, date(2026, 10, 20), moment, synchronized=mark).state == state


# --- the key


def test_no_key_where_the_catalogue_is_signed(doctor, signed, catalogue):
    assert "cannot publish" in doctor(signed[0])[1]["signing key"]["found"]
    assert "not signed" in doctor(catalogue)[1]["signing key"]["found"]


def copied(used, folder, *, mode=0o600, written=None):
    key = shutil.copy2(used, folder / "daylight.key")
    key.chmod(mode)
    if written:
        os.utime(key, (written, written))
    return key


def made(used, folder, *, password="", follows=True):
    make_keys(folder / "keys", password=password, follows=open_signer(used, str) if follows else None)
    return folder / "keys/daylight.key"


@pytest.mark.parametrize(
    ("key", "state", "words"),
    [
        (lambda _used, folder: folder / "keys/daylight.key", "mend", "keygen"),
        (lambda used, folder: copied(used, folder, mode=0o640), "mend", "chmod 600 "),
        (lambda used, folder: copied(used, folder, written=1_600_000_000), "warning", "keygen --follows "),
        (lambda _used, folder: folder, "mend", "not a plain file"),
        (lambda used, folder: made(used, folder, follows=False), "mend", "did not sign this one"),
        (made, "ok", "new here"),
        (lambda used, folder: made(used, folder, password=SECRETS[0]), "mend", "DAYLIGHT_SIGN_KEY_PASSWORD_FILE"),
    ],
    ids=["missing", "readable by others", "old", "a folder", "a stranger's", "the one that follows", "locked"],
)  # fmt: skip
def test_keys(doctor, signed, tmp_path, key, state, words):
    catalogue, used = signed
    line = doctor(catalogue, SIGN_KEY=key(used, tmp_path))[1]["signing key"]
    assert line["state"] == state, line
    assert words in line["found"] + line["mend"]


@pytest.mark.parametrize(("mode", "state"), [(0o600, "ok"), (0o644, "mend")], ids=["its owner's", "everybody's"])
def test_the_file_of_a_password(doctor, signed, tmp_path, mode, state):
    password = tmp_path / "password"
    password.write_text(f"{SECRETS[0]}\n")
    password.chmod(mode)
    key = made(signed[1], tmp_path, password=SECRETS[0])
    line = doctor(signed[0], SIGN_KEY=key, SIGN_KEY_PASSWORD_FILE=password)[1]["signing key"]
    assert (line["state"], line["mend"]) == (state, "" if state == "ok" else f"chmod 600 {password}")
    assert SECRETS[0] not in json.dumps(line)


# --- the record


def test_a_damaged_catalogue_goes_before_everything_else(doctor, catalogue_copy):
    table = next((catalogue_copy / "releases").iterdir()) / "tables/indicators.csv"
    table.write_text(table.read_text() + "\n")
    code, lines = doctor(catalogue_copy, TYPO=1)
    assert (code, lines["catalogue"]["state"], lines["settings"]["state"]) == (12, "mend", "mend")
    assert "daylight verify" in lines["catalogue"]["mend"]


def test_an_option_names_the_catalogue_before_the_settings_do(doctor, catalogue, tmp_path):
    assert doctor(tmp_path / "nothing", "--catalogue", catalogue)[1]["catalogue"]["looked_at"] == str(catalogue)


def test_nothing_published_yet(doctor, tmp_path):
    code, lines = doctor(tmp_path / "catalogue")
    assert code == 0
    assert (lines["catalogue"]["state"], lines["newest data"]["state"]) == ("warning", "warning")


@pytest.mark.parametrize(
    ("day", "grace", "late"),
    [("2026-11-15", 5, False), ("2026-11-20", 5, False), ("2026-11-21", 5, True), ("2026-11-16", 0, True),
     ("2026-11-15", 0, False), ("2027-06-01", 5, True)],
)  # fmt: skip
def test_data_are_late_when_the_days_of_grace_are_over(doctor, catalogue, day, grace, late):
    code, lines = doctor(catalogue, day=day, GRACE_DAYS=grace)
    assert (code, lines["newest data"]["state"]) == ((13, "mend") if late else (0, "ok"))
    assert "2026-09" in lines["newest data"]["found"]
    assert ("2026-10 was due on 2026-11-15" in lines["newest data"]["found"]) is late


# --- port and portal


class _Health(BaseHTTPRequestHandler):
    told = b""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.told)

    def log_message(self, *_):
        pass


@pytest.fixture
def served():
    """`served(bytes)` -> the port of a server that answers so."""
    servers = []

    def serve(told):
        handler = type("Told", (_Health,), {"told": told})
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=servers[-1].serve_forever, args=(0.01,), daemon=True).start()
        return servers[-1].server_address[1]

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("told", "state"),
    [("{id}", "ok"), ("2020-01-01_000000000000", "warning"), (None, "mend")],
    ids=["shows the newest", "shows an older one", "is not ours"],
)
def test_a_port_in_use(doctor, catalogue, release, served, told, state):
    answer = b"<html>" if told is None else json.dumps({"release": told.format(id=release.name)}).encode()
    code, lines = doctor(catalogue, "--port", served(answer), "--port", free_port())
    assert lines["port"]["state"] == "ok", "the last one given is free"
    (tried,) = list(place.ports("127.0.0.1", (served(answer),), release.name))
    assert tried.state == state
    assert code == (14 if state == "mend" else 0)


def test_a_portal_that_cannot_be_reached(doctor, catalogue, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(SECRETS[1])
    portal = {"SOCRATA_DOMAIN": f"127.0.0.1:{free_port()}", "SOCRATA_KEY_ID": SECRETS[3], "SOCRATA_KEY_SECRET_FILE": secret,
              "SOCRATA_APP_TOKEN": SECRETS[2], "SOCRATA_PATIENCE": "0.2", "SOCRATA_TIMEOUT": "1"}  # fmt: skip
    code, lines = doctor(catalogue, **portal)
    assert (code, lines["portal"]["state"]) == (13, "mend")
    assert doctor(catalogue, "--no-portal", **portal)[0] == 0
    del portal["SOCRATA_DOMAIN"]
    code, lines = doctor(catalogue, **portal)
    assert (code, lines["portal"]["state"]) == (14, "mend")
    assert "DAYLIGHT_SOCRATA_DOMAIN" in lines["portal"]["found"]


def test_no_secret_is_in_the_answer(daylight, signed, tmp_path):
    catalogue, _key = signed
    make_keys(tmp_path / "locked", password="another")
    environment = {
        "DAYLIGHT_CATALOGUE": str(catalogue), "DAYLIGHT_SIGN_KEY": str(tmp_path / "locked/daylight.key"),
        "DAYLIGHT_SIGN_KEY_PASSWORD": SECRETS[0], "DAYLIGHT_SOCRATA_DOMAIN": f"127.0.0.1:{free_port()}",
        "DAYLIGHT_SOCRATA_KEY_ID": SECRETS[3], "DAYLIGHT_SOCRATA_KEY_SECRET": SECRETS[1],
        "DAYLIGHT_SOCRATA_APP_TOKEN": SECRETS[2], "DAYLIGHT_SOCRATA_PATIENCE": "0.2", "DAYLIGHT_PORT": str(free_port()),
    }  # fmt: skip
    for options in ([], ["--json"], ["--quiet"]):
        ran = daylight("doctor", "--on", "2026-10-20", *options, folder=tmp_path, environment=environment)
        assert ran.code == 13
        assert "signing key" in ran.out
        assert [secret for secret in SECRETS if secret in ran.out + ran.err] == []


def test_letters_are_drawn():
    assert place.fonts().state == "ok"


def test_the_key_is_never_written_into_the_answer(doctor, signed):
    catalogue, key = signed
    secret = Path(key).read_text().splitlines()[1]
    assert secret not in json.dumps(doctor(catalogue, SIGN_KEY=key)[1])
