"""A scene as SVG text, drawn with Altair and vl-convert: no browser, no network, nothing that depends on the machine.

Every mark of a scene has its place already, so that one Altair chart draws them all (`schemas.drawing.design`); it is
kept compiled, and each picture only changes its data. Text stays text, in a family that the reader's machine chooses.
The converter takes a second to start and is loaded when the first picture is drawn.
"""

import html
import json
import re
from dataclasses import asdict
from functools import cache
from typing import Any

from schemas.drawing.design import SANS, SPECIFICATION
from schemas.drawing.scene import Scene

_LAYERS = ("rects", "rules", "lines", "points", "texts")
_OPENING = re.compile(r"<svg [^>]*>")
_CLUTTER = re.compile(
    r' (?:class="[^"]*"|aria-hidden="true"|pointer-events="none"|role="graphics-[a-z]+"|aria-roledescription="[^"]*"'
    r'|stroke-dasharray=""|font-weight="normal")|<path d="" display="none"/>'
)


@cache
def _specification() -> str:
    """The kept Vega specification of an empty scene (see `schemas.drawing.design`)."""
    return SPECIFICATION.read_text(encoding="utf-8")


def _values(scene: Scene) -> dict[str, list[dict[str, Any]]]:
    """The marks of a scene as the data sets of the specification."""
    lines = [
        {"line": number, "order": order, "x": x, "y": y, "stroke": line.stroke}
        for number, line in enumerate(scene.lines) for order, (x, y) in enumerate(line.points)
    ]  # fmt: skip
    plain = {kind: [asdict(mark) for mark in getattr(scene, kind)] for kind in _LAYERS if kind != "lines"}
    return {**plain, "lines": lines}


def svg(scene: Scene) -> str:
    """The picture as one `<svg>` element, named by the scene's `alt` for readers who do not see it."""
    import vl_convert  # noqa: PLC0415 - it takes long to load, and only pictures need it

    values = _values(scene)
    vega: dict[str, Any] = json.loads(_specification())
    vega |= {"width": scene.width, "height": scene.height}
    for data in vega["data"]:
        if data["name"] in values:
            data["values"] = values[data["name"]]
    drawn: str = vl_convert.vega_to_svg(vega)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {scene.width} {scene.height}" width="{scene.width}" '
        f'height="{scene.height}" role="img" aria-label="{html.escape(scene.alt)}">'
    )
    return _CLUTTER.sub("", _OPENING.sub(lambda _: opening, drawn, count=1))


def in_family(picture: str, family: str) -> str:
    """The same picture with its texts in another family of letters, such as one that a paper brings with it."""
    return picture.replace(f'font-family="{SANS}"', f'font-family="{family}"')


def png(scene: Scene, *, scale: float = 2) -> bytes:
    """The picture in dots. Its letters are those of the machine, so its bytes are never part of a digest."""
    import vl_convert  # noqa: PLC0415

    drawn: bytes = vl_convert.svg_to_png(in_family(svg(scene), "sans-serif"), scale=scale)
    return drawn
