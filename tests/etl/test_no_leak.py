"""No value of a cell leaves in a message: a marker goes through every column, and is looked for in every report."""

import json

import pytest

from etl.report import as_json, as_text
from etl.validate import submittable
from schemas.declare import Kind

MARKER = "Zqx7 Marker"
HEADERS = ("Zqx7", "Zqx7 marker column")
SUBMITTABLE = submittable()

each_dataset = pytest.mark.parametrize("declared", SUBMITTABLE, ids=lambda declared: declared.id)


def _told(judged) -> str:
    text = as_text(judged) + json.dumps(as_json(judged)) + repr([one.findings for one in judged])
    return text.casefold()


@each_dataset
def test_a_marker_in_any_cell_never_appears_in_a_report(declared, judged, row):
    rows = [row(declared.id, **{column.name: MARKER}) for column in declared.columns]
    result = judged({f"{declared.id}_a.csv": rows})
    typed = [column for column in declared.columns if column.kind is not Kind.TEXT]
    assert len({finding.column for finding in result[0].findings} & {column.name for column in typed}) == len(typed)
    assert "zqx7" not in _told(result)


@each_dataset
def test_a_marker_in_a_text_that_is_refused_never_appears(declared, judged, row):
    texts = [column.name for column in declared.columns if column.kind is Kind.TEXT]
    long, personal = MARKER * 30, f"{MARKER} 078-05-1120"
    rows = [row(declared.id, **{name: text}) for name in texts for text in (long, personal)]
    result = judged({f"{declared.id}_a.csv": rows})
    assert result[0].refused or not texts
    assert "zqx7" not in _told(result)


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_nobody_knows_is_named_by_its_place(header, judged, row):
    result = judged({"complaints_a.csv": [row("complaints") | {header: MARKER}]})
    assert [finding.kind.code for finding in result[0].findings] == ["V104"]
    assert "zqx7" not in _told(result)


def test_a_marker_in_corrections_never_appears(judged, row):
    agreed = (
        f'[[correction]]\nfile = "complaints_a.csv"\nrow = 2\ncolumn = "closed"\nold = "{MARKER}"\nnew = "{MARKER}"\n'
        'reason = "r"\nagreed_by = "a"\non = 2026-09-20\n'
    )
    result = judged({"complaints_a.csv": [row("complaints")], "corrections.toml": agreed})
    assert result[0].refused
    assert "zqx7" not in _told(result)


def test_rows_that_disagree_with_each_other_are_named_by_row_only(judged, row):
    twice = [row("corrections", reason=MARKER), row("corrections", reason=MARKER, old=MARKER)]
    result = judged({"corrections_a.csv": twice})
    assert [finding.kind.code for finding in result[0].findings] == ["R25"]
    assert "zqx7" not in _told(result)
