"""The county's count of detainers beside ICE's own.

No law asks for the comparison; it is context. A gap is a finding about records, not about conduct: elsewhere a city
counted 15 requests where ICE counted 198, because faxes to district stations had not been logged (domain, section C.1).
"""

from schemas.common import reporting_rules, submission_columns
from schemas.datasets.notice_compliance import FACILITY
from schemas.declare import (
    Column,
    CountGroup,
    Dataset,
    DisclosurePolicy,
    Grain,
    Indicator,
    Kind,
    Protection,
    Role,
    SumOf,
    attribute,
)
from schemas.rules import Level, Linear, is_, minus, plus

_LAW = ("ice_federal_counts",)
_requests = CountGroup("requests", law=_LAW)

_COUNTS = (
    _requests("ice_reported_detainers", "Detainers, ICE's count", "Detainers that ICE's released record lists."),
    _requests("county_logged", "Detainers, county's count", "Detainers that the county logged for the same month."),
)  # fmt: skip
_GAP = Column(
    name="gap", label="Gap", role=Role.MEASURE, kind=Kind.WHOLE, unit="requests", law=_LAW,
    description="ICE's count less the county's; below zero where the county logged more.",
)  # fmt: skip

DATASET = Dataset(
    id="federal_counts",
    title="County count and ICE's count",
    one_row_is="one month of detainers at one facility, or at all facilities, in both records",
    summary="How many detainers ICE's released record lists and how many the county logged.",
    grains=(Grain.MONTH,),
    law=_LAW,
    columns=submission_columns(
        FACILITY, *_COUNTS, _GAP,
        attribute("source_release", "ICE release", "The release of ICE's record that was counted.", required=True),
    ),
    rules=(
        Linear(id="D13", says="the gap is ICE's count less the county's", column="gap", relation="==",
               terms=(("ice_reported_detainers", 1), ("county_logged", -1), ("gap", -1))),
        Linear(id="R28", says="the county logged at least 80 percent of the detainers in ICE's count",
               column="county_logged", level=Level.WARNING, holds_build=True, relation="<=",
               terms=(("ice_reported_detainers", 4), ("county_logged", -5))),
        *reporting_rules(tuple(count.name for count in _COUNTS)),
    ),
    indicators=(
        Indicator(
            id="K16", title="Gap to ICE's count", page="federal", unit="share", law=_LAW,
            counted="detainers in ICE's count are not in the county's",
            numerator=SumOf(minus(plus("ice_reported_detainers"), "county_logged")),
            denominator=SumOf(plus("ice_reported_detainers")),
            caveat="Below zero where the county logged more than ICE's record lists."),
    ),
    disclosure=DisclosurePolicy(
        kind=Protection.CONDUCT,
        reason="All-jail totals by month are counts of requests and are published exactly. Rows by facility can be "
               "joined to the public register of bookings and are not published.",
        citation="small_numbers", approver="publisher, to be confirmed by counsel",
        published_where=(is_("facility", "ALL"),)),
    caveats=(
        "ICE dates a detainer by the day it was prepared, the county by the day it arrived: the month can differ.",
        "ICE's record does not tell what the jail decided; it cannot stand in for the county's log.",
    ),
    examples=(
        {"period": "2026-08", "facility": "ALL", "ice_reported_detainers": "23",
         "county_logged": "21", "gap": "2", "source_release": "ICE detainers, release of September 2026",
         "submitted_on": "2026-09-14"},
    ),
)  # fmt: skip
