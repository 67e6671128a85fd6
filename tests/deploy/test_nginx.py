"""nginx as it is delivered, in front of two real replicas: one is killed, and nobody who reads files notices.

Only places are put in: folders, ports, the certificate. Everything else of deploy/nginx/daylight.conf runs as it stands.
"""

import asyncio
import gzip
import http.client
import re
import shutil
import socket
import threading
import time

import pytest

from tests.deploy.proxy import HOST, NGINX, behind_nginx, visit

TABLE = "/catalogue/latest/tables/indicators.csv"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NGINX, reason="nginx (Debian: nginx-light) is not installed"),
]


@pytest.fixture(scope="module")
def service(catalogue, tmp_path_factory):
    home = tmp_path_factory.mktemp("nginx")
    with behind_nginx(home, shutil.copytree(catalogue, home / "catalogue", symlinks=True)) as running:
        yield running


@pytest.fixture
def both(service):
    """The service with both replicas up, and known to be up: nginx leaves out one that failed for five seconds."""
    dead = [port for port, run in service.replicas.items() if run.poll() is not None]
    for port in dead:
        service.replicas[port].stdout.close()
        service.start(port)
    time.sleep(5.5 if dead else 0)
    assert service.ask("/health")[0] == 200
    return service


# --- what a reader gets


def test_who_comes_without_tls_is_sent_to_it(both):
    connection = http.client.HTTPConnection("127.0.0.1", both.plain, timeout=10)
    connection.request("GET", "/notice?agency=DAJD", headers={"Host": HOST})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["location"]) == (301, f"https://{HOST}/notice?agency=DAJD")
    connection.close()


def test_the_protocol_is_http_2_and_tls_is_not_old(both):
    context = both.context
    context.set_alpn_protocols(["h2"])
    with (
        socket.create_connection(("127.0.0.1", both.port)) as raw,
        context.wrap_socket(raw, server_hostname=HOST) as secured,
    ):
        assert (secured.selected_alpn_protocol(), secured.version()) == ("h2", "TLSv1.3")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("catalogue.json", "application/json"), ("feed.atom", "application/atom+xml; charset=utf-8"),
     ("", "text/html; charset=utf-8"),
     ("latest/SHA256SUMS", "text/plain; charset=utf-8"), ("latest/notes.md", "text/markdown; charset=utf-8"),
     ("latest/tables/indicators.csv", "text/csv; charset=utf-8"), ("latest/site/en/index.html", "text/html; charset=utf-8"),
     ("latest/tables/indicators.parquet", "application/vnd.apache.parquet")],
)  # fmt: skip
def test_a_file_is_answered_as_the_application_answers_it(both, name, kind):
    status, headers, body = both.ask(f"/catalogue/{name}")
    assert (status, headers["content-type"], headers["access-control-allow-origin"]) == (200, kind, "*")
    assert body == (both.catalogue / (name or "index.html")).read_bytes()
    status, again, nothing = both.ask(f"/catalogue/{name}", if_none_match=headers["etag"])
    assert (status, nothing) == (304, b"")
    assert again["cache-control"] == "no-cache"


def test_files_are_compressed_in_parts_and_for_scripts_of_any_page(both):
    whole = both.ask(TABLE)[2]
    status, headers, packed = both.ask(TABLE, accept_encoding="gzip")
    assert (status, headers["content-encoding"], gzip.decompress(packed)) == (200, "gzip", whole)
    assert "accept-encoding" in headers["vary"].lower()
    status, headers, part = both.ask(TABLE, range="bytes=5-24")
    assert (status, part) == (206, whole[5:25])
    status, headers, body = both.ask(TABLE, "OPTIONS", origin="https://example.org")
    assert (status, body, headers["access-control-allow-methods"]) == (204, b"", "GET, HEAD")


def test_a_release_is_kept_for_ever_and_what_leads_to_it_is_not(both, release):
    assert "immutable" in both.ask(f"/catalogue/releases/{release.name}/tables/indicators.csv")[1]["cache-control"]
    assert both.ask("/catalogue/latest/tables/indicators.csv")[1]["cache-control"] == "no-cache"
    assert both.ask("/catalogue")[0] == 308


ONCE = ("strict-transport-security", "content-security-policy", "x-content-type-options", "referrer-policy",
        "permissions-policy")  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/", "/notice", TABLE, "/catalogue/", "/chart/notice.svg", "/health", "/catalogue/none.csv"]
)
def test_every_answer_has_each_security_header_once(both, path):
    _status, headers, _body = both.ask(path)
    assert {name: len(headers.get_all(name, [])) for name in ONCE} == dict.fromkeys(ONCE, 1)
    assert headers["server"] == "nginx"
    assert "set-cookie" not in headers
    assert "unsafe-eval" not in headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    ["/catalogue/.lock", "/catalogue/.front/current/catalogue.json", "/catalogue/../main.conf",
     "/catalogue/%2e%2e/main.conf", "/catalogue/releases/..%2f..%2f..%2fmain.conf", "/metrics", "/_stcore/metrics",
     "/_stcore/agent/x", "//metrics"],
)  # fmt: skip
def test_what_is_not_public_is_not_answered(both, path):
    status, _headers, body = both.ask(path)
    assert status in (400, 403, 404)
    assert b"daylight_request" not in body
    assert b"worker_processes" not in body


