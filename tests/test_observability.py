"""Logs, metrics and summaries: they tell how the service is, and nothing of any person, figure or secret."""

import io
import json
import logging
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as prometheus

from etl.runs import Run, write_metrics
from schemas import journal

ROOT = Path(__file__).parents[1]
SECRET = "planted-secret-5f21"
PERSON = "Maria Planted-Gonzalez 1984-02-03"


@pytest.fixture
def logged():
    """The lines of structured logs written during a test; logging is put back as it was."""
    root, ours = logging.getLogger(), logging.getLogger(journal.LOGGER)
    before = (root.handlers[:], root.level, ours.level, logging.lastResort)
    stream = io.StringIO()
    loggers = [one for one in logging.Logger.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    theirs = [(one, one.handlers[:], one.propagate) for one in loggers]
    journal.switch_on(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers, root.level, ours.level, logging.lastResort = before
    for one, handlers, propagate in theirs:
        one.handlers, one.propagate = handlers, propagate


# --- what a line may hold


def test_an_event_is_one_line_of_known_fields(logged):
    journal.tell("run", command="build", exit_code=0, seconds=1.23456, release="2026-10-20_0123456789ab")
    (line,) = logged()
    assert datetime.fromisoformat(line.pop("at")).tzinfo == UTC
    assert line == {
        "event": "run",
        "command": "build",
        "exit_code": 0,
        "seconds": 1.2346,
        "release": "2026-10-20_0123456789ab",
    }


@pytest.mark.parametrize("text", [PERSON, "a b", "x" * 121, "?q=1", "a@b", "line\nbreak", "“"])
def test_text_is_withheld_where_a_code_is_expected(logged, text):
    journal.tell("run", file=text)
    assert logged()[0]["file"] == journal.WITHHELD
    with pytest.raises(KeyError):
        journal.tell("run", name="x")


def test_a_librarys_message_is_reduced_to_its_place(logged):
    log = logging.getLogger("streamlit.planted")
    log.warning("%s asked with %s", PERSON, SECRET)
    log.error(f"{PERSON}")  # noqa: G004 - as libraries do
    try:
        int(f"{PERSON} {SECRET}")  # the exception's words repeat what was given
    except ValueError:
        log.exception("Uncaught app execution")
    lines = logged()
    assert [line["level"] for line in lines] == ["WARNING", "ERROR", "ERROR"]
    assert (lines[2]["error"], lines[2]["logger"]) == ("ValueError", "streamlit.planted")
    assert re.fullmatch(r".*test_observability:\d+", lines[2]["place"])
    assert "planted-secret" not in json.dumps(lines)
    assert "Maria" not in json.dumps(lines)


# --- runs of commands


@pytest.fixture
def small(tmp_path, row, write):
    """A submission that is accepted, and one that is refused and full of what must not be told."""
    good, bad = tmp_path / "good", tmp_path / "bad"
    write(good / "complaints_2026-09.csv", [row("complaints", period="2026-09", submitted_on="")])
    write(bad / "complaints_2026-09.csv", [row("complaints", period=PERSON, submitted_on=SECRET)])
    for folder in (good, bad):
        (folder / "submissions.toml").write_text('origin = "sample"\n')
    return good, bad


def test_runs_are_told_without_what_they_read(daylight, small, tmp_path):
    good, bad = small
    out, metrics = tmp_path / "releases", tmp_path / "metrics"
    environment = {"DAYLIGHT_LOG": "json", "DAYLIGHT_METRICS_DIR": str(metrics), "DAYLIGHT_SIGN_KEY_PASSWORD": SECRET,
                   "DAYLIGHT_CATALOGUE": str(tmp_path / "catalogue"), "DAYLIGHT_ON": "2026-10-20"}  # fmt: skip

    def run(*arguments):
        ran = daylight(*arguments, "--summary", folder=tmp_path, environment=environment)
        lines = [json.loads(line) for line in ran.err.splitlines() if line.startswith("{")]
        said = [line for line in ran.err.splitlines() if not line.startswith("{")]
        return ran, lines[-1], said[-1]

    built, event, summary = run("build", "--submissions", good, "--out", out)
    release = built.out.strip()
    assert (built.code, event["event"], event["exit_code"], event["release"]) == (0, "run", 0, release)
    assert re.fullmatch(rf"daylight build: done; release {release}(; \d+ warnings)? \(exit code 0, [\d.]+ s\)", summary)
    refused, event, summary = run("build", "--submissions", bad, "--out", out)
    assert (refused.code, event["exit_code"]) == (10, 10)
    assert summary.startswith("daylight build: refused, a submission has errors (exit code 10, ")
    planned, event, _summary = run("publish", out / release, "--to", "local")
    assert (planned.code, event["event"]) == (0, "planned")
    assert not (metrics / "daylight_publish_local.prom").exists()
    _published, event, summary = run("publish", out / release, "--to", "local", "--yes")
    assert (event["destination"], event["exit_code"]) == ("local", 0)
    assert summary.startswith(f"daylight publish to local: done; release {release} (exit code 0, ")
    files = sorted(path.name for path in metrics.iterdir())
    assert files == ["daylight_build.prom", "daylight_publish_local.prom"]
    everything = built.err + refused.err + planned.err + "".join(path.read_text() for path in metrics.iterdir())
    assert [told for told in (SECRET, PERSON, "Maria") if told in everything] == []


def test_an_empty_inbox_is_no_fault_of_the_program(daylight, tmp_path):
    (tmp_path / "inbox").mkdir()
    ran = daylight("build", "--submissions", "inbox", "--out", "out", "--summary", folder=tmp_path)
    assert ran.code == 2
    assert "nothing to do it with (exit code 2, " in ran.err.splitlines()[-1]


def test_the_file_for_a_monitor_remembers_the_last_success(tmp_path):
    def values():
        (path,) = tmp_path.iterdir()
        samples = [sample for family in prometheus(path.read_text()) for sample in family.samples]
        assert {tuple(sample.labels.items()) for sample in samples} == {(("command", "build"), ("destination", ""))}
        return {sample.name.removeprefix("daylight_run_"): sample.value for sample in samples}

    write_metrics(tmp_path, Run("build"), code=10, seconds=1, now=50)
    assert values() == {"end_timestamp_seconds": 50, "success_timestamp_seconds": 0, "exit_code": 10, "seconds": 1}
    write_metrics(tmp_path, Run("build"), code=0, seconds=2, now=100)
    assert values() == {"end_timestamp_seconds": 100, "success_timestamp_seconds": 100, "exit_code": 0, "seconds": 2}
    write_metrics(tmp_path, Run("build"), code=11, seconds=3, now=200)
    assert values() == {"end_timestamp_seconds": 200, "success_timestamp_seconds": 100, "exit_code": 11, "seconds": 3}


def test_a_folder_for_metrics_that_cannot_be_written_is_said_and_stops_nothing(daylight, small, tmp_path):
    (tmp_path / "file").write_text("")
    environment = {"DAYLIGHT_METRICS_DIR": str(tmp_path / "file/metrics"), "DAYLIGHT_ON": "2026-10-20"}
    ran = daylight(
        "build", "--submissions", small[0], "--out", tmp_path / "out", folder=tmp_path, environment=environment
    )
    assert ran.code == 0
    assert "The metrics could not be written" in ran.err


# --- the server


@pytest.fixture(scope="module")
def server(catalogue, tmp_path_factory):
    """A server with structured logs: (port, file of its stderr, folder of the catalogue)."""
    home = tmp_path_factory.mktemp("served")
    folder = shutil.copytree(catalogue, home / "catalogue", symlinks=True)
    command = [sys.executable, "-m", "etl", "serve", "--catalogue", str(folder), "--port", "0"]
    errors = (home / "stderr").open("w")
    environment = {"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin", "DAYLIGHT_LOG": "json", "HOME": str(home)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment, cwd=home) as run:
        line = run.stdout.readline()
        port = int(re.search(r":(\d+) ", line).group(1))
        yield port, home / "stderr", folder
        run.send_signal(signal.SIGINT)
        run.wait(20)
    errors.close()


def ask(port, path, method="GET", **headers):
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, answer.headers, body


def metrics_of(port):
    status, headers, body = ask(port, "/metrics")
    assert (status, headers["content-type"].split(";")[0]) == (200, "application/openmetrics-text")
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in openmetrics(body) for sample in family.samples}  # fmt: skip


def test_the_monitor_learns_of_releases_and_of_how_long_visitors_wait(server, release):
    port = server[0]
    before = metrics_of(port).get(("daylight_request_seconds_count", (("answer", "2xx"), ("kind", "page"))), 0)
    assert ask(port, "/")[0] == 200
    told = metrics_of(port)
    assert told["daylight_request_seconds_count", (("answer", "2xx"), ("kind", "page"))] == before + 1
    assert told["daylight_releases", (("state", "published"),)] == 1
    assert told["daylight_release_info", (("release", release.name),)] == 1
    assert told["daylight_newest_release_shown", ()] == 1
    day = {name: datetime.fromtimestamp(told[f"daylight_{name}_timestamp_seconds", ()], UTC).date().isoformat()
           for name in ("release", "data", "next_reports_due")}  # fmt: skip
    assert day == {"release": "2026-10-20", "data": "2026-10-01", "next_reports_due": "2026-11-15"}


@pytest.mark.parametrize("header", ["x_forwarded_for", "forwarded", "x_real_ip", "via"])
def test_the_public_learns_no_metrics(server, header):
    status, headers, body = ask(server[0], "/metrics", **{header: "127.0.0.1"})
    assert status == 404
    assert "daylight_" not in body
    assert headers["x-content-type-options"] == "nosniff"


def test_a_damaged_release_shows_in_the_metrics(server):
    port, _errors, folder = server
    table = next((folder / "releases").iterdir()) / "tables/indicators.csv"
    whole = table.read_bytes()
    table.write_bytes(whole + b"\n")
    assert metrics_of(port)["daylight_newest_release_shown", ()] == 0
    table.write_bytes(whole)
    assert metrics_of(port)["daylight_newest_release_shown", ()] == 1


def test_requests_are_logged_without_who_asked_or_what(server):
    port, errors, _folder = server
    asked = {
        f"/?agency={SECRET}": 200, f"/{SECRET}": None, "/catalogue/latest/tables/indicators.csv?who=Maria": 200,
        f"/catalogue/{SECRET}.csv": 404, f"/chart/{SECRET}.svg": 404,
    }  # fmt: skip
    for path, status in asked.items():
        told = ask(port, path, user_agent=PERSON, referer=f"https://example.org/{SECRET}", cookie=SECRET,
                   x_forwarded_for="203.0.113.7", authorization=f"Bearer {SECRET}")  # fmt: skip
        assert status in (None, told[0]), path
    assert ask(port, "/catalogue/catalogue.json", method=SECRET.replace("-", ""))[0] in (400, 405)
    time.sleep(0.2)
    text = errors.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert [told for told in (SECRET, SECRET.replace("-", ""), "Maria", "203.0.113", "who=") if told in text] == []
    assert {"page", "catalogue", "chart"} <= {line["kind"] for line in requests}
    assert "/catalogue/latest/tables/indicators.csv" in {line.get("file") for line in requests}
    assert {line["replica"] for line in requests} == {port}
    assert all(line["seconds"] >= 0 for line in requests)


# --- alerts


def test_the_rules_for_alerts_ask_only_for_what_is_told(server, small, daylight, tmp_path):
    good, _bad = small
    environment = {"DAYLIGHT_METRICS_DIR": str(tmp_path / "metrics"), "DAYLIGHT_ON": "2026-10-20"}
    daylight("build", "--submissions", good, "--out", tmp_path / "out", folder=tmp_path, environment=environment)
    told = {name for name, _labels in metrics_of(server[0])}
    told |= {family.name for family in prometheus((tmp_path / "metrics/daylight_build.prom").read_text())}
    rules = (ROOT / "deploy/prometheus/daylight-rules.yml").read_text()
    asked = set(re.findall(r"\bdaylight_\w+", rules))
    assert asked
    assert asked <= told, asked - told


PROMTOOL = shutil.which("promtool")


@pytest.mark.skipif(not PROMTOOL, reason="promtool (Debian: prometheus) is not installed")
def test_the_alerts_fire_when_data_are_late_and_not_before():
    folder = ROOT / "deploy/prometheus"
    for arguments in (["check", "rules", "daylight-rules.yml"], ["test", "rules", "daylight-rules-test.yml"]):
        ran = subprocess.run([PROMTOOL, *arguments], cwd=folder, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr
