"""A record for tests of pages and papers: every declared table with its own example, and chosen indicator lines."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date

import pytest

from etl.edition.record import Record
from schemas.declare import Dataset
from schemas.dictionary import (
    dataset_definition,
    indicator_definition,
    law_definition,
    published_fields,
    vocabulary_texts,
)
from schemas.jurisdiction import jurisdiction
from schemas.registry import datasets
from schemas.release import Reason, canonical_json

LINE = ("indicator", "period", "agency", "numerator", "denominator", "value", "met", "status", "reporting")
Line = tuple[object, ...]
NOTICE: tuple[Line, ...] = (
    ("K2", "2026-08", "ALL", 16, 19, 0.8421, "no", "shown", "certified"),
    ("K2", "2026-09", "ALL", 21, 25, 0.84, "no", "shown", "certified"),
    ("K2", "2026-09", "DAJD", 20, 24, 0.8333, "no", "shown", "certified"),
    ("K1", "2026-09", "DAJD", 0, "", 0, "yes", "shown", "certified"),
)


def csv_text(heads: Sequence[str], rows: Sequence[Mapping[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, heads, restval="", lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _example(one: Dataset) -> list[dict[str, str]]:
    rows = [{"data_origin": "SAMPLE DATA", **cells} for cells in one.examples]
    statuses = {f.name: "shown" for f in published_fields(one) if f.of}
    return [{**statuses, **row} for row in rows]


def _record_of_lines(
    lines: Sequence[Line] = NOTICE, *, tables: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
    changed: Mapping[str, str] | None = None, origin: str = "sample", reasons: tuple[Reason, ...] = (),
    revisions: Sequence[Mapping[str, object]] = (), release_id: str = "",
) -> Record:  # fmt: skip
    """Every declared table with its example (or the rows of `tables`), and indicator lines of the columns of LINE."""
    county = jurisdiction()
    files = {f"definitions/{one.id}.json": canonical_json(dataset_definition(one)) for one in datasets()}
    indicators = [indicator_definition(i, one) for one in datasets() for i in one.indicators]
    files["definitions/indicators.json"] = canonical_json(indicators)
    files["definitions/law.json"] = canonical_json([law_definition(law) for law in county.law.values()])
    files["definitions/jurisdiction.json"] = canonical_json(
        {name: value for name, value in asdict(county).items() if name not in ("law", "duties")}
    )
    files |= {f"definitions/vocabularies/{n}.csv": text for n, text in vocabulary_texts(datasets(), county).items()}
    for one in datasets():
        rows = (tables or {}).get(one.id, _example(one))
        files[f"tables/{one.id}.csv"] = csv_text([f.name for f in published_fields(one)], rows)
    files["tables/indicators.csv"] = csv_text(LINE, [dict(zip(LINE, line, strict=True)) for line in lines])
    heads = ("dataset", "key", "column", "old", "new", "class", "reason", "date", "data_origin")
    files["revisions.csv"] = csv_text(heads, revisions)
    files |= changed or {}
    title = "The record" if origin == "real" else "SAMPLE DATA: The record"
    return Record(
        title=title, created_on=date(2026, 10, 20), data_to="2026-09", release_id=release_id, reasons=reasons,
        origins={one.id: origin for one in datasets()}, read=files.__getitem__,
    )  # fmt: skip


@pytest.fixture(scope="session")
def record_of_lines() -> Callable[..., Record]:
    """Make a record: `record_of_lines(lines, tables=…, origin="real")`."""
    return _record_of_lines
