"""What the server answers besides the pages: the catalogue's files, headers, the page around the app."""

import asyncio
import gzip
import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from dashboard import shell
from dashboard.files import CatalogueFiles
from dashboard.pages import PAGES
from dashboard.server import SCRIPT, application

SECONDS = 30


def ask(app: Starlette, path: str, method: str = "GET", **fields: str) -> tuple[int, dict[str, str], bytes]:
    """One request without a network: status, headers, body."""
    sent: list[dict] = []
    asked: list[dict] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict:
        if not asked:
            await asyncio.sleep(SECONDS)
        return asked.pop() if asked else {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {
        "type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
        "root_path": "", "scheme": "http", "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in fields.items()], "server": ("test", 80),
        "client": ("test", 1), "extensions": {},
    }  # fmt: skip
    with ThreadPoolExecutor(1) as thread:  # an event loop of its own, whatever runs in this thread
        thread.submit(lambda: asyncio.run(app(scope, receive, send))).result()
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture(scope="module")
def files(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    folder = tmp_path_factory.mktemp("site")
    copy = folder / "catalogue"
    shutil.copytree(catalogue, copy, symlinks=True)
    (folder / "secret.txt").write_text("secret", encoding="utf-8")
    (copy / "escape.txt").symlink_to(folder / "secret.txt")
    return _site(copy)


def _site(folder: Path) -> Starlette:
    routes = [*shell.page_routes(), Mount("/catalogue", CatalogueFiles(folder))]
    return Starlette(routes=routes, middleware=[Middleware(shell.SafeHeaders)])


def test_a_table_is_text_in_utf8(files, edition):
    status, headers, body = ask(files, f"/catalogue/releases/{edition.id}/tables/indicators.csv")
    assert status == 200
    assert headers["content-type"] == "text/csv; charset=utf-8"
    assert "immutable" in headers["cache-control"]
    assert body == (edition.release.folder / "tables/indicators.csv").read_bytes()


def test_links_within_the_catalogue_are_followed(files):
    status, headers, _body = ask(files, "/catalogue/latest/tables/indicators.csv")
    assert status == 200
    assert headers["cache-control"] == "no-cache"
    assert ask(files, "/catalogue/catalogue.json")[0] == 200
    assert ask(files, "/catalogue/")[1]["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    ["/catalogue/escape.txt", "/catalogue/../secret.txt", "/catalogue//etc/passwd", "/catalogue/.lock",
     "/catalogue/.front/current/catalogue.json", "/catalogue/nothing.csv", "/catalogue/releases"],
)  # fmt: skip
def test_nothing_outside_and_nothing_hidden_is_served(files, path):
    status, _headers, body = ask(files, path)
    assert status == 404
    assert b"secret" not in body


def test_the_files_are_read_only(files):
    assert ask(files, "/catalogue/catalogue.json", "PUT")[0] == 405
    assert ask(files, "/catalogue/catalogue.json", "DELETE")[0] == 405


@pytest.fixture(scope="module")
def whole(catalogue: Path) -> Starlette:
    """The application as it is served, with everything around the files."""
    return application(catalogue)


TABLE = "/catalogue/latest/tables/indicators.csv"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("catalogue.json", "application/json"), ("feed.atom", "application/atom+xml; charset=utf-8"),
     ("revision-policy.html", "text/html; charset=utf-8"), ("latest/SHA256SUMS", "text/plain; charset=utf-8"),
     ("latest/notes.md", "text/markdown; charset=utf-8"), ("latest/tables/indicators.csv", "text/csv; charset=utf-8"),
     ("latest/tables/indicators.parquet", "application/vnd.apache.parquet")],
)  # fmt: skip
def test_every_kind_of_file_has_its_type_and_may_be_read_by_scripts_of_any_page(name, kind, whole):
    status, headers, _body = ask(whole, f"/catalogue/{name}")
    assert (status, headers["content-type"], headers["access-control-allow-origin"]) == (200, kind, "*")
    assert "set-cookie" not in headers


