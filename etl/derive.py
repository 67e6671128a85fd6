"""Tables that Daylight makes itself: quarters from months, the ledger of who reported, the log of corrections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from etl.agreements import Correction
from etl.convert import DTYPES, last_day
from etl.evaluate import all_satisfied, next_period, periods_between, quarter_of, weighted_sum
from etl.findings import Finding
from etl.together import latest
from schemas.declare import Dataset, Protection, Role
from schemas.jurisdiction import Duty, Jurisdiction
from schemas.registry import dataset

_MONTHS_IN_A_QUARTER = 3
WITHHELD_MARK = "[c]"
"""What stands for the old and new value of a correction to a protected column."""


@dataclass(frozen=True)
class Receipt:
    """What arrived in one file: which dataset, its hash, and its rows."""

    dataset: str
    file: str
    sha256: str


def empty_table(declared: Dataset) -> pd.DataFrame:
    """A table of the dataset without rows, with the dtypes of a typed table."""
    return pd.DataFrame({c.name: pd.Series(dtype=DTYPES.get(c.kind, "str")) for c in declared.columns})


def typed(records: Sequence[Mapping[Any, object]], declared: Dataset) -> pd.DataFrame:
    """Records as a typed table of the dataset; a key that is left out is an empty cell."""
    return pd.DataFrame(
        {c.name: pd.Series([r.get(c.name) for r in records], dtype=DTYPES.get(c.kind, "str")) for c in declared.columns}
    )  # fmt: skip


def by_quarter(months: pd.DataFrame, declared: Dataset) -> pd.DataFrame:
    """Add months up to calendar quarters, for each combination of the other keys.

    A quarter is made when all three months were reported; a count is empty where one of its months is.
    """
    chosen = months[all_satisfied(declared.rolled_up_where, months)]
    chosen = chosen.assign(**{name: weighted_sum(terms, chosen) for name, terms in declared.computed})
    counts = [column.name for column in declared.columns if column.role is Role.COUNT]
    by = [name for name in declared.key if name != "period"]
    quarters = chosen.assign(period=chosen["period"].map(quarter_of), _month=chosen["period"])
    groups = quarters.groupby(["period", *by], sort=True)
    sums = groups[counts].sum(skipna=False)[groups["_month"].nunique() == _MONTHS_IN_A_QUARTER]
    return typed(sums.reset_index().to_dict("records"), declared)


def _last_closed(first: str, on: date) -> str:
    """The last period of the same length as `first` that is over on a day; before `first` when none is."""
    current, closed = first, ""
    while last_day(current) < on:
        closed, current = current, next_period(current)
    return closed


def due_on(period: str, due_day: int) -> date:
    """The day a period's report is due: a fixed day of the month after it ends."""
    return (last_day(period) + timedelta(days=1)).replace(day=due_day)


def duties_until(county: Jurisdiction, on: date) -> list[tuple[Duty, str]]:
    """Every duty with each of its periods that is over on a day."""
    found = []
    for duty in county.duties:
        last = _last_closed(duty.first_period, on)
        last = min(last, duty.last_period) if duty.last_period else last
        found += [(duty, period) for period in (periods_between(duty.first_period, last) if last else [])]
    return found


def _reported(rows: pd.DataFrame, due: date, declared: Dataset) -> dict[str, object]:
    """How a month was reported: late when its first report came after it was due, else as its rows say."""
    status_name = "status" if declared.column("status").vocabulary == "reporting_status" else "report_status"
    received = rows.loc[rows["revision"] == rows["revision"].min(), "submitted_on"].max()
    stated = set(latest(rows, declared)[status_name])
    if pd.notna(received) and received.date() > due:
        status = "late"
    elif stated == {"certified_zero"}:
        status = "certified_zero"
    else:
        status = next((name for name in ("preliminary", "late", "not_applicable") if name in stated), "certified")
    return {"received_on": received, "status": status, "revision": rows["revision"].max(), "rows_accepted": len(rows)}


def ledger(
    tables: Mapping[str, pd.DataFrame], receipts: Sequence[Receipt], county: Jurisdiction, on: date
) -> pd.DataFrame:
    """The submission ledger: for each duty and closed period, whether and how it was reported.

    The hash of a file is left out where it holds protected counts: whoever guesses the few unknown numbers of a small
    file could confirm the guess by its hash.
    """
    hashes = {(receipt.dataset, receipt.file): receipt.sha256 for receipt in receipts}
    records = []
    groups = {
        name: dict(list(table.groupby(["period", "agency"]))) for name, table in tables.items() if "agency" in table
    }
    for duty, period in duties_until(county, on):
        due = due_on(period, county.due_day)
        record: dict[str, object] = {
            "period": period, "agency": duty.agency, "dataset": duty.dataset, "due_on": due, "rows_accepted": 0,
            "rows_rejected": 0, "status": "missing" if on > due else "not_due",
        }  # fmt: skip
        rows = groups.get(duty.dataset, {}).get((period, duty.agency))
        if rows is not None:
            declared = dataset(duty.dataset)
            record |= _reported(rows, due, declared)
            newest = rows.sort_values("revision", kind="stable").iloc[-1]
            guarded = any(column.protection is Protection.PERSON for column in declared.columns)
            record["hash"] = None if guarded else hashes.get((duty.dataset, newest["_file"]))
        records.append(record)
    return typed(records, dataset("submission_ledger"))


def _protected(dataset_id: str, column: str) -> bool:
    """Whether the values of a corrected column may not be printed; a column nobody declared counts as protected."""
    declared = dataset(dataset_id)
    if any(each.protection is Protection.PERSON for each in declared.columns):
        return True
    return column not in {each.name for each in declared.columns}


def masked(corrections: pd.DataFrame) -> pd.DataFrame:
    """The log of corrections with the values of protected columns replaced by the mark."""
    hide = [_protected(str(name), str(column)) for name, column in
            zip(corrections["dataset"], corrections["column"], strict=True)]  # fmt: skip
    shown = corrections.copy()
    shown.loc[hide, ["old", "new"]] = WITHHELD_MARK
    return shown


def agreed_corrections(applied: Sequence[tuple[Correction, str, str, str, str]]) -> list[dict[str, object]]:
    """Corrections made to files, as rows of the log: (correction, dataset, key, period, agency) of each."""
    return [
        {
            "period": period, "agency": agency, "id": f"agreed-{correction.on}-{number}", "dataset": name, "key": key,
            "column": correction.column, "old": correction.old, "new": correction.new, "reason": correction.reason,
            "date": correction.on, "revision_class": "correction", "status": "certified", "method": "census", "revision": 1,
        }
        for number, (correction, name, key, period, agency) in enumerate(applied, start=1)
    ]  # fmt: skip


def flags(flagged: Sequence[tuple[Finding, str]]) -> pd.DataFrame:
    """The table of flags: (finding placed by dataset, period and agency; the reason it was accepted) -> rows counted."""
    records: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for finding, reason in flagged:
        key = (finding.period, finding.agency, finding.dataset, finding.kind.code)
        record = records.setdefault(key, {
            "period": key[0], "agency": key[1], "dataset": key[2], "rule": key[3], "rows_flagged": 0,
            "says": finding.kind.title, "reason": reason or None,
        })  # fmt: skip
        record["rows_flagged"] += 1
    return typed(list(records.values()), dataset("data_flags"))
