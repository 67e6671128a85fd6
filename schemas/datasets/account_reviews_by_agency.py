"""The accounts found in the monthly reviews, by the federal agency that held them: the child table of account_reviews.

It is reported only when accounts were found, so that no agency owes it; "none found" is said in account_reviews.
"""

from schemas.common import reporting_rules, submission_columns
from schemas.declare import CountGroup, Dataset, Grain, key

_ACCESS = ("no_access",)
_accounts = CountGroup("accounts", law=_ACCESS)

DATASET = Dataset(
    id="account_reviews_by_agency",
    title="Accounts found, by federal agency",
    one_row_is="one month's finds in one system that one federal agency held",
    summary="Which immigration agencies held the accounts that the monthly reviews found.",
    grains=(Grain.MONTH,),
    law=_ACCESS,
    columns=submission_columns(
        key("system", "System", "The look-up or records system.", vocabulary="system"),
        key("federal_agency", "Federal agency", "Who held the account.", vocabulary="federal_agency"),
        _accounts("accounts_found", "Accounts found", "Accounts of the federal agency that the review found."),
    ),
    rules=reporting_rules(("accounts_found",)),
    caveats=("A month without a row here is not a month without accounts: see account_reviews.",),
    examples=(
        {"period": "2026-08", "federal_agency": "ICE_ERO",
         "accounts_found": "1", "submitted_on": "2026-09-08"},
    ),
)  # fmt: skip
