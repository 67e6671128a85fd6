"""The answer to the person who sent a file: a page to open, a table for the terminal.

Plain words, every finding with its row, its column and what to do. Nothing here repeats the value of a cell, and nothing
is a link: the page can be printed, forwarded, and opened without a network.
"""

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from etl.findings import Finding
from etl.judging import Judged
from etl.report import listed, verdict
from etl.static import render
from schemas.rules import Level

_NEXT = {
    "accepted": "Nothing is wrong with it, and there is nothing to do.",
    "accepted_with_warnings": "It can be used as it is. Read the warnings: correct what is wrong and send the file again; "
    "what is right may stay.",
    "refused": "Correct the errors and send the whole file again. Every error that could be seen is listed.",
}
_PERSONAL = "It holds, or seems to hold, personal data: no copy of it was kept. Take it out and send the file again."
_TITLES = {"accepted": "Accepted", "accepted_with_warnings": "Accepted, with warnings", "refused": "Refused"}
_HOLDS = "The figures are not published until somebody accepts this by name."
_NARROWEST = 60
_LONGEST_COLUMN = 24


@dataclass(frozen=True, kw_only=True)
class Line:
    """One finding as a person reads it."""

    severity: str
    is_error: bool
    code: str
    sheet: str
    row: str
    column: str
    label: str
    title: str
    message: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One file's verdict in words, and its findings in the order of the file."""

    file: str
    dataset: str
    rows: int
    verdict: str
    title: str
    counts: str
    next_step: str
    lines: tuple[Line, ...]
    omitted: int


def _printable(text: str) -> str:
    """A text that cannot steer a terminal: names of files and sheets come from outside."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)


def _line(finding: Finding, labels: dict[str, str]) -> Line:
    is_error = finding.severity is Level.ERROR
    advice = finding.advice or finding.kind.advice
    return Line(
        severity="error" if is_error else "warning", is_error=is_error, code=finding.kind.code,
        sheet=_printable(finding.sheet or ""), row=str(finding.row) if finding.row else "", column=finding.column or "",
        label=labels.get(finding.column or "", ""), title=finding.kind.title, message=_printable(finding.message),
        advice=f"{advice} {_HOLDS}" if finding.holds else advice,
    )  # fmt: skip


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def has_personal_data(judged: Judged) -> bool:
    """Whether the file was refused for personal data (R26), so that nothing of it may be copied or kept."""
    return any(finding.kind.code == "R26" for finding in judged.findings)


def answer_for(judged: Judged) -> Answer:
    """What to tell the person who sent one file."""
    kept, omitted = listed(judged.findings)
    said, dataset = verdict(judged.findings), judged.validated.dataset
    labels = {column.name: column.label for column in dataset.columns} if dataset else {}
    levels = Counter(finding.severity for finding in judged.findings)
    counts = [_counted(levels[level], str(level)) for level in (Level.ERROR, Level.WARNING) if levels[level]]
    return Answer(
        file=_printable(judged.file.name), dataset=dataset.title if dataset else "dataset not recognised",
        rows=judged.validated.rows, verdict=said, title=_TITLES[said], counts=" and ".join(counts) or "no findings",
        next_step=_PERSONAL if has_personal_data(judged) else _NEXT[said],
        lines=tuple(_line(finding, labels) for finding in kept), omitted=omitted,
    )  # fmt: skip


def answer_page(judged: Sequence[Judged]) -> str:
    """A page of HTML that says of each file whether it was accepted, and every finding with what to do."""
    answers = [answer_for(one) for one in judged]
    refused = sum(answer.verdict == "refused" for answer in answers)
    title = f"{_counted(refused, 'file')} of {len(answers)} refused" if refused else "All files accepted"
    return render("answer.html.j2", {"title": title, "answers": answers})


def _cell_lines(text: str, width: int) -> list[str]:
    """A text broken into lines; the name of a column may break after an underscore."""
    spaced = text.replace("_", "_\N{ZERO WIDTH SPACE}") if " " not in text else text
    if spaced == text:
        return textwrap.wrap(text, width) or [""]
    lines, current = [], ""
    for part in spaced.split("\N{ZERO WIDTH SPACE}"):
        if current and len(current) + len(part) > width:
            lines.append(current)
            current = ""
        current += part
    return [*lines, current]


def _table(lines: Sequence[Line], width: int) -> list[str]:
    """Row, column, what is wrong, what to do: side by side, wrapped, with a rule below the header."""
    rows = [(line.row or "file", line.column, f"{line.severity.upper()} {line.code} {line.title}. {line.message}",
             line.advice) for line in lines]  # fmt: skip
    header = ("Row", "Column", "What is wrong", "What to do")
    first = max(len(cell) for cell in (header[0], *(row[0] for row in rows)))
    second = min(_LONGEST_COLUMN, max(len(cell) for cell in (header[1], *(row[1] for row in rows))))
    rest = width - first - second - 6
    widths = (first, second, rest - rest * 2 // 5, rest * 2 // 5)
    printed = []
    for row in (header, *rows):
        cells = [_cell_lines(cell, size) for cell, size in zip(row, widths, strict=True)]
        for number in range(max(len(cell) for cell in cells)):
            parts = [cell[number] if number < len(cell) else "" for cell in cells]
            printed.append("  ".join(part.ljust(size) for part, size in zip(parts, widths, strict=True)).rstrip())
        if row is header:
            printed.append("  ".join("-" * size for size in widths))
    return printed


def _stacked(lines: Sequence[Line], width: int) -> list[str]:
    """The findings one below the other, for a terminal too narrow for a table."""
    printed = []
    for line in lines:
        place = ", ".join(part for part in (f"row {line.row}" if line.row else "whole file", line.column) if part)
        said = (place, f"{line.severity.upper()} {line.code} {line.title}. {line.message}", line.advice)
        for indent, text in zip(("", "  ", "  "), said, strict=True):
            printed += textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent)
        printed.append("")
    return printed[:-1]


def terminal_table(judged: Sequence[Judged], width: int) -> str:
    """The answer for a terminal of that many columns: each file's verdict, and a table of its findings."""
    width = max(width, 20)
    printed: list[str] = []
    for answer in map(answer_for, judged):
        about = f"{answer.file} ({answer.dataset}, {_counted(answer.rows, 'row')})"
        printed += textwrap.wrap(about, width)
        printed += textwrap.wrap(f"{answer.title.upper()}: {answer.counts}. {answer.next_step}", width)
        if answer.lines:
            draw = _table if width >= _NARROWEST else _stacked
            printed += ["", *draw(answer.lines, width)]
        if answer.omitted:
            printed += ["", f"… and {answer.omitted:,} more of the same kinds."]
        printed.append("")
    return "\n".join(printed[:-1])
