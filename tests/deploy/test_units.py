"""The systemd units, by systemd's own tools: they can be loaded, they are closed, and each failure tells somebody."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted(path for path in (DEPLOY / "systemd").iterdir() if path.suffix in (".service", ".timer", ".target"))
SERVICES = [path for path in UNITS if path.suffix == ".service"]
ANALYZE = shutil.which("systemd-analyze")
needs_systemd = pytest.mark.skipif(not ANALYZE, reason="systemd-analyze (Debian: systemd) is not installed")


def text_of(name):
    return (DEPLOY / "systemd" / name).read_text(encoding="utf-8")


@pytest.fixture
def root(tmp_path):
    """A root folder with the units, instances of the templates, systemd's own units, and the programs they start."""
    system = tmp_path / "etc/systemd/system"
    system.mkdir(parents=True)
    for unit in UNITS:
        shutil.copy(unit, system)
        if "@." in unit.name:
            shutil.copy(unit, system / unit.name.replace("@.", "@8501."))
    programs = tmp_path / "opt/daylight/current/bin"
    programs.mkdir(parents=True)
    for script in (DEPLOY / "bin").iterdir():
        shutil.copy(script, programs)
    shutil.copy("/bin/true", programs / "daylight")
    (tmp_path / "usr/lib").mkdir(parents=True)
    shutil.copytree("/usr/lib/systemd/system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    return tmp_path


def analyze(root, *arguments):
    command = [ANALYZE, f"--root={root}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@needs_systemd
def test_systemd_accepts_every_unit(root):
    units = [str(path) for path in sorted((root / "etc/systemd/system").iterdir())]
    assert len(units) == len(UNITS) + 2
    ran = analyze(root, "verify", "--man=no", *units)
    assert (ran.returncode, ran.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize(
    ("old", "new"),
    [("ProtectSystem=strict", "ProtektSystem=strict"), ("bin/daylight serve", "bin/dailight serve"),
     ("Type=exec", "Type=exek"), ("MemoryMax=1G", "MemoryMax=plenty")],
)  # fmt: skip
def test_systemd_would_have_said_what_is_wrong(root, old, new):
    unit = root / "etc/systemd/system/daylight-web@8501.service"
    text = unit.read_text()
    assert old in text
    unit.write_text(text.replace(old, new))
    ran = analyze(root, "verify", "--man=no", str(unit))
    assert ran.returncode != 0 or ran.stderr != ""


@needs_systemd
@pytest.mark.parametrize("unit", [path.name for path in SERVICES if "alert" not in path.name])
def test_what_a_unit_may_do_is_little(root, unit):
    """systemd's own measure: 0 is closed, 10 is open; what it calls OK ends at 4.9."""
    ran = analyze(root, "security", "--offline=yes", "--threshold=15", unit.replace("@.", "@8501."))
    assert ran.returncode == 0, ran.stdout[-300:]


@needs_systemd
@pytest.mark.parametrize("timer", [path.name for path in UNITS if path.suffix == ".timer"])
def test_the_timers_name_days_that_come(timer):
    (when,) = re.findall(r"^OnCalendar=(.+)$", text_of(timer), re.MULTILINE)
    ran = subprocess.run([ANALYZE, "calendar", when], capture_output=True, text=True, check=False)
    assert ran.returncode == 0
    assert "Next elapse" in ran.stdout
    assert (DEPLOY / "systemd" / timer.replace(".timer", ".service")).is_file()
    assert "Persistent=yes" in text_of(timer), "a machine that was off catches up"


def test_every_service_that_can_fail_tells_somebody():
    for unit in SERVICES:
        assert ("OnFailure=daylight-alert@%n.service" in unit.read_text()) is ("alert" not in unit.name), unit.name


def test_the_replicas_cannot_reach_what_is_not_public():
    text = text_of("daylight-web@.service")
    assert "User=daylight-web" in text
    assert (
        "InaccessiblePaths=-/etc/daylight/keys -/etc/daylight/password -/var/lib/daylight -/var/backups/daylight"
        in text
    )
    assert "publisher.env" not in text
    assert "IPAddressDeny=any\nIPAddressAllow=localhost" in text
    assert "ReadWritePaths" not in text


def test_no_password_stands_in_a_unit_or_its_settings():
    for path in (DEPLOY / "systemd").iterdir():
        assert not re.search(r"(?i)(password|secret|token)=\S", path.read_text()), path.name


def test_the_settings_of_the_publisher_are_settings(tmp_path):
    from etl.settings import _unknown, settings_from

    lines = [line.lstrip("#") for line in text_of("publisher.env").splitlines() if re.match(r"#?[A-Z_]+=", line)]
    environment = dict(line.split("=", 1) for line in lines)
    assert _unknown(environment) == ()
    assert str(settings_from(environment, tmp_path).inbox) == "/var/lib/daylight/inbox"


@pytest.mark.skipif(not shutil.which("systemd-sysusers"), reason="systemd-sysusers (Debian: systemd) is not installed")
def test_users_and_folders_can_be_made(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("users are made by root")
    (tmp_path / "etc").mkdir()
    made = []
    for tool, file in (("systemd-sysusers", "sysusers"), ("systemd-tmpfiles", "tmpfiles")):
        more = ["--create"] if file == "tmpfiles" else []
        command = [tool, f"--root={tmp_path}", *more, str(DEPLOY / f"systemd/daylight.{file}")]
        made.append(subprocess.run(command, capture_output=True, text=True, check=False))
    assert [(ran.returncode, ran.stderr) for ran in made if ran.returncode] == []
    users = (tmp_path / "etc/passwd").read_text()
    assert re.search(r"^daylight:.*nologin$", users, re.MULTILINE)
    assert re.search(r"^daylight-web:.*nologin$", users, re.MULTILINE)
    folders = ("srv/daylight/catalogue", "var/lib/daylight/inbox", "etc/daylight/keys", "var/backups/daylight")
    modes = [oct((tmp_path / name).stat().st_mode & 0o777) for name in folders]
    assert modes == ["0o755", "0o700", "0o700", "0o700"]
