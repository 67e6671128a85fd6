"""What a portal should show of one table of a release: its columns, rows and words, from the release's own files.

The words are those of the release (`data.json`, `datapackage.json`, `definitions/`), which `schemas.dictionary` wrote:
an old release is published with its own.
"""

import csv
import io
import json
from dataclasses import dataclass
from typing import Any

from etl.errors import PublicationFailed
from etl.publish.cells import DAY, KEY, NUMBER, TEXT, Row, plain
from schemas.dictionary import ORIGIN_FIELD
from schemas.release import OpenRelease

_KINDS = {"integer": NUMBER, "number": NUMBER, "date": DAY, "string": TEXT}
_LICENCES = {"CC0-1.0": "CC0_10", "PDDL-1.0": "PDDL", "CC-BY-4.0": "CC_40_BY", "ODbL-1.0": "ODBL"}
_FREQUENCIES = {"R/P1M": "Monthly", "R/P3M": "Quarterly", "R/P1Y": "Yearly", "irregular": "Irregular"}
_UPDATED = {"Irregular": "Updated irregularly."}
_INDICATORS, _ONE_INDICATOR = "indicators", "one indicator in one period for one agency"


@dataclass(frozen=True)
class PortalColumn:
    """One column on the portal. kind: text, number or calendar_date."""

    name: str
    kind: str
    label: str
    description: str


@dataclass(frozen=True, kw_only=True)
class PortalTable:
    """One table as the portal should show it.

    marker: the tag by which our dataset is found again; nobody else's has it. frequency: Monthly, Quarterly, …
    """

    id: str
    title: str
    description: str
    marker: str
    tags: tuple[str, ...]
    licence: str
    attribution: str
    row_label: str
    frequency: str
    is_sample: bool
    columns: tuple[PortalColumn, ...]
    rows: tuple[Row, ...]

    @property
    def kinds(self) -> dict[str, str]:
        """The types of the columns on the portal, by name."""
        return {column.name: column.kind for column in self.columns}

    def payload(self) -> list[dict[str, Any]]:
        """The rows as they are sent: numbers as text so that none is rounded, an empty cell as null."""
        return [dict(row) for row in self.rows]


def _columns(resource: dict[str, Any]) -> tuple[PortalColumn, ...]:
    schema = resource["schema"]
    key = ", ".join(schema["primaryKey"])
    identifier = PortalColumn(KEY, TEXT, "Row identifier", f"Names the row: {key}, with | between.")
    columns = [PortalColumn(f["name"], _KINDS[f["type"]], f["title"], f["description"]) for f in schema["fields"]]
    return (identifier, *columns)


def _rows(text: str, resource: dict[str, Any], columns: tuple[PortalColumn, ...]) -> tuple[Row, ...]:
    """The rows of a published CSV file, with the row identifier, sorted by it."""
    rows: dict[str, Row] = {}
    for line in csv.DictReader(io.StringIO(text), strict=True):
        key = "|".join(line[name] for name in resource["schema"]["primaryKey"])
        if not key.strip("|") or key in rows:
            raise PublicationFailed(f"{resource['name']}: “{key}” does not name one row. Nothing was published.")
        try:
            rows[key] = {KEY: key, **{c.name: plain(line[c.name], c.kind) for c in columns if c.name != KEY}}
        except ValueError as fault:
            raise PublicationFailed(f"{resource['name']}, row {key}: {fault}. Nothing was published.") from fault
    return tuple(rows[key] for key in sorted(rows))


def _row_label(release: OpenRelease, table: str) -> str:
    return _ONE_INDICATOR if table == _INDICATORS else str(release.definition(table)["one_row_is"])


def _table(release: OpenRelease, resource: dict[str, Any], words: dict[str, Any]) -> PortalTable:
    manifest, name = release.manifest, resource["name"]
    columns = _columns(resource)
    rows = _rows(release.text(resource["path"]), resource, columns)
    frequency = _FREQUENCIES.get(words["accrualPeriodicity"], "Irregular")
    updated = _UPDATED.get(frequency, f"Updated {frequency.lower()}.")
    marker = words["identifier"].replace("/", "-").replace("_", "-").lower()
    origins = {entry.id: entry.origin for entry in manifest.datasets}
    if manifest.licence not in _LICENCES:
        raise PublicationFailed(
            f"Socrata's name for the licence {manifest.licence} is not known. Nothing was published."
        )
    return PortalTable(
        id=name, title=words["title"], description=f"{words['description']} {updated}", marker=marker,
        tags=tuple(dict.fromkeys([*(tag.lower() for tag in words["keyword"]), marker])),
        licence=_LICENCES[manifest.licence], attribution=words["publisher"]["name"],
        row_label=_row_label(release, name), frequency=frequency, columns=columns, rows=rows,
        is_sample=origins.get(name) == "sample" or any(row[ORIGIN_FIELD] != "real" for row in rows),
    )  # fmt: skip


def portal_tables(release: OpenRelease, chosen: tuple[str, ...] = ()) -> tuple[PortalTable, ...]:
    """The tables of a release as a portal should show them; only those chosen, where some are."""
    resources = json.loads(release.text("datapackage.json"))["resources"]
    described = {one["identifier"].rpartition("/")[2]: one for one in json.loads(release.text("data.json"))["dataset"]}
    known = {resource["name"] for resource in resources}
    if unknown := sorted(set(chosen) - known):
        raise PublicationFailed(f"Release {release.id} has no table {', '.join(unknown)}. Nothing was published.")
    return tuple(
        _table(release, resource, described[resource["name"]])
        for resource in resources if not chosen or resource["name"] in chosen
    )  # fmt: skip
