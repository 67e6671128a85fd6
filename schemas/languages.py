"""The languages of the record besides English: their catalogues, and numbers, days and periods as each writes them.

A catalogue is `translations/<code>/LC_MESSAGES/daylight.po`, read as it stands: nothing needs to be compiled. A word
that it does not have is shown in English.
"""

import gettext
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from babel.dates import format_date, format_skeleton, get_quarter_names
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

from schemas.wording import ENGLISH, N_, Wording

FOLDER = Path(__file__).with_name("translations")
DOMAIN = "daylight"
DRAFT = "machine-made draft, not certified by a person"
"""What a catalogue's `Last-Translator` says until a person has certified it; then it names that person."""

UNCERTIFIED = N_(
    "Machine-made draft: no person has certified these translated words. The English words are the ones that count."
)
"""What every page in a language says until a person has certified its catalogue."""


@dataclass(frozen=True)
class Language:
    """A language: its code in addresses (BCP 47), its own name for itself, and Babel's name for how it is written."""

    code: str
    name: str
    locale: str


LANGUAGES: Mapping[str, Language] = {
    one.code: one
    for one in (
        Language("en", "English", "en_US"),
        Language("es", "Español", "es_US"),
        Language("zh-Hant", "繁體中文", "zh_Hant"),
        Language("vi", "Tiếng Việt", "vi"),
        Language("so", "Soomaali", "so"),
        Language("ru", "Русский", "ru"),
        Language("ko", "한국어", "ko"),
    )
}
"""English, and the languages that a catalogue was written for."""


@dataclass(frozen=True)
class LocalWording(Wording):
    """The words of a language, with numbers and dates as Babel writes them for its locale."""

    locale: str = "en_US"
    certified: bool = False

    def __call__(self, message: str, **values: object) -> str:
        """The message in this language, its placeholders filled in."""
        said = super().__call__(message, **values)
        return _sentence(message, said) if values else said

    def plural(self, one: str, many: str, number: int, **values: object) -> str:
        """The form of a message that fits a number; `{number}` is filled in too."""
        return _sentence(one, super().plural(one, many, number, **values))

    def number(self, value: float) -> str:
        """A number as the language writes it, with one decimal place at most and a true minus sign."""
        return _number(float(value), self.locale)

    def percent(self, share: float) -> str:
        """A share as a whole percentage; what is not all or none is never rounded to 100% or 0%."""
        if 0.99 < share < 1:
            return self("over 99%")
        if 0 < share < 0.01:
            return self("under 1%")
        return str(format_percent(share, format=None, locale=self.locale)).replace("-", "−")

    def day(self, day: date) -> str:
        """A day in words, in the language's long form."""
        return str(format_date(day, format="long", locale=self.locale))

    def period(self, period: str) -> str:
        """A period in words: a month, a quarter or a year."""
        year, _, part = period.partition("-")
        if part.startswith("Q"):
            return self("quarter {quarter} of {year}", quarter=part[1:], year=year)
        if not part:
            return year
        return str(format_skeleton("yMMMM", date(int(year), int(part), 1), locale=self.locale))

    def short_period(self, period: str) -> tuple[str, str]:
        """A period for the axis of a chart, in two lines: the month or quarter, and the year."""
        year, _, part = period.partition("-")
        if part.startswith("Q"):
            return str(get_quarter_names("abbreviated", locale=self.locale)[int(part[1:])]), year
        if not part:
            return year, ""
        return str(format_date(date(int(year), int(part), 1), "MMM", locale=self.locale)), year


def _sentence(message: str, said: str) -> str:
    """What was said, as a sentence: a capital where the English has one, and one full stop after a year that has its own."""
    said = said.replace("г..", "г.")
    return said[:1].upper() + said[1:] if message[:1].isupper() else said


@lru_cache(maxsize=1 << 14)
def _number(value: float, locale: str) -> str:
    """A number as a locale writes it; kept, since tables repeat the same few numbers and Babel takes its time."""
    form = "#,##0" if value.is_integer() else "#,##0.0"
    return str(format_decimal(value, format=form, locale=locale)).replace("-", "−")


def catalogue_path(code: str) -> Path:
    """Where the catalogue of a language is kept."""
    return FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(code: str) -> Catalog:
    """The catalogue of a language. ValueError or babel's PoFileError when the file is not in gettext's format."""
    with catalogue_path(code).open("rb") as lines:
        return read_po(lines, locale=LANGUAGES[code].locale, domain=DOMAIN, abort_invalid=True)


def whole(message: Message) -> bool:
    """Whether a message is translated in all its forms, and none of them waits for a look (fuzzy)."""
    strings = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return not message.fuzzy and all(strings)


def _translations(catalogue: Catalog) -> gettext.GNUTranslations:
    """The messages of a catalogue that are translated; the others are asked of whatever stands behind it."""
    kept, compiled = Catalog(locale=catalogue.locale, fuzzy=False), io.BytesIO()
    for message in catalogue:
        if message.id and whole(message):
            kept.add(message.id, message.string)
    write_mo(compiled, kept)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def wording(code: str, behind: gettext.NullTranslations | None = None) -> Wording:
    """The words of a language; English for a code that is none of ours and for a language without a catalogue.

    behind: what is asked for a text without a translation; such a text stays as it is in English without it.
    """
    if code not in LANGUAGES or not catalogue_path(code).is_file():
        return ENGLISH
    return worded(code, read_catalogue(code), behind)


def worded(code: str, catalogue: Catalog, behind: gettext.NullTranslations | None = None) -> LocalWording:
    """The words of one of our languages as a catalogue has them. `behind` as for `wording`."""
    words = _translations(catalogue)
    if behind is not None:
        words.add_fallback(behind)
    return LocalWording(code, words, LANGUAGES[code].locale, certified=catalogue.last_translator != DRAFT)


@lru_cache(maxsize=1)
def offered() -> tuple[Language, ...]:
    """English and every language that has a catalogue, in the order in which they are offered."""
    return tuple(one for one in LANGUAGES.values() if one.code == "en" or catalogue_path(one.code).is_file())


def is_certified(_: Wording) -> bool:
    """Whether a person answers for these words. English is the source and needs nobody."""
    return _.certified if isinstance(_, LocalWording) else True
