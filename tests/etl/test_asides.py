"""Personal data in no cell of the table: comments, text boxes, properties, other sheets, titles, the file's own name.

Each corner of a workbook refuses the file without repeating the text; who wrote or changed it is nobody's business.
"""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from etl.report import as_json, as_text
from schemas.registry import dataset

EXAMPLE = dict(dataset("complaints").examples[0])
TABLE = [list(EXAMPLE), [int(cell) if cell.isdigit() else cell for cell in EXAMPLE.values()]]
NAME, NUMBER = "Maria Gonzalez", "A-123-456-789"
SECRET = f"{NAME}, {NUMBER}"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="d" xmlns:chart="c" xmlns:style="s" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink"'
)

Change = Callable[[openpyxl.Workbook], None]


def workbook(path: Path, change: Change = lambda book: None) -> None:
    """A sound workbook, changed."""
    book = openpyxl.Workbook()
    book.active.title = "Data"
    for row in TABLE:
        book.active.append(row)
    change(book)
    book.save(path)


def with_parts(path: Path, parts: dict[str, str]) -> None:
    """A sound workbook with further parts."""
    workbook(path)
    with zipfile.ZipFile(path, "a") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def spreadsheet(
    path: Path, *, cell: str = "", table: str = "", book: str = "", parts: dict[str, str] | None = None
) -> None:
    """A sound .ods; `cell`, `table` and `book` is XML within the cell of `closed`, the table and the whole."""

    def of(value: str | int, more: str) -> str:
        kind = (
            f'office:value-type="float" office:value="{value}"'
            if isinstance(value, int)
            else 'office:value-type="string"'
        )
        return f"<table:table-cell {kind}>{more}<text:p>{value}</text:p></table:table-cell>"

    rows = "".join(
        "<table:table-row>" + "".join(of(value, cell if value == 3 else "") for value in row) + "</table:table-row>"
        for row in TABLE
    )
    content = (
        f"<office:document-content {OFFICE}><office:body><office:spreadsheet>{book}"
        f'<table:table table:name="Data">{table}{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml", '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        )
        archive.writestr("content.xml", content)
        for name, text in (parts or {}).items():
            archive.writestr(name, text)


def first(book: openpyxl.Workbook) -> openpyxl.worksheet.worksheet.Worksheet:
    return book.active


def listed(book: openpyxl.Workbook) -> None:
    rule = DataValidation(type="list", formula1=f'"{NAME},John Smith"')
    first(book).add_data_validation(rule)
    rule.add("B2")


def prompted(book: openpyxl.Workbook) -> None:
    rule = DataValidation(type="whole", prompt=f"Ask about {NUMBER}")
    first(book).add_data_validation(rule)
    rule.add("C2")


def linked(book: openpyxl.Workbook) -> None:
    first(book)["A2"].hyperlink = "mailto:maria.g@example.org"


def noted(sheet: str, text: str, author: str = "Clerk") -> Change:
    def change(book: openpyxl.Workbook) -> None:
        chosen = book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet)
        chosen["C2"].comment = Comment(text, author)

    return change


