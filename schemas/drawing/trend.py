"""One measure over time: its points, each kind of absence with its own sign, the target, the law's events, a baseline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from schemas.drawing.axis import Plot, foot, heading, months, side, ticks
from schemas.drawing.scene import (
    AXIS,
    BASELINE,
    CROSS,
    GOAL,
    GROUND,
    INK,
    PALE,
    QUIET,
    SERIES,
    Line,
    Point,
    Rect,
    Rule,
    Scene,
    Text,
)
from schemas.marks import SIGNS, Mark
from schemas.process import Limits
from schemas.wording import Wording

WIDTH = 540
_LEFT, _RIGHT, _FOOT, _LANE = 50, 10, 58, 11
_SHAPES = {
    Mark.COUNTED: ("circle", SERIES), Mark.ZERO: ("circle", SERIES), Mark.LATE: ("diamond", GROUND),
    Mark.PRELIMINARY: ("circle", GROUND), Mark.INCOMPLETE: ("triangle-up", GROUND),
}  # fmt: skip


@dataclass(frozen=True)
class Spot:
    """One period of a series. `outof` is the denominator; `said` is the figure in words, such as 21 of 25 (84%)."""

    period: str
    value: float | None
    mark: Mark
    said: str = ""
    count: float | None = None
    outof: float | None = None
    revised: bool = False


@dataclass(frozen=True)
class Aim:
    """The target: a value, the side that meets it (at_least, at_most, within), and its words."""

    value: float
    direction: str
    words: str


@dataclass(frozen=True)
class Band:
    """A share found earlier in a sample, with the interval its size allows, and the words for it."""

    share: float
    low: float
    high: float
    words: str


@dataclass(frozen=True)
class Happening:
    """A change of the law or of policy; its number is the same on every chart and in the key below it."""

    number: int
    on: date


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a picture says around its points. `sample` is the mark of made-up figures, empty for a real record."""

    title: str
    subtitle: str
    alt: str
    sample: str = ""
    is_share: bool = False
    aim: Aim | None = None
    band: Band | None = None
    limits: Limits | None = None
    events: Sequence[Happening] = ()
    height: int = 210


@dataclass
class _Drawn:
    rects: list[Rect]
    rules: list[Rule]
    lines: list[Line]
    points: list[Point]
    texts: list[Text]


def month_of(day: date) -> float:
    """A day in months since year 0, as periods are placed."""
    return day.year * 12 + day.month - 1 + (day.day - 1) / 31


def shown_events(events: Sequence[Happening], periods: Sequence[str]) -> tuple[Happening, ...]:
    """The events that fall within the time that the periods span."""
    if not periods:
        return ()
    first, last = min(map(months, periods)) - 0.5, max(map(months, periods)) + 0.5
    return tuple(event for event in events if first <= month_of(event.on) <= last)


def _extent(spots: Sequence[Spot], around: Around) -> tuple[float, float]:
    values = [spot.value for spot in spots if spot.value is not None]
    aim = around.aim
    if aim and aim.direction == "within":
        values += [-aim.value, aim.value]
    elif aim:
        values.append(aim.value)
    if around.is_share and not (aim and aim.direction == "within"):
        values.append(1.0)
    if around.limits:
        values += [around.limits.low, around.limits.high]
    return min([*values, 0.0]), max([*values, 0.0]) or 1.0


def _plot(periods: Sequence[str], values: Sequence[float], top: float, height: int) -> Plot:
    placed = [months(period) for period in periods] or [0.0]
    return Plot(
        left=_LEFT, right=WIDTH - _RIGHT, top=top + 16, bottom=top + 16 + height,
        first=min(placed) - 0.7, last=max(placed) + 0.7, low=values[0], high=values[-1],
    )  # fmt: skip


def _frame(spots: Sequence[Spot], around: Around, values: Sequence[float], _: Wording) -> tuple[Plot, _Drawn]:
    """The heading, the axes and all that lies behind the points."""
    lines = [("sample", around.sample)] if around.sample else []
    lines += [("title", around.title), ("said", around.subtitle)]
    texts, top = heading(lines)
    drawn = _Drawn([], [], [], [], texts)
    last = next((spot for spot in reversed(spots) if spot.value is not None), None)
    if last is not None:
        words = _("{period}: {figure}", period=_.period(last.period), figure=last.said)
        drawn.texts.append(Text(WIDTH - _RIGHT, top, words, "right", 12, INK, "bold"))
    if around.aim:
        drawn.rules.append(Rule(3, top, 29, top, GOAL, 2, (6, 4)))
        drawn.texts.append(Text(36, top, _("Target: {words}", words=around.aim.words), colour=GOAL, weight="bold"))
    top += 18
    periods = [spot.period for spot in spots]
    plot = _plot(periods, values, top, around.height)
    say = _.percent if around.is_share else _.number
    for rules, named in (side(plot, values, [say(v) for v in values]), foot(plot, periods, _, y=plot.bottom + 30)):
        drawn.rules += rules
        drawn.texts += named
    for event in shown_events(around.events, periods):
        x = plot.at(month_of(event.on))
        drawn.rules.append(Rule(x, plot.top, x, plot.bottom, QUIET, 1.5, (2, 3)))
        drawn.texts.append(Text(x, plot.top - 8, str(event.number), "center", weight="bold"))
    return plot, drawn


