"""The load receipt: what each agency owed for each period, whether it came, and what became of it.

Daylight writes it; no agency submits it. A report that was due and is missing has a row of its own, so that silence is
a fact on record and not an absence of rows.
"""

from schemas.common import AGENCY, period
from schemas.declare import (
    Column,
    CountGroup,
    Dataset,
    Grain,
    Indicator,
    Kind,
    MadeBy,
    Role,
    RowsWhere,
    attribute,
    key,
)
from schemas.rules import in_

_POLICY = ("daylight_policy",)
_rows = CountGroup("rows", law=_POLICY)
_CERTIFIED = ("certified", "certified_zero", "late")

DATASET = Dataset(
    id="submission_ledger",
    title="Reports due and received",
    one_row_is="one report that one agency owed or made: one dataset for one period",
    summary="Which reports were due, which were certified, late or missing, and how many of their rows were accepted.",
    grains=(Grain.MONTH, Grain.QUARTER),
    made_by=MadeBy.DAYLIGHT,
    law=_POLICY,
    columns=(
        period(Grain.MONTH, Grain.QUARTER),
        AGENCY,
        key("dataset", "Dataset", "The id of the dataset that was due."),
        attribute("due_on", "Due on", "The last day on which the report was on time.", kind=Kind.DATE),
        attribute("received_on", "Received on", "The day the agency certified the report; empty if none came.",
                  kind=Kind.DATE),
        attribute("status", "Status", "Whether the report was certified, late, preliminary, missing or not due.",
                  vocabulary="ledger_status", required=True),
        Column(name="revision", label="Revision", description="The latest revision received; empty if none came.",
               role=Role.ATTRIBUTE, kind=Kind.WHOLE, unit="revision", in_header=False),
        attribute("hash", "Fingerprint", "SHA-256 of the file as received."),
        _rows("rows_accepted", "Rows accepted", "Rows of the file that passed every check."),
        _rows("rows_rejected", "Rows rejected", "Rows of the file that were refused."),
    ),
    indicators=(
        Indicator(
            id="K15", title="Reports certified", page="training", unit="share", law=_POLICY,
            counted="reports due were certified, on time or late",
            numerator=RowsWhere((in_("status", *_CERTIFIED),)),
            denominator=RowsWhere((in_("status", *_CERTIFIED, "preliminary", "missing"),)),
            caveat="Preliminary and missing reports count as due and not certified."),
    ),
    caveats=("A late report is a certified one that came after its day: it counts as certified and is named as late.",),
    examples=(
        {"period": "2026-08", "dataset": "notice_compliance", "due_on": "2026-09-15",
         "received_on": "2026-09-10", "status": "certified", "revision": "1",
         "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "rows_accepted": "4",
         "rows_rejected": "0"},
        {"period": "2026-08", "dataset": "training", "due_on": "2026-09-15", "status": "missing"},
    ),
)  # fmt: skip
