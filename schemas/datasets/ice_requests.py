"""Requests from immigration authorities and how the county answered them.

The instrument presented is recorded and each legal test is derived from it, because county and state can ask for
different ones: a judicial criminal warrant, or any court order (domain, section A.4).
"""

from schemas.common import reporting_rules, submission_columns
from schemas.declare import (
    CountGroup,
    Dataset,
    Grain,
    Indicator,
    Plausibility,
    SumOf,
    attribute,
    key,
    measure,
)
from schemas.rules import Implies, Level, at_most, in_, is_, more_than, plus, sums_to

_HOLDS = ("no_holds", "state_no_holds")
_OUTCOMES = ("declined", "complied", "partly_complied", "withdrawn", "expired", "pending")
_requests = CountGroup("requests", law=_HOLDS)
_people = CountGroup("people", law=_HOLDS)

_COUNTS = (
    _requests("requests_received", "Requests received", "Requests that arrived in the month, by date of receipt."),
    _people("persons_named", "People named",
            "Distinct people named in the requests; can be fewer or more than the requests."),
    _requests("with_judicial_criminal_warrant", "With a judicial criminal warrant",
              "Requests that came with a criminal warrant signed by a judge: the county's test."),
    _requests("purpose_determined", "Purpose determined",
              "Requests for which staff recorded whether the purpose was civil, criminal or mixed."),
    _requests("declined", "Declined", "Requests received this month that were declined."),
    _requests("complied", "Complied with", "Requests received this month that were complied with."),
    _requests("partly_complied", "Partly complied with", "Requests received this month, complied with in part."),
    _requests("withdrawn", "Withdrawn", "Requests received this month that the sender withdrew."),
    _requests("expired", "Expired on release", "Requests received this month that ended when the person was released."),
    _requests("pending", "Pending", "Requests received this month, still open when the row was certified."),
    _requests("complied_without_judicial_warrant", "Complied with, no judicial warrant",
              "Requests complied with, wholly or in part, although no judge had signed a warrant."),
)  # fmt: skip

DATASET = Dataset(
    id="ice_requests",
    title="Requests from immigration authorities",
    one_row_is="one month of requests of one type, form and legal instrument from one federal agency to one agency",
    summary="How many requests immigration authorities sent, with what legal instrument, and how the county answered.",
    grains=(Grain.MONTH,),
    law=("no_resources", "no_holds", "state_requests"),
    columns=submission_columns(
        key("federal_agency", "Federal agency", "Who sent the request.", vocabulary="federal_agency"),
        key("request_type", "Type of request", "What was asked for.", vocabulary="request_type"),
        key("form", "Form", "The form or channel the request came on.", vocabulary="form"),
        key("instrument", "Legal instrument", "The warrant, subpoena or order presented with the request.",
            vocabulary="instrument"),
        *_COUNTS,
        measure("median_hours_to_decision", "Median hours to decision",
                "Median over decided requests; left empty when fewer than 5 were decided.", unit="hours",
                ).over(plus("declined", "complied", "partly_complied"), least=5),
        attribute("form_version", "Form version", "The edition printed on the form."),
    ),
    rules=(
        sums_to("R01", plus("requests_received"), _OUTCOMES, column="requests_received",
                says="declined, complied, partly complied, withdrawn, expired and pending add up to requests received"),
        at_most("R02", "complied_without_judicial_warrant", "complied", "partly_complied"),
        at_most("R03", "with_judicial_criminal_warrant", "requests_received"),
        Implies(id="R03", says="a judicial criminal warrant is counted only where the instrument is one",
                column="with_judicial_criminal_warrant", when=(more_than("with_judicial_criminal_warrant", 0),),
                then=is_("instrument", "judicial_warrant_criminal")),
        sums_to("R04", plus("requests_received"), ("purpose_determined",), column="purpose_determined",
                level=Level.WARNING, says="the purpose of every request is determined"),
        Implies(id="R05", says="form I-247A asks for a hold, a notification, or both", column="request_type",
                when=(is_("form", "I-247A"),), then=in_("request_type", "hold", "notification", "hold_and_notification")),
        *reporting_rules(tuple(count.name for count in _COUNTS)),
    ),
    indicators=(
        Indicator(
            id="K1", title="Detainers honoured without a judicial warrant", page="requests",
            counted="requests were complied with although no judge had signed a warrant",
            numerator=SumOf(plus("complied_without_judicial_warrant")), unit="requests", law=_HOLDS),
    ),
    plausibility=(Plausibility(column="requests_received"),),
    caveats=(
        "A request is counted in the month it was received; its outcome may come later and is revised then.",
        "One I-247A asks for two things, notice before release and a hold: it is counted once, by what it asks.",
    ),
    examples=(
        {"period": "2026-08", "federal_agency": "ICE_ERO", "request_type": "hold_and_notification",
         "form": "I-247A", "instrument": "I-200", "requests_received": "21", "persons_named": "21",
         "with_judicial_criminal_warrant": "0", "purpose_determined": "21", "declined": "17", "complied": "0",
         "partly_complied": "0", "withdrawn": "1", "expired": "3", "pending": "0",
         "complied_without_judicial_warrant": "0", "submitted_on": "2026-09-10"},
    ),
)  # fmt: skip
