"""Colours, sizes and the empty canvas of every chart.

Text has at least 4.5:1 contrast with the white ground and marks at least 3:1; the categories stay apart for readers
who do not see red or green (tests/dashboard/test_charts.py measures both).
"""

import html
import math
import textwrap
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.wording import Wording

GROUND = "#ffffff"
TEXT = "#1b2430"
QUIET = "#47536b"
GRID = "#e3e8ef"
AXIS = "#8a94a6"
SERIES = "#0b5394"
GOAL = "#11734b"
BASELINE = "#b3410d"
SAMPLE = "#a3260b"
CATEGORIES = ("#0b5394", "#b3410d", "#11734b", "#7a3e9d", "#6d5600", "#00697a")
GOOD, BAD, WARN, NEUTRAL = "#cfe8dc", "#f6cfc4", "#fbe3a8", "#e3e8ef"
FONT = '"Source Sans", "Source Sans 3", "Segoe UI", system-ui, sans-serif'
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "responsive": True}
_WIDTH = 46
_LINE = 19
_MID_MONTH, _MID_QUARTER = 15, 15


@dataclass(frozen=True)
class Frame:
    """What every chart says around its data.

    `sample` is the mark of made-up figures, empty for real ones; `goal` explains the dashed line of the target.
    """

    title: str
    subtitle: str
    sample: str
    height: int = 330
    goal: str = ""


def safe(text: object) -> str:
    """Text of the data for Plotly, which would read `<` and `&` as markup."""
    return html.escape(str(text), quote=False)


def folded(text: str, width: int = _WIDTH) -> list[str]:
    """A text in lines that fit a phone."""
    return [safe(line) for line in textwrap.wrap(text, width)]


def canvas(frame: Frame, *, legend: bool = True, plot_height: int = 0) -> go.Figure:
    """An empty figure with its title, its mark of sample data and axes that can be read."""
    title = [f"<b>{line}</b>" for line in folded(frame.title)]
    if frame.sample:
        title = [f"<span style='color:{SAMPLE}'><b>{safe(frame.sample)}</b></span>", *title]
    below = [f"<span style='font-size:13px;color:{QUIET}'>{line}</span>" for line in folded(frame.subtitle, _WIDTH + 6)]
    if frame.goal:
        below += [f"<span style='font-size:13px;color:{GOAL}'><b>- -</b> {line}</span>" for line in folded(frame.goal)]
    top = 36 + _LINE * len([*title, *below])
    figure = go.Figure()
    figure.update_layout(
        title={"text": "<br>".join([*title, *below]), "x": 0, "xanchor": "left", "y": 1, "yanchor": "top",
               "yref": "container", "pad": {"t": 16, "l": 2}, "font": {"size": 16, "color": TEXT}},
        height=frame.height + _LINE * len([*title, *below]),
        margin={"l": 8, "r": 12, "t": top, "b": 8},
        paper_bgcolor=GROUND, plot_bgcolor=GROUND, dragmode=False, hovermode="closest",
        font={"family": FONT, "size": 13, "color": TEXT}, showlegend=legend,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -52 / (plot_height or frame.height - 70), "yanchor": "top",
                "font": {"color": TEXT, "size": 13}, "itemclick": False, "itemdoubleclick": False},
    )  # fmt: skip
    axis = {"tickfont": {"color": QUIET, "size": 12}, "title": {"font": {"color": QUIET}}, "automargin": True,
            "fixedrange": True, "linecolor": AXIS, "zeroline": False}  # fmt: skip
    figure.update_xaxes(**axis, showgrid=False, showline=True)
    figure.update_yaxes(**axis, gridcolor=GRID)
    return figure


def middle(period: str) -> date:
    """The day in the middle of a period: where its point stands, so that an event falls before or after it."""
    year, _, part = period.partition("-")
    if part.startswith("Q"):
        return date(int(year), 3 * int(part[1:]) - 1, _MID_QUARTER)
    return date(int(year), int(part), _MID_MONTH) if part else date(int(year), 7, 1)


def period_ticks(figure: go.Figure, periods: list[str], _: Wording, *, at_most: int = 8) -> None:
    """Name some of the periods on the time axis: the last one and every so many before it."""
    step = max(1, -(-len(periods) // at_most))
    named = periods[::-1][::step][::-1]
    figure.update_xaxes(
        tickmode="array", tickvals=[middle(period) for period in named],
        ticktext=[_.short_period(period).replace("\n", "<br>") for period in named],
    )  # fmt: skip


def ticks(low: float, high: float, *, whole: bool) -> list[float]:
    """Four to six round values from low to high, zero among them."""
    span = max(high - low, 1e-9)
    steps = [scale * unit for scale in (0.01, 0.1, 1, 10, 100, 1000, 10000, 100000) for unit in (1, 2, 5)]
    step = next((size for size in steps if span / size <= 5.001 and (size >= 1 or not whole)), span)
    return [round(step * number, 6) for number in range(math.ceil(low / step - 1e-9), int(high / step + 1e-9) + 1)]
