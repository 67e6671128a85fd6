"""R26: does a header or a text name a person, or carry something that identifies one?

First line of defence is the closed list of columns. These rules say *why* an unknown column is refused, and look at the
few free-text cells. A finding never repeats what was found.
"""

import re
from itertools import pairwise

_BANNED = """
name names firstname lastname surname forename middlename dob birth birthdate birthday born ssn anumber alien alienno
aliennumber booking bookingno bookingnumber ccn inmate inmateid detainee country citizenship nationality ethnicity race
sex gender age address street zip phone telephone mobile email fbi sid cii passport casenumber subject charge charges
"""
_BANNED_WORDS = frozenset(_BANNED.split())
_BANNED_PAIRS = (("a", "number"), ("a", "no"), ("case", "number"), ("case", "no"), ("booking", "id"), ("person", "id"))
_PATTERNS = (
    ("an e-mail address", re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")),
    ("an alien registration number", re.compile(r"\bA[- #]?\d{3}[- ]?\d{3}[- ]?\d{2,3}\b", re.IGNORECASE)),
    ("a social security number", re.compile(r"\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b")),
    ("a telephone number", re.compile(r"(?<!\d)(?:\+?1[-. ]?)?\(?[2-9]\d{2}\)?[-. ]\d{3}[-. ]\d{4}(?!\d)")),
    ("a date of birth", re.compile(r"\b(?:dob|born|birth\w*)\b\W*\d", re.IGNORECASE)),
    ("a booking or case number",
     re.compile(r"\b(?:booking|ccn|case|cause|inmate|ba)\s*(?:no\.?|number|id|#)?\W*\d{4,}", re.IGNORECASE)),
)  # fmt: skip


def words_of(header: str) -> list[str]:
    """The words of a column name: `personDOB`, `Person DOB` and `person_dob` are the same."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return [word for word in re.split(r"[^a-z0-9]+", spaced.lower()) if word]


def banned_header(header: str) -> bool:
    """Whether a header that is no column of the dataset asks for personal data."""
    words = words_of(header)
    pairs = set(pairwise(words))
    return bool(_BANNED_WORDS & {*words, "".join(words)}) or bool(pairs & set(_BANNED_PAIRS))


def identifier_in(text: str) -> str | None:
    """What kind of identifier a text holds, in words; None when it holds none that is recognised."""
    for kind, pattern in _PATTERNS:
        if pattern.search(text):
            return kind
    return None
