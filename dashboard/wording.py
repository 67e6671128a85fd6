"""Interface text in a language. Message ids are English sentences with named placeholders (gettext, decision 6).

Everything a page says goes through a `Wording`, so that a catalogue made with Babel (`pybabel extract -k _ -k plural:1,2
-k N_`) is the only thing another language needs. Words of the data come from the release, not from here.
"""

import gettext
import re
from dataclasses import dataclass, field
from datetime import date


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a text of a constant for translation; it is translated where it is shown."""
    return message


MONTHS = (
    N_("January"), N_("February"), N_("March"), N_("April"), N_("May"), N_("June"),
    N_("July"), N_("August"), N_("September"), N_("October"), N_("November"), N_("December"),
)  # fmt: skip
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=\"'@/])")
_SHORTCODE = re.compile(r":(?=[A-Za-z0-9_+\-]+:)")


@dataclass(frozen=True)
class Wording:
    """The words of one language. Called with an English sentence, it gives that sentence in the language."""

    language: str = "en"
    translations: gettext.NullTranslations = field(default_factory=gettext.NullTranslations, compare=False)

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, its placeholders filled in."""
        text = self.translations.gettext(message)
        return text.format(**values) if values else text

    def plural(self, one: str, many: str, number: int, **values: object) -> str:
        """The form of a message that fits a number; `{number}` is filled in too."""
        return self.translations.ngettext(one, many, number).format(number=self.number(number), **values)

    def number(self, value: float) -> str:
        """A number as people write it: 12,345 or 2.5."""
        return (f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}").replace("-", "−")

    def percent(self, share: float) -> str:
        """A share as a whole percentage."""
        return f"{share * 100:.0f}%".replace("-", "−")

    def day(self, day: date) -> str:
        """A day in words."""
        return self("{day} {month} {year}", day=day.day, month=self(MONTHS[day.month - 1]), year=day.year)

    def period(self, period: str) -> str:
        """A period in words: 2026-09 is September 2026, 2026-Q3 the third quarter, 2014 the year."""
        year, _, part = period.partition("-")
        if part.startswith("Q"):
            return self("quarter {quarter} of {year}", quarter=part[1:], year=year)
        if part:
            return self("{month} {year}", month=self(MONTHS[int(part) - 1]), year=year)
        return year

    def short_period(self, period: str) -> str:
        """A period for the axis of a chart: Sep 2026, Q3 2026, 2014."""
        year, _, part = period.partition("-")
        if part.startswith("Q"):
            return f"{part}\n{year}"
        return f"{self(MONTHS[int(part) - 1])[:3]}\n{year}" if part else year


ENGLISH = Wording()


def plain(text: object) -> str:
    """Text of the data, made safe for Markdown: nothing in it can become a link, a formula, an emoji or markup.

    Emoji shortcodes are looked for after Markdown was read, so a backslash does not stop them; an invisible word joiner
    does.
    """
    return _MARKDOWN.sub(r"\\\1", _SHORTCODE.sub(":\u2060", " ".join(str(text).split())))
