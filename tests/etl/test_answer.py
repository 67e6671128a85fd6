"""The answer: every finding in plain words with its place, escaped, without links, and within the terminal's width."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from etl.answer import answer_page, terminal_table
from etl.findings import found
from schemas.registry import dataset

EXAMPLE = dataset("notice_compliance").examples[0]
HOSTILE = "<script>alert('x')</script>"


class Page(HTMLParser):
    """The tags, links, and the text of each table row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        self.text += data
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip()


@pytest.fixture
def answered(judged):
    """A refused, a warned and an accepted file."""
    accepted, refused, warned = judged({
        "notice_compliance_1.csv": [{**EXAMPLE, "facility": "MRCJ", "notified": "1,6"}],
        "training_2.csv": [{**dataset("training").examples[0], "completed_cumulative": "900"}],
        "complaints_3.csv": [dataset("complaints").examples[0]],
    })  # fmt: skip
    return [refused, warned, accepted]


def test_the_page_says_of_each_file_what_is_wrong_where_and_what_to_do(answered):
    page = Page(answer_page(answered))
    assert "1 file of 3 refused" in page.text
    for words in ("Refused: 2 errors.", "Accepted, with warnings: 1 warning.", "Accepted: no findings."):
        assert words in page.text.replace("\n", " ")
    rows = [row for row in page.rows if row[0].strip() != "Row"]
    assert [row[0] for row in rows] == ["2", "2", "2"]
    assert {row[1] for row in rows} == {
        "facilityFacility",
        "notifiedPeople told",
        "completed_cumulativeCompleted so far",
    }
    assert all("Error" in row[2] or "Warning" in row[2] for row in rows), "the colour is not the only sign"
    assert all(row[3] for row in rows)


def test_the_page_has_no_link_and_no_script_and_repeats_no_value(answered):
    text = answer_page(answered)
    page = Page(text)
    assert page.links == []
    assert not {"script", "a", "img", "iframe", "form"} & page.tags
    assert "MRCJ" not in text
    assert "1,6" not in text


def test_what_comes_from_outside_is_escaped(answered):
    one = answered[0]
    hostile = replace(
        one, file=replace(one.file, name=HOSTILE), findings=(replace(found("V101", HOSTILE), sheet=HOSTILE),)
    )
    page = Page(answer_page([hostile]))
    assert "script" not in page.tags
    assert HOSTILE in page.text


def test_a_file_with_personal_data_is_told_that_nothing_was_kept(judged):
    told = judged({"complaints_1.csv": [{**dataset("complaints").examples[0], "source_system": "a.b@example.org"}]})
    for text in (answer_page(told), terminal_table(told, 100)):
        assert "no copy of it was kept" in " ".join(text.split())
        assert "a.b@" not in text


def test_warnings_that_hold_the_build_say_so(answered):
    held = replace(answered[2], findings=(replace(found("R27", "Far outside.", row=2, column="received")),))
    assert "accepts this by name" in answer_page([held])


@pytest.mark.parametrize("width", [1, 30, 60, 80, 100, 200])
def test_the_table_keeps_within_the_terminal_and_loses_nothing(width, answered):
    table = terminal_table(answered, width)
    assert max(map(len, table.splitlines())) <= max(width, 20)
    for words in ("REFUSED", "WARNINGS", "ACCEPTED", "V203", "V202", "R21"):
        assert words in table
    assert "facility" in table
    assert table.replace("\n", "").isprintable()


def test_the_table_names_row_and_column_beside_what_to_do(answered):
    lines = terminal_table(answered, 120).splitlines()
    assert lines[3].split() == ["Row", "Column", "What", "is", "wrong", "What", "to", "do"]
    assert lines[5].startswith("2    facility")
    assert "ERROR V203 Unknown code." in lines[5]


def test_long_column_names_break_at_an_underscore(judged):
    cells = {**EXAMPLE, "not_notified_reason_released_first": "none"}
    table = terminal_table(judged({"notice_compliance_1.csv": [cells]}), 80)
    assert "not_notified_reason_" in table
    assert "released_first" in table
    assert max(map(len, table.splitlines())) <= 80


def test_a_name_cannot_steer_the_terminal(answered):
    one = replace(answered[2], file=replace(answered[2].file, name="a\x1b[2Jb\r.csv"))
    assert "\x1b" not in terminal_table([one], 80)
    assert "\r" not in terminal_table([one], 80)


def test_findings_beyond_the_limit_are_counted(answered):
    many = replace(answered[0], findings=tuple(found("V201", "x", row=n) for n in range(2, 1_502)))
    assert "500 more" in terminal_table([many], 100)
    assert "500 more" in answer_page([many])
