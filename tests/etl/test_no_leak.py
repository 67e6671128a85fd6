"""No value of a cell leaves in a message: a marker goes through every column, and is looked for in every report."""

import json
from datetime import date

import pytest

from etl.answer import answer_page
from etl.file_names import shown_name
from etl.judging import Settings, judge
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


@pytest.mark.parametrize(
    "content", [None, b"", b"\x00\x01", b"who,when\n1,2\n"], ids=["good", "empty", "no text", "other"]
)
@pytest.mark.parametrize(
    "name",
    ["ice_requests_Zqx7_A123-456-789.csv", "Zqx7 078-05-1120.xlsx", "zqx7-marker@example.org.txt",
     "Guadalupe_Hernandez_Zqx7.csv", "Guadalupe.Hernandez", "Hernandez, Guadalupe.pdf"],
)  # fmt: skip
def test_a_file_name_that_gives_somebody_away_is_repeated_nowhere(name, content, tmp_path, write, row):
    """Not in the report in any form, and not in the progress that is shown."""
    path = tmp_path / name
    write(path, [row("ice_requests")])
    if content is not None:
        path.write_bytes(content)
    told: list[str] = []
    result = judge([(path, name)], Settings(date(2026, 10, 20), "king_county"), progress=told.append)
    said = _told(result) + answer_page(result).casefold() + " ".join(told).casefold()
    assert not {part for part in ("zqx7", "a123", "456", "078-05", "guadalupe", "hernandez") if part in said}
    assert result[0].file.name.startswith(f"withheld-{result[0].file.sha256[:8]}")
    assert [f.kind.code for f in result[0].findings if "name of the file" in f.message] == ["R26"]


@pytest.mark.parametrize(
    "name",
    ["ice_requests_2026-09.csv", "data/DAJD/notice_compliance_2024-10_2026-09.XLSX", "KCCF report final (2).ods", "notes.txt",
     "training.csv", "submission", ".csv", "MRJC-September.v2.xlsx"],
)  # fmt: skip
def test_a_file_name_that_gives_nobody_away_is_shown(name):
    assert shown_name(name, "0123456789") == name
