"""A chart before it is drawn: the prepared frame and the words around it. One preparation, drawn live or as a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import pandas as pd
import plotly.graph_objects as go  # type: ignore[import-untyped]

from dashboard.charts.bars import bars
from dashboard.charts.grid import Cell, grid
from dashboard.charts.history import Era, history
from dashboard.charts.lines import lines
from dashboard.charts.theme import Frame, Palette
from dashboard.charts.trend import Scene, trend
from dashboard.edition import Event
from dashboard.wording import Wording


@dataclass(frozen=True)
class TrendPlot:
    """One measure over time."""

    points: pd.DataFrame
    scene: Scene


@dataclass(frozen=True)
class BarsPlot:
    """How many of each kind."""

    frame: pd.DataFrame
    around: Frame


@dataclass(frozen=True)
class GridPlot:
    """A calendar of cells."""

    cells: pd.DataFrame
    kinds: Mapping[str, Cell]
    around: Frame


@dataclass(frozen=True)
class LinesPlot:
    """A few series of one unit."""

    frame: pd.DataFrame
    names: Mapping[str, str]
    around: Frame


@dataclass(frozen=True)
class HistoryPlot:
    """Yearly bars in two parts, with every event of the law."""

    frame: pd.DataFrame
    names: Mapping[str, str]
    events: Sequence[Event]
    era: Era
    around: Frame


Plot: TypeAlias = TrendPlot | BarsPlot | GridPlot | LinesPlot | HistoryPlot


def frame_of(plot: Plot) -> Frame:
    """The words around a chart."""
    return plot.scene.frame if isinstance(plot, TrendPlot) else plot.around


def draw(plot: Plot, look: Palette, _: Wording) -> go.Figure:
    """The interactive chart, in the colours of one ground."""
    around = replace(frame_of(plot), palette=look)
    match plot:
        case TrendPlot(points, scene):
            return trend(points, replace(scene, frame=around), _)
        case BarsPlot(frame):
            return bars(frame, around)
        case GridPlot(cells, kinds):
            return grid(cells, kinds, around, _)
        case LinesPlot(frame, names):
            return lines(frame, names, around, _)
        case HistoryPlot(frame, names, events, era):
            return history(frame, names, events, era, around)


def data_of(plot: Plot) -> pd.DataFrame:
    """The figures of a chart as they stand in it: what the CSV beside it holds. Codes, never labels; no hidden value."""
    match plot:
        case TrendPlot(points):
            return points
        case BarsPlot(frame):
            return frame[["category", "value"]]
        case GridPlot(cells):
            return cells[["row", "period", "kind", "said"]]
        case LinesPlot(frame):
            return frame
        case HistoryPlot(frame, names):
            return frame[["period", *names]]
