"""The template: filled in with the declared examples it is read without a finding, also after LibreOffice saved it."""

import csv
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from etl.errors import SettingsError
from etl.identifiers import identifier_in
from etl.mark import mark_of, template_version
from etl.read import read_file
from etl.template import INPUT_SHEET, due_periods, template
from etl.validate import Validated, submittable, validate
from schemas.declare import Dataset, Kind
from schemas.jurisdiction import jurisdiction
from schemas.registry import dataset
from schemas.rules import at_most

COUNTY = jurisdiction()
TODAY = date(2026, 10, 20)
ALL = [pytest.param(declared, id=declared.id) for declared in submittable()]
Convert = Callable[[list[Path], str], list[Path]]


def workbook(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def periods_of(declared: Dataset) -> list[str]:
    return sorted({example["period"] for example in declared.examples}) if declared.grains else []


def value_of(text: str, kind: Kind) -> object:
    """A value as a clerk's program holds it: numbers as numbers, dates as dates, everything else as text."""
    if kind is Kind.DATE:
        return datetime.fromisoformat(text)
    return float(text) if kind in (Kind.WHOLE, Kind.DECIMAL) else text


def filled(declared: Dataset, rows: list[dict[str, str]] | None = None) -> Workbook:
    book = workbook(template(declared, COUNTY, periods=periods_of(declared)))
    sheet = book[INPUT_SHEET]
    names = [cell.value for cell in sheet[1]]
    for number, row in enumerate(rows or declared.examples, start=2):
        for name, text in row.items():
            sheet.cell(number, names.index(name) + 1).value = value_of(text, declared.column(name).kind)
    return book


def check(path: Path) -> Validated:
    return validate(read_file(path, name=path.name), dataset=None, on=TODAY, jurisdiction=COUNTY.id)


@pytest.fixture(scope="session")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Opens files in LibreOffice, recalculates them and saves them in another form."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: `soffice` is not on the path (apt-get install libreoffice-calc)")
    home = tmp_path_factory.mktemp("office")

    def run(paths: list[Path], form: str) -> list[Path]:
        out = tmp_path_factory.mktemp("saved")
        profile = f"-env:UserInstallation={home.as_uri()}"
        command = [office, "--headless", profile, "--convert-to", form, "--outdir", str(out), *map(str, paths)]
        subprocess.run(command, check=True, capture_output=True, timeout=240)
        return [out / f"{path.stem}.{form}" for path in paths]

    return run


@pytest.mark.parametrize("declared", ALL)
def test_a_filled_template_has_no_findings(declared, tmp_path):
    path = tmp_path / "anything.xlsx"
    content = template(declared, COUNTY, periods=periods_of(declared))
    assert mark_of(content) == (declared.id, template_version(declared))
    filled(declared).save(path)
    assert mark_of(path.read_bytes()) == (declared.id, template_version(declared)), "a program keeps the mark"
    path = path.rename(tmp_path / f"{declared.id}.xlsx")
    judged = check(path)
    assert judged.findings == ()
    assert (judged.dataset, judged.rows) == (declared, len(declared.examples))


