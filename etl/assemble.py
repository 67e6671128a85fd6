"""Protected tables -> a release: sorted, canonical bytes, a manifest, and an id that is the digest of the content.

The same tables on the same day after the same release give the same bytes. Only ProtectedTables are taken.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from etl import describe
from etl.disclosure import Protected, ProtectedTable
from etl.edition.packet import packet_pdf
from etl.edition.pages import Site, sites
from etl.edition.previews import previews
from etl.edition.quarter import has_figures, last_whole_quarter
from etl.edition.record import Record
from etl.signing import Signer
from etl.tabletext import csv_bytes, safe_to_open
from schemas import dictionary
from schemas.declare import Origin
from schemas.jurisdiction import Jurisdiction, publishable
from schemas.release import (
    KEY_SIGNATURE,
    MANIFEST,
    PACKET,
    PUBLIC_KEY,
    SIGNATURE,
    SUMS,
    FileEntry,
    Link,
    Manifest,
    Reason,
    canonical_json,
    compact_json,
    release_digest,
    release_id,
    sha256,
    sums_text,
)

OUTSIDE = (".parquet", ".png", ".pdf")
"""Files that hold what other files hold, in bytes that depend on the program that wrote them: not in the digest."""


@dataclass(frozen=True)
class Release:
    """A release in memory: its manifest and the bytes of every file, manifest and SHA256SUMS included."""

    manifest: Manifest
    files: dict[str, bytes]


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a release says, before it is compared with the release before: texts by path, and facts about tables."""

    facts: describe.ReleaseFacts
    files: dict[str, bytes]


def parquet_bytes(table: pd.DataFrame) -> bytes:
    """The same table as Parquet, for those who compute; its bytes depend on the writer's version."""
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), buffer, compression="zstd")
    return buffer.getvalue()


def published_table(protected: ProtectedTable, origin: Origin) -> pd.DataFrame:
    """A protected table with its first column: whether it is real, or sample data.

    A text that a spreadsheet would run as a formula is made safe here, for CSV and Parquet alike; what is published is
    then read back exactly.
    """
    table = protected.table.copy()
    for name in table.columns:
        if pd.api.types.is_string_dtype(table[name].dtype):
            safe = {text: safe_to_open(text) for text in table[name].dropna().unique()}
            table[name] = table[name].map(safe).astype(table[name].dtype)
    if protected.dataset.key:
        table = table.sort_values(list(protected.dataset.key), ignore_index=True)
    table.insert(0, dictionary.ORIGIN_FIELD, dictionary.origin_mark(origin))
    expected = [field.name for field in dictionary.published_fields(protected.dataset)]
    if list(table.columns) != expected:
        raise ValueError(f"{protected.dataset.id}: the table's columns are not those of its declaration.")
    return table


def _definitions(tables: Mapping[str, ProtectedTable], county: Jurisdiction) -> dict[str, str]:
    """definitions/…: every dataset, indicator, citation, vocabulary and the county's facts, for machine and person."""
    declared = tuple(tables[name].dataset for name in sorted(tables))
    texts = {f"{one.id}.json": canonical_json(dictionary.dataset_definition(one)) for one in declared}
    indicators = [dictionary.indicator_definition(i, one) for one in declared for i in one.indicators]
    texts["indicators.json"] = canonical_json(sorted(indicators, key=lambda i: (len(i["id"].split("_")[0]), i["id"])))
    texts["law.json"] = canonical_json([dictionary.law_definition(law) for law in county.law.values()])
    texts["jurisdiction.json"] = canonical_json(publishable(county))
    texts["dictionary.md"] = dictionary.dictionary_page(declared, county)
    for name, text in dictionary.vocabulary_texts(declared, county).items():
        texts[f"vocabularies/{name}.csv"] = text
    return {f"definitions/{path}": text for path, text in texts.items()}


def _period_range(table: pd.DataFrame) -> tuple[str, str]:
    if "period" not in table or table.empty:
        return "", ""
    return str(table["period"].min()), str(table["period"].max())


