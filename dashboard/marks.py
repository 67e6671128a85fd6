"""The kinds of figure and of absence, each of which looks different everywhere: zero is a value, never a blank."""

from enum import StrEnum

from dashboard.wording import N_
from schemas.release import CellStatus


class Mark(StrEnum):
    """What stands in a place of a chart or table."""

    COUNTED = "counted"
    ZERO = "zero"
    LATE = "late"
    PRELIMINARY = "preliminary"
    MISSING = "missing"
    SUPPRESSED = "suppressed"
    NOT_APPLICABLE = "not_applicable"

    @property
    def has_value(self) -> bool:
        """Whether a figure was published."""
        return self in (Mark.COUNTED, Mark.ZERO, Mark.LATE, Mark.PRELIMINARY)


SIGNS = {
    Mark.COUNTED: "●", Mark.ZERO: "● 0", Mark.LATE: "◇", Mark.PRELIMINARY: "○", Mark.MISSING: "✕",
    Mark.SUPPRESSED: "[c]", Mark.NOT_APPLICABLE: "–",
}  # fmt: skip
"""The sign of each mark in text; charts draw the same shapes."""

REVISED = "[r]"
"""The sign of a figure that was changed after it was first published."""

NAMES = {
    Mark.COUNTED: N_("reported"),
    Mark.ZERO: N_("zero: counted, and none"),
    Mark.LATE: N_("reported late"),
    Mark.PRELIMINARY: N_("preliminary, may change"),
    Mark.MISSING: N_("not reported"),
    Mark.SUPPRESSED: N_("hidden to protect people"),
    Mark.NOT_APPLICABLE: N_("nothing to measure"),
}


def mark_of(status: str, reporting: str, value: float | None) -> Mark:
    """The mark of a published cell, from its status and from how its row was reported.

    An unknown status is an error of the release, never a silent guess: CellStatus() raises ValueError.
    """
    match CellStatus(status):
        case CellStatus.SUPPRESSED:
            return Mark.SUPPRESSED
        case CellStatus.NOT_APPLICABLE:
            return Mark.NOT_APPLICABLE
        case CellStatus.NOT_REPORTED:
            return Mark.MISSING
        case CellStatus.SHOWN:
            return _shown(reporting, value)


def _shown(reporting: str, value: float | None) -> Mark:
    if value is None:
        return Mark.MISSING
    if reporting == "late":
        return Mark.LATE
    if reporting == "preliminary":
        return Mark.PRELIMINARY
    return Mark.ZERO if value == 0 else Mark.COUNTED


def worst(reports: set[str]) -> str:
    """How several reports together were made: one missing report makes the whole incomplete."""
    for reporting in ("missing", "preliminary", "late", "certified"):
        if reporting in reports:
            return reporting
    return "certified_zero" if "certified_zero" in reports else "not_due"
