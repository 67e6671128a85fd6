"""Does a text hold the name of a person? Pairs such as “First Last” and “LAST, FIRST”, and a title before a last name.

Names are known from the United States Census lists of the `names` package (1990), and from a list of names that these
lists lack and that are common among people whom detainers name. What reads like a name and is none is sorted out
deterministically: words of our own lists, words for places, offices and firms, and pairs of which both are places.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import resources

from etl.name_lists import (
    ENGLISH_GIVEN,
    FAMILY_ENDS,
    NOT_NAMES,
    ORGANISATIONS,
    PLACES,
    STRONG_FAMILY,
    STRONG_FAMILY_ENDS,
    STRONG_GIVEN,
    WEAK_GIVEN,
)
from schemas.jurisdiction import DEFAULT
from schemas.registry import datasets
from schemas.vocabulary import codes
from schemas.vocabulary import names as vocabularies

_PARTICLES = frozenset("""
de la del los las da dos do das van von bin binti ibn al el y e di du le
""".strip().split())  # fmt: skip
_LINKS = frozenset({"and", "of", "the", "for", "&", "-"})
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*\.?|&")
_TITLE = re.compile(
    r"\b(?:M(?:r|rs|s)\.?|Miss|Sra?\.|Srta\.|(?i:inmate|detainee|defendant|prisoner|arrestee|suspect|subject|victim|witness))"
    r"[:\s]+([A-Z][A-Za-z'-]+)"
)
_TWO_CAPITALISED = re.compile(r"\b[A-Z][A-Za-z'.-]*\W{1,3}(?:[A-Za-z]{1,5}\.?\W{1,2}){0,3}[A-Z]")
_TITLES = ("mr", "ms", "miss", "sr", "inmate", "detainee", "defendant", "prisoner", "arrestee", "suspect", "subject",
           "victim", "witness")  # fmt: skip
_LONGEST_PLACE = 200
_COMMON_FAMILY, _COMMON_GIVEN = 300, 0.02
_REMEMBERED = 1 << 15
_SHORT = 200
"""Longer texts are not remembered."""

_ONE_DIGIT = str.maketrans("123456789", "000000000")


@cache
def _given_names() -> dict[str, float]:
    """Given names of the Census lists with the share of people, in percent, who have them."""
    found: dict[str, float] = {}
    for file in ("dist.female.first", "dist.male.first"):
        for line in (resources.files("names") / file).read_text(encoding="utf-8").splitlines():
            name, share = line.split()[:2]
            found[name] = max(found.get(name, 0.0), float(share))
    return found


@cache
def _family_names() -> dict[str, int]:
    """Last names of the Census list with their rank."""
    lines = (resources.files("names") / "dist.all.last").read_text(encoding="utf-8").splitlines()
    return {line.split()[0]: rank for rank, line in enumerate(filter(str.strip, lines), start=1)}


@cache
def _ordinary_words(county: str) -> frozenset[str]:
    """The words of a county's lists and declarations: a text made of them names an office or a place."""
    texts = [code.label for name in vocabularies(county) for code in codes(name, county)]
    for dataset in datasets(county):
        texts += [dataset.title, dataset.summary]
        for column in dataset.columns:
            texts += [column.label, column.description]
        texts += [text for example in dataset.examples for text in example.values()]
    return NOT_NAMES | {word.upper() for text in texts for word in re.findall(r"[A-Za-z]+", text)}


def _folded(text: str) -> str:
    """Letters without accents, one kind of apostrophe: José and Jose are one name."""
    apart = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ʼ", "'"))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


@lru_cache(maxsize=_REMEMBERED)
def _parts(word: str) -> frozenset[str]:
    """A name as the lists write it: capitals without apostrophes; both parts of a double name, and the whole."""
    plain = word.upper().rstrip(".").replace("'", "")
    return frozenset(part for part in (*plain.split("-"), plain.replace("-", "")) if len(part) > 1)


def _is_given(parts: frozenset[str]) -> bool:
    return bool(parts & (STRONG_GIVEN | WEAK_GIVEN)) or any(part in _given_names() for part in parts)


def _is_family(parts: frozenset[str]) -> bool:
    known = any(part in STRONG_FAMILY or part in _family_names() for part in parts)
    return known or any(len(part) > 5 and part.endswith(FAMILY_ENDS) for part in parts)


def _is_surely_family(parts: frozenset[str]) -> bool:
    return any(part in STRONG_FAMILY or (len(part) > 5 and part.endswith(STRONG_FAMILY_ENDS)) for part in parts)


