"""Disclosure control: typed tables in, protected tables out. Nothing else may be put into a release.

Conduct tables are published exactly. Tables about people hide small counts and the cells that would give them away,
judged against a reader who knows the rules and every other printed number, this release's and those before. What was
public before stays public. A certificate of possible worlds goes with every release.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from etl.disclosure import certificate
from etl.disclosure.audit import Intervals, intervals
from etl.disclosure.cells import Definition, Hierarchies, describes_people, universe_of
from etl.disclosure.equations import BEYOND
from etl.disclosure.sheets import Sheet, sheet
from etl.disclosure.suppress import Pattern
from etl.disclosure.universe import Universe
from etl.errors import DisclosureRefused
from etl.evaluate import all_satisfied, weighted_sum
from schemas.declare import Column, Dataset
from schemas.dictionary import dataset_definition
from schemas.release import CellStatus, OpenRelease

_TOKEN = object()


@dataclass(frozen=True)
class ProtectedTable:
    """A table that has been through disclosure control; only this package can make one.

    table: the published columns of the published rows, sorted by key. A hidden count is <NA>; the `<count>_status`
    beside it never says whether the cell is small itself or hides another.
    """

    dataset: Dataset
    table: pd.DataFrame
    token: object

    def __post_init__(self) -> None:
        if self.token is not _TOKEN:
            raise TypeError("Only etl.disclosure makes a ProtectedTable.")


@dataclass(frozen=True)
class Protected:
    """Every protected table of a release, the account of what is hidden, and the proof that it stays hidden."""

    tables: dict[str, ProtectedTable]
    audit: dict[str, Any]
    certificate: dict[str, Any]


def published_rows(table: pd.DataFrame, declared: Dataset) -> pd.DataFrame:
    """The rows and columns that the dataset publishes, sorted by key, with a plain index."""
    rows = table[all_satisfied(declared.disclosure.published_where, table)]
    columns = [column.name for column in declared.published_columns]
    if not declared.key:
        return rows[columns].reset_index(drop=True)
    return rows[columns].sort_values(list(declared.key), kind="stable", ignore_index=True)


def with_statuses(
    rows: pd.DataFrame, declared: Dataset, hidden: frozenset[tuple[int, str]] = frozenset()
) -> pd.DataFrame:
    """Add the status columns and empty the hidden cells (row, column).

    A cell that is empty by itself is not reported, unless its row is not due or there is nothing that it could measure.
    """
    published = rows.copy()
    for column in declared.published_columns:
        if not column.has_status:
            continue
        status = pd.Series(str(CellStatus.SHOWN), index=rows.index, dtype="str")
        empty = published[column.name].isna()
        status[empty] = str(CellStatus.NOT_REPORTED)
        status[empty & _nothing_to_measure(rows, column)] = str(CellStatus.NOT_APPLICABLE)
        places = sorted(place for place, name in hidden if name == column.name)
        status.loc[places] = str(CellStatus.SUPPRESSED)
        published.loc[places, column.name] = pd.NA
        published.insert(list(published.columns).index(column.name) + 1, f"{column.name}_status", status)
    return published


def _nothing_to_measure(rows: pd.DataFrame, column: Column) -> "pd.Series[bool]":
    """For each row, whether it is not due, or what the column is a figure of is known to be too small."""
    nothing = pd.Series(data=False, index=rows.index)
    if "status" in rows:
        nothing |= (rows["status"] == "not_applicable").fillna(value=False).astype(bool)
    if column.figure_of:
        nothing |= (
            (weighted_sum(column.figure_of.terms, rows) < column.figure_of.least).fillna(value=False).astype(bool)
        )
    return nothing


def _withheld_in(release: OpenRelease, dataset_id: str) -> Sequence[str]:
    """The blocks of a table that an earlier release withheld whole."""
    account = json.loads(release.text("disclosure/audit.json"))["tables"].get(dataset_id, {})
    return list(account.get("withheld_blocks", ()))


def _sheets_before(earlier: Sequence[OpenRelease], universe: str, hierarchies: Hierarchies) -> list[Sheet]:
    """The tables of one universe that are public already, the newest release first."""
    return [
        sheet(definition, release.table(name), hierarchies, withheld=_withheld_in(release, name))
        for release in earlier for name, definition in _definitions(release).items()
        if universe_of(definition) == universe
    ]  # fmt: skip


def _definitions(release: OpenRelease) -> dict[str, Definition]:
    """What an earlier release says of its tables. DisclosureRefused when it does not say how their rows add up."""
    found = {name: release.definition(name) for name in release.dataset_ids()}
    if not all(one["disclosure"].keys() >= {"universe", "hierarchies"} for one in found.values()):
        raise DisclosureRefused(
            f"Release {release.manifest.id} was made before releases said how rows add up, so nothing new can be shown "
            "to be safe beside it. Publish to a new catalogue, or withdraw that release first."
        )
    return found


_AUDITED = 2_000
"""Up to so many hidden cells the second opinion is part of every build; beyond that it is asked for by name."""


def _account(
    universe: Universe, one: Sheet, pattern: Pattern, proof: certificate.Certificate, ends: Intervals | None
) -> dict[str, Any]:
    """What the audit says of one table: how much is hidden and how far each hidden cell can be told.

    Neither the exact sum of the hidden counts nor how many cells are hidden for another's sake are stated: each would be
    one more figure in the equations of a reader. `loss` says between what numbers a reader can place that sum.
    """
    name = one.definition["id"]
    withheld = {block: reason for (dataset, block), reason in universe.withheld.items() if dataset == name}
    hidden = universe.hidden(pattern) & one.numbers.keys()
    judged = [cell for cell in hidden if one.blocks[cell] not in withheld]
    return {
        "policy": one.definition["disclosure"], "cells": len(one.numbers), "hidden": len(hidden),
        "withheld_blocks": withheld, "narrowest_proven": min((proof.width[cell] for cell in judged), default=None),
        "loss": _loss([ends[cell] for cell in hidden]) if ends else None,
        "narrowest_interval": min((ends[cell][1] - ends[cell][0] for cell in judged), default=None) if ends else None,
        "optimality_gap": round(1 - pattern.bound / pattern.loss, 2) if pattern.loss else 0.0,
    }  # fmt: skip


def _loss(ends: Sequence[tuple[int, int]]) -> dict[str, int | None]:
    """What some hidden counts add up to, as far as their intervals tell; no upper end where one is open."""
    most = sum(high for _, high in ends)
    return {"at_least": sum(low for low, _ in ends), "at_most": most if most < BEYOND else None}


def _second_opinion(seen: certificate.View, proof: certificate.Certificate) -> Intervals:
    """How far each hidden cell is open by the other way; it must be no less than what is proven."""
    ends = intervals(seen.puzzle, seen.cells, seen.hidden)
    if any(ends[cell][1] - ends[cell][0] < width for cell, width in proof.width.items()):
        raise DisclosureRefused(
            f"{seen.universe}: the certificate and the audit disagree. Please report this as a defect."
        )
    return ends


def protect(
    tables: Mapping[str, pd.DataFrame], datasets: Sequence[Dataset], earlier: Sequence[OpenRelease],
    *, audit_all: bool = False, progress: Callable[[str], None] = lambda _: None,
) -> Protected:  # fmt: skip
    """Protect every table of a release.

    tables: typed tables by dataset id. earlier: the releases that are still public, newest first. audit_all: ask for
    the second opinion however many cells are hidden. progress: told what is done next, by the names of tables. Raises
    DisclosureRefused, naming tables and periods but never values, when a table cannot be published safely beside what is
    public.
    """
    declared = {one.id: one for one in datasets if one.id in tables}
    rows = {name: published_rows(tables[name], one) for name, one in declared.items()}
    definitions: dict[str, Definition] = {name: dataset_definition(one) for name, one in declared.items()}
    published = {name: with_statuses(rows[name], one) for name, one in declared.items()}
    before = [one for release in earlier for one in _definitions(release).values()]
    people = {universe_of(one) for one in (*definitions.values(), *before) if describes_people(one)}
    accounts, proofs = {}, []
    for name in sorted(people):
        mine = [one for one in definitions.values() if universe_of(one) == name]
        theirs = [one for one in before if universe_of(one) == name]
        hierarchies = Hierarchies.of([*theirs, *mine])
        universe = Universe(
            name, hierarchies, [sheet(one, rows[one["id"]], hierarchies) for one in mine],
            _sheets_before(earlier, name, hierarchies))  # fmt: skip
        progress(f"Protecting small counts: {universe.tables}")
        pattern = universe.pattern()
        hidden = universe.hidden(pattern)
        for one in universe.now:
            places = frozenset(place for cell, place in one.places.items() if cell in hidden)
            table = one.definition["id"]
            published[table] = with_statuses(rows[table], declared[table], places)
        seen = universe.as_published(published)
        progress(f"Proving that hidden counts stay hidden: {universe.tables}")
        proof = certificate.prove(seen, universe.widths(pattern))
        proofs.append(proof)
        ends = _second_opinion(seen, proof) if audit_all or len(proof.width) <= _AUDITED else None
        for one in universe.now:
            if describes_people(one.definition):
                accounts[one.definition["id"]] = _account(universe, one, pattern, proof, ends)
    audit = {"method": "cell suppression with a certificate of possible worlds", "tables": accounts}
    made = {name: ProtectedTable(one, published[name], _TOKEN) for name, one in declared.items()}
    return Protected(made, audit, certificate.document(proofs, [release.id for release in earlier]))
