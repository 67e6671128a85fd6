"""Collect every text that pages show into the catalogues of translations: `python -m docs.words`.

Texts are found in the code (`_("…")`, `N_("…")`, `_.plural("…", "…", n)`, also inside f-strings, which Babel's own
reader of Python skips) and in the templates. Translations that stand already are kept; what is missing is printed.
"""

import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from schemas import vocabulary
from schemas.declare import Column, Dataset
from schemas.dictionary import vocabularies_of
from schemas.jurisdiction import jurisdiction
from schemas.languages import DOMAIN, DRAFT, LANGUAGES, catalogue_path, read_catalogue, whole
from schemas.registry import all_rules, datasets

ROOT = Path(__file__).parents[1]
PLACES = ("dashboard", "etl", "schemas")
HEADER = """\
# Words of Daylight in {name}.
# {draft}. Until a person has certified this file, pages in this language say so;
# to certify it, put your name into Last-Translator (docs/how-to/translate.md).
"""
GLOSSARY = "# Words of law and of method, the same everywhere:"
"""Below this line of a catalogue's head stand the words that its translators agreed on; they are kept as they are."""
FIXED = datetime(2026, 1, 1, tzinfo=UTC)
"""Catalogues carry no day of their own: the same texts give the same bytes, and git knows the day."""
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
Found = tuple[int, str, str | tuple[str, str], list[str]]


def texts_of_python(fileobj: IO[bytes], keywords: object, comment_tags: object, options: object) -> Iterator[Found]:  # noqa: ARG001
    """The texts marked for translation in a Python file, as Babel wants them."""
    for node in ast.walk(ast.parse(fileobj.read())):
        if not isinstance(node, ast.Call):
            continue
        texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if isinstance(node.func, ast.Name) and node.func.id in {"_", "N_", "self"} and texts[:1]:
            yield node.lineno, "_", texts[0], []
        elif isinstance(node.func, ast.Attribute) and node.func.attr == "plural" and len(texts) > 1:
            yield node.lineno, "plural", (texts[0], texts[1]), []


def _texts_of(declared: Dataset) -> Iterator[str]:
    """What a dataset says of itself, its rules included."""
    yield from (declared.title, declared.summary, declared.one_row_is, declared.disclosure.reason, *declared.caveats)
    yield from (rule.says for rule in all_rules(declared))


def _texts_of_column(column: Column) -> tuple[str, ...]:
    return column.label, column.description, column.unit, column.caveat


def texts_of_data() -> Iterator[tuple[str, str]]:
    """The texts of the declarations that pages read from a release, each with the place where it is declared."""
    county = jurisdiction()
    for declared in datasets():
        place = f"schemas/datasets/{declared.id}.py"
        yield from ((text, place) for text in _texts_of(declared) if text)
        for column in declared.published_columns:
            yield from ((text, place) for text in _texts_of_column(column) if text)
        for one in declared.indicators:
            unit = () if one.unit == "share" else (one.unit,)
            goal = (one.target.words,) if one.target else ()
            yield from ((text, place) for text in (one.title, one.counted, one.caveat, *unit, *goal) if text)
    yield from ((text, f"schemas/jurisdictions/{county.id}/jurisdiction.toml") for text in (county.audit,) if text)
    yield from ((event.label, f"schemas/jurisdictions/{county.id}/events.csv") for event in county.events)
    yield from ((law.says, f"schemas/jurisdictions/{county.id}/law.csv") for law in county.law.values())
    yield from ((event.says, f"schemas/jurisdictions/{county.id}/events.csv") for event in county.events)
    for name in vocabularies_of(datasets()):
        place = vocabulary.path_of(name).relative_to(ROOT).as_posix()
        yield from ((label, place) for label in vocabulary.labels(name).values())


def template() -> Catalog:
    """Every text of the code and of the templates, each with the files it stands in."""
    found: dict[Any, set[str]] = {}
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            method: Any = {".py": texts_of_python, ".j2": "jinja2"}.get(path.suffix)
            if method is None:
                continue
            name = path.relative_to(ROOT).as_posix()
            for _line, message, _comments, _context in extract_from_file(
                method, path, keywords={"_": None, "N_": None, "plural": (1, 2)}
            ):
                if message and message != "op":
                    found.setdefault(message, set()).add(name)
    for text, name in texts_of_data():
        found.setdefault(text, set()).add(name)
    catalogue = Catalog(domain=DOMAIN, project="Daylight", charset="utf-8")
    for message, names in sorted(found.items(), key=lambda item: (min(item[1]), str(item[0]))):
        catalogue.add(message, locations=[(name, None) for name in sorted(names)])
    return catalogue


def missing(catalogue: Catalog) -> list[Message]:
    """The messages of a catalogue that are not translated, or whose translation waits for a look (fuzzy)."""
    return [m for m in catalogue if m.id and not whole(m)]


def _strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, list | tuple) else (message.string,)


def unlike(message: Message) -> set[str]:
    """The placeholders that a message and its translation do not share."""
    ids = message.id if isinstance(message.id, list | tuple) else (message.id,)
    asked = {name for text in ids for name in _PLACEHOLDER.findall(text)}
    return {name for text in _strings(message) if text for name in asked ^ set(_PLACEHOLDER.findall(text))}


def glossary(catalogue: Catalog) -> str:
    """The agreed words at the head of a catalogue; only their heading where there are none yet."""
    _head, _, words = str(catalogue.header_comment).partition(GLOSSARY)
    return GLOSSARY + words.rstrip()


def updated(code: str, texts: Catalog) -> Catalog:
    """A language's catalogue with today's texts; translations of texts that are gone are dropped."""
    path = catalogue_path(code)
    old = read_catalogue(code) if path.is_file() else Catalog(locale=LANGUAGES[code].locale, last_translator=DRAFT)
    new = Catalog(
        locale=LANGUAGES[code].locale, domain=DOMAIN, project="Daylight", charset="utf-8",
        last_translator=old.last_translator, language_team=LANGUAGES[code].name, fuzzy=False,
        header_comment=HEADER.format(name=LANGUAGES[code].name, draft=DRAFT.capitalize()) + glossary(old),
        msgid_bugs_address="", creation_date=FIXED, revision_date=FIXED,
    )  # fmt: skip
    for message in texts:
        if message.id:
            kept = old.get(message.id)
            new.add(
                message.id, kept.string if kept else None, locations=message.locations, flags=kept.flags if kept else ()
            )
    return new


def main() -> None:
    """Bring every catalogue up to date and say what each still lacks."""
    texts = template()
    for code in LANGUAGES:
        if code == "en":
            continue
        catalogue = updated(code, texts)
        catalogue_path(code).parent.mkdir(parents=True, exist_ok=True)
        with catalogue_path(code).open("wb") as file:
            write_po(file, catalogue, width=120, omit_header=False, include_lineno=False)
        lacking = missing(catalogue)
        sys.stdout.write(f"{code}: {len(texts) - len(lacking)} of {len(texts)} texts translated\n")
        if "--list" in sys.argv:
            sys.stdout.writelines(f"  {message.id}\n" for message in lacking)


if __name__ == "__main__":
    main()
