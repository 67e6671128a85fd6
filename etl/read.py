"""A file from an agency -> its table as text, with the row numbers a person sees.

Every cell stays text here: "01" stays "01" and "NA" stays "NA"; turning text into values is `etl.convert`'s work, and
yields a value or a finding. What cannot be read safely is refused with a plain finding, never with a traceback.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, repeat
from pathlib import Path

from etl.container import MOST_BYTES, Unsafe, check_container
from etl.file_names import PARQUET, SUFFIXES, shown_name, shown_sheet
from etl.findings import Finding, found
from etl.layout import SheetTable, header_score, known_headers, table_in
from etl.mark import mark_of
from etl.parts import Aside
from etl.sheetcells import SheetCells
from etl.sheetscan import MOST_REPEATED, Place
from etl.textfile import NotText, decode, records
from etl.workbook import Unreadable, read_workbook
from schemas.release import sha256

_SPREADSHEET = b"PK\x03\x04"
_DATA = "data"
"""The name of the input sheet of our own template."""

_MOST_MERGED = 20_000
"""So many merged cells are looked at: merges that overlap could otherwise be made to take for ever."""

_MOST_DENSE = 3_000_000
"""So many places, empty ones counted, are held as a full grid; a wider sheet is gone through by its cells."""


@dataclass(frozen=True)
class FileRead:
    """One file: its name, hash, and its table, or the finding that says why there is none.

    `mark` is the dataset and version that our own template says it is for. `asides` are texts outside the table (titles,
    other sheets, comments, properties), which are searched for personal data and nothing else.
    """

    name: str
    path: Path
    sha256: str
    table: SheetTable | None
    findings: tuple[Finding, ...] = field(default=())
    asides: tuple[Aside, ...] = field(default=(), repr=False)
    mark: tuple[str, str] | None = None

    @property
    def other_texts(self) -> frozenset[str]:
        """The texts outside the table."""
        return frozenset(aside.text for aside in self.asides)


class _Refused(Exception):
    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.finding = found(code, words)


def _read_csv(content: bytes) -> tuple[SheetTable, tuple[Finding, ...]]:
    if content.startswith(_SPREADSHEET):
        raise _Refused("V101", "The file is named .csv but is a spreadsheet or an archive.")
    try:
        text, is_old = decode(content)
        table = table_in(list(records(text)))
    except NotText as fault:
        raise _Refused("V101", str(fault)) from fault
    if table is None:
        raise _Refused("V101", "The file is empty.")
    old = found("V108", "The file is not UTF-8; it was read as Windows-1252.")
    return table, (old,) if is_old else ()


def _below_first(sheet: SheetCells) -> Iterator[Place]:
    """The cells of merges down one column, the first of each left out: they hold what the first holds."""
    places = ((row, first) for top, first, bottom, last in sheet.facts.merges if first == last
              for row in range(top + 1, min(bottom, top + MOST_REPEATED) + 1))  # fmt: skip
    return islice(places, _MOST_MERGED)


def _shared_across(sheet: SheetCells) -> Iterator[Place]:
    """The cells of merges over more than one column that hold something: whose it is cannot be told."""
    if not sheet.facts.merges:
        return iter(())
    filled = {(number, place) for number, cells in sheet.rows for place, _, _ in cells}
    places = ((row, column) for top, first, bottom, last in sheet.facts.merges
              if first < last and (top, first) in filled
              for row in range(top, min(bottom, top + MOST_REPEATED) + 1)
              for column in range(first, min(last, first + MOST_REPEATED) + 1))  # fmt: skip
    return islice(places, _MOST_MERGED)


def _dense(sheet: SheetCells) -> list[tuple[int, tuple[str, ...]]]:
    """The rows of a sheet with every position from the first column on; merged cells are filled downwards.

    A cell with an error value holds nothing, whatever it shows.
    """
    width = max(sheet.columns, default=0)
    if not sheet.facts.errors and not sheet.facts.merges and width * len(sheet.numbers) <= _MOST_DENSE:
        texts = [text for _, text in sheet.cells]
        columns = [map(texts.__getitem__, sheet.columns.get(place, repeat(0))) for place in range(1, width + 1)]
        return list(zip(sheet.numbers, zip(*columns, strict=False), strict=False))
    errors = set(sheet.facts.errors)
    cells = {(number, place): text for number, row in sheet.rows for place, _, text in row}
    cells = {at: text for at, text in cells.items() if at not in errors} if errors else cells
    tops = {(row, first): (top, first) for top, first, bottom, last in sheet.facts.merges[:_MOST_MERGED] if first == last
            for row in range(top + 1, min(bottom, top + MOST_REPEATED) + 1)}  # fmt: skip
    for below, top in tops.items():
        if top in cells:
            cells.setdefault(below, cells[top])
    rows: dict[int, dict[int, str]] = {}
    for (row, place), text in cells.items():
        rows.setdefault(row, {})[place] = text
    return [
        (row, tuple(some.get(place, "") for place in range(1, max(some) + 1))) for row, some in sorted(rows.items())
    ]  # fmt: skip


def _table_of(sheet: SheetCells) -> SheetTable | None:
    """The table of one sheet, with what is odd about its cells translated to positions in the header."""
    table = table_in(_dense(sheet), sheet=sheet.name)
    if table is None:
        return None
    facts = sheet.facts
    place_of = {column + 1: place for place, column in enumerate(table.positions)}
    numbers = {number for number, _ in table.rows}

    def inside(places: Iterable[Place]) -> frozenset[Place]:
        return frozenset((row, place_of[column]) for row, column in places if row in numbers and column in place_of)

    digits = {code for code, (kind, text) in enumerate(sheet.cells)
              if kind == "text" and text.strip().replace(",", "").isdigit()}  # fmt: skip
    texts = [(row, place) for place, codes in sheet.columns.items() if not digits.isdisjoint(codes)
             for row, code in zip(sheet.numbers, codes, strict=True) if code in digits]  # fmt: skip
    hidden = {column for first, last in facts.hidden_columns for column in range(first, min(last, MOST_REPEATED) + 1)}
    headless = {(row, column) for row, column in (*facts.errors, *facts.formulas_without_value)
                if row > table.header_row and row not in table.set_aside and column not in place_of}  # fmt: skip
    return replace(
        table, numbers_as_text=inside(texts), merged=inside((*_below_first(sheet), *_shared_across(sheet))),
        formulas=inside(facts.formulas), formulas_without_value=inside(facts.formulas_without_value),
        errors=inside(facts.errors), headless=tuple(sorted({*table.headless, *headless})),
        hidden_rows=tuple(row for row in facts.hidden_rows if row in numbers),
        hidden_columns=tuple(sorted(place_of[column] for column in hidden & place_of.keys())),
    )  # fmt: skip


def _chosen(sheets: Sequence[SheetCells]) -> SheetCells:
    """The sheet with the table: the template's, else the only visible one with a header that some dataset has."""
    visible = [sheet for sheet in sheets if sheet.visible and any(map(any, sheet.columns.values()))]
    if not visible:
        raise _Refused("V101", "The spreadsheet has no visible sheet with anything in it.")
    for sheet in visible:
        if sheet.name.strip().casefold() == _DATA:
            return sheet
    known = known_headers()
    likely = [
        sheet for sheet in visible
        if any(header_score([text for _, _, text in cells], known) > 1 for _, cells in sheet.first_rows(40))
    ]  # fmt: skip
    if len(likely) > 1:
        raise _Refused("V110", "More than one sheet holds a table. Put the table on a sheet named Data.")
    return (likely or visible)[0]


