"""The monthly review of who can log in to the county's look-up systems.

A review is often a promise and not law, while that immigration agencies have no access without a judicial warrant is
law: the two have keys of their own (`account_review`, `no_access`).
"""

from schemas.common import reporting_rules, submission_columns
from schemas.datasets.database_access import IMMIGRATION_AGENCIES
from schemas.declare import (
    CountGroup,
    Dataset,
    Grain,
    Indicator,
    Kind,
    MaxOf,
    RowsWhere,
    SumOf,
    attribute,
    key,
)
from schemas.rules import (
    AcrossDatasets,
    CarriedOver,
    Implies,
    Level,
    Linear,
    NotBeforePeriod,
    Total,
    at_most,
    filled,
    in_,
    minus,
    on_or_before,
    plus,
)

_REVIEW = ("account_review",)
_ACCESS = ("no_access",)
_reviewed = CountGroup("accounts", law=_REVIEW)
_accounts = CountGroup("accounts", law=_ACCESS)
_FOUND = "immigration_agency_accounts_found"

_COUNTS = (
    _reviewed("accounts_total", "Accounts", "Accounts of the system on the day of the review."),
    _reviewed("accounts_reviewed", "Accounts reviewed", "Accounts that the review looked at."),
    _accounts(_FOUND, "Immigration agency accounts found",
              "Accounts of immigration agencies that the review found this month."),
    _accounts("found_with_valid_warrant", "Found, with a valid warrant",
              "Of those found, accounts for which a judicial criminal warrant is on file."),
    _accounts("accounts_disabled", "Accounts disabled", "Immigration agency accounts disabled in the month."),
    _accounts("open_at_start", "Open at start", "Immigration agency accounts known and open on the first day."),
    _accounts("open_at_end", "Open at end", "Immigration agency accounts known and open on the last day."),
    CountGroup("working days", law=("accounts_disabled",))(
        "max_days_found_to_disabled", "Longest time from found to disabled",
        "Working days from the finding to the closing of the account that took longest."
    ).over(plus("accounts_disabled")),
    _reviewed("shared_credential_findings", "Shared credentials", "Accounts found to be used by more than one person."),
    _reviewed("dormant_over_90_days", "Dormant over 90 days", "Accounts not used for more than 90 days."),
)  # fmt: skip

DATASET = Dataset(
    id="account_reviews",
    title="Reviews of user accounts",
    one_row_is="one month's review of one system",
    summary="Whether each look-up system's accounts were reviewed on time, and which immigration agency accounts were "
            "found and closed.",
    grains=(Grain.MONTH,),
    law=("account_review", "no_access"),
    columns=submission_columns(
        key("system", "System", "The look-up or records system.", vocabulary="system"),
        attribute("review_due_on", "Review due on", "The day by which the review was to be finished.", kind=Kind.DATE,
                  required=True),
        attribute("review_completed_on", "Review completed on", "The day it was finished; empty if it was not done.",
                  kind=Kind.DATE),
        *_COUNTS,
        attribute("reviewer_role", "Reviewer's role", "The role of the reviewer, never a name."),
    ),
    rules=(
        at_most("R11", "accounts_reviewed", "accounts_total"),
        at_most("R11", _FOUND, "accounts_reviewed"),
        Linear(id="R12", column="open_at_end", relation="==",
               says="open at start, plus found, less disabled, is open at end",
               terms=minus(plus("open_at_start", _FOUND), "accounts_disabled", "open_at_end")),
        CarriedOver(id="R13", says="accounts open at the start are those open at the end of the month before",
                    column="open_at_start", opening="open_at_start", closing="open_at_end", by=("agency", "system")),
        NotBeforePeriod(id="R14", says="the review was not finished before its month began",
                        column="review_completed_on", level=Level.WARNING),
        Implies(id="R14", says="the review was finished by the day it was due", column="review_completed_on",
                level=Level.WARNING, when=(filled("review_due_on"),),
                then=on_or_before("review_completed_on", "review_due_on")),
        at_most("R15", "found_with_valid_warrant", _FOUND),
        AcrossDatasets(
            id="R16", column="open_at_end", by=("period", "system"), relation="implies", level=Level.WARNING,
            says="log-ins by an immigration agency mean that an account was open or was disabled in the month",
            left=Total("database_access", plus("logins"), (in_("federal_agency", *IMMIGRATION_AGENCIES),)),
            right=Total("account_reviews", plus("open_at_end", "accounts_disabled"))),
        *reporting_rules(tuple(count.name for count in _COUNTS)),
    ),
    indicators=(
        Indicator(
            id="K6", title="Account reviews done on time", page="accounts", unit="share", law=_REVIEW,
            counted="account reviews were done by the day they were due",
            numerator=RowsWhere((filled("review_due_on"), on_or_before("review_completed_on", "review_due_on"))),
            denominator=RowsWhere((filled("review_due_on"),))),
        Indicator(
            id="K7", title="Immigration agency accounts open at month end", page="accounts", unit="accounts",
            counted="accounts of immigration agencies were open at the end of the month without a valid warrant",
            numerator=SumOf(minus(plus("open_at_end"), "found_with_valid_warrant")), law=_ACCESS,
            caveat="Warrants are counted in the month the account is found."),
        Indicator(
            id="K8", title="Days from found to disabled", page="accounts", unit="working days",
            counted="working days passed before the last account found was disabled",
            numerator=MaxOf("max_days_found_to_disabled"), law=("accounts_disabled",)),
    ),
    caveats=(
        "Late disabling of last month's finds is lawful bookkeeping: disabled accounts can outnumber those found.",
        "The risk has moved from named accounts to shared networks, so the list of systems is open-ended.",
    ),
    examples=(
        {"period": "2026-08", "review_due_on": "2026-08-31",
         "review_completed_on": "2026-08-27", "accounts_total": "412", "accounts_reviewed": "412",
         "immigration_agency_accounts_found": "1", "found_with_valid_warrant": "0", "accounts_disabled": "1",
         "open_at_start": "0", "open_at_end": "0", "max_days_found_to_disabled": "2",
         "shared_credential_findings": "0", "dormant_over_90_days": "14", "reviewer_role": "Records manager",
         "submitted_on": "2026-09-08"},
    ),
)  # fmt: skip
