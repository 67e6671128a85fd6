"""The council's packet: a quarter of the record on paper, made from the published files alone.

One page of indicators against targets, one page for each duty, a page of methods. Every figure is a line of
`tables/indicators.csv` as it was published; nothing is added up over months.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from etl.edition.duties import DUTIES, Duty
from etl.edition.explain import formula
from etl.edition.figures import BASES, Reading, figure, verdict, who
from etl.edition.grids import number_text
from etl.edition.pages import measures_of, tables_of
from etl.edition.quarter import Course, Quarter, course, has_figures
from etl.edition.record import Record
from etl.edition.typeset import FAMILY, pdf
from etl.errors import SettingsError
from schemas.drawing.svg import in_family
from schemas.marks import NAMES, SIGNS, Mark
from schemas.wording import ENGLISH, Wording

MOST_NOTES = 4
"""How many explanations, promises or revisions a page prints of each; the rest are counted, and stand in the release."""
Picture = Callable[[Mapping[str, Any]], str]


def _cut(lines: Sequence[str], _: Wording) -> list[str]:
    """So many lines and, where there are more, how many."""
    kept = list(lines[:MOST_NOTES])
    more = len(lines) - len(kept)
    if more:
        kept.append(_.plural("and {number} more in the release.", "and {number} more in the release.", more))
    return kept


def _cell(line: Reading | None, _: Wording) -> str:
    if line is None:
        return "–"
    return figure(line, _) if line.value is not None else f"{SIGNS[line.mark]} {_(NAMES[line.mark])}"


def _summary(record: Record, course_: Course, chosen: Quarter, _: Wording) -> dict[str, str]:
    """A row of the first page."""
    one = course_.measure
    return {
        "id": one["id"], "title": one["title"], "target": one["target"]["words"] if one["target"] else _("none"),
        "now": _cell(course_.now, _), "before": _cell(course_.before, _), "change": course_.change(_) or "–",
        "verdict": verdict(course_.now, _), "met": course_.met_in(chosen) or "–",
        "met_before": course_.met_in(chosen.before) or "–", "basis": _(BASES[record.law[one["law"][0]]["basis"]]),
    }  # fmt: skip


def _months_table(record: Record, courses: Sequence[Course], chosen: Quarter, _: Wording) -> dict[str, Any]:
    """The months of two quarters for each indicator of a duty."""
    periods = sorted({line.period for one in courses for line in one.lines})
    rows = []
    for one in courses:
        by = {line.period: line for line in one.lines}
        whose = next(iter(one.lines), None)
        name = f"{one.measure['id']} {one.measure['title']}"
        said = f"{name}, {who(whose.agency, record, _)}" if whose else name
        target = one.measure["target"]["words"] if one.measure["target"] else _("none")
        cells = [figure(by[p], _) if p in by and by[p].value is not None else
                 SIGNS[by[p].mark] if p in by else "" for p in periods]  # fmt: skip
        rows.append([said, *cells, target, one.met_in(chosen) or "–"])
    heads = [_("Indicator"), *(" ".join(_.short_period(period)) for period in periods), _("Target"), _("Met")]
    return {"heads": heads, "rows": rows}


def explanations(record: Record, tables: Sequence[str], chosen: Quarter, _: Wording) -> list[str]:
    """What the agencies gave as reasons: accepted warnings, and findings published with their figures."""
    said = [
        _(
            "{table}, {period}: {reason} {by}, {day}.", table=record.title_of(reason.dataset),
            period=_.period(reason.period), reason=reason.reason, by=reason.accepted_by, day=_.day(reason.on),
        )
        for reason in record.reasons
        if reason.kind == "accepted" and reason.dataset in tables and chosen.holds(reason.period)
    ]  # fmt: skip
    said += [
        _(
            "{table}, {period}, {agency}: {says}. {reason}", table=record.title_of(row["dataset"]),
            period=_.period(row["period"]), agency=record.agency(row["agency"]), says=row["says"],
            reason=row["reason"] or _("No explanation was given."),
        )
        for row in record.table("data_flags")
        if row["dataset"] in tables and chosen.holds(row["period"])
    ]  # fmt: skip
    return said


def _proves(row: Mapping[str, str]) -> set[str]:
    """The indicators and tables that show whether a recommendation is carried out."""
    return {part.strip() for part in row["evidence_metric"].replace(",", ";").split(";")}


def open_promises(record: Record, duty: Duty, chosen: Quarter, _: Wording) -> list[str]:
    """The recommendations that are not done at the end of the quarter and whose proof is on the page of a duty."""
    own = {one["id"] for one in measures_of(duty, record)} | set(tables_of(duty, record))
    proofs = {code for other in DUTIES for code in
              ({one["id"] for one in measures_of(other, record)} | set(tables_of(other, record)))}  # fmt: skip
    rows = [row for row in record.table("audit_recommendations") if chosen.holds(row["period"])]
    newest = max((row["period"] for row in rows), default="")
    status, verified = record.labels("rec_status"), record.labels("verified_by")
    said = []
    for row in rows:
        homeless = duty.code == "training" and not _proves(row) & proofs
        if row["period"] != newest or row["status"] == "done" or not (_proves(row) & own or homeless):
            continue
        since = _(" since {day}", day=row["status_on"]) if row["status_on"] else ""
        said.append(f"{row['short_text']} ({record.agency(row['agency'])}, {row['owner']}): "
                    f"{status.get(row['status'], row['status'])}{since}; "
                    f"{verified.get(row['verified_by'], row['verified_by'])}")  # fmt: skip
    return said


def revisions(record: Record, tables: Sequence[str], chosen: Quarter, _: Wording) -> list[str]:
    """Changed figures of these tables: since the release before, and corrections logged in the quarter."""
    absent = _(NAMES[Mark.MISSING])
    changed = [(row, row["class"]) for row in record.rows("revisions.csv") if row["dataset"] in tables]
    logged = [(row, row["revision_class"]) for row in record.table("corrections")
              if row["dataset"] in tables and chosen.holds(row["period"])]  # fmt: skip
    said = []
    for row, kind in (*changed, *logged):
        said.append(_(
            "{table}, {key}, {column}: {old} → {new} ({kind}). {reason}", table=record.title_of(row["dataset"]),
            key=row["key"].replace("|", ", "), column=row["column"], old=number_text(row["old"], _) or absent,
            new=number_text(row["new"], _) or absent, kind=kind, reason=row["reason"]))  # fmt: skip
    return list(dict.fromkeys(said))


def _duty(record: Record, duty: Duty, chosen: Quarter, picture: Picture, _: Wording) -> dict[str, Any]:
    tables = tables_of(duty, record)
    courses = [course(record, one, chosen) for one in measures_of(duty, record)]
    drawn = [(one.measure, picture(one.measure)) for one in courses]
    return {
        "title": _(duty.title), "question": _(duty.question), "table": _months_table(record, courses, chosen, _),
        "pictures": [{"svg": in_family(svg, FAMILY), "alt": _("Chart: {title}", title=one["title"])}
                     for one, svg in drawn if svg],
        "notes": [
            {"title": _("Explanations given by agencies"), "none": _("None was given for this quarter."),
             "lines": _cut(explanations(record, tables, chosen, _), _)},
            {"title": _("Open promises"), "none": _("No recommendation shown by these figures is open."),
             "lines": _cut(open_promises(record, duty, chosen, _), _)},
            {"title": _("Revisions"), "none": _("No figure of these tables was changed."),
             "lines": _cut(revisions(record, tables, chosen, _), _)},
        ],
    }  # fmt: skip


def _methods(record: Record, _: Wording) -> dict[str, Any]:
    lines = [
        _("Every figure is a line of tables/indicators.csv of the release named below, as it was published. Nothing is "
          "added up over months: a quarter is shown by its months, its last month stands for it on the first page."),
        _("Change is the last month of the quarter less the last month of the quarter before, in percentage points for "
          "shares. “Met 1/3” says that the target was met in 1 of the 3 months that have a figure."),
        _("A percentage is printed only out of 20 cases or more. Zero was counted and is zero."),
        _("Small counts of people by place or reason are hidden, with the cells that would give them away. Counts of "
          "what governments did are printed exactly."),
        _("A recommendation that an agency reports as done is told apart from one that the auditor verified."),
        _("Charts show all months of the release. Dashed lines are targets, numbered lines are changes of the law."),
    ]  # fmt: skip
    measures = [
        [f"{one['id']} {one['title']}", formula(one["numerator"], _), formula(one["denominator"], _) or "–",
         "; ".join(record.law[key]["citation"] for key in one["law"])]
        for one in record.measures
    ]  # fmt: skip
    return {
        "title": _("Methods"), "lines": lines, "heads": [_("Indicator"), _("Counted"), _("Out of"), _("Asked for by")],
        "rows": measures, "signs": [f"{SIGNS[mark]} {_(NAMES[mark])}" for mark in SIGNS],
        "events": [_("{number}: {day}. {says}", number=e["number"], day=e["on"], says=e["says"]) for e in record.events],
    }  # fmt: skip


def packet_data(record: Record, chosen: Quarter, picture: Picture, _: Wording = ENGLISH) -> dict[str, Any]:
    """All that the packet prints, in its order; SettingsError when the release has no figure of the quarter."""
    courses = [course(record, one, chosen) for one in record.measures]
    if not has_figures(record, chosen):
        raise SettingsError(f"The release has no figure of {_.period(str(chosen))}; its data go to {record.data_to}.")
    ends = (_.period(chosen.months[-1]), _.period(chosen.before.months[-1]))
    heads = [_("Indicator"), _("Target"), ends[0], ends[1], _("Change"), _("Target met?"), _("Months met"), _("before")]
    release = record.release_id or _("in the making")
    return {
        "lang": _.language, "title": _("Packet for the council, {quarter}", quarter=_.period(str(chosen))),
        "county": record.county["name"], "mark": record.mark(), "heads": heads,
        "intro": _("What immigration authorities asked of {county}, and how its agencies answered: every indicator in the "
                   "last month of the quarter, against its target and against the quarter before.",
                   county=record.county["name"]),
        "sample": _("These figures are made up to show the product. They are not a record of what any agency did."),
        "rows": [_summary(record, one, chosen, _) for one in courses],
        "duties": [_duty(record, duty, chosen, picture, _) for duty in DUTIES], "methods": _methods(record, _),
        "foot": _("Release {id}, {day}. {publisher}. {email}", id=release, day=_.day(record.created_on),
                  publisher=record.county["publisher"], email=record.county["contact_email"]),
        "author": record.county["publisher"], "page": _("page"),
    }  # fmt: skip


def packet_pdf(record: Record, chosen: Quarter, picture: Picture, _: Wording = ENGLISH) -> bytes:
    """The packet as a tagged PDF. `picture` gives the SVG of an indicator, as `Site.picture` does."""
    return pdf("packet.typ", packet_data(record, chosen, picture, _), on=record.created_on)
