"""What every agency submission shares: the common columns (contract, section 3) and the rules that apply to all.

The columns are those of the domain's section D.1. Only `period` and `agency` must be filled; the others have defaults.
"""

from schemas.declare import Column, Grain, Kind, Role
from schemas.rules import Condition, Implies, Level, Linear, Op, Rule, is_, plus

_PERIOD_WORDS = {
    (Grain.MONTH,): "Calendar month the row is about, as YYYY-MM.",
    (Grain.QUARTER,): "Calendar quarter the row is about, as YYYY-Qn.",
    (Grain.YEAR,): "Calendar year the row is about, as YYYY.",
    (Grain.MONTH, Grain.QUARTER): "Calendar month (YYYY-MM) or quarter (YYYY-Qn) the row is about.",
    (Grain.MONTH, Grain.QUARTER, Grain.YEAR): "Calendar month (YYYY-MM), quarter (YYYY-Qn) or year (YYYY).",
}


def period(*grains: Grain) -> Column:
    """The key column `period`; the datasets of one release may have different grains."""
    return Column(
        name="period", label="Period", description=_PERIOD_WORDS[grains or (Grain.MONTH,)], role=Role.KEY,
        kind=Kind.PERIOD, unit=" or ".join(grains or (Grain.MONTH,)), must_be_filled=True,
    )  # fmt: skip


AGENCY = Column(
    name="agency", label="Agency", description="The county agency that reports the row.", role=Role.KEY,
    kind=Kind.CODE, vocabulary="agency", must_be_filled=True,
)  # fmt: skip


def _common(  # noqa: PLR0913 - the words of a declaration
    name: str, label: str, description: str, kind: Kind, *, vocabulary: str = "", default: str = ""
) -> Column:
    return Column(
        name=name, label=label, description=description, role=Role.ATTRIBUTE, kind=kind, vocabulary=vocabulary,
        default=default, in_header=False,
    )  # fmt: skip


def reporting_columns(*, status_name: str = "status") -> tuple[Column, ...]:
    """The columns that say how a row was reported.

    `status_name` differs only where the dataset has a `status` of its own (audit_recommendations, decision 0004).
    """
    return (
        _common(
            status_name, "Reporting status",
            "Whether the agency certified the row, certified that there was nothing to count, or reported early.",
            Kind.CODE, vocabulary="reporting_status", default="certified",
        ),
        _common("method", "Method", "Whether every case was counted or a sample was drawn.", Kind.CODE,
                vocabulary="method", default="census"),
        Column(name="sample_size", label="Sample size", description="Cases drawn; only where the method is sample.",
               role=Role.ATTRIBUTE, kind=Kind.WHOLE, unit="cases", in_header=False),
        _common("source_system", "Source system", "The register the counts were taken from.", Kind.TEXT),
        _common("submitted_on", "Submitted on", "The day the agency certified the row.", Kind.DATE),
        Column(name="revision", label="Revision", description="1 for the first report of the row, then 2, 3 …",
               role=Role.ATTRIBUTE, kind=Kind.WHOLE, unit="revision", default="1", in_header=False),
        Column(name="supersedes", label="Supersedes", description="The revision this row replaces; empty for the first.",
               role=Role.ATTRIBUTE, kind=Kind.WHOLE, unit="revision", in_header=False),
    )  # fmt: skip


def submission_columns(*own: Column, grain: Grain = Grain.MONTH, status_name: str = "status") -> tuple[Column, ...]:
    """`period`, `agency`, the dataset's own columns, then how the row was reported."""
    return (period(grain), AGENCY, *own, *reporting_columns(status_name=status_name))


def reporting_rules(counts: tuple[str, ...], *, status_name: str = "status") -> tuple[Linear | Implies, ...]:
    """R22 and R23 for a dataset with these count columns."""
    sample = Implies(
        id="R23", says="a sample states how many cases were drawn (sample_size)", column="sample_size",
        when=(is_("method", "sample"),), then=Condition("sample_size", Op.MORE_THAN, (0,)),
    )  # fmt: skip
    if not counts:
        return (sample,)
    zero = Linear(
        id="R22", says="a certified zero has no count above 0", column=status_name,
        when=(is_(status_name, "certified_zero"),), terms=plus(*counts), relation="==", empty_counts_as_zero=True,
    )  # fmt: skip
    return (zero, sample)


EVERY_SUBMISSION = (
    Rule(id="R06", says="a form was in use in the period it is reported for", column="", level=Level.WARNING),
    Rule(id="R24", says="the period is over when it is reported, and the report is dated after its last day",
         column="period"),
    Rule(id="R25", says="one row for each key and revision; a later revision comes with a row in corrections",
         column="period"),
    Rule(id="R26", says="no column and no text names or identifies a person", column=""),
    Rule(id="R27", says="a change or a year's total far outside the usual range is explained before publication",
         column="", level=Level.WARNING, holds_build=True),
    Rule(id="R29", says="dates are written year-month-day (ISO 8601)", column=""),
)  # fmt: skip
"""The rules that apply to all submissions alike and are not declared again for each."""
