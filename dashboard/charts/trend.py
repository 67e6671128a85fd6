"""One measure over time: the line, each kind of absence with its own mark, the target, the events and the baseline."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.charts import overlay, theme
from dashboard.edition import Event, Goal
from dashboard.marks import NAMES, Mark
from dashboard.points import PERCENT_FROM
from dashboard.wording import Wording

LABEL_ALL_UP_TO = 13
"""With more points than this their labels would overlap: only the last and the lowest carry one then."""
_SHAPES = {
    Mark.COUNTED: "circle", Mark.ZERO: "circle", Mark.LATE: "diamond-open", Mark.PRELIMINARY: "circle-open",
    Mark.MISSING: "x-thin-open", Mark.SUPPRESSED: "square-open", Mark.NOT_APPLICABLE: "line-ew-open",
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """What stands around the series. `texts` says each point in words, for the pointer."""

    frame: theme.Frame
    share: bool
    goal: Goal | None = None
    events: Sequence[Event] = ()
    band: overlay.Band | None = None
    texts: Sequence[str] = ()


def trend(points: pd.DataFrame, scene: Scene, _: Wording) -> go.Figure:
    """Draw a series of points (see `dashboard.points`)."""
    figure = theme.canvas(scene.frame)
    if points.empty:
        return figure
    placed = points.assign(x=[theme.middle(period) for period in points["period"]], said=list(scene.texts) or "")
    low, high = _extent(points, scene)
    lane = low - 0.08 * (high - low)
    known = placed["value"].where(placed["mark"].map(lambda mark: Mark(mark).has_value))
    figure.add_scatter(
        x=placed["x"], y=known.astype("float64"), mode="lines", line={"color": theme.SERIES, "width": 2},
        connectgaps=False, hoverinfo="skip", showlegend=False, name="line",
    )  # fmt: skip
    for mark in Mark:
        rows = placed[placed["mark"] == mark]
        if not rows.empty:
            figure.add_trace(_marks(rows, mark, lane, _))
    figure.update_layout(showlegend=set(placed["mark"]) != {Mark.COUNTED})
    _labels(figure, placed, scene)
    _surround(figure, placed, scene)
    _axes(figure, list(points["period"]), scene, (low, high), _)
    return figure


def _extent(points: pd.DataFrame, scene: Scene) -> tuple[float, float]:
    """The least and largest value to show; zero is always on the axis."""
    values = [float(value) for value in points["value"].dropna()]
    goal = scene.goal
    reach = [] if goal is None else [goal.value, -goal.value if goal.direction == "within" else 0.0]
    band = [scene.band.high] if scene.band else []
    top = max([*values, *reach, *band, 0.0])
    return min([*values, *reach, 0.0]), top if top > 0 else 1.0


def _marks(rows: pd.DataFrame, mark: Mark, lane: float, _: Wording) -> go.Scatter:
    """The points of one mark. Points without a value lie in a lane just below the axis, apart from zero."""
    absent = not mark.has_value
    hidden = mark is Mark.SUPPRESSED
    size = 7 if mark is Mark.NOT_APPLICABLE else 9
    return go.Scatter(
        x=rows["x"], y=[lane] * len(rows) if absent else rows["value"].astype("float64"),
        mode="markers+text" if hidden else "markers", text=["[c]"] * len(rows) if hidden else None,
        textposition="top center", textfont={"color": theme.QUIET, "size": 11},
        marker={"symbol": _SHAPES[mark], "size": size, "color": theme.QUIET if absent else theme.SERIES,
                "line": {"width": 2, "color": theme.QUIET if absent else theme.SERIES}},
        name=("[c] " if hidden else "") + _(NAMES[mark]), customdata=[theme.safe(said) for said in rows["said"]],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _labels(figure: go.Figure, placed: pd.DataFrame, scene: Scene) -> None:
    """Figures written beside points: counts where the denominator is small, else the percentage or the number."""
    shown = placed[placed["value"].notna()]
    if shown.empty:
        return
    if len(placed) > LABEL_ALL_UP_TO:
        shown = shown.loc[sorted({shown.index[-1], shown["value"].astype("float64").idxmin()})]
    below = scene.goal is not None and scene.goal.direction == "at_least"
    for row in shown.to_dict("records"):
        figure.add_annotation(
            x=row["x"], y=row["value"], text=_label(row, share=scene.share),
            showarrow=False, yanchor="top" if below else "bottom", yshift=-7 if below else 7,
            font={"color": theme.TEXT, "size": 12}, bgcolor="rgba(255,255,255,0.7)",
        )  # fmt: skip


def _label(row: Mapping[Hashable, Any], *, share: bool) -> str:
    value, denominator = float(row["value"]), row["denominator"]
    if not share or pd.isna(denominator):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.1f}"
    if denominator < PERCENT_FROM:
        return f"{row['numerator']:,.0f}<br>of {denominator:,.0f}"
    return f"{value * 100:.0f}%"


def _surround(figure: go.Figure, placed: pd.DataFrame, scene: Scene) -> None:
    if scene.band:
        overlay.draw_band(figure, scene.band)
    if scene.goal:
        overlay.draw_goal(figure, scene.goal)
    first, last = placed["x"].iloc[0] - timedelta(days=15), placed["x"].iloc[-1] + timedelta(days=15)
    overlay.draw_events(figure, overlay.within(scene.events, first, last))
    figure.update_xaxes(range=[first, last])


def _axes(figure: go.Figure, periods: list[str], scene: Scene, extent: tuple[float, float], _: Wording) -> None:
    low, high = extent
    span = high - low
    values = theme.ticks(low, high, whole=not scene.share)
    texts = [_.percent(value) if scene.share else _.number(value) for value in values]
    figure.update_yaxes(range=[low - 0.15 * span, high + 0.14 * span], tickvals=values, ticktext=texts)
    theme.period_ticks(figure, periods, _)
