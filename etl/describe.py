"""A release in the words of other catalogues: Data Package, DCAT-US, CSVW and Croissant, all made from one view.

Every text is a function of the declarations and of the facts of one release. None can name the release's id, which is
the digest of these very texts, and none knows the address at which it will be published (`located` can add that).

Sources: Data Package 2.0 (datapackage.org), DCAT-US 1.1 (resources.data.gov/resources/dcat-us, non-federal schema),
CSVW (W3C Metadata Vocabulary for Tabular Data, 2015), Croissant 1.0 (MLCommons).
"""

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from typing import Any, assert_never

from etl.convert import last_day
from etl.evaluate import first_day
from schemas.declare import Dataset, Grain, MadeBy, Origin
from schemas.dictionary import ORIGIN_FIELD, SAMPLE_MARK, Field, published_fields
from schemas.jurisdiction import Jurisdiction
from schemas.release import canonical_json, sha256

INDICATORS = "indicators"
INDICATOR_TITLE = "Indicators"
INDICATOR_KEY = ("indicator", "period", "agency")
INDICATOR_FIELDS = (
    Field("indicator", "string", "Indicator", "The indicator's id; definitions/indicators.json says what it measures."),
    Field("period", "string", "Period", "Month (2026-09), quarter (2026-Q3) or year (2026) the figure is about."),
    Field("agency", "string", "Agency", "The agency the figure is about; ALL for all agencies together."),
    Field("numerator", "number", "Numerator", "The figure itself, or the part of the denominator that is measured."),
    Field("denominator", "number", "Denominator", "What the numerator is a part of; empty where a count is measured."),
    Field("value", "number", "Value", "Numerator over denominator (1 is all of them), or the count itself."),
    Field("low", "number", "Low", "Lower end of the 95 percent interval; only where cases were sampled."),
    Field("high", "number", "High", "Upper end of the 95 percent interval; only where cases were sampled."),
    Field("target", "number", "Target", "What the law or a commitment asks for; empty where nothing is asked."),
    Field("met", "string", "Target met", "yes or no; empty where there is no figure or no target."),
    Field("status", "string", "Status", "Whether the figure is shown; if not, why it is empty."),
    Field("basis", "string", "Basis", "Who asks for it: code, statute, commitment, recommendation or only context."),
    Field("reporting", "string", "Reporting", "How the rows behind the figure were reported."),
    Field(ORIGIN_FIELD, "string", "Origin", "Whether the rows behind the figure are real records or sample data."),
)
"""The columns of `tables/indicators.csv`, in order."""

_DCAT_SCHEMA = "https://project-open-data.cio.gov/v1.1/schema"
EMPTY_CATALOG = canonical_json({"conformsTo": _DCAT_SCHEMA, "dataset": []})
"""The DCAT-US text of a catalogue in which no release is public."""

