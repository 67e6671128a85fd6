"""What a fast reader does not tell about an .xlsx sheet.

Formulas, error cells, percentages, merged cells, hidden rows and columns, and the texts that are in no cell. One pass of
the standard library's expat over the sheet's XML. Runs in the child process of `etl.workbook`.
"""

import re
import zipfile
from dataclasses import dataclass, field
from typing import IO
from xml.parsers import expat

from etl.parts import Aside, Collector, feed, refuse_doctype

Place = tuple[int, int]
"""Row and column of a cell, both counted from 1."""

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
MOST_REPEATED = 1_000
"""Of what is said of many rows or columns at once, so many are noted one by one."""

_PIECE = 1 << 18
_OVERLAP = 64
_WORTH_A_LOOK = (
    rb"<(?:\w+:)?(?:f|mergeCell|rPh|hyperlink|dataValidation|(?:odd|even|first)(?:Head|Foot)er)[ />]|"
    rb"t=[\"']e[\"']|hidden="
)
_PERCENT_FORMATS = frozenset({"9", "10"})
_NOT_SHOWN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
"""Parts of a number format in which a percent sign is only a sign, or a condition."""


@dataclass
class Facts:
    """What was seen of one sheet. A merge is (first row, first column, last row, last column)."""

    formulas: list[Place] = field(default_factory=list)
    formulas_without_value: list[Place] = field(default_factory=list)
    errors: list[Place] = field(default_factory=list)
    percents: list[Place] = field(default_factory=list)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)


def place_of(reference: str) -> Place:
    """The place of a reference such as C17; (0, 0) for what is none."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return (0, 0)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return (int(match[2]), column)


class _Scanner(Collector):
    """Collects the facts while expat reads; namespaces are cut off, since only one is in use here.

    The text of a cell is the fast reader's business; of a cell only the texts in its formula, and the reading aids of
    East Asian writing, are handed to the collector.
    """

    def __init__(self, sheet: str, percents: frozenset[str]) -> None:
        super().__init__("another part of the file", sheet=sheet)
        self.facts = Facts()
        self._percents = percents
        self._cell: Place = (0, 0)
        self._line = 0
        self._in_cells = self._has_formula = self._has_value = self._in_value = self._aside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        local = name.rpartition(":")[2]
        match local:
            case "sheetData":
                self._in_cells = True
            case "row":
                self._begin_row(attributes)
            case "c":
                self._begin_cell(attributes)
            case "f":
                self._has_formula = True
            case "v" | "is":
                self._in_value = True
            case "mergeCell":
                first, _, last = attributes.get("ref", "").partition(":")
                self.facts.merges.append((*place_of(first), *place_of(last or first)))
            case "col" if attributes.get("hidden") in ("1", "true"):
                self.facts.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))
        self._aside = self._aside or local in ("f", "rPh")
        if not self._in_cells:
            super().start(name, attributes)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._line = int(attributes.get("r", self._line + 1))
        self._cell = (self._line, 0)
        if attributes.get("hidden") in ("1", "true"):
            self.facts.hidden_rows.append(self._line)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        self._cell = place_of(reference) if reference else (self._line, self._cell[1] + 1)
        self._has_formula = False
        self._has_value = attributes.get("t") == "str"  # a formula's text may be empty
        if attributes.get("t") == "e":
            self.facts.errors.append(self._cell)
        elif attributes.get("s") in self._percents and attributes.get("t", "n") == "n":
            self.facts.percents.append(self._cell)

    def text(self, data: str) -> None:
        """A piece of text."""
        self._has_value = self._has_value or (self._in_value and not self._aside)
        if self._aside or not self._in_cells:
            super().text(data)

    def end(self, name: str) -> None:
        """An element ends."""
        local = name.rpartition(":")[2]
        if local in ("f", "rPh") and self._in_cells:
            self.row = self._cell[0]
            self._told(local)
            self.row = None
        elif not self._in_cells:
            super().end(name)
        if local != "t":
            self._in_value = False
        self._aside = self._aside and local not in ("f", "rPh")
        self._in_cells = self._in_cells and local != "sheetData"
        if local == "c" and self._has_formula:
            self.facts.formulas.append(self._cell)
            if not self._has_value:
                self.facts.formulas_without_value.append(self._cell)


def _worth_a_look(part: IO[bytes], wanted: re.Pattern[bytes]) -> bool:
    """Whether the bytes of a sheet hold anything this module reports; most sheets do not and are read once only."""
    tail = b""
    while piece := part.read(_PIECE):
        if wanted.search(tail + piece):
            return True
        tail = piece[-_OVERLAP:]
    return False


def percent_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    """The cell formats of a workbook that show a number as a percentage: 0.95 as 95%."""
    formats, places = set(_PERCENT_FORMATS), list[str]()
    inside = False

    def begun(name: str, attributes: dict[str, str]) -> None:
        nonlocal inside
        local = name.rpartition(":")[2]
        if local == "numFmt" and "%" in _NOT_SHOWN.sub("", attributes.get("formatCode", "")):
            formats.add(attributes.get("numFmtId", ""))
        inside = local == "cellXfs" or (inside and local != "cellStyles")
        if inside and local == "xf":
            places.append(attributes.get("numFmtId", ""))

    if "xl/styles.xml" not in archive.NameToInfo:
        return frozenset()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = begun, refuse_doctype
    try:
        parser.Parse(archive.read("xl/styles.xml"), True)  # noqa: FBT003 - expat's own signature
    except expat.ExpatError as fault:
        raise ValueError("The cell formats are not well-formed.") from fault
    return frozenset(str(number) for number, of in enumerate(places) if of in formats)


def scan(part: IO[bytes], *, sheet: str, percents: frozenset[str]) -> tuple[Facts, list[Aside]]:
    """The facts of one sheet and the texts in no cell of it.

    ValueError when its XML is malformed or holds a document type declaration.
    """
    styled = rb"|\ss=[\"'](?:" + "|".join(sorted(percents)).encode() + rb")[\"']" if percents else b""
    if not _worth_a_look(part, re.compile(_WORTH_A_LOOK + styled)):
        return Facts(), []
    scanner = _Scanner(sheet, percents)
    part.seek(0)
    feed(part, scanner)
    return scanner.facts, list(scanner.found)


def sheet_members(archive: zipfile.ZipFile) -> dict[str, str]:
    """The name of each sheet -> the member of the archive that holds it."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            wanted = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            sheets[attributes.get("name", "")] = targets.get(wanted, "")

    for member, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        parser = expat.ParserCreate()
        parser.StartElementHandler = handler
        parser.StartDoctypeDeclHandler = refuse_doctype
        try:
            parser.Parse(archive.read(member), True)  # noqa: FBT003
        except (expat.ExpatError, KeyError) as fault:
            raise ValueError("The workbook is not well-formed.") from fault
    return sheets
