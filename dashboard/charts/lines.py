"""Two or three series of the same unit on one axis, named at their ends: never two axes."""

import pandas as pd
import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.charts import theme
from dashboard.wording import Wording

_DASHES = ("solid", "dash", "dot")
_SYMBOLS = ("circle", "square", "diamond")


def lines(frame: pd.DataFrame, names: dict[str, str], around: theme.Frame, _: Wording) -> go.Figure:
    """Draw the columns of `names` over the column period; each differs in colour, dash and shape."""
    figure = theme.canvas(around)
    x = [theme.middle(period) for period in frame["period"]]
    for place, (column, name) in enumerate(names.items()):
        figure.add_scatter(
            x=x, y=frame[column].astype("float64"), name=theme.safe(name), mode="lines+markers", connectgaps=False,
            line={"color": theme.CATEGORIES[place], "width": 2, "dash": _DASHES[place]},
            marker={"symbol": _SYMBOLS[place], "size": 7},
            hovertemplate="%{y:,.0f}<extra></extra>",
        )  # fmt: skip
    largest = float(frame[list(names)].max().max()) if len(frame) else 1.0
    values = theme.ticks(0, largest, whole=True)
    figure.update_yaxes(range=[0, largest * 1.1], tickvals=values, ticktext=[_.number(value) for value in values])
    theme.period_ticks(figure, list(frame["period"]), _)
    return figure