def _read_workbook(path: Path, content: bytes) -> tuple[SheetTable, tuple[Aside, ...]]:
    try:
        check_container(content, path.suffix.lower())
        book = read_workbook(path)
    except (Unsafe, Unreadable) as fault:
        raise _Refused("V101", str(fault)) from fault
    called = {sheet.name: shown_sheet(sheet.name, number) for number, sheet in enumerate(book.sheets, start=1)}
    chosen = _chosen(book.sheets)
    table = _table_of(chosen)
    if table is None:
        raise _Refused("V101", "The file is empty.")
    asides = [Aside("the name of a sheet", sheet.name.replace("-", " ")) for sheet in book.sheets]
    asides += [replace(aside, sheet=called.get(aside.sheet or "")) for aside in book.asides]
    asides += [
        Aside("another sheet", text, called[sheet.name], number, cell=True)
        for sheet in book.sheets if sheet is not chosen
        for number, cells in sheet.rows for _, kind, text in cells if kind == "text"
    ]  # fmt: skip
    table = replace(table, sheet=called[chosen.name])
    return table, (*asides, *_outside(table))


def _outside(table: SheetTable) -> tuple[Aside, ...]:
    """What stands above, below and beside the table on its own sheet."""
    return tuple(Aside("not part of the data", text, table.sheet, row, cell=True) for row, text in table.outside)


def read_file(path: Path, *, name: str) -> FileRead:
    """Read one submission; `name` is what reports call it, unless it gives somebody away.

    A file that cannot be read comes back with a finding.
    """
    suffix = path.suffix.lower()
    shown = shown_name(name)
    try:
        content = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
    except OSError as fault:
        return FileRead(shown, path, "", None, (found("V101", f"The file cannot be opened: {fault.strerror}."),))
    if content is None:
        return FileRead(shown, path, "", None, (found("V101", "The file is larger than 50 MB."),))
    digest = sha256(content)
    shown = shown_name(name, digest)
    if suffix not in SUFFIXES:
        words = f"“{Path(shown).suffix or 'no ending'}” is not a kind of file that is accepted."
        return FileRead(shown, path, digest, None, (found("V107", words),))
    try:
        if suffix == ".csv":
            table, findings = _read_csv(content)
            return FileRead(shown, path, digest, table, findings, asides=_outside(table))
        table, asides = _read_workbook(path, content)
    except _Refused as refusal:
        return FileRead(shown, path, digest, None, (refusal.finding,))
    return FileRead(shown, path, digest, table, asides=asides, mark=mark_of(content))


def submissions_below(folder: Path) -> list[Path]:
    """Every submission below a folder, in a fixed order.

    Hidden files, Office's lock files and folders whose name begins with an underscore are passed over.
    """
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in (*SUFFIXES, PARQUET)
        and path.is_file()
        and not any(part.startswith((".", "_", "~$")) for part in path.relative_to(folder).parts)
    )