_PROFILES = "https://datapackage.org/profiles/2.0"
_FREQUENCY = {Grain.MONTH: "R/P1M", Grain.QUARTER: "R/P3M", Grain.YEAR: "R/P1Y"}
_CROISSANT_TYPES = {"integer": "sc:Integer", "number": "sc:Float", "date": "sc:Date", "string": "sc:Text"}
_CROISSANT_CONTEXT: dict[str, Any] = {
    "@language": "en", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty", "samplingRate": "cr:samplingRate",
    "examples": {"@id": "cr:examples", "@type": "@json"}, "extract": "cr:extract", "field": "cr:field",
    "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty", "fileSet": "cr:fileSet", "format": "cr:format",
    "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset", "jsonPath": "cr:jsonPath", "key": "cr:key",
    "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path", "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet", "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated",
    "replace": "cr:replace", "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source",
    "subField": "cr:subField", "transform": "cr:transform",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TableFacts:
    """What is known of one published table. The periods are empty where the dataset has none."""

    dataset: Dataset
    origin: Origin
    rows: int
    csv_sha256: str
    csv_bytes: int
    first_period: str
    last_period: str


@dataclass(frozen=True, kw_only=True)
class IndicatorFacts:
    """What is known of `tables/indicators.csv`; `columns` are the names in its header."""

    columns: tuple[str, ...]
    rows: int
    csv_sha256: str
    csv_bytes: int
    first_period: str
    last_period: str


@dataclass(frozen=True, kw_only=True)
class ReleaseFacts:
    """What is known of a release before it has a name: its tables, and who publishes it when."""

    title: str
    created_on: date
    county: Jurisdiction
    data_to: str
    tables: tuple[TableFacts, ...]


@dataclass(frozen=True, kw_only=True)
class _View:
    """One table as every standard describes it, dataset or indicators alike."""

    id: str
    title: str
    description: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    frequency: str
    sources: tuple[str, ...]
    facts: TableFacts | IndicatorFacts
    is_sample: bool

    @property
    def path(self) -> str:
        return f"tables/{self.id}.csv"


def marked(title: str, *, is_sample: bool) -> str:
    """A title that says so when its figures are made up."""
    return f"{SAMPLE_MARK}: {title}" if is_sample and not title.startswith(SAMPLE_MARK) else title


def sample_titles(facts: ReleaseFacts) -> tuple[str, ...]:
    """The titles of the tables that are sample data."""
    return tuple(table.dataset.title for table in facts.tables if table.origin is not Origin.REAL)


def indicator_facts(content: bytes) -> IndicatorFacts:
    """The facts of the indicator table, from the bytes of its CSV file."""
    rows = csv.reader(io.StringIO(content.decode()))
    header = tuple(next(rows))
    place = header.index("period")
    periods = [row[place] for row in rows]
    return IndicatorFacts(
        columns=header, rows=len(periods), csv_sha256=sha256(content), csv_bytes=len(content),
        first_period=min(periods, default=""), last_period=max(periods, default=""),
    )  # fmt: skip


def _frequency(dataset: Dataset) -> str:
    """How often rows are added (ISO 8601); figures taken over once from a public source have no rhythm."""
    if dataset.made_by is MadeBy.PUBLIC_SOURCE or not dataset.grains:
        return "irregular"
    return next(_FREQUENCY[grain] for grain in Grain if grain in dataset.grains)


def _sources(table: TableFacts, county: Jurisdiction) -> tuple[str, ...]:
    if table.origin is not Origin.REAL:
        return (f"{SAMPLE_MARK}: made up to show the product; no agency reported it",)
    match table.dataset.made_by:
        case MadeBy.AGENCY:
            return (f"Reports of the agencies of {county.name}",)
        case MadeBy.DAYLIGHT:
            return ("Made by Daylight from the other tables of the release",)
        case MadeBy.PUBLIC_SOURCE:
            laws = [county.cited(key) for key in table.dataset.law]
            return tuple(f"{law.published_citation} ({law.source})" for law in laws)
        case _:  # pragma: no cover - mypy proves that it cannot be reached
            assert_never(table.dataset.made_by)


def _table_view(table: TableFacts, county: Jurisdiction) -> _View:
    dataset, is_sample = table.dataset, table.origin is not Origin.REAL
    words = [dataset.summary, f"One row is {dataset.one_row_is}.", *dataset.caveats]
    notice = [f"{SAMPLE_MARK}: every row is made up; none is a record of what happened."] if is_sample else []
    return _View(
        id=dataset.id, title=marked(dataset.title, is_sample=is_sample), description=" ".join([*notice, *words]),
        fields=published_fields(dataset), key=dataset.key, frequency=_frequency(dataset),
        sources=_sources(table, county), facts=table, is_sample=is_sample,
    )  # fmt: skip


def _indicator_view(indicators: IndicatorFacts, *, is_sample: bool) -> _View:
    known = {field.name: field for field in INDICATOR_FIELDS}
    notice = f"{SAMPLE_MARK}: at least some figures are computed from made-up rows. " if is_sample else ""
    words = "Every figure with numerator, denominator, target and whether it is met, by period and agency."
    return _View(
        id=INDICATORS, title=marked(INDICATOR_TITLE, is_sample=is_sample), description=notice + words,
        fields=tuple(known[name] for name in indicators.columns), key=INDICATOR_KEY, frequency=_FREQUENCY[Grain.MONTH],
        sources=("Computed from the tables of this release; definitions/indicators.json holds the formulas",),
        facts=indicators, is_sample=is_sample,
    )  # fmt: skip


def _views(facts: ReleaseFacts, indicators: IndicatorFacts | None) -> list[_View]:
    views = [_table_view(table, facts.county) for table in facts.tables]
    some_sample = any(view.is_sample for view in views)
    return views if indicators is None else [*views, _indicator_view(indicators, is_sample=some_sample)]


def release_title(facts: ReleaseFacts) -> str:
    """The release's title; says SAMPLE DATA as soon as one table is made up."""
    return marked(facts.title, is_sample=bool(sample_titles(facts)))


def release_description(facts: ReleaseFacts, *, brief: bool = False) -> str:
    """What the release is, and first of all that tables of it are made up, named unless it must be brief."""
    until = f" Data to {facts.data_to}." if facts.data_to else ""
    words = f"What immigration authorities asked of {facts.county.name}, and how its agencies answered.{until}"
    made_up = sample_titles(facts)
    if not made_up:
        return words
    if brief:
        return f"{SAMPLE_MARK}: {len(made_up)} of {len(facts.tables)} tables are made up to show the product. {words}"
    return f"{SAMPLE_MARK}: these tables are made up to show the product: {'; '.join(made_up)}. {words}"


def _table_schema(view: _View) -> dict[str, Any]:
    fields = [
        {"name": f.name, "type": f.type, "title": f.label, "description": f.description,
         **({"constraints": {"required": True}} if f.name == ORIGIN_FIELD else {})}
        for f in view.fields
    ]  # fmt: skip
    return {
        "$schema": f"{_PROFILES}/tableschema.json", "fields": fields, "primaryKey": list(view.key),
        "missingValues": [""],
    }  # fmt: skip


def _resource(view: _View, licences: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "$schema": f"{_PROFILES}/dataresource.json", "name": view.id, "type": "table", "path": view.path,
        "title": view.title, "description": view.description, "format": "csv", "mediatype": "text/csv",
        "encoding": "utf-8", "bytes": view.facts.csv_bytes, "hash": f"sha256:{view.facts.csv_sha256}",
        "licenses": licences, "sources": [{"title": source} for source in view.sources],
        "schema": _table_schema(view),
    }  # fmt: skip


def data_package(facts: ReleaseFacts, indicators: IndicatorFacts | None = None) -> str:
    """`datapackage.json`: the release as a Data Package v2, each table with its hash, size and schema."""
    county, views = facts.county, _views(facts, indicators)
    licences = [{"name": county.data_licence, "path": county.data_licence_url}]
    sources = dict.fromkeys(source for view in views for source in view.sources)
    return canonical_json({
        "$schema": f"{_PROFILES}/datapackage.json", "name": f"daylight-{county.id.replace('_', '-')}",
        "title": release_title(facts), "description": release_description(facts),
        "version": facts.created_on.isoformat(), "created": f"{facts.created_on.isoformat()}T00:00:00Z",
        "licenses": licences, "contributors": [{"title": county.publisher, "roles": ["publisher"]}],
        "sources": [{"title": source} for source in sources],
        "resources": [_resource(view, licences) for view in views],
    })  # fmt: skip


def _temporal(view: _View) -> str:
    """The days from the first period's start to the last one's end (ISO 8601 interval); empty without periods."""
    if not view.facts.first_period:
        return ""
    return f"{first_day(view.facts.first_period)}/{last_day(view.facts.last_period)}"


def _dcat_dataset(view: _View, facts: ReleaseFacts) -> dict[str, Any]:
    county = facts.county
    keywords = ["immigration enforcement", "government transparency", county.name, view.id.replace("_", " ")]
    entry = {
        "@type": "dcat:Dataset", "identifier": f"daylight/{county.id}/{view.id}", "title": view.title,
        "description": view.description, "keyword": [*keywords, *(["sample data"] if view.is_sample else [])],
        "modified": facts.created_on.isoformat(), "accessLevel": "public", "license": county.data_licence_url,
        "publisher": {"@type": "org:Organization", "name": county.publisher},
        "contactPoint": {
            "@type": "vcard:Contact", "fn": county.contact_name, "hasEmail": f"mailto:{county.contact_email}",
        },
        "accrualPeriodicity": view.frequency, "spatial": county.spatial, "language": ["en-US"],
        "distribution": [{
            "@type": "dcat:Distribution", "title": f"{view.id}.csv", "format": "CSV", "mediaType": "text/csv",
            "description": f"{view.path} in the release; latest/{view.path} in the catalogue that holds it.",
        }],
    }  # fmt: skip
    temporal = _temporal(view)
    return entry | {"temporal": temporal} if temporal else entry


def dcat(facts: ReleaseFacts, indicators: IndicatorFacts | None = None) -> str:
    """`data.json`: a DCAT-US 1.1 catalog of the release's tables.

    DCAT-US wants absolute URIs in downloadURL and describedBy. A release does not know where it will be served, and a
    relative reference would be invalid, so both are left out here and each distribution says in words where its file
    is. `located` fills them in for a publisher who knows the address (decision 0012).
    """
    return canonical_json({
        "@context": f"{_DCAT_SCHEMA}/catalog.jsonld", "@type": "dcat:Catalog", "conformsTo": _DCAT_SCHEMA,
        "describedBy": f"{_DCAT_SCHEMA}/catalog.json",
        "dataset": [_dcat_dataset(view, facts) for view in _views(facts, indicators)],
    })  # fmt: skip


def located(dcat_text: str, catalogue_url: str) -> str:
    """The DCAT-US text of a release with the addresses it has in a catalogue served at `catalogue_url`.

    The addresses are those of `latest/`, which stay the same from release to release.
    """
    home = f"{catalogue_url.rstrip('/')}/"
    latest = f"{home}latest/"
    catalog = json.loads(dcat_text)
    for entry in catalog["dataset"]:
        table = entry["identifier"].rpartition("/")[2]
        address = {"downloadURL": f"{latest}tables/{table}.csv"}
        entry["distribution"] = [distribution | address for distribution in entry["distribution"]]
        entry |= {"landingPage": home, "describedBy": f"{latest}definitions/{table}.json"}
        entry |= {"describedByType": "application/json"}
    return canonical_json(catalog)


def _csvw(view: _View, county: Jurisdiction) -> str:
    columns = [
        {"name": f.name, "titles": f.name, "dc:title": f.label, "dc:description": f.description, "datatype": f.type,
         "null": [""], "required": f.name == ORIGIN_FIELD}
        for f in view.fields
    ]  # fmt: skip
    return canonical_json({
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}], "url": f"{view.id}.csv",
        "dc:title": view.title, "dc:description": view.description, "dc:publisher": county.publisher,
        "dc:license": {"@id": county.data_licence_url}, "dc:source": list(view.sources),
        "dialect": {"encoding": "utf-8", "delimiter": ",", "header": True},
        "tableSchema": {"columns": columns, "primaryKey": list(view.key)},
    })  # fmt: skip


