"""The mark of our own templates: which dataset a filled workbook is for, and which version of its declaration.

The mark is two custom document properties. It is read before any sheet, from the properties and from nothing else.
"""

import io
import json
import zipfile
from dataclasses import asdict
from xml.parsers import expat

from schemas.declare import Dataset
from schemas.release import sha256

DATASET_PROPERTY, VERSION_PROPERTY = "daylight_dataset", "daylight_template_version"
_MOST_PROPERTIES = 200_000


def template_version(dataset: Dataset) -> str:
    """Twelve hex digits that change when what may be filled in changes: columns, forms, lists, ranges or rules.

    Wording and law may change without making a template old.
    """
    form = ("name", "role", "kind", "unit", "vocabulary", "must_be_filled", "in_header", "default", "maximum")
    columns = [{name: getattr(column, name) for name in form} for column in dataset.columns]
    rules = [[type(rule).__name__, {**asdict(rule), "says": ""}] for rule in dataset.rules]
    declared = json.dumps([dataset.id, list(dataset.grains), columns, rules], sort_keys=True)
    return sha256(declared.encode())[:12]


def _properties_in(xml: bytes) -> dict[str, str]:
    """Name -> text of the custom properties in an .xlsx (`property`) or an .ods (`meta:user-defined`).

    ValueError for a document type: no office program writes one there, and it is how XML is made to blow up.
    """
    found: dict[str, str] = {}
    names: list[str] = []
    parser = expat.ParserCreate()

    def started(tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith(("property", "user-defined")):
            names.append(attributes.get("name") or attributes.get("meta:name") or "")

    def said(text: str) -> None:
        if names:
            found[names[-1]] = found.get(names[-1], "") + text

    def ended(tag: str) -> None:
        if tag.endswith(("property", "user-defined")):
            names.pop()

    def refused(*_: object) -> None:
        raise ValueError("a document type")

    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = started, said, ended
    parser.StartDoctypeDeclHandler = refused
    parser.Parse(xml, True)  # noqa: FBT003 - the parser takes it by place only
    return found


def mark_of(content: bytes) -> tuple[str, str] | None:
    """The dataset and the version that a filled template says it is for; None where a file does not say.

    Looks at the document properties of an .xlsx or .ods and at nothing else. A file that is no such workbook, or whose
    properties are damaged, enormous or carry a document type, has no mark.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in ("docProps/custom.xml", "meta.xml") if name in archive.NameToInfo]
            if not names or archive.getinfo(names[0]).file_size > _MOST_PROPERTIES:
                return None
            with archive.open(names[0]) as member:
                properties = _properties_in(member.read(_MOST_PROPERTIES))
    except (zipfile.BadZipFile, expat.ExpatError, OSError, ValueError, NotImplementedError, RuntimeError):
        return None  # RuntimeError is how zipfile refuses a member with a password
    dataset, version = (properties.get(name, "").strip() for name in (DATASET_PROPERTY, VERSION_PROPERTY))
    return (dataset, version) if dataset and version else None
