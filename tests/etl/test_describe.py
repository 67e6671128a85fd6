"""The descriptive files of a release say what the declarations say, in the form each standard asks for."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import jsonschema
import pytest

from etl import describe
from etl.describe import INDICATOR_FIELDS, ReleaseFacts, TableFacts
from schemas.declare import MadeBy, Origin
from schemas.dictionary import published_fields
from schemas.jurisdiction import jurisdiction
from schemas.registry import dataset, datasets
from schemas.release import canonical_json, sha256

HEADER = ",".join(field.name for field in INDICATOR_FIELDS)
INDICATOR_CSV = (
    f"{HEADER}\n"
    "K1,2024-10,ALL,0,,0,,,0,yes,shown,code,certified,SAMPLE DATA\n"
    "K2,2026-09,ALL,21,25,0.84,,,1,no,shown,code,certified,SAMPLE DATA\n"
).encode()
DAY = r"\d{4}-\d{2}-\d{2}"
DCAT_DATASET = {
    "type": "object",
    "required": [
        "title", "description", "keyword", "modified", "publisher", "contactPoint", "identifier", "accessLevel",
    ],
    "properties": {
        "@type": {"const": "dcat:Dataset"},
        "title": {"type": "string", "minLength": 1},
        "description": {"type": "string", "minLength": 1},
        "keyword": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}},
        "modified": {"pattern": f"^{DAY}$"},
        "accessLevel": {"const": "public"},
        "accrualPeriodicity": {"anyOf": [{"const": "irregular"}, {"pattern": r"^R/P(\d+Y)?(\d+M)?$"}]},
        "temporal": {"pattern": f"^{DAY}/{DAY}$"},
        "license": {"format": "uri", "pattern": "^https://"},
        "describedBy": {"pattern": "^https?://"},
        "publisher": {"required": ["name"]},
        "contactPoint": {
            "required": ["fn", "hasEmail"],
            "properties": {"hasEmail": {"pattern": "^mailto:[^@]+@[^@]+$"}},
        },
        "distribution": {
            "type": "array",
            "minItems": 1,
            "items": {
                "dependentRequired": {"downloadURL": ["mediaType"]},
                "properties": {"downloadURL": {"pattern": "^https?://"}, "accessURL": {"pattern": "^https?://"}},
            },
        },
    },
}  # fmt: skip
"""The parts of the DCAT-US 1.1 non-federal schema that we use, and what data.gov's guidance asks for beyond it."""
DCAT = {
    "type": "object",
    "required": ["conformsTo", "dataset"],
    "properties": {
        "conformsTo": {"const": "https://project-open-data.cio.gov/v1.1/schema"},
        "dataset": {"type": "array", "items": DCAT_DATASET},
    },
}


def table_facts(name: str, origin: Origin = Origin.SAMPLE) -> TableFacts:
    declared = dataset(name)
    first, last = ("2024-10", "2026-09") if "period" in declared.key else ("", "")
    return TableFacts(
        dataset=declared, origin=origin, rows=24, csv_sha256="ab" * 32, csv_bytes=1234,
        first_period=first, last_period=last,
    )  # fmt: skip


def every_table() -> tuple[TableFacts, ...]:
    real = {MadeBy.PUBLIC_SOURCE: Origin.REAL}
    return tuple(table_facts(each.id, real.get(each.made_by, Origin.SAMPLE)) for each in datasets())


def release_facts(*tables: TableFacts) -> ReleaseFacts:
    return ReleaseFacts(
        title="The record", created_on=date(2026, 10, 20), county=jurisdiction(), data_to="2026-09",
        tables=tables or every_table(),
    )  # fmt: skip


FACTS = release_facts()
INDICATORS = describe.indicator_facts(INDICATOR_CSV)


