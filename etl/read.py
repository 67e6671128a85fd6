"""A file from an agency -> its table as text, with the row numbers a person sees.

Every cell stays text here: "01" stays "01" and "NA" stays "NA"; turning text into values is `etl.convert`'s work, and
yields a value or a finding. What cannot be read safely is refused with a plain finding, never with a traceback.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

from etl.findings import Finding, found
from schemas.release import sha256

SUFFIXES = (".csv", ".xlsx", ".ods")
_ZIP = b"PK\x03\x04"
_MOST_BYTES = 50_000_000
_MOST_INFLATED = 200_000_000
_MOST_MEMBERS = 2_000
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class SheetTable:
    """A table as it stands in the file: header cells, rows of text with the row number a person sees."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    sheet: str | None = None
    numbers_as_text: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class FileRead:
    """One file: its name, hash, and its table, or the finding that says why there is none."""

    name: str
    path: Path
    sha256: str
    table: SheetTable | None
    findings: tuple[Finding, ...] = field(default=())


class _Unreadable(Exception):
    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


def _decode(content: bytes) -> tuple[str, tuple[Finding, ...]]:
    """The text of a CSV file: UTF-8 with or without mark, UTF-16 with mark, else Windows-1252 with a warning."""
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if marked else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        old = found("V108", "The file is not UTF-8; it was read as Windows-1252.")
        return text, (old,) if encoding == "cp1252" else ()
    raise _Unreadable(found("V101", "The file is not text in a character set that can be recognised."))


def _csv_records(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each record with the line on which it starts."""
    first_line = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    for record in reader:
        yield start, tuple(record)
        start = reader.line_num + 1


def _read_csv(content: bytes) -> tuple[SheetTable, tuple[Finding, ...]]:
    if content.startswith(_ZIP):
        raise _Unreadable(found("V101", "The file is named .csv but is a spreadsheet or an archive."))
    text, findings = _decode(content)
    try:
        records = list(_csv_records(text))
    except csv.Error as fault:
        raise _Unreadable(found("V101", f"The CSV is malformed: {fault}.")) from fault
    return _table(records, sheet=None), findings


def _check_container(path: Path, content: bytes) -> None:
    """Refuse what is no spreadsheet, or would unpack to more than a submission can hold, before a reader opens it."""
    if not content.startswith(_ZIP):
        raise _Unreadable(found("V101", f"The file is named {path.suffix} but is not such a spreadsheet."))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as fault:
        raise _Unreadable(found("V101", "The spreadsheet is cut off or damaged.")) from fault
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_INFLATED:
        raise _Unreadable(found("V101", "The spreadsheet unpacks to far more than a submission can hold."))
    if any(member.flag_bits & 1 for member in members):
        raise _Unreadable(found("V101", "The spreadsheet is protected by a password."))


def _cell_text(value: object) -> str:
    """A spreadsheet's cell as text: whole numbers without a point, dates as ISO."""
    match value:
        case bool():
            return str(value).upper()
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _read_workbook(path: Path, content: bytes) -> SheetTable:
    _check_container(path, content)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [s.name for s in workbook.sheets_metadata if s.visible is SheetVisibleEnum.Visible]
        if not visible:
            raise _Unreadable(found("V101", "The spreadsheet has no visible sheet."))
        sheet = "Data" if "Data" in visible else visible[0]
        cells = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as fault:
        raise _Unreadable(found("V101", "The spreadsheet is damaged or protected by a password.")) from fault
    records = [(number, tuple(_cell_text(value) for value in row)) for number, row in enumerate(cells, start=1)]
    typed = frozenset(
        (number, place)
        for number, row in enumerate(cells, start=1)
        for place, value in enumerate(row)
        if isinstance(value, str) and value.strip().isdigit()
    )
    return _table(records, sheet=sheet, numbers_as_text=typed)


def _table(
    records: list[tuple[int, tuple[str, ...]]],
    *,
    sheet: str | None,
    numbers_as_text: frozenset[tuple[int, int]] = frozenset(),
) -> SheetTable:
    """Take the first row that is not blank as the header; blank rows below it are left out."""
    cleaned = [(number, tuple(_clean(cell) for cell in row)) for number, row in records]
    filled = [(number, row) for number, row in cleaned if any(row)]
    if not filled:
        raise _Unreadable(found("V101", "The file is empty."))
    header = filled[0][1]
    while header and not header[-1]:
        header = header[:-1]
    return SheetTable(header, tuple(filled[1:]), sheet, numbers_as_text)


def _clean(cell: str) -> str:
    """Blanks around a cell, no-break spaces among them, mean nothing."""
    return cell.replace("\u00a0", " ").strip()


def read_file(path: Path, *, name: str) -> FileRead:
    """Read one submission; `name` is what reports call it. A file that cannot be read comes back with a finding."""
    suffix = path.suffix.lower()
    try:
        content = path.read_bytes() if path.stat().st_size <= _MOST_BYTES else None
    except OSError as fault:
        return FileRead(name, path, "", None, (found("V101", f"The file cannot be opened: {fault.strerror}."),))
    if content is None:
        return FileRead(name, path, "", None, (found("V101", "The file is larger than 50 MB."),))
    digest = sha256(content)
    if suffix not in SUFFIXES:
        kind = found("V107", f"“{suffix or 'no ending'}” is not a kind of file that is accepted.")
        return FileRead(name, path, digest, None, (kind,))
    try:
        table, findings = _read_csv(content) if suffix == ".csv" else (_read_workbook(path, content), ())
    except _Unreadable as refusal:
        return FileRead(name, path, digest, None, (refusal.finding,))
    return FileRead(name, path, digest, table, findings)


def submissions_below(folder: Path) -> list[Path]:
    """Every submission below a folder, in a fixed order.

    Hidden files, Office's lock files and folders whose name begins with an underscore are passed over.
    """
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(part.startswith((".", "_", "~$")) for part in path.relative_to(folder).parts)
    )
