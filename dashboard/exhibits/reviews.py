"""The calendar of account reviews: one cell for each month and system."""

import pandas as pd

from dashboard.charts.grid import Cell
from dashboard.charts.plots import GridPlot
from dashboard.edition import Edition
from dashboard.exhibits.model import Choice, Exhibit, cell_rows, frame_of
from dashboard.wording import Wording

_REVIEWS = "account_reviews"


def _review_kind(row: pd.Series) -> str:
    if not row["review_completed_on"]:
        return "undone"
    return "on_time" if row["review_completed_on"] <= row["review_due_on"] else "late"


def review_calendar(edition: Edition, choice: Choice, _: Wording) -> Exhibit:
    """Each month's review of each system: on time, late, not done."""
    table = edition.table(_REVIEWS)
    table = table if choice.agency == "ALL" else table[table["agency"] == choice.agency]
    keep = sorted(set(table["period"]))[-(choice.months or len(table)) :]
    rows = table[table["period"].isin(keep)]
    kinds = {
        "on_time": Cell("✓", "good", _("done on time")),
        "late": Cell("◇", "warn", _("done late")),
        "undone": Cell("✕", "bad", _("not done")),
    }
    named = [edition.label("system", code) for code in rows["system"]]
    cells = pd.DataFrame({"row": named, "period": list(rows["period"]), "kind": [_review_kind(r) for _i, r in
                          rows.iterrows()]})  # fmt: skip
    cells["text"] = [kinds[kind].sign for kind in cells["kind"]]
    counts = cells["kind"].value_counts()
    headline = _(
        "Of {total} account reviews, {on_time} were done on time, {late} late and {undone} not at all.",
        total=len(cells), on_time=int(counts.get("on_time", 0)), late=int(counts.get("late", 0)),
        undone=int(counts.get("undone", 0)),
    )  # fmt: skip
    title = _("Account reviews by system and month")
    around = frame_of(edition, title, _("One cell is one month's review of one system"), _REVIEWS)
    shown = cells.assign(said=[kinds[kind].meaning for kind in cells["kind"]])
    return Exhibit(
        code=f"{_REVIEWS}.calendar", title=title, headline=headline, plot=GridPlot(shown, kinds, around),
        table=cell_rows(shown, (_("System"), _("Review")), _),
        source=_REVIEWS, datasets=(_REVIEWS,), law=tuple(edition.definition(_REVIEWS)["law"]),
        notes=(_("A white cell is a review that was not reported."),),
    )  # fmt: skip
