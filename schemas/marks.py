"""The kinds of figure and of absence, each of which looks different everywhere: zero is a value, never a blank."""

from enum import StrEnum

from schemas.release import CellStatus
from schemas.wording import N_


class Mark(StrEnum):
    """What stands in a place of a chart or table."""

    COUNTED = "counted"
    ZERO = "zero"
    LATE = "late"
    PRELIMINARY = "preliminary"
    INCOMPLETE = "incomplete"
    MISSING = "missing"
    SUPPRESSED = "suppressed"
    NOT_APPLICABLE = "not_applicable"

    @property
    def has_value(self) -> bool:
        """Whether a figure was published."""
        return self not in (Mark.MISSING, Mark.SUPPRESSED, Mark.NOT_APPLICABLE)


SIGNS = {
    Mark.COUNTED: "●", Mark.ZERO: "■ 0", Mark.LATE: "◇", Mark.PRELIMINARY: "○", Mark.INCOMPLETE: "△",
    Mark.MISSING: "✕", Mark.SUPPRESSED: "[c]", Mark.NOT_APPLICABLE: "–",
}  # fmt: skip
"""The sign of each mark in text; charts draw the same shapes."""

REVISED = "[r]"
"""The sign of a figure that was changed after it was first published."""

NAMES = {
    Mark.COUNTED: N_("reported"),
    Mark.ZERO: N_("zero: counted, and none"),
    Mark.LATE: N_("reported late"),
    Mark.PRELIMINARY: N_("preliminary, may change"),
    Mark.INCOMPLETE: N_("incomplete: at least one agency has not reported"),
    Mark.MISSING: N_("not reported"),
    Mark.SUPPRESSED: N_("hidden to protect people"),
    Mark.NOT_APPLICABLE: N_("nothing to measure"),
}

_ABSENT = {
    CellStatus.SUPPRESSED: Mark.SUPPRESSED,
    CellStatus.NOT_REPORTED: Mark.MISSING,
    CellStatus.NOT_APPLICABLE: Mark.NOT_APPLICABLE,
}
_REPORTED = {"late": Mark.LATE, "preliminary": Mark.PRELIMINARY, "incomplete": Mark.INCOMPLETE}


def mark_of(status: str, reporting: str, value: float | None) -> Mark:
    """The mark of a published cell, from its status and from how its row was reported.

    An unknown status is an error of the release, never a silent guess: CellStatus() raises ValueError.
    """
    state = CellStatus(status)
    if state is not CellStatus.SHOWN:
        return _ABSENT[state]
    if value is None:
        raise ValueError("A cell that is shown has no value.")
    return _REPORTED.get(reporting) or (Mark.ZERO if value == 0 else Mark.COUNTED)


def worst(reports: set[str]) -> str:
    """How several reports together were made: one missing report makes the whole incomplete."""
    for reporting in ("missing", "preliminary", "late", "certified"):
        if reporting in reports:
            return reporting
    return "certified_zero" if "certified_zero" in reports else "not_due"
