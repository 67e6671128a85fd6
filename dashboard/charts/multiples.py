"""One small chart for each of several series, all on the same axes: how they differ shows in their shapes."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go  # type: ignore[import-untyped]
from plotly.subplots import make_subplots  # type: ignore[import-untyped]

from dashboard.charts import theme
from dashboard.charts.lines import absences, extent_of
from dashboard.edition import Goal
from dashboard.wording import Wording

ACROSS = 2
"""Charts in a row: more would be too narrow on a phone."""
_ROW = 190


def multiples(
    frame: pd.DataFrame, names: Mapping[str, str], around: theme.Frame, goal: Goal | None, _: Wording
) -> go.Figure:
    """Draw each column of `names` over the column `period` in a chart of its own, with the same axes and target.

    A column `<name>_mark` says why a figure is absent (see `dashboard.charts.lines`).
    """
    rows = -(-len(names) // ACROSS) or 1
    look, canvas = around.palette, theme.canvas(around, legend=False)
    figure = make_subplots(
        rows=rows, cols=ACROSS, shared_xaxes=True, shared_yaxes=True, horizontal_spacing=0.04, vertical_spacing=0.16 / rows,
        subplot_titles=[theme.safe(name) for name in names.values()],
    )  # fmt: skip
    figure.update_annotations(font={"size": 13, "color": look.text})
    styles = canvas.layout.xaxis.to_plotly_json(), canvas.layout.yaxis.to_plotly_json()
    canvas.layout.xaxis, canvas.layout.yaxis = None, None
    figure.update_layout(canvas.layout)
    figure.update_layout(height=canvas.layout.height + _ROW * (rows - 1))
    figure.update_xaxes(styles[0])
    figure.update_yaxes(styles[1])
    low, high = extent_of(frame, list(names), goal)
    x, span = [theme.middle(period) for period in frame["period"]], high - low
    for place, column in enumerate(names):
        where = {"row": place // ACROSS + 1, "col": place % ACROSS + 1}
        figure.add_scatter(
            x=x, y=frame[column].astype("float64"), mode="lines+markers", connectgaps=False, hoverinfo="skip", name=column,
            line={"color": look.series, "width": 2}, marker={"size": 6}, **where,
        )  # fmt: skip
        absent = absences(x, frame, column, low - 0.07 * span)
        if absent:
            figure.add_scatter(**absent, textfont={"color": look.quiet, "size": 12}, **where)
        if goal is not None:
            figure.add_hline(
                y=goal.value, line={"color": look.goal, "width": 2, "dash": "dash"}, layer="below", **where
            )
    figure.update_yaxes(range=[low - 0.14 * span, high + 0.1 * span])
    theme.value_ticks(figure, (low, high), _, share=around.share)
    theme.period_ticks(figure, list(frame["period"]), _, at_most=4)
    return figure
