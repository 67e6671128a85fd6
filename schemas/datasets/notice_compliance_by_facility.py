"""Notice by jail: a table about people, published by quarter under the small-cell rule.

One person not told in one small jail in one quarter can be looked up in the public register of bookings, so counts from
1 to 9 are hidden, and with them the cells from which they could be worked out. All-jail totals are published exactly.
Facility is not crossed with the reason: that table would be nearly all small counts (disclosure policy: coarsen first).
"""

from schemas.common import AGENCY, period
from schemas.datasets.notice_compliance import FACILITY, NOTICE
from schemas.declare import CountGroup, Dataset, DisclosurePolicy, Grain, Hierarchy, MadeBy, Protection
from schemas.rules import minus, plus, sums_to

_requests = CountGroup("requests", law=NOTICE, protection=Protection.PERSON)

DATASET = Dataset(
    id="notice_compliance_by_facility",
    title="Notice by facility",
    one_row_is="one quarter of hold and notification requests at one facility, or at all facilities",
    summary="How many people with a hold request were told and not told at each jail, with small counts hidden.",
    grains=(Grain.QUARTER,),
    made_by=MadeBy.DAYLIGHT,
    rolled_up_from="notice_compliance",
    computed=(("not_notified", minus(plus("notices_due"), "notified")),),
    law=NOTICE,
    columns=(
        period(Grain.QUARTER), AGENCY, FACILITY,
        _requests("notices_due", "Notices due", "Requests for which notice was owed: the person was in custody."),
        _requests("notified", "People told", "Requests for which the person was told, by any recorded means."),
        _requests("not_notified", "People not told", "Requests for which notice was owed and the person was not told."),
    ),
    rules=(
        sums_to("R09", plus("notices_due"), ("notified", "not_notified"), column="notices_due",
                says="people told and people not told add up to notices due"),
    ),
    disclosure=DisclosurePolicy(
        kind=Protection.PERSON,
        reason="A request crossed with a small facility can point to one person in the public jail register.",
        citation="small_numbers", approver="publisher, to be confirmed by counsel",
        hierarchies=(Hierarchy("facility"),)),
    caveats=(
        "A hidden count is at least 1: zeros are printed, except in a quarter that is withheld whole. The mark does not "
        "tell whether a count is small itself or is hidden to protect another.",
        "Quarters are calendar quarters and never overlap; there are no rolling totals, which could be subtracted.",
        "A quarter is published when all its months have been reported.",
    ),
)  # fmt: skip
