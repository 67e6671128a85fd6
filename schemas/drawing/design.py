"""The one Altair chart behind every picture: five layers of marks without axes, scales or legends of their own.

Places, colours and sizes come with the data as they are. Compiling the chart takes longer than drawing all pictures of
a release, so the compiled specification is kept beside this module; `python -m schemas.drawing.design` writes it again,
and a test compares the two.
"""

import json
from pathlib import Path
from typing import Any

SPECIFICATION = Path(__file__).with_name("scene.vg.json")
SANS = "system-ui, sans-serif"
_VEGA_LITE = "6.4"


def _layers() -> list[Any]:
    """Rectangles, rules, lines, points and texts, from the back to the front."""
    import altair as alt  # noqa: PLC0415 - heavy, and nothing but this function needs it

    def placed(kind: str, **more: Any) -> Any:  # noqa: ANN401 - Altair's own types
        x, y = alt.X("x:Q", scale=None, axis=None), alt.Y("y:Q", scale=None, axis=None)
        return alt.Chart(alt.InlineData(values=[], name=kind)).encode(x=x, y=y, **more)

    def raw(channel: Any, name: str) -> Any:  # noqa: ANN401
        return channel(name, scale=None, legend=None)

    ends = {"x2": "x2:Q", "y2": "y2:Q"}
    stroke, fill = raw(alt.Stroke, "stroke:N"), raw(alt.Fill, "fill:N")
    size = raw(alt.Size, "size:Q")
    width, dash = raw(alt.StrokeWidth, "width:Q"), raw(alt.StrokeDash, "dash:N")
    return [
        placed("rects", **ends, fill=fill, stroke=stroke, opacity=raw(alt.Opacity, "opacity:Q")).mark_rect(),
        placed("rules", **ends, stroke=stroke, strokeWidth=width, strokeDash=dash).mark_rule(),
        placed("lines", stroke=stroke, detail="line:N", order="order:Q").mark_line(strokeWidth=2),
        placed("points", shape=raw(alt.Shape, "shape:N"), fill=fill, stroke=stroke, size=size,
               ).mark_point(strokeWidth=2, opacity=1),
        placed("texts", text="text:N", fill=raw(alt.Fill, "colour:N"), size=size).mark_text(
            align=alt.ExprRef("datum.align"), fontWeight=alt.ExprRef("datum.weight"), baseline="middle", font=SANS,
            limit=0),
    ]  # fmt: skip


def specification() -> str:
    """The chart compiled to Vega, as JSON: the data sets rects, rules, lines, points and texts are empty in it."""
    import altair as alt  # noqa: PLC0415
    import vl_convert  # noqa: PLC0415

    size = {"width": 1, "height": 1, "padding": 0, "autosize": alt.AutoSizeParams(type="none")}
    chart = alt.layer(*_layers()).properties(**size, background="white")
    lite = chart.configure(aria=False).configure_view(stroke=None).to_dict()
    vega = vl_convert.vegalite_to_vega(lite, vl_version=_VEGA_LITE)
    return json.dumps(vega, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    SPECIFICATION.write_text(specification(), encoding="utf-8")
