"""Checks a release or a catalogue with nothing but its public files: hashes, signature, chain, schema, arithmetic.

Everything is recomputed from what the release itself says (its definitions), so that an old release is judged by its
own rules and anyone can repeat it. The first disagreement of each kind is named; the exit code is 12. Files and tables
are read piece by piece.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from etl.certificate_check import check_certificate
from etl.chain import Verified, check_catalogue
from etl.indicators import Declared, basis_of, indicator_table_of_parts
from etl.parquetcheck import check_parquet
from etl.signatures import Trust, check_release_signature
from etl.tablecheck import TableCheck, blank_as_missing, fault_in
from etl.tabletext import csv_bytes
from schemas.declare import Origin
from schemas.dictionary import origin_mark, read_indicator
from schemas.release import OpenRelease, open_catalogue, open_folder

Progress = Callable[[str], None]


def _by_period(release: OpenRelease, dataset_id: str) -> Iterator[pd.DataFrame]:
    """A table in parts that divide no period; whole where its rows are not sorted by period first."""
    sorted_by_period = release.definition(dataset_id)["key"][:1] == ["period"]
    waiting = pd.DataFrame()
    for piece in release.pieces(dataset_id):
        waiting = pd.concat([waiting, piece], ignore_index=True)
        if sorted_by_period and not waiting.empty:
            last = waiting["period"] == waiting["period"].iloc[-1]
            if not last.all():
                yield blank_as_missing(waiting[~last].reset_index(drop=True))
            waiting = waiting[last].reset_index(drop=True)
    yield blank_as_missing(waiting)


def _check_indicators(release: OpenRelease) -> int:
    laws = {law["key"]: law["basis"] for law in release.definition("law")}
    declared: list[Declared] = []
    for definition in release.definition("indicators"):
        indicator = read_indicator(definition)
        mark = origin_mark(Origin(release.entry(definition["dataset"]).origin))
        declared.append((definition["dataset"], indicator, basis_of([laws[key] for key in indicator.law]), mark))
    declared.sort(key=lambda one: one[0])
    names = {one[0] for one in declared} | {"submission_ledger"}
    table = indicator_table_of_parts({name: partial(_by_period, release, name) for name in names}, declared)
    if csv_bytes(table) != (release.folder / "tables/indicators.csv").read_bytes():
        raise fault_in(release, "tables/indicators.csv is not what its tables and formulas give")
    return len(table)


def _check_account(release: OpenRelease, name: str, hidden: int) -> None:
    """The audit accounts for every cell that a table about people hides."""
    audit = json.loads(release.text("disclosure/audit.json"))["tables"]
    person = release.definition(name)["disclosure"]["kind"] == "person"
    if person and (name not in audit or audit[name]["hidden"] != hidden):
        raise fault_in(release, f"disclosure/audit.json does not account for what {name} hides")


def _beside(release: OpenRelease, public: Sequence[OpenRelease]) -> str:
    """Which earlier releases the certificate was checked against, in words."""
    named = json.loads(release.text("disclosure/certificate.json"))["earlier_releases"]
    there = sum(one.id in named for one in public)
    return f", those of {there} earlier releases included" if there else ""


def verify_release(release: OpenRelease, public: Sequence[OpenRelease] = ()) -> Verified:
    """Check one release whose hashes were found right when it was opened.

    public: the releases of its catalogue, so that the certificate is checked against the earlier ones too.
    """
    compared = hidden = 0
    for name in release.dataset_ids():
        seen = TableCheck(release, name).run()
        _check_account(release, name, seen.hidden)
        compared, hidden = compared + seen.compared, hidden + seen.hidden
    lines, proven = _check_indicators(release), check_certificate(release, public)
    for name in (*release.dataset_ids(), "indicators"):
        check_parquet(release, name)
    return Verified(
        f"Release {release.id}",
        (
            f"{len(release.manifest.files)} files have the SHA-256 that the manifest and SHA256SUMS state.",
            f"{len(release.dataset_ids())} tables have the columns, keys and codes that their definitions state.",
            f"{compared} sums and comparisons between printed figures hold.",
            f"{lines} indicator figures were recomputed from the tables and are equal.",
            f"{hidden} cells are hidden, all accounted for; no protected count below the threshold is printed.",
            f"{proven} hidden cells: the certificate's worlds give every printed figure{_beside(release, public)}, and "
            "differ in each of these cells by the width it states.",
        ),
    )


def verify(location: Path, *, trust: Trust | None = None, progress: Progress = lambda _: None) -> list[Verified]:
    """Check the catalogue or release in a folder. Raises ReleaseDamaged; FileNotFoundError when there is neither.

    trust: what the reader knows from elsewhere, such as the publisher's key or a release seen before.
    """
    trust = trust or Trust()
    if (location / "manifest.json").is_file():
        release = open_folder(location)
        signed = check_release_signature(release, trust)
        alone = verify_release(release)
        return [Verified(alone.what, (*alone.checks, signed))]
    catalogue = open_catalogue(location)
    progress("Checking the chain of releases")
    summary, releases = check_catalogue(catalogue, trust)
    verified = [summary]
    for release in releases:
        progress(f"Checking release {release.id}")
        verified.append(verify_release(release, releases))
    return verified
