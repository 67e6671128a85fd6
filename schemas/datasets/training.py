"""How many employees and agents who need the training have completed it.

Who must be trained, and by when, is for the county's law to say (`training`). The figures
are a stock on the last day of the month, not a flow: months must not be added up.
"""

from schemas.common import reporting_rules, submission_columns
from schemas.declare import CountGroup, Dataset, Grain, Indicator, SumOf, key
from schemas.rules import Level, NeverFalls, at_most, plus

_TRAINING = ("training",)
_employees = CountGroup("employees", law=_TRAINING)

_COUNTS = (
    _employees("required_staff", "Required to train", "Employees and agents who need the course, on the last day."),
    _employees("completed_cumulative", "Completed so far", "Of those, employees and agents who have completed it."),
    _employees("completed_in_month", "Completed in the month", "Employees and agents who completed it in the month."),
    _employees("overdue", "Overdue", "Employees and agents past the day that the agency set for them."),
    _employees("new_hires_due_30_days", "New staff due within 30 days",
               "Newly hired employees who are to complete it in the next 30 days."),
)  # fmt: skip

DATASET = Dataset(
    id="training",
    title="Training",
    one_row_is="one course at one agency on the last day of one month",
    summary="How many of the employees and agents who need the training have completed it.",
    grains=(Grain.MONTH,),
    law=_TRAINING,
    columns=submission_columns(key("course", "Course", "The subject of the training.", vocabulary="course"), *_COUNTS),
    rules=(
        at_most("R21", "completed_cumulative", "required_staff", level=Level.WARNING),
        NeverFalls(id="R21", says="completed so far does not fall unless fewer people are required to train",
                   column="completed_cumulative", level=Level.WARNING, unless="required_staff",
                   by=("agency", "course")),
        *reporting_rules(tuple(count.name for count in _COUNTS)),
    ),
    indicators=(
        Indicator(
            id="K13", title="Training completed", page="training", unit="share", law=_TRAINING,
            counted="completions on file of those required, all courses together",
            numerator=SumOf(plus("completed_cumulative")), denominator=SumOf(plus("required_staff")),
            caveat="A person who needs several courses counts once for each."),
    ),
    caveats=("The counts are as of the last day of the month: months must not be added up.",),
    examples=(
        {"period": "2026-08", "required_staff": "840",
         "completed_cumulative": "802", "completed_in_month": "17", "overdue": "21", "new_hires_due_30_days": "9",
         "submitted_on": "2026-09-10"},
    ),
)  # fmt: skip
