"""R27, V401, V402: is this the same series, only longer, and does it say what was published before?"""

from datetime import date

import pandas as pd
import pytest

from etl.errors import SubmissionRefused
from etl.judging import Settings
from etl.pipeline import build
from etl.plausibility import compare_with_previous, examine, unusual_changes
from etl.together import combine

SETTINGS = Settings(on=date(2026, 10, 20), jurisdiction="king_county")
MONTHS = [f"{year}-{month:02d}" for year in (2024, 2025) for month in range(1, 13)]
STEADY = [20, 22, 19, 21, 23, 20, 18, 22, 21, 20, 19, 22, 24, 21, 20, 22, 19, 18, 21, 20, 23, 22, 20, 21]


@pytest.mark.parametrize(
    ("place", "value", "unusual"),
    [(6, 18, []), (6, 35, []), (6, 60, ["2024-07", "2024-08"]), (23, 45, ["2025-12"]), (0, 90, ["2024-02"])],
    ids=["as ever", "within what chance does", "a peak, up and down", "a sudden rise", "a high beginning"],
)
def test_a_change_far_outside_the_usual_range_is_found(place, value, unusual):
    numbers = [value if at == place else number for at, number in enumerate(STEADY)]
    series = pd.Series(dict(zip(MONTHS, numbers, strict=True)))
    assert unusual_changes(series, deviations=3, at_least=12) == unusual


def test_a_short_series_is_not_judged():
    assert unusual_changes(pd.Series({"2026-01": 1, "2026-02": 900}), deviations=3, at_least=12) == []


def _tables(judged, files):
    return combine([(one.validated.dataset.id, one.file.name, one.validated.table) for one in judged(files)])


def test_r27_names_dataset_period_and_agency(judged, row):
    numbers = [*STEADY[:-1], 90]
    rows = [
        row("complaints", period=month, received=str(number), submitted_on="")
        for month, number in zip(MONTHS, numbers, strict=True)
    ]
    (finding,) = examine(_tables(judged, {"complaints_a.csv": rows}))
    assert (finding.kind.code, finding.dataset, finding.period, finding.agency, finding.column) == (
        "R27", "complaints", "2025-12", "OTHER_COUNTY", "received",
    )  # fmt: skip
    assert finding.holds
    with pytest.raises(SubmissionRefused, match="R27 complaints 2025-12 OTHER_COUNTY"):
        build(judged({}), SETTINGS)


def _peak(row, **cells):
    """A complaints file of two years whose last month is far above the others."""
    return [
        row("complaints", period=month, received=str(number), submitted_on="", **cells)
        for month, number in zip(MONTHS, [*STEADY[:-1], 90], strict=True)
    ]


def test_r27_is_told_by_check_with_its_file_and_row_and_holds_the_build(judged, row):
    one, other = judged({"complaints_a.csv": _peak(row), "complaints_b.csv": [row("complaints", period="2026-01")]})
    (finding,) = one.findings
    assert (finding.kind.code, finding.row, finding.column, finding.period) == ("R27", 25, "received", "2025-12")
    assert [f.row for f in other.findings] == [2]  # the fall after the peak
    with pytest.raises(SubmissionRefused) as waiting:
        build([one, other], SETTINGS)
    assert str(waiting.value).count("R27") == 2
    for told in (finding, *other.findings):
        assert f"R27 complaints {told.period} OTHER_COUNTY: {told.message}" in str(waiting.value)


def test_r27_takes_the_newest_revision_and_leaves_out_what_is_not_understood(judged, row):
    revised = [row("complaints", period="2025-12", received="21", revision="2", supersedes="1", submitted_on="")]
    assert "R27" not in {f.kind.code for one in judged({"a.csv": _peak(row), "b.csv": revised}) for f in one.findings}
    faulty = [*_peak(row), row("complaints", period="soon"), row("complaints", period="2026-01", received="many")]
    (broken, _) = judged({"a.csv": faulty, "b.csv": [row("complaints", period="2026-02")]})
    assert [(f.kind.code, f.row) for f in broken.findings] == [("R27", 25), ("V206", 26), ("V202", 27)]


def test_r27_of_a_year_stands_in_the_last_month_of_that_year(judged, row):
    monthly = {"requests_received": "51", "purpose_determined": "51", "declined": "47"}
    rows = [row("ice_requests", period=month, submitted_on="", **monthly) for month in (*MONTHS[:12], "2025-01")]
    (one,) = judged({"ice_requests_a.csv": rows})
    assert [(f.kind.code, f.row, f.period) for f in one.findings] == [("R27", 13, "2024")]


def test_r27_a_year_of_more_than_twice_the_2019_estimate(judged, row):
    monthly = {"requests_received": "51", "purpose_determined": "51", "declined": "47"}
    rows = [row("ice_requests", period=month, submitted_on="", **monthly) for month in MONTHS[:12]]
    (finding,) = examine(_tables(judged, {"ice_requests_a.csv": rows}))
    assert (finding.kind.code, finding.period) == ("R27", "2024")


class Before:
    """The release before, as far as the comparison asks for it."""

    def __init__(self, **tables):
        self._tables = tables

    def dataset_ids(self):
        return tuple(self._tables)

    def table(self, name):
        return self._tables[name]


def _compared(judged, before, after, explained=frozenset()):
    old = _tables(judged, {"complaints_a.csv": before})
    new = _tables(judged, {"complaints_a.csv": after})
    return [
        (finding.kind.code, finding.period, finding.column)
        for finding in compare_with_previous(new, Before(**old), set(explained))
    ]


def test_v401_a_published_row_that_is_in_no_submission_any_more(judged, row):
    july = row("complaints", period="2026-07")
    assert _compared(judged, [row("complaints"), july], [july]) == [("V401", "2026-08", None)]


def test_v402_a_figure_that_changed_without_a_revision(judged, row):
    changed = [row("complaints", received="3", closed="4")]
    assert _compared(judged, [row("complaints")], changed) == [("V402", "2026-08", "received")]


@pytest.mark.parametrize(
    ("before", "after", "explained"),
    [
        ({}, {}, ()),
        ({}, {"received": "3", "revision": "2"}, ()),
        ({"received": ""}, {"received": "3"}, ()),
        ({}, {"received": "3"}, (("complaints", "2026-08|OTHER_COUNTY"),)),
    ],
    ids=["nothing changed", "a new revision", "what was not reported is now", "the log of corrections explains it"],
)
def test_v402_a_change_that_was_announced_is_no_silent_change(before, after, explained, judged, row):
    assert _compared(judged, [row("complaints", **before)], [row("complaints", **after)], explained) == []


def test_a_published_figure_that_is_taken_back_is_a_change(judged, row):
    assert _compared(judged, [row("complaints")], [row("complaints", received="")]) == [("V402", "2026-08", "received")]


def test_without_a_release_before_there_is_nothing_to_compare(judged, row):
    assert compare_with_previous(_tables(judged, {"complaints_a.csv": [row("complaints")]}), None, set()) == []
