"""Checks a release or a catalogue with nothing but its public files: hashes, chain, schema, arithmetic, disclosure.

Everything is recomputed from what the release itself says (its definitions), so that an old release is judged by its
own rules and anyone can repeat it. The first disagreement of each kind is named; the exit code is 12.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from etl.certificate_check import check_certificate
from etl.evaluate import holds
from etl.indicators import Declared, indicator_table
from etl.tabletext import csv_bytes
from schemas.declare import Origin
from schemas.dictionary import ORIGIN_FIELD, origin_mark, read_indicator, read_linear_rules
from schemas.errors import ReleaseDamaged
from schemas.release import (
    CATALOGUE,
    FRONT_FILES,
    Catalogue,
    CellStatus,
    OpenRelease,
    open_catalogue,
    open_folder,
    sha256,
)
from schemas.rules import Level

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Verified:
    """What was checked, in words that can be quoted."""

    what: str
    checks: tuple[str, ...]


def _fail(release: OpenRelease, words: str) -> ReleaseDamaged:
    return ReleaseDamaged(f"Release {release.id}: {words}.")


def _typed(release: OpenRelease, dataset_id: str) -> pd.DataFrame:
    """A published table with empty texts as missing, so that conditions judge them as the build did."""
    table = release.table(dataset_id).copy()
    for name in table.columns:
        if not pd.api.types.is_numeric_dtype(table[name]):
            table[name] = table[name].mask(table[name] == "")
    return table


def _check_columns(release: OpenRelease, dataset_id: str, definition: dict[str, Any]) -> None:
    expected = [ORIGIN_FIELD]
    for column in definition["columns"]:
        expected += [column["name"], *([column["status_column"]] if column["status_column"] else [])]
    table = release.table(dataset_id)
    if list(table.columns) != expected:
        raise _fail(release, f"the columns of {dataset_id} are not those of its definition")
    entry = release.entry(dataset_id)
    marks = set(table[ORIGIN_FIELD])
    if len(table) != entry.rows or marks - {origin_mark(Origin(entry.origin))}:
        raise _fail(release, f"{dataset_id} does not have the rows or the origin that the manifest states")
    key = definition["key"]
    if key and (table.duplicated(key).any() or not table[key].equals(table[key].sort_values(key, ignore_index=True))):
        raise _fail(release, f"{dataset_id} is not sorted by its key, or has a key twice")


def _check_cells(release: OpenRelease, dataset_id: str, definition: dict[str, Any]) -> None:
    """A cell has a value exactly where its status says shown; only tables about people hide any."""
    table = release.table(dataset_id)
    person = definition["disclosure"]["kind"] == "person"
    known = {str(status) for status in CellStatus}
    for column in definition["columns"]:
        status = table[column["status_column"]] if column["status_column"] else None
        if status is None:
            continue
        shown = status == CellStatus.SHOWN
        if not set(status) <= known or not shown.equals(table[column["name"]].notna()):
            raise _fail(release, f"{dataset_id}: {column['name']} and its status do not agree")
        if not person and (status == CellStatus.SUPPRESSED).any():
            raise _fail(release, f"{dataset_id} hides cells although it counts official acts")


def _check_codes(release: OpenRelease, dataset_id: str, definition: dict[str, Any]) -> None:
    for column in definition["columns"]:
        if column["vocabulary"]:
            codes = set(pd.read_csv(release.folder / f"definitions/vocabularies/{column['vocabulary']}.csv",
                                    dtype=str, keep_default_na=False)["code"])  # fmt: skip
            if not set(release.table(dataset_id)[column["name"]]) <= {*codes, ""}:
                raise _fail(release, f"{dataset_id}: {column['name']} has a code that is not in its list")


def _check_sums(release: OpenRelease, dataset_id: str, definition: dict[str, Any]) -> int:
    """Every sum and comparison among printed cells; returns how many rows were compared."""
    table = _typed(release, dataset_id)
    compared = 0
    for rule in read_linear_rules(definition):
        names = {name for name, _ in rule.terms} | {condition.column for condition in rule.when}
        if rule.level is Level.ERROR and names <= set(table.columns):
            compared += len(table)
            if not holds(rule, table).all():
                raise _fail(release, f"{dataset_id} breaks {rule.id}: {rule.says}")
    return compared


def _check_parquet(release: OpenRelease, name: str) -> None:
    """Parquet files are outside the digest, so that only this tells whether they hold what the CSV files hold."""
    parquet, written = (release.folder / f"tables/{name}{suffix}" for suffix in (".parquet", ".csv"))
    try:
        same = csv_bytes(pd.read_parquet(parquet)) == written.read_bytes()
    except (ValueError, OSError):
        same = False
    if not same:
        raise _fail(release, f"tables/{name}.parquet does not hold what tables/{name}.csv holds")


def _check_indicators(release: OpenRelease) -> int:
    laws = {law["key"]: law["basis"] for law in release.definition("law")}
    declared: list[Declared] = []
    for definition in release.definition("indicators"):
        indicator = read_indicator(definition)
        mark = origin_mark(Origin(release.entry(definition["dataset"]).origin))
        declared.append((definition["dataset"], indicator, laws[indicator.law[0]], mark))
    declared.sort(key=lambda one: one[0])
    tables = {name: _typed(release, name) for name in {one[0] for one in declared} | {"submission_ledger"}}
    table = indicator_table(tables, declared)
    if csv_bytes(table) != (release.folder / "tables/indicators.csv").read_bytes():
        raise _fail(release, "tables/indicators.csv is not what its tables and formulas give")
    return len(table)


def _check_disclosure(release: OpenRelease) -> int:
    """The audit accounts for every table about people, counts what is hidden, and no small count is left open."""
    audit = json.loads(release.text("disclosure/audit.json"))["tables"]
    hidden_cells = 0
    for name in release.dataset_ids():
        definition = release.definition(name)
        if definition["disclosure"]["kind"] != "person":
            continue
        table = release.table(name)
        statuses = [column["status_column"] for column in definition["columns"] if column["status_column"]]
        hidden = int((table[statuses] == CellStatus.SUPPRESSED).sum().sum())
        if name not in audit or audit[name]["hidden"] != hidden:
            raise _fail(release, f"disclosure/audit.json does not account for what {name} hides")
        policy = definition["disclosure"]
        totals = {each["dimension"]: each["total"] for each in policy["hierarchies"]}
        parts = table[~table[list(totals)].isin(list(totals.values())).any(axis=1)]
        for column in definition["columns"]:
            if column["protection"] == "person" and parts[column["name"]].between(1, policy["threshold"] - 1).any():
                raise _fail(release, f"{name}: {column['name']} prints a count below {policy['threshold']}")
        hidden_cells += hidden
    return hidden_cells


def _beside(release: OpenRelease, public: Sequence[OpenRelease]) -> str:
    """Which earlier releases the certificate was checked against, in words."""
    named = json.loads(release.text("disclosure/certificate.json"))["earlier_releases"]
    there = sum(one.id in named for one in public)
    return f", those of {there} earlier releases included" if there else ""


def verify_release(release: OpenRelease, public: Sequence[OpenRelease] = ()) -> Verified:
    """Check one release whose hashes were found right when it was opened.

    public: the releases of its catalogue, so that the certificate is checked against the earlier ones too.
    """
    sums = 0
    for name in release.dataset_ids():
        definition = release.definition(name)
        _check_columns(release, name, definition)
        _check_cells(release, name, definition)
        _check_codes(release, name, definition)
        sums += _check_sums(release, name, definition)
    lines, hidden, proven = _check_indicators(release), _check_disclosure(release), check_certificate(release, public)
    for name in (*release.dataset_ids(), "indicators"):
        _check_parquet(release, name)
    return Verified(
        f"Release {release.id}",
        (
            f"{len(release.manifest.files)} files have the SHA-256 that the manifest and SHA256SUMS state.",
            f"{len(release.dataset_ids())} tables have the columns, keys and codes that their definitions state.",
            f"{sums} sums and comparisons between printed figures hold.",
            f"{lines} indicator figures were recomputed from the tables and are equal.",
            f"{hidden} cells are hidden, all accounted for; no protected count below the threshold is printed.",
            f"{proven} hidden cells: the certificate's tables agree with every printed figure{_beside(release, public)}, and "
            "differ in each of these cells by the width it states.",
        ),
    )


def _check_front(catalogue: Catalogue) -> None:
    """The first page's files have the hashes the index states, and `latest` is the newest release."""
    for name in FRONT_FILES:
        path = catalogue.folder / name
        if not path.is_file() or sha256(path.read_bytes()) != catalogue.index.files.get(name):
            raise ReleaseDamaged(f"{name} of the catalogue was changed, or is missing.")
    known = {*FRONT_FILES, CATALOGUE, "latest", "releases"}
    extra = sorted(p.name for p in catalogue.folder.iterdir() if p.name not in known and not p.name.startswith("."))
    if extra:
        raise ReleaseDamaged(f"The catalogue holds what does not belong to it: {', '.join(extra)}.")
    newest, latest = catalogue.published()[0], catalogue.folder / "latest"
    if not latest.is_dir() or open_folder(latest).manifest.digest != newest.digest:
        raise ReleaseDamaged(f"latest is not release {newest.id}.")