def test_a_file_that_the_reader_has_is_not_sent_again(whole, edition):
    _status, headers, body = ask(whole, TABLE)
    tag = headers["etag"]
    assert tag == f'"{hashlib.sha256(body).hexdigest()}"'
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        status, told, nothing = ask(whole, TABLE, if_none_match=known)
        assert (status, nothing, told["etag"], told["access-control-allow-origin"]) == (304, b"", tag, "*")
    assert ask(whole, TABLE, if_none_match='"other"')[0] == 200
    assert ask(whole, TABLE, if_modified_since="Fri, 01 Jan 2100 00:00:00 GMT")[0] == 200, "times tell nothing"


def test_a_part_of_a_file_is_sent_as_it_is_even_to_who_takes_compressed_files(whole):
    _status, headers, body = ask(whole, TABLE)
    for more in ({}, {"accept_encoding": "gzip"}, {"if_range": headers["etag"]}):
        status, told, part = ask(whole, TABLE, range="bytes=5-24", **more)
        assert (status, part, told["content-range"]) == (206, body[5:25], f"bytes 5-24/{len(body)}")
        assert "content-encoding" not in told
    assert ask(whole, TABLE, range=f"bytes={len(body)}-")[0] == 416
    status, _told, everything = ask(whole, TABLE, range="bytes=5-24", if_range='"other"')
    assert (status, everything) == (200, body)


def test_tables_are_compressed_for_who_takes_that(whole):
    _status, _headers, body = ask(whole, TABLE)
    status, headers, packed = ask(whole, TABLE, accept_encoding="gzip")
    assert (status, headers["content-encoding"], gzip.decompress(packed)) == (200, "gzip", body)
    assert len(packed) < len(body) / 3
    assert headers["etag"].startswith("W/")
    assert "accept-encoding" in headers["vary"].lower()
    assert ask(whole, TABLE, accept_encoding="gzip", if_none_match=headers["etag"])[0] == 304


def test_a_page_elsewhere_may_ask_what_it_may_do(whole):
    status, headers, body = ask(whole, TABLE, "OPTIONS", origin="https://example.org")
    assert (status, body) == (204, b"")
    assert "If-None-Match" in headers["access-control-allow-headers"]
    assert headers["access-control-allow-methods"] == "GET, HEAD"


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_nothing_can_be_written(method, whole):
    assert ask(whole, TABLE, method)[0] == 405
    status, headers, body = ask(whole, TABLE, "HEAD")
    assert (status, body, int(headers["content-length"]) > 1000) == (200, b"", True)


@pytest.mark.parametrize(
    "path",
    ["/catalogue/../pyproject.toml", "/catalogue/%2e%2e/pyproject.toml", "/catalogue/..%2f..%2fetc/passwd",
     "/catalogue/latest/../../../secret.txt", "/catalogue/\\..\\secret.txt", "/catalogue/a\x00b", "/catalogue/" + "a" * 5000],
)  # fmt: skip
def test_no_path_leads_out_of_the_catalogue(path, whole):
    assert ask(whole, path)[0] in (400, 403, 404)


def test_a_catalogue_that_does_not_exist_yet_is_not_an_error(tmp_path):
    assert ask(_site(tmp_path / "nothing"), "/catalogue/catalogue.json")[0] == 404


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.code)
def test_the_page_around_the_app_has_language_title_and_description(files, page):
    path = "/" if page.code == "overview" else f"/{page.code}"
    status, headers, body = ask(files, path)
    text = body.decode()
    assert status == 200
    assert '<html lang="en">' in text
    assert f"<title>{page.title.replace(chr(39), '&#x27;')} – Daylight</title>" in text
    assert '<meta name="description"' in text
    assert "agent" not in text
    assert "/catalogue/latest/tables/indicators.csv" in text
    assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert "'sha256-" in headers["content-security-policy"]


def test_the_settings_are_found_from_any_folder(catalogue, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(streamlit.config, "_main_script_path", None)
    application(catalogue)
    options = streamlit.config.get_config_options(force_reparse=True)
    assert options["server.fileWatcherType"].value == "none"
    assert options["browser.gatherUsageStats"].value is False
    assert options["client.showErrorDetails"].value == "none"
    assert SCRIPT.with_name(".streamlit").is_dir()
