"""What an exhibit is, and the parts that all of them share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboard.charts import overlay, theme
from dashboard.charts.plots import Plot, data_of
from dashboard.edition import ALL_AGENCIES, SAMPLE, Edition, Event, Measure
from dashboard.wording import Wording
from schemas.marks import SIGNS, Mark


@dataclass(frozen=True)
class Choice:
    """What the reader chose: an agency, and how many periods back (0 for all)."""

    agency: str = ALL_AGENCIES
    months: int = 0


@dataclass(frozen=True)
class Exhibit:
    """One thing to show. `headline`, `notes` and the table are plain text: whoever prints them escapes them.

    `code` is its name in addresses and never changes; `plot` is the prepared chart.
    """

    code: str
    title: str
    headline: str
    plot: Plot
    table: pd.DataFrame
    source: str
    datasets: tuple[str, ...]
    law: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def data(self) -> pd.DataFrame:
        """The figures of the chart as they are published."""
        return data_of(self.plot)

    def alt(self, _: Wording) -> str:
        """What the chart says, for readers who do not see it."""
        return _("Chart: {title}. {headline} The same figures follow as a table.", title=self.title,
                 headline=self.headline)  # fmt: skip


def unit_of(measure: Measure, _: Wording) -> str:
    """What the figures of an indicator count."""
    return _("Share of cases") if measure.is_share else _("Number of {unit}", unit=measure.unit)


def frame_of(edition: Edition, title: str, subtitle: str, *datasets: str, share: bool = False) -> theme.Frame:
    """The frame of a chart; it carries the mark of sample data when anything in it is made up."""
    sample = SAMPLE if any(edition.is_sample(dataset) for dataset in datasets) else ""
    return theme.Frame(title, subtitle, sample, share=share)


def event_key(events: Sequence[Event], periods: Sequence[str], _: Wording) -> tuple[str, ...]:
    """The key to the numbered lines: one line for each event within the periods."""
    if not periods:
        return ()
    first, last = theme.middle(periods[0]).replace(day=1), theme.middle(periods[-1])
    return tuple(described(event, _) for event in overlay.within(events, first, max(first, last)))


def described(event: Event, _: Wording) -> str:
    """An event in one line, and whether its text was confirmed."""
    said = _("Line {number}: {day}. {says}", number=event.number, day=_.day(event.on), says=event.says)
    return said if event.trust == "primary" else f"{said} {_('(to be confirmed)')}"


def cell_rows(cells: pd.DataFrame, names: tuple[str, str], _: Wording) -> pd.DataFrame:
    """One row for each period and thing, newest first: three columns fit a phone."""
    ordered = cells.sort_values(["period", "row"], ascending=[False, True])
    period = [_.period(period) for period in ordered["period"]]
    return pd.DataFrame({_("Period"): period, names[0]: list(ordered["row"]), names[1]: list(ordered["said"])})


def sign(mark: str) -> str:
    """What stands in a table for a figure that is not there."""
    return SIGNS[Mark(mark)]


def day_or_blank(value: object, _: Wording) -> str:
    """An ISO date in words; blank when there is none."""
    return _.day(date.fromisoformat(str(value))) if str(value) else ""
