"""The catalogue's plain files under /catalogue/: read-only, typed, nothing outside the folder."""

import os
from os import PathLike
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

NOT_MODIFIED = 304
_UTF8 = "; charset=utf-8"
_TYPES = {
    ".csv": f"text/csv{_UTF8}", ".json": "application/json", ".md": f"text/markdown{_UTF8}",
    ".atom": f"application/atom+xml{_UTF8}", ".html": f"text/html{_UTF8}", ".ics": f"text/calendar{_UTF8}",
    ".parquet": "application/vnd.apache.parquet", ".minisig": f"text/plain{_UTF8}", "": f"text/plain{_UTF8}",
}  # fmt: skip


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
        return await super().get_response(path, scope)

    def file_response(
        self, full_path: PathLike[str] | str, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file with its media type; a release never changes, everything else is asked for again."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        kind = _TYPES.get(Path(full_path).suffix)
        if kind and response.status_code != NOT_MODIFIED:
            response.headers["content-type"] = kind
        fixed = scope["path"].startswith("/catalogue/releases/")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if fixed else "no-cache"
        return response
