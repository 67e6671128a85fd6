"""Who reported: each agency's report on each dataset, month by month, as received, certified zero, late or missing."""

import pandas as pd

from dashboard.charts.grid import Cell
from dashboard.charts.plots import GridPlot
from dashboard.charts.theme import Frame
from dashboard.edition import ALL_AGENCIES, SAMPLE, Edition
from dashboard.exhibits.model import Choice, Exhibit
from dashboard.wording import N_, Wording

LEDGER = "submission_ledger"
KINDS = {
    "certified": ("✓", "good", N_("received and certified")),
    "certified_zero": ("0", "good", N_("certified: nothing to count")),
    "late": ("◇", "warn", N_("received late")),
    "preliminary": ("○", "warn", N_("received, preliminary")),
    "missing": ("✕", "bad", N_("due and missing")),
    "not_due": ("·", "neutral", N_("not due yet")),
    "not_applicable": ("–", "neutral", N_("not applicable")),
}
"""For each status of the ledger its sign, its ground and its words."""
_ROW = 34


def month_of(period: str) -> str:
    """The month in whose column a report stands: a quarter's report in that of its last month."""
    year, _dash, part = period.partition("-")
    return f"{year}-{3 * int(part[1:]):02d}" if part.startswith("Q") else period


def cells(edition: Edition, choice: Choice, _: Wording) -> pd.DataFrame:
    """One row for each report that was due: row, period, kind, text (the sign) and said (the words)."""
    table = edition.table(LEDGER)
    if table.empty:
        return pd.DataFrame(columns=["row", "period", "kind", "text", "said", "due"])
    table = table if choice.agency == ALL_AGENCIES else table[table["agency"] == choice.agency]
    months = [month_of(period) for period in table["period"]]
    kept = sorted(set(months))[-(choice.months or len(months)) :]
    rows = [
        (f"{edition.name_of(str(row['dataset']))} ({row['agency']})", month, str(row["status"]),
         KINDS[str(row["status"])][0], _(KINDS[str(row["status"])][2]), str(row["due_on"]))
        for month, row in zip(months, table.to_dict("records"), strict=True) if month in kept
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["row", "period", "kind", "text", "said", "due"])
    return frame.sort_values(["row", "period"], kind="stable").reset_index(drop=True)


def heat_map(edition: Edition, choice: Choice, _: Wording) -> Exhibit:
    """The reports of a year as a calendar; signs and words stand in the cells, so that colour is never alone."""
    frame = cells(edition, choice, _)
    used = {kind: Cell(sign, ground, _(words)) for kind, (sign, ground, words) in KINDS.items()
            if kind in set(frame["kind"])}  # fmt: skip
    title = _("Who reported what, month by month")
    around = Frame(title, _("One cell is one agency's report on one dataset"), _mark(edition), row=_ROW)
    wide = frame.pivot_table(index="row", columns="period", values="said", aggfunc="first", sort=True)
    named = [" ".join(_.short_period(period)).strip() for period in wide.columns]
    table = wide.astype(object).fillna("").set_axis(named, axis=1).rename_axis(_("Report")).reset_index()
    return Exhibit(
        code=f"{LEDGER}.calendar", title=title, headline=sentence(frame, _), plot=GridPlot(frame, used, around),
        table=table, source=LEDGER, datasets=(LEDGER,), law=tuple(edition.definition(LEDGER)["law"]),
        notes=(_("A report on a quarter stands in its last month. An empty cell means that no report was due."),),
    )  # fmt: skip


def _mark(edition: Edition) -> str:
    return SAMPLE if edition.is_sample(LEDGER) else ""


def sentence(frame: pd.DataFrame, _: Wording) -> str:
    """How many of the reports due for the last month came, and how: the answer of the page."""
    if frame.empty:
        return _("No report was due.")
    last = max(frame["period"])
    kinds = list(frame.loc[(frame["period"] == last) & (frame["kind"] != "not_due"), "kind"])
    received = sum(kind != "missing" for kind in kinds)
    parts = [_("For {period}, {received} of {due} reports that were due have been received.",
               period=_.period(last), received=received, due=len(kinds))]  # fmt: skip
    odd = [(kinds.count(kind), words) for kind, (_sign, _ground, words) in KINDS.items()
           if kind not in ("certified", "not_due", "not_applicable") and kind in kinds]  # fmt: skip
    if odd:
        parts.append(_("Of all due: {list}.", list="; ".join(f"{number} {_(words)}" for number, words in odd)))
    return " ".join(parts)


def gaps(edition: Edition, choice: Choice, _: Wording) -> pd.DataFrame:
    """Every report in that time that was late, preliminary or missing, newest first."""
    frame = cells(edition, choice, _)
    odd = frame[frame["kind"].isin(["late", "preliminary", "missing"])].sort_values("period", ascending=False)
    return pd.DataFrame({
        _("Report"): list(odd["row"]), _("Month"): [_.period(period) for period in odd["period"]],
        _("How"): list(odd["said"]), _("Due on"): list(odd["due"]),
    })  # fmt: skip