def _behind(plot: Plot, around: Around, drawn: _Drawn) -> None:
    if around.limits:
        low, centre, high = (plot.y(value) for value in (around.limits.low, around.limits.centre, around.limits.high))
        drawn.rects.append(Rect(plot.left, high, plot.right, low, AXIS, opacity=0.14))
        drawn.rules.append(Rule(plot.left, centre, plot.right, centre, AXIS))
    if around.band:
        high, low = plot.y(around.band.high), plot.y(around.band.low)
        drawn.rects.append(Rect(plot.left, high, plot.right, low, BASELINE, opacity=0.12))
        share = plot.y(around.band.share)
        drawn.rules.append(Rule(plot.left, share, plot.right, share, BASELINE, 2, (2, 4)))
        drawn.texts.append(Text(plot.right - 4, low + 9, around.band.words, "right", colour=BASELINE))
    if around.aim:
        ends = (-around.aim.value, around.aim.value) if around.aim.direction == "within" else (around.aim.value,)
        drawn.rules += [Rule(plot.left, plot.y(end), plot.right, plot.y(end), GOAL, 2, (6, 4)) for end in ends]


def _signs(spots: Sequence[Spot], plot: Plot, drawn: _Drawn) -> None:
    """The sign of each absence, in the lane below the axis, and a small r where a figure was revised."""
    lane = plot.bottom + _LANE
    for spot in spots:
        x = plot.x(spot.period)
        if spot.mark is Mark.MISSING:
            drawn.points.append(Point(x, lane, CROSS, "none", INK, 50))
        elif not spot.mark.has_value:
            drawn.texts.append(Text(x, lane, SIGNS[spot.mark], "center", 11, INK))
        if spot.revised and spot.value is not None:
            drawn.texts.append(Text(x, plot.y(spot.value) - 12, "r", "center", 11, INK))


def _runs(spots: Sequence[Spot]) -> list[list[Spot]]:
    """The stretches of a series without a gap: an absence is never drawn through."""
    runs: list[list[Spot]] = [[]]
    for spot in spots:
        if spot.value is None:
            runs.append([])
        else:
            runs[-1].append(spot)
    return [run for run in runs if run]


def _finished(drawn: _Drawn, plot: Plot, around: Around) -> Scene:
    return Scene(
        WIDTH, round(plot.bottom + _FOOT), around.alt, tuple(drawn.rects), tuple(drawn.rules), tuple(drawn.lines),
        tuple(drawn.points), tuple(drawn.texts),
    )  # fmt: skip


def trend(spots: Sequence[Spot], around: Around, _: Wording) -> Scene:
    """A line through the points; the last figure stands above them in words."""
    values = ticks(*_extent(spots, around), whole=not around.is_share)
    plot, drawn = _frame(spots, around, values, _)
    _behind(plot, around, drawn)
    for run in _runs(spots):
        places = tuple((plot.x(spot.period), plot.y(spot.value or 0.0)) for spot in run)
        if len(places) > 1:
            drawn.lines.append(Line(places, SERIES))
        for spot, (x, y) in zip(run, places, strict=True):
            shape, fill = _SHAPES[spot.mark]
            drawn.points.append(Point(x, y, shape, fill, SERIES, 46 if fill == SERIES else 64))
    _signs(spots, plot, drawn)
    return _finished(drawn, plot, around)


def counts(spots: Sequence[Spot], around: Around, _: Wording) -> Scene:
    """Few cases: bars of whole numbers, all there were as an outline and those that count filled, no percentage."""
    most = max((spot.outof or 0.0 for spot in spots), default=0.0)
    values = ticks(0, max(most, 1.0), whole=True)
    plot, drawn = _frame(spots, replace(around, is_share=False), values, _)
    slot = (plot.right - plot.left) / max(plot.last - plot.first, 1.0)
    half = round(min(slot * 0.36, 14), 1)
    for spot in spots:
        if spot.outof is None or spot.count is None:
            continue
        x, fill = plot.x(spot.period), SERIES if _SHAPES[spot.mark][1] == SERIES else PALE
        drawn.rects.append(Rect(x - half, plot.y(spot.outof), x + half, plot.bottom, GROUND, SERIES))
        drawn.rects.append(Rect(x - half, plot.y(spot.count), x + half, plot.bottom, fill, SERIES))
    _signs([spot for spot in spots if spot.value is None], plot, drawn)
    return _finished(drawn, plot, around)
