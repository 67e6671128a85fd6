"""One measure over time: the line, each kind of absence with its own mark, the target, the events and the baseline."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.charts import overlay, theme
from dashboard.edition import Event, Goal
from dashboard.wording import Wording
from schemas.marks import NAMES, REVISED, Mark
from schemas.process import Limits
from schemas.shares import PERCENT_FROM

LABEL_ALL_UP_TO = 13
"""With more points than this their labels would overlap: only the last and the lowest carry one then."""
SHAPES = {
    Mark.COUNTED: "circle", Mark.ZERO: "square", Mark.LATE: "diamond-open", Mark.PRELIMINARY: "circle-open",
    Mark.INCOMPLETE: "triangle-up-open", Mark.MISSING: "x-thin-open",
    Mark.SUPPRESSED: "square-open", Mark.NOT_APPLICABLE: "line-ew-open",
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """What stands around the series. `texts` says each point in words, for the pointer."""

    frame: theme.Frame
    share: bool
    goal: Goal | None = None
    events: Sequence[Event] = ()
    band: overlay.Band | None = None
    limits: Limits | None = None
    texts: Sequence[str] = ()


def trend(points: pd.DataFrame, scene: Scene, _: Wording) -> go.Figure:
    """Draw a series of points (see `dashboard.points`)."""
    figure, look = theme.canvas(scene.frame), scene.frame.palette
    if points.empty:
        return figure
    placed = points.assign(
        x=[theme.middle(period) for period in points["period"]], said=list(scene.texts) or "", label=""
    )
    carrying = labelled(placed)
    placed.loc[carrying.index, "label"] = [label(row, _, share=scene.share) for row in carrying.to_dict("records")]
    low, high = extent(points, scene)
    lane = low - 0.08 * (high - low)
    known = placed["value"].where(placed["mark"].map(lambda mark: Mark(mark).has_value))
    figure.add_scatter(
        x=placed["x"], y=known.astype("float64"), mode="lines", line={"color": look.series, "width": 2},
        connectgaps=False, hoverinfo="skip", showlegend=False, name="line", error_y=_intervals(placed, look),
    )  # fmt: skip
    for mark in Mark:
        rows = placed[placed["mark"] == mark]
        if not rows.empty:
            figure.add_trace(_marks(rows, mark, lane, scene, _))
    figure.update_layout(showlegend=set(placed["mark"]) != {Mark.COUNTED})
    _revised(figure, placed, look)
    _surround(figure, placed, scene)
    _axes(figure, list(points["period"]), scene, (low, high), _)
    return figure


def extent(points: pd.DataFrame, scene: Scene) -> tuple[float, float]:
    """The least and largest value to show; zero is always on the axis."""
    values = [float(value) for value in points["value"].dropna()]
    goal = scene.goal
    reach = [] if goal is None else [goal.value, -goal.value if goal.direction == "within" else 0.0]
    band = [scene.band.high] if scene.band else []
    limits = [scene.limits.high, scene.limits.low] if scene.limits else []
    bounds = [float(value) for name in ("low", "high") if name in points for value in points[name].dropna()]
    top = max([*values, *reach, *band, *limits, *bounds, 0.0])
    return min([*values, *reach, *limits, 0.0]), top if top > 0 else 1.0


def _intervals(placed: pd.DataFrame, look: theme.Palette) -> dict[str, Any] | None:
    """Error bars where a figure rests on a sample; full counts have none."""
    if "low" not in placed or not placed["low"].notna().any():
        return None
    value = placed["value"].astype("float64")
    up, down = placed["high"].astype("float64") - value, value - placed["low"].astype("float64")
    return {
        "type": "data", "symmetric": False, "array": up.fillna(0), "arrayminus": down.fillna(0), "width": 3,
        "thickness": 1.5, "color": look.axis,
    }  # fmt: skip


def _marks(rows: pd.DataFrame, mark: Mark, lane: float, scene: Scene, _: Wording) -> go.Scatter:
    """The points of one mark, some with their figures: counts where the denominator is small, else percentage or number.

    Points without a value lie in a lane just below the axis, apart from zero.
    """
    look, absent, hidden = scene.frame.palette, not mark.has_value, mark is Mark.SUPPRESSED
    below = scene.goal is not None and scene.goal.direction == "at_least" and not hidden
    texts = ["[c]" if hidden else said.replace(" ", "<br>", 1) for said in rows["label"]]
    size = 7 if mark is Mark.NOT_APPLICABLE else 9
    return go.Scatter(
        x=rows["x"], y=[lane] * len(rows) if absent else rows["value"].astype("float64"),
        mode="markers+text" if any(texts) else "markers", text=texts if any(texts) else None, cliponaxis=False,
        textposition="bottom center" if below else "top center",
        textfont={"color": look.quiet, "size": 11} if hidden else {"color": look.text, "size": 12},
        marker={"symbol": SHAPES[mark], "size": size, "color": look.quiet if absent else look.series,
                "line": {"width": 2, "color": look.quiet if absent else look.series}},
        name=("[c] " if hidden else "") + _(NAMES[mark]), customdata=[theme.safe(text) for text in rows["said"]],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _revised(figure: go.Figure, placed: pd.DataFrame, look: theme.Palette) -> None:
    """[r] beside each figure that was changed after it was first published."""
    if "revised" not in placed:
        return
    for row in placed[placed["revised"] & placed["value"].notna()].to_dict("records"):
        figure.add_annotation(
            x=row["x"], y=row["value"], text=REVISED, showarrow=False, xanchor="left", xshift=6, yshift=9,
            font={"color": look.baseline, "size": 11}, name="revised",
        )  # fmt: skip


def labelled(placed: pd.DataFrame) -> pd.DataFrame:
    """The points that carry a figure: all where there is room, else the last and the lowest."""
    shown = placed[placed["value"].notna()]
    if shown.empty or len(placed) <= LABEL_ALL_UP_TO:
        return shown
    return shown.loc[sorted({shown.index[-1], shown["value"].astype("float64").idxmin()})]


def label(row: Mapping[Hashable, Any], _: Wording, *, share: bool) -> str:
    """What is written beside a point: "16 of 19", "84%" from 20 cases on, or the number."""
    value, denominator = float(row["value"]), row["denominator"]
    if not share or pd.isna(denominator):
        return _.number(value)
    if denominator < PERCENT_FROM:
        return _("{number} of {total}", number=_.number(row["numerator"]), total=_.number(denominator))
    return _.percent(value)


def _surround(figure: go.Figure, placed: pd.DataFrame, scene: Scene) -> None:
    look = scene.frame.palette
    if scene.band:
        overlay.draw_band(figure, scene.band, look)
    if scene.limits:
        overlay.draw_limits(figure, scene.limits, look)
    if scene.goal:
        overlay.draw_goal(figure, scene.goal, look)
    first, last = placed["x"].iloc[0] - timedelta(days=15), placed["x"].iloc[-1] + timedelta(days=15)
    overlay.draw_events(figure, overlay.within(scene.events, first, last), look)
    figure.update_xaxes(range=[first, last])


def _axes(figure: go.Figure, periods: list[str], scene: Scene, reach: tuple[float, float], _: Wording) -> None:
    low, high = reach
    span = high - low
    figure.update_yaxes(range=[low - 0.15 * span, high + 0.14 * span])
    theme.value_ticks(figure, reach, _, share=scene.share)
    theme.period_ticks(figure, periods, _)