def content(
    protected: Protected, indicators: pd.DataFrame, *,
    origins: Mapping[str, Origin], facts: tuple[Jurisdiction, date],
) -> Content:  # fmt: skip
    """Everything a release says but its comparison with the release before."""
    county, on = facts
    tables, audit = protected.tables, protected.audit
    files: dict[str, bytes] = {}
    described = []
    for name in sorted(tables):
        table = published_table(tables[name], origins[name])
        files[f"tables/{name}.csv"] = csv_bytes(table)
        files[f"tables/{name}.parquet"] = parquet_bytes(table)
        first, last = _period_range(table)
        written = files[f"tables/{name}.csv"]
        described.append(describe.TableFacts(
            dataset=tables[name].dataset, origin=origins[name], rows=len(table), csv_sha256=sha256(written),
            csv_bytes=len(written), first_period=first, last_period=last))  # fmt: skip
    files["tables/indicators.csv"] = csv_bytes(indicators)
    files["tables/indicators.parquet"] = parquet_bytes(indicators)
    sampled = any(origin is Origin.SAMPLE for origin in origins.values())
    title = f"{county.name}: immigration enforcement requests and the county's answers"
    release_facts = describe.ReleaseFacts(
        title=f"{dictionary.SAMPLE_MARK}: {title}" if sampled else title, created_on=on, county=county,
        data_to=_data_to(described), tables=tuple(described))  # fmt: skip
    texts = _definitions(tables, county)
    accounts = {
        name: {"data_origin": dictionary.origin_mark(origins[name]), **account}
        for name, account in audit["tables"].items()
    }
    texts |= {"disclosure/audit.json": canonical_json({**audit, "tables": accounts})}
    texts |= {"disclosure/certificate.json": compact_json(protected.certificate)}
    texts |= describe.files(release_facts, files["tables/indicators.csv"])
    return Content(facts=release_facts, files=files | {path: text.encode() for path, text in texts.items()})


def _data_to(described: Sequence[describe.TableFacts]) -> str:
    """The last month that any agency reported."""
    months = [t.last_period for t in described if t.dataset.made_by == "agency" and len(t.last_period) == 7]
    return max((month for month in months if "Q" not in month), default="")


def _entries(files: Mapping[str, bytes]) -> tuple[FileEntry, ...]:
    """Every file with its hash, in order."""
    return tuple(
        FileEntry(path=path, sha256=sha256(files[path]), bytes=len(files[path]), in_digest=not path.endswith(OUTSIDE))
        for path in sorted(files)
    )


def _packet(record: Record, site: Site) -> dict[str, bytes]:
    """The council's packet of the last whole quarter, which names the release; none before there is such a quarter.

    It is not in the digest, so the release has its name before the packet is made.
    """
    chosen = last_whole_quarter(record.data_to)
    if chosen is None or not has_figures(record, chosen):
        return {}
    return {PACKET: packet_pdf(record, chosen, site.picture)}


def assemble(
    made: Content, compared: Mapping[str, str], *, previous: Link | None, reasons: Sequence[Reason]
) -> Release:
    """Put content and comparison together, make the pages, hash everything, and name the release by its digest."""
    files = made.files | {path: text.encode() for path, text in compared.items()}
    facts = made.facts
    record = Record(
        title=describe.release_title(facts), created_on=facts.created_on, data_to=facts.data_to, reasons=tuple(reasons),
        origins={t.dataset.id: str(t.origin) for t in facts.tables}, read=lambda path: files[path].decode(),
    )  # fmt: skip
    every = sites(record)
    site = every[0]
    files |= {path: text.encode() for each in every for path, text in each.pages().items()} | previews(site)
    core = Manifest(
        id="", digest="", created_on=facts.created_on, jurisdiction=facts.county.id, title=facts.title,
        publisher=facts.county.publisher, licence=facts.county.data_licence, data_to=facts.data_to,
        datasets=tuple(
            {"id": t.dataset.id, "title": t.dataset.title, "origin": str(t.origin), "rows": t.rows}  # type: ignore[misc]
            for t in facts.tables
        ),
        previous=previous, reasons=tuple(reasons),
        files=_entries(files),
    )  # fmt: skip
    digest = release_digest(core.model_dump(mode="json"))
    named = release_id(facts.created_on, digest)
    files |= _packet(replace(record, release_id=named), site)
    manifest = core.model_copy(update={"digest": digest, "id": named, "files": _entries(files)})
    files[MANIFEST] = canonical_json(manifest.model_dump(mode="json")).encode()
    files[SUMS] = sums_text({path: sha256(text) for path, text in files.items()}).encode()
    return Release(manifest, files)


def signature(sums: bytes, release: str, signer: Signer) -> dict[str, bytes]:
    """The files that stand beside a signed release: the key, who vouches for it, and the signature of SHA256SUMS."""
    endorsed = {KEY_SIGNATURE: signer.endorsement} if signer.endorsement else {}
    return {PUBLIC_KEY: signer.key.file, **endorsed, SIGNATURE: signer.sign(sums, f"release {release}")}


def signed(release: Release, signer: Signer) -> Release:
    """The release with its signature, and the key that made it. None of them is part of the digest."""
    return Release(release.manifest, release.files | signature(release.files[SUMS], release.manifest.id, signer))
