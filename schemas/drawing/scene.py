"""A picture before it is drawn: marks with their places in pixels, from the top left corner."""

from dataclasses import dataclass, field

INK, QUIET, GRID, AXIS = "#1b2430", "#47536b", "#dfe4ec", "#6b7688"
SERIES, GOAL, BASELINE, GROUND, PALE = "#0b5394", "#11734b", "#8a3208", "#ffffff", "#c9d8ea"
CROSS = "M-1,-1L1,1M-1,1L1,-1"


@dataclass(frozen=True)
class Rect:
    """A filled rectangle from one corner to the opposite one."""

    x: float
    y: float
    x2: float
    y2: float
    fill: str
    stroke: str = "none"
    opacity: float = 1.0


@dataclass(frozen=True)
class Rule:
    """A straight line; `dash` is the length of strokes and gaps, empty for a line without gaps."""

    x: float
    y: float
    x2: float
    y2: float
    stroke: str
    width: float = 1.0
    dash: tuple[int, ...] = ()


@dataclass(frozen=True)
class Line:
    """A line through points; a gap in a series ends one line and begins another."""

    points: tuple[tuple[float, float], ...]
    stroke: str


@dataclass(frozen=True)
class Point:
    """A sign at a place; `shape` is a Vega symbol (circle, diamond, triangle-up) or a path."""

    x: float
    y: float
    shape: str
    fill: str
    stroke: str
    size: float = 50


@dataclass(frozen=True)
class Text:
    """A text at a place; `align` is left, center or right of it, and `y` is the middle of its height."""

    x: float
    y: float
    text: str
    align: str = "left"
    size: float = 12
    colour: str = QUIET
    weight: str = "normal"


@dataclass(frozen=True)
class Scene:
    """A whole picture, drawn in the order rectangles, rules, lines, points, texts; `alt` says what it shows."""

    width: int
    height: int
    alt: str
    rects: tuple[Rect, ...] = ()
    rules: tuple[Rule, ...] = ()
    lines: tuple[Line, ...] = ()
    points: tuple[Point, ...] = ()
    texts: tuple[Text, ...] = field(default=())
