"""Interface text in a language, for pages: the words of `schemas.wording`, and text of the data made safe for Markdown."""

import re

from schemas.foreign import unmarked
from schemas.wording import ENGLISH, MONTHS, N_, Wording

__all__ = ["ENGLISH", "MONTHS", "N_", "Wording", "plain"]

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&^=\"'@/])")
_SHORTCODE = re.compile(r":(?=[A-Za-z0-9_+\-]+:)")


def plain(text: object) -> str:
    """Text of the data, made safe for Markdown: nothing in it can become a link, a formula, an emoji or markup.

    Emoji shortcodes are looked for after Markdown was read, so a backslash does not stop them; an invisible word joiner
    does.
    """
    return _MARKDOWN.sub(r"\\\1", _SHORTCODE.sub(":\u2060", " ".join(unmarked(str(text)).split())))