def _check_chain(catalogue: Catalogue) -> list[OpenRelease]:
    """Open every public release; each must carry the id and digest of the one before it."""
    opened = []
    entries = catalogue.index.releases
    for place, entry in enumerate(entries):
        if entry.state == "withdrawn":
            continue
        release = open_folder(catalogue.release_folder(entry.id))
        if (release.manifest.id, release.manifest.digest) != (entry.id, entry.digest):
            raise ReleaseDamaged(f"The catalogue and release {entry.id} do not agree.")
        before = entries[place + 1] if place + 1 < len(entries) else None
        link = release.manifest.previous
        if (link and (link.id, link.digest)) != (before and (before.id, before.digest)):
            raise ReleaseDamaged(
                f"The chain is broken at release {entry.id}: it does not follow the release before it."
            )
        opened.append(release)
    return opened


def verify_catalogue(catalogue: Catalogue, *, progress: Progress) -> list[Verified]:
    """Check a catalogue: its first page, its chain, and every public release."""
    if not catalogue.published():
        raise ReleaseDamaged("The catalogue has no public release.")
    _check_front(catalogue)
    releases = _check_chain(catalogue)
    verified = []
    for release in releases:
        progress(f"Checking release {release.id}")
        verified.append(verify_release(release, releases))
    summary = Verified(
        "The catalogue",
        (f"{len(catalogue.index.releases)} releases form an unbroken chain; the first page is as it was published.",),
    )
    return [summary, *verified]


def verify(location: Path, *, progress: Progress = lambda _: None) -> list[Verified]:
    """Check the catalogue or release in a folder. Raises ReleaseDamaged; FileNotFoundError when there is neither."""
    if (location / "manifest.json").is_file():
        return [verify_release(open_folder(location))]
    return verify_catalogue(open_catalogue(location), progress=progress)
