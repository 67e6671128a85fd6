"""A few series of the same unit on one axis, each with its own colour, dash and shape: never two axes."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.charts import theme
from dashboard.edition import Goal
from dashboard.wording import Wording
from schemas.marks import SIGNS, Mark

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "star")
MOST = len(DASHES)
"""More series than this could not be told apart."""


def lines(frame: pd.DataFrame, names: Mapping[str, str], around: theme.Frame, _: Wording) -> go.Figure:
    """Draw the columns of `names` over the column `period`.

    A column `<name>_mark` says why a figure is absent; such points are drawn in a lane under the axis, never at zero. With
    a column `label` the places on the axis are named by it and stand in the order of the frame.
    """
    figure = theme.canvas(around)
    named = "label" in frame
    x = list(frame["label"]) if named else [theme.middle(period) for period in frame["period"]]
    low, high = extent_of(frame, list(names))
    lane = low - 0.07 * (high - low)
    for place, (column, name) in enumerate(names.items()):
        colour = around.palette.categories[place]
        figure.add_scatter(
            x=x, y=frame[column].astype("float64"), name="<br>".join(theme.folded(name)), mode="lines+markers", connectgaps=False,
            line={"color": colour, "width": 2, "dash": DASHES[place]}, marker={"symbol": SYMBOLS[place], "size": 7},
            hoverinfo="skip",
        )  # fmt: skip
        absent = absences(x, frame, column, lane)
        if absent:
            figure.add_scatter(**absent, textfont={"color": colour, "size": 12})
    span = high - low
    figure.update_yaxes(range=[low - 0.14 * span, high + 0.1 * span])
    theme.value_ticks(figure, (low, high), _, share=around.share)
    if named:
        figure.update_xaxes(type="category", tickangle=0, range=[-0.5, max(len(x) - 0.5, 0.5)])
    else:
        theme.period_ticks(figure, list(frame["period"]), _)
    return figure


def extent_of(frame: pd.DataFrame, columns: list[str], goal: Goal | None = None) -> tuple[float, float]:
    """The least and largest value to show; zero is always on the axis, and so is the target."""
    values = [float(value) for column in columns for value in frame[column].dropna()]
    values += [goal.value] if goal else []
    high = max([*values, 0.0])
    return min([*values, 0.0]), high if high > 0 else 1.0


def absences(x: Sequence[object], frame: pd.DataFrame, column: str, lane: float) -> dict[str, Any]:
    """The signs of a column's figures that are not there, as a trace without its colour; empty when all are."""
    marks = frame.get(f"{column}_mark")
    if marks is None:
        marks = pd.Series([Mark.MISSING if pd.isna(value) else Mark.COUNTED for value in frame[column]])
    gone = [(at, SIGNS[Mark(mark)]) for at, mark in zip(x, marks, strict=True) if not Mark(mark).has_value]
    if not gone:
        return {}
    return {
        "x": [at for at, _sign in gone], "y": [lane] * len(gone), "text": [sign for _at, sign in gone], "mode": "text",
        "hoverinfo": "skip", "showlegend": False, "name": f"absent: {column}",
    }  # fmt: skip
