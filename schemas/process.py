"""The usual range of a monthly count (XmR): what varies by chance, from its own first year. For pages and for papers.

Full counts have no sampling error; what varies is the process behind them, judged by its own month-to-month variation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

XMR = 2.66
"""Limits stand this many mean moving ranges from the mean (3 divided by the constant 1.128 of ranges of two)."""
LEAST_MEAN = 5.0
"""Below this mean a month the lower limit would lie under zero: no limits are drawn."""
BASELINE = 12
"""The months whose mean and moving range set the limits; they are the first of the series and stay frozen."""


@dataclass(frozen=True)
class Limits:
    """The usual range of a monthly count and the months that set it."""

    centre: float
    low: float
    high: float
    first: str
    last: str


def limits_of(known: Sequence[tuple[str, float]]) -> Limits | None:
    """XmR limits from the first twelve months of a series, each a period and its count; None where there are too few.

    Months without a figure are left out before; counts below five a month on average have no limits.
    """
    base = known[:BASELINE]
    if len(known) <= BASELINE:
        return None
    values = [value for _period, value in base]
    centre = sum(values) / len(values)
    if centre < LEAST_MEAN:
        return None
    moving = [abs(one - other) for one, other in pairwise(values)]
    reach = XMR * sum(moving) / len(moving)
    return Limits(centre, max(0.0, centre - reach), centre + reach, base[0][0], base[-1][0])
