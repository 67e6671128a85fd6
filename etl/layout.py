"""Where in a sheet the table is: its header row, its columns, and the rows that are not data.

People put titles above the header, leave rows and columns blank, merge cells, and add a row of totals below. All of
that is recognised here; what cannot be told apart safely is left for the checks to refuse.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from schemas.declare import MadeBy
from schemas.registry import datasets

_LOOKED_AT = 40
"""How many of the first rows may be titles above the header."""

_TOTALS = re.compile(r"(grand |sub ?)?(total|sum)s?( all| overall)?:?", re.IGNORECASE)
_QUOTES = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'", "\u200b": "", "\ufeff": "", "\u2060": ""}
)

Row = tuple[int, tuple[str, ...]]
"""The number of a row that a person sees, and its cells."""


@dataclass(frozen=True)
class SheetTable:
    """A table as it stands in a file: header cells, and below it rows of text with the number a person sees.

    Cells are addressed by row number and position in the header. `merged` holds cells that were filled from a merged
    cell above, or that share one cell with a neighbour; `set_aside` are the numbers of rows of totals. `outside` are the
    texts that are not read as data (titles, rows of totals, cells without a header), each with its row: they are
    searched for personal data and for nothing else.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    sheet: str | None = None
    header_row: int = 1
    positions: tuple[int, ...] = ()
    numbers_as_text: frozenset[tuple[int, int]] = frozenset()
    merged: frozenset[tuple[int, int]] = frozenset()
    headless: tuple[tuple[int, int], ...] = ()
    set_aside: tuple[int, ...] = ()
    formulas: frozenset[tuple[int, int]] = frozenset()
    formulas_without_value: frozenset[tuple[int, int]] = frozenset()
    errors: frozenset[tuple[int, int]] = frozenset()
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    outside: tuple[tuple[int, str], ...] = field(default=(), repr=False)


def clean(cell: str) -> str:
    """Blanks around a cell, no-break spaces and invisible marks mean nothing; typographic quotes become plain."""
    if cell.isascii():
        return cell.strip()
    return cell.translate(_QUOTES).replace("\u00a0", " ").replace("\u202f", " ").strip()


class _Cleaned(dict[str, str]):
    """A cell -> the same cell clean; each different cell is cleaned once."""

    def __missing__(self, cell: str) -> str:
        self[cell] = found = clean(cell)
        return found


def plain(header: str) -> str:
    """A header as it is compared: any case, any width of letters, underscores and blanks alike."""
    return " ".join(unicodedata.normalize("NFKC", clean(header)).casefold().replace("_", " ").split())


@cache
def known_headers() -> frozenset[str]:
    """The names and labels of all columns of all datasets that can be submitted, as they are compared."""
    return frozenset(
        plain(words)
        for dataset in datasets() if dataset.made_by is not MadeBy.DAYLIGHT
        for column in dataset.columns for words in (column.name, column.label)
    )  # fmt: skip


def header_score(cells: Sequence[str], known: frozenset[str]) -> int:
    """How many cells of a row are headers of some dataset."""
    return sum(plain(cell) in known for cell in cells if cell)


def find_header(rows: Sequence[Row], known: frozenset[str]) -> int:
    """The index of the header row: the first of the rows that hold the most known headers, else the first row."""
    scores = [header_score(cells, known) for _, cells in rows[:_LOOKED_AT]]
    best = max(scores, default=0)
    return scores.index(best) if best > 1 else 0


def is_totals(cells: Sequence[str]) -> bool:
    """Whether a row is a row of totals: the first cell that is not empty says so."""
    first = next((cell for cell in cells if cell), "")
    return bool(_TOTALS.fullmatch(first))


def _without_totals(rows: list[Row]) -> tuple[list[Row], list[int]]:
    """The rows without those of totals at the end, and the numbers of these."""
    aside: list[int] = []
    while rows and is_totals(rows[-1][1]):
        aside.insert(0, rows[-1][0])
        rows = rows[:-1]
    return rows, aside


def table_in(rows: Sequence[Row], *, sheet: str | None = None) -> SheetTable | None:
    """The table in the rows of a sheet, blank rows left out; None when the sheet is empty.

    rows: every row with its number; cells by position from 0.
    """
    cleaned = _Cleaned().__getitem__
    filled = [(number, cells) for number, raw in rows if any(cells := tuple(map(cleaned, raw)))]
    if not filled:
        return None
    at = find_header(filled, known_headers())
    header_row, header = filled[at]
    body, aside = _without_totals(filled[at + 1 :])
    width = max((len(cells) for _, cells in filled[at:]), default=0)
    header = (*header, *[""] * (width - len(header)))
    positions = tuple(place for place, cell in enumerate(header) if cell)
    gaps = [place for place, cell in enumerate(header) if not cell]
    unnamed = [
        (number, place, cells[place]) for number, cells in (body if gaps else ())
        for place in gaps if place < len(cells) and cells[place]
    ]  # fmt: skip
    unread = [(number, cells) for number, cells in filled if number < header_row or number in aside]
    outside = [(number, cell) for number, cells in unread for cell in cells if cell]
    outside += [(number, cell) for number, _, cell in unnamed]
    kept = tuple(
        (number, cells if len(cells) == len(positions) == width
         else tuple(cells[p] if p < len(cells) else "" for p in positions))
        for number, cells in body
    )  # fmt: skip
    return SheetTable(
        header=tuple(header[place] for place in positions), rows=kept, sheet=sheet, header_row=header_row,
        positions=positions, headless=tuple((number, place + 1) for number, place, _ in unnamed),
        set_aside=tuple(aside), outside=tuple(outside),
    )  # fmt: skip
