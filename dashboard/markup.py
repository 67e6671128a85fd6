"""HTML of our own: tables, lists of facts, the lines under a chart. Every text is escaped; there is no other way in.

Only elements and classes are written here; how they look is in `daylight.css`, which takes its colours from the theme.
"""

import html
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from schemas.foreign import told, unmarked


def text(value: object) -> str:
    """Any text, made safe; what is marked as English is told to be English."""
    return told(html.escape(" ".join(str(value).split()), quote=True))


def _attribute(value: object) -> str:
    """Any text as the value of an attribute."""
    return html.escape(unmarked(" ".join(str(value).split())), quote=True)


def link(address: str, words: str) -> str:
    """A link within this site, or to an https address; anything else is only its words."""
    if not address.startswith(("/", "https://")):
        return text(words)
    return f'<a href="{html.escape(address, quote=True)}">{text(words)}</a>'


def mail(address: str) -> str:
    """A link to write to somebody."""
    return f'<a href="mailto:{_attribute(address)}">{text(address)}</a>'


def languages(choices: Sequence[tuple[str, str, str]], current: str, name: str) -> str:
    """Links to the same view in other languages: code, the language's own name, address. `name` names the list."""
    here = ' aria-current="true"'
    listed = "".join(
        f'<li><a href="{html.escape(address, quote=True)}" lang="{_attribute(code)}" hreflang="{_attribute(code)}"'
        f"{here if code == current else ''}>{text(own)}</a></li>"
        for code, own, address in choices
    )
    return f'<nav aria-label="{_attribute(name)}"><ul class="dl-links dl-languages" translate="no">{listed}</ul></nav>'


def table(frame: pd.DataFrame, caption: str, kinds: Mapping[str, str] | None = None) -> str:
    """A table with a caption; its first column names the rows. `kinds` gives the class of a cell by its text.

    A wide table scrolls in a box of its own, which the keyboard reaches.
    """
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in frame.columns)
    body = "".join(_row(values, kinds or {}) for values in frame.itertuples(index=False))
    return (
        f'<div class="dl-scroll" role="region" tabindex="0" aria-label="{_attribute(caption)}"><table class="dl-table">'
        f"<caption>{text(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _row(values: Iterable[object], kinds: Mapping[str, str]) -> str:
    first, *rest = values
    cells = "".join(f"<td{_class(kinds.get(str(value), ''))}>{text(value)}</td>" for value in rest)
    return f'<tr><th scope="row">{text(first)}</th>{cells}</tr>'


def _class(name: str) -> str:
    return f' class="dl-{name}"' if name else ""


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Names and what belongs to them."""
    return f'<dl class="dl-facts">{"".join(f"<div><dt>{text(n)}</dt><dd>{text(v)}</dd></div>" for n, v in pairs)}</dl>'


def picture(wide: str, narrow: str, name: str, height: int = 0) -> str:
    """A picture that is fetched when a reader comes near it, in two widths.

    height: pixels, where the picture holds the place of something as high; otherwise it is as high as its shape asks.
    """
    high = f' height="{height}"' if height else ""
    return (
        f'<picture class="dl-picture"><source media="(max-width: 40rem)" srcset="{html.escape(narrow, quote=True)}">'
        f'<img src="{html.escape(wide, quote=True)}" alt="{_attribute(name)}"{high} loading="lazy" decoding="async"></picture>'
    )


def heading(words: str) -> str:
    """The heading of one part of a page."""
    return f"<h2>{text(words)}</h2>"


def folded(summary: str, content: str) -> str:
    """Something that a click opens; it is on the page all the same. `content` is HTML of this module."""
    return f"<details class='dl-fold'><summary>{text(summary)}</summary>{content}</details>"


def lines(items: Sequence[str]) -> str:
    """Small lines, one under the other. The items are HTML of this module."""
    return "".join(f'<p class="dl-small">{item}</p>' for item in items)


def items(entries: Sequence[str]) -> str:
    """A list. The entries are HTML of this module."""
    return f"<ul>{''.join(f'<li>{entry}</li>' for entry in entries)}</ul>"


def code(content: str) -> str:
    """Text to copy, as it stands."""
    return f'<pre class="dl-code" tabindex="0"><code translate="no">{html.escape(content)}</code></pre>'


def document(content: str) -> str:
    """A text of the release itself, as it stands. Such texts are in English."""
    return f'<pre class="dl-code" tabindex="0" lang="en">{html.escape(content)}</pre>'


def opening(title: str, question: str, *following: str) -> str:
    """How every page begins: its title, the question it answers, and what follows, which is HTML of this module."""
    return f'<h1>{text(title)}</h1><p class="dl-question">{text(question)}</p>{"".join(following)}'


def sample(mark: str, note: str) -> str:
    """The warning before figures that no agency reported."""
    return f'<p class="dl-sample dl-bad" role="note"><strong>{text(mark)}</strong> – {text(note)}</p>'


def status(sentence: str, verdict: str = "") -> str:
    """The sentence that answers a page's question; readers of screens hear it again when a choice changes it."""
    return f'<p class="dl-answer{f" dl-{verdict}" if verdict else ""}" role="status">{text(sentence)}</p>'
