"""The chart as a picture: the same prepared frame as a Vega-Lite chart, for SVG and PNG. No browser, no network.

A picture stands alone wherever it is copied to, so title, mark of sample data, source and release are inside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from dashboard.charts import theme
from dashboard.charts.lines import DASHES, SYMBOLS
from dashboard.charts.overlay import within
from dashboard.charts.plots import BarsPlot, GridPlot, HistoryPlot, LinesPlot, Plot, TrendPlot, frame_of
from dashboard.charts.trend import Scene, extent, label, labelled
from dashboard.edition import Event
from dashboard.wording import Wording
from schemas.marks import REVISED, SIGNS, Mark

Spec = dict[str, Any]
WIDTH, NARROW, HEIGHT = 640, 270, 280
"""Points, of the plot alone; a narrow picture is for phones."""
_STROKES = {"solid": [1, 0], "dash": [7, 4], "dot": [2, 3], "dashdot": [7, 3, 2, 3], "longdash": [11, 4],
            "longdashdot": [11, 3, 2, 3]}  # fmt: skip
_SHAPES = {"circle": "circle", "square": "square", "diamond": "diamond", "triangle-up": "triangle-up", "cross": "cross",
           "star": "triangle-down"}  # fmt: skip


def picture(plot: Plot, look: theme.Palette, source: str, _: Wording, width: int = WIDTH) -> Spec:
    """A Vega-Lite chart of the plot; `source` is the line at its foot, `width` the points that the plot is wide."""
    around = replace(frame_of(plot), palette=look)
    match plot:
        case TrendPlot(points, scene):
            body = _trend(points, replace(scene, frame=around), _)
        case BarsPlot(frame):
            body = _bars(frame, look)
        case GridPlot(cells):
            body = _grid(plot, look, _) if len(cells) else _layer([], HEIGHT)
        case LinesPlot():
            body = _lines(plot, look, _)
        case HistoryPlot():
            body = _history(plot, look)
    return _framed({**body, "width": width}, around, source)


def _framed(body: Spec, around: theme.Frame, source: str) -> Spec:
    look, share = around.palette, body["width"] / WIDTH
    above = [f"{around.sample}: {around.title}" if around.sample else around.title]
    below = [around.subtitle, *([f"- - {around.goal}"] if around.goal else [])]
    axis = {"labelColor": look.quiet, "labelFontSize": 12, "domainColor": look.axis, "tickColor": look.axis,
            "gridColor": look.grid, "titleColor": look.quiet,
            "labelLimit": int(300 * share)}  # fmt: skip
    foot = {"text": theme.wrapped(source, int(90 * share)), "color": look.quiet, "fontSize": 11, "fontWeight": "normal",
            "anchor": "start", "orient": "bottom", "frame": "bounds", "offset": 12}  # fmt: skip
    whole = {"vconcat": [body], "title": foot}
    body["title"] = {
        "text": theme.wrapped(above[0], int(78 * share)),
        "subtitle": [line for text in below for line in theme.wrapped(text, int(90 * share))],
        "anchor": "start", "frame": "group", "color": look.sample if around.sample else look.text,
        "subtitleColor": look.quiet, "fontSize": 16, "subtitleFontSize": 13, "offset": 26,
    }  # fmt: skip
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "background": look.ground, "padding": 14, **whole,
        "config": {"font": "sans-serif", "view": {"stroke": None}, "axis": axis,
                   "legend": {"labelColor": look.text, "orient": "bottom", "title": None, "labelLimit": 300,
                              "columns": 2 if share == 1 else 1}},
    }  # fmt: skip


def _layer(layers: Sequence[Spec], height: int) -> Spec:
    empty = {"data": {"values": [{}]}, "mark": {"type": "point", "opacity": 0}}
    return {"width": WIDTH, "height": height, "layer": list(layers) or [empty]}


def _day(period: str) -> str:
    return theme.middle(period).isoformat()


def _values(rows: Iterable[Spec]) -> Spec:
    return {"values": list(rows)}


def _x(periods: Sequence[str], _: Wording) -> Spec:
    """The time axis, with the same named periods as the live chart."""
    names = {_day(period): [part for part in _.short_period(period) if part] for period in theme.named_periods(periods)}
    spelled = " : ".join(
        f"timeFormat(datum.value, '%Y-%m-%d') === '{day}' ? {theme.quoted(lines)}" for day, lines in names.items()
    )
    days = [_date(date.fromisoformat(day)) for day in names]
    return {"field": "x", "type": "temporal", "axis": {"title": None, "grid": False, "values": days, "labelAngle": 0,
            "labelExpr": f"{spelled} : ''", "labelFlush": False}}  # fmt: skip


def _date(day: date) -> Spec:
    return {"year": day.year, "month": day.month, "date": day.day}


def _y(low: float, high: float, *, share: bool, _: Wording) -> Spec:
    ticks = theme.ticks(low, high, whole=not share)
    span = high - low
    return {"field": "y", "type": "quantitative",
            "scale": {"domain": [low - 0.15 * span, high + 0.14 * span], "nice": False, "zero": False},
            "axis": {"title": None, "values": ticks, "format": ".0%" if share else ",d", "domain": False}}  # fmt: skip


def _segments(points: Iterable[tuple[str, float | None]]) -> list[Spec]:
    """The points of a line, numbered by stretch, so that no line is drawn through a gap."""
    rows, stretch = [], 0
    for period, value in points:
        if value is None:
            stretch += 1
        else:
            rows.append({"x": _day(period), "y": value, "part": stretch})
    return rows


def _number(value: Any) -> float | None:  # noqa: ANN401 - a cell
    return None if pd.isna(value) else float(value)


def _events(events: Sequence[Event], look: theme.Palette) -> list[Spec]:
    rows = _values({"x": event.on.isoformat(), "n": str(event.number)} for event in events)
    x = {"field": "x", "type": "temporal"}
    rule = {"data": rows, "mark": {"type": "rule", "color": look.quiet, "strokeDash": [2, 3]}, "encoding": {"x": x}}
    text = {"data": rows, "mark": {"type": "text", "color": look.quiet, "fontWeight": "bold", "dy": -8, "baseline": "bottom"},
            "encoding": {"x": x, "y": {"value": 0}, "text": {"field": "n"}}}  # fmt: skip
    return [rule, text] if events else []


def _level(value: float, colour: str, dash: Sequence[int]) -> Spec:
    return {"data": _values([{"y": value}]), "mark": {"type": "rule", "color": colour, "size": 2, "strokeDash": list(dash)},
            "encoding": {"y": {"field": "y", "type": "quantitative"}}}  # fmt: skip


def _strip(low: float, high: float, colour: str) -> Spec:
    return {"data": _values([{"y": low, "y2": high}]), "mark": {"type": "rect", "color": colour, "opacity": 0.13},
            "encoding": {"y": {"field": "y", "type": "quantitative"}, "y2": {"field": "y2"}}}  # fmt: skip


def _surround(scene: Scene, days: tuple[date, date]) -> list[Spec]:
    look, found = scene.frame.palette, []
    if scene.limits:
        found += [
            _strip(scene.limits.low, scene.limits.high, look.axis),
            _level(scene.limits.centre, look.axis, [1, 0]),
        ]
    if scene.band:
        found += [
            _strip(scene.band.low, scene.band.high, look.baseline),
            _level(scene.band.share, look.baseline, [2, 3]),
        ]
        found.append({
            "data": _values([{"y": scene.band.low, "t": theme.wrapped(scene.band.label, 44)}]),
            "mark": {"type": "text", "color": look.baseline, "align": "right", "baseline": "top", "fontSize": 12},
            "encoding": {"x": {"value": "width"}, "y": {"field": "y", "type": "quantitative"}, "text": {"field": "t"}},
        })  # fmt: skip
    if scene.goal:
        if scene.goal.direction == "within":
            found.append(_strip(-scene.goal.value, scene.goal.value, look.goal))
        found.append(_level(scene.goal.value, look.goal, [7, 4]))
    return [*found, *_events(within(scene.events, *days), look)]


def _trend(points: pd.DataFrame, scene: Scene, _: Wording) -> Spec:
    look = scene.frame.palette
    if points.empty:
        return _layer([], HEIGHT)
    low, high = extent(points, scene)
    lane = low - 0.08 * (high - low)
    periods = [str(period) for period in points["period"]]
    pairs = [(str(row["period"]), _number(row["value"])) for row in points.to_dict("records")]
    axes = {"x": _x(periods, _), "y": _y(low, high, share=scene.share, _=_)}
    marks = [_point(row, lane, look) for row in points.to_dict("records")]
    below = scene.goal is not None and scene.goal.direction == "at_least"
    labels = [{"x": _day(row["period"]), "y": row["value"], "t": label(row, _, share=scene.share)}
              for row in labelled(points).to_dict("records")]  # fmt: skip
    same = {"x": {"field": "x", "type": "temporal"}, "y": {"field": "y", "type": "quantitative"}}
    return _layer([
        *_surround(scene, (theme.middle(periods[0]), theme.middle(periods[-1]))),
        {"data": _values(_segments(pairs)), "mark": {"type": "line", "color": look.series, "size": 2},
         "encoding": {**axes, "detail": {"field": "part"}}},
        {"data": _values(m for m in marks if m["shape"]),
         "mark": {"type": "point", "size": 60, "strokeWidth": 2},
         "encoding": {**same, "shape": {"field": "shape", "scale": None, "legend": None},
                      "fill": {"field": "fill", "scale": None, "legend": None}, "stroke": {"value": look.series}}},
        {"data": _values(m for m in marks if not m["shape"]), "mark": {"type": "text", "color": look.quiet, "fontSize": 12},
         "encoding": {**same, "text": {"field": "sign"}}},
        {"data": _values(m for m in marks if m["revised"]),
         "mark": {"type": "text", "color": look.baseline, "fontSize": 11, "dx": 14, "dy": -8},
         "encoding": {**same, "text": {"value": REVISED}}},
        {"data": _values(labels), "mark": {"type": "text", "color": look.text, "fontSize": 12, "dy": 14 if below else -12},
         "encoding": {**same, "text": {"field": "t"}}},
    ], HEIGHT)  # fmt: skip


def _point(row: dict[Any, Any], lane: float, look: theme.Palette) -> Spec:
    mark = Mark(row["mark"])
    open_marks = {Mark.LATE: "diamond", Mark.PRELIMINARY: "circle", Mark.INCOMPLETE: "triangle-up"}
    filled = "square" if mark is Mark.ZERO else "circle"
    shape = open_marks.get(mark, filled) if mark.has_value else ""
    return {
        "x": _day(row["period"]), "y": row["value"] if mark.has_value else lane, "shape": shape, "sign": SIGNS[mark],
        "fill": look.ground if mark in open_marks else look.series,
        "revised": bool(row.get("revised", False)) and mark.has_value,
    }  # fmt: skip


def _bars(frame: pd.DataFrame, look: theme.Palette) -> Spec:
    rows = _values({"k": row["label"], "v": row["value"], "t": row["text"]} for row in frame.to_dict("records"))
    y = {"field": "k", "type": "nominal", "sort": list(frame["label"]),
         "axis": {"title": None, "labelColor": look.text}}  # fmt: skip
    x = {"field": "v", "type": "quantitative", "axis": None}
    return _layer([
        {"data": rows, "mark": {"type": "bar", "color": look.series}, "encoding": {"x": x, "y": y}},
        {"data": rows, "mark": {"type": "text", "align": "left", "dx": 5, "color": look.text},
         "encoding": {"x": x, "y": y, "text": {"field": "t"}}},
    ], 34 * max(len(frame), 2))  # fmt: skip


def _grid(plot: GridPlot, look: theme.Palette, _: Wording) -> Spec:
    cells = plot.cells
    rows = _values(
        {"r": row["row"], "p": " ".join(_.short_period(row["period"])).strip(), "k": row["kind"],
         "t": str(row["text"]).split("<br>")} for row in cells.to_dict("records"))  # fmt: skip
    kinds = list(plot.kinds)
    order = [" ".join(_.short_period(period)).strip() for period in sorted(set(cells["period"]))]
    x = {"field": "p", "type": "ordinal", "sort": order, "axis": {"title": None, "labelAngle": -90}}
    y = {"field": "r", "type": "nominal", "sort": list(dict.fromkeys(cells["row"])),
         "axis": {"title": None, "labelColor": look.text}}  # fmt: skip
    names = " : ".join(
        f"datum.value === '{kind}' ? {theme.quoted([f'{cell.sign} {cell.meaning}'])}[0]"
        for kind, cell in plot.kinds.items()
    )
    colour = {"field": "k", "scale": {"domain": kinds, "range": [getattr(look, cell.ground) for cell in plot.kinds.values()]},
              "legend": {"labelExpr": f"{names} : ''", "symbolType": "square", "symbolStrokeColor": look.axis}}  # fmt: skip
    return _layer([
        {"data": rows, "mark": {"type": "rect", "stroke": look.ground, "strokeWidth": 2},
         "encoding": {"x": x, "y": y, "color": colour}},
        {"data": rows, "mark": {"type": "text", "color": look.text, "fontSize": 11},
         "encoding": {"x": x, "y": y, "text": {"field": "t"}}},
    ], 34 * max(len(set(cells["row"])), 2))  # fmt: skip


def _lines(plot: LinesPlot, look: theme.Palette, _: Wording) -> Spec:
    frame, names = plot.frame, plot.names
    numbers = [float(value) for name in names for value in frame[name].dropna()]
    high = max([*numbers, 0.0]) or 1.0
    places = list(frame["label"]) if "label" in frame else []
    rows = []
    for name, title in names.items():
        stretch = 0
        for number, row in enumerate(frame.to_dict("records")):
            value = _number(row[name])
            stretch += value is None
            if value is not None:
                at = places[number] if places else _day(str(row["period"]))
                rows.append({"x": at, "y": value, "s": title, "part": f"{name}{stretch}"})
    x = ({"field": "x", "type": "ordinal", "sort": places, "axis": {"title": None, "labelAngle": 0}} if places
         else _x([str(period) for period in frame["period"]], _))  # fmt: skip
    titles, count = list(names.values()), len(names)
    encoding = {
        "x": x, "y": _y(min([*numbers, 0.0]), high, share=plot.around.share, _=_),
        "color": {"field": "s", "scale": {"domain": titles, "range": list(look.categories[:count])}},
    }  # fmt: skip
    dash = {"field": "s", "scale": {"domain": titles, "range": [_STROKES[name] for name in DASHES[:count]]}}
    shape = {"field": "s", "scale": {"domain": titles, "range": [_SHAPES[name] for name in SYMBOLS[:count]]}}
    return _layer([
        {"data": _values(rows), "mark": {"type": "line", "size": 2},
         "encoding": {**encoding, "detail": {"field": "part"}, "strokeDash": dash}},
        {"data": _values(rows), "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
         "encoding": {**encoding, "shape": shape}},
    ], HEIGHT)  # fmt: skip


def _history(plot: HistoryPlot, look: theme.Palette) -> Spec:
    rows = _values(
        {"x": f"{row['period']}-01-02", "x2": f"{row['period']}-12-20", "v": row[name], "s": title}
        for row in plot.frame.to_dict("records") for name, title in plot.names.items()
    )  # fmt: skip
    titles, era = list(plot.names.values()), plot.era
    ends = [_date(date(era.first, 1, 1)), _date(date(era.last, 12, 31))]
    x = {"field": "x", "type": "temporal", "scale": {"domain": ends},
         "axis": {"title": None, "format": "%Y", "grid": False}}  # fmt: skip
    colour = {"field": "s", "scale": {"domain": titles, "range": list(look.categories[: len(titles)])}}
    gap = _values([{"x": era.no_records_from.isoformat(), "x2": f"{era.last}-12-31",
                    "m": f"{era.last - 5}-01-01", "t": theme.wrapped(era.no_records, 22)}])  # fmt: skip
    return _layer([
        {"data": gap, "mark": {"type": "rect", "color": look.neutral, "opacity": 0.6},
         "encoding": {"x": {"field": "x", "type": "temporal"}, "x2": {"field": "x2"}}},
        {"data": gap, "mark": {"type": "text", "color": look.quiet, "fontSize": 12},
         "encoding": {"x": {"field": "m", "type": "temporal"}, "y": {"value": HEIGHT // 2}, "text": {"field": "t"}}},
        {"data": rows, "mark": {"type": "bar"},
         "encoding": {"x": x, "x2": {"field": "x2"}, "color": colour,
                      "y": {"aggregate": "sum", "field": "v", "type": "quantitative", "axis": {"title": None}}}},
        *_events(plot.events, look),
    ], HEIGHT)  # fmt: skip
