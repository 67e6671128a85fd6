"""Charts, by the data and text of their figures."""

from datetime import date
from itertools import combinations
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
import vl_convert

from dashboard import charts
from dashboard.charts import theme
from dashboard.charts.grid import Cell
from dashboard.charts.history import Era
from dashboard.charts.overlay import Band
from dashboard.charts.plots import BarsPlot, GridPlot, HistoryPlot, LinesPlot, TrendPlot
from dashboard.charts.still import NARROW, WIDTH, picture
from dashboard.charts.trend import Scene
from dashboard.edition import Event, Goal
from dashboard.points import COLUMNS
from dashboard.wording import ENGLISH
from schemas.marks import SIGNS, Mark
from schemas.process import Limits

FRAME = theme.Frame("People told <b>", "Share of cases", "SAMPLE DATA")
EVENTS = (Event(1, date(2013, 12, 2), "A", "a", "primary", ""), Event(2, date(2026, 3, 10), "B", "b", "primary", ""))
POINTS = pd.DataFrame(
    [
        ("2026-01", 10.0, 20.0, 0.5, "no", Mark.COUNTED),
        ("2026-02", 0.0, 20.0, 0.0, "no", Mark.ZERO),
        ("2026-03", None, None, None, "", Mark.MISSING),
        ("2026-04", 16.0, 19.0, 16 / 19, "no", Mark.LATE),
        ("2026-05", None, None, None, "", Mark.SUPPRESSED),
        ("2026-06", None, None, None, "", Mark.NOT_APPLICABLE),
        ("2026-07", 20.0, 21.0, 20 / 21, "no", Mark.PRELIMINARY),
    ],
    columns=list(COLUMNS),
)


def scene(**around) -> Scene:
    return Scene(frame=FRAME, share=True, texts=tuple("x" * len(POINTS)), **around)


def traces(figure):
    return {trace.name: trace for trace in figure.data}


def annotations(figure):
    return [annotation.text for annotation in figure.layout.annotations]


def test_each_kind_of_figure_and_of_absence_has_a_mark_of_its_own():
    drawn = traces(charts.trend(POINTS, scene(), ENGLISH))
    symbols = {name: trace.marker.symbol for name, trace in drawn.items() if name != "line"}
    assert symbols == {
        "reported": "circle", "zero: counted, and none": "square", "reported late": "diamond-open",
        "preliminary, may change": "circle-open", "not reported": "x-thin-open",
        "[c] hidden to protect people": "square-open", "nothing to measure": "line-ew-open",
    }  # fmt: skip
    assert len({*symbols.values()}) == len(symbols)
    assert len({*SIGNS.values()}) == len(Mark)
    assert list(drawn["zero: counted, and none"].y) == [0]
    assert list(drawn["[c] hidden to protect people"].text) == ["[c]"]
    for absent in ("not reported", "[c] hidden to protect people", "nothing to measure"):
        assert drawn[absent].y[0] < 0


def test_no_line_is_drawn_through_a_missing_figure():
    line = traces(charts.trend(POINTS, scene(), ENGLISH))["line"]
    assert not line.connectgaps
    assert [pd.isna(value) for value in line.y] == [False, False, True, False, True, True, False]


def test_points_over_a_small_denominator_carry_counts_and_no_percentage():
    texts = [text for trace in charts.trend(POINTS, scene(), ENGLISH).data for text in trace.text or ()]
    assert "16<br>of 19" in texts
    assert "50%" in texts
    assert "84%" not in texts


def test_target_events_and_baseline_are_drawn_and_named():
    band = Band(23 / 44, 0.38, 0.66, "2019 audit sample: 23 of 44")
    figure = charts.trend(POINTS, scene(goal=Goal(1, "at_least", "all"), events=EVENTS, band=band), ENGLISH)
    shapes = figure.layout.shapes
    assert [(s.y0, s.y1) for s in shapes if s.type == "rect"] == [(0.38, 0.66)]
    assert 1 in [s.y0 for s in shapes if s.type == "line"]
    assert 23 / 44 in [s.y0 for s in shapes if s.type == "line"]
    assert "<b>2</b>" in annotations(figure)
    assert "<b>1</b>" not in annotations(figure), "an event before the axis begins is not drawn"
    assert any("23 of 44" in text for text in annotations(figure))


def test_nearness_is_drawn_as_a_band():
    figure = charts.trend(POINTS, scene(goal=Goal(0.1, "within", "within 10 percent")), ENGLISH)
    assert [(s.y0, s.y1) for s in figure.layout.shapes if s.type == "rect"] == [(-0.1, 0.1)]
    assert figure.layout.yaxis.range[0] <= -0.1


def test_sample_data_and_text_of_the_data_in_the_title():
    title = charts.trend(POINTS, scene(), ENGLISH).layout.title.text
    assert "SAMPLE DATA" in title
    assert "People told &lt;b&gt;" in title
    real = theme.canvas(theme.Frame("T", "S", "")).layout.title.text
    assert "SAMPLE" not in real


