"""Figures as sentences."""

import pandas as pd
import pytest

from dashboard import sentences as s
from dashboard.edition import Edition, Goal, Measure
from dashboard.points import COLUMNS, Reading
from dashboard.wording import ENGLISH
from schemas.marks import Mark

TOLD = Measure(
    "K2", "People told", "people with a hold request were told of it", "notice_compliance", "notice", "share",
    ("notice",), "", Goal(1, "at_least", "all"),
)  # fmt: skip
OPEN = Measure(
    "K7", "Accounts open", "accounts of immigration agencies were open at the end of the month", "account_reviews",
    "accounts", "accounts", ("no_access",), "", Goal(0, "at_most", "none"),
)  # fmt: skip


def reading(numerator, denominator=None, mark=Mark.COUNTED, met="no"):
    value = None if numerator is None else numerator / denominator if denominator else numerator
    return Reading("2026-09", numerator, denominator, value, met, mark)


@pytest.mark.parametrize(
    ("found", "measure", "said"),
    [
        (reading(21, 25), TOLD, "In September 2026, 21 of 25 people with a hold request were told of it (84%)."),
        (reading(16, 19), TOLD, "In September 2026, 16 of 19 people with a hold request were told of it."),
        (reading(0), OPEN, "In September 2026, no accounts of immigration agencies were open at the end of the month."),
        (reading(1), OPEN, "In September 2026, 1 account of immigration agencies was open at the end of the month."),
        (reading(None, mark=Mark.MISSING), TOLD,
         "There is no figure for September 2026: not everything that was due has been reported."),
        (reading(None, mark=Mark.SUPPRESSED), TOLD, "The figure for September 2026 is hidden to protect people."),
        (reading(None, mark=Mark.NOT_APPLICABLE), TOLD, "In September 2026 there was nothing to measure."),
        (reading(21, 25, Mark.LATE), TOLD,
         "In September 2026, 21 of 25 people with a hold request were told of it (84%). It was reported late."),
        (reading(21, 25, Mark.PRELIMINARY), TOLD,
         "In September 2026, 21 of 25 people with a hold request were told of it (84%). It is preliminary and may change."),
        (None, TOLD, "This release has no figure for “People told”."),
    ],
    ids=["percent from 20", "counts below 20", "none", "one", "missing", "suppressed", "nothing", "late", "early", "no"],
)  # fmt: skip
def test_what_is_said_of_a_figure(found, measure, said):
    assert s.statement(found, measure, ENGLISH) == said


@pytest.mark.parametrize(
    ("basis", "said"),
    [
        ("code", "The law asks for all."),
        ("agency_commitment", "The agency promised all."),
        ("audit_recommendation", "The auditor asked for all."),
        ("context", "The aim is all; no law asks for it."),
        ("unheard_of", "The aim is all; no law asks for it."),
    ],
)
def test_who_asks_is_never_overstated(basis, said):
    assert s.asks(TOLD, basis, ENGLISH) == said


def test_the_headline_names_the_last_known_figure_when_the_last_month_is_missing(edition: Edition):
    points = pd.DataFrame(
        [("2026-08", 21.0, 25.0, 0.84, "no", Mark.COUNTED), ("2026-09", None, None, None, "", Mark.MISSING)],
        columns=list(COLUMNS),
    )
    said = s.headline(points, TOLD, edition, ENGLISH)
    assert said.startswith("There is no figure for September 2026")
    assert "In August 2026, 21 of 25 people" in said
    assert said.endswith("The law asks for all.")


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (reading(25, 25, met="yes"), s.Verdict.MET),
        (reading(21, 25), s.Verdict.NOT_MET),
        (reading(21, 25, met=""), s.Verdict.NO_TARGET),
        (reading(None, mark=Mark.MISSING), s.Verdict.NO_DATA),
        (reading(None, mark=Mark.SUPPRESSED), s.Verdict.NO_DATA),
        (None, s.Verdict.NO_DATA),
    ],
)
def test_a_verdict_needs_a_figure_and_a_target(found, verdict):
    assert s.verdict(found) is verdict


def test_the_score_counts_what_can_be_judged():
    verdicts = [s.Verdict.MET, s.Verdict.NOT_MET, s.Verdict.NO_DATA, s.Verdict.NO_TARGET]
    assert s.score(verdicts, ENGLISH) == "1 of 3 measures are met and 1 are not. For 1 there is no data."
    assert s.score([s.Verdict.MET], ENGLISH) == "1 of 1 measures are met and 0 are not."


def test_every_indicator_of_the_release_makes_a_sentence(edition: Edition):
    for measure in edition.measures:
        assert measure.id
        one = s.statement(reading(1), measure, ENGLISH)
        assert "1 " in one
        assert s.strongest(measure, edition).basis in s.STRENGTH
