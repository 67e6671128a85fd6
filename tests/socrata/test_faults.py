"""Whatever the network and the portal do: the right table, an honest exit code, no second dataset.

Each fault happens once, at each kind of request, before or after the request was carried out. The run has to end with
the release on the portal. Faults that do not end have to end the run, with 13 and with words that are true.
"""

import time

import pytest

SIGN_IN, SEARCH, CREATE = "GET /api/users", "GET /api/catalog", r"POST /api/views\.json"
LOOK, PUT, READ = r"GET /api/views/[^?]*$", "PUT /resource", "GET /resource"
SHOW, OPEN, TELL = r"POST /api/views/.*publication\.json$", "setPermission", r"PUT /api/views/[^?]*$"
COPY = "method=copy"
CREATION = {"sign in": SIGN_IN, "search": SEARCH, "create": CREATE, "look": LOOK, "rows": PUT, "read back": READ,
            "publish": SHOW, "make public": OPEN}  # fmt: skip
CHANGE = {"look": LOOK, "rows": PUT, "read": READ, "metadata": TELL}
STAGED = {"group": "getPublicationGroup", "copy": COPY, "rows": PUT, "publish": SHOW}


def kinds_of_fault(fake):
    """Name -> what happens, and whether the request was carried out."""
    return {
        "429": (fake.status(429), False),
        "500 json": (fake.status(500), False),
        "500 done": (fake.status(500), True),
        "502 html": (fake.status(502, html=True), False),
        "503": (fake.status(503, Retry_After="0"), False),
        "reset": (fake.reset, False),
        "reset done": (fake.reset, True),
        "cut off": (fake.cut_off, True),
        "broken json": (fake.broken_json, True),
        "202 ticket": (fake.says({"ticket": "abc"}, 202), False),
        "202 done": (fake.says({"ticket": "abc"}, 202), True),
        "sign-in page": (fake.status(200, html=True), False),
        "303": (fake.status(303, Location="/resource/elsewhere.json"), False),
    }


FOR_READS = ("429", "502 html", "reset", "cut off", "broken json", "202 ticket", "sign-in page", "303")
"""A read has nothing to be carried out, so the faults after that are the same as those before."""
NAMES = ("429", "500 json", "500 done", "502 html", "503", "reset", "reset done", "cut off",
         "broken json", "202 ticket", "202 done", "sign-in page", "303")  # fmt: skip


def is_right(portal, received):
    """Whether there is one dataset, whole, published and public."""
    one = portal.only()
    figures = [int(one.rows[key]["received"]) for key in sorted(one.rows)]
    return (figures, one.stage, one.public) == (received, "published", True)


def cases(places):
    return [(name, place) for place, on in places.items() for name in (FOR_READS if on.startswith("GET") else NAMES)]


FIRST, SECOND = [2, 2, 2], [2, 2, 9, 2]


@pytest.fixture
def fault(fake, portal):
    """Let something go wrong: `fault("rows", "reset done")`."""

    def happens(on, name, **more):
        act, applied = kinds_of_fault(fake)[name]
        portal.faults.append(fake.Fault(on, act, applied, **more))
        return portal.faults[-1]

    return happens


@pytest.mark.parametrize(("name", "place"), cases(CREATION))
def test_a_first_publication_survives(name, place, publish, portal, release, fault):
    one = fault(CREATION[place], name)
    ran = publish(release, "--yes", VISIBILITY="public")
    assert one.times == 0, "the fault did not happen"
    assert ran.code == 0, ran.err
    assert is_right(portal, FIRST)


@pytest.mark.parametrize(("name", "place"), cases(CHANGE))
def test_a_change_survives(name, place, publish, portal, release, next_release, fault):
    publish(release, "--yes", VISIBILITY="public")
    portal.only().view["description"] = "old"
    one = fault(CHANGE[place], name)
    ran = publish(next_release, "--yes")
    assert one.times == 0, "the fault did not happen"
    assert ran.code == 0, ran.err
    assert is_right(portal, SECOND)
    assert portal.only().view["description"] != "old"


