"""What a fast reader does not tell about an .xlsx sheet: formulas, error cells, merged cells, hidden rows and columns.

One pass of the standard library's expat over the sheet's XML. Runs in the child process of `etl.workbook`.
"""

import re
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

Place = tuple[int, int]
"""Row and column of a cell, both counted from 1."""

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_PIECE = 1 << 18
_WORTH_A_LOOK = re.compile(rb"<(?:\w+:)?(?:f|mergeCell)[ />]|t=[\"']e[\"']|hidden=")
_OVERLAP = 64


@dataclass
class Facts:
    """What was seen of one sheet. A merge is (first row, first column, last row, last column)."""

    formulas: list[Place] = field(default_factory=list)
    formulas_without_value: list[Place] = field(default_factory=list)
    errors: list[Place] = field(default_factory=list)
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


class _Scanner:
    """Collects the facts while expat reads; namespaces are cut off, since only one is in use here."""

    def __init__(self) -> None:
        self.facts = Facts()
        self._cell: Place = (0, 0)
        self._row = 0
        self._has_formula = self._has_value = self._in_value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self._row = int(attributes.get("r", self._row + 1))
                self._cell = (self._row, 0)
                if attributes.get("hidden") in ("1", "true"):
                    self.facts.hidden_rows.append(self._row)
            case "c":
                reference = attributes.get("r")
                self._cell = place_of(reference) if reference else (self._row, self._cell[1] + 1)
                self._has_formula = False
                self._has_value = attributes.get("t") == "str"  # a formula's text may be empty
                if attributes.get("t") == "e":
                    self.facts.errors.append(self._cell)
            case "f":
                self._has_formula = True
            case "v" | "is":
                self._in_value = True
            case "mergeCell":
                first, _, last = attributes.get("ref", "").partition(":")
                self.facts.merges.append((*place_of(first), *place_of(last or first)))
            case "col":
                if attributes.get("hidden") in ("1", "true"):
                    self.facts.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))

    def text(self, _: str) -> None:
        self._has_value = self._has_value or self._in_value

    def end(self, name: str) -> None:
        self._in_value = False
        if name.rpartition(":")[2] == "c" and self._has_formula:
            self.facts.formulas.append(self._cell)
            if not self._has_value:
                self.facts.formulas_without_value.append(self._cell)


def _worth_a_look(archive: zipfile.ZipFile, member: str) -> bool:
    """Whether the bytes of a sheet hold anything this module reports; most sheets do not and are read once only."""
    tail = b""
    with archive.open(member) as part:
        while piece := part.read(_PIECE):
            if _WORTH_A_LOOK.search(tail + piece):
                return True
            tail = piece[-_OVERLAP:]
    return False


def scan(archive: zipfile.ZipFile, member: str) -> Facts:
    """The facts of one sheet; ValueError when its XML is malformed or holds a document type declaration."""
    if not _worth_a_look(archive, member):
        return Facts()
    scanner = _Scanner()
    parser = expat.ParserCreate()
    parser.StartElementHandler = scanner.start
    parser.EndElementHandler = scanner.end
    parser.CharacterDataHandler = scanner.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        with archive.open(member) as part:
            while piece := part.read(_PIECE):
                parser.Parse(piece, False)  # noqa: FBT003 - expat's own signature
        parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, KeyError) as fault:
        raise ValueError("The sheet is not well-formed.") from fault
    return scanner.facts


def _refuse_doctype(*_: object) -> None:
    raise ValueError("The sheet holds a document type declaration.")


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
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            parser.Parse(archive.read(member), True)  # noqa: FBT003
        except (expat.ExpatError, KeyError) as fault:
            raise ValueError("The workbook is not well-formed.") from fault
    return sheets
