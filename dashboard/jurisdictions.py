"""Several counties' releases -> one table: each indicator by period and county, ranked only where a rank says something.

A rank is an order of shares on the same formula in the same period, over denominators that can bear one. A figure that
is hidden, missing, incomplete, tiny, drawn from a sample or made up stands in the table with the reason and has no rank, and
its absence moves nobody: the others are ranked among themselves.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

import pandas as pd

from dashboard.edition import ALL_AGENCIES, SAMPLE
from schemas.release import CellStatus, OpenRelease
from schemas.shares import PERCENT_FROM

COLUMNS = ("indicator", "period", "jurisdiction", "name", "release", "numerator", "denominator", "value", "target", "status",
           "data_origin", "rank", "reason")  # fmt: skip


_NUMBERS = ("numerator", "denominator", "value", "target")


class Unranked(StrEnum):
    """Why a county has no rank for an indicator and period; the first that applies is told."""

    NOT_REPORTED = "not_reported"
    SUPPRESSED = "suppressed"
    NOT_APPLICABLE = "not_applicable"
    INCOMPLETE = "incomplete"
    SAMPLE_DATA = "sample_data"
    DRAWN_SAMPLE = "drawn_sample"
    NO_DENOMINATOR = "no_denominator"
    TINY = "tiny"
    DEFINED_OTHERWISE = "defined_otherwise"
    NO_DIRECTION = "no_direction"
    ALONE = "alone"


@dataclass(frozen=True)
class Side:
    """What one county's release gives to the comparison: its indicator table and how it defines each indicator."""

    jurisdiction: str
    name: str
    release: str
    indicators: pd.DataFrame
    definitions: Mapping[str, Mapping[str, Any]]


def side_of(release: OpenRelease) -> Side:
    """A release as one side of the comparison."""
    facts = release.definition("jurisdiction")
    definitions = {entry["id"]: entry for entry in release.definition("indicators")}
    return Side(str(facts["id"]), str(facts["name"]), release.id, release.indicators(), definitions)


def compared(releases: Iterable[OpenRelease]) -> pd.DataFrame:
    """The comparison of several counties' releases. ValueError when two are of the same county."""
    return comparison([side_of(release) for release in releases])


def comparison(sides: Sequence[Side]) -> pd.DataFrame:
    """One row for each indicator, period and county, whether it has a figure or not.

    The table is sorted by indicator and period; within these the ranked come first, in order, then the others by name.
    Rank 1 is best by the direction of the target; equal shares have equal ranks. The same sides in another order give the
    same table. ValueError when two sides are of the same county.
    """
    ids = [side.jurisdiction for side in sides]
    if len(set(ids)) < len(ids):
        raise ValueError("A county is compared with itself: give one release of each.")
    lines = {side.jurisdiction: _lines(side) for side in sides}
    keys = sorted({key for some in lines.values() for key in some}, key=_order)
    ordered = sorted(sides, key=lambda side: (side.name, side.jurisdiction))
    rows = [row for key in keys for row in _group(key, [(side, lines[side.jurisdiction].get(key)) for side in ordered])]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    kinds = dict.fromkeys(COLUMNS, "str") | dict.fromkeys(_NUMBERS, "Float64") | {"rank": "Int64"}
    return table.astype(kinds)


Key = tuple[str, str]
"""An indicator and a period."""


def _order(key: Key) -> tuple[int, str, str]:
    digits = "".join(sign for sign in key[0].partition("_")[0] if sign.isdigit())
    return int(digits or 0), key[0], key[1]


def _lines(side: Side) -> dict[Key, dict[str, Any]]:
    """What a county as a whole states for each indicator and period."""
    found: dict[Key, dict[str, Any]] = {}
    for key, rows in side.indicators.groupby(["indicator", "period"], sort=False):
        records = rows.to_dict("records")
        whole = [record for record in records if record["agency"] == ALL_AGENCIES]
        missing = any(record["reporting"] in ("missing", "incomplete") for record in records)
        line = {str(name): value for name, value in (whole or records)[0].items()}
        if not whole and len(records) > 1:  # an agency is silent and the others were not added up
            line |= dict.fromkeys(("numerator", "denominator", "value"), pd.NA)
        partial = missing and any(record["status"] == CellStatus.SHOWN for record in records)
        found[str(key[0]), str(key[1])] = {**line, "partial": partial or (not whole and len(records) > 1)}
    return found


