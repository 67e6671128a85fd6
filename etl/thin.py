"""A large plain sheet, thinned to its different cells before the reader of workbooks sees it.

Reading 50,000 rows cell by cell takes a reader several times what unpacking them takes, and most cells say what others
say. Where the rows of a sheet are written as office programs write plain cells, each different cell is kept once, with a
code for each place it stands at; only those go to the reader, whose values are then those of all places. Anything else
in the rows (a formula, an error, rich text, a hidden row, another order) and the sheet is left as it is, for the
reader and `etl.sheetscan` as a whole. Runs in the child process of `etl.workbook`.
"""

import io
import re
import zipfile
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field

from etl.sheetcells import Codes

_PIECE = 1 << 20
_LONGEST_PIECE = 4 * _PIECE
_MOST_DIFFERENT = 100_000
_MOST_PLACES = 3_000_000
_MOST_COLUMNS = 200
_MOST_BESIDE = 30_000_000
_LAST_ROW = 250_000
_BEGIN, _END, _ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"
_COLUMN = re.compile(rb'<c r="([A-Z]{1,3})[0-9]')
_NOT_UTF8 = re.compile(rb"""\A(?!<)|\A[^>]*encoding=["'](?!utf-8["'])""", re.IGNORECASE)
_CELL = rb'(?:<c r="%s\1"([^<]*+(?:<v>[^<]*+</v></c>|<is><t[^<]*+</t></is></c>|</c>)?+))?+'
_PLAIN = re.compile(
    rb'(?: s="[0-9]{1,5}")?(?: t="(?:s|n|b|d|str|inlineStr)")?'
    rb'(?:/>|>(?:<v>[^<]*</v>|<is><t(?: xml:space="preserve")?>[^<]*</t></is>)?</c>)'
)
"""What follows the place of a cell: looked for loosely in every cell, and exactly in each different one."""

_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


class _NotPlainError(ValueError):
    """A cell is not as office programs write plain cells."""


class _Codes(dict[bytes | None, int]):
    """A cell -> its code, the next one for a cell that is new."""

    def __missing__(self, cell: bytes | None) -> int:
        if cell is None or not _PLAIN.fullmatch(cell):
            raise _NotPlainError
        self[cell] = code = len(self)
        return code


@dataclass
class Thinned:
    """One sheet: its row numbers, for each column (from 1) the code of the cell in each of those rows, and the cells.

    Code 0 is no cell. The others stand at the row of their number in the sheet that `xml` writes. `beside` is the part
    of the sheet before and behind its rows, as it is written.
    """

    numbers: Codes = field(default_factory=lambda: array("I"))
    columns: dict[bytes, Codes] = field(default_factory=dict)
    cells: _Codes = field(default_factory=lambda: _Codes({None: 0}))
    beside: bytes = b""

    def xml(self) -> bytes:
        """A sheet of one column that holds each different cell once, at the row of its code."""
        rows = (b'<row r="%d"><c r="A%d"%s</row>' % (code, code, cell) for cell, code in self.cells.items() if cell)
        return _SHEET % b"".join(rows)

    def percents(self, styles: frozenset[str]) -> frozenset[int]:
        """The codes of numbers in a style that shows percentages."""
        if not styles:
            return frozenset()
        shown = re.compile(rb' s="(?:' + "|".join(sorted(styles)).encode() + rb')"(?: t="n")?>')
        return frozenset(code for cell, code in self.cells.items() if cell and shown.match(cell))

    def add(self, piece: bytes) -> bool:
        """Take some whole rows. False when they are not all plain."""
        if not piece:
            return True
        parts = _split(piece, tuple(self.columns))
        if any(parts[:: len(self.columns) + 2]):
            found = self.columns.keys() | set(_COLUMN.findall(piece))
            if len(found) > _MOST_COLUMNS or len(found) == len(self.columns):
                return False
            empty = array("I", bytes(4 * len(self.numbers)))
            self.columns = {name: self.columns.get(name, empty[:]) for name in sorted(found, key=lambda n: (len(n), n))}
            parts = _split(piece, tuple(self.columns))
        step = len(self.columns) + 2
        if b"hidden=" in piece or any(parts[::step]):
            return False
        numbers = [self.numbers[-1] if self.numbers else 0, *(int(number or 0) for number in parts[1::step])]
        if numbers[-1] > _LAST_ROW or any(map(int.__ge__, numbers, numbers[1:])):
            return False
        self.numbers.extend(numbers[1:])
        try:
            for place, codes in enumerate(self.columns.values(), start=2):
                codes.extend(map(self.cells.__getitem__, parts[place::step]))
        except _NotPlainError:
            return False
        return len(self.cells) <= _MOST_DIFFERENT and len(self.columns) * len(self.numbers) <= _MOST_PLACES


def _split(piece: bytes, columns: tuple[bytes, ...]) -> list[bytes | None]:
    """What is between rows, the number of a row, its cells by column, and so on; all is plain when nothing is between."""
    cells = b"".join(_CELL % name for name in columns)
    return re.split(rb'<row r="([1-9][0-9]{0,6}+)"[^<>/]*+(?:/>|>' + cells + _ROW_END + rb")", piece)


def thin(archive: zipfile.ZipFile, member: str) -> Thinned | None:
    """A sheet by its different cells; None where it is not plain."""
    thinned = Thinned()
    with archive.open(member) as part:
        head, begin, rest = part.read(_PIECE).partition(_BEGIN)
        if not begin or _NOT_UTF8.search(head) or b"<!" in head or b"<row" in head:
            return None
        while (end := rest.find(_END)) < 0:
            cut = rest.rfind(_ROW_END) + len(_ROW_END)
            if cut >= len(_ROW_END):
                if not thinned.add(rest[:cut]):
                    return None
                rest = rest[cut:]
            more = part.read(_PIECE)
            if not more or len(rest) > _LONGEST_PIECE:
                return None
            rest += more
        tail = rest[end:] + part.read(_LONGEST_PIECE)
        if part.read(1) or b"<!" in tail or b"<row" in tail or tail.count(b"sheetData") > 1:
            return None
    thinned.beside = head + begin + tail
    return thinned if thinned.add(rest[:end]) and thinned.numbers else None


def thin_workbook(archive: zipfile.ZipFile, members: Mapping[str, str]) -> tuple[io.BytesIO | None, dict[str, Thinned]]:
    """A workbook with its plain sheets thinned, and these by name; no workbook where none is plain.

    members: the name of each sheet -> its part. The parts that are no sheets and hold no XML are left out.
    """
    sheets = set(members.values())
    beside = [
        one for one in archive.infolist() if one.filename not in sheets and one.filename.endswith((".xml", ".rels"))
    ]
    if sum(one.file_size for one in beside) > _MOST_BESIDE:
        return None, {}
    by_part = {part: found for part in sheets & archive.NameToInfo.keys() if (found := thin(archive, part))}
    if not by_part:
        return None, {}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as written:
        for one in beside:
            written.writestr(one.filename, archive.read(one))
        for part in sheets & archive.NameToInfo.keys():
            written.writestr(part, by_part[part].xml() if part in by_part else archive.read(part))
    out.seek(0)
    return out, {name: by_part[part] for name, part in members.items() if part in by_part}
