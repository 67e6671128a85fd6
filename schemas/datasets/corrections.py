"""The open log of corrections: every published figure that an agency changed, with the reason.

A second revision of a row comes with a row here (rule R25). The log names figures, never people: `old` and `new` are
values of declared columns.
"""

from schemas.common import reporting_rules, submission_columns
from schemas.declare import Column, Dataset, Grain, Kind, Role, attribute, key

_POLICY = ("daylight_policy",)

DATASET = Dataset(
    id="corrections",
    title="Corrections",
    one_row_is="one figure of one row that an agency corrected",
    summary="Every correction of a published figure: what it was, what it is, why, and since when.",
    grains=(Grain.MONTH,),
    law=_POLICY,
    columns=submission_columns(
        key("id", "Correction", "The agency's own short number for the correction, unique within the month."),
        attribute("dataset", "Dataset", "The id of the dataset that was corrected.", required=True),
        attribute("key", "Row", "The row that was corrected: the parts of its key in order, joined by |, or their beginning.",
                  required=True),
        attribute("column", "Column", "The column that was corrected.", required=True),
        attribute("old", "Old value", "The figure as it was published; empty if it was not reported."),
        attribute("new", "New value", "The figure as it is now; empty if it is not reported."),
        attribute("reason", "Reason", "Why the figure changed, in words that name nobody.", required=True),
        attribute("date", "Corrected on", "The day the agency made the correction.", kind=Kind.DATE, required=True),
        Column(name="revision_class", label="Kind of change", role=Role.ATTRIBUTE, kind=Kind.CODE, in_header=False,
               description="Whether the change was foreseen (an outcome that came later) or mends an error.",
               vocabulary="revision_class", default="correction"),
    ),
    rules=reporting_rules(()),
    caveats=("The period is the month in which the correction was made, not the month that was corrected.",),
    examples=(
        {"period": "2026-08", "id": "2026-08-1", "dataset": "ice_requests",
         "key": "2026-06|{agency}|ICE_ERO|hold_and_notification|I-247A|I-200",
         "column": "declined", "old": "18", "new": "19", "reason": "One answer was entered under the wrong month.",
         "date": "2026-08-20", "submitted_on": "2026-09-08"},
    ),
)  # fmt: skip
