"""Whether the county knows what personal information it holds, and disposes of what it need not keep.

Who asks for the inventory, an audit or a law on privacy, is for the county's law.csv to say (`audit_recommendations`,
`privacy`).
"""

from schemas.common import reporting_rules, submission_columns
from schemas.declare import CountGroup, Dataset, Grain

_CATALOGUE = ("audit_recommendations", "privacy")
_systems = CountGroup("systems", law=_CATALOGUE)
_reviews = CountGroup("reviews", law=_CATALOGUE)
_records = CountGroup("records", law=_CATALOGUE)

_COUNTS = (
    _systems("systems_holding_personal_information", "Systems with personal information",
             "Systems that hold personal information, on the last day of the quarter."),
    _systems("systems_catalogued", "Systems catalogued",
             "Of those, systems whose personal information is defined and catalogued."),
    _reviews("retention_reviews_due", "Retention reviews due",
             "Reviews of whether records must still be kept that fell due in the quarter."),
    _reviews("retention_reviews_done", "Retention reviews done", "Of those, reviews that were done."),
    _records("records_due_for_disposal", "Records due for disposal",
             "Records with personal information whose retention had ended by the last day of the quarter."),
    _records("records_disposed", "Records disposed of",
             "Records with personal information disposed of in the quarter."),
)  # fmt: skip

DATASET = Dataset(
    id="personal_information_inventory",
    title="Inventory of personal information",
    one_row_is="one quarter at one agency",
    summary="How many systems hold personal information, how many are catalogued, and what was disposed of.",
    grains=(Grain.QUARTER,),
    law=_CATALOGUE,
    columns=submission_columns(*_COUNTS, grain=Grain.QUARTER),
    rules=reporting_rules(tuple(count.name for count in _COUNTS)),
    caveats=("Systems are counted on the last day of the quarter: quarters must not be added up.",),
    examples=(
        {"period": "2026-Q2", "systems_holding_personal_information": "14", "systems_catalogued": "9",
         "retention_reviews_due": "4", "retention_reviews_done": "3", "records_due_for_disposal": "1800",
         "records_disposed": "1650", "submitted_on": "2026-07-13"},
    ),
)  # fmt: skip