def _group(key: Key, lines: Sequence[tuple[Side, dict[str, Any] | None]]) -> list[dict[str, Any]]:
    """The rows of one indicator and period, ranked where they can be."""
    definitions = [side.definitions[key[0]] for side, line in lines if line is not None]
    direction = _direction(definitions)
    real = any(line and line["data_origin"] != SAMPLE and pd.notna(line["value"]) for _, line in lines)
    rows = [_row(key, side, line) for side, line in lines]
    for row, (_, line) in zip(rows, lines, strict=True):
        row["reason"] = _reason(line, definitions, direction, real=real)
    able = [row for row in rows if not row["reason"]]
    if len(able) == 1:
        able[0]["reason"] = Unranked.ALONE
    elif able:
        merits = {row["jurisdiction"]: _merit(row, direction) for row in able}
        for row in able:
            row["rank"] = 1 + sum(other > merits[row["jurisdiction"]] for other in merits.values())
    return sorted(rows, key=lambda row: (row["rank"] is pd.NA, 0 if row["rank"] is pd.NA else row["rank"]))


def _row(key: Key, side: Side, line: dict[str, Any] | None) -> dict[str, Any]:
    told = line or {"status": CellStatus.NOT_REPORTED}
    copied = (*_NUMBERS, "status", "data_origin")
    return {
        "indicator": key[0], "period": key[1], "jurisdiction": side.jurisdiction, "name": side.name, "release": side.release,
        **{name: told.get(name, "" if name == "data_origin" else pd.NA) for name in copied}, "rank": pd.NA, "reason": "",
    }  # fmt: skip


def _direction(definitions: Sequence[Mapping[str, Any]]) -> str:
    """On which side of their targets a value is good, where all counties that set one agree; else empty."""
    told = {str(definition["target"]["direction"]) for definition in definitions if definition["target"]}
    return told.pop() if len(told) == 1 else ""


def _alike(definitions: Sequence[Mapping[str, Any]]) -> bool:
    """Whether an indicator is the same formula everywhere."""
    parts = ("unit", "numerator", "denominator", "dataset")
    return all(one[part] == definitions[0][part] for one in definitions for part in parts)


def _reason(
    line: dict[str, Any] | None, definitions: Sequence[Mapping[str, Any]], direction: str, *, real: bool
) -> str:
    """Why a figure cannot be ranked; empty where it can."""
    if line is None:
        return Unranked.NOT_REPORTED
    if line["status"] != CellStatus.SHOWN:
        return Unranked(str(line["status"]))
    tests = (
        (line["partial"], Unranked.INCOMPLETE),
        (real and line["data_origin"] == SAMPLE, Unranked.SAMPLE_DATA),
        (pd.notna(line["low"]) or pd.notna(line["high"]), Unranked.DRAWN_SAMPLE),
        (pd.isna(line["denominator"]) or pd.isna(line["numerator"]), Unranked.NO_DENOMINATOR),
        (pd.notna(line["denominator"]) and line["denominator"] < PERCENT_FROM, Unranked.TINY),
        (not _alike(definitions), Unranked.DEFINED_OTHERWISE),
        (not direction, Unranked.NO_DIRECTION),
    )
    return next((why for applies, why in tests if applies), "")


def _merit(row: Mapping[str, Any], direction: str) -> Fraction:
    """How good a share is, exactly: the rounded value would make ties."""
    share = Fraction(str(row["numerator"])) / Fraction(str(row["denominator"]))
    return {"at_least": share, "at_most": -share, "within": -abs(share)}[direction]
