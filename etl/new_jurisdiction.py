"""A new county's folder, filled in from `schemas/skeleton`: what it needs to load, and nothing that nobody read.

Law of the county is cited as to be confirmed, agencies and facilities have general names, and no target is set that
state law does not set. Only what is in `schemas` is opened; the caller writes.
"""

import csv
import io
import json
import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from schemas.jurisdiction import ROOT, read_rows
from schemas.registry import declared_datasets

SKELETON = ROOT / "skeleton"
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_MOST_LETTERS = 60


@dataclass(frozen=True)
class NewCounty:
    """What a person tells of a new county: the folder's name, how it is called, and its state, where one is known."""

    name: str
    title: str
    state: str = ""


def states() -> tuple[str, ...]:
    """The states whose law comes with the program."""
    return tuple(sorted(path.name for path in (ROOT / "states").iterdir() if path.is_dir()))


def faults(county: NewCounty, taken: Iterable[str]) -> list[str]:
    """What is wrong with what a person told, in words; `taken` are the names of counties that are there."""
    found = []
    if not NAME.fullmatch(county.name) or len(county.name) > _MOST_LETTERS:
        found.append("A name is written in small letters, digits and single underscores, such as example_county.")
    if county.name in taken:
        found.append(f"The county {county.name} comes with the program: choose another name.")
    if not county.title[:1].isalpha() or not county.title.isprintable() or len(county.title) > 2 * _MOST_LETTERS:
        found.append(
            "A title is one line of at most 120 signs that begins with a letter: “Example County, Washington”."
        )
    if county.state and county.state not in states():
        found.append(
            f"There is no state “{county.state}”. These are: {', '.join(states())}. Leave --state out for another."
        )
    return found


def _quoted(text: str) -> str:
    """A text as TOML writes it; JSON's strings of one line are TOML's."""
    return json.dumps(text, ensure_ascii=False)


def _words(county: NewCounty) -> dict[str, str]:
    area = county.name.upper()
    lines = [
        f"- {one.id}: {one.title} (`{declared.id}`)" for declared in declared_datasets() for one in declared.indicators
    ]
    return {
        "{title}": county.title, "{title_quoted}": _quoted(county.title), "{area}": area, "{area_quoted}": _quoted(area),
        "{publisher_quoted}": _quoted(f"{county.title} (to be confirmed)"),
        "{area_label}": county.title, "{indicators}": "\n".join(sorted(lines)),
        "{state_line}": "\n# Whose statutes, events and lists the county shares: schemas/states.\n"
                        f"state = {_quoted(county.state)}\n" if county.state else "",
    }  # fmt: skip


def _filled(text: str, words: dict[str, str]) -> str:
    return re.sub(r"\{\w+\}", lambda match: words.get(match[0], match[0]), text)


def _table(path: Path, words: dict[str, str], leave_out: set[str]) -> str:
    """A list with the county's words in its cells, without the rows whose key the county's state answers for."""
    out = io.StringIO()
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    table = csv.writer(out, lineterminator="\n")
    table.writerow(header)
    table.writerows([_filled(cell, words) for cell in row] for row in rows if row[0] not in leave_out)
    return out.getvalue()


def skeleton(county: NewCounty) -> dict[str, str]:
    """The files of a new county's folder: path -> text."""
    words = _words(county)
    law = ROOT / "states" / county.state / "law.csv"
    answered = {row["key"] for row in read_rows(law)} if county.state else set()
    found = {}
    for path in sorted(SKELETON.rglob("*")):
        if path.is_file():
            leave_out = answered if path.name == "law.csv" else set()
            is_list = path.suffix == ".csv"
            text = _table(path, words, leave_out) if is_list else _filled(path.read_text(encoding="utf-8"), words)
            found[path.relative_to(SKELETON).as_posix()] = text
    return found


def next_steps(county: NewCounty, place: Path, *, found_by_itself: bool) -> list[str]:
    """What a person does next, line by line. found_by_itself: the settings already name the folder it lies in."""
    where = [] if found_by_itself else [f"export DAYLIGHT_JURISDICTIONS={shlex.quote(str(place.parent.absolute()))}"]
    return [
        f"Wrote {place}. Everything in it that says “to be confirmed” is for a person to confirm. Next:",
        *(f"  {line}" for line in (
            *where, f"export DAYLIGHT_JURISDICTION={county.name}", "daylight datasets",
            "daylight template ice_requests -o ice_requests.xlsx", "daylight check ice_requests.xlsx",
            "daylight build --submissions inbox --out var/releases",
        )),
        f"{place / 'README.md'} says what each file is for.",
    ]  # fmt: skip
