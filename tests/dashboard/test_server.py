"""What the server answers besides the pages: the catalogue's files, headers, the page around the app."""

import asyncio
import base64
import csv
import gzip
import hashlib
import io
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree as ET

import brotli
import pandas as pd
import pytest
import streamlit
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from dashboard import asking, data, shell
from dashboard.compress import Answer, Compressed, Kept, chosen
from dashboard.files import CatalogueFiles
from dashboard.outlets import csv_of, outlet_routes
from dashboard.pages import EXHIBITED, PAGES
from dashboard.server import SCRIPT, application
from dashboard.signposts import signpost_routes
from dashboard.views import programs
from dashboard.wording import ENGLISH

SECONDS = 30


def ask(app: Starlette, path: str, method: str = "GET", **asked_headers: str) -> tuple[int, dict[str, str], bytes]:
    """One request without a network: status, headers, body."""
    path, _mark, query = path.partition("?")
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
        "root_path": "", "scheme": "http", "query_string": query.encode(),
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in
                    {"host": "test", **asked_headers}.items()],
        "server": ("test", 80),
        "client": ("test", 1), "extensions": {},
    }  # fmt: skip
    with ThreadPoolExecutor(1) as thread:  # an event loop of its own, whatever runs in this thread
        thread.submit(lambda: asyncio.run(app(scope, receive, send))).result()
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture(scope="module")
def copied(catalogue: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    copy = folder / "catalogue"
    shutil.copytree(catalogue, copy, symlinks=True)
    (folder / "secret.txt").write_text("secret", encoding="utf-8")
    (copy / "escape.txt").symlink_to(folder / "secret.txt")
    return copy


@pytest.fixture
def files(copied: Path) -> Starlette:
    """The site of the copy; made for each test, as other tests show other catalogues."""
    return _site(copied)


def _site(folder: Path) -> Starlette:
    data.use(folder)
    static = Mount("/static", StaticFiles(directory=shell.INDEX.parent / "static"))
    routes = [
        *shell.page_routes(),
        *signpost_routes(),
        *outlet_routes(),
        static,
        Mount("/catalogue", CatalogueFiles(folder)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(shell.SafeHeaders), Middleware(Compressed)])


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
    assert '<html lang="en" dir="ltr">' in text
    assert f"<title>{page.title.replace(chr(39), '&#x27;')} – Daylight</title>" in text
    assert '<meta name="description"' in text
    assert "agent" not in text
    assert "/catalogue/latest/tables/indicators.csv" in text
    assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe-eval" not in headers["content-security-policy"]
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert any("BACKEND_BASE_URL" in script for script in scripts)
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in headers["content-security-policy"]


def test_the_settings_are_found_from_any_folder(catalogue, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(streamlit.config, "_main_script_path", None)
    application(catalogue)
    options = streamlit.config.get_config_options(force_reparse=True)
    assert options["server.fileWatcherType"].value == "none"
    assert options["browser.gatherUsageStats"].value is False
    assert options["client.showErrorDetails"].value == "none"
    assert SCRIPT.with_name(".streamlit").is_dir()


# --- for readers without scripts, and for programs -------------------------------------------------------------------


def test_whoever_runs_no_scripts_reads_the_figures(files, edition):
    home, notice = (ask(files, path)[2].decode() for path in ("/", "/notice"))
    without = re.search(r'<main class="dl-first">(.*?)</main>', home, re.DOTALL).group(1)
    assert without.count("<li>") == len(edition.measures)
    assert without.index("SAMPLE DATA") < without.index('class="dl-answer"')
    assert "21 of 25 people with a hold request were told of it" in without
    assert '<meta property="og:description" content="Were people told' in notice
    assert 'href="/catalogue/latest/site/en/index.html"' in without


def test_the_document_begins_as_the_app_does_unless_the_address_asks_for_something_else(files):
    """Mark, sentence and facts before any script; where a choice may change them, only for whoever runs none."""
    plain, chosen = (ask(files, path)[2].decode() for path in ("/notice", "/notice?agency=DAJD"))
    for document in (plain, chosen):
        begins, _tag, without = re.search(r'<main class="dl-first">(.*?)</main>', document, re.DOTALL)[1].partition(
            "<noscript>"
        )
        told, silent = (begins, without) if document is plain else (without, begins)
        places = [
            told.index(part)
            for part in ("SAMPLE DATA", "Not met", "21 of 25 people with a hold request", "<dt>Target</dt>")
        ]
        assert places == sorted(places)
        assert "21 of 25" not in silent


@pytest.mark.parametrize(
    ("path", "picture"), [("/", "index"), ("/notice", "notice"), ("/about", "definitions"), ("/ask", "index")]
)
def test_the_picture_beside_a_link_has_a_full_address_and_is_there(files, edition, path, picture):
    status, _headers, body = ask(files, path, host="daylight.example.gov")
    (address,) = re.findall(r'<meta property="og:image" content="([^"]+)"', body.decode())
    place = f"/catalogue/releases/{edition.id}/site/en/{picture}.png"
    assert (status, address) == (200, f"http://daylight.example.gov{place}")
    status, headers, image = ask(files, place)
    assert (status, headers["content-type"], image[:4]) == (200, "image/png", b"\x89PNG")


def test_only_pages_with_charts_load_the_drawing_ahead(files):
    for page in PAGES:
        text = ask(files, f"/{'' if page.code == 'overview' else page.code}")[2].decode()
        assert ("PlotlyChart" in text) is (page.code in EXHIBITED), page.code


def test_the_icon_of_the_tab_is_ours_where_streamlit_looks_for_its_own(files):
    status, headers, drawn = ask(files, "/favicon.png")
    assert (status, headers["content-type"]) == (200, "image/png")
    picture = Image.open(io.BytesIO(drawn)).convert("RGBA")
    assert picture.size == (64, 64)
    assert picture.getpixel((32, 30))[:3] == (0xFF, 0xD3, 0x4D), "the sun"
    assert drawn != shell.INDEX.with_name("favicon.png").read_bytes()


def test_the_signposts_are_there(files, edition):
    assert "Sitemap: http://test/sitemap.xml" in ask(files, "/robots.txt")[2].decode()
    places = [one.text for one in ET.fromstring(ask(files, "/sitemap.xml")[2]).iter() if one.tag.endswith("loc")]
    assert {f"http://test/{page.code}" for page in PAGES[1:]} <= set(places)
    security = ask(files, "/.well-known/security.txt")[2].decode()
    assert f"Contact: mailto:{edition.county.contact_email}" in security
    assert "Expires: 2027-10-20T00:00:00Z" in security
    health = ask(files, "/health")
    assert health[0] == 200
    assert edition.id in health[2].decode()


def test_the_due_days_are_a_calendar(files):
    _status, headers, body = ask(files, "/due.ics")
    text = body.decode()
    assert headers["content-type"] == "text/calendar; charset=utf-8"
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 12
    assert "DTSTART;VALUE=DATE:20261115" in text
    assert "DTSTART;VALUE=DATE:20270115" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert text.endswith("END:VCALENDAR\r\n")


def test_the_due_days_are_told_in_the_readers_language(files):
    assert "SUMMARY:Se deben los informes de octubre de 2026" in ask(files, "/due.ics?lang=es")[2].decode().replace(
        "\r\n ", ""
    )


def test_the_pages_without_scripts_have_an_address_that_stays(files):
    status, headers, _body = ask(files, "/site/")
    assert (status, headers["location"]) == (307, "/catalogue/latest/site/en/index.html")
    assert ask(files, "/site/es/notice.html")[1]["location"] == "/catalogue/latest/site/es/notice.html"
    assert ask(files, "/site/https://example.org")[1]["location"].startswith("/catalogue/latest/site/")


def test_every_address_told_to_programs_answers(files, edition):
    told = [place for places in programs.addresses(edition, ENGLISH).values() for place in places]
    assert len(told) >= 15
    assert [ask(files, place)[0] for place in told] == [307 if place == "/site/" else 200 for place in told]


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/interact", "/_stcore/agent"])
def test_what_is_not_the_publics_is_closed(files, path):
    assert ask(files, path)[0] == 404
    assert ask(files, path)[2] == b"Not for the public.\n"


def test_signposts_without_a_release(tmp_path):
    empty = _site(tmp_path / "nothing")
    assert ask(empty, "/robots.txt")[0] == ask(empty, "/sitemap.xml")[0] == 200
    assert ask(empty, "/due.ics")[0] == ask(empty, "/.well-known/security.txt")[0] == 404
    assert ask(empty, "/health")[0] == 503
    assert ask(empty, "/chart/K2.svg")[0] == 404


# --- what is taken away ----------------------------------------------------------------------------------------------


def test_a_chart_is_taken_as_a_picture_and_as_data(files, edition):
    base = f"release={edition.id}&months=12"
    status, headers, drawn = ask(files, f"/chart/K2.svg?{base}")
    assert (status, headers["content-type"]) == (200, "image/svg+xml")
    words = " ".join(ET.fromstring(drawn).itertext())
    assert edition.id in words
    assert "SAMPLE DATA" in words
    assert "immutable" in headers["cache-control"]
    assert ask(files, "/chart/K2.svg")[1]["cache-control"] == "no-cache"
    assert ask(files, f"/chart/K2.png?{base}")[2].startswith(b"\x89PNG")
    rows = list(csv.DictReader(io.StringIO(ask(files, f"/chart/K2.csv?{base}")[2].decode())))
    published = edition.release.indicators()
    wanted = (
        published[(published["indicator"] == "K2") & (published["agency"] == "DAJD")].sort_values("period").tail(12)
    )
    assert [row["period"] for row in rows] == list(wanted["period"])
    assert [float(row["value"]) for row in rows] == list(wanted["value"])


@pytest.mark.parametrize("path", ["/chart/K99.svg", "/chart/K2.exe", "/chart/compare.K2.sideways.svg",
                                  "/chart/K2.svg?release=2001-01-01_000000000000", "/chart/K2.svg?release=../.."])  # fmt: skip
def test_what_there_is_no_chart_of_answers_404(files, path):
    assert ask(files, path)[0] == 404


def test_hidden_figures_are_in_no_picture_and_no_data(files, edition):
    table = edition.table("notice_compliance_by_facility")
    hidden = (table["notified_status"] == "suppressed").sum()
    rows = list(csv.DictReader(io.StringIO(ask(files, "/chart/notice_compliance_by_facility.grid.csv")[2].decode())))
    assert sum(row["kind"] == "suppressed" for row in rows) >= hidden > 0
    assert {row["said"] for row in rows if row["kind"] == "suppressed"} == {"[c]"}


def test_one_chart_may_be_framed_by_others_and_nothing_else(files, edition):
    _status, headers, body = ask(files, f"/chart/K2.html?release={edition.id}")
    text = body.decode()
    assert "frame-ancestors *" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "<script" not in text
    assert '<svg role="img" aria-label="Chart: People told of a hold request.' in text
    assert text.count("<h1>") == text.count("<caption>") == 1
    assert f'href="/notice?chart=K2&amp;months=all&amp;release={edition.id}"' in text
    for path in ("/", "/notice", "/chart/K2.svg", "/catalogue/catalogue.json"):
        assert "frame-ancestors 'self'" in ask(files, path)[1]["content-security-policy"]


def test_the_answer_that_is_downloaded_is_the_one_that_is_seen(files, edition):
    asked = f"dataset=ice_requests&by=year&count=declined&release={edition.id}"
    _status, headers, body = ask(files, f"/data/answer.csv?{asked}")
    seen = asking.answer(edition, asking.Question("ice_requests", ("year",), ("declined",)))
    assert list(csv.reader(io.StringIO(body.decode()))) == [list(seen.columns), *seen.to_numpy().tolist()]
    assert f'filename="ice_requests_{edition.id}.csv"' in headers["content-disposition"]


def test_no_cell_of_a_download_is_a_formula():
    frame = pd.DataFrame({"a": ["=1+1", "@x", "-5", "ok", "-x"]})
    assert csv_of(frame) == "a\n'=1+1\n'@x\n-5\nok\n'-x\n"


# --- compression -----------------------------------------------------------------------------------------------------


def test_everything_worth_it_is_compressed_streamlits_own_files_too(files, edition):
    chunk = shell.chunk("PlotlyChart").removeprefix(".")
    paths = ("/", "/notice", chunk, "/daylight.css", f"/catalogue/releases/{edition.id}/tables/indicators.csv",
             "/catalogue/catalogue.json", "/chart/K2.svg")  # fmt: skip
    for path in paths:
        plain = ask(files, path)
        assert "content-encoding" not in plain[1]
        for accepted, encoding, unpack in (("gzip, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)):
            packed = ask(files, path, accept_encoding=accepted)
            assert packed[1]["content-encoding"] == encoding, path
            assert unpack(packed[2]) == plain[2], path
            assert packed[1]["content-length"] == str(len(packed[2]))
            assert "accept-encoding" in packed[1]["vary"].lower()
    full = len(ask(files, chunk)[2])
    assert len(ask(files, chunk, accept_encoding="br")[2]) < 0.27 * full
    assert len(ask(files, chunk, accept_encoding="gzip")[2]) < 0.35 * full


def test_a_visitor_who_has_it_already_is_not_sent_it_again(files, edition):
    path = f"/catalogue/releases/{edition.id}/tables/indicators.csv"
    tag = ask(files, path, accept_encoding="gzip")[1]["etag"]
    assert tag.startswith("W/")
    status, _headers, body = ask(files, path, accept_encoding="gzip", if_none_match=tag)
    assert (status, body) == (304, b"")


def test_what_is_small_asked_in_part_or_compressed_already_is_left_alone(files, edition):
    path = f"/catalogue/releases/{edition.id}/tables/indicators.csv"
    assert ask(files, path, accept_encoding="gzip", range="bytes=0-9")[2] == b"indicator,"
    assert "content-encoding" not in ask(files, "/robots.txt", accept_encoding="gzip")[1]
    parquet = f"/catalogue/releases/{edition.id}/tables/training.parquet"
    assert "content-encoding" not in ask(files, parquet, accept_encoding="gzip")[1]


def test_what_is_kept_compressed_has_a_limit():
    kept, five = Kept(most=10), Answer([], b"12345")
    for name in "ab":
        kept.put((name, "br", "1"), five)
    assert kept.get(("a", "br", "1"))
    kept.put(("c", "br", "1"), five)
    assert kept.get(("b", "br", "1")) is None, "the longest unused goes first"
    kept.put(("d", "br", "1"), Answer([], b"12345678901"))
    assert kept.get(("d", "br", "1")) is None


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("", ""), ("gzip, deflate, br, zstd", "br"), ("gzip, deflate", "gzip"), ("br;q=0, gzip;q=0.5", "gzip"),
     ("gzip; q=0.0", ""), ("identity", ""), ("BR", "br")],
)  # fmt: skip
def test_the_best_encoding_that_a_visitor_takes(accepted, encoding):
    assert chosen(accepted) == encoding


def test_a_file_of_the_program_is_read_once_and_one_of_the_catalogue_each_time(files, copied, edition):
    """A release may be withdrawn; then nothing may remember its tables."""
    own = shell.chunk("PlotlyChart").removeprefix(".")
    first, second = (ask(files, own, accept_encoding="br") for _ in range(2))
    assert first == second
    assert brotli.decompress(second[2]) == ask(files, own)[2]
    assert ask(files, own, accept_encoding="br", if_none_match=first[1]["etag"])[0] == 304
    table = f"/catalogue/releases/{edition.id}/tables/training.csv"
    assert ask(files, table, accept_encoding="br")[0] == 200
    hidden = copied / table.removeprefix("/catalogue/")
    elsewhere = hidden.rename(copied.parent / "training.csv")
    try:
        assert ask(files, table, accept_encoding="br")[0] == 404
    finally:
        elsewhere.rename(hidden)
