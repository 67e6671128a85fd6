"""Whether a figure changed or only varied: the usual range of a count (XmR), and two stretches of time compared.

Full counts have no sampling error; what varies is the process behind them. So a count is judged by its own month-to-month
variation, and two shares by the interval of their difference. Nothing is compared across a change of law or policy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import sqrt

import pandas as pd

from schemas.process import Limits, limits_of
from schemas.shares import wilson

NORMAL_95 = 1.959963984540054
RUN = 8
LEAST_CASES = 5
"""Below this denominator two shares are not compared."""
LEAST_STRETCH, MOST_STRETCH = 3, 12


class Direction(StrEnum):
    """What became of a figure."""

    UP = "up"
    DOWN = "down"
    STEADY = "steady"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Stretch:
    """Some months taken together."""

    first: str
    last: str
    numerator: float
    denominator: float | None


@dataclass(frozen=True)
class Change:
    """Two stretches of time and whether they differ by more than chance."""

    direction: Direction
    before: Stretch | None = None
    now: Stretch | None = None


def usual_range(points: pd.DataFrame) -> Limits | None:
    """XmR limits of a monthly count from its first twelve months; None where counts are too small or too few."""
    known = points[points["value"].notna()]
    return limits_of(
        [(str(period), float(value)) for period, value in zip(known["period"], known["value"], strict=True)]
    )


def signal(points: pd.DataFrame, limits: Limits) -> Direction:
    """Whether the last month lies outside the usual range, or the last eight all on one side of its centre."""
    values = [float(value) for value in points["value"].dropna()]
    if not values:
        return Direction.UNKNOWN
    last = values[-RUN:]
    if values[-1] > limits.high or (len(last) == RUN and min(last) > limits.centre):
        return Direction.UP
    if values[-1] < limits.low or (len(last) == RUN and max(last) < limits.centre):
        return Direction.DOWN
    return Direction.STEADY


def difference(before: Stretch, now: Stretch) -> Direction:
    """Whether two shares (Newcombe's interval) or two counts (their difference against its Poisson spread) differ."""
    if before.denominator is None or now.denominator is None:
        gap, spread = now.numerator - before.numerator, NORMAL_95 * sqrt(now.numerator + before.numerator)
        return _side(gap - spread, gap + spread)
    if min(before.denominator, now.denominator) < LEAST_CASES:
        return Direction.UNKNOWN
    if not (_is_part(before) and _is_part(now)):
        return Direction.UNKNOWN
    one, other = now.numerator / now.denominator, before.numerator / before.denominator
    (low_1, high_1), (low_2, high_2) = (
        wilson(now.numerator, now.denominator),
        wilson(before.numerator, before.denominator),
    )
    gap = one - other
    down = sqrt((one - low_1) ** 2 + (high_2 - other) ** 2)
    up = sqrt((high_1 - one) ** 2 + (other - low_2) ** 2)
    return _side(gap - down, gap + up)


def _is_part(stretch: Stretch) -> bool:
    return stretch.denominator is not None and 0 <= stretch.numerator <= stretch.denominator


def _side(low: float, high: float) -> Direction:
    return Direction.UP if low > 0 else Direction.DOWN if high < 0 else Direction.STEADY


def change_of(points: pd.DataFrame, breaks: Sequence[date], *, stock: bool = False) -> Change:
    """The months since the last change of law, their later half against their earlier half.

    Each half has at most twelve months and at least three; months without a figure are left out. `breaks` are the days on
    which law or policy changed; the month of a break belongs to neither side. Of a `stock` (what was open or done at the
    end of a month) the last month of each half is taken, since its months cannot be added up.
    """
    periods = [str(period) for period in points["period"]]
    crossed = [_month(day) for day in breaks if periods and periods[0] <= _month(day) <= periods[-1]]
    after = points[points["period"] > max(crossed)] if crossed else points
    known = after[after["value"].notna()]
    half = min(len(known) // 2, MOST_STRETCH)
    if half < LEAST_STRETCH:
        return Change(Direction.UNKNOWN)
    earlier, later = known.iloc[-2 * half : -half], known.iloc[-half:]
    before, now = (_together(part.tail(1) if stock else part) for part in (earlier, later))
    return Change(difference(before, now), before, now)


def _month(day: date) -> str:
    return f"{day.year}-{day.month:02d}"


def _together(points: pd.DataFrame) -> Stretch:
    numbers = points["numerator"].where(points["numerator"].notna(), points["value"]).astype("float64")
    total = points["denominator"].astype("float64")
    periods = list(points["period"])
    return Stretch(periods[0], periods[-1], float(numbers.sum()), float(total.sum()) if total.notna().all() else None)
