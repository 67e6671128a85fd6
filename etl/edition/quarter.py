"""A quarter of the record: its months, and each indicator's months in it and in the quarter before."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from etl.edition.figures import Reading, main_series, readings
from etl.edition.record import Record
from etl.errors import SettingsError
from schemas.wording import Wording

_WRITTEN = re.compile(r"(\d{4})-?Q([1-4])")


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a calendar year."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def months(self) -> tuple[str, ...]:
        """Its three months, as periods."""
        return tuple(f"{self.year}-{month:02}" for month in range(self.number * 3 - 2, self.number * 3 + 1))

    @property
    def before(self) -> "Quarter":
        """The quarter before."""
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)

    def holds(self, period: str) -> bool:
        """Whether a month or quarter is in it."""
        return period in self.months or period == str(self)


def quarter(written: str) -> Quarter:
    """The quarter of 2026Q3 or 2026-Q3; SettingsError for anything else."""
    found = _WRITTEN.fullmatch(written.strip().upper())
    if not found:
        raise SettingsError(f"“{written}” is not a quarter. Write it as 2026Q3.")
    return Quarter(int(found[1]), int(found[2]))


def last_whole_quarter(data_to: str) -> Quarter | None:
    """The newest quarter whose last month has been reported; None where there is none."""
    if not re.fullmatch(r"\d{4}-\d{2}", data_to):
        return None
    year, month = int(data_to[:4]), int(data_to[5:])
    this = Quarter(year, (month + 2) // 3)
    return this if month % 3 == 0 else this.before


@dataclass(frozen=True)
class Course:
    """An indicator in a quarter: the last line of it, the last line of the quarter before, and all lines of both."""

    measure: Mapping[str, Any]
    now: Reading | None
    before: Reading | None
    lines: tuple[Reading, ...]

    def met_in(self, chosen: Quarter) -> str:
        """In how many of the judged periods of a quarter the target was met: 1/3; empty where none was judged."""
        judged = [line for line in self.lines if chosen.holds(line.period) and line.value is not None and line.met]
        return f"{sum(line.met == 'yes' for line in judged)}/{len(judged)}" if judged else ""

    def change(self, _: Wording) -> str:
        """The last figure less the one of the quarter before, in points for shares; empty where either is absent."""
        if self.now is None or self.before is None or self.now.value is None or self.before.value is None:
            return ""
        difference = self.now.value - self.before.value
        if self.measure["unit"] == "share":
            points = round(difference * 100)
            if not points:
                return _("no change")
            said = _.plural("{number} point", "{number} points", abs(points))
            return f"{'+' if points > 0 else '−'}{said}"
        return f"{'+' if difference > 0 else ''}{_.number(difference)}" if difference else _("no change")


def _last(lines: Sequence[Reading], chosen: Quarter) -> Reading | None:
    return next((line for line in reversed(lines) if chosen.holds(line.period)), None)


def course(record: Record, measure: Mapping[str, Any], chosen: Quarter) -> Course:
    """An indicator in a quarter and the one before."""
    lines = main_series(readings(record, measure["id"]))
    kept = tuple(line for line in lines if chosen.holds(line.period) or chosen.before.holds(line.period))
    return Course(measure, _last(lines, chosen), _last(lines, chosen.before), kept)


def has_figures(record: Record, chosen: Quarter) -> bool:
    """Whether the release has a line of any indicator in a quarter."""
    return any(chosen.holds(line["period"]) for lines in record.indicators.values() for line in lines)
