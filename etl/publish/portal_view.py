"""What a portal says of a dataset (`/api/views`), and in what it differs from what it should say."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from etl.publish.cells import KEY
from etl.publish.portal_settings import PortalSettings
from etl.publish.portal_table import PortalTable

View = dict[str, Any]
_NEEDED = {"read", "write"}
_STATUS_KEYS = ("metadata", "columns")


def is_public(view: View) -> bool:
    """Whether anybody may read it."""
    return any(
        "public" in grant.get("flags", ()) and grant.get("type") == "viewer" for grant in view.get("grants") or ()
    )


def is_draft(view: View) -> bool:
    """Whether it was never published."""
    return view.get("publicationStage") == "unpublished"


def awaits_approval(view: View) -> bool:
    """Whether the portal's approvers have still to look at it."""
    approvals = list(view.get("approvals") or ())
    return bool(approvals) and bool(approvals[-1].get("state") == "pending")


def _identifier(view: View) -> str:
    """The field name of the row identifier, which portals tell in one of two ways."""
    number = view.get("rowIdentifierColumnId")
    for column in view.get("columns") or ():
        if number is not None and column.get("id") == number:
            return str(column.get("fieldName"))
    return str((view.get("metadata") or {}).get("rowIdentifier") or "")


def _fields(view: View) -> dict[str, str]:
    columns = {str(c.get("fieldName")): str(c.get("dataTypeName")) for c in view.get("columns") or ()}
    return {name: kind for name, kind in columns.items() if not name.startswith(":")}


def what_is_wrong(view: View, table: PortalTable) -> list[str]:
    """Why our table must not be written there; empty when it may."""
    if (kind := view.get("viewType", "tabular")) != "tabular":
        return [f"it is no table but “{kind}”"]
    theirs, ours = _fields(view), table.kinds
    wrong = [f"the portal has no column {name} ({ours[name]})" for name in ours if name not in theirs]
    wrong += [f"the portal has a column {name} that the release has not" for name in theirs if name not in ours]
    wrong += [
        f"{name} is {theirs[name]} on the portal and {kind} in the release"
        for name, kind in ours.items() if theirs.get(name, kind) != kind
    ]  # fmt: skip
    if not wrong and _identifier(view) != KEY:
        wrong.append(f"its row identifier is “{_identifier(view) or 'none'}”, not {KEY}")
    other = [tag for tag in view.get("tags") or () if _is_marker_like(tag, table.marker) and tag != table.marker]
    if other and table.marker not in (view.get("tags") or ()):
        wrong.append(f"it carries the mark of another table ({other[0]})")
    if missing := sorted(_NEEDED - set(view.get("rights") or ())):
        wrong.append(f"the account has no right to {' and '.join(missing)} it")
    return wrong


def _is_marker_like(tag: str, marker: str) -> bool:
    """Whether a tag is a mark of ours, of this table or of another."""
    return tag.startswith("daylight-") and marker.startswith("daylight-")


def wanted_words(table: PortalTable, settings: PortalSettings) -> dict[str, Any]:
    """The metadata that a new dataset is made with; for one that exists, `words_to_change` takes what differs."""
    custom = {
        group: {name: value.replace("{frequency}", table.frequency) for name, value in fields.items()}
        for group, fields in settings.custom_fields.items()
    }
    words: dict[str, Any] = {
        "name": table.title, "description": table.description, "tags": list(table.tags), "licenseId": table.licence,
        "attribution": table.attribution,
        "metadata": {"rowIdentifier": KEY, "rowLabel": table.row_label, **({"custom_fields": custom} if custom else {})},
        "columns": [
            {"fieldName": c.name, "name": c.label, "dataTypeName": c.kind, "description": c.description}
            for c in table.columns
        ],
    }  # fmt: skip
    return {**words, **({"category": settings.category} if settings.category else {})}


def _alike(one: object, other: object) -> bool:
    """Portals trim texts and write line ends in their own way; that is no difference."""
    return " ".join(str(one or "").split()) == " ".join(str(other or "").split())


def _merged(told: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What is there, with what we want in it; what others wrote stays."""
    merged = deepcopy(dict(told))
    merged["rowLabel"] = wanted["rowLabel"]
    for group, fields in wanted.get("custom_fields", {}).items():
        merged.setdefault("custom_fields", {}).setdefault(group, {}).update(fields)
    return merged


def _columns_to_change(view: View, wanted: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """All columns as they should be, and the names of those that are not yet so."""
    words = {column["fieldName"]: column for column in wanted}
    told, changed = [], []
    for column in view.get("columns") or ():
        name = str(column.get("fieldName"))
        new = {key: words[name][key] for key in ("name", "description") if name in words}
        if not all(_alike(column.get(key), text) for key, text in new.items()):
            changed.append(name)
        told.append({**column, **new})
    return told, changed


def words_to_change(view: View, table: PortalTable, settings: PortalSettings) -> tuple[dict[str, Any], list[str]]:
    """The keys of metadata to write (each whole, merged with what is there), and what to call them; empty when none."""
    wanted = wanted_words(table, settings)
    change: dict[str, Any] = {}
    names: list[str] = []
    for key in wanted.keys() - {*_STATUS_KEYS, "tags"}:
        if not _alike(view.get(key), wanted[key]):
            change[key] = wanted[key]
    names += sorted(change)
    there = [str(tag) for tag in view.get("tags") or ()]
    if missing := [tag for tag in wanted["tags"] if tag.lower() not in {one.lower() for one in there}]:
        change["tags"] = [*there, *missing]
        names.append("tags")
    told = view.get("metadata") or {}
    if (merged := _merged(told, wanted["metadata"])) != told:
        change["metadata"] = merged
        names.append("row label" if merged.get("custom_fields") == told.get("custom_fields") else "custom fields")
    columns, changed = _columns_to_change(view, wanted["columns"])
    if changed:
        change["columns"] = columns
        names.append(f"descriptions of {len(changed)} columns")
    return change, names
