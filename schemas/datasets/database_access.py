"""Log-ins and queries of federal agencies in county systems.

Where the law gives immigration authorities no access to nonpublic databases without a judicial warrant (`no_access`), a
log-in without one is what the record looks for. What a system does not log cannot be counted, so how much of the use
the logs cover is reported too.
"""

from schemas.common import reporting_rules, submission_columns
from schemas.declare import CountGroup, Dataset, Grain, Indicator, Plausibility, SumOf, key, measure
from schemas.rules import IMMIGRATION, Implies, in_, minus, more_than, plus

IMMIGRATION_AGENCIES = (IMMIGRATION,)
"""Whoever the county's law counts as an immigration authority: `immigration_agencies` in its jurisdiction.toml."""

_ACCESS = ("no_access",)

_COUNTS = (
    CountGroup("log-ins", law=_ACCESS)("logins", "Log-ins", "Times an account of the federal agency logged in."),
    CountGroup("queries", law=_ACCESS)("queries", "Queries", "Searches made."),
    CountGroup("records", law=_ACCESS)("records_viewed", "Records viewed", "Records opened, repeats included."),
    CountGroup("accounts", law=_ACCESS)("distinct_accounts", "Accounts used", "Different accounts that logged in."),
    CountGroup("log-ins", law=_ACCESS)(
        "with_judicial_warrant", "With a judicial warrant",
        "Log-ins for which a judicial criminal warrant is on file."),
)  # fmt: skip

DATASET = Dataset(
    id="database_access",
    title="Use of county systems by federal agencies",
    one_row_is="one month of use of one system by one federal agency",
    summary="How often federal agencies logged in to county systems, and whether a judicial warrant was on file.",
    grains=(Grain.MONTH,),
    law=_ACCESS,
    columns=submission_columns(
        key("system", "System", "The look-up or records system.", vocabulary="system"),
        key("federal_agency", "Federal agency", "Whose accounts were used.", vocabulary="federal_agency"),
        *_COUNTS,
        measure("log_coverage_percent", "Share of use that is logged",
                "Share of the system's functions whose use is written to its log, in percent.", unit="percent",
                maximum=100),
    ),
    rules=(
        Implies(id="R15", says="log-ins mean that at least one account was used", column="distinct_accounts",
                when=(more_than("logins", 0),), then=more_than("distinct_accounts", 0)),
        *reporting_rules(tuple(count.name for count in _COUNTS)),
    ),
    indicators=(
        Indicator(
            id="K9", title="Log-ins without a judicial warrant", page="accounts", unit="log-ins",
            counted="log-ins by immigration agencies had no judicial warrant on file",
            numerator=SumOf(minus(plus("logins"), "with_judicial_warrant"),
                            (in_("federal_agency", *IMMIGRATION_AGENCIES),)),
            law=_ACCESS,
            caveat="Counts the immigration authorities as the county's law names them; other agencies are in the table."),
    ),
    plausibility=(Plausibility(column="logins"), Plausibility(column="queries")),
    caveats=(
        "What a system does not log cannot be counted: read the counts beside the share of use that is logged.",
        "Use of shared networks, such as plate readers, is counted where the county can see it.",
    ),
    examples=(
        {"period": "2026-08", "federal_agency": "ICE_ERO", "logins": "2",
         "queries": "3", "records_viewed": "3", "distinct_accounts": "1", "with_judicial_warrant": "2",
         "log_coverage_percent": "100", "submitted_on": "2026-09-08"},
    ),
)  # fmt: skip
