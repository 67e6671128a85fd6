"""Cells of a table as the portal takes and gives them, in one form in which two can be compared.

A portal gives numbers as text with whatever zeros they have, dates with a midnight, and leaves empty cells out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

KEY = "row_id"
"""The row identifier: the values of the key's columns with `|` between, since a portal knows keys of one column only."""

TEXT, NUMBER, DAY = "text", "number", "calendar_date"
_MIDNIGHT = "T00:00:00"
Row = Mapping[str, str | None]


def plain(value: object, kind: str) -> str | None:
    """One cell in the form in which cells are compared; None where it is empty. ValueError for no number."""
    if value is None or (kind != TEXT and value == "") or (isinstance(value, float) and value != value):  # noqa: PLR0124
        return None
    if kind == NUMBER:
        return _plain_number(value)
    text = str(value)
    if kind == DAY:
        day, _, fraction = text.partition(".")
        return day.removesuffix(_MIDNIGHT) if not fraction.strip("0") else text
    return text or None


def _plain_number(value: object) -> str:
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError(f"{value!r} is no number") from None
    if not number.is_finite():
        raise ValueError(f"{value!r} is no number")
    digits = format(number, "f") if number else "0"  # not normalize(), which rounds to 28 digits
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _or_as_it_is(value: object, kind: str) -> str | None:
    """For cells of others: what is no number is itself, and so equal to none of ours."""
    try:
        return plain(value, kind)
    except ValueError:
        return f"not a number: {value}"


@dataclass(frozen=True)
class Difference:
    """How a portal's table differs from ours, by row identifier."""

    new: tuple[str, ...]
    gone: tuple[str, ...]
    changed: tuple[str, ...]
    first: str = ""

    def __bool__(self) -> bool:
        return bool(self.new or self.gone or self.changed)

    def __str__(self) -> str:
        told = f"{len(self.new)} new, {len(self.gone)} gone, {len(self.changed)} changed"
        return f"{told} (first: {self.first})" if self.first else told


def _by_key(
    rows: Iterable[Mapping[str, Any]], kinds: Mapping[str, str]
) -> tuple[dict[str, dict[str, str | None]], int]:
    table: dict[str, dict[str, str | None]] = {}
    twice = 0
    for row in rows:
        cells = {name: _or_as_it_is(row.get(name), kind) for name, kind in kinds.items()}
        key = cells[KEY] or ""
        twice += key in table
        table[key] = cells
    return table, twice


def difference(ours: Iterable[Row], theirs: Iterable[Mapping[str, Any]], kinds: Mapping[str, str]) -> Difference:
    """Compare two tables cell by cell. `kinds` are the columns that count, with their types on the portal."""
    mine, _ = _by_key(ours, kinds)
    shown, twice = _by_key(theirs, kinds)
    new, gone = sorted(mine.keys() - shown.keys()), sorted(shown.keys() - mine.keys())
    changed = sorted(key for key in mine.keys() & shown.keys() if mine[key] != shown[key])
    first = ""
    if changed:
        column = next(name for name in kinds if mine[changed[0]][name] != shown[changed[0]][name])
        first = f"{changed[0]}, {column}"
    elif new or gone:
        first = (new or gone)[0]
    if twice:
        gone.append(f"{twice} rows that are there twice")
    return Difference(tuple(new), tuple(gone), tuple(changed), first or (gone[-1] if gone else ""))
