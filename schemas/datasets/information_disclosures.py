"""Requests for information about people: the purpose test, the warrant, and what was released.

Whether staff determined the purpose of a request, whether a judicial warrant was seen before personal information was
released (`no_access`, `state_information`), and what was released. An exchange of citizenship or immigration status only
is not prohibited (8 U.S.C. 1373) and is counted apart.
"""

from schemas.common import reporting_rules, submission_columns
from schemas.declare import CountGroup, Dataset, Grain, Indicator, Plausibility, SumOf, key
from schemas.rules import Level, Linear, at_most, plus

_TEST = ("no_access",)
_RELEASE = ("no_access", "state_information")
_tested = CountGroup("requests", law=_TEST)
_released = CountGroup("requests", law=_RELEASE)

_COUNTS = (
    _tested("requests", "Requests", "Requests for this kind of information, by date of receipt."),
    _tested("determination_made", "Purpose determined",
            "Requests for which staff recorded whether the purpose was civil or criminal before answering."),
    _tested("judicial_warrant_verified", "Judicial warrant verified",
            "Of those, requests whose judicial criminal warrant staff saw and checked."),
    _released("released", "Released", "Requests that were answered with information, in whole or in part."),
    _released("released_redacted", "Released, redacted", "Of those released: with personal details taken out."),
    _released("released_unredacted", "Released, unredacted", "Of those released: with nothing taken out."),
    CountGroup("requests", law=("no_resources", "status_exchange"))(
        "status_only", "Status only", "Of those released: nothing but citizenship or immigration status."),
    _released("refused", "Refused", "Requests that were refused."),
    _released("released_without_warrant", "Released without a warrant",
              "Requests answered with personal information although no judicial criminal warrant was verified; an "
              "exchange of status only is not counted."),
)  # fmt: skip

DATASET = Dataset(
    id="information_disclosures",
    title="Information given to immigration authorities",
    one_row_is="one month of requests to one agency for one kind of information",
    summary="How requests for information were tested, and what was released with and without a judicial warrant.",
    grains=(Grain.MONTH,),
    law=_RELEASE,
    columns=submission_columns(
        key("info_category", "Kind of information", "What was asked for.", vocabulary="info_category"),
        *_COUNTS,
    ),
    rules=(
        Linear(id="R17", says="redacted, unredacted and status only are together at most what was released",
               column="released", relation="<=",
               terms=(("released_redacted", 1), ("released_unredacted", 1), ("status_only", 1), ("released", -1))),
        Linear(id="R17", says="released and refused are together at most requests", column="requests", relation="<=",
               terms=(("released", 1), ("refused", 1), ("requests", -1))),
        at_most("R18", "judicial_warrant_verified", "determination_made"),
        at_most("R18", "determination_made", "requests"),
        Linear(id="R19", says="no personal information is released without a judicial warrant",
               column="released_without_warrant", level=Level.WARNING, terms=plus("released_without_warrant"),
               relation="<="),
        *reporting_rules(tuple(count.name for count in _COUNTS)),
    ),
    indicators=(
        Indicator(
            id="K10", title="Purpose of the request determined", page="disclosures", unit="share", law=_TEST,
            counted="requests for information had their purpose determined",
            numerator=SumOf(plus("determination_made")), denominator=SumOf(plus("requests"))),
        Indicator(
            id="K11", title="Information released without a judicial warrant", page="disclosures", unit="requests",
            counted="requests were answered with personal information although no judicial warrant was verified",
            numerator=SumOf(plus("released_without_warrant")), law=_RELEASE,
            caveat="Exchanges of citizenship or immigration status only are not counted (8 U.S.C. 1373)."),
    ),
    plausibility=(Plausibility(column="requests"),),
    caveats=(
        "A request for several kinds of information is counted once for each kind.",
        "State law also accepts other court orders; the instruments presented are counted in ice_requests.",
    ),
    examples=(
        {"period": "2026-08", "info_category": "case_file_redacted", "requests": "4",
         "determination_made": "4", "judicial_warrant_verified": "1", "released": "1", "released_redacted": "1",
         "released_unredacted": "0", "status_only": "0", "refused": "3", "released_without_warrant": "0",
         "submitted_on": "2026-09-09"},
    ),
)  # fmt: skip
