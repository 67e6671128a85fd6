"""A calendar of cells: periods across, things down, a sign and a colour in each, so that neither stands alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.charts import theme
from dashboard.wording import Wording

ROW = 52


@dataclass(frozen=True)
class Cell:
    """One kind of cell: its sign, its ground colour and what it means."""

    sign: str
    colour: str
    meaning: str


def grid(cells: pd.DataFrame, kinds: Mapping[str, Cell], around: theme.Frame, _: Wording) -> go.Figure:
    """Draw a frame with the columns row, period, kind and text; an absent combination stays white."""
    rows, periods = list(dict.fromkeys(cells["row"])), sorted(set(cells["period"]))
    figure = theme.canvas(replace(around, height=160 + ROW * len(rows)), plot_height=ROW * len(rows))
    place = {name: number for number, name in enumerate(kinds)}
    ground = _matrix(cells.assign(z=[float(place[kind]) for kind in cells["kind"]]), rows, periods, "z")
    colours = [cell.colour for cell in kinds.values()]
    steps = [(edge / len(colours), colour) for number, colour in enumerate(colours) for edge in (number, number + 1)]
    figure.add_heatmap(
        z=ground, x=[_.short_period(period).replace("\n", "<br>") for period in periods],
        y=["<br>".join(theme.folded(row, 20)) for row in rows],
        zmin=-0.5, zmax=len(colours) - 0.5, colorscale=steps, showscale=False, xgap=2, ygap=4,
        text=_matrix(cells, rows, periods, "text"), texttemplate="%{text}",
        textfont={"color": theme.TEXT, "size": 12}, hoverinfo="skip",
    )  # fmt: skip
    for cell in kinds.values():
        figure.add_scatter(
            x=[None], y=[None], mode="markers", name=f"{cell.sign} {cell.meaning}",
            marker={"symbol": "square", "size": 13, "color": cell.colour, "line": {"width": 1, "color": theme.AXIS}},
        )  # fmt: skip
    figure.update_xaxes(showline=False, tickangle=0, nticks=8, side="bottom")
    figure.update_yaxes(autorange="reversed", tickfont={"color": theme.TEXT, "size": 12}, showgrid=False)
    return figure


def _matrix(cells: pd.DataFrame, rows: Sequence[str], periods: Sequence[str], column: str) -> list[list[object]]:
    table = cells.pivot_table(index="row", columns="period", values=column, aggfunc="first")
    wide = table.reindex(index=list(rows), columns=list(periods)).astype(object)
    return [[None if pd.isna(value) else value for value in line] for line in wide.to_numpy()]
