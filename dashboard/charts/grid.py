"""A calendar of cells: periods across, things down, a sign and a colour in each, so that neither stands alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.charts import theme
from dashboard.wording import Wording


@dataclass(frozen=True)
class Cell:
    """One kind of cell: its sign, its ground (good, bad, warn, neutral: a colour of the palette), what it means."""

    sign: str
    ground: str
    meaning: str


def grid(cells: pd.DataFrame, kinds: Mapping[str, Cell], around: theme.Frame, _: Wording) -> go.Figure:
    """Draw a frame with the columns row, period, kind and text; an absent combination stays white."""
    rows, periods = list(dict.fromkeys(cells["row"])), sorted(set(cells["period"]))
    figure = theme.canvas(replace(around, height=160 + around.row * len(rows)), plot_height=around.row * len(rows))
    place = {name: number for number, name in enumerate(kinds)}
    ground = _matrix(cells.assign(z=[float(place[kind]) for kind in cells["kind"]]), rows, periods, "z")
    colours = [around.palette_colour(cell.ground) for cell in kinds.values()]
    steps = [(edge / len(colours), colour) for number, colour in enumerate(colours) for edge in (number, number + 1)]
    figure.add_heatmap(
        z=ground, x=["<br>".join(filter(None, _.short_period(period))) for period in periods],
        y=["<br>".join(theme.folded(row, 20 if around.row > 40 else 34)) for row in rows],
        zmin=-0.5, zmax=len(colours) - 0.5, colorscale=steps, showscale=False, xgap=2, ygap=4,
        text=[[text or "" for text in line] for line in _matrix(cells, rows, periods, "text")], texttemplate="%{text}",
        textfont={"color": around.palette.text, "size": 12}, hoverinfo="skip",
    )  # fmt: skip
    for cell in kinds.values():
        figure.add_scatter(
            x=[None], y=[None], mode="markers", name=f"{cell.sign} {cell.meaning}",
            marker={"symbol": "square", "size": 13, "color": around.palette_colour(cell.ground),
                    "line": {"width": 1, "color": around.palette.axis}},
        )  # fmt: skip
    figure.update_xaxes(showline=False, tickangle=0, nticks=8, side="bottom")
    figure.update_yaxes(autorange="reversed", tickfont={"color": around.palette.text, "size": 12}, showgrid=False)
    return figure


def _matrix(cells: pd.DataFrame, rows: Sequence[str], periods: Sequence[str], column: str) -> list[list[object]]:
    table = cells.pivot_table(index="row", columns="period", values=column, aggfunc="first")
    wide = table.reindex(index=list(rows), columns=list(periods)).astype(object)
    return [[None if pd.isna(value) else value for value in line] for line in wide.to_numpy()]
