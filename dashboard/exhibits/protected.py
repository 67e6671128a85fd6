"""Exhibits of protected tables: counts of people by jail or by reason, whose hidden cells are shown as hidden."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from dashboard.charts.grid import Cell
from dashboard.charts.plots import GridPlot
from dashboard.edition import Edition
from dashboard.exhibits.model import Exhibit, cell_rows, frame_of
from dashboard.wording import Wording
from schemas.marks import SIGNS, Mark
from schemas.release import CellStatus

_BY_FACILITY = "notice_compliance_by_facility"
_BY_REASON = "notice_compliance_by_reason"
_SIGNS = {
    CellStatus.SUPPRESSED: SIGNS[Mark.SUPPRESSED],
    CellStatus.NOT_REPORTED: SIGNS[Mark.MISSING],
    CellStatus.NOT_APPLICABLE: SIGNS[Mark.NOT_APPLICABLE],
}

Row = Mapping[Hashable, Any]


def _worst(row: Row, columns: tuple[str, ...]) -> CellStatus:
    """The status of several cells read together: one hidden cell hides them all."""
    statuses = {CellStatus(row[f"{column}_status"]) for column in columns}
    order = (CellStatus.SUPPRESSED, CellStatus.NOT_REPORTED, CellStatus.NOT_APPLICABLE, CellStatus.SHOWN)
    return next(status for status in order if status in statuses)


def _cell(label: str, row: Row, columns: tuple[str, ...], _: Wording) -> tuple[str, str, str, str, str]:
    status = _worst(row, columns)
    figures = [_.number(row[column]) for column in columns] if status is CellStatus.SHOWN else []
    said = _("{number} of {total}", number=figures[0], total=figures[1]) if len(figures) > 1 else "".join(figures)
    drawn = said.replace(" ", "<br>", 1) if len(figures) > 1 else said
    sign = _SIGNS.get(status, "")
    return label, str(row["period"]), str(status), drawn or sign, said or sign


def _exhibit(
    edition: Edition, dataset: str, cells: list[tuple[str, str, str, str, str]], names: tuple[str, str, str], _: Wording
) -> Exhibit:
    title, thing, figure = names
    frame = pd.DataFrame(cells, columns=["row", "period", "kind", "text", "said"])
    kinds = {
        "shown": Cell("n", "neutral", figure),
        "suppressed": Cell(SIGNS[Mark.SUPPRESSED], "warn", _("hidden to protect people")),
        "not_reported": Cell(SIGNS[Mark.MISSING], "bad", _("not reported")),
        "not_applicable": Cell(SIGNS[Mark.NOT_APPLICABLE], "neutral", _("nothing to measure")),
    }
    used = {kind: cell for kind, cell in kinds.items() if kind in set(frame["kind"])}
    definition = edition.definition(dataset)
    headline = _(
        "{title}: {hidden} of {total} figures are hidden, so that nobody can be picked out.",
        title=title, hidden=int((frame["kind"] == "suppressed").sum()), total=len(frame),
    )  # fmt: skip
    around = frame_of(edition, title, figure, dataset)
    return Exhibit(
        code=f"{dataset}.grid", title=title, headline=headline, plot=GridPlot(frame, used, around),
        table=cell_rows(frame, (thing, figure), _), source=dataset, datasets=(dataset,), law=tuple(definition["law"]),
        notes=(str(definition["disclosure"]["reason"]), *definition["caveats"]),
    )  # fmt: skip


def notice_by_facility(edition: Edition, _: Wording) -> Exhibit:
    """People told of those to be told, by jail and quarter."""
    rows = edition.table(_BY_FACILITY).to_dict("records")
    cells = [_cell(edition.label("facility", row["facility"]), row, ("notified", "notices_due"), _) for row in rows]
    names = (_("People told, by jail and quarter"), _("Jail"), _("People told, of those to be told"))
    return _exhibit(edition, _BY_FACILITY, cells, names, _)


def notice_by_reason(edition: Edition, _: Wording) -> Exhibit:
    """People not told, by the recorded reason and quarter."""
    columns = [entry["name"] for entry in edition.definition(_BY_REASON)["columns"] if entry["role"] == "count"]
    rows = edition.table(_BY_REASON).to_dict("records")
    cells = [_cell(edition.column_label(_BY_REASON, name), row, (name,), _) for name in columns for row in rows]
    names = (_("People not told, by reason and quarter"), _("Reason"), _("People not told"))
    return _exhibit(edition, _BY_REASON, cells, names, _)
