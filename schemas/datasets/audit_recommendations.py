"""What became of each recommendation of an audit.

`rec_id` is this record's own short name and not the report's number, which is not always public. "Done" as the agency
says is told apart from "done" as the auditor verified. The dataset has a `status` of its own, so how a row was reported
is `report_status` here.
"""

from schemas.common import reporting_rules, submission_columns
from schemas.declare import Dataset, Grain, Indicator, Kind, RowsWhere, attribute, key
from schemas.rules import filled, is_

_AUDIT = ("audit_recommendations",)
_ALL = RowsWhere((filled("rec_id"),))

DATASET = Dataset(
    id="audit_recommendations",
    title="Audit recommendations",
    one_row_is="one recommendation as it stood at one agency on the last day of one month",
    summary="Which recommendations of an audit are done, who says so, and which figure shows it.",
    grains=(Grain.MONTH,),
    law=_AUDIT,
    columns=submission_columns(
        key("rec_id", "Recommendation", "Short name of the recommendation in this record; not the report's number."),
        attribute("source_report", "Report", "The report that makes the recommendation.", required=True),
        attribute("short_text", "What it asks for", "The recommendation in a few plain words.", required=True),
        attribute("owner", "Owner", "The office that is to carry it out, never a name.", required=True),
        attribute("status", "Status", "How far the recommendation has been carried out.", vocabulary="rec_status",
                  required=True),
        attribute("status_on", "Status since", "The day on which the status was reached.", kind=Kind.DATE),
        attribute("evidence_metric", "Evidence", "The indicator or dataset of this record that shows it, such as K6."),
        attribute("verified_by", "Verified by", "Whether the auditor verified the status or the agency reports it.",
                  vocabulary="verified_by", required=True),
        status_name="report_status",
    ),
    rules=reporting_rules((), status_name="report_status"),
    indicators=(
        Indicator(
            id="K14", title="Recommendations done", page="training", unit="share", law=_AUDIT,
            counted="recommendations are done, as the auditor verified or the agency reports",
            numerator=RowsWhere((is_("status", "done"),)), denominator=_ALL),
        Indicator(
            id="K14_verified", title="Recommendations done and verified", page="training", unit="share", law=_AUDIT,
            counted="recommendations are done and verified by the auditor",
            numerator=RowsWhere((is_("status", "done"), is_("verified_by", "auditor"))), denominator=_ALL),
    ),
    caveats=(
        "Only the summary of the report was read: the recommendations are given in our words.",
        "Recommendations that were closed without being done, or superseded, stay in the total.",
        "A recommendation made to two agencies is counted at each.",
    ),
    examples=(
        {"period": "2026-08", "rec_id": "monitoring",
         "source_report": "Title of the audit report, and its day",
         "short_text": "Regular monitoring", "owner": "Records", "status": "in_progress", "status_on": "2026-03-02",
         "evidence_metric": "K6", "verified_by": "self", "submitted_on": "2026-09-08"},
    ),
)  # fmt: skip
