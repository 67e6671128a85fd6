"""Why people with a hold request were not told: a table about people, by quarter and for all jails together.

How many were not told is conduct and printed exactly; why is about people (a safety reason, a release) and falls under
the small-cell rule.
"""

from schemas.common import AGENCY, period
from schemas.datasets.notice_compliance import NOTICE, REASON_NAMES, REASONS
from schemas.declare import CountGroup, Dataset, DisclosurePolicy, Grain, MadeBy, Protection
from schemas.rules import is_, minus, plus, sums_to

_requests = CountGroup("requests", law=NOTICE)

DATASET = Dataset(
    id="notice_compliance_by_reason",
    title="Notice not given, by reason",
    one_row_is="one quarter of hold and notification requests at all facilities",
    summary="For people with a hold request who were not told: the recorded reasons, with small counts hidden.",
    grains=(Grain.QUARTER,),
    made_by=MadeBy.DAYLIGHT,
    rolled_up_from="notice_compliance",
    rolled_up_where=(is_("facility", "ALL"),),
    computed=(("not_notified", minus(plus("notices_due"), "notified")),),
    law=NOTICE,
    columns=(
        period(Grain.QUARTER), AGENCY,
        _requests("not_notified", "People not told", "Requests for which notice was owed and the person was not told."),
        *REASONS,
    ),
    rules=(
        sums_to("R09", plus("not_notified"), REASON_NAMES, column="not_notified",
                says="the reasons add up to the people not told"),
    ),
    disclosure=DisclosurePolicy(
        kind=Protection.PERSON,
        reason="A reason, such as safety, says something about the person it is recorded for.",
        citation="small_numbers", approver="publisher, to be confirmed by counsel"),
    caveats=(
        "A hidden count is at least 1: zeros are printed, except in a quarter that is withheld whole. The mark does not "
        "tell whether a count is small itself or is hidden to protect another.",
        "A quarter is published when all its months have been reported.",
    ),
)  # fmt: skip
