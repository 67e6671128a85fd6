"""Pictures of tables that no indicator draws: how many of each kind, and series of one table beside each other.

A year of kinds is added up from the published cells; a table whose cells may be hidden is never added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from etl.edition.grids import Grid, number_text
from etl.edition.record import Record, Row
from schemas.drawing.compare import Kind, bars, series
from schemas.drawing.scene import Scene
from schemas.drawing.trend import Around, Spot
from schemas.marks import SIGNS, Mark
from schemas.wording import N_, Wording

YEAR = 12
"""How many months a picture of kinds covers: a year, so that seasons do not mislead."""


@dataclass(frozen=True)
class Kinds:
    """Bars of one table: of each of `columns`, or of the one column for each code of `key`; largest first unless in_order."""

    page: str
    dataset: str
    title: str
    columns: tuple[str, ...]
    key: str = ""
    in_order: bool = False


@dataclass(frozen=True)
class Together:
    """Columns of one table over time; `where` are the rows taken, added up where a period has several."""

    page: str
    dataset: str
    title: str
    columns: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Extra:
    """One picture with its sentence and the same figures as a table."""

    id: str
    dataset: str
    title: str
    said: str
    scene: Scene
    grid: Grid


_ANSWERS = ("declined", "complied", "partly_complied", "withdrawn", "expired", "pending")
_STEPS = ("requests", "determination_made", "judicial_warrant_verified", "released", "refused",
          "released_without_warrant")  # fmt: skip
_JAILS = ("KING COUNTY ADULT JAIL", "REGIONAL JUSTICE CENTER")
EXTRAS: tuple[Kinds | Together, ...] = (
    Kinds("requests", "ice_requests", N_("How requests were answered"), _ANSWERS),
    Kinds("requests", "ice_requests", N_("Requests by legal instrument"), ("requests_received",), "instrument"),
    Kinds("requests", "ice_requests", N_("Requests by type"), ("requests_received",), "request_type"),
    Kinds("disclosures", "information_disclosures", N_("Requests for information, step by step"), _STEPS, in_order=True),
    Together("federal", "federal_counts", N_("ICE's count beside the county's"),
             ("ice_reported_detainers", "county_logged")),
    Together("federal", "federal_detainers_declined", N_("How ICE recorded the county jails' answers, by year"),
             ("declined_by_agency", "other_recorded_outcome"), (("ice_facility_name", _JAILS),)),
    Together("federal", "federal_arrests", N_("Arrests by federal officers in the county, by quarter"), ("arrests",),
             (("series", ("i213_quarterly",)), ("area", ("KING_COUNTY",)))),
)  # fmt: skip


def _column(record: Record, dataset: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(c for c in record.definition(dataset)["columns"] if c["name"] == name)
    return found


def _sum(rows: Sequence[Row], column: str) -> float | None:
    """The sum of the cells; None where any of them has no figure, since a part would look like a fall."""
    cells = [row[column] for row in rows]
    return sum(map(float, cells)) if cells and all(cells) else None


def _kinds(one: Kinds, record: Record, _: Wording) -> Extra | None:
    rows = record.table(one.dataset)
    periods = sorted({row["period"] for row in rows})[-YEAR:]
    rows = [row for row in rows if row["period"] in periods]
    if not rows:
        return None
    if one.key:
        labels = record.labels(_column(record, one.dataset, one.key)["vocabulary"])
        codes = dict.fromkeys(row[one.key] for row in rows)
        counted = {
            labels.get(code, code): [row[one.columns[0]] for row in rows if row[one.key] == code] for code in codes
        }
    else:
        counted = {_column(record, one.dataset, name)["label"]: [row[name] for row in rows] for name in one.columns}
    found = [(label, sum(float(cell) for cell in cells if cell)) for label, cells in counted.items()]
    kinds = [Kind(label, value, _.number(value)) for label, value in found]
    kinds = kinds if one.in_order else sorted(kinds, key=lambda kind: -kind.value)
    span = _("{first} to {last}", first=_.period(periods[0]), last=_.period(periods[-1]))
    title = _(one.title)
    first = "; ".join(f"{kind.label}: {kind.said}" for kind in (kinds if one.in_order else kinds[:1]))
    said = _("{title}, {span}. {kinds}. Reports that are missing are not in these totals.", title=title, span=span,
             kinds=first if one.in_order else _("Most often: {kind}", kind=first))  # fmt: skip
    around = Around(
        title=title, subtitle=span, alt=_("Chart: {sentence}", sentence=said), sample=record.mark([one.dataset])
    )
    cells = tuple((kind.label, kind.said) for kind in kinds)
    grid = Grid(_("{title}, {span}", title=title, span=span), (_("Kind"), _("Number")), cells, frozenset({1}))
    return Extra(f"{one.dataset}-{one.key or one.columns[0]}", one.dataset, title, said, bars(kinds, around), grid)


def _together(one: Together, record: Record, _: Wording) -> Extra | None:
    rows = [row for row in record.table(one.dataset) if all(row[name] in codes for name, codes in one.where)]
    periods = sorted({row["period"] for row in rows})
    if not periods:
        return None
    by = {period: [row for row in rows if row["period"] == period] for period in periods}
    sums = {(period, name): _sum(by[period], name) for period in periods for name in one.columns}
    labels = {name: str(_column(record, one.dataset, name)["label"]) for name in one.columns}
    named = {
        labels[name]: [
            Spot(p, sums[p, name], Mark.COUNTED if sums[p, name] is not None else Mark.MISSING) for p in periods
        ]
        for name in one.columns
    }
    figures = {key: SIGNS[Mark.MISSING] if value is None else number_text(str(value), _) for key, value in sums.items()}
    last = next((p for p in reversed(periods) if all(sums[p, name] is not None for name in one.columns)), periods[-1])
    listed = "; ".join(f"{labels[name]}: {figures[last, name]}" for name in one.columns)
    title = _(one.title)
    said = _("In {period}, {figures}.", period=_.period(last), figures=listed)
    around = Around(
        title=title, subtitle=record.title_of(one.dataset), sample=record.mark([one.dataset]), height=190,
        alt=_("Chart: {title}. {sentence}", title=title, sentence=said),
    )  # fmt: skip
    cells = tuple((_.period(p), *(figures[p, name] for name in one.columns)) for p in reversed(periods))
    heads = (_("Period"), *labels.values())
    grid = Grid(_("{title}: every period", title=title), heads, cells, frozenset(range(1, len(heads))))
    return Extra(one.dataset, one.dataset, title, said, series(named, around, _), grid)


def extras(page: str, record: Record, _: Wording) -> list[Extra]:
    """The further pictures of a page; those of tables that the release does not have are left out."""
    made = [
        _kinds(one, record, _) if isinstance(one, Kinds) else _together(one, record, _)
        for one in EXTRAS if one.page == page and one.dataset in record.origins
    ]  # fmt: skip
    return [extra for extra in made if extra is not None]
