"""Whether people with a hold request were told of it, given a copy, and told what the county will do.

Who must give notice, and by when, is for the county's law to say (`notice`). Form I-247A itself asks that a copy be served
on the person (`detainer_service`).
"""

from schemas.common import reporting_rules, submission_columns
from schemas.declare import (
    CountGroup,
    Dataset,
    DisclosurePolicy,
    Grain,
    Indicator,
    Plausibility,
    Protection,
    SumOf,
    key,
    measure,
)
from schemas.rules import AcrossDatasets, Level, Total, at_most, in_, is_, minus, plus, sums_to

NOTICE = ("notice", "detainer_service")
_requests = CountGroup("requests", law=NOTICE)
_reasons = CountGroup("requests", law=NOTICE, protection=Protection.PERSON)

FACILITY = key("facility", "Facility", "The jail, or ALL for all jails together.", vocabulary="facility", default="ALL")
CONDUCT_COUNTS = (
    _requests("notices_due", "Notices due", "Requests for which notice was owed: the person was in custody on receipt."),
    _requests("not_due_released", "Not due, released", "Requests received after the person had been released."),
    _requests("not_due_other", "Not due, other", "Requests for which no notice was owed for another reason."),
    _requests("notified", "People told", "Requests for which the person was told, by any recorded means."),
    _requests("notified_on_time", "Told on time", "Requests for which the person was told within the deadline.",),
    _requests("copy_provided", "Copy given", "Requests for which the person was given a copy of the request."),
    _requests("intent_stated", "Intent stated", "Requests for which the person was told whether the county will comply."),
    _requests("intent_not_to_comply", "Told: will not comply", "Of those, the person was told that it will not."),
    _requests("full_notice", "Full notice", "Told on time, given a copy and told the intent, all three."),
    _requests("in_preferred_language", "In the preferred language", "Told in the language the person prefers."),
    _requests("acknowledged_in_writing", "Acknowledged in writing", "A signature, or a refusal to sign, is on file."),
)  # fmt: skip
REASONS = (
    _reasons("not_notified_reason_released_first", "Not told: released first", "Released before notice could be given."),
    _reasons("not_notified_reason_staff_error", "Not told: staff error", "Notice was owed and was not given by mistake."),
    _reasons("not_notified_reason_safety", "Not told: safety", "Notice was held back for a recorded safety reason."),
    _reasons("not_notified_reason_unknown", "Not told: reason unknown", "No reason is on file."),
)  # fmt: skip
REASON_NAMES = tuple(reason.name for reason in REASONS)

PARTS_FIT = (
    at_most("R08", "notified", "notices_due"),
    at_most("R08", "copy_provided", "notified"),
    at_most("R08", "notified_on_time", "notified"),
    at_most("R08", "intent_stated", "notified"),
    at_most("R08", "intent_not_to_comply", "intent_stated"),
    at_most("R08", "full_notice", "notified_on_time"),
    at_most("R08", "full_notice", "copy_provided"),
    at_most("R08", "full_notice", "intent_stated"),
    at_most("R08", "in_preferred_language", "notified"),
    at_most("R08", "acknowledged_in_writing", "notified"),
)
REASONS_ADD_UP = sums_to("R09", minus(plus("notices_due"), "notified"), REASON_NAMES, column="notices_due",
                         says="the reasons for not telling add up to notices due less people told")  # fmt: skip

_HOLD_TYPES = ("hold", "notification", "hold_and_notification")


def _share(number: str, title: str, part: str, counted: str) -> Indicator:
    return Indicator(
        id=number, title=title, page="notice", counted=counted, numerator=SumOf(plus(part)),
        denominator=SumOf(plus("notices_due")), unit="share",
        law=NOTICE,
    )  # fmt: skip


DATASET = Dataset(
    id="notice_compliance",
    title="Notice to people with a hold request",
    one_row_is="one month of hold and notification requests at one facility, or at all facilities",
    summary="Of the people with a hold request, how many were told, given a copy, and told what the county will do.",
    grains=(Grain.MONTH,),
    law=NOTICE,
    columns=submission_columns(
        FACILITY, *CONDUCT_COUNTS, *REASONS,
        measure("median_hours_to_notice", "Median hours to notice",
                "Median over people told; left empty when fewer than 5 were told.", unit="hours"),
    ),
    rules=(
        *PARTS_FIT,
        REASONS_ADD_UP,
        AcrossDatasets(
            id="R07", column="notices_due", by=("period", "agency"), relation="==",
            says="notices due and not due add up to the hold and notification requests received in the month",
            left=Total("notice_compliance", plus("notices_due", "not_due_released", "not_due_other"),
                       (is_("facility", "ALL"), is_("method", "census"))),
            right=Total("ice_requests", plus("requests_received"), (in_("request_type", *_HOLD_TYPES),))),
        AcrossDatasets(
            id="R10", column="intent_not_to_comply", by=("period", "agency"), relation="implies", level=Level.WARNING,
            says="people told that the county will comply are matched by requests complied with in the month",
            left=Total("notice_compliance", minus(plus("intent_stated"), "intent_not_to_comply"),
                       (is_("facility", "ALL"),)),
            right=Total("ice_requests", plus("complied", "partly_complied"))),
        *reporting_rules(tuple(count.name for count in (*CONDUCT_COUNTS, *REASONS))),
    ),
    indicators=(
        _share("K2", "People told of a hold request", "notified", "people with a hold request were told of it"),
        _share("K3", "Copy given", "copy_provided", "people with a hold request were given a copy of it"),
        _share("K4", "Told on time", "notified_on_time", "people with a hold request were told of it on time"),
        _share("K5", "Full notice", "full_notice",
               "people with a hold request were told on time, given a copy and told what the county will do"),
    ),
    plausibility=(Plausibility(column="notices_due"),),
    disclosure=DisclosurePolicy(
        kind=Protection.CONDUCT,
        reason="All-jail totals by month are counts of what staff did and are published exactly. Rows by facility, and "
               "the reasons, describe people: they are published by quarter in tables of their own, under the small-cell rule.",
        citation="small_numbers", approver="publisher, to be confirmed by counsel",
        published_where=(is_("facility", "ALL"),), withheld=REASON_NAMES),
    caveats=(
        "A month counts the requests received in it, whenever notice was given.",
        "The rates divide by notices due, not by people told, so that a bad month cannot look good.",
    ),
    examples=(
        {"period": "2026-08", "facility": "ALL", "notices_due": "19", "not_due_released": "2",
         "not_due_other": "0", "notified": "16", "notified_on_time": "14", "copy_provided": "15", "intent_stated": "15",
         "intent_not_to_comply": "15", "full_notice": "12", "in_preferred_language": "16",
         "acknowledged_in_writing": "13", "not_notified_reason_released_first": "1",
         "not_notified_reason_staff_error": "2", "not_notified_reason_safety": "0",
         "not_notified_reason_unknown": "0", "median_hours_to_notice": "20.5", "submitted_on": "2026-09-10"},
    ),
)  # fmt: skip
