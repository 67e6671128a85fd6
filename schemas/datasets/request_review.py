"""Whether two people reviewed each immigration request before it was answered.

A review by two people is often a promise and not law; `request_review` in law.csv says which (domain, section A.2).
"""

from schemas.common import reporting_rules, submission_columns
from schemas.declare import CountGroup, Dataset, Grain, Indicator, Plausibility, SumOf
from schemas.rules import at_most, plus

_REVIEW = ("request_review",)
_requests = CountGroup("requests", law=_REVIEW)

_COUNTS = (
    _requests("requests", "Requests", "Requests of immigration authorities received in the month."),
    _requests("first_level_reviewed", "Reviewed by a team leader", "Requests that a team leader reviewed."),
    _requests("second_level_reviewed", "Reviewed by a manager", "Requests that a manager reviewed."),
    _requests("both", "Reviewed by both", "Requests that a team leader and a manager reviewed."),
    _requests("reviewed_before_release", "Reviewed before release",
              "Requests that both had reviewed before anything was released."),
    _requests("overturned", "Overturned", "Requests for which a review changed the first decision."),
)  # fmt: skip

DATASET = Dataset(
    id="request_review",
    title="Review of requests before release",
    one_row_is="one month of requests to one agency",
    summary="How many requests a team leader and a manager both reviewed, and how many before anything was released.",
    grains=(Grain.MONTH,),
    law=_REVIEW,
    columns=submission_columns(*_COUNTS),
    rules=(
        at_most("R20", "both", "first_level_reviewed"),
        at_most("R20", "both", "second_level_reviewed"),
        at_most("R20", "first_level_reviewed", "requests"),
        at_most("R20", "second_level_reviewed", "requests"),
        at_most("R20", "reviewed_before_release", "both"),
        *reporting_rules(tuple(count.name for count in _COUNTS)),
    ),
    indicators=(
        Indicator(
            id="K12", title="Requests reviewed by a team leader and a manager", page="disclosures", unit="share",
            counted="requests were reviewed by both a team leader and a manager", numerator=SumOf(plus("both")),
            denominator=SumOf(plus("requests")), law=_REVIEW),
    ),
    plausibility=(Plausibility(column="requests"),),
    caveats=("A review on two levels is reported by the agencies that have adopted it.",),
    examples=(
        {"period": "2026-08", "requests": "7", "first_level_reviewed": "7",
         "second_level_reviewed": "6", "both": "6", "reviewed_before_release": "6", "overturned": "1",
         "submitted_on": "2026-09-09"},
    ),
)  # fmt: skip
