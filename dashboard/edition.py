"""An opened release with its words: what the pages ask for, as typed records instead of JSON."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from schemas.errors import ReleaseDamaged
from schemas.release import OpenRelease

ALL_AGENCIES = "ALL"
SAMPLE = "SAMPLE DATA"
"""The mark of made-up rows, as the tables themselves carry it in `data_origin`."""


@dataclass(frozen=True)
class Citation:
    """One law, promise or source, as the release states it."""

    key: str
    basis: str
    citation: str
    says: str
    trust: str
    source: str


@dataclass(frozen=True)
class Goal:
    """What is asked for: the value, the side that meets it, and its words."""

    value: float
    direction: str
    words: str


@dataclass(frozen=True)
class Measure:
    """An indicator as the release defines it."""

    id: str
    title: str
    counted: str
    dataset: str
    page: str
    unit: str
    law: tuple[str, ...]
    caveat: str
    goal: Goal | None

    @property
    def is_share(self) -> bool:
        """Whether the value is a share of a denominator."""
        return self.unit == "share"


@dataclass(frozen=True)
class Event:
    """A change of law or policy; its number is the same on every chart."""

    number: int
    on: date
    label: str
    says: str
    trust: str
    source: str


@dataclass(frozen=True)
class County:
    """Who publishes the record."""

    name: str
    publisher: str
    contact_name: str
    contact_email: str
    data_licence: str
    data_licence_url: str
    due_day: int


@dataclass(frozen=True)
class Edition:
    """One release as the pages show it. Everything is read from the release's own files."""

    release: OpenRelease
    notes: str
    _definitions: Mapping[str, Any] = field(repr=False, compare=False)
    _labels: Mapping[str, Mapping[str, str]] = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """The release's id."""
        return self.release.id

    def definition(self, name: str) -> dict[str, Any]:
        """The definition of a dataset, or of the jurisdiction."""
        found: dict[str, Any] = self._definitions[name]
        return found

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """The indicators, in the order of the release."""
        return tuple(_measure(entry) for entry in self._definitions["indicators"])

    @cached_property
    def law(self) -> Mapping[str, Citation]:
        """Every citation, by key."""
        return {entry["key"]: Citation(**entry) for entry in self._definitions["law"]}

    @cached_property
    def county(self) -> County:
        """Who publishes the record."""
        facts = self.definition("jurisdiction")
        return County(**{name: facts[name] for name in County.__dataclass_fields__})

    @property
    def area(self) -> str:
        """The county's code in the list of areas; empty where an older release does not say."""
        return str(self.definition("jurisdiction").get("area", ""))

    @property
    def own_jails(self) -> tuple[str, ...]:
        """The jails the county answers for, as ICE writes them."""
        return tuple(self.definition("jurisdiction").get("own_jails", ()))

    @property
    def audit(self) -> str:
        """What the figures of the audit are called; empty where the county had none."""
        return str(self.definition("jurisdiction").get("audit", ""))

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The changes of law and policy, oldest first, numbered."""
        entries = sorted(self.definition("jurisdiction")["events"], key=lambda entry: str(entry["on"]))
        return tuple(
            Event(number, date.fromisoformat(e["on"]), e["label"], e["says"], e["trust"], e["source"])
            for number, e in enumerate(entries, start=1)
        )

    def measure(self, measure_id: str) -> Measure | None:
        """One indicator; None when this release has none of that id."""
        return next((measure for measure in self.measures if measure.id == measure_id), None)

    def measures_on(self, page: str) -> tuple[Measure, ...]:
        """The indicators of a page."""
        return tuple(measure for measure in self.measures if measure.page == page)

    def has(self, dataset_id: str) -> bool:
        """Whether the release has that table."""
        return dataset_id in self.release.dataset_ids()

    def table(self, dataset_id: str) -> pd.DataFrame:
        """One published table; an empty frame when this release does not have it."""
        return self.release.table(dataset_id) if self.has(dataset_id) else pd.DataFrame()

    def is_sample(self, dataset_id: str) -> bool:
        """Whether a table's rows are made up."""
        return self.has(dataset_id) and self.release.entry(dataset_id).origin == "sample"

    def title_of(self, dataset_id: str) -> str:
        """The title of a dataset."""
        return self.release.entry(dataset_id).title

    def column_label(self, dataset_id: str, column: str) -> str:
        """What a column is called."""
        entries = self.definition(dataset_id)["columns"]
        return next((str(entry["label"]) for entry in entries if entry["name"] == column), column)

    def labels(self, vocabulary: str) -> Mapping[str, str]:
        """The labels of a vocabulary's codes, in its own order; none when the release does not have it."""
        return self._labels.get(vocabulary, {})

    def label(self, vocabulary: str, code: str) -> str:
        """The label of one code; the code itself when the vocabulary does not know it."""
        return self.labels(vocabulary).get(code, code)

    def source_path(self, table: str) -> str:
        """The address of the published file of a table, on this site."""
        return f"/catalogue/releases/{self.id}/tables/{table}.csv"


def read_edition(release: OpenRelease) -> Edition:
    """Read everything that pages will ask for, so that a fault is found before anything is shown."""
    try:
        definitions, labels = {}, {}
        for entry in release.manifest.files:
            path = PurePosixPath(entry.path)
            if path.parent == PurePosixPath("definitions") and path.suffix == ".json":
                definitions[path.stem] = release.definition(path.stem)
            if path.parent == PurePosixPath("definitions/vocabularies"):
                rows = csv.DictReader(io.StringIO(release.text(entry.path)))
                labels[path.stem] = {row["code"]: row["label"] for row in rows}
        for dataset_id in release.dataset_ids():
            release.table(dataset_id)
        release.indicators()
        edition = Edition(release, release.text("notes.md"), definitions, labels)
        assert edition.measures is not None and edition.law is not None  # noqa: S101, PT018 - read now, not mid-page
        assert edition.county and edition.events is not None  # noqa: S101, PT018 - read now, not mid-page
    except (OSError, KeyError, TypeError, ValueError) as fault:
        raise ReleaseDamaged(f"A definition of release {release.id} cannot be read: {type(fault).__name__}.") from fault
    return edition


def _measure(entry: Mapping[str, Any]) -> Measure:
    target = entry["target"]
    goal = None if target is None else Goal(float(target["value"]), target["direction"], target["words"])
    return Measure(
        id=entry["id"], title=entry["title"], counted=entry["counted"], dataset=entry["dataset"], page=entry["page"],
        unit=entry["unit"], law=tuple(entry["law"]), caveat=entry["caveat"], goal=goal,
    )  # fmt: skip
