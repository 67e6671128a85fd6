"""The published files of one release, read as any reader would: the text of each cell as it stands."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from schemas.dictionary import SAMPLE_MARK
from schemas.foreign import spoken, spoken_definition
from schemas.release import OpenRelease, Reason
from schemas.wording import ENGLISH, Wording

ALL_AGENCIES = "ALL"
Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Record:
    """One release: its facts, and its files by path.

    release_id is empty while the release is being made: its id is the digest of what is made here.
    """

    title: str
    created_on: date
    data_to: str
    origins: Mapping[str, str]
    reasons: tuple[Reason, ...] = ()
    release_id: str = ""
    read: Callable[[str], str] = field(repr=False, compare=False)
    words: Wording = ENGLISH
    """The language that titles, labels and caveats are read in. Codes and figures are the same in all."""

    def in_words(self, _: Wording) -> "Record":
        """The same release read in a language; what was read of its tables is shared."""
        if _ == self.words:
            return self
        other = replace(self, words=_)
        other.__dict__.update(indicators=self.indicators, _tables=self._tables)
        return other

    def _said(self, entry: Mapping[str, Any], *names: str) -> dict[str, Any]:
        """A definition with the texts of these names in the language."""
        return spoken(entry, self.words, *names)

    def json(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """One of the definitions, by its name without ending."""
        return json.loads(self.read(f"definitions/{path}.json"))

    def rows(self, path: str) -> list[dict[str, str]]:
        """The rows of a published CSV file, every cell as its text."""
        return list(csv.DictReader(io.StringIO(self.read(path))))

    @cached_property
    def indicators(self) -> dict[str, list[dict[str, str]]]:
        """The lines of `tables/indicators.csv` for each indicator, oldest first."""
        found: dict[str, list[dict[str, str]]] = {}
        for row in self.rows("tables/indicators.csv"):
            found.setdefault(row["indicator"], []).append(row)
        return {name: sorted(rows, key=lambda row: (row["period"], row["agency"])) for name, rows in found.items()}

    @cached_property
    def measures(self) -> list[dict[str, Any]]:
        """The definitions of the indicators, in the order of their numbers."""
        ordered = sorted(self.json("indicators"), key=lambda one: (len(one["id"].partition("_")[0]), one["id"]))
        return [self._measure(one) for one in ordered]

    def _measure(self, one: Mapping[str, Any]) -> dict[str, Any]:
        said = self._said(one, "title", "counted", "caveat", *(() if one["unit"] == "share" else ("unit",)))
        return {**said, "target": self._said(one["target"], "words") if one["target"] else None}

    @cached_property
    def law(self) -> dict[str, dict[str, str]]:
        """Every citation, by key."""
        return {entry["key"]: self._said(entry, "says") for entry in self.json("law")}

    @cached_property
    def county(self) -> dict[str, Any]:
        """Who publishes the record."""
        facts: dict[str, Any] = self.json("jurisdiction")
        return facts

    @property
    def audit(self) -> str:
        """What the audit is called whose figures the record holds."""
        _ = self.words
        return _(self.county["audit"]) if self.county["audit"] else _("audit")

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The changes of law and policy, oldest first, with the number that every chart gives them."""
        ordered = sorted(self.county["events"], key=lambda event: str(event["on"]))
        return [
            {**self._said(event, "label", "says"), "number": number} for number, event in enumerate(ordered, start=1)
        ]

    @cached_property
    def _tables(self) -> dict[str, list[dict[str, str]]]:
        return {}

    def table(self, dataset: str) -> list[dict[str, str]]:
        """The rows of a published table; none when the release does not have it. Shared: do not change them."""
        if dataset not in self.origins:
            return []
        if dataset not in self._tables:
            self._tables[dataset] = self.rows(f"tables/{dataset}.csv")
        return self._tables[dataset]

    @cached_property
    def _periods(self) -> dict[str, list[str]]:
        return {}

    def periods(self, dataset: str) -> list[str]:
        """The periods of a published table, in order; none where its rows have none."""
        if dataset not in self._periods:
            self._periods[dataset] = sorted({row["period"] for row in self.table(dataset) if row.get("period")})
        return self._periods[dataset]

    @cached_property
    def _definitions(self) -> dict[str, dict[str, Any]]:
        return {}

    def definition(self, dataset: str) -> dict[str, Any]:
        """The definition of a table."""
        if dataset not in self._definitions:
            self._definitions[dataset] = spoken_definition(self.json(dataset), self.words)
        return self._definitions[dataset]

    @cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        return {}

    def labels(self, vocabulary: str) -> dict[str, str]:
        """The label of each code of a vocabulary; none where no table of the release uses it."""
        if vocabulary not in self._labels:
            rows = self.rows(f"definitions/vocabularies/{vocabulary}.csv") if self.uses(vocabulary) else []
            self._labels[vocabulary] = {row["code"]: self.words(row["label"]) if row["label"] else "" for row in rows}
        return self._labels[vocabulary]

    def agency(self, code: str) -> str:
        """The name of an agency; its code where the release has no list of agencies."""
        return self.labels("agency").get(code, code)

    def uses(self, vocabulary: str) -> bool:
        """Whether a vocabulary is published with this release."""
        return any(
            column["vocabulary"] == vocabulary for name in self.origins for column in self.definition(name)["columns"]
        )

    def is_sample(self, datasets: Iterable[str] = ()) -> bool:
        """Whether any of these tables (by default any table at all) is made up."""
        names = tuple(datasets) or tuple(self.origins)
        return any(self.origins.get(name) == "sample" for name in names)

    def mark(self, datasets: Iterable[str] = ()) -> str:
        """The mark of made-up figures, empty for a real record."""
        return self.words(SAMPLE_MARK) if self.is_sample(datasets) else ""

    def title_of(self, dataset: str) -> str:
        """What a table is called."""
        return str(self.definition(dataset)["title"]) if dataset in self.origins else dataset


def record_of(release: OpenRelease) -> Record:
    """The record of a release that was published."""
    manifest = release.manifest
    return Record(
        title=manifest.title, created_on=manifest.created_on, data_to=manifest.data_to, reasons=manifest.reasons,
        origins={entry.id: entry.origin for entry in manifest.datasets}, release_id=manifest.id, read=release.text,
    )  # fmt: skip
