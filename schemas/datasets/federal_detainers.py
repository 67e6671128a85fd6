"""Detainers that ICE issued, as ICE's own record has them: a public source, not a report of the county.

The record was released under the Freedom of Information Act and covers October 2007 to July 2015. Its lift reason is
ICE's account of what happened; it is empty for many, so it cannot stand in for a log of the county's decisions (domain,
section E).
"""

from dataclasses import replace

from schemas.common import period
from schemas.datasets.notice_compliance import FACILITY
from schemas.declare import CountGroup, Dataset, DisclosurePolicy, Grain, MadeBy, Protection, attribute, key

FOIA = ("ice_foia",)
PUBLIC_RECORD_POLICY = DisclosurePolicy(
    kind=Protection.CONDUCT,
    reason="Counts of federal acts made from records that were already public. No attribute of a person is kept.",
    citation="small_numbers",
    approver="publisher, to be confirmed by counsel",
)
"""The policy of tables made from public sources: nothing in them is told for the first time."""

_detainers = CountGroup("detainers", law=FOIA)

DATASET = Dataset(
    id="federal_detainers",
    title="Detainers in ICE's record",
    one_row_is="one month of detainers on one form, to one facility or area, with one outcome in ICE's record",
    summary="How many detainers ICE recorded to the county's jails and to all jails in the United States, 2007 to 2015.",
    grains=(Grain.MONTH,),
    made_by=MadeBy.PUBLIC_SOURCE,
    law=FOIA,
    columns=(
        period(Grain.MONTH),
        key("area", "Area", "The county or country of the jail.", vocabulary="area"),
        FACILITY,
        key("form", "Form", "The edition of the detainer form, or ALL.", vocabulary="detainer_form", default="ALL"),
        key("outcome", "Outcome in ICE's record", "The lift reason that ICE recorded, or ALL.", vocabulary="outcome",
            default="ALL"),
        replace(_detainers("detainers", "Detainers", "Detainers by the month ICE prepared them."), must_be_filled=True),
        attribute("source", "Source", "The file that was counted.", required=True),
    ),
    disclosure=PUBLIC_RECORD_POLICY,
    caveats=(
        "July 2015 is a part month: the record ends on 19 July.",
        "Rows for jails begin in October 2014; rows for the United States have neither facility, form nor outcome.",
        "The list of facilities says who operates a jail: county code is not the law of city and federal jails.",
        "A month without a row has no detainer in the record for that facility, form and outcome.",
        "Not recorded means that the case was pending or that no paper was filed with ICE.",
    ),
)  # fmt: skip
