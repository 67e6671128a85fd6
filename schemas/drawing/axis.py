"""Where figures and periods stand on a picture: round ticks up the side, months along the foot."""

import math
import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.drawing.scene import AXIS, GRID, INK, QUIET, Rule, Text
from schemas.wording import Wording

_STEPS = (1, 2, 5, 10)
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
MOST_LABELS = 8
_PARTS = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff\uff01-\uff5e][、。，．；：！？）」』》〉”’%]*|[^\s\u2e80-\u9fff]+\s*|\s+"
)
"""What is not broken over two lines: a Chinese or Japanese letter with the signs that end it, or a word."""


def months(period: str) -> float:
    """The middle of a period in months since year 0, so that months, quarters and years share an axis."""
    year, _, part = period.partition("-")
    start = int(year) * 12
    if part.startswith("Q"):
        return start + (int(part[1:]) - 1) * 3 + 1.5
    return start + int(part) - 0.5 if part else start + 6.0


def ticks(low: float, high: float, *, whole: bool = False, most: int = 5) -> tuple[float, ...]:
    """Round numbers from `low` to `high` or just beyond, in about so many steps; whole numbers where `whole`."""
    rough = max((high - low) / most, 1.0 if whole else 1e-9)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in _STEPS if power * each >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(number * step, 10) for number in range(first, last + 1))


@dataclass(frozen=True)
class Plot:
    """The field in which figures are drawn: its edges in pixels, and what its ends stand for."""

    left: float
    right: float
    top: float
    bottom: float
    first: float
    last: float
    low: float
    high: float

    def x(self, period: str) -> float:
        """The place of a period."""
        return self.at(months(period))

    def at(self, month: float) -> float:
        """The place of a moment, in months."""
        span = max(self.last - self.first, 1.0)
        return round(self.left + (month - self.first) / span * (self.right - self.left), 1)

    def y(self, value: float) -> float:
        """The place of a value."""
        share = (value - self.low) / max(self.high - self.low, 1e-9)
        return round(self.bottom - share * (self.bottom - self.top), 1)


def side(plot: Plot, values: Sequence[float], texts: Sequence[str]) -> tuple[list[Rule], list[Text]]:
    """Faint lines across and their figures at the left; zero, or else the lowest line, is the axis."""
    base = 0.0 if plot.low <= 0 <= plot.high else plot.low
    rules = [
        Rule(plot.left, plot.y(value), plot.right, plot.y(value), AXIS if value == base else GRID) for value in values
    ]
    return rules, [Text(plot.left - 7, plot.y(value), text, "right") for value, text in zip(values, texts, strict=True)]


def _named(order: Sequence[str]) -> list[str]:
    """The periods that are named: at most so many, at even steps; months so that the steps meet the turn of a year."""
    if all(len(period) == 7 and "Q" not in period for period in order) and len(order) > MOST_LABELS:
        numbers = [round(months(period) - 0.5) for period in order]
        step = next((s for s in _MONTH_STEPS if (numbers[-1] - numbers[0]) / s < MOST_LABELS), 120)
        return [p for p, number in zip(order, numbers, strict=True) if number % step == 0]
    step = -(-len(order) // MOST_LABELS)
    return list(order[:: step or 1])


def foot(plot: Plot, periods: Sequence[str], _: Wording, *, y: float) -> tuple[list[Rule], list[Text]]:
    """Short strokes and the names of some periods below, so few that they never touch; the year where it is needed."""
    chosen = _named(sorted(set(periods), key=months))
    rules = [Rule(plot.x(period), plot.bottom, plot.x(period), plot.bottom + 5, AXIS) for period in chosen]
    texts = []
    shown_year = ""
    for period in chosen:
        name, year = _.short_period(period)
        texts.append(Text(plot.x(period), y, name, "center"))
        if year and year != shown_year:
            texts.append(Text(plot.x(period), y + 15, year, "center"))
        shown_year = year
    return rules, texts


def folded(words: str, wide: int) -> list[str]:
    """Words in lines of at most so many letters; a letter of Chinese, Japanese or Korean is as wide as two.

    Chinese and Japanese are broken between any two letters, but never before a sign that ends something.
    """
    if not any(map(_is_wide, words)):
        return textwrap.wrap(words, wide)
    lines = [""]
    for part in _PARTS.findall(words):
        if lines[-1] and sum(1 + _is_wide(letter) for letter in lines[-1] + part.rstrip()) > wide:
            lines.append("")
        lines[-1] += part if lines[-1] else part.lstrip()
    return [line.strip() for line in lines if line.strip()]


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def heading(lines: Sequence[tuple[str, str]], *, wide: int = 74) -> tuple[list[Text], float]:
    """Lines at the top left, folded by number of letters, as (kind, words); returns them and the height they take.

    Kinds: title (bold), sample (bold), said (plain).
    """
    texts, y = [], 10.0
    for kind, words in lines:
        narrow = wide - 14 if kind == "title" else wide
        for line in folded(words, narrow):
            size, weight = (14, "bold") if kind == "title" else (12, "bold" if kind == "sample" else "normal")
            texts.append(Text(2, y, line, "left", size, QUIET if kind == "said" else INK, weight))
            y += 18
    return texts, y