def test_an_empty_series_draws_an_empty_chart():
    assert len(charts.trend(POINTS.iloc[:0], scene(), ENGLISH).data) == 0


def test_charts_have_fixed_heights_and_no_second_axis():
    figure = charts.trend(POINTS, scene(), ENGLISH)
    assert figure.layout.height
    assert figure.layout.dragmode is False
    assert not [name for name in figure.to_dict()["layout"] if name.startswith("yaxis") and name != "yaxis"]
    assert theme.CONFIG["displayModeBar"] is False


def test_bars_are_in_the_order_of_the_frame():
    frame = pd.DataFrame({"label": ["Declined", "Complied"], "value": [20.0, 3.0], "text": ["20", "3"]})
    (trace,) = charts.bars(frame, FRAME).data
    assert list(trace.y) == ["Complied", "Declined"]
    assert list(trace.text) == ["3", "20"]


def test_a_grid_gives_each_kind_a_sign_and_leaves_absent_cells_white():
    kinds = {"done": Cell("✓", "good", "done"), "late": Cell("◇", "warn", "late")}
    rows = [("Jail", "2026-01", "done", "✓"), ("Jail", "2026-02", "late", "◇"), ("Plates", "2026-01", "done", "✓")]
    figure = charts.grid(pd.DataFrame(rows, columns=["row", "period", "kind", "text"]), kinds, FRAME, ENGLISH)
    heat = figure.data[0]
    assert [list(line) for line in heat.z] == [[0.0, 1.0], [0.0, None]]
    assert [list(line) for line in heat.text] == [["✓", "◇"], ["✓", ""]]
    assert [trace.name for trace in figure.data[1:]] == ["✓ done", "◇ late"]


def test_lines_share_one_axis_and_differ_in_more_than_colour():
    frame = pd.DataFrame({"period": ["2026-01", "2026-02"], "ice": [20, pd.NA], "county": [18, 19]}).astype(
        {"ice": "Int64", "county": "Int64"}
    )
    first, absent, second = charts.lines(frame, {"ice": "ICE", "county": "County"}, FRAME, ENGLISH).data
    assert list(absent.text) == ["✕"]
    assert first.line.dash != second.line.dash
    assert first.marker.symbol != second.marker.symbol
    assert pd.isna(first.y[1])


def test_the_history_marks_every_event():
    frame = pd.DataFrame({"period": ["2013", "2014"], "declined": [30, 87], "other": [186, 33]})
    era = Era(2010, 2026, date(2015, 7, 20), "no record")
    figure = charts.history(frame, {"declined": "Declined", "other": "Other"}, EVENTS, era, FRAME)
    assert {"<b>1</b>", "<b>2</b>"} <= set(annotations(figure))
    assert figure.layout.barmode == "stack"


@pytest.mark.parametrize(
    ("low", "high", "whole"), [(0, 1, False), (-0.3, 0.25, False), (0, 3, True), (0, 50, True), (0, 1814828, True)]
)
def test_ticks_are_round_few_and_within(low, high, whole):
    values = theme.ticks(low, high, whole=whole)
    assert 0 in values
    assert 2 <= len(values) <= 7
    assert all(low - 1e-9 <= value <= high + 1e-9 for value in values)
    assert not whole or all(float(value).is_integer() for value in values)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.1)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


both = pytest.mark.parametrize("look", theme.PALETTES.values(), ids=theme.PALETTES)


@both
def test_text_can_be_read_on_light_and_on_dark(look):
    for colour in (look.text, look.quiet, look.goal, look.baseline, look.sample):
        assert contrast(colour, look.ground) >= 4.5, colour
    for cell in (look.good, look.bad, look.warn, look.neutral):
        assert contrast(look.text, cell) >= 4.5, cell


@both
def test_marks_can_be_seen(look):
    for colour in (*look.categories, look.series, look.axis):
        assert contrast(colour, look.ground) >= 3, colour


# How colours look without one kind of cone (Machado, Oliveira and Fernandes 2009, severity 1; linear RGB).
_BLIND = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
}


def _seen(colour: str, kind: str) -> list[float]:
    parts = [(int(colour[place : place + 2], 16) / 255) ** 2.2 for place in (1, 3, 5)]
    seen = [sum(weight * part for weight, part in zip(line, parts, strict=True)) for line in _BLIND[kind]]
    return [max(0.0, min(1.0, value)) ** (1 / 2.2) * 255 for value in seen]


@both
@pytest.mark.parametrize("kind", list(_BLIND))
def test_the_first_categories_stay_apart_without_red_or_green(kind, look):
    for one, other in combinations(look.categories[:3], 2):
        distance = sum((a - b) ** 2 for a, b in zip(_seen(one, kind), _seen(other, kind), strict=True)) ** 0.5
        assert distance > 40, (one, other)


