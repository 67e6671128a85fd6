"""Pictures: every mark at its place, the same on every machine, and nothing said by colour alone."""

import re
import xml.etree.ElementTree as ET
from datetime import date
from itertools import pairwise

import pytest

from schemas.drawing import design
from schemas.drawing.axis import MOST_LABELS, months, ticks
from schemas.drawing.compare import Kind, bars, series
from schemas.drawing.scene import CROSS, GOAL, SERIES, Line, Point, Rect, Rule, Scene, Text
from schemas.drawing.svg import in_family, png, svg
from schemas.drawing.trend import WIDTH, Aim, Around, Band, Happening, Spot, counts, shown_events, trend
from schemas.marks import Mark
from schemas.wording import ENGLISH

SVG = "{http://www.w3.org/2000/svg}"
ALL = Around(
    title="People told", subtitle="Share of all cases", alt="Chart: <People> & told", sample="SAMPLE DATA", is_share=True,
    aim=Aim(1, "at_least", "all"), band=Band(0.52, 0.38, 0.66, "2019 audit"),
    events=(Happening(7, date(2026, 8, 19)), Happening(8, date(2020, 1, 1))),
)  # fmt: skip


def spot(month: int, value: float | None, mark: Mark = Mark.COUNTED, **more) -> Spot:
    return Spot(f"2026-{month:02}", value, mark, f"{value}", **more)


SPOTS = [
    spot(5, 0.5), spot(6, None, Mark.MISSING), spot(7, 0.75, Mark.LATE), spot(8, 1.0, revised=True),
    spot(9, None, Mark.SUPPRESSED), spot(10, 0.0, Mark.ZERO), spot(11, None, Mark.NOT_APPLICABLE),
]  # fmt: skip


def test_the_kept_specification_is_what_the_design_gives():
    assert design.SPECIFICATION.read_text(encoding="utf-8") == design.specification(), (
        "run: python -m schemas.drawing.design"
    )


def test_a_line_is_broken_where_a_figure_is_absent():
    drawn = trend(SPOTS, ALL, ENGLISH)
    assert [len(line.points) for line in drawn.lines] == [2]
    assert len([point for point in drawn.points if point.shape in ("circle", "diamond")]) == 4


def test_each_kind_of_absence_and_of_figure_has_a_sign_of_its_own():
    drawn = trend(SPOTS, ALL, ENGLISH)
    signs = {(point.shape, point.fill == SERIES) for point in drawn.points}
    assert signs == {("circle", True), ("diamond", False), (CROSS, False)}
    texts = [text.text for text in drawn.texts]
    assert texts.count("[c]") == texts.count("–") == texts.count("r") == 1


def test_a_zero_stands_on_the_axis_and_an_absence_below_it():
    drawn = trend(SPOTS, ALL, ENGLISH)
    axis = next(text.y for text in drawn.texts if text.text == "0%")
    zero = max(point.y for point in drawn.points if point.shape == "circle")
    cross = next(point.y for point in drawn.points if point.shape == CROSS)
    assert zero == axis < cross


def test_target_baseline_and_events_are_said_in_words_and_by_different_dashes():
    drawn = trend(SPOTS, ALL, ENGLISH)
    texts = {text.text for text in drawn.texts}
    assert {"SAMPLE DATA", "People told", "Target: all", "2019 audit", "7", "October 2026: 0.0"} <= texts
    assert "8" not in texts, "an event outside the time drawn"
    assert len({rule.dash for rule in drawn.rules if rule.dash}) == 3
    target = next(rule for rule in drawn.rules if rule.stroke == GOAL and rule.x2 > 100)
    top = next(text.y for text in drawn.texts if text.text == "100%")
    assert target.y == top


def test_a_target_of_being_near_has_two_lines():
    around = Around(title="Gap", subtitle="", alt="", is_share=True, aim=Aim(0.1, "within", "within 10 percent"))
    drawn = trend([spot(5, -0.2), spot(6, 0.3)], around, ENGLISH)
    ends = [rule.y for rule in drawn.rules if rule.stroke == GOAL and rule.x2 > 100]
    assert len(ends) == 2
    assert "−20%" in [text.text for text in drawn.texts]


def test_few_cases_are_bars_of_whole_numbers():
    spots = [spot(5, 0.5, count=2, outof=4), spot(6, None, Mark.MISSING), spot(7, 1.0, count=3, outof=3)]
    drawn = counts(spots, ALL, ENGLISH)
    assert len(drawn.rects) == 4
    all_there_were, those_told = drawn.rects[0], drawn.rects[1]
    assert all_there_were.y < those_told.y < those_told.y2
    assert all("%" not in text.text for text in drawn.texts)


def test_a_series_without_any_figure_is_still_a_picture():
    drawn = trend([spot(5, None, Mark.MISSING)], ALL, ENGLISH)
    assert drawn.lines == ()
    assert "svg" in svg(drawn)


@pytest.mark.parametrize(
    ("low", "high", "whole", "expected"),
    [(0, 1, False, (0, 0.2, 0.4, 0.6, 0.8, 1.0)), (0, 1, True, (0, 1)), (0, 37, True, (0, 10, 20, 30, 40)),
     (-0.11, 0.25, False, (-0.2, -0.1, 0, 0.1, 0.2, 0.3)), (0, 5, True, (0, 1, 2, 3, 4, 5))],
)  # fmt: skip
def test_ticks_are_round_and_hold_the_figures(low, high, whole, expected):
    assert ticks(low, high, whole=whole) == pytest.approx(expected)


