"""What a fast reader does not tell about an .ods: formulas, errors, merges, what is hidden, and texts beside the cells.

One pass of the standard library's expat over `content.xml`, for all sheets at once. OpenDocument counts equal rows and
cells instead of repeating them. Runs in the child process of `etl.workbook`.
"""

import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from etl.parts import COMMENT, Aside, Collector, feed
from etl.sheetscan import MOST_REPEATED, Facts

_HIDDEN = frozenset({"collapse", "filter"})
_CELLS = frozenset({"table-cell", "covered-table-cell"})
_BESIDE = frozenset({"annotation", "frame", "shapes", "g", "custom-shape", "rect", "caption", "text-box", "control"})
"""Elements in a cell that are not its content."""


class _OdsScanner(Collector):
    """Keeps count of rows and columns while expat reads, and hands everything that is no cell to the collector."""

    def __init__(self) -> None:
        super().__init__("another part of the file")
        self.facts: dict[str, Facts] = {}
        self._of = Facts()
        self._row = self._column = self._repeated_rows = self._repeated_cells = 0
        self._hidden_groups = self._beside = 0
        self._in_cell = False
        self._formula = ""
        self._holds = ""
        self._shown: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        local = name.rpartition(":")[2]
        plain = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if local == "table" and self.sheet is None:
            self._begin_sheet(plain)
        elif self.sheet is not None and not self._beside:
            self._place(local, plain, attributes)
            if local == "a":
                self.add(unquote(plain.get("href", "")), "a link")
        if local in _BESIDE:
            self.where = COMMENT if local == "annotation" else "a text box or drawing"
            self._beside += self._in_cell
        if not self._in_cell or self._beside or local in _CELLS:
            super().start(name, _without_name(local, attributes))

    def _begin_sheet(self, plain: dict[str, str]) -> None:
        self.add(plain.get("name", ""), "the name of a sheet")
        self.sheet = plain.get("name", "")
        self._of = self.facts.setdefault(self.sheet, Facts())
        self._row = self._column = self._repeated_rows = self._hidden_groups = 0

    def _place(self, local: str, plain: dict[str, str], attributes: dict[str, str]) -> None:
        if local == "table-column":
            times = _times(plain, "number-columns-repeated")
            if plain.get("visibility") in _HIDDEN:
                self._of.hidden_columns.append((self._column + 1, self._column + times))
            self._column += times
        elif local == "table-row-group" and (self._hidden_groups or plain.get("display") == "false"):
            self._hidden_groups += 1
        elif local == "table-row":
            self._row, self._column = self._row + 1, 0
            self._repeated_rows = _times(plain, "number-rows-repeated")
            if plain.get("visibility") in _HIDDEN or self._hidden_groups:
                shown = min(self._repeated_rows, MOST_REPEATED)
                self._of.hidden_rows += range(self._row, self._row + shown)
        elif local in _CELLS:
            self._begin_cell(plain, attributes)
        self.row = self._row or None

    def _begin_cell(self, plain: dict[str, str], attributes: dict[str, str]) -> None:
        self._in_cell, self._shown = True, []
        self._column += 1
        self._repeated_cells = _times(plain, "number-columns-repeated")
        self._formula = plain.get("formula", "")
        self._holds = attributes.get("calcext:value-type") or attributes.get("office:value-type", "")
        down, across = _times(plain, "number-rows-spanned"), _times(plain, "number-columns-spanned")
        if down > 1 or across > 1:
            self._of.merges.append((self._row, self._column, self._row + down - 1, self._column + across - 1))

    def _end_cell(self) -> None:
        shown = "".join(self._shown).strip()
        is_error = self._holds == "error" or (bool(self._formula) and shown.startswith(("#", "Err:")))
        for places, holds in (
            (self._of.errors, is_error), (self._of.percents, self._holds == "percentage"),
            (self._of.formulas, bool(self._formula)),
            (self._of.formulas_without_value, bool(self._formula) and not self._holds and not shown),
        ):  # fmt: skip
            places.extend(self._places() if holds else ())
        if self._holds not in ("", "string", "error") and any(sign.isalpha() for sign in shown):
            self.add(shown, "what a cell shows")
        self._column += self._repeated_cells - 1
        self._in_cell = False

    def _places(self) -> Iterator[tuple[int, int]]:
        rows, columns = (min(times, MOST_REPEATED) for times in (self._repeated_rows, self._repeated_cells))
        return ((self._row + r, self._column + c) for r in range(rows) for c in range(columns))

    def text(self, data: str) -> None:
        """A piece of text, of a cell or of something beside the cells."""
        if self._in_cell and not self._beside:
            self._shown.append(data)
        else:
            super().text(data)

    def end(self, name: str) -> None:
        """An element ends."""
        local = name.rpartition(":")[2]
        if not self._in_cell or self._beside or local in _CELLS:
            super().end(name)
        if local in _BESIDE:
            self.where = "another part of the file"
            self._beside -= self._in_cell
        elif self._in_cell and local in _CELLS and not self._beside:
            self._end_cell()
        elif local == "table-row" and not self._in_cell:
            self._row += max(self._repeated_rows - 1, 0)
        elif local == "table-row-group" and self._hidden_groups:
            self._hidden_groups -= 1
        elif local == "table" and not self._in_cell:
            self.sheet = self.row = None


def _times(attributes: dict[str, str], name: str) -> int:
    """How often a row or cell is repeated, or how far it spans; once where nothing is said."""
    said = attributes.get(name, "1")
    return int(said) if said.isdigit() else 1


def _without_name(local: str, attributes: dict[str, str]) -> dict[str, str]:
    """The attributes of an element without names that programs give: of styles, sheets and the like."""
    named = local in ("named-expression", "named-range", "content-validation", "user-defined")
    return {key: value for key, value in attributes.items() if named or key.rpartition(":")[2] != "name"}


def scan_ods(archive: zipfile.ZipFile) -> tuple[dict[str, Facts], list[Aside]]:
    """The facts of every sheet by its name, and the texts beside the cells.

    ValueError when the XML is malformed or holds a document type declaration.
    """
    scanner = _OdsScanner()
    with archive.open("content.xml") as part:
        feed(part, scanner)
    return scanner.facts, list(scanner.found)