def test_the_usual_range_is_drawn_as_a_band_with_its_centre():
    figure = charts.trend(POINTS, scene(limits=Limits(10.0, 4.0, 16.0, "2026-01", "2026-07")), ENGLISH)
    drawn = {shape.name: (shape.y0, shape.y1) for shape in figure.layout.shapes}
    assert drawn["limits"] == (4.0, 16.0)
    assert drawn["centre"] == (10.0, 10.0)
    assert figure.layout.yaxis.range[1] >= 16


def test_a_revised_figure_is_marked_and_an_absent_one_is_not():
    points = POINTS.assign(revised=[True, False, True, False, False, False, False])
    marks = [note for note in charts.trend(points, scene(), ENGLISH).layout.annotations if note.name == "revised"]
    assert [(note.text, note.y) for note in marks] == [("[r]", 0.5)]


def test_only_samples_have_intervals():
    low = [None, None, None, 0.6, None, None, None]
    points = POINTS.assign(low=low, high=[None, None, None, 0.95, None, None, None])
    points = points.astype({"low": "float64", "high": "float64"})
    line = traces(charts.trend(points, scene(), ENGLISH))["line"]
    assert round(line.error_y.arrayminus[3], 4) == round(16 / 19 - 0.6, 4)
    assert line.error_y.arrayminus[0] == 0
    assert traces(charts.trend(POINTS, scene(), ENGLISH))["line"].error_y.array is None


def test_what_is_absent_in_lines_has_its_sign_below_the_axis():
    frame = pd.DataFrame(
        {"period": ["2026-01", "2026-02"], "a": [20.0, None], "a_mark": [Mark.COUNTED, Mark.SUPPRESSED]}
    )
    absent = traces(charts.lines(frame, {"a": "A"}, FRAME, ENGLISH))["absent: a"]
    assert list(absent.text) == ["[c]"]
    assert absent.y[0] < 0


def test_lines_over_named_places_keep_their_order():
    frame = pd.DataFrame({"period": ["01", "02"], "label": ["Oct", "Jan"], "y": [1.0, 2.0]})
    (trace,) = charts.lines(frame, {"y": "Y"}, FRAME, ENGLISH).data
    assert list(trace.x) == ["Oct", "Jan"]


# --- the same charts as pictures -------------------------------------------------------------------------------------

PLOTS = {
    "trend": TrendPlot(
        POINTS.assign(revised=True),
        scene(goal=Goal(1, "at_least", "all"), events=EVENTS, band=Band(0.5, 0.4, 0.6, "2019 <sample>"),
              limits=Limits(0.5, 0.1, 0.9, "2026-01", "2026-07"))),
    "bars": BarsPlot(pd.DataFrame({"category": ["d"], "label": ["Declined"], "value": [20.0], "text": ["20"]}), FRAME),
    "grid": GridPlot(
        pd.DataFrame([("Jail's", "2026-01", "done", "✓", "done")], columns=["row", "period", "kind", "text", "said"]),
        {"done": Cell("✓", "good", "it's \"done\"")}, FRAME),
    "lines": LinesPlot(
        pd.DataFrame({"period": ["2026-01", "2026-02"], "a": [20.0, None], "b": [3.0, 4.0]}), {"a": "A", "b": "B"}, FRAME),
    "history": HistoryPlot(
        pd.DataFrame({"period": ["2013"], "x": [30], "y": [186]}), {"x": "X", "y": "Y"}, EVENTS,
        Era(2010, 2026, date(2015, 7, 20), "no record"), FRAME),
}  # fmt: skip


@both
@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_is_drawn_live_and_as_a_picture_that_stands_alone(name, look):
    plot = PLOTS[name]
    assert len(charts.draw(plot, look, ENGLISH).data) > 0
    drawn = vl_convert.vegalite_to_svg(picture(plot, look, "Publisher, release X", ENGLISH), allowed_base_urls=[])
    words = " ".join(ET.fromstring(drawn).itertext())
    for said in ("SAMPLE DATA", "People told <b>", "Publisher, release X"):
        assert said in words
    assert f'fill="{look.ground}"' in drawn


@pytest.mark.parametrize("name", PLOTS)
def test_a_narrow_picture_says_the_same_in_less_width(name):
    def drawn(width):
        spec = picture(PLOTS[name], theme.PALETTES["light"], "Publisher, release X", ENGLISH, width)
        return ET.fromstring(vl_convert.vegalite_to_svg(spec, allowed_base_urls=[]))

    wide, narrow = drawn(WIDTH), drawn(NARROW)
    assert float(narrow.get("width")) < float(wide.get("width")) - (WIDTH - NARROW) * 0.8
    for said in ("SAMPLE DATA", "People told <b>", "Publisher, release X"):
        assert said in " ".join(" ".join(narrow.itertext()).split())


def test_the_data_of_a_plot_are_those_that_are_drawn():
    assert list(charts.data_of(PLOTS["trend"])["period"]) == list(POINTS["period"])
    hidden = charts.data_of(PLOTS["trend"]).set_index("period").loc["2026-05"]
    assert hidden["mark"] == "suppressed"
    assert pd.isna(hidden["value"])
    assert pd.isna(hidden["numerator"])
