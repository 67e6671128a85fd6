"""Tables for a page or a paper: headings and cells as words, every absence with its sign."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from etl.edition.figures import Reading, agencies, figure, series, verdict, who
from etl.edition.record import Record, Row
from schemas.foreign import english
from schemas.marks import NAMES, SIGNS, Mark, mark_of
from schemas.wording import Wording

MOST_CELLS, MOST_TRANSLATED = 8000, 1000
"""The most cells that a page prints of one table, so that it stays light; the file has them all. Pages in other languages
print fewer, so that a release does not grow with every language by all its tables (decision 0030)."""
_HIDDEN_IN_REVISIONS = SIGNS[Mark.SUPPRESSED]


@dataclass(frozen=True)
class Grid:
    """A table: its caption, the heads of its columns, which of them are numbers, and its rows of cells."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()


def number_text(text: str, _: Wording) -> str:
    """A published number as people write it: 1,234; what is no number stays as it is."""
    try:
        return _.number(float(text))
    except ValueError:
        return text


def _cell(row: Row, column: Mapping[str, Any], labels: Mapping[str, str], _: Wording) -> str:
    text = row[column["name"]]
    status = row.get(column["status_column"], "") if column["status_column"] else ""
    if status and status != "shown":
        return SIGNS[mark_of(status, "certified", None)]
    if column["kind"] in ("whole", "decimal"):
        return number_text(text, _)
    return labels.get(text, english(text, _) if column["kind"] == "text" else text)


def most_cells(_: Wording) -> int:
    """How many cells of one table a page in a language prints at most."""
    return MOST_CELLS if _.language == "en" else MOST_TRANSLATED


def dataset_grid(record: Record, dataset: str, _: Wording) -> Grid:
    """A published table, newest period first; its oldest rows are left out where it would not fit a light page."""
    definition = record.definition(dataset)
    columns = definition["columns"]
    rows = record.table(dataset)
    if any(column["name"] == "period" for column in columns):
        rows = sorted(rows, key=lambda row: row["period"], reverse=True)
    rows = rows[: max(most_cells(_) // len(columns), 1)]
    lists = [record.labels(column["vocabulary"]) if column["vocabulary"] else {} for column in columns]
    cells = tuple(
        tuple(_cell(row, column, known, _) for column, known in zip(columns, lists, strict=True)) for row in rows
    )
    numbers = frozenset(place for place, column in enumerate(columns) if column["kind"] in ("whole", "decimal"))
    caption = _("{title}: one row is {one_row_is}", title=definition["title"], one_row_is=definition["one_row_is"])
    return Grid(caption, tuple(column["label"] for column in columns), cells, numbers)


def signs_in(cells: Iterable[str], _: Wording) -> list[tuple[str, str]]:
    """The key to the signs of absence that these cells hold."""
    held = set(cells)
    marks = (Mark.SUPPRESSED, Mark.MISSING, Mark.NOT_APPLICABLE)
    return [(SIGNS[mark], _(NAMES[mark])) for mark in marks if SIGNS[mark] in held]


def _place(line: Reading | None, _: Wording) -> str:
    """A figure for a cell, or the sign of its absence; empty where there is no line at all."""
    if line is None:
        return ""
    sign = SIGNS[line.mark]
    if line.value is None:
        return sign
    return (
        f"{figure(line, _)} {sign}" if line.mark in (Mark.LATE, Mark.PRELIMINARY, Mark.INCOMPLETE) else figure(line, _)
    )


def history_grid(lines: Sequence[Reading], title: str, record: Record, _: Wording) -> Grid:
    """Every period of an indicator, newest first: the figure of each agency, and whether the target was met."""
    whose = agencies(lines)
    by = {(line.period, line.agency): line for agency in whose for line in series(lines, agency)}
    periods = sorted({period for period, _agency in by}, reverse=True)
    heads = (_("Period"), *(_first_up(who(agency, record, _)) for agency in whose), _("Target met?"))
    rows = tuple(
        (
            _.period(period), *(_place(by.get((period, agency)), _) for agency in whose),
            verdict(by.get((period, whose[0])), _),
        )
        for period in periods
    )  # fmt: skip
    caption = _("{title}: every period", title=title)
    return Grid(caption, heads, rows, frozenset(range(1, len(whose) + 1)))


def _first_up(words: str) -> str:
    return words[:1].upper() + words[1:]


def revisions_grid(rows: Sequence[Row], record: Record, _: Wording) -> Grid:
    """Changed cells, old and new, with the class and the reason; the first so many."""
    heads = (_("Table"), _("Row"), _("Column"), _("Was"), _("Is"), _("Kind"), _("Reason"), _("Date"))
    most = most_cells(_) // len(heads)
    cells = tuple(
        (record.title_of(row["dataset"]), row["key"].replace("|", " | "), row["column"], number_text(row["old"], _)
         or _(NAMES[Mark.MISSING]), number_text(row["new"], _) or _(NAMES[Mark.MISSING]), row["class"],
         english(row["reason"], _), row["date"])
        for row in rows[:most]
    )  # fmt: skip
    return Grid(_("Every changed figure"), heads, cells, frozenset({3, 4}))
