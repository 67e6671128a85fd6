"""Requests of immigration authorities to interview people in custody, and whether the person consented in writing.

Where the law allows an interview only with the person's written consent (`state_interviews`), the count of interviews held
without it is the measure.
"""

from schemas.common import reporting_rules, submission_columns
from schemas.declare import CountGroup, Dataset, Grain, Indicator, Plausibility, SumOf
from schemas.rules import plus

_CONSENT = ("state_interviews",)
_interviews = CountGroup("interviews", law=_CONSENT)

_COUNTS = (
    _interviews("requested", "Interviews requested", "Interviews that an immigration authority asked for in the month."),
    _interviews("form_offered", "Consent form offered", "Of those, the person was offered the consent form."),
    _interviews("consented_in_writing", "Consented in writing", "The person signed the consent form."),
    _interviews("declined_by_person", "Declined by the person", "The person was asked and did not consent."),
    _interviews("refused_by_agency", "Refused by the agency", "The agency refused without asking the person."),
    _interviews("held", "Interviews held", "Interviews that took place, of those requested in the month."),
    _interviews("held_without_consent", "Held without written consent",
                "Interviews that took place although no signed consent is on file."),
)  # fmt: skip

DATASET = Dataset(
    id="interview_requests",
    title="Requests to interview people in custody",
    one_row_is="one month of interview requests to one agency",
    summary="How many interviews immigration authorities asked for, and whether each one held had written consent.",
    grains=(Grain.MONTH,),
    law=_CONSENT,
    columns=submission_columns(*_COUNTS),
    rules=reporting_rules(tuple(count.name for count in _COUNTS)),
    indicators=(
        Indicator(
            id="K17", title="Interviews held without written consent", page="requests", unit="interviews",
            counted="interviews were held although no written consent was on file",
            numerator=SumOf(plus("held_without_consent")), law=_CONSENT),
    ),
    plausibility=(Plausibility(column="requested"),),
    caveats=(
        "An interview is counted in the month it was requested, whenever it took place.",
        "An interview request also counts once in ice_requests, as a request of the type interview.",
    ),
    examples=(
        {"period": "2026-08", "requested": "6", "form_offered": "5", "consented_in_writing": "1",
         "declined_by_person": "4", "refused_by_agency": "1", "held": "1", "held_without_consent": "0",
         "submitted_on": "2026-09-10"},
    ),
)  # fmt: skip