def parsed(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    assert canonical_json(found) == text, "not canonical JSON"
    return found


def by_id(entries: list[dict[str, Any]], key: str = "name") -> dict[str, dict[str, Any]]:
    return {entry[key]: entry for entry in entries}


def test_the_indicator_tables_columns_are_those_of_the_contract_in_order() -> None:
    names = HEADER.split(",")
    assert names[:12] == [
        "indicator", "period", "agency", "numerator", "denominator", "value", "low", "high", "target", "met", "status",
        "basis",
    ]  # fmt: skip
    assert names[12:] == ["reporting", "data_origin"]


def test_the_facts_of_the_indicator_table_come_from_its_bytes() -> None:
    assert (INDICATORS.rows, INDICATORS.first_period, INDICATORS.last_period) == (2, "2024-10", "2026-09")
    assert INDICATORS.csv_sha256 == sha256(INDICATOR_CSV)
    assert INDICATORS.csv_bytes == len(INDICATOR_CSV)


def test_an_indicator_table_without_rows_has_no_periods() -> None:
    assert describe.indicator_facts(f"{HEADER}\n".encode()).first_period == ""


def test_an_indicator_column_nobody_described_is_refused() -> None:
    unknown = replace(INDICATORS, columns=(*INDICATORS.columns, "secret"))
    with pytest.raises(KeyError, match="secret"):
        describe.data_package(FACTS, unknown)


def test_the_data_package_lists_every_table_with_hash_and_size() -> None:
    package = parsed(describe.data_package(FACTS, INDICATORS))
    resources = by_id(package["resources"])
    assert set(resources) == {each.id for each in datasets()} | {"indicators"}
    for name, resource in resources.items():
        assert resource["path"] == f"tables/{name}.csv"
        assert resource["encoding"] == "utf-8"
    assert resources["training"]["hash"] == f"sha256:{'ab' * 32}"
    assert resources["training"]["bytes"] == 1234
    assert resources["indicators"]["hash"] == f"sha256:{sha256(INDICATOR_CSV)}"


def test_the_data_package_says_who_when_and_under_which_licence() -> None:
    package = parsed(describe.data_package(FACTS))
    assert package["$schema"] == "https://datapackage.org/profiles/2.0/datapackage.json"
    assert (package["version"], package["created"]) == ("2026-10-20", "2026-10-20T00:00:00Z")
    county = jurisdiction()
    assert package["licenses"] == [{"name": county.data_licence, "path": county.data_licence_url}]
    assert package["contributors"] == [{"title": county.publisher, "roles": ["publisher"]}]
    assert "indicators" not in by_id(package["resources"])


@pytest.mark.parametrize("table", every_table(), ids=lambda table: table.dataset.id)
def test_the_table_schema_is_the_published_table(table: TableFacts) -> None:
    resource = parsed(describe.data_package(release_facts(table)))["resources"][0]
    schema, expected = resource["schema"], published_fields(table.dataset)
    assert [(f["name"], f["type"]) for f in schema["fields"]] == [(f.name, f.type) for f in expected]
    assert schema["primaryKey"] == list(table.dataset.key)
    assert schema["missingValues"] == [""]
    assert set(schema["primaryKey"]) <= {f["name"] for f in schema["fields"]}


@pytest.mark.parametrize("table", every_table(), ids=lambda table: table.dataset.id)
def test_csvw_describes_the_published_table(table: TableFacts) -> None:
    metadata = parsed(describe.csvw(table, jurisdiction()))
    assert metadata["@context"][0] == "http://www.w3.org/ns/csvw"
    assert metadata["url"] == f"{table.dataset.id}.csv"
    columns = metadata["tableSchema"]["columns"]
    expected = [field.name for field in published_fields(table.dataset)]
    assert [column["titles"] for column in columns] == expected, "titles are what the header says"
    assert all(column["null"] == [""] for column in columns)
    assert metadata["tableSchema"]["primaryKey"] == list(table.dataset.key)


@pytest.mark.parametrize("catalogue_url", ["", "https://data.example.org/catalogue", "https://data.example.org/"])
def test_dcat_has_what_dcat_us_asks_for(catalogue_url: str) -> None:
    text = describe.dcat(FACTS, INDICATORS)
    catalog = parsed(describe.located(text, catalogue_url) if catalogue_url else text)
    jsonschema.validate(catalog, DCAT)
    identifiers = [entry["identifier"] for entry in catalog["dataset"]]
    assert len(set(identifiers)) == len(identifiers) == len(FACTS.tables) + 1


def test_dcat_of_a_release_holds_no_address_it_cannot_know() -> None:
    for entry in parsed(describe.dcat(FACTS))["dataset"]:
        assert "describedBy" not in entry
        (distribution,) = entry["distribution"]
        assert "downloadURL" not in distribution
        assert f"latest/tables/{distribution['title']}" in distribution["description"]


def test_a_catalogue_with_an_address_gets_stable_absolute_ones() -> None:
    catalog = parsed(describe.located(describe.dcat(FACTS), "https://data.example.org/catalogue/"))
    entry = by_id(catalog["dataset"], "identifier")["daylight/king_county/training"]
    home = "https://data.example.org/catalogue/"
    assert entry["distribution"][0]["downloadURL"] == f"{home}latest/tables/training.csv"
    assert entry["describedBy"] == f"{home}latest/definitions/training.json"
    assert entry["landingPage"] == home


@pytest.mark.parametrize(
    ("name", "periods", "frequency", "temporal"),
    [
        ("training", ("2024-10", "2026-09"), "R/P1M", "2024-10-01/2026-09-30"),
        ("personal_information_inventory", ("2024-Q4", "2026-Q3"), "R/P3M", "2024-10-01/2026-09-30"),
        ("federal_detainers_declined", ("2007", "2015"), "irregular", "2007-01-01/2015-12-31"),
        ("audit_baseline", ("", ""), "irregular", None),
    ],
)
def test_dcat_tells_rhythm_and_days(name: str, periods: tuple[str, str], frequency: str, temporal: str | None) -> None:
    table = replace(table_facts(name), first_period=periods[0], last_period=periods[1])
    (entry,) = parsed(describe.dcat(release_facts(table)))["dataset"]
    assert entry["accrualPeriodicity"] == frequency
    assert entry.get("temporal") == temporal


def test_an_empty_catalog_is_valid() -> None:
    catalog = parsed(describe.EMPTY_CATALOG)
    jsonschema.validate(catalog, DCAT)
    assert catalog["dataset"] == []


def test_croissant_ties_every_field_to_a_column_of_its_file() -> None:
    document = parsed(describe.croissant(FACTS, INDICATORS))
    assert document["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    objects = by_id(document["distribution"], "@id")
    sets = by_id(document["recordSet"], "@id")
    assert objects["training.csv"]["sha256"] == "ab" * 32
    assert objects["training.csv"]["contentUrl"] == "tables/training.csv"
    expected = {each.id: [f.name for f in published_fields(each)] for each in datasets()}
    expected["indicators"] = [field.name for field in INDICATOR_FIELDS]
    assert {name: [f["source"]["extract"]["column"] for f in each["field"]] for name, each in sets.items()} == expected
    for each in sets.values():
        ids = {field["@id"] for field in each["field"]}
        assert {key["@id"] for key in each["key"]} <= ids
        assert {field["source"]["fileObject"]["@id"] for field in each["field"]} <= objects.keys()


def test_sample_data_say_so_everywhere() -> None:
    package = parsed(describe.data_package(FACTS, INDICATORS))
    catalog = by_id(parsed(describe.dcat(FACTS, INDICATORS))["dataset"], "identifier")
    for title in (package["title"], package["description"], parsed(describe.croissant(FACTS))["name"]):
        assert title.startswith("SAMPLE DATA")
    for resource in package["resources"]:
        is_real = resource["name"] in {t.dataset.id for t in FACTS.tables if t.origin is Origin.REAL}
        entry = catalog[f"daylight/king_county/{resource['name']}"]
        for text in (resource["title"], resource["description"], entry["title"], entry["description"]):
            assert ("SAMPLE DATA" in text) is not is_real, resource["name"]
        assert ("sample data" in entry["keyword"]) is not is_real


def test_real_data_do_not_say_that_they_are_samples_and_name_their_source() -> None:
    facts = release_facts(table_facts("federal_detainers", Origin.REAL), table_facts("training", Origin.REAL),
                          table_facts("submission_ledger", Origin.REAL))  # fmt: skip
    for path, text in describe.files(facts, INDICATOR_CSV).items():
        assert "SAMPLE DATA" not in text, path
    sources = {r["name"]: r["sources"] for r in parsed(describe.data_package(facts))["resources"]}
    law = jurisdiction().cited("ice_foia")
    assert {"title": f"{law.published_citation} ({law.source})"} in sources["federal_detainers"]
    assert "agencies" in sources["training"][0]["title"]
    assert "Daylight" in sources["submission_ledger"][0]["title"]


def test_a_title_that_is_marked_already_is_not_marked_twice() -> None:
    facts = replace(FACTS, title="SAMPLE DATA: The record")
    assert describe.release_title(facts) == "SAMPLE DATA: The record"
    assert describe.release_title(FACTS) == "SAMPLE DATA: The record"


def test_files_are_the_same_for_the_same_facts_and_stand_where_the_contract_says() -> None:
    files = describe.files(FACTS, INDICATOR_CSV)
    assert files == describe.files(release_facts(), INDICATOR_CSV)
    beside = {f"tables/{each.id}.csv-metadata.json" for each in datasets()}
    assert set(files) == beside | {
        "tables/indicators.csv-metadata.json", "datapackage.json", "data.json", "croissant.json",
    }  # fmt: skip
    assert files["tables/training.csv-metadata.json"] == describe.csvw(table_facts("training"), jurisdiction())


def test_a_release_without_months_says_no_end() -> None:
    assert "Data to" not in describe.release_description(replace(FACTS, data_to=""))
