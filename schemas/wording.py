"""What pages, pictures and papers say, in a language: words, numbers, days and periods.

Message ids are English sentences with named placeholders (gettext, architecture 6); a catalogue made with Babel is all
that another language needs. Words of the data come from the release's own definitions, not from here.
"""

import gettext
from dataclasses import dataclass, field
from datetime import date


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a text of a constant for translation; it is translated where it is shown."""
    return message


MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
    N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


@dataclass(frozen=True)
class Wording:
    """The words of one language. Called with an English sentence, it gives that sentence in the language."""

    language: str = "en"
    translations: gettext.NullTranslations = field(default_factory=gettext.NullTranslations, compare=False)

    @property
    def direction(self) -> str:
        """Which way the language is written: `ltr` or `rtl`, as HTML's `dir` wants it."""
        return "rtl" if self.language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, its placeholders filled in."""
        text = self.translations.gettext(message)
        return text.format(**values) if values else text

    def plural(self, one: str, many: str, number: int, **values: object) -> str:
        """The form of a message that fits a number; `{number}` is filled in too."""
        return self.translations.ngettext(one, many, number).format(number=self.number(number), **values)

    def number(self, value: float) -> str:
        """A number as people write it: 12,345 or 2.5, with a true minus sign."""
        return (f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}").replace("-", "−")

    def percent(self, share: float) -> str:
        """A share as a whole percentage; what is not all or none is never rounded to 100% or 0%."""
        if 0.99 < share < 1:
            return self("over 99%")
        return self("under 1%") if 0 < share < 0.01 else f"{share * 100:.0f}%".replace("-", "−")

    def day(self, day: date) -> str:
        """A day in words: 20 October 2026."""
        return self("{day} {month} {year}", day=day.day, month=self(MONTHS[day.month - 1]), year=day.year)

    def period(self, period: str) -> str:
        """A period in words: 2026-09 is September 2026, 2026-Q3 the third quarter, 2014 the year."""
        year, _, part = period.partition("-")
        if part.startswith("Q"):
            return self("quarter {quarter} of {year}", quarter=part[1:], year=year)
        return self("{month} {year}", month=self(MONTHS[int(part) - 1]), year=year) if part else year

    def short_period(self, period: str) -> tuple[str, str]:
        """A period for the axis of a chart, in two lines: (Sep, 2026), (Q3, 2026), (2014, nothing)."""
        year, _, part = period.partition("-")
        if part.startswith("Q"):
            return part, year
        return (self(MONTHS[int(part) - 1])[:3], year) if part else (year, "")


ENGLISH = Wording()
