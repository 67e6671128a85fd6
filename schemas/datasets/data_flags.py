"""Warnings that are published with the figures: what a reader should know before quoting a row.

A rule at warning level does not refuse a report (domain, section D.3); the figure is published, and so is the flag.
"""

from schemas.common import AGENCY, period
from schemas.declare import CountGroup, Dataset, Grain, MadeBy, attribute, key

_rows = CountGroup("rows", law=("daylight_policy",))

DATASET = Dataset(
    id="data_flags",
    title="Flags on published figures",
    one_row_is="one rule that rows of one agency's report for one period break at warning level",
    summary="Which reports were published with a warning, and what the warning says.",
    grains=(Grain.MONTH, Grain.QUARTER, Grain.YEAR),
    made_by=MadeBy.DAYLIGHT,
    law=("daylight_policy",),
    columns=(
        period(Grain.MONTH, Grain.QUARTER, Grain.YEAR),
        AGENCY,
        key("dataset", "Dataset", "The id of the dataset that was reported."),
        key("rule", "Rule", "The id of the rule; docs and definitions say what it asks."),
        _rows("rows_flagged", "Rows flagged", "Rows of the report that break the rule."),
        attribute("says", "What the flag says", "The finding in short, as the agency was told it."),
        attribute("reason", "Accepted because", "Why a warning that holds a build was accepted; empty for others."),
    ),
    caveats=("A flag is no error: the agency was told and certified the figure.",),
)  # fmt: skip
