"""A publisher killed at every request boundary: readers see the old table or the new, and the next run ends it.

Real processes, really killed (SIGKILL), by the portal itself: before it carries a request out, or after.
"""

import pytest

FIRST, SECOND = [2, 2, 2], [2, 2, 9, 2]
WHEN = pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
CREATION, CHANGE, STAGED = 12, 8, 11
"""How many requests a run makes in each case; `test_as_many_requests_as_are_killed` sees that it is so."""


def figures(one):
    return [int(one.rows[key]["received"]) for key in sorted(one.rows)]


def kill_at(publish, portal, fake, number, applied):
    portal.faults = [fake.Fault(".", publish.kill, applied, skip=number)]


def is_right(portal, received):
    one = portal.only()
    return (figures(one), one.stage, one.public) == (received, "published", True)


def with_old_words(publish, portal, release):
    publish(release, "--yes", VISIBILITY="public")
    portal.only().view["description"] = "old"


def test_as_many_requests_as_are_killed(publish, portal, release, next_release):
    publish(release, "--yes", VISIBILITY="public")
    made = [len(portal.asked)]
    for settings in ({}, {"STAGED": "1"}):
        portal.only().view["description"] = "old"
        portal.asked.clear()
        publish(next_release if not settings else release, "--yes", "--allow-shrink", **settings)
        made.append(len(portal.asked))
    assert made == [CREATION, CHANGE, STAGED]


@WHEN
@pytest.mark.parametrize("number", range(CREATION))
def test_killed_while_a_dataset_is_made(number, applied, publish, portal, release, fake):
    kill_at(publish, portal, fake, number, applied)
    assert publish.in_a_process(release, "--yes", VISIBILITY="public").code == -9
    for one in portal.datasets.values():
        assert not one.public or (one.stage == "published" and figures(one) == FIRST)
    ran = publish(release, "--yes", VISIBILITY="public")
    assert ran.code == 0, ran.err
    assert is_right(portal, FIRST)


@WHEN
@pytest.mark.parametrize("number", range(CHANGE))
def test_killed_while_a_table_is_changed(number, applied, publish, portal, release, next_release, fake):
    with_old_words(publish, portal, release)
    kill_at(publish, portal, fake, number, applied)
    assert publish.in_a_process(next_release, "--yes").code == -9
    assert figures(portal.only()) in (FIRST, SECOND)
    assert publish(next_release, "--yes").code == 0
    assert is_right(portal, SECOND)
    assert portal.only().view["description"] != "old"


@pytest.mark.slow
@WHEN
@pytest.mark.parametrize("number", range(STAGED))
def test_killed_while_a_working_copy_is_filled(number, applied, publish, portal, release, next_release, fake):
    with_old_words(publish, portal, release)
    (dataset,) = portal.datasets
    kill_at(publish, portal, fake, number, applied)
    assert publish.in_a_process(next_release, "--yes", STAGED="1").code == -9
    assert figures(portal.datasets[dataset]) in (FIRST, SECOND)
    ran = publish(next_release, "--yes", STAGED="1")
    assert ran.code == 0, ran.err
    assert list(portal.datasets) == [dataset]
    assert is_right(portal, SECOND)


def test_killed_twice_and_the_state_file_lost(publish, portal, release, fake):
    for number in (4, 6):
        kill_at(publish, portal, fake, number, True)
        publish.in_a_process(release, "--yes", VISIBILITY="public")
        (publish.folder / "var/socrata-state.json").unlink(missing_ok=True)
    assert publish(release, "--yes", VISIBILITY="public").code == 0
    assert is_right(portal, FIRST)