def test_a_name_that_only_begins_like_the_catalogue_is_a_page_and_not_a_file(both):
    status, headers, body = both.ask("/catalogue../main.conf")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"worker_processes" not in body


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_nothing_can_be_written(both, method):
    assert both.ask(TABLE, method)[0] in (403, 405)


def test_what_the_page_is_drawn_with_comes_from_the_proxys_store(both):
    scripts = re.findall(rb'src="(?:\./|/)(static/js/[^"]+)"', both.ask("/")[2])
    path = f"/{scripts[0].decode()}"
    first, second = both.ask(path, accept_encoding="gzip"), both.ask(path, accept_encoding="gzip")
    assert first[0] == second[0] == 200
    assert second[2] == first[2]
    time.sleep(0.2)
    assert '"cache":"HIT"' in (both.home / "daylight.log").read_text()


def test_the_proxys_log_names_nobody_and_no_question(both):
    both.ask("/ask?name=Planted-Person", user_agent="Planted-Agent", referer="https://planted.example")
    time.sleep(0.2)
    text = (both.home / "daylight.log").read_text() + (both.home / "daylight-error.log").read_text()
    assert '"status":200' in text
    assert [
        word
        for word in ("Planted", "planted", '127.0.0.1"', "/ask")
        if word in text.replace('"upstream":"127.0.0.1', "")
    ] == []


# --- a replica is killed


def read_files(service, stop, seen):
    """A reader of the catalogue and the plain pages, on one connection, hundreds of times a second."""
    connection = service.connect()
    paths = [TABLE, "/catalogue/", "/catalogue/latest/site/en/index.html", "/catalogue/catalogue.json"]
    while not stop.is_set():
        for path in paths:
            try:
                connection.request("GET", path, headers={"Host": HOST, "Accept-Encoding": "gzip"})
                answer = connection.getresponse()
                answer.read()
                seen.append(answer.status)
                time.sleep(0.002)
            except (OSError, http.client.HTTPException) as fault:
                seen.append(type(fault).__name__)
                connection = service.connect()
    connection.close()


def test_a_replica_is_killed_under_load(both):
    stop, seen, pages, log = threading.Event(), [], [], []
    readers = [threading.Thread(target=read_files, args=(both, stop, seen)) for _ in range(2)]

    async def visitors():
        until = asyncio.Event()
        agents = [f"visitor {number}" for number in range(4)]
        tasks = [asyncio.create_task(visit(both, agent, "agency=DAJD", until, log)) for agent in agents]
        while sum(what == "seen" for what, _agent in log) < len(agents):
            await asyncio.sleep(0.1)
            assert not [task for task in tasks if task.done()], [task.exception() for task in tasks if task.done()]
        loaded = max(both.replicas, key=both.visitors)
        lost = int(both.visitors(loaded))
        assert lost > 0
        before = len(seen)
        both.replicas[loaded].kill()
        both.replicas[loaded].wait()
        for _ in range(20):
            pages.append((await asyncio.to_thread(both.ask, "/notice"))[0])
        while sum(what != "broken" for what, _agent in log) < len(agents) + lost:
            await asyncio.sleep(0.1)
            assert not [task for task in tasks if task.done()], [task.exception() for task in tasks if task.done()]
        until.set()
        await asyncio.gather(*tasks)
        return lost, len(seen) - before

    for reader in readers:
        reader.start()
    lost, after = asyncio.run(asyncio.wait_for(visitors(), 300))
    stop.set()
    for reader in readers:
        reader.join()
    assert set(seen) == {200}, "a reader of files saw the kill"
    assert after > 50
    assert set(pages) == {200}, "a visitor who came meanwhile saw the kill"
    assert sum(what == "broken" for what, _agent in log) >= lost
    assert "another view" not in {what for what, _agent in log}, "the page came back otherwise than it was"


def test_without_any_replica_the_record_is_still_there(both):
    for run in both.replicas.values():
        run.kill()
        run.wait()
    status, headers, _body = both.ask("/notice")
    assert (status, headers["location"]) == (307, "/catalogue/latest/site/en/index.html")
    status, _headers, body = both.ask(headers["location"])
    assert status == 200
    assert b"<h1" in body
