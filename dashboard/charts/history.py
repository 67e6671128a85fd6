"""The long view: yearly bars in two parts, on an axis that holds every event of the law."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.charts import overlay, theme
from dashboard.edition import Event

_HALF_BAR = 1000 * 60 * 60 * 24 * 250


@dataclass(frozen=True)
class Era:
    """The stretch of time to draw, and what to write where there are no records."""

    first: int
    last: int
    no_records_from: date
    no_records: str


def history(
    frame: pd.DataFrame, names: Mapping[str, str], events: Sequence[Event], era: Era, around: theme.Frame
) -> go.Figure:
    """Draw the columns of `names` stacked over the column period (years)."""
    figure = theme.canvas(around)
    x = [theme.middle(period) for period in frame["period"]]
    for place, (column, name) in enumerate(names.items()):
        figure.add_bar(
            x=x, y=frame[column].astype("float64"), name=theme.safe(name), width=_HALF_BAR,
            marker={"color": around.palette.categories[place],
                    "pattern": {"shape": ("", "/")[place % 2], "fgcolor": around.palette.ground, "fillmode": "overlay"}},
            text=[f"{value:,.0f}" for value in frame[column]], textposition="inside", textangle=0,
            insidetextfont={"color": around.palette.on_series, "size": 12}, hovertemplate="%{y:,.0f}<extra></extra>",
        )  # fmt: skip
    end = date(era.last, 12, 31)
    figure.add_vrect(
        x0=era.no_records_from, x1=end, fillcolor=around.palette.neutral, opacity=0.5, line_width=0, layer="below"
    )
    figure.add_annotation(
        text="<br>".join(theme.folded(era.no_records, 22)), x=date(era.last - 5, 1, 1), y=0.5, yref="paper",
        showarrow=False, font={"color": around.palette.quiet, "size": 13}, bgcolor=around.palette.neutral,
    )  # fmt: skip
    overlay.draw_events(figure, events, around.palette)
    years = list(range(era.first, era.last + 1, 2))
    figure.update_xaxes(
        range=[date(era.first, 1, 1), end], tickvals=[date(year, 7, 1) for year in years],
        ticktext=[str(year) for year in years],
    )  # fmt: skip
    figure.update_layout(barmode="stack")
    return figure
