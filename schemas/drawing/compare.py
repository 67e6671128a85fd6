"""Kinds beside each other as bars, and two or three series of the same unit on one axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.drawing.axis import Plot, foot, heading, months, side, ticks
from schemas.drawing.scene import (
    AXIS,
    BASELINE,
    CROSS,
    GOAL,
    GROUND,
    INK,
    PALE,
    SERIES,
    Line,
    Point,
    Rect,
    Rule,
    Scene,
    Text,
)
from schemas.drawing.trend import WIDTH, Around, Spot
from schemas.wording import Wording

_ROW, _BAR, _MOST_BAR = 36, 14, 400
_STYLES = (("circle", SERIES, SERIES), ("square", GROUND, BASELINE), ("triangle-up", GROUND, GOAL))
"""Shape, filling and line of each series: none is told from another by colour alone."""


@dataclass(frozen=True)
class Kind:
    """One bar: what it counts, how many, and the number in words."""

    label: str
    value: float
    said: str


def _headed(around: Around) -> tuple[list[Text], float]:
    lines = [("sample", around.sample)] if around.sample else []
    return heading([*lines, ("title", around.title), ("said", around.subtitle)])


def bars(kinds: Sequence[Kind], around: Around) -> Scene:
    """Bars from the top down in the order given, each under its name and with its number behind it."""
    texts, top = _headed(around)
    most = max((kind.value for kind in kinds), default=0.0) or 1.0
    rects = []
    for place, kind in enumerate(kinds):
        y = top + 8 + place * _ROW
        end = round(2 + max(kind.value / most * _MOST_BAR, 1 if kind.value else 0), 1)
        texts.append(Text(2, y, kind.label, colour=INK))
        rects.append(Rect(2, y + 9, end, y + 9 + _BAR, PALE, SERIES))
        texts.append(Text(end + 8, y + 9 + _BAR / 2, kind.said, colour=INK, weight="bold"))
    axis = Rule(2, top, 2, top + 8 + len(kinds) * _ROW, AXIS)
    return Scene(WIDTH, round(top + 12 + len(kinds) * _ROW), around.alt, tuple(rects), (axis,), texts=tuple(texts))


def _key(names: Sequence[str], top: float) -> tuple[list[Point], list[Text], float]:
    """Each series' sign with its name, one to a line."""
    points, texts = [], []
    for place, (name, (shape, fill, stroke)) in enumerate(zip(names, _STYLES, strict=False)):
        y = top + place * 18
        points.append(Point(9, y, shape, fill, stroke, 60))
        texts.append(Text(22, y, name, colour=INK))
    return points, texts, top + len(names) * 18


def series(named: Mapping[str, Sequence[Spot]], around: Around, _: Wording) -> Scene:
    """Up to three series over the same time; a gap is never drawn through, and a missing figure has its cross."""
    texts, top = _headed(around)
    points, keys, top = _key(list(named), top)
    texts += keys
    periods = [spot.period for spots in named.values() for spot in spots]
    values = ticks(0, max((s.value or 0.0 for spots in named.values() for s in spots), default=1.0) or 1.0, whole=True)
    placed = [months(period) for period in periods] or [0.0]
    plot = Plot(
        left=50, right=WIDTH - 10, top=top + 10, bottom=top + 10 + around.height, first=min(placed) - 0.7,
        last=max(placed) + 0.7, low=values[0], high=values[-1],
    )  # fmt: skip
    rules: list[Rule] = []
    for more, words in (
        side(plot, values, [_.number(v) for v in values]), foot(plot, periods, _, y=plot.bottom + 30)
    ):  # fmt: skip
        rules += more
        texts += words
    lines: list[Line] = []
    for spots, (shape, fill, stroke) in zip(named.values(), _STYLES, strict=False):
        run: list[tuple[float, float]] = []
        for spot in (*spots, None):
            if spot is not None and spot.value is not None:
                run.append((plot.x(spot.period), plot.y(spot.value)))
                points.append(Point(*run[-1], shape, fill, stroke, 44))
                continue
            lines += [Line(tuple(run), stroke)] if len(run) > 1 else []
            run = []
            if spot is not None:
                points.append(Point(plot.x(spot.period), plot.bottom + 11, CROSS, "none", INK, 50))
    return Scene(
        WIDTH, round(plot.bottom + 58), around.alt, rules=tuple(rules), lines=tuple(lines), points=tuple(points),
        texts=tuple(texts),
    )  # fmt: skip
