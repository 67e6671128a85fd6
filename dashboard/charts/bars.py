"""How many of each kind: horizontal bars, largest first, each with its number."""

from dataclasses import replace

import pandas as pd
import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.charts import theme

ROW = 40


def bars(frame: pd.DataFrame, around: theme.Frame) -> go.Figure:
    """Bars for a frame with the columns label, value and text, in the order of the frame from the top down."""
    rows = frame.iloc[::-1]
    taller = replace(around, height=60 + ROW * max(len(rows), 2))
    figure = theme.canvas(taller, legend=False)
    labels = ["<br>".join(theme.folded(label, 24)) for label in rows["label"]]
    figure.add_bar(
        x=rows["value"], y=labels, orientation="h", marker={"color": around.palette.series}, text=rows["text"],
        textposition="outside", textfont={"color": around.palette.text, "size": 13}, cliponaxis=False, hoverinfo="skip",
    )  # fmt: skip
    largest = float(rows["value"].max()) if len(rows) else 1.0
    figure.update_xaxes(range=[0, max(largest, 1) * 1.18], showticklabels=False, showline=False)
    figure.update_yaxes(tickfont={"color": around.palette.text, "size": 13}, showgrid=False)
    return figure