@pytest.mark.slow
@pytest.mark.parametrize("place", STAGED)
@pytest.mark.parametrize("name", ["429", "502 html", "reset", "reset done", "202 done"])
def test_a_staged_change_survives(name, place, publish, portal, release, next_release, fault):
    publish(release, "--yes", VISIBILITY="public")
    one = fault(STAGED[place], name)
    ran = publish(next_release, "--yes", STAGED="1")
    assert one.times == 0, "the fault did not happen"
    assert ran.code == 0, ran.err
    assert is_right(portal, SECOND)


# --- what takes time -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["create", "rows", "publish", "read back"])
@pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
def test_no_answer_is_not_waited_for_for_ever(applied, place, publish, portal, release, fake):
    portal.faults.append(fake.Fault(CREATION[place], fake.silence, applied))
    assert publish(release, "--yes", VISIBILITY="public", TIMEOUT="0.25").code == 0
    assert is_right(portal, FIRST)


@pytest.mark.parametrize("place", ["rows", "read back"])
def test_an_answer_that_trickles_ends_with_the_whole_exchange(place, publish, portal, release, fake):
    """Each byte comes in good time: only a deadline for the whole exchange can end it."""
    portal.faults.append(fake.Fault(CREATION[place], fake.trickle, applied=True))
    began = time.monotonic()
    assert publish(release, "--yes", VISIBILITY="public", TIMEOUT="0.25").code == 0
    assert time.monotonic() - began < 2.5
    assert is_right(portal, FIRST)


def test_retry_after_is_honoured(publish, portal, release, fake):
    portal.faults.append(fake.Fault(PUT, fake.status(429, Retry_After="1")))
    began = time.monotonic()
    assert publish(release, "--yes").code == 0
    assert time.monotonic() - began >= 1


def test_a_wait_that_is_longer_than_our_patience_ends_the_run_at_once(publish, portal, release, fake):
    portal.faults.append(fake.Fault(PUT, fake.status(503, Retry_After="3600")))
    began = time.monotonic()
    ran = publish(release, "--yes")
    assert time.monotonic() - began < 2
    assert ran.code == 13
    assert "503" in ran.err
    assert "private draft that nobody else can see" in ran.err
    assert publish(release, "--yes").code == 0
    assert len(portal.datasets) == 1


# --- answers that are not true ---------------------------------------------------------------------------------------


def test_errors_in_a_200_are_not_success(publish, portal, release, next_release, fake):
    publish(release, "--yes", VISIBILITY="public")
    portal.faults.append(fake.Fault(PUT, fake.says({"Errors": 1, "Rows Created": 3}), times=1))
    assert publish(next_release, "--yes").code == 0
    assert is_right(portal, SECOND)
    assert sum(one.startswith("PUT /resource") for one in portal.writes) == 3


def test_a_portal_that_never_takes_the_rows_is_13_and_says_what_is_shown(publish, portal, release, next_release, fake):
    publish(release, "--yes", VISIBILITY="public")
    portal.faults.append(fake.Fault(PUT, fake.says({"Errors": 0, "Rows Created": 4}), times=10**6))
    ran = publish(next_release, "--yes", PATIENCE="0.5")
    assert ran.code == 13
    assert "1 new, 0 gone, 1 changed" in ran.err
    assert "The table is as it was before, and is shown to everybody" in ran.err
    assert "Run the same command again" in ran.err
    assert is_right(portal, FIRST)


@pytest.mark.parametrize("reads", [1, 3, 6])
@pytest.mark.parametrize("truthful", [True, False], ids=["the header says so", "the header does not"])
def test_stale_reads_are_waited_out(truthful, reads, publish, portal, release, next_release):
    publish(release, "--yes", VISIBILITY="public")
    portal.stale_reads, portal.truthful_header = reads, truthful
    portal.asked.clear()
    ran = publish(next_release, "--yes")
    assert ran.code == 0, ran.err
    assert is_right(portal, SECOND)
    if truthful:
        assert sum(one.startswith("PUT /resource") for one in portal.writes) == 1


def test_metadata_that_the_portal_does_not_take_is_13(publish, portal, release, fake):
    publish(release, "--yes")
    portal.only().view["description"] = "old"
    portal.faults.append(fake.Fault(TELL, fake.says({}), times=10**6))
    ran = publish(release, "--yes", PATIENCE="0.5")
    assert ran.code == 13
    assert "metadata (description) was sent, and the portal does not show it" in ran.err
    assert "The new table is there, whole" in ran.err


