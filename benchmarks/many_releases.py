"""Protecting a release of eight linked tables beside twelve earlier ones, and checking the proof: seconds of one processor.

`python benchmarks/many_releases.py [--releases 13] [--first 1]`. Made-up people by quarter, facility, age band, sex and
region; the first release has `first` quarters, and each later one adds a quarter. Every release is protected with all
earlier ones still public, and its certificate is checked against them. The floor is 60 s for a release of 3,000 cells, 900 s
for one of 20,000 (`--first 84` ends there), and 2 s for checking it.
"""

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from etl.certificate_check import check_certificate
from etl.disclosure import Protected, protect
from schemas.common import AGENCY, period
from schemas.declare import CountGroup, Dataset, DisclosurePolicy, Grain, Hierarchy, MadeBy, Protection, key
from schemas.dictionary import dataset_definition

CODES = {"facility": 6, "age_band": 8, "sex": 2, "region": 12, "form": 6}
A_QUARTER = 150
TABLES = (("facility",), ("age_band",), ("sex",), ("region",), ("facility", "age_band"), ("age_band", "sex"),
          ("facility", "form"), ("region", "facility"))  # fmt: skip
TARGET_SECONDS, TARGET_OF_MANY, FEW, TARGET_CHECK = 60, 900, 3_500, 2


def declared(dimensions: tuple[str, ...]) -> Dataset:
    """People by quarter and some dimensions, with all totals printed."""
    keys = tuple(key(name, name, name) for name in dimensions)
    policy = DisclosurePolicy(
        kind=Protection.PERSON, reason="made up", citation="small_numbers", approver="nobody", universe="people",
        hierarchies=tuple(Hierarchy(name) for name in dimensions))  # fmt: skip
    return Dataset(
        id="_by_".join(("people", *dimensions)), title="", one_row_is="", summary="", grains=(Grain.QUARTER,), law=(),
        made_by=MadeBy.DAYLIGHT, disclosure=policy,
        columns=(period(Grain.QUARTER), AGENCY, *keys,
                 CountGroup("people", protection=Protection.PERSON)("people", "", "")),
    )  # fmt: skip


DATASETS = tuple(declared(dimensions) for dimensions in TABLES)


def people(quarters: int) -> pd.DataFrame:
    """One row for each person: as many every quarter."""
    chance = np.random.default_rng(20261020)
    made = {"period": np.repeat([f"{2023 + q // 4}-Q{q % 4 + 1}" for q in range(quarters)], A_QUARTER)}
    made |= {name: [f"{name}{code}" for code in chance.choice(size, A_QUARTER * quarters, p=_shares(chance, size))]
             for name, size in CODES.items()}  # fmt: skip
    return pd.DataFrame(made).assign(agency="DAJD")


def _shares(chance: np.random.Generator, size: int) -> np.ndarray:
    return chance.dirichlet([3.0] * size)


def tables(persons: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The eight tables, with their totals."""
    made = {}
    for one, dimensions in zip(DATASETS, TABLES, strict=True):
        parts = [persons]
        for name in dimensions:
            parts = [*parts, *(part.assign(**{name: "ALL"}) for part in parts)]
        rows = pd.concat(parts).groupby(["period", "agency", *dimensions]).size().reset_index(name="people")
        made[one.id] = rows.astype({"people": "Int64"})
    return made


@dataclass(frozen=True)
class Published:
    """As much of a release as protecting the next one, and checking, ask for."""

    id: str
    protected: Protected

    def dataset_ids(self) -> tuple[str, ...]:
        """The tables."""
        return tuple(self.protected.tables)

    def definition(self, name: str) -> Mapping[str, Any]:
        """A table's definition."""
        return json.loads(json.dumps(dataset_definition(self.protected.tables[name].dataset), default=str))

    def table(self, name: str) -> pd.DataFrame:
        """A table as published."""
        return self.protected.tables[name].table

    def text(self, path: str) -> str:
        """The certificate or the audit."""
        return json.dumps(self.protected.certificate if "certificate" in path else self.protected.audit, default=str)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--releases", type=int, default=13)
    parser.add_argument("--first", type=int, default=1, help="quarters in the first release")
    given = parser.parse_args()
    persons = people(given.first + given.releases - 1)
    quarters = sorted(persons["period"].unique())
    public: list[Published] = []
    for number, last in enumerate(quarters[given.first - 1 :], start=1):
        made = tables(persons[persons["period"] <= last])
        started = time.process_time()
        protected = protect(made, DATASETS, public)
        seconds = time.process_time() - started
        release = Published(f"release {number}", protected)
        started = time.process_time()
        proven = check_certificate(release, public)  # type: ignore[arg-type]
        checking = time.process_time() - started
        public.insert(0, release)
        cells = sum(len(table) for table in made.values())
        target = TARGET_SECONDS if cells < FEW else TARGET_OF_MANY
        print(f"release {number:>2}: {cells:>5} cells, {proven:>5} hidden, protected in {seconds:6.1f} s "
              f"({seconds / target:.2f} of the target), checked in {checking:.2f} s ({checking / TARGET_CHECK:.2f})",
              flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
