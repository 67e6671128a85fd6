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
from schemas.drawing.trend import Around, Spot, trend
from schemas.marks import SIGNS, Mark, mark_of, worst
from schemas.process import limits_of
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
    """Columns of one table over time, added up where a period has several rows.

    `where` are the rows taken: for a column its codes, or the name of the county's fact that holds them.
    """

    page: str
    dataset: str
    title: str
    columns: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...] | str], ...] = ()


@dataclass(frozen=True)
class Monthly:
    """A count of one table, added up by month, with its usual range."""

    page: str
    dataset: str
    column: str


@dataclass(frozen=True)
class Extra:
    """One picture with its sentence and the same figures as a table."""

    id: str
    dataset: str
    title: str
    said: str
    scene: Scene
    grid: Grid
    note: str = ""


_ANSWERS = ("declined", "complied", "partly_complied", "withdrawn", "expired", "pending")
_STEPS = ("requests", "determination_made", "judicial_warrant_verified", "released", "refused",
          "released_without_warrant")  # fmt: skip
EXTRAS: tuple[Kinds | Together | Monthly, ...] = (
    Monthly("requests", "ice_requests", "requests_received"),
    Kinds("requests", "ice_requests", N_("How requests were answered"), _ANSWERS),
    Kinds("requests", "ice_requests", N_("Requests by legal instrument"), ("requests_received",), "instrument"),
    Kinds("requests", "ice_requests", N_("Requests by type"), ("requests_received",), "request_type"),
    Monthly("accounts", "database_access", "logins"),
    Kinds("disclosures", "information_disclosures", N_("Requests for information, step by step"), _STEPS, in_order=True),
    *(Monthly("disclosures", "commitment_explanations", name) for name in ("explanation_given_in_writing", "commitments")),
    *(Monthly("disclosures", "personal_information_inventory", name)
      for name in ("systems_catalogued", "retention_reviews_done", "records_disposed")),
    *(Monthly("training", "complaints", name) for name in ("received", "closed", "substantiated")),
    Together("federal", "federal_counts", N_("ICE's count beside the county's"),
             ("ice_reported_detainers", "county_logged")),
    Together("federal", "federal_detainers_declined", N_("How ICE recorded the county jails' answers, by year"),
             ("declined_by_agency", "other_recorded_outcome"), (("ice_facility_name", "own_jails"),)),
    Together("federal", "federal_arrests", N_("Arrests by federal officers in the county, by quarter"), ("arrests",),
             (("series", ("i213_quarterly",)), ("area", "area"))),
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
    periods = record.periods(one.dataset)[-YEAR:]
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


def _codes(record: Record, told: tuple[str, ...] | str) -> tuple[str, ...]:
    if isinstance(told, tuple):
        return told
    fact = record.county[told]
    return (fact,) if isinstance(fact, str) else tuple(fact)


def _together(one: Together, record: Record, _: Wording) -> Extra | None:
    where = [(name, _codes(record, codes)) for name, codes in one.where]
    rows = [row for row in record.table(one.dataset) if all(row[name] in codes for name, codes in where)]
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


def _reports(record: Record, dataset: str) -> dict[str, str]:
    """How a table was reported in each period, by its worst report; periods not yet due are left out."""
    found: dict[str, set[str]] = {}
    for row in record.table("submission_ledger"):
        if row["dataset"] == dataset and row["status"] != "not_due":
            found.setdefault(row["period"], set()).add(row["status"])
    return {period: worst(statuses) for period, statuses in found.items()}


def _total(rows: Sequence[Row], column: str) -> tuple[float | None, str]:
    """The sum of a column and its status; a cell that is not shown leaves no sum: a part would look like a fall."""
    statuses = [row.get(f"{column}_status") or "shown" for row in rows]
    unlike = [status for status in statuses if status not in ("shown", "not_applicable")]
    return (None, unlike[0]) if unlike else (sum(float(row[column]) for row in rows if row[column]), "shown")


def _months(one: Monthly, record: Record, _: Wording) -> list[Spot]:
    reported, rows = _reports(record, one.dataset), record.table(one.dataset)
    spots = []
    for period in sorted({*reported, *(row["period"] for row in rows)}):
        value, status = _total([row for row in rows if row["period"] == period], one.column)
        reporting = reported.get(period, "certified")
        status = "not_reported" if reporting == "missing" else status
        mark = mark_of(status, reporting, value)
        known = value if mark.has_value else None
        spots.append(Spot(period, known, mark, SIGNS[mark] if known is None else _.number(known)))
    return spots


def _monthly(one: Monthly, record: Record, _: Wording) -> Extra | None:
    spots = _months(one, record, _)
    if not spots:
        return None
    title, last = str(_column(record, one.dataset, one.column)["label"]), spots[-1]
    limits = limits_of([(spot.period, spot.value) for spot in spots if spot.value is not None])
    said = _("In {period}, {figures}.", period=_.period(last.period), figures=f"{title}: {last.said}")
    note = _(
        "The grey band is the usual range of a month (XmR limits: the mean of {first} to {last}, plus and minus 2.66 "
        "mean moving ranges). A month inside it tells nothing new.",
        first=_.period(limits.first), last=_.period(limits.last),
    ) if limits else ""  # fmt: skip
    around = Around(
        title=title, subtitle=record.title_of(one.dataset), sample=record.mark([one.dataset]), height=190, limits=limits,
        alt=_("Chart: {title}. {sentence}", title=title, sentence=said),
    )  # fmt: skip
    cells = tuple((_.period(spot.period), spot.said) for spot in reversed(spots))
    grid = Grid(_("{title}: every period", title=title), (_("Period"), title), cells, frozenset({1}))
    return Extra(f"{one.dataset}-{one.column}", one.dataset, title, said, trend(spots, around, _), grid, note)


def _made(one: Kinds | Together | Monthly, record: Record, _: Wording) -> Extra | None:
    match one:
        case Kinds():
            return _kinds(one, record, _)
        case Together():
            return _together(one, record, _)
        case Monthly():
            return _monthly(one, record, _)


def extras(page: str, record: Record, _: Wording) -> list[Extra]:
    """The further pictures of a page; those of tables that the release does not have are left out."""
    made = [_made(one, record, _) for one in EXTRAS if one.page == page and one.dataset in record.origins]
    return [extra for extra in made if extra is not None]
