"""Numbers and words that identify a person: registration numbers, telephone numbers, addresses, dates of birth and such.

Either the shape of the digits tells, or a word beside them does. Used by `etl.identifiers`.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_NO = r"\s*(?i:no\.?|number|num\.?|id|#)"
_GAP = r"\W{0,3}"
_NO_PERIOD = r"(?!(?:19|20)\d{2}(?:-(?:0[1-9]|1[0-2]|Q[1-4]))?(?![\d-]))"
_REFERENCE = _NO_PERIOD + r"[A-Za-z]{0,4}-?\d[\d-]{3,}"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}"
_STREET = r"(?i:st|street|ave|avenue|rd|road|blvd|boulevard|dr|drive|ln|lane|ct|pl)\b"
_BY_SHAPE = {
    "an alien registration number": (
        r"\b(?:A[- #:.]{0,3}|a[-#]{0,2})\d{3}[- .]?\d{3}[- .]?\d{1,3}\b",
        r"\b(?:IOE|WAC|LIN|SRC|EAC|MSC|NBC|YSC)\d{10}\b",
    ),
    "a social security number": (
        r"\b(?!000|666|9\d\d)\d{3}(?P<by>[-. ])(?!00)\d{2}(?P=by)(?!0000)\d{4}\b",
        r"\b9\d\d-[5-9]\d-\d{4}\b",
    ),
    "a telephone number": (
        r"(?<![\d-])(?:\+?1[-. ]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])\d{3}[-. ]\d{4}(?![\d-])",
        r"\+\d{1,3}[ .-]\d[\d .-]{7,12}\d",
    ),
    "a booking or case number": (r"\b\d{2}-[1-9]-\d{5}-\d\b",),
}
"""What is recognised by its digits alone; each has at least seven."""

_BY_WORD = (
    ("an e-mail address", ("@",), (r"[\w.+-]{1,64}@[\w-]{1,63}\.\w",)),
    ("an alien registration number", ("alien", "uscis", "a-", "a num", "a no", "a file", "anum", "afile", "a#"), (
        r"(?i:\b(?:alien|uscis|a[- ]?(?:number|num|no|file)\b|a#)[\s\w.#:]{0,24}?\W\d{3}[- ]?\d{3}[- ]?\d{1,3}\b)",
    )),
    ("a social security number", ("ssn", "itin", "social", "xx", "**"), (
        r"\b(?i:ssn|itin|social security)\b" + f"(?:{_NO})?" + _GAP + r"\d{3}[- ]?\d{2}[- ]?\d{4}\b",
        r"\b[Xx]{3}-?[Xx]{2}-?\d{4}\b|\*{3}-\*{2}-\d{4}\b",
    )),
    ("a telephone number", ("phone", "tel", "cell", "mobile", "call"), (
        r"\b(?i:(?:tele)?phone|tel|cell|mobile|call)\b\.?" + f"(?:{_NO})?" + _GAP + r"(?:\d{10}|\d{3}[-. ]\d{4})\b",
    )),
    ("a date of birth", ("dob", "o.b", "born", "birth"), (
        r"(?i:\b(?:d\.?o\.?b\.?|born|birth[a-z]{0,5})\b\W{0,6}(?:on|date|is|in)?\W{0,6}(?:\d|" + _MONTH + r"\W{1,3}\d))",
    )),
    ("a booking or case number", ("book", "bkg", "ccn", "inmate", "b/a", "ba ", "ba#", "case", "cause", "docket", "incident"), (
        r"\b(?i:booking|bkg|ccn|inmate|b/?a)" + f"(?:{_NO})?" + _GAP + _REFERENCE,
        r"\b(?i:case|cause|docket|incident)" + _NO + _GAP + _REFERENCE,
        r"\b(?i:case|cause)\s\d{6,}",
    )),
    ("a number of a document or register",
     ("passport", "fbi", "sid", "cii", "pcn", "ucn", "fins", "visa", "licen"), (
        r"\b(?i:passport|fbi|sid|cii|pcn|ucn|fins|visa|licen[cs]e)\b" + f"(?:{_NO})?" + _GAP + r"[A-Z]{0,3}-?\d{5,}",
        r"\b(?i:licen[cs]e plate)" + _GAP + r"[A-Z0-9]{5,8}\b",
    )),
    ("a street address",
     (" st", " ave", " rd", " road", " blvd", "boulevard", " dr", " ln", " lane", " ct", " pl", " way", " box"), (
        r"\b\d{1,5}\s+(?:[NSEW]{1,2}\.?\s+)?(?:[A-Z][\w.]{0,30}|\d{1,3}(?:st|nd|rd|th))(?:\s+[A-Z][\w.]{0,30})?\s+" + _STREET,
        r"\b\d{3,5}\s(?:[A-Z][\w.]{0,30}\s){1,4}Way\b",
        r"(?i:\bP\.?\s?O\.?\s+Box\s+\d)",
    )),
    ("a nationality or citizenship", ("citizen", "national", "born in", "country of"), (
        r"\b(?i:citizen(?:ship)? of|nationality(?: of|:)|national of|born in|country of (?:birth|origin|citizenship)\W)\s*[A-Z]",
        r"\b(?!American)[A-Z][a-z]+(?:an|ese|ish|i)\s(?:national|citizen)\b",
    )),
)  # fmt: skip
"""What is recognised by a word or sign: (kind, the words without one of which it cannot be, the ways to write it).

All but the last hold a digit or an @.
"""

_SHAPES = tuple((kind, re.compile("|".join(ways))) for kind, ways in _BY_SHAPE.items())
_WORDS = tuple((kind, words, re.compile("|".join(ways))) for kind, words, ways in _BY_WORD)
_Kind = tuple[str, tuple[str, ...], re.Pattern[str]]
_SHORT = 200
"""Of so many signs, texts that differ only in their digits are looked through for words once."""

_NO_DIGITS = str.maketrans("", "", "0123456789")
_DIGIT_OR_AT = re.compile(r"[\d@]")
_SEVEN_DIGITS = re.compile(r"\d(?:\D{0,3}\d){6}")

_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))


def as_typed(text: str) -> str:
    """A text in plain signs: digits of any width, one kind of dash and of blank, no invisible marks."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return "".join(" " if sign.isspace() else sign for sign in plain if unicodedata.category(sign) != "Cf")


def pattern_in(plain: str) -> str | None:
    """What kind of identifier a text in plain signs holds, in words; None when none is recognised."""
    if _SEVEN_DIGITS.search(plain):
        for kind, pattern in _SHAPES:
            if pattern.search(plain):
                return kind
    lower = plain.lower()
    if not _DIGIT_OR_AT.search(plain):
        possible = _possible_kinds(lower, _WORDS[-1:])
    elif len(lower) <= _SHORT:
        possible = _possible(lower.translate(_NO_DIGITS))
    else:
        possible = _possible_kinds(lower, _WORDS)
    return next((kind for kind, pattern in possible if pattern.search(plain)), None)


def _possible_kinds(lower: str, kinds: Iterable[_Kind]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The kinds of which a text in small letters holds a word."""
    return tuple((kind, pattern) for kind, words, pattern in kinds if any(map(lower.__contains__, words)))


@lru_cache(maxsize=1 << 14)
def _possible(wording: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The kinds that a text without its digits can be; no word that is looked for holds a digit, so none is missed."""
    return _possible_kinds(wording, _WORDS)
