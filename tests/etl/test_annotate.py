"""The annotated copy: marks where the findings are, nothing changed, nothing that can run, nothing of a refused person."""

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from etl.annotate import FINDINGS_SHEET, annotate
from etl.errors import SettingsError, SubmissionRefused
from etl.judging import Judged, Settings, judge
from etl.layout import header_score, known_headers
from etl.template import template
from schemas.jurisdiction import jurisdiction
from schemas.registry import dataset

COUNTY = jurisdiction()
EXAMPLE = dataset("training").examples[0]
NAME = "training_2026-08"


def judge_file(path: Path) -> Judged:
    return judge([(path, path.name)], Settings(date(2026, 10, 20), COUNTY.id))[0]


def annotated(path: Path) -> Workbook:
    return load_workbook(io.BytesIO(annotate(path, judge_file(path))))


def sent_csv(tmp_path: Path, **cells: str) -> Path:
    row = {**EXAMPLE, **cells}
    path = tmp_path / f"{NAME}.csv"
    path.write_text(",".join(row) + "\n" + ",".join(f'"{text}"' for text in row.values()) + "\n", encoding="utf-8")
    return path


def sent_workbook(tmp_path: Path, changes: dict[str, object], *, above: int = 0, left: int = 0) -> Path:
    """A workbook as a clerk keeps it: a title above the table, a blank column beside it, a second sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = "It's ours"
    for number in range(above):
        sheet.cell(number + 1, 1).value = "Training report"
    row: dict[str, object] = {n: int(t) if t.isdigit() else t for n, t in EXAMPLE.items()} | changes
    for column, (name, value) in enumerate(row.items(), start=1 + left):
        sheet.cell(above + 1, column).value = name
        sheet.cell(above + 2, column).value = value
    book.create_sheet("Notes")["A1"] = "kept"
    path = tmp_path / f"{NAME}.xlsx"
    book.save(path)
    return path


def findings_listed(book: Workbook) -> list[tuple[object, ...]]:
    return [tuple(cell.value or "" for cell in row) for row in book[FINDINGS_SHEET].iter_rows(min_row=5)]


def test_faulty_cells_are_framed_and_say_what_is_wrong(tmp_path):
    book = annotated(sent_workbook(tmp_path, {"course": "cooking", "completed_cumulative": 900}, above=2, left=1))
    assert book.sheetnames == [FINDINGS_SHEET, "It's ours", "Notes"]
    sheet = book["It's ours"]
    names = [cell.value for cell in sheet[3]]
    wrong, odd = (sheet.cell(4, names.index(name) + 1) for name in ("course", "completed_cumulative"))
    assert wrong.comment.text.startswith("ERROR V203: Unknown code")
    assert odd.comment.text.startswith("WARNING R21")
    assert wrong.fill.fgColor.rgb != odd.fill.fgColor.rgb
    assert wrong.border.left.style != odd.border.left.style, "the colour is not the only sign"
    assert (wrong.value, odd.value, book["Notes"]["A1"].value) == ("cooking", 900, "kept")
    marked = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment]
    assert sorted(marked) == sorted([wrong.coordinate, odd.coordinate])


def test_the_first_sheet_lists_everything_with_links_into_the_table(tmp_path):
    book = annotated(sent_workbook(tmp_path, {"course": "cooking"}))
    sheet = book[FINDINGS_SHEET]
    assert book.active.title == FINDINGS_SHEET
    assert [other.title for other in book.worksheets if other.sheet_view.tabSelected] == [FINDINGS_SHEET]
    assert "Refused: 1 error" in sheet["A1"].value
    ((severity, row, column, cell, code, *words),) = findings_listed(book)
    assert (severity, row, column, cell, code) == ("error", "2", "course", "C2", "V203")
    assert all(words)
    assert sheet["D5"].hyperlink.location == "'It''s ours'!C2"
    assert "cooking" not in str(findings_listed(book)), "findings repeat no value"


def test_the_list_of_findings_is_not_taken_for_a_table():
    from etl.annotate import _HEADER

    assert header_score(_HEADER, known_headers()) <= 1


def test_a_copy_that_was_mended_is_accepted_and_marks_are_renewed(tmp_path):
    path = tmp_path / f"{NAME}.xlsx"
    path.write_bytes(template(dataset("training"), COUNTY, periods=["2026-08"], agency="DAJD"))
    book = load_workbook(path)
    names = [cell.value for cell in book["Data"][1]]
    for name, text in {**EXAMPLE, "course": "cooking"}.items():
        value = date.fromisoformat(text) if name == "submitted_on" else int(text) if text.isdigit() else text
        book["Data"].cell(2, names.index(name) + 1).value = value
    book.save(path)
    path.write_bytes(annotate(path, judge_file(path)))
    again = load_workbook(io.BytesIO(annotate(path, judge_file(path))))
    assert again.sheetnames.count(FINDINGS_SHEET) == 1
    assert again["Data"]["C2"].comment.text.count("V203") == 1
    mended = load_workbook(path)
    mended["Data"]["C2"].value = "code_2_15"
    mended.save(path)
    judged = judge_file(path)
    assert judged.findings == ()
    last = load_workbook(io.BytesIO(annotate(path, judged)))
    assert last["Data"]["C2"].comment is None
    assert last["Data"]["C2"].fill.fill_type is None
    assert last["Data"]["C1"].comment is not None, "the template's own notes stay"
    assert findings_listed(last) == []


def test_the_copy_of_a_workbook_that_is_no_template_can_be_mended_and_sent_too(tmp_path):
    path = sent_workbook(tmp_path, {"course": "cooking"}, above=2, left=1)
    path.write_bytes(annotate(path, judge_file(path)))
    mended = load_workbook(path)
    mended["It's ours"]["D4"].value = "code_2_15"
    mended.save(path)
    assert judge_file(path).findings == ()


def test_a_csv_comes_back_as_text_at_its_own_lines(tmp_path):
    path = tmp_path / f"{NAME}.csv"
    header, row = ",".join(EXAMPLE), {**EXAMPLE, "course": "cooking", "required_staff": "0840"}
    path.write_text(header + "\n\n" + ",".join(row.values()) + "\n", encoding="utf-8")
    book = annotated(path)
    assert book.sheetnames == [FINDINGS_SHEET, "Data"]
    assert [cell.value for cell in book["Data"][1]] == list(EXAMPLE)
    assert [cell.value for cell in book["Data"][3]] == list(row.values())
    assert book["Data"]["C3"].comment.text.startswith("ERROR V203")


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK(""http://example.org"")', "+1", "-1+1", "@SUM(A1)", "\t=1"])
def test_text_never_becomes_a_formula(text, tmp_path):
    book = annotated(sent_csv(tmp_path, source_system=text, course="cooking"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert book["Data"].cell(2, len(EXAMPLE) + 1).value == text.replace('""', '"')


def test_text_that_looks_like_a_formula_stays_text_in_a_workbook(tmp_path):
    path = sent_workbook(tmp_path, {"course": "cooking", "source_system": "text"})
    book = load_workbook(path)
    cell = book.worksheets[0].cell(2, len(EXAMPLE) + 1)
    cell.value = "=1+1"
    cell.data_type = "s"
    book.save(path)
    assert annotated(path)["It's ours"].cell(2, len(EXAMPLE) + 1).data_type == "s"


def test_nothing_is_copied_from_a_file_with_personal_data(tmp_path):
    path = sent_csv(tmp_path, source_system="jane.roe@example.org")
    with pytest.raises(SubmissionRefused, match="personal data") as refused:
        annotate(path, judge_file(path))
    assert "jane" not in str(refused.value)


def test_a_file_that_changed_since_it_was_checked_is_not_copied(tmp_path):
    path = sent_csv(tmp_path)
    judged = judge_file(path)
    path.write_text("name\nJane Roe\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="changed"):
        annotate(path, judged)


@pytest.mark.parametrize("content", [b"", b"not a spreadsheet", b"PK\x03\x04 cut off"])
def test_a_file_that_cannot_be_read_gives_the_findings_alone(content, tmp_path):
    path = tmp_path / f"{NAME}.xlsx"
    path.write_bytes(content)
    book = annotated(path)
    assert book.sheetnames == [FINDINGS_SHEET]
    assert [row[1:5] for row in findings_listed(book)] == [("whole file", "", "", "V101")]


def test_merged_cells_and_comments_that_were_there_are_kept(tmp_path):
    path = sent_workbook(tmp_path, {"course": "cooking"})
    book = load_workbook(path)
    sheet = book.worksheets[0]
    for column, value in enumerate(EXAMPLE.values(), start=1):
        sheet.cell(3, column).value = int(value) if value.isdigit() else value
    sheet.merge_cells("C2:C3")
    sheet["C2"].comment = Comment("Ask the trainer", "Clerk")
    book.save(path)
    made = annotated(path)["It's ours"]
    assert made["C2"].comment.text.startswith("ERROR V203")
    assert made["C2"].comment.text.endswith("Ask the trainer")
    assert [str(area) for area in made.merged_cells.ranges] == ["C2:C3"]
    path.write_bytes(annotate(path, judge_file(path)))
    assert annotated(path)["It's ours"]["C2"].comment.text == made["C2"].comment.text, "a second copy repeats nothing"


def test_of_a_long_table_only_the_rows_with_findings_are_copied(tmp_path):
    path = tmp_path / f"{NAME}.csv"
    lines = [",".join({**EXAMPLE, "completed_in_month": str(n)}.values()) for n in range(6_000)]
    lines[4_000] = lines[4_000].replace("code_2_15", "cooking")
    path.write_text("\n".join([",".join(EXAMPLE), *lines]), encoding="utf-8")
    judged = judge_file(path)
    one = Judged(
        judged.file, judged.validated, tuple(f for f in judged.findings if f.kind.code == "V203"), judged.agreements
    )
    sheet = load_workbook(io.BytesIO(annotate(path, one)))["Data"]
    assert [number for number in range(1, sheet.max_row + 1) if sheet.cell(number, 1).value] == [1, 4_002]
