"""Complaints under the chapter: received, closed, found to be substantiated.

The title of Ordinance 18665 provides for a complaint process; the section and any deadline could not be read. Only
counts are kept: what a complaint says, and who made it, has no column.
"""

from schemas.common import reporting_rules, submission_columns
from schemas.declare import CountGroup, Dataset, Grain, Plausibility

_LAW = ("kcc_2_15_complaints",)
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
    summary="How many complaints under K.C.C. chapter 2.15 were received, closed and substantiated.",
    grains=(Grain.MONTH,),
    law=_LAW,
    columns=submission_columns(*_COUNTS),
    rules=reporting_rules(tuple(count.name for count in _COUNTS)),
    plausibility=(Plausibility(column="received"),),
    caveats=("A complaint is often closed in a later month: closed can be more than received.",),
    examples=(
        {"period": "2026-08", "agency": "OTHER_COUNTY", "received": "2", "closed": "3", "substantiated": "1",
         "submitted_on": "2026-09-11"},
    ),
)  # fmt: skip