def test_a_202_is_no_answer_even_if_it_looks_like_one(publish, portal, release, fake):
    """Taken for the table, an empty list in a 202 would make it look as if every row had to be written."""
    publish(release, "--yes")
    portal.asked.clear()
    portal.faults.append(fake.Fault(READ, fake.says([], 202)))
    ran = publish(release, "--yes")
    assert (ran.code, portal.writes) == (0, [])
    assert portal.faults[0].times == 0


def test_an_answer_that_breaks_off_is_called_so(publish, portal, release, fake):
    portal.faults.append(fake.Fault(SIGN_IN, fake.broken_json, applied=True, times=10**6))
    ran = publish(release, "--yes", PATIENCE="0.1")
    assert ran.code == 13
    assert "broke off or was not JSON" in ran.err


def test_a_400_that_did_save_the_rows_is_believed_when_read(publish, portal, release, next_release, fake):
    publish(release, "--yes", VISIBILITY="public")
    told = {"code": "error", "message": "Row data was saved."}
    portal.faults.append(fake.Fault(PUT, fake.status(400, told), applied=True))
    assert publish(next_release, "--yes").code == 0
    assert is_right(portal, SECOND)


# --- a dataset is never made twice -----------------------------------------------------------------------------------


def test_an_index_that_lags_makes_no_second_dataset(publish, portal, release, fake):
    portal.index_lag = 3
    portal.faults.append(fake.Fault(CREATE, fake.reset, applied=True))
    ran = publish(release, "--yes", VISIBILITY="public", INDEX_LAG="30")
    assert ran.code == 0, ran.err
    assert is_right(portal, FIRST)


def test_where_it_is_not_known_whether_it_was_made_none_is_made_again(publish, portal, release, fake):
    portal.index_lag = 10**6
    portal.faults.append(fake.Fault(CREATE, fake.reset, applied=True))
    ran = publish(release, "--yes", INDEX_LAG="600", PATIENCE="0.5")
    assert ran.code == 13
    assert "whether the portal made the dataset is not known yet" in ran.err
    assert len(portal.datasets) == 1
    again = publish(release, "--yes", INDEX_LAG="600", PATIENCE="0.5")
    assert (again.code, len(portal.datasets)) == (13, 1)
    portal._indexed_after.clear()
    assert publish(release, "--yes", VISIBILITY="public", INDEX_LAG="600").code == 0
    assert is_right(portal, FIRST)


# --- a portal that is away -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["500 json", "502 html", "reset", "429", "303"])
@pytest.mark.parametrize("place", ["sign in", "rows", "make public"])
def test_a_fault_that_does_not_end_ends_the_run_honestly(place, name, publish, portal, release, fault):
    fault(CREATION[place], name, times=10**6)
    ran = publish(release, "--yes", VISIBILITY="public", PATIENCE="0.3")
    assert ran.code == 13
    assert "Run the same command again" in ran.err
    expected = {"sign in": "Nothing was changed on the portal", "rows": "private draft that nobody else can see",
                "make public": "The new table is there, whole, and is shown to nobody but the account"}  # fmt: skip
    assert expected[place] in ran.err
    portal.faults.clear()
    assert publish(release, "--yes", VISIBILITY="public").code == 0
    assert is_right(portal, FIRST)


def test_a_portal_that_cannot_be_reached_is_13(publish, release):
    ran = publish(release, "--yes", DOMAIN="127.0.0.1:9", PATIENCE="0.1")
    assert ran.code == 13
    assert "the connection to 127.0.0.1:9 could not be made" in ran.err


def test_tables_done_before_a_failure_are_counted(publish, portal, release, fake):
    publish.more = ["--dataset", "complaints", "--dataset", "account_reviews"]
    portal.faults.append(fake.Fault(PUT, fake.status(500), skip=1, times=10**6))
    ran = publish(release, "--yes", PATIENCE="0.3")
    assert ran.code == 13
    assert "1 tables before it are as planned" in ran.err
