"""The catalogue's plain files under /catalogue/: read-only, typed, for scripts of any page, nothing outside the folder."""

import hashlib
import os
from collections.abc import Mapping
from functools import lru_cache
from os import PathLike
from pathlib import Path
from stat import S_ISREG

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

_UTF8 = "; charset=utf-8"
_TYPES = {
    ".csv": f"text/csv{_UTF8}", ".json": "application/json", ".md": f"text/markdown{_UTF8}",
    ".atom": f"application/atom+xml{_UTF8}", ".html": f"text/html{_UTF8}", ".ics": f"text/calendar{_UTF8}",
    ".parquet": "application/vnd.apache.parquet", ".minisig": f"text/plain{_UTF8}", ".pub": f"text/plain{_UTF8}",
    "": f"text/plain{_UTF8}",
}  # fmt: skip
_FOR_ANY_PAGE = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Content-Range, Accept-Ranges, Content-Length",
}
"""Everything here is public: scripts of any page may read it."""
_ASKED_FIRST = _FOR_ANY_PAGE | {
    "access-control-allow-methods": "GET, HEAD", "access-control-max-age": "86400", "allow": "GET, HEAD, OPTIONS",
    "access-control-allow-headers": "If-None-Match, If-Range, Range",
}  # fmt: skip


@lru_cache(maxsize=4096)
def _digest(path: str, _changed_ns: int, _size: int) -> str:
    """The SHA-256 of a file; computed again when the file is another."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class CatalogueFiles(StaticFiles):
    """Starlette's static files with the catalogue's media types.

    Symbolic links may lead from place to place within the catalogue (`latest` does) and never out of it: paths are
    resolved before they are compared. A catalogue that does not exist yet answers 404.
    """

    def __init__(self, folder: Path) -> None:
        """Serve a catalogue's folder, whether or not it exists yet."""
        super().__init__(directory=folder, html=True, check_dir=False)

    async def check_config(self) -> None:
        """Nothing to check: the folder may appear later."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The answer for a path; hidden files are not part of a catalogue."""
        if any(part.startswith(".") and part != "." for part in Path(path).parts):
            raise HTTPException(status_code=404)
        if scope["method"] == "OPTIONS":
            return Response(status_code=204, headers=_ASKED_FIRST)
        response = await super().get_response(path, scope)
        response.headers.update(_FOR_ANY_PAGE)
        return response

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Where a file is. Runs in a thread of its own, so that its hash is made here and not while others wait."""
        full_path, facts = super().lookup_path(path)
        if facts and S_ISREG(facts.st_mode):
            _digest(full_path, facts.st_mtime_ns, facts.st_size)
        return full_path, facts

    def file_response(
        self, full_path: PathLike[str] | str, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file with its media type; a release never changes, everything else is asked for again.

        The tag is the hash of the content: `latest` may lead back to an older release, and times would not tell.
        """
        asked = Headers(scope=scope)
        may_be_compressed = "gzip" in asked.get("accept-encoding", "") and "range" not in asked
        tag = f'"{_digest(str(full_path), stat_result.st_mtime_ns, stat_result.st_size)}"'
        fixed = scope["path"].startswith("/catalogue/releases/")
        headers = {
            "cache-control": "public, max-age=31536000, immutable" if fixed else "no-cache",
            "etag": f"W/{tag}" if may_be_compressed else tag, "vary": "Accept-Encoding",
        }  # fmt: skip
        kind = _TYPES.get(Path(full_path).suffix)
        response = FileResponse(full_path, status_code, headers, kind, stat_result=stat_result)
        if self.is_not_modified(response.headers, asked):
            return NotModifiedResponse(response.headers)
        return response

    def is_not_modified(self, response_headers: Mapping[str, str], request_headers: Mapping[str, str]) -> bool:
        """Whether the reader has these bytes already, by their hash; times are not asked."""
        known = request_headers.get("if-none-match", "")
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return known.strip() == "*" or response_headers["etag"].removeprefix("W/") in tags