def sheet_of(name: str, *rows: list[str], state: str = "hidden") -> Change:
    def change(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = state

    return change


def drawn(kind: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet("Data")
            for number, row in enumerate(TABLE):
                sheet.write_row(number, 0, row)
            if kind == "box":
                sheet.insert_textbox("H2", SECRET)
            else:
                chart = book.add_chart({"type": "column"})
                chart.add_series({"values": "=Data!$C$2:$C$2", "name": NAME})
                chart.set_title({"name": NUMBER})
                sheet.insert_chart("H2", chart)

    return write


def runs(text: str) -> str:
    """A text cut into two runs in the middle."""
    return f"<r><rPr><b/><sz val='9'/></rPr><t>{text[:4]}</t></r><r><t>{text[4:]}</t></r>"


REFUSED: dict[str, Change] = {
    "a comment": noted("Data", f"see {NUMBER}"),
    "a name in a comment": noted("Data", f"{NAME} was late"),
    "a comment after its author": noted("Data", f"{NAME}:\nabout {NUMBER}", NAME),
    "a comment on another sheet": noted("Notes", NUMBER),
    "the title": lambda book: setattr(book.properties, "title", SECRET),
    "the subject": lambda book: setattr(book.properties, "subject", SECRET),
    "the keywords": lambda book: setattr(book.properties, "keywords", SECRET),
    "the description": lambda book: setattr(book.properties, "description", SECRET),
    "a property of its own": lambda book: book.custom_doc_props.append(StringProperty(name="Note", value=SECRET)),
    "a header": lambda book: setattr(first(book).oddHeader.center, "text", f'&"Arial,Bold"{SECRET}'),
    "a footer": lambda book: setattr(first(book).firstFooter.left, "text", SECRET),
    "a name of cells": lambda book: book.defined_names.add(DefinedName("note", attr_text=f'"{NUMBER} held"')),
    "a list to choose from": listed,
    "a hint to a cell": prompted,
    "a link": linked,
    "a cell of a hidden sheet": sheet_of("Notes", ["x", NAME]),
    "a list of people on a hidden sheet": sheet_of(
        "Notes", ["Last name", "First name"], ["Xu", "Yi"], state="veryHidden"
    ),
    "the name of a sheet": sheet_of(NAME, ["x"], state="visible"),
}
PARTS = {
    "a thread of comments": {"xl/threadedComments/threadedComment1.xml":
        f'<ThreadedComments xmlns="{THREADED}"><threadedComment ref="C2"><text>{SECRET}</text></threadedComment>'
        "</ThreadedComments>"},
    "a number cut into runs": {"xl/comments9.xml": f'<comments xmlns="{MAIN}"><authors><author>c</author></authors><commentList>'
        f'<comment ref="C2" authorId="0"><text>{runs("A123456789")}</text></comment></commentList></comments>'},
    "a pivot table": {"xl/pivotCache/pivotCacheDefinition1.xml":
        f'<pivotCacheDefinition xmlns="{MAIN}"><sharedItems><s v="{NAME}"/></sharedItems></pivotCacheDefinition>'},
    "another workbook's values": {"xl/externalLinks/externalLink1.xml":
        f'<externalLink xmlns="{MAIN}"><cell r="A1" t="str"><v>{SECRET}</v></cell></externalLink>'},
    "a text that no cell shows": {"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>{SECRET}</t></si></sst>'},
    "attached data": {"customXml/item1.xml": f"<root><note>{NUMBER}</note></root>"},
    "the record of changes": {"xl/revisions/revisionLog1.xml":
        f'<revisions xmlns="{MAIN}"><rcc><oc r="C2"><is><t>{SECRET}</t></is></oc></rcc></revisions>'},
    "an old drawing that is no XML": {"xl/drawings/vmlDrawing1.vml": f"<xml><br>{SECRET}</xml"},
}  # fmt: skip
ODS = {
    "a comment": {"cell": f"<office:annotation><text:p>{SECRET}</text:p></office:annotation>"},
    "a text box": {"cell": f"<draw:frame><draw:text-box><text:p>{SECRET}</text:p></draw:text-box></draw:frame>"},
    "a drawing on the sheet": {"table": f"<table:shapes><draw:g><text:p>{SECRET}</text:p></draw:g></table:shapes>"},
    "a name of cells": {"book": '<table:named-expression table:name="n" table:expression="&quot;A123456789&quot;"/>'},
    "a list to choose from": {"book": '<table:content-validation table:name="v" '
                                      'table:condition="of:cell-content-is-in-list(&quot;A123456789&quot;)"/>'},
    "a change that was tracked": {"book": f"<table:tracked-changes><text:p>{SECRET}</text:p></table:tracked-changes>"},
    "the subject": {"parts": {"meta.xml": f"<office:m {OFFICE}><dc:subject>{SECRET}</dc:subject></office:m>"}},
    "a property of its own": {"parts": {"meta.xml":
        f'<office:m {OFFICE}><meta:user-defined meta:name="Note">{NUMBER}</meta:user-defined></office:m>'}},
    "a header": {"parts": {"styles.xml": f"<style:header {OFFICE}><text:p>{SECRET}</text:p></style:header>"}},
    "a chart": {"parts": {"Object 1/content.xml": f"<chart:title {OFFICE}><text:p>{SECRET}</text:p></chart:title>"}},
}  # fmt: skip


def refused_for_personal_data(judged) -> None:
    (one,) = judged
    assert {finding.kind.code for finding in one.findings if finding.kind.code == "R26"} == {"R26"}
    told = (as_text(judged) + json.dumps(as_json(judged)) + repr(one.findings)).casefold()
    assert not any(secret in told for secret in ("gonzalez", "123-456", "123456789", "maria.g"))


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_a_workbook_is_searched_in_every_corner(change, judged):
    refused_for_personal_data(judged({"complaints_a.xlsx": lambda path: workbook(path, change)}))


@pytest.mark.parametrize("parts", PARTS.values(), ids=PARTS)
def test_every_part_of_a_workbook_is_searched(parts, judged):
    refused_for_personal_data(judged({"complaints_a.xlsx": lambda path: with_parts(path, parts)}))


@pytest.mark.parametrize("kind", ["box", "chart"])
def test_a_drawing_is_searched(kind, judged):
    refused_for_personal_data(judged({"complaints_a.xlsx": drawn(kind)}))


@pytest.mark.parametrize("made", ODS.values(), ids=ODS)
def test_an_ods_is_searched_in_every_corner(made, judged):
    refused_for_personal_data(judged({"complaints_a.ods": lambda path: spreadsheet(path, **made)}))


def of_people(book: openpyxl.Workbook) -> None:
    """What office programs write of people who made a file, and texts that name nobody."""
    book.properties.creator = book.properties.lastModifiedBy = NAME
    book.properties.title = "Complaints, September 2026"
    for name in ("MSIP_Label_12345678-1234-1234-1234-123456789012_Owner", "_AuthorEmail"):
        book.custom_doc_props.append(StringProperty(name=name, value="jane.clerk@example.org"))
    first(book)["C2"].comment = Comment(f"{NAME}:\nChecked twice.", NAME)
    first(book).oddHeader.left.text, first(book).oddFooter.center.text = "King County", "Page &P of &N"
    rule = DataValidation(
        type="list", formula1='"DAJD,KCSO,OTHER_COUNTY"', prompt="Choose one", error="Not in the list"
    )
    first(book).add_data_validation(rule)
    rule.add("B2:B1048576")
    book.defined_names.add(DefinedName("agencies", attr_text="Data!$B$2:$B$1048576"))


def test_who_wrote_a_workbook_is_no_personal_data(judged):
    (one,) = judged({"complaints_a.xlsx": lambda path: workbook(path, of_people)})
    assert one.findings == ()


def test_who_shares_a_workbook_is_no_personal_data(judged):
    shared = f"<p><SharedWithUsers><UserInfo><DisplayName>{NAME}</DisplayName></UserInfo></SharedWithUsers></p>"
    person = f'<personList xmlns="{THREADED}"><person displayName="{NAME}" userId="jane@example.org"/></personList>'
    parts = {"customXml/item1.xml": shared, "xl/persons/person.xml": person}
    (one,) = judged({"complaints_a.xlsx": lambda path: with_parts(path, parts)})
    assert one.findings == ()


def test_who_wrote_an_ods_is_no_personal_data(judged):
    said = f"<dc:creator>{NAME}</dc:creator><text:p>{NAME}:</text:p><text:p>Checked.</text:p>"
    comment = f"<office:annotation>{said}</office:annotation>"
    meta = f"<office:m {OFFICE}><dc:creator>{NAME}</dc:creator><meta:initial-creator>{NAME}</meta:initial-creator></office:m>"
    (one,) = judged({"complaints_a.ods": lambda path: spreadsheet(path, cell=comment, parts={"meta.xml": meta})})
    assert one.findings == ()


@pytest.mark.parametrize("part", ["xl/embeddings/oleObject1.bin", "xl/model/item.data"])
def test_what_cannot_be_searched_is_not_taken_in(part, judged):
    (one,) = judged({"complaints_a.xlsx": lambda path: with_parts(path, {part: "x"})})
    assert [(f.kind.code, "cannot be searched" in f.message) for f in one.findings] == [("V101", True)]


def test_a_document_type_deep_in_a_part_is_refused(judged):
    part = "<!--" + "x" * 3000 + '--><!DOCTYPE c [<!ENTITY a "b">]><c/>'
    (one,) = judged({"complaints_a.xlsx": lambda path: with_parts(path, {"xl/comments1.xml": part})})
    assert [finding.kind.code for finding in one.findings] == ["V101"]


HEADER, CELLS = ",".join(EXAMPLE), ",".join(EXAMPLE.values())


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (f"Held: {SECRET}\n\n{HEADER}\n{CELLS}\n", 1),
        (f"{HEADER}\n{CELLS}\nTotal,{NAME},2,3,1,\n", 3),
        (f"{HEADER}\n{CELLS},{NAME}\n", 2),
        (f"{HEADER},{NAME}\n{CELLS},1\n", 1),
    ],
    ids=["a title", "the row of totals", "a cell without a header", "a header"],
)
def test_what_is_not_data_is_searched_and_placed(text, row, judged):
    result = judged({"complaints_a.csv": text})
    refused_for_personal_data(result)
    assert row in {finding.row for finding in result[0].findings if finding.kind.code == "R26"}


def test_a_file_that_nobody_recognises_is_searched(judged):
    refused_for_personal_data(judged({"mystery.csv": f"who,what\n{NAME},x\n"}))


@pytest.mark.parametrize("column", ["agency", "period", "closed", "submitted_on"])
def test_a_name_is_seen_in_a_column_of_codes_numbers_or_days(column, judged, row):
    result = judged({"complaints_a.csv": [row("complaints", **{column: NAME})]})
    refused_for_personal_data(result)
    assert (2, column) in {(f.row, f.column) for f in result[0].findings if f.kind.code == "R26"}


def test_the_name_of_the_file_is_searched(judged, row):
    (one,) = judged({"complaints_2026-08_Maria_Gonzalez.csv": [row("complaints")]})
    assert [(f.kind.code, f.row) for f in one.findings] == [("R26", None)]


def test_a_sheet_whose_name_gives_somebody_away_is_called_by_its_number(judged):
    def change(book: openpyxl.Workbook) -> None:
        first(book).title = NAME
        first(book)["C2"] = -1

    result = judged({"complaints_a.xlsx": lambda path: workbook(path, change)})
    refused_for_personal_data(result)
    assert {f.sheet for f in result[0].findings if f.kind.code == "V205"} == {"sheet 1"}


def test_a_table_in_which_every_row_has_a_number_of_its_own_is_a_list_of_people(judged, row):
    ones = {"requests_received": "1", "persons_named": "1", "purpose_determined": "1", "declined": "1", "withdrawn": "0",
            "expired": "0", "submitted_on": ""}  # fmt: skip
    keys = [(f"2025-{month:02d}", agency) for month in range(1, 13) for agency in ("ICE_ERO", "ICE_HSI")]
    rows = [row("ice_requests", period=period, federal_agency=agency, source_system=f"ref {n:05d}", **ones)
            for n, (period, agency) in enumerate(keys)]  # fmt: skip
    (one,) = judged({"ice_requests_a.csv": rows})
    assert [(f.kind.code, f.row) for f in one.findings] == [("R26", None)]
    (one,) = judged({"ice_requests_a.csv": [{**each, "source_system": "JMS"} for each in rows]})
    assert one.findings == ()
