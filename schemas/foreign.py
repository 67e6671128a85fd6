"""A release read in another language: what it says of itself in that language, and the English that remains.

English words are marked where they are taken, and told to the browser where they are printed.

A text without a translation, and text of the data itself, stays in English. Between two private characters it goes
through sentences and tables as any other text; on the finished page it becomes `<span lang="en">`, so that a screen
reader speaks it as English. In attributes, titles and pictures, which can hold no span, only the characters go.
"""

import gettext
import json
import re
from collections.abc import Mapping
from typing import Any

from schemas.languages import wording
from schemas.wording import Wording

OPEN, CLOSE = "\ue000", "\ue001"
_PARTS = re.compile(r"(<(?:title|style|script|svg)\b.*?</(?:title|style|script|svg)>|<[^>]*>)", re.DOTALL)
_SIGNS = re.compile(f"([{OPEN}{CLOSE}])")


class English(gettext.NullTranslations):
    """What is asked when a catalogue has no translation: the English text, marked."""

    def gettext(self, message: str) -> str:
        """The message, marked."""
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """The English form for a number, marked."""
        return self.gettext(msgid1 if n == 1 else msgid2)


_BEHIND = English()


def marked(code: str) -> Wording:
    """The words of a language for pages; what its catalogue lacks comes in English, marked."""
    return wording(code, _BEHIND)


def english(text: str, _: Wording) -> str:
    """Text of the data that is in English whatever the language of the page; marked on pages of other languages."""
    return text if _.language == "en" or not text else f"{OPEN}{text}{CLOSE}"


def spoken(entry: Mapping[str, Any], _: Wording, *names: str) -> dict[str, Any]:
    """An entry of a release's definitions with the texts of these names in a language."""
    said = {
        name: [_(text) for text in entry[name]] if isinstance(entry[name], list) else _(entry[name])
        for name in names if entry.get(name)
    }  # fmt: skip
    return {**entry, **said}


def spoken_definition(definition: Mapping[str, Any], _: Wording) -> dict[str, Any]:
    """The definition of a table in a language; names, codes and citations stay as they are."""
    said = spoken(definition, _, "title", "one_row_is", "summary", "caveats")
    said["columns"] = [spoken(one, _, "label", "description", "unit", "caveat") for one in definition["columns"]]
    said["rules"] = [spoken(one, _, "says") for one in definition["rules"]]
    return {**said, "disclosure": spoken(definition["disclosure"], _, "reason")}


def unmarked(text: str) -> str:
    """A text without the private characters."""
    return _SIGNS.sub("", text)


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A value of JSON without the private characters in any of its texts."""
    return json.loads(unmarked(json.dumps(value, ensure_ascii=False)))


def _told(text: str) -> str:
    """The text between two tags, with a span around what is marked; a mark within a mark adds nothing."""
    said, depth = "", 0
    for part in _SIGNS.split(text):
        if part == OPEN:
            said += '<span lang="en">' if depth == 0 else ""
            depth += 1
        elif part == CLOSE:
            said += "</span>" if depth == 1 else ""
            depth = max(depth - 1, 0)
        else:
            said += part
    return said + ("</span>" if depth else "")


def told(page: str) -> str:
    """A finished page on which the browser is told what is in English."""
    if not _SIGNS.search(page):
        return page
    parts = enumerate(_PARTS.split(page))
    return "".join(_printed(part, is_tag=place % 2 == 1) if _SIGNS.search(part) else part for place, part in parts)


def _printed(part: str, *, is_tag: bool) -> str:
    return unmarked(part) if is_tag else _told(part)
