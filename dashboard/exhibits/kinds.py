"""Exhibits of how many of each kind: answers, instruments, types of request."""

from collections.abc import Sequence

import pandas as pd

from dashboard import points as p
from dashboard.charts.plots import BarsPlot
from dashboard.edition import Edition
from dashboard.exhibits.model import Exhibit, frame_of
from dashboard.wording import Wording

RECENT = 12
"""How many months a chart of kinds covers: a year, so that seasons do not mislead."""


def recent(edition: Edition, dataset: str) -> tuple[str, ...]:
    """The last periods of a table."""
    return tuple(sorted(set(edition.table(dataset)["period"])))[-RECENT:]


def _span(periods: Sequence[str], _: Wording) -> str:
    if not periods:
        return _("no period")
    return _("{first} to {last}", first=_.period(periods[0]), last=_.period(periods[-1]))


def columns_exhibit(edition: Edition, dataset: str, columns: Sequence[str], title: str, _: Wording) -> Exhibit:
    """Counts of several columns over the last twelve months, largest first."""
    periods = recent(edition, dataset)
    frame = p.by_category(edition, dataset, columns, periods)
    labels = [edition.column_label(dataset, name) for name in frame["category"]]
    return _exhibit(edition, dataset, frame.assign(label=labels), (title, columns[0], "answers"), _)


def codes_exhibit(edition: Edition, dataset: str, keys: tuple[str, str, str], title: str, _: Wording) -> Exhibit:
    """A count over the last twelve months by the codes of a key column; `keys` is key, vocabulary, count."""
    key, vocabulary, column = keys
    frame = p.by_code(edition, dataset, key, column, recent(edition, dataset))
    labels = [edition.label(vocabulary, code) for code in frame["category"]]
    return _exhibit(edition, dataset, frame.assign(label=labels), (title, column, key), _)


def _exhibit(edition: Edition, dataset: str, frame: pd.DataFrame, names: tuple[str, str, str], _: Wording) -> Exhibit:
    title, column, code = names
    span = _span(recent(edition, dataset), _)
    shown = frame.assign(text=[_.number(value) for value in frame["value"]])
    first = shown.iloc[0] if len(shown) else None
    headline = (
        _("{title}, {span}: most often “{label}”, {number}.", title=title, span=span, label=first["label"],
          number=first["text"])
        if first is not None else _("There is no report yet.")
    )  # fmt: skip
    law = next((tuple(e["law"]) for e in edition.definition(dataset)["columns"] if e["name"] == column), ())
    around = frame_of(edition, title, span, dataset)
    return Exhibit(
        code=f"{dataset}.{code}", title=title, headline=headline, plot=BarsPlot(shown, around),
        table=shown[["label", "text"]].set_axis([_("Kind"), _("Number")], axis=1),
        source=dataset, datasets=(dataset,), law=law,
        notes=(_("Reports that are missing are not in these totals."),),
    )  # fmt: skip


def empty(edition: Edition, dataset: str) -> bool:
    """Whether there is nothing to show of a table."""
    return edition.table(dataset).empty