@lru_cache(maxsize=_REMEMBERED)
def _are_a_person(given: str, family: str, county: str) -> bool:
    """Whether two words are a given and a last name, and not words for something else."""
    first, last = _parts(given), _parts(family)
    if not first or not last or (first | last) & _ordinary_words(county) or (first <= PLACES and last <= PLACES):
        return False
    if any((one, two) in ORGANISATIONS for one in first for two in last):
        return False
    if _is_given(first) and _is_family(last):
        return True
    return bool(first & STRONG_GIVEN) or (_is_surely_family(last) and not first & PLACES)


def _pairs(text: str) -> Iterator[tuple[re.Match[str], re.Match[str], str]]:
    """Two capitalised words with what stands between them; initials and particles such as “de la” are left out."""
    words = list(_WORD.finditer(text))
    for at, first in enumerate(words):
        if not first[0][0].isupper() or len(first[0].rstrip(".")) < 2:
            continue
        end = first.end()
        for word in words[at + 1 : at + 5]:
            between = text[end : word.start()].strip()
            if between not in ("", ","):
                break
            if word[0][0].isupper() and len(word[0].rstrip(".")) > 1:
                yield first, word, text[first.end() : word.start()]
                break
            if word[0] not in _PARTICLES and len(word[0].rstrip(".")) > 1:
                break
            end = word.end()


def _goes_on_to_a_place(text: str, county: str) -> bool:
    """Whether the capitalised words that follow a pair end in a word for a place or office."""
    for word in text.split()[:8]:
        plain = word.rstrip(".,;:)")
        if plain.upper() in _ordinary_words(county) and plain[:1].isupper():
            return True
        if not (plain[:1].isupper() or plain in _LINKS) or plain != word.rstrip("."):
            return False
    return False


def _in_lower_case(text: str, county: str) -> bool:
    """Whether a whole text is a name that was typed without capitals."""
    if not text.islower():
        return False
    words = [word.strip(",.") for word in text.split()]
    if not 2 <= len(words) <= 4 or not all(map(str.isalpha, words)):
        return False
    given, family = words[0].upper(), words[-1].upper()
    if {given, family} & (_ordinary_words(county) | ENGLISH_GIVEN):
        return False
    is_given = given in STRONG_GIVEN or _given_names().get(given, 0) >= _COMMON_GIVEN
    return is_given and (family in STRONG_FAMILY or _family_names().get(family, _COMMON_FAMILY) < _COMMON_FAMILY)


def _is_listed(text: str, family: str, given: str, county: str) -> bool:
    """Whether a whole text is “LAST, FIRST” as in a register: the last name is known, the given one may be any word."""
    first, last = _parts(given), _parts(family)
    if not text.isupper() or not text.startswith(family) or len(text.split()) > 4 or any(map(str.isdigit, text)):
        return False
    return bool(first) and _is_family(last) and not (first | last) & (_ordinary_words(county) | PLACES)


def names_a_person(text: str, county: str = DEFAULT) -> bool:
    """Whether a text holds the name of a person; what the county's lists name is none."""
    text = text if text.isascii() else _folded(text)
    return _named_in(text.translate(_ONE_DIGIT), county) if len(text) <= _SHORT else _named_in.__wrapped__(text, county)


@lru_cache(maxsize=_REMEMBERED)
def _named_in(text: str, county: str) -> bool:
    """The same for a text without accents; no digit means another than any other, so they come here as one."""
    for parts in _titled(text):
        if parts and _is_family(parts) and not parts & _ordinary_words(county):
            return True
    if not _TWO_CAPITALISED.search(text):
        return _in_lower_case(text, county)
    for first, second, between in _pairs(text):
        if "," in between:
            found = _are_a_person(second[0], first[0], county) or _is_listed(text, first[0], second[0], county)
        else:
            found = _are_a_person(first[0], second[0], county)
            turned = _is_surely_family(_parts(first[0])) and _is_given(_parts(second[0]))
            found = found or (turned and _are_a_person(second[0], first[0], county))
            found = found and not _goes_on_to_a_place(text[second.end() : second.end() + _LONGEST_PLACE], county)
        if found:
            return True
    return False


def _titled(text: str) -> list[frozenset[str]]:
    """The names that follow a title, such as Mr., or the word detainee."""
    lower = text.lower()
    if lower == text:
        return []
    for title in _TITLES:
        if title in lower:
            return [_parts(match[1]) for match in _TITLE.finditer(text)]
    return []