@pytest.mark.parametrize("count", [1, 2, 7, 24, 60, 240])
def test_the_names_of_periods_are_few_and_never_touch(count):
    periods = [f"{2010 + n // 12}-{n % 12 + 1:02}" for n in range(count)]
    plot_spots = [Spot(period, 1.0, Mark.COUNTED, "1") for period in periods]
    drawn = trend(plot_spots, Around(title="", subtitle="", alt=""), ENGLISH)
    low = max(text.y for text in drawn.texts if text.align == "center") - 15
    names = sorted(text.x for text in drawn.texts if text.align == "center" and text.y == low)
    assert 1 <= len(names) <= MOST_LABELS + 1
    assert all(after - before > 28 for before, after in pairwise(names))


@pytest.mark.parametrize(
    ("periods", "named"),
    [(("2011", "2012", "2013", "2014"), ["2011", "2012", "2013", "2014"]),
     (tuple(f"{2022 + n // 4}-Q{n % 4 + 1}" for n in range(14)), ["Q1", "Q3", "Q1", "Q3", "Q1", "Q3", "Q1"]),
     (tuple(f"{2024 + n // 12}-{n % 12 + 1:02}" for n in range(9, 33)), ["Oct", "Jan", "Apr", "Jul"] * 2)],
)  # fmt: skip
def test_years_quarters_and_months_are_named_at_even_steps(periods, named):
    spots = [Spot(period, 1.0, Mark.COUNTED, "1") for period in periods]
    drawn = series({"One": spots}, Around(title="", subtitle="", alt=""), ENGLISH)
    low = min(text.y for text in drawn.texts if text.align == "center")
    found = [text.text for text in drawn.texts if text.align == "center" and text.y == low]
    assert found == named


def test_bars_are_as_long_as_their_numbers_and_none_has_no_bar():
    drawn = bars([Kind("Declined", 200, "200"), Kind("Pending", 50, "50"), Kind("Other", 0, "0")], ALL)
    long, short, none = (rect.x2 - rect.x for rect in drawn.rects)
    assert long == pytest.approx(4 * short)
    assert none == 0
    assert {"Declined", "200", "Pending", "50", "Other", "0", "SAMPLE DATA"} <= {text.text for text in drawn.texts}


def test_series_differ_in_shape_and_break_at_a_gap():
    one = [spot(5, 3.0), spot(6, None, Mark.MISSING), spot(7, 4.0), spot(8, 5.0)]
    drawn = series({"ICE": one, "County": [spot(5, 2.0), spot(6, 2.0)]}, ALL, ENGLISH)
    assert [len(line.points) for line in drawn.lines] == [2, 2]
    assert {"circle", "square", CROSS} == {point.shape for point in drawn.points}


def test_months_quarters_and_years_share_an_axis():
    assert months("2026-01") == 2026 * 12 + 0.5
    assert months("2026-Q1") == months("2026-02")
    assert months("2026") == (months("2026-06") + months("2026-07")) / 2
    assert shown_events((Happening(1, date(2026, 1, 1)),), ()) == ()


def test_a_picture_is_one_sound_element_that_says_what_it_shows():
    root = ET.fromstring(svg(trend(SPOTS, ALL, ENGLISH)))
    assert root.tag == f"{SVG}svg"
    assert (root.get("role"), root.get("aria-label")) == ("img", "Chart: <People> & told")
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert {"People told", "2019 audit", "[c]"} <= set(texts)
    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "rect", "g", "path", "line", "text")
    }


def test_every_mark_is_drawn_where_the_scene_says():
    scene = Scene(
        200, 100, "", rects=(Rect(1, 2, 31, 42, "#aabbcc"),), rules=(Rule(5, 90, 195, 90, "#112233", 2, (3, 1)),),
        lines=(Line(((10, 10), (20, 30)), "#445566"),), points=(Point(50, 60, "diamond", "#ffffff", "#778899"),),
        texts=(Text(100, 50, "<b> & “b”", "right", 14, "#123456", "bold"),),
    )  # fmt: skip
    drawn = svg(scene)
    assert 'd="M1,2h30v40h-30Z" fill="#aabbcc"' in drawn
    assert re.search(
        r'translate\(5,90\)" x2="190" y2="0" stroke="#112233" stroke-width="2" stroke-dasharray="3,1"', drawn
    )
    assert 'd="M10,10L20,30" stroke="#445566"' in drawn
    assert 'transform="translate(50,60)"' in drawn
    assert re.search(r'text-anchor="end" transform="translate\(100,5\d\)".*font-size="14px".*fill="#123456"', drawn)
    assert "&lt;b&gt; &amp; “b”" in drawn


def test_no_place_depends_on_the_letters_of_the_machine():
    """A specification with other letters, wide or narrow, gives the same picture but for their name."""
    scene = trend(SPOTS, ALL, ENGLISH)
    before = svg(scene)
    kept = design.SPECIFICATION.read_text(encoding="utf-8")
    for family in ("monospace", "No Such Letters"):
        assert svg(scene, kept.replace(design.SANS, family)) == in_family(before, family)


def test_the_same_scene_gives_the_same_text_and_a_png_has_dots():
    scene = trend(SPOTS, ALL, ENGLISH)
    assert svg(scene) == svg(scene)
    picture = png(scene, scale=1)
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20], "big") == WIDTH
