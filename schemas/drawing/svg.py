"""A scene as SVG text, drawn with Altair and vl-convert: no browser, no network, nothing that depends on the machine.

Every mark of a scene has its place already, so that one Altair chart draws them all (`schemas.drawing.design`); it is
kept compiled, and each picture only changes its data. Text stays text, in a family that the reader's machine chooses.
The converter takes a second to start and is loaded when the first picture is drawn. It draws the marks once; the texts
are written among them here, so that the same picture in another language costs next to nothing.
"""

import html
import json
import math
import re
from dataclasses import asdict, replace
from functools import cache, lru_cache
from typing import Any

from schemas.drawing.design import SANS, SPECIFICATION
from schemas.drawing.scene import Scene, Text

_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_STAND_IN = Text(0, 0, "texts")
_WRITTEN = re.compile(r'<text [^>]*font-family="([^"]*)"[^>]*>texts</text>')
"""The one text that the converter draws: it says where texts belong, and in which letters."""
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


@lru_cache(maxsize=256)
def _marks(scene: Scene, specification: str) -> str:
    """What the converter draws of a scene, without the clutter."""
    import vl_convert  # noqa: PLC0415 - it takes long to load, and only pictures need it

    values = _values(scene)
    vega: dict[str, Any] = json.loads(specification)
    vega |= {"width": scene.width, "height": scene.height}
    for data in vega["data"]:
        if data["name"] in values:
            data["values"] = values[data["name"]]
    drawn: str = vl_convert.vega_to_svg(vega)
    return _CLUTTER.sub("", drawn)


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _written(text: Text, family: str) -> str:
    """A text as the converter writes it: three tenths of its size below the middle of its height."""
    y = text.y + math.floor(0.3 * text.size + 0.5)
    weight = "" if text.weight == "normal" else f' font-weight="{text.weight}"'
    return (
        f'<text text-anchor="{_ANCHORS[text.align]}" transform="translate({_number(text.x)},{_number(y)})" '
        f'font-family="{family}" font-size="{_number(text.size)}px"{weight} fill="{text.colour}">'
        f"{html.escape(text.text, quote=False)}</text>"
    )


def svg(scene: Scene, specification: str = "") -> str:
    """The picture as one `<svg>` element, named by the scene's `alt` for readers who do not see it.

    specification: the Vega specification of an empty scene, in JSON; the kept one (see `schemas.drawing.design`) by default.
    """
    drawn = _marks(replace(scene, alt="", texts=(_STAND_IN,)), specification or _specification())
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {scene.width} {scene.height}" width="{scene.width}" '
        f'height="{scene.height}" role="img" aria-label="{html.escape(scene.alt)}">'
    )
    drawn = _OPENING.sub(lambda _: opening, drawn, count=1)
    return _WRITTEN.sub(lambda found: "".join(_written(text, found[1]) for text in scene.texts), drawn, count=1)


def in_family(picture: str, family: str) -> str:
    """The same picture with its texts in another family of letters, such as one that a paper brings with it."""
    return picture.replace(f'font-family="{SANS}"', f'font-family="{family}"')


def png(scene: Scene, *, scale: float = 2) -> bytes:
    """The picture in dots. Its letters are those of the machine, so its bytes are never part of a digest."""
    import vl_convert  # noqa: PLC0415

    drawn: bytes = vl_convert.svg_to_png(in_family(svg(scene), "sans-serif"), scale=scale)
    return drawn
