"""What is drawn over a series: the target, the events of the law, the audit's baseline. All say what they are in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.charts import theme
from dashboard.edition import Event, Goal
from schemas.process import Limits


@dataclass(frozen=True)
class Band:
    """A share found earlier in a sample, with its interval, and the words for it."""

    share: float
    low: float
    high: float
    label: str


def draw_goal(figure: go.Figure, goal: Goal, look: theme.Palette) -> None:
    """The target as a dashed line, or as a band where being near is what is asked for. The title says what it is."""
    if goal.direction == "within":
        figure.add_hrect(y0=-goal.value, y1=goal.value, fillcolor=look.goal, opacity=0.12, line_width=0, layer="below")
    figure.add_hline(y=goal.value, line={"color": look.goal, "width": 2, "dash": "dash"}, layer="below", name="goal")


def draw_band(figure: go.Figure, band: Band, look: theme.Palette) -> None:
    """The audit's sample as a line and the range its size allows as a band behind it."""
    figure.add_hrect(
        y0=band.low, y1=band.high, fillcolor=look.baseline, opacity=0.10, line_width=0, layer="below", name="baseline"
    )
    figure.add_hline(y=band.share, line={"color": look.baseline, "width": 2, "dash": "dot"}, layer="below")
    lines = theme.folded(band.label, 44)
    figure.add_annotation(
        text="<br>".join(lines), x=1, xref="paper", xanchor="right", y=band.low, yanchor="top", align="right",
        showarrow=False, font={"color": look.baseline, "size": 12}, bgcolor=look.veil,
    )  # fmt: skip


def within(events: Sequence[Event], first: date, last: date) -> tuple[Event, ...]:
    """The events that fall on a time axis."""
    return tuple(event for event in events if first <= event.on <= last)


def draw_events(figure: go.Figure, events: Sequence[Event], look: theme.Palette) -> None:
    """Each event as a numbered vertical line; the key to the numbers is printed under the chart."""
    for place, event in enumerate(events):
        figure.add_shape(
            type="line", x0=event.on, x1=event.on, y0=0, y1=1, yref="paper", layer="below",
            line={"color": look.quiet, "width": 1.5, "dash": "dot"},
        )  # fmt: skip
        figure.add_annotation(
            text=f"<b>{event.number}</b>", x=event.on, y=1, yref="paper", yanchor="bottom", yshift=13 * (place % 2),
            showarrow=False, font={"color": look.quiet, "size": 12},
        )  # fmt: skip


def draw_limits(figure: go.Figure, limits: Limits, look: theme.Palette) -> None:
    """The usual range of a count (XmR) as a pale band, its centre as a thin line. The note under the chart says so."""
    figure.add_hrect(
        y0=limits.low, y1=limits.high, fillcolor=look.axis, opacity=0.14, line_width=0, layer="below", name="limits"
    )
    figure.add_hline(y=limits.centre, line={"color": look.axis, "width": 1}, layer="below", name="centre")
