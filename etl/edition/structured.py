"""The same page for search engines: schema.org in JSON-LD, with links relative to the page (decision 0012)."""

from collections.abc import Sequence
from typing import Any

from etl.convert import last_day
from etl.edition.record import Record
from etl.evaluate import first_day
from schemas.wording import Wording

_CONTEXT = "https://schema.org/"
_FORMS = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}


def _publisher(record: Record) -> dict[str, str]:
    county = record.county
    return {"@type": "Organization", "name": county["publisher"], "email": county["contact_email"]}


def marked(words: str, mark: str) -> str:
    """Words with the mark of sample data before them, once."""
    return f"{mark}: {words}" if mark and not words.startswith(mark) else words


def _downloads(table: str, root: str) -> list[dict[str, str]]:
    return [
        {"@type": "DataDownload", "name": f"{table}.{form}", "encodingFormat": kind,
         "contentUrl": f"{root}tables/{table}.{form}"}
        for form, kind in _FORMS.items()
    ]  # fmt: skip


def dataset(record: Record, table: str, root: str, _: Wording) -> dict[str, Any]:
    """A published table as a schema.org Dataset."""
    definition = record.definition(table)
    mark = record.mark([table])
    entry: dict[str, Any] = {
        "@context": _CONTEXT, "@type": "Dataset", "name": marked(definition["title"], mark),
        "description": marked(definition["summary"], mark), "identifier": table, "inLanguage": _.language,
        "version": record.created_on.isoformat(), "datePublished": record.created_on.isoformat(),
        "license": record.county["data_licence_url"], "isAccessibleForFree": True, "creator": _publisher(record),
        "publisher": _publisher(record), "spatialCoverage": record.county["spatial"],
        "variableMeasured": [
            {"@type": "PropertyValue", "name": column["name"], "description": column["description"],
             **({"unitText": column["unit"]} if column["unit"] else {})}
            for column in definition["columns"] if column["kind"] in ("whole", "decimal")
        ],
        "distribution": _downloads(table, root),
    }  # fmt: skip
    periods = record.periods(table)
    if periods:
        entry["temporalCoverage"] = f"{first_day(periods[0])}/{last_day(periods[-1])}"
    return entry


def catalogue(record: Record, description: str, pages: Sequence[tuple[str, str]], _: Wording) -> dict[str, Any]:
    """The whole release as a schema.org DataCatalog; `pages` are the title and page of each table."""
    return {
        "@context": _CONTEXT, "@type": "DataCatalog", "name": record.title, "description": description,
        "inLanguage": _.language, "datePublished": record.created_on.isoformat(),
        "license": record.county["data_licence_url"], "publisher": _publisher(record),
        "dataset": [{"@type": "Dataset", "name": title, "url": page} for title, page in pages],
    }  # fmt: skip


def page(record: Record, title: str, description: str, tables: Sequence[str], _: Wording) -> dict[str, Any]:
    """One page of the record as a schema.org WebPage, with the tables it rests on."""
    return {
        "@context": _CONTEXT, "@type": "WebPage", "name": title, "description": description, "inLanguage": _.language,
        "dateModified": record.created_on.isoformat(), "publisher": _publisher(record),
        "mentions": [
            {"@type": "Dataset", "name": record.title_of(table), "url": f"tables/{table}.html"} for table in tables
        ],
    }  # fmt: skip
