"""Detainers that ICE recorded as declined by the local agency, by year and jail.

A public source. The source has a row only where at least one detainer was declined: a missing row means that ICE
recorded no decline, not that there were no detainers. ICE suspended its own declined-detainer report after three
editions because of errors, as the press reported, so the figures are ICE's account and not the jails'.
"""

from dataclasses import replace

from schemas.common import period
from schemas.datasets.federal_detainers import FOIA, PUBLIC_RECORD_POLICY
from schemas.declare import CountGroup, Dataset, Grain, MadeBy, attribute, key

_detainers = CountGroup("detainers", law=FOIA)

DATASET = Dataset(
    id="federal_detainers_declined",
    title="Declined detainers in ICE's record",
    one_row_is="one year at one jail with at least one decline in ICE's record",
    summary="How many detainers ICE recorded as declined, beside those with another recorded outcome, 2010 to 2015.",
    grains=(Grain.YEAR,),
    made_by=MadeBy.PUBLIC_SOURCE,
    law=FOIA,
    columns=(
        period(Grain.YEAR),
        key("ice_facility_name", "Facility, as ICE writes it", "The jail's name in ICE's record, unchanged."),
        attribute("city", "City, as ICE writes it", "The jail's city in ICE's record, unchanged.", required=True),
        replace(_detainers("declined_by_agency", "Declined by the local agency",
                           "Detainers whose recorded outcome is that the local agency declined them."),
                must_be_filled=True),
        replace(_detainers("other_recorded_outcome", "Other recorded outcome",
                           "Detainers with any other recorded outcome; those without an outcome are in neither column."),
                must_be_filled=True),
        attribute("source", "Source", "The file that was counted.", required=True),
    ),
    disclosure=PUBLIC_RECORD_POLICY,
    caveats=(
        "Years without a row had no decline recorded; they may have had detainers.",
        "Many detainers have no recorded outcome and are in neither column.",
        "Names are as ICE writes them.",
        "2015 ends on 19 July.",
    ),
)  # fmt: skip
