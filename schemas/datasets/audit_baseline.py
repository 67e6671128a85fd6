"""The figures of an earlier audit, as far as they are public: the baseline that today's figures are read against.

A public source. Each figure says how exact it is (a bound, a derived figure, an ambiguous one), who said it, and how
far it was confirmed. A figure belongs to the time it was found in and
not to a reporting period, so the table has none.
"""

from schemas.datasets.federal_detainers import PUBLIC_RECORD_POLICY
from schemas.declare import Column, Dataset, Kind, MadeBy, Role, attribute, key

_AUDIT = ("audit_findings",)

DATASET = Dataset(
    id="audit_baseline",
    title="Figures of an audit",
    one_row_is="one figure of an audit or of its aftermath",
    summary="What an audit found, each figure with its bound, basis and source.",
    grains=(),
    made_by=MadeBy.PUBLIC_SOURCE,
    law=_AUDIT,
    columns=(
        key("metric", "Figure", "Short name of the figure."),
        attribute("label", "In words", "What the figure says, in plain words.", required=True),
        attribute("period_start", "From", "First day the figure is about; empty where no source states one.",
                  kind=Kind.DATE),
        attribute("period_end", "To", "Last day the figure is about; empty where no source states one.",
                  kind=Kind.DATE),
        Column(name="value", label="Value", description="The number, to be read with its unit and its qualifier.",
               role=Role.MEASURE, kind=Kind.DECIMAL, unit="see the column unit", law=_AUDIT, must_be_filled=True),
        attribute("unit", "Unit", "What the number counts.", required=True),
        attribute("qualifier", "How exact", "Whether the number is exact, a bound, derived or ambiguous.",
                  vocabulary="qualifier", required=True),
        attribute("basis", "Who says so", "Who stated the figure.", vocabulary="baseline_basis", required=True),
        attribute("trust", "How far confirmed", "Whether the figure was read in a primary or a secondary text.",
                  vocabulary="trust", required=True),
        attribute("source", "Source", "Where the figure was read.", required=True),
    ),
    disclosure=PUBLIC_RECORD_POLICY,
    caveats=("A figure is to be read with how exact it is and how far it was confirmed.",),
)  # fmt: skip
