"""Arrests by federal immigration officers, from records that others obtained and published.

A public source and context: the arrests are federal acts, of which only some began in a jail. Three series stand side
by side and must not be added up, because they count overlapping arrests in different areas.
"""

from dataclasses import replace

from schemas.common import period
from schemas.datasets.federal_detainers import PUBLIC_RECORD_POLICY
from schemas.declare import CountGroup, Dataset, Grain, MadeBy, attribute, key

_SOURCE = ("arrest_records",)

DATASET = Dataset(
    id="federal_arrests",
    title="Arrests in federal records",
    one_row_is="one month or quarter of arrests in one area, in one class of one series",
    summary="How many arrests by federal immigration officers the released records hold, by area, method or class.",
    grains=(Grain.MONTH, Grain.QUARTER),
    made_by=MadeBy.PUBLIC_SOURCE,
    law=_SOURCE,
    columns=(
        period(Grain.MONTH, Grain.QUARTER),
        key("area", "Area", "Where the arrests were made.", vocabulary="area"),
        key("series", "Series", "The record that was counted.", vocabulary="arrest_series"),
        key("category", "Class", "The method or class in ICE's own words, or ALL.", default="ALL"),
        replace(CountGroup("arrests", law=_SOURCE)("arrests", "Arrests", "Arrests in the record."),
                must_be_filled=True),
        attribute("source", "Source", "The file that was counted.", required=True),
    ),
    disclosure=PUBLIC_RECORD_POLICY,
    caveats=(
        "The series overlap and must not be added up.",
        "Forms I-213 document a part of all arrests, and their places are approximate.",
        "The labels of methods change in 2025, when Custodial Arrest appears: a break in a line is not a trend.",
        "The series by criminal history leaves out rows without a state: it is a floor, and preliminary.",
        "Its first and last months may be part months.",
        "Methods and classes are in ICE's words, which are not those of this record.",
    ),
)  # fmt: skip
