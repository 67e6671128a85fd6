"""What changed: since last month, since the release before, and every figure that was ever revised, with its reason."""

from collections.abc import Sequence

import pandas as pd

from dashboard import points as p
from dashboard import sentences
from dashboard.edition import Edition
from dashboard.wording import N_, Wording
from schemas.foreign import english
from schemas.marks import NAMES

_CLASSES = {"scheduled": N_("scheduled"), "correction": N_("correction")}
_ROW = {"added": N_("row added"), "gone": N_("row removed"), "published": N_("published")}
_INNER = ("submission_ledger", "data_flags", "corrections")
"""Tables about reporting itself: what changes there follows from the figures and is listed apart from them."""


def since_last_month(edition: Edition, _: Wording) -> pd.DataFrame:
    """Each indicator in its last month and the month before, all agencies together."""
    rows = []
    for measure in edition.measures:
        series = p.series(edition, measure)
        if len(series) < 2:
            continue
        before, now = p.latest(series.iloc[:-1]), p.latest(series)
        if before is None or now is None:
            continue
        verdicts = [_(sentences.VERDICTS[sentences.verdict(reading)]) for reading in (before, now)]
        rows.append((
            f"{measure.id} {measure.title}", _said(before, _), _said(now, _),
            verdicts[1] if verdicts[0] == verdicts[1] else _("{before}, now {now}", before=verdicts[0], now=verdicts[1]),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=[_("Measure"), _("The month before"), _("Last month"), _("Against its target")])


def _said(reading: p.Reading, _: Wording) -> str:
    figure = sentences.short(reading, _) or _(NAMES[reading.mark])
    return f"{figure} ({' '.join(_.short_period(reading.period)).strip()})"


def revisions(edition: Edition, _: Wording, *, inner: bool = False) -> pd.DataFrame:
    """Every figure that differs from the release before: where, from what, to what, why. `inner`: tables on reporting."""
    log = edition.revisions
    wanted = log[log["dataset"].isin(_INNER) == inner]
    return _table(edition, [(edition.id, row) for row in wanted.to_dict("records")], _)


def history(editions: Sequence[Edition], newest: Edition, _: Wording) -> pd.DataFrame:
    """Every figure that was ever revised: of each public release, and of the record's own log of corrections."""
    rows = [
        (edition.id, row) for edition in editions
        for row in edition.revisions.to_dict("records") if row["dataset"] not in _INNER
    ]  # fmt: skip
    known = {(row["dataset"], row["key"], row["column"]) for _release, row in rows}
    log = newest.table("corrections")
    rows += [
        (_("before its first release"), {**row, "class": row.get("revision_class", "")})
        for row in ([] if log.empty else log.to_dict("records"))
        if (row["dataset"], row["key"], row["column"]) not in known
    ]
    return _table(newest, rows, _)


def _table(edition: Edition, rows: Sequence[tuple[str, dict[object, object]]], _: Wording) -> pd.DataFrame:
    said = [
        (_place(edition, str(row["dataset"]), str(row["key"]), _), _column(edition, row, _),
         f"{_cell(row['old'], _)} → {_cell(row['new'], _)}", _(_CLASSES.get(str(row["class"]), str(row["class"]))),
         english(str(row["reason"]), _) or _("the agency sent a newer report"), str(row["date"]) or "–", release)
        for release, row in rows
    ]  # fmt: skip
    return pd.DataFrame(said, columns=[_("Where"), _("Figure"), _("From → to"), _("Kind"), _("Reason"), _("Date"),
                                       _("Release")])  # fmt: skip


def _column(edition: Edition, row: dict[object, object], _: Wording) -> str:
    name = str(row["column"])
    return _("the whole row") if name == "(row)" else edition.column_label(str(row["dataset"]), name)


def _cell(value: object, _: Wording) -> str:
    text = str(value)
    return _(_ROW[text]) if text in _ROW else text or _("nothing")


def _place(edition: Edition, dataset: str, key: str, _: Wording) -> str:
    """The dataset and the row in words: codes of vocabularies by their labels."""
    columns = {str(entry["name"]): str(entry["vocabulary"]) for entry in edition.definition(dataset)["columns"]}
    names = edition.definition(dataset)["key"]
    parts = []
    for name, code in zip(names, key.split("|"), strict=False):
        parts.append(_.period(code) if name == "period" else edition.label(columns.get(name, ""), code))
    return f"{edition.title_of(dataset)}: {', '.join(parts)}"


def new_periods(edition: Edition, before: Edition, _: Wording) -> pd.DataFrame:
    """For each table the periods that the release before did not have."""
    rows = []
    for dataset in edition.release.dataset_ids():
        now, then = edition.table(dataset), before.table(dataset)
        if "period" not in now:
            continue
        known = set(then["period"]) if "period" in then else set()
        added = sorted(set(now["period"]) - known)
        if added:
            rows.append((edition.title_of(dataset), ", ".join(_.period(period) for period in added)))
    return pd.DataFrame(rows, columns=[_("Table"), _("New periods")])
