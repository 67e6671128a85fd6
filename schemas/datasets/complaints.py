"""Complaints under the county's law: received, closed, found to be substantiated.

Which complaint process there is stands in the county's law.csv (`complaints`). Only counts are kept: what a complaint
says, and who made it, has no column.
"""

from schemas.common import reporting_rules, submission_columns
from schemas.declare import CountGroup, Dataset, Grain, Plausibility

_LAW = ("complaints",)
_complaints = CountGroup("complaints", law=_LAW)

_COUNTS = (
    _complaints("received", "Received", "Complaints that arrived in the month."),
    _complaints("closed", "Closed", "Complaints that were closed in the month, whenever they arrived."),
    _complaints("substantiated", "Substantiated", "Of those closed, complaints that were found to be right."),
)  # fmt: skip

DATASET = Dataset(
    id="complaints",
    title="Complaints",
    one_row_is="one month of complaints to one agency",
    summary="How many complaints under the county's law were received, closed and substantiated.",
    grains=(Grain.MONTH,),
    law=_LAW,
    columns=submission_columns(*_COUNTS),
    rules=reporting_rules(tuple(count.name for count in _COUNTS)),
    plausibility=(Plausibility(column="received"),),
    caveats=("A complaint is often closed in a later month: closed can be more than received.",),
    examples=(
        {"period": "2026-08", "received": "2", "closed": "3", "substantiated": "1",
         "submitted_on": "2026-09-11"},
    ),
)  # fmt: skip