def csvw(table: TableFacts, county: Jurisdiction) -> str:
    """`tables/<dataset>.csv-metadata.json`: CSVW metadata of one table, to stand beside its CSV file."""
    return _csvw(_table_view(table, county), county)


def _file_object(view: _View) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject", "@id": f"{view.id}.csv", "name": f"{view.id}.csv", "description": view.title,
        "contentUrl": view.path, "encodingFormat": "text/csv", "contentSize": f"{view.facts.csv_bytes} B",
        "sha256": view.facts.csv_sha256,
    }  # fmt: skip


def _record_set(view: _View) -> dict[str, Any]:
    fields = [
        {
            "@type": "cr:Field", "@id": f"{view.id}/{field.name}", "name": field.name, "description": field.description,
            "dataType": _CROISSANT_TYPES[field.type],
            "source": {"fileObject": {"@id": f"{view.id}.csv"}, "extract": {"column": field.name}},
        }
        for field in view.fields
    ]  # fmt: skip
    return {
        "@type": "cr:RecordSet", "@id": view.id, "name": view.id, "description": view.description,
        "key": [{"@id": f"{view.id}/{name}"} for name in view.key], "field": fields,
    }  # fmt: skip


def croissant(facts: ReleaseFacts, indicators: IndicatorFacts | None = None) -> str:
    """`croissant.json`: Croissant 1.0 JSON-LD; `url` and every contentUrl are relative to the release's folder."""
    county, views, day = facts.county, _views(facts, indicators), facts.created_on
    return canonical_json({
        "@context": _CROISSANT_CONTEXT, "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": release_title(facts), "description": release_description(facts), "url": "./",
        "license": county.data_licence_url, "creator": {"@type": "Organization", "name": county.publisher},
        "publisher": {"@type": "Organization", "name": county.publisher}, "datePublished": day.isoformat(),
        "version": f"{day.year}.{day.month}.{day.day}", "isLiveDataset": False, "inLanguage": "en",
        "citeAs": f"{county.publisher} ({day.year}). {release_title(facts)}. Published {day.isoformat()}.",
        "distribution": [_file_object(view) for view in views],
        "recordSet": [_record_set(view) for view in views],
    })  # fmt: skip


def files(facts: ReleaseFacts, indicators_csv: bytes) -> dict[str, str]:
    """Every descriptive file of a release by its path; `indicators_csv` are the bytes of tables/indicators.csv."""
    indicators = indicator_facts(indicators_csv)
    beside = {f"{view.path}-metadata.json": _csvw(view, facts.county) for view in _views(facts, indicators)}
    return beside | {
        "datapackage.json": data_package(facts, indicators),
        "data.json": dcat(facts, indicators),
        "croissant.json": croissant(facts, indicators),
    }  # fmt: skip
