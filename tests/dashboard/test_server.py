"""What the server answers besides the pages: the catalogue's files, headers, the page around the app."""

import asyncio
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


def ask(app: Starlette, path: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
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
        "root_path": "", "scheme": "http", "query_string": b"", "headers": [], "server": ("test", 80),
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
