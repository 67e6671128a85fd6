"""Charts as pure functions: a frame and words in, a Plotly figure or a picture out.

Nothing here knows of Streamlit or of files.
"""

from dashboard.charts.bars import bars
from dashboard.charts.grid import grid
from dashboard.charts.history import history
from dashboard.charts.lines import lines
from dashboard.charts.multiples import multiples
from dashboard.charts.plots import data_of, draw
from dashboard.charts.trend import trend

__all__ = ["bars", "data_of", "draw", "grid", "history", "lines", "multiples", "trend"]
