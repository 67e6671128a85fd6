"""Colours, sizes and the empty canvas of every chart.

Text has at least 4.5:1 contrast with the ground and marks at least 3:1, on light and on dark; the categories stay apart
for readers who do not see red or green (tests/dashboard/test_charts.py measures both).
"""

import html
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.wording import Wording
from schemas.drawing import axis

FONT = '"Source Sans", "Source Sans 3", "Segoe UI", system-ui, sans-serif'
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False, "responsive": True}


@dataclass(frozen=True)
class Palette:
    """The colours of one ground. `good`, `bad`, `warn` and `neutral` are grounds of cells, under `text`."""

    ground: str
    text: str
    quiet: str
    grid: str
    axis: str
    series: str
    goal: str
    baseline: str
    sample: str
    on_series: str
    categories: tuple[str, ...]
    good: str
    bad: str
    warn: str
    neutral: str

    @property
    def veil(self) -> str:
        """The ground, three quarters opaque: behind words that lie over lines."""
        red, green, blue = (int(self.ground[place : place + 2], 16) for place in (1, 3, 5))
        return f"rgba({red},{green},{blue},0.75)"


LIGHT = Palette(
    ground="#ffffff", text="#1b2430", quiet="#47536b", grid="#e3e8ef", axis="#8a94a6", series="#0b5394",
    goal="#11734b", baseline="#b3410d", sample="#a3260b", on_series="#ffffff",
    categories=("#0b5394", "#b3410d", "#11734b", "#7a3e9d", "#6d5600", "#00697a"),
    good="#cfe8dc", bad="#f6cfc4", warn="#fbe3a8", neutral="#e3e8ef",
)  # fmt: skip
DARK = Palette(
    ground="#10161f", text="#e8edf4", quiet="#b4bfd0", grid="#2a3443", axis="#8a94a6", series="#6db3f2",
    goal="#5fcf9b", baseline="#ff9d6b", sample="#ffa799", on_series="#10161f",
    categories=("#6db3f2", "#ff8a4c", "#5fcf9b", "#cfa2f0", "#e0c04d", "#4fc6d6"),
    good="#1d4a38", bad="#5b2a1c", warn="#544414", neutral="#2a3443",
)  # fmt: skip
PALETTES = {"light": LIGHT, "dark": DARK}

_WIDTH = 42
_LINE = 19
_SIDE, _CHARACTER = 12, 7.5
_MID_MONTH, _MID_QUARTER = 15, 15


@dataclass(frozen=True)
class Frame:
    """What every chart says around its data.

    `sample` is the mark of made-up figures, empty for real ones; `goal` explains the dashed line of the target; `share`
    says that values are shares; `row` is the height of a calendar's row.
    """

    title: str
    subtitle: str
    sample: str
    height: int = 330
    goal: str = ""
    palette: Palette = LIGHT
    share: bool = False
    row: int = 52

    def palette_colour(self, name: str) -> str:
        """A colour of the palette by its name, such as `good`."""
        return str(getattr(self.palette, name))


def safe(text: object) -> str:
    """Text of the data for Plotly, which would read `<` and `&` as markup."""
    return html.escape(str(text), quote=False)


def wrapped(text: str, width: int) -> list[str]:
    """A text in lines, as it stands."""
    return axis.folded(text, width) or [""]


def folded(text: str, width: int = _WIDTH) -> list[str]:
    """A text in lines that fit a phone, made safe for Plotly."""
    return [safe(line) for line in axis.folded(text, width)]


def quoted(texts: list[str]) -> str:
    """Texts as a list in Vega's expression language, which reads JSON."""
    return json.dumps(texts)


