"""Papers and pictures set with Typst: only the letters it brings with it, a fixed day, data as data and never as markup."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

FAMILY = "Libertinus Serif"
"""The letters of papers; Typst brings them with it, so that a paper is the same on every machine."""
_LOOK_ALIKE = str.maketrans({"✕": "×"})
"""Signs that these letters lack, and what stands for them on paper."""


@cache
def _fonts() -> Any:  # noqa: ANN401 - Typst's own type
    import typst  # noqa: PLC0415 - only papers need it

    return typst.Fonts(include_system_fonts=False)


def families() -> frozenset[str]:
    """The families of letters that papers can be set in."""
    return frozenset(_fonts().families())


def _compiler(template: str, data: Mapping[str, object]) -> Any:  # noqa: ANN401
    import typst  # noqa: PLC0415

    source = (files("etl") / "templates" / template).read_bytes()
    inputs = {"data": json.dumps(data, ensure_ascii=False).translate(_LOOK_ALIKE)}
    return typst.Compiler(source, font_paths=_fonts(), sys_inputs=inputs)


def pdf(template: str, data: Mapping[str, object], *, on: date) -> bytes:
    """A tagged PDF that can be read aloud (PDF/UA-1), dated with the day of the release and not with the day it is made.

    The standard forbids text that the letters cannot show. Where the data hold such text the paper is tagged all the
    same, and a box stands for each such letter.
    """
    import typst  # noqa: PLC0415

    moment = datetime(on.year, on.month, on.day, tzinfo=UTC)
    try:
        made: bytes = _compiler(template, data).compile(format="pdf", pdf_standards=["ua-1"], timestamp=moment)
    except typst.TypstError as fault:
        if "could not be displayed" not in str(fault):
            raise
        made = _compiler(template, data).compile(format="pdf", timestamp=moment)
    return made


def pictures(template: str, data: Mapping[str, object], *, dots_per_inch: float) -> list[bytes]:
    """Every page as a PNG picture."""
    made = _compiler(template, data).compile(format="png", ppi=dots_per_inch)
    return [made] if isinstance(made, bytes) else list(made)
