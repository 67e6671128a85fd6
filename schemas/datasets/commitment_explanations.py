"""Whether people taken into custody were told in writing that they need not disclose their nationality.

The duty is the state's where there is one (`state_commitment`). The two counts side by side show how often the
explanation was given.
"""

from schemas.common import reporting_rules, submission_columns
from schemas.datasets.notice_compliance import FACILITY
from schemas.declare import CountGroup, Dataset, DisclosurePolicy, Grain, Plausibility, Protection
from schemas.rules import is_

_LAW = ("state_commitment",)
_commitments = CountGroup("commitments", law=_LAW)

_COUNTS = (
    _commitments("commitments", "Commitments", "Times a person was taken into custody at the jail in the month."),
    _commitments("explanation_given_in_writing", "Explained in writing",
                 "Commitments at which the person was told in writing of the right not to disclose nationality."),
)  # fmt: skip

DATASET = Dataset(
    id="commitment_explanations",
    title="Written explanation at commitment",
    one_row_is="one month of commitments at one facility, or at all facilities",
    summary="How many commitments there were, and at how many the right not to disclose nationality was explained in "
            "writing.",
    grains=(Grain.MONTH,),
    law=_LAW,
    columns=submission_columns(FACILITY, *_COUNTS),
    rules=reporting_rules(tuple(count.name for count in _COUNTS)),
    plausibility=(Plausibility(column="commitments"),),
    disclosure=DisclosurePolicy(
        kind=Protection.CONDUCT,
        reason="All-jail totals by month are counts of what staff did and are published exactly. Rows by facility can "
               "be joined to the public register of bookings and are not published.",
        citation="small_numbers", approver="publisher, to be confirmed by counsel",
        published_where=(is_("facility", "ALL"),)),
    caveats=(
        "A commitment is counted each time a person is taken into custody: one person can be counted more than once.",
    ),
    examples=(
        {"period": "2026-08", "facility": "ALL", "commitments": "2610",
         "explanation_given_in_writing": "2581", "submitted_on": "2026-09-10"},
    ),
)  # fmt: skip