def canvas(frame: Frame, *, legend: bool = True, plot_height: int = 0) -> go.Figure:
    """An empty figure with its title, its mark of sample data and axes that can be read."""
    look = frame.palette
    title = [f"<b>{line}</b>" for line in folded(frame.title)]
    if frame.sample:
        title = [f"<span style='color:{look.sample}'><b>{safe(frame.sample)}</b></span>", *title]
    below = [
        f"<span style='font-size:13px;color:{look.quiet}'>{line}</span>" for line in folded(frame.subtitle, _WIDTH + 8)
    ]
    if frame.goal:
        below += [
            f"<span style='font-size:13px;color:{look.goal}'><b>- -</b> {line}</span>"
            for line in folded(frame.goal, _WIDTH + 4)
        ]
    top = 36 + _LINE * len([*title, *below])
    figure = go.Figure()
    figure.update_layout(
        template=go.layout.Template(), autotypenumbers="strict",
        title={"text": "<br>".join([*title, *below]), "x": 0, "xanchor": "left", "y": 1, "yanchor": "top",
               "yref": "container", "pad": {"t": 16, "l": 2}, "font": {"size": 16, "color": look.text}},
        height=frame.height + _LINE * len([*title, *below]),
        margin={"l": 8, "r": 12, "t": top, "b": 8},
        paper_bgcolor=look.ground, plot_bgcolor=look.ground, dragmode=False, hovermode="closest",
        font={"family": FONT, "size": 13, "color": look.text}, showlegend=legend,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -52 / (plot_height or frame.height - 70), "yanchor": "top",
                "font": {"color": look.text, "size": 13}, "itemclick": False, "itemdoubleclick": False},
    )  # fmt: skip
    axis = {"tickfont": {"color": look.quiet, "size": 12}, "title": {"font": {"color": look.quiet}}, "automargin": True,
            "fixedrange": True, "linecolor": look.axis, "zeroline": False}  # fmt: skip
    figure.update_xaxes(**axis, showgrid=False, showline=True)
    figure.update_yaxes(**axis, gridcolor=look.grid)
    return figure


def middle(period: str) -> date:
    """The day in the middle of a period: where its point stands, so that an event falls before or after it."""
    year, _, part = period.partition("-")
    if part.startswith("Q"):
        return date(int(year), 3 * int(part[1:]) - 1, _MID_QUARTER)
    return date(int(year), int(part), _MID_MONTH) if part else date(int(year), 7, 1)


def named_periods(periods: Sequence[str], at_most: int = 8) -> list[str]:
    """The periods that are named on an axis: the last one and every so many before it."""
    step = max(1, -(-len(periods) // at_most))
    return list(periods)[::-1][::step][::-1]


def period_ticks(figure: go.Figure, periods: list[str], _: Wording, *, at_most: int = 8) -> None:
    """Name some of the periods on the time axis."""
    named = named_periods(periods, at_most)
    figure.update_xaxes(
        tickmode="array", tickangle=0, tickvals=[middle(period) for period in named],
        ticktext=["<br>".join(filter(None, _.short_period(period))) for period in named],
    )  # fmt: skip


def value_ticks(figure: go.Figure, reach: tuple[float, float], _: Wording, *, share: bool) -> None:
    """Name round values from the least to the largest on the axis of values, with room for the longest of them.

    Plotly finds that room itself by drawing everything twice: a third of the time of a chart.
    """
    values = ticks(*reach, whole=not share)
    texts = [_.percent(value) if share else _.number(value) for value in values]
    room = _SIDE + math.ceil(_CHARACTER * max(map(len, texts), default=0))
    figure.update_yaxes(tickvals=values, ticktext=texts, automargin=False)
    figure.update_layout(margin={"l": room})


def ticks(low: float, high: float, *, whole: bool) -> list[float]:
    """Four to six round values from low to high, zero among them."""
    span = max(high - low, 1e-9)
    steps = [scale * unit for scale in (0.01, 0.1, 1, 10, 100, 1000, 10000, 100000) for unit in (1, 2, 5)]
    step = next((size for size in steps if span / size <= 5.001 and (size >= 1 or not whole)), span)
    return [round(step * number, 6) for number in range(math.ceil(low / step - 1e-9), int(high / step + 1e-9) + 1)]
