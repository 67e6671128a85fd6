"""An opened release with its words: what the pages ask for, as typed records instead of JSON."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from dashboard.wording import ENGLISH, Wording
from schemas.errors import ReleaseDamaged
from schemas.foreign import english, spoken, spoken_definition
from schemas.release import PACKET, OpenRelease

ALL_AGENCIES, SHARE = "ALL", "share"
_STOCKS = ("K7", "K13", "K14", "K14_verified")
_PEAKS = ("K8",)
STATIC_PAGE = "site/en/index.html"
"""The first page without scripts of any release, older ones too."""
SAMPLE = "SAMPLE DATA"
"""The mark of made-up rows, as the tables themselves carry it in `data_origin`."""


@dataclass(frozen=True)
class Citation:
    """One law, promise or source, as the release states it. A citation is English in every language (`schemas.foreign`)."""

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
    columns: tuple[str, ...] = ()
    """The columns of its dataset that the formula names."""

    @property
    def adds(self) -> str:
        """How months make a longer time: `flow` is added up, of a `stock` the last is taken, of a `peak` the highest.

        The release does not say which measures are stocks, so the list stands here.
        """
        return "peak" if self.id in _PEAKS else "stock" if self.id in _STOCKS else "flow"

    @property
    def is_share(self) -> bool:
        """Whether the value is a share of a denominator."""
        return self.unit == SHARE


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

    id: str
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
    words: Wording = ENGLISH
    """The language that titles and labels are read in. Codes and figures are the same in all."""

    def __hash__(self) -> int:
        """Editions are told apart by release and language, so that what is made of one can be kept."""
        return hash((self.release.id, self.words))

    @property
    def id(self) -> str:
        """The release's id."""
        return self.release.id

    @cached_property
    def _spoken(self) -> dict[str, dict[str, Any]]:
        return {}

    def definition(self, dataset_id: str) -> dict[str, Any]:
        """The definition of a dataset."""
        if dataset_id not in self._spoken:
            self._spoken[dataset_id] = spoken_definition(self._definitions[dataset_id], self.words)
        return self._spoken[dataset_id]

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """The indicators, in the order of the release."""
        return tuple(_measure(entry, self.words) for entry in self._definitions["indicators"])

    @cached_property
    def law(self) -> Mapping[str, Citation]:
        """Every citation, by key."""
        return {
            entry["key"]: Citation(
                **{**spoken(entry, self.words, "says"), "citation": english(entry["citation"], self.words)}
            )
            for entry in self._definitions["law"]
        }

    @cached_property
    def county(self) -> County:
        """Who publishes the record."""
        facts = self._definitions["jurisdiction"]
        return County(**{name: facts[name] for name in County.__dataclass_fields__})

    @property
    def area(self) -> str:
        """The county's code in the list of areas; empty where an older release does not say."""
        return str(self._definitions["jurisdiction"].get("area", ""))

    @property
    def own_jails(self) -> tuple[str, ...]:
        """The jails the county answers for, as ICE writes them."""
        return tuple(self._definitions["jurisdiction"].get("own_jails", ()))

    @property
    def audit(self) -> str:
        """What the audit is called whose figures and recommendations the record holds."""
        _ = self.words
        told = self._definitions["jurisdiction"].get("audit", "")
        return _(told) if told else _("audit")

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """The changes of law and policy, oldest first, numbered."""
        entries = sorted(self._definitions["jurisdiction"]["events"], key=lambda entry: str(entry["on"]))
        return tuple(
            Event(
                number,
                date.fromisoformat(e["on"]),
                self.words(e["label"]),
                self.words(e["says"]),
                e["trust"],
                e["source"],
            )
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
        return self.words(self.release.entry(dataset_id).title)

    def name_of(self, dataset_id: str) -> str:
        """The title of a dataset, or its id where this release does not have it."""
        return self.title_of(dataset_id) if self.has(dataset_id) else dataset_id

    def column_label(self, dataset_id: str, column: str) -> str:
        """What a column is called."""
        entries = self.definition(dataset_id)["columns"]
        return next((str(entry["label"]) for entry in entries if entry["name"] == column), column)

    def labels(self, vocabulary: str) -> Mapping[str, str]:
        """The labels of a vocabulary's codes, in its own order; none when the release does not have it."""
        return {code: self.words(label) for code, label in self._labels.get(vocabulary, {}).items()}

    def label(self, vocabulary: str, code: str) -> str:
        """The label of one code; the code itself when the vocabulary does not know it."""
        label = self._labels.get(vocabulary, {}).get(code)
        return code if label is None else self.words(label)

    @cached_property
    def revisions(self) -> pd.DataFrame:
        """`revisions.csv`: every cell that differs from the release before, with class, reason and date."""
        return pd.read_csv(io.StringIO(self.release.text("revisions.csv")), dtype=str, keep_default_na=False)

    @cached_property
    def _changes(self) -> tuple[tuple[str, str, str], ...]:
        """(dataset, key, column) of each figure that was changed, by the record's own corrections and revisions.csv."""
        logs = [self.table("corrections"), self.revisions]
        return tuple(
            (str(row["dataset"]), str(row["key"]), str(row["column"]))
            for log in logs if not log.empty for row in log.to_dict("records")
        )  # fmt: skip

    def revised(self, dataset_id: str, agency: str, columns: Sequence[str]) -> frozenset[str]:
        """The periods in which a published figure of these columns was changed later; of all agencies for ALL."""
        wanted = {*columns, "(row)"}
        found = (key.split("|") for dataset, key, column in self._changes if dataset == dataset_id and column in wanted)
        return frozenset(
            parts[0] for parts in found if agency in (ALL_AGENCIES, *(parts[1:2] or ("",))) or len(parts) < 2
        )

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(entry.path for entry in self.release.manifest.files)

    def static_page(self, name: str = "index") -> str:
        """A page of the release without scripts, by default the first, in the reader's language where there is one."""
        wanted = (f"site/{self.words.language}/{name}.html", f"site/en/{name}.html")
        return next((path for path in wanted if path in self._paths), STATIC_PAGE)

    def packet(self) -> str:
        """The address of the council's packet; empty for a release without one, which is older than the packet."""
        return f"/catalogue/releases/{self.id}/{PACKET}" if (self.release.folder / PACKET).is_file() else ""

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
        release.text("revisions.csv")
        edition = Edition(release, release.text("notes.md"), definitions, labels)
        assert edition.measures is not None and edition.law is not None  # noqa: S101, PT018 - read now, not mid-page
        assert edition.county and edition.events is not None  # noqa: S101, PT018 - read now, not mid-page
    except (OSError, KeyError, TypeError, ValueError) as fault:
        raise ReleaseDamaged(f"A definition of release {release.id} cannot be read: {type(fault).__name__}.") from fault
    return edition


@lru_cache(maxsize=64)
def in_language(edition: Edition, _: Wording) -> Edition:
    """The same release, read in a language."""
    return edition if edition.words == _ else replace(edition, words=_)


def _measure(entry: Mapping[str, Any], _: Wording) -> Measure:
    target = entry["target"]
    goal = None if target is None else Goal(float(target["value"]), target["direction"], _(target["words"]))
    return Measure(
        id=entry["id"], title=_(entry["title"]), counted=_(entry["counted"]), dataset=entry["dataset"], page=entry["page"],
        unit=entry["unit"] if entry["unit"] == SHARE else _(entry["unit"]), law=tuple(entry["law"]), goal=goal,
        caveat=_(entry["caveat"]) if entry["caveat"] else "",
        columns=tuple(_named(entry["numerator"]) | _named(entry["denominator"])),
    )  # fmt: skip


def _named(formula: Mapping[str, Any] | None) -> set[str]:
    """The columns that a formula names."""
    if formula is None:
        return set()
    terms = {str(name) for name, _times in formula.get("terms", ())}
    conditions = {str(condition["column"]) for condition in formula.get("where", ())}
    return terms | conditions | ({str(formula["column"])} if "column" in formula else set())