@pytest.mark.parametrize("name", ["ice_requests", "corrections"])
def test_nothing_that_a_template_says_is_taken_for_personal_data(name):
    book = workbook(template(dataset(name), COUNTY, periods=["2026-08"], agency="DAJD"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    texts = [str(text) for cell in cells for text in (cell.value, cell.comment and cell.comment.text) if text]
    assert [text for text in texts if identifier_in(text, names=True)] == []


def test_the_same_call_gives_the_same_bytes():
    declared = dataset("notice_compliance")
    assert template(declared, COUNTY, periods=["2026-08"]) == template(declared, COUNTY, periods=["2026-08"])


def test_the_months_due_and_the_agency_are_filled_in_as_text():
    sheet = workbook(template(dataset("training"), COUNTY, periods=["2026-08", "2026-09"], agency="KCSO"))[INPUT_SHEET]
    assert [[cell.value for cell in row[:2]] for row in sheet["A2:B4"]] == [
        ["2026-08", "KCSO"], ["2026-09", "KCSO"], [None, None],
    ]  # fmt: skip
    assert sheet.column_dimensions["A"].number_format == "@", "a month that is typed is not turned into a date"


def test_a_template_nobody_filled_in_is_not_accepted(tmp_path):
    path = tmp_path / "training_2026-08.xlsx"
    path.write_bytes(template(dataset("training"), COUNTY, periods=["2026-08"]))
    assert {(f.kind.code, f.row, f.column) for f in check(path).findings} == {
        ("V201", 2, "agency"), ("V201", 2, "course"),
    }  # fmt: skip


def test_headers_are_locked_and_cells_are_not():
    sheet = workbook(template(dataset("training"), COUNTY, periods=["2026-08"]))[INPUT_SHEET]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert sheet["A1"].protection.locked
    assert not sheet.column_dimensions["A"].protection.locked
    assert sheet.freeze_panes == "C2"
    assert "K.C.C." in sheet["C1"].comment.text, "the law stands beside each column"


@pytest.mark.parametrize(("period", "offered"), [("2026-08", {"I-247A"}), ("2016-03", {"I-247D", "I-247N"})])
def test_drop_downs_offer_only_codes_of_the_time(period, offered):
    book = workbook(template(dataset("ice_requests"), COUNTY, periods=[period]))
    assert book["lists"].sheet_state == "veryHidden"
    sheet, letters = book["lists"], book.defined_names["list_form"].attr_text.partition("!")[2].replace("$", "")
    codes = {row[0].value for row in sheet[letters]}
    assert offered == codes & {"I-247A", "I-247D", "I-247N"}


def test_cells_take_only_what_the_declaration_allows():
    declared = dataset("database_access")
    sheet = workbook(template(declared, COUNTY, periods=["2026-08"]))[INPUT_SHEET]
    rules = {str(rule.sqref).split("2:")[0]: rule for rule in sheet.data_validations.dataValidation}
    names = [cell.value for cell in sheet[1]]
    by_name = {name: rules["ABCDEFGHIJKLMNOPQRSTUVWXYZ"[place]] for place, name in enumerate(names)}
    assert (by_name["agency"].type, by_name["agency"].formula1) == ("list", "list_agency")
    assert (by_name["logins"].type, by_name["logins"].operator, by_name["logins"].formula1) == (
        "whole", "greaterThanOrEqual", "0")  # fmt: skip
    coverage = by_name["log_coverage_percent"]
    assert (coverage.type, coverage.formula1, coverage.formula2) == ("decimal", "0", "100")
    assert by_name["submitted_on"].type == "date"
    assert str(by_name["logins"].sqref).endswith("2001")


def test_a_period_the_dataset_does_not_have_is_refused():
    with pytest.raises(SettingsError, match="one month"):
        template(dataset("training"), COUNTY, periods=["2026-Q3"])
    with pytest.raises(SettingsError, match="no period"):
        template(dataset("audit_baseline"), COUNTY, periods=["2026-08"])
    with pytest.raises(SettingsError, match="DAJD"):
        template(dataset("training"), COUNTY, periods=["2026-08"], agency="NOBODY")


@pytest.mark.parametrize(
    ("name", "agency", "on", "expected"),
    [
        ("training", None, date(2026, 10, 1), ("2026-09",)),
        ("training", "KCSO", date(2026, 1, 31), ("2025-12",)),
        ("personal_information_inventory", None, date(2026, 10, 1), ("2026-Q3",)),
        ("personal_information_inventory", None, date(2026, 9, 30), ("2026-Q2",)),
        ("personal_information_inventory", None, date(2026, 1, 1), ("2025-Q4",)),
        ("federal_detainers_declined", None, date(2026, 3, 1), ("2025",)),
        ("audit_baseline", None, date(2026, 3, 1), ()),
        ("training", "CONTRACTOR", date(2025, 9, 30), ()),
        ("training", "CONTRACTOR", date(2025, 10, 1), ("2025-09",)),
    ],
)
def test_the_period_due_is_the_newest_that_is_over(name, agency, on, expected):
    assert due_periods(dataset(name), COUNTY, on=on, agency=agency) == expected


def test_the_version_changes_with_what_may_be_filled_in_and_not_with_its_wording():
    declared = dataset("training")
    worded = replace(declared, title="Another", columns=tuple(replace(c, description="New") for c in declared.columns))
    assert template_version(worded) == template_version(declared)
    changed = (
        replace(declared, columns=declared.columns[:-1]),
        replace(declared, rules=(*declared.rules, at_most("R21", "overdue", "required_staff"))),
        replace(declared, columns=tuple(replace(c, maximum=9) if c.name == "overdue" else c for c in declared.columns)),
    )
    assert len({template_version(declared), *map(template_version, changed)}) == 4


def archive(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(name, content)
    return out.getvalue()


PROPERTIES = (
    "<Properties><property name='daylight_dataset'><lpwstr>training</lpwstr></property>"
    "<property name='daylight_template_version'><lpwstr>abc</lpwstr></property></Properties>"
)
DOCTYPE = "<!DOCTYPE Properties [<!ENTITY a 'training'>]>"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (archive("docProps/custom.xml", PROPERTIES.encode()), ("training", "abc")),
        (archive("docProps/custom.xml", (DOCTYPE + PROPERTIES).encode()), None),
        (archive("docProps/custom.xml", f"<?xml version='1.0' encoding='UTF-16'?>{DOCTYPE}{PROPERTIES}".encode("utf-16")), None),
        (archive("docProps/custom.xml", PROPERTIES.encode()[:-20]), None),
        (archive("docProps/custom.xml", PROPERTIES.encode() + b" " * 300_000), None),
        (archive("docProps/app.xml", PROPERTIES.encode()), None),
        (archive("docProps/custom.xml", PROPERTIES.encode())[:-30], None),
        (b"", None),
        (b"period,agency\n", None),
    ],
    ids=["ours", "doctype", "doctype in UTF-16", "cut off", "enormous", "no properties", "damaged zip", "empty", "csv"],
)  # fmt: skip
def test_the_mark_is_read_or_there_is_none(content, expected):
    assert mark_of(content) == expected


@pytest.mark.slow
@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_libreoffice_opens_recalculates_and_saves_templates_that_still_check_clean(form, convert, tmp_path):
    paths = [tmp_path / f"{declared.id}.xlsx" for declared in submittable()]
    for path, declared in zip(paths, submittable(), strict=True):
        filled(declared).save(path)
    for path, declared in zip(convert(paths, form), submittable(), strict=True):
        judged = check(path)
        assert (judged.dataset, judged.rows, judged.findings) == (declared, len(declared.examples), ())
        assert mark_of(path.read_bytes()) == (declared.id, template_version(declared))
        if form == "xlsx":
            survives(workbook(path.read_bytes()), declared)


def survives(book: Workbook, declared: Dataset) -> None:
    """What makes a template hard to fill in wrongly is still there."""
    sheet = book[INPUT_SHEET]
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    coded = [column for column in declared.columns if column.kind is Kind.CODE]
    assert len(lists) >= len(coded)
    assert sheet.conditional_formatting
    assert sheet.protection.sheet
    assert sheet["A1"].protection.locked
    assert not sheet["A2"].protection.locked
    assert book["lists"].sheet_state != "visible"


BROKEN = [
    ("ice_requests", {"declined": "18"}, {"R01"}),
    ("ice_requests", {"form": "I-247A", "request_type": "information"}, {"R05"}),
    ("ice_requests", {"purpose_determined": "20"}, {"R04"}),
    ("ice_requests", {"status": "certified_zero"}, {"R22"}),
    ("ice_requests", {"method": "sample"}, {"R23"}),
    ("ice_requests", {"method": "sample", "sample_size": "5"}, set()),
    ("notice_compliance", {"copy_provided": "17"}, {"R08"}),
    ("notice_compliance", {"notices_due": "20"}, {"R09"}),
    ("account_reviews", {"review_completed_on": "2026-09-03"}, {"R14"}),
    ("information_disclosures", {"released": "2", "refused": "4"}, {"R17"}),
    ("federal_counts", {"county_logged": "10", "gap": "13"}, {"R28"}),
]


@pytest.mark.slow
def test_cells_are_coloured_where_and_only_where_the_check_finds_a_broken_rule(convert, tmp_path):
    paths = []
    for number, (name, changes, _) in enumerate(BROKEN):
        declared = dataset(name)
        book = filled(declared, [{**declared.examples[0], **changes}])
        sheet = book[INPUT_SHEET]
        formulas = [rule.formula[0] for area in sheet.conditional_formatting for rule in area.rules]
        for place, formula in enumerate(formulas, start=60):
            sheet.cell(2, place).value = f"={formula}"
        paths.append(tmp_path / f"{number}.xlsx")
        book.save(paths[-1])
    for (name, changes, codes), path in zip(BROKEN, convert(paths, "csv"), strict=True):
        with path.open(encoding="utf-8", newline="") as lines:
            row = list(csv.reader(lines))[1]
        shown = [cell for cell in row[59:] if cell]
        assert set(shown) <= {"TRUE", "FALSE"}, f"a formula of {name} cannot be computed"
        assert ("TRUE" in shown) == bool(codes), (name, changes, shown)
        declared = dataset(name)
        plain = tmp_path / f"{name}.xlsx"
        filled(declared, [{**declared.examples[0], **changes}]).save(plain)
        assert {finding.kind.code for finding in check(plain).findings} == codes
