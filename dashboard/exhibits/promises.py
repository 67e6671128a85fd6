"""The recommendations of the audit as they stood last, self-reported told apart from verified."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from dashboard.edition import ALL_AGENCIES, Edition
from dashboard.exhibits.model import Choice, day_or_blank
from dashboard.wording import Wording

_TABLE = "audit_recommendations"


@dataclass(frozen=True)
class Promises:
    """A sentence and a table."""

    sentence: str
    table: pd.DataFrame


def recommendations(edition: Edition, choice: Choice, _: Wording) -> Promises:
    """Each recommendation at each agency on the last day of the last month."""
    table = edition.table(_TABLE)
    if table.empty:
        return Promises("", table)
    rows = table[table["period"] == table["period"].max()]
    rows = rows if choice.agency == ALL_AGENCIES else rows[rows["agency"] == choice.agency]
    if rows.empty:
        return Promises("", rows)
    shown = pd.DataFrame(
        {
            _("Recommendation"): [_asked(edition, row) for row in rows.to_dict("records")],
            _("Status"): [_status(edition, row, _) for _i, row in rows.iterrows()],
        }
    )
    sentence = _("As of {period}. “Done” is what the agency reports unless the auditor verified it.",
                 period=_.period(str(rows["period"].iloc[0])))  # fmt: skip
    return Promises(sentence, shown)


def _asked(edition: Edition, row: Mapping[Hashable, Any]) -> str:
    """What is asked for, and of whom: two columns fit a phone."""
    return f"{row['short_text']} ({edition.label('agency', row['agency'])}: {row['owner']})"


def _status(edition: Edition, row: pd.Series, _: Wording) -> str:
    """How far, since when, and on whose word."""
    said = edition.label("rec_status", row["status"])
    since = day_or_blank(row["status_on"], _)
    verified = edition.label("verified_by", row["verified_by"])
    return ", ".join(part for part in (said, _("since {day}", day=since) if since else "", verified) if part)
