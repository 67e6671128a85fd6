"""What differs between two releases, cell by cell, with the reasons given; and the release notes in words.

Every change of a published cell has a class: scheduled (the agency sent a new revision of its row, as the revision
policy foresees) or correction (an error was mended). Hidden cells appear with the mark, never with a value.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date

import pandas as pd

from schemas.dictionary import ORIGIN_FIELD
from schemas.release import OpenRelease, Reason

HIDDEN = "[c]"
_REPORTING = frozenset({"status", "report_status", "method", "sample_size", "source_system", "submitted_on", "revision",
                        "supersedes", "hash"})  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One changed cell, or a whole row that is new in an old period or gone (column `(row)`)."""

    dataset: str
    key: str
    column: str
    old: str
    new: str
    change_class: str
    reason: str
    date: str
    data_origin: str = ""


Tables = Mapping[str, pd.DataFrame]
"""Published tables as text, by dataset; the key columns stand in `keys`."""

_Cell = tuple[str, str, str, str]


def _rows(table: pd.DataFrame, key: Sequence[str]) -> dict[tuple[str, ...], dict[str, str]]:
    return {tuple(row[name] for name in key): row for row in table.to_dict("records")}  # type: ignore[misc]


def _shown(row: Mapping[str, str], column: str) -> str:
    return HIDDEN if row.get(f"{column}_status") == "suppressed" else row.get(column, "")


def _reason(corrections: pd.DataFrame, dataset: str, key: Sequence[str]) -> tuple[str, str, str]:
    """Class, reason and date in the log of corrections of a row or the beginning of its key; empty where none is."""
    for row in corrections.to_dict("records"):
        parts = str(row["key"]).split("|")
        if row["dataset"] == dataset and list(key[: len(parts)]) == parts:
            return str(row.get("revision_class") or "correction"), str(row["reason"]), str(row["date"])
    return "", "", ""


def _row_changes(
    before: dict[str, str] | None, after: dict[str, str] | None, known_periods: set[str]
) -> Iterator[_Cell]:
    """(column, old, new, the class it usually has) of everything that differs between a row then and now.

    A row of a period that was not published before is new, not changed.
    """
    if before is None:
        if after is not None and after.get("period", "") in known_periods:
            yield "(row)", "", "added", "scheduled"
    elif after is None:
        yield "(row)", "published", "gone", "correction"
    else:
        for column in after:
            counted = not column.endswith("_status") and column not in _REPORTING
            if counted and _shown(before, column) != _shown(after, column):
                yield column, _shown(before, column), _shown(after, column), "scheduled"


def changes_of(
    dataset: str, key: Sequence[str], pair: tuple[pd.DataFrame, pd.DataFrame], corrections: pd.DataFrame
) -> list[Change]:
    """Every changed cell of one table, with the class, reason and date that the log of corrections gives."""
    if not key:
        return []
    old, new = _rows(pair[0], key), _rows(pair[1], key)
    known_periods = {row.get("period", "") for row in old.values()}
    found = []
    for place in sorted(old.keys() | new.keys()):
        before, after = old.get(place), new.get(place)
        kind, reason, when = _reason(corrections, dataset, place)
        origin = (after or before or {}).get(ORIGIN_FIELD, "")
        for column, was, is_now, usually in _row_changes(before, after, known_periods):
            found.append(Change(dataset, "|".join(place), column, was, is_now, kind or usually, reason, when, origin))
    return found


def revisions_csv(changes: Sequence[Change]) -> str:
    """revisions.csv: dataset, key, column, old, new, class, reason, date, and whether the data are real."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["class" if field.name == "change_class" else field.name for field in fields(Change)])
    writer.writerows(astuple(change) for change in changes)
    return out.getvalue()


def in_words(c: Change) -> str:
    """A changed cell with class, reason and date."""
    told = "; ".join(part for part in (c.change_class, c.reason, c.date) if part)
    return f"{c.dataset}, {c.key}, {c.column}: {c.old or 'not reported'} → {c.new or 'not reported'} ({told})"


def notes(
    title: str, changes: Sequence[Change], *, new_periods: Mapping[str, Sequence[str]], reasons: Sequence[Reason],
    facts: tuple[date, OpenRelease | None],
) -> str:  # fmt: skip
    """notes.md: what is new, what changed and why, and which warnings were accepted."""
    on, previous = facts
    lines = [f"# {title}", "", f"Release of {on.isoformat()}.", ""]
    if previous is None:
        lines += ["This is the first release: there is nothing to compare it with.", ""]
    else:
        lines += [f"Compared with release {previous.id}.", "", "## New periods", ""]
        lines += [f"- {name}: {', '.join(periods)}" for name, periods in new_periods.items() if periods] or ["None."]
        lines += ["", "## Changed figures", ""]
        lines += [f"- {in_words(change)}" for change in changes] or ["None."]
        lines.append("")
    lines += ["## Corrections and accepted warnings", ""]
    lines += [
        f"- {r.kind}, {r.code} {r.dataset} {r.period}: {r.reason} ({r.accepted_by}, {r.on})" for r in reasons
    ] or ["None."]
    return "\n".join(lines) + "\n"


def text_tables(release: OpenRelease) -> dict[str, pd.DataFrame]:
    """The tables of a release as text, as they were published."""
    return {name: text_table(release.text(f"tables/{name}.csv")) for name in release.dataset_ids()}


def text_table(text: str) -> pd.DataFrame:
    """A published CSV as text: every cell as it stands."""
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def differences(
    old: OpenRelease, new: OpenRelease | Mapping[str, pd.DataFrame], keys: Mapping[str, Sequence[str]]
) -> list[Change]:
    """Every change from one release to another; `keys` gives the key columns of each dataset."""
    before = text_tables(old)
    after = text_tables(new) if isinstance(new, OpenRelease) else dict(new)
    corrections = after.get("corrections", pd.DataFrame(columns=["dataset", "key", "reason", "date"]))
    found = []
    for name in sorted(before.keys() & after.keys()):
        found += changes_of(name, keys[name], (before[name], after[name]), corrections)
    return found


def new_periods(old: OpenRelease, after: Mapping[str, pd.DataFrame]) -> dict[str, list[str]]:
    """For each dataset, the periods that the old release did not have."""
    before = text_tables(old)
    return {
        name: sorted(set(table["period"]) - set(before[name]["period"] if name in before else []))
        for name, table in sorted(after.items()) if "period" in table
    }  # fmt: skip
