"""From a release to a portal: plan, first publication, nothing to do, changes, words, visibility, working copies."""

import csv
import json
from decimal import Decimal

import pytest

from etl.publish.portal_state import alone

PLACES = {"2026-04", "2026-05", "2026-06"}


def published(release, table="complaints"):
    """The rows of the release's own file."""
    with (release / f"tables/{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shown(portal, dataset):
    """The portal's rows as texts, for comparison with the file: numbers without zeros, days without midnight."""

    def text(value):
        if isinstance(value, Decimal):
            return format(value.normalize(), "f") if value else "0"
        return value.removesuffix("T00:00:00.000")

    return [{name: text(value) for name, value in row.items() if name != "row_id"} for row in portal.table(dataset)]


def filled(rows):
    """Rows without their empty cells, as a portal has them."""
    return [{name: value for name, value in row.items() if value != ""} for row in rows]


def by_cells(rows):
    return sorted(tuple(sorted(row.items())) for row in rows)


def dataset_of(portal, title):
    return next(name for name, one in portal.datasets.items() if one.view["name"] == title)


# --- plan ------------------------------------------------------------------------------------------------------------


def test_a_plan_reads_only_and_says_what_would_be_done(publish, portal, release):
    ran = publish(release)
    assert ran.code == 0
    assert portal.writes == []
    assert not (publish.folder / "var").exists()
    assert "complaints (no dataset yet)" in ran.out
    assert "fill it with 3 rows" in ran.out
    assert "Nothing was changed. Add --yes to do it." in ran.out


def test_a_plan_of_a_change_counts_columns_rows_and_words(publish, portal, release, next_release):
    publish(release, "--yes")
    portal.only().view["description"] = "Somebody's own words."
    portal.asked.clear()
    ran = publish(next_release)
    assert ran.code == 0
    assert portal.writes == []
    assert "columns: 17 compared, all as in the release" in ran.out
    assert "write 4 in place of 3: 1 new, 0 gone, 1 changed (first: 2026-06|OTHER_COUNTY, received)" in ran.out
    assert "metadata: change description" in ran.out
    assert "visibility: stays private" in ran.out


# --- first publication, and again ------------------------------------------------------------------------------------


def test_a_first_publication_is_a_private_draft_filled_before_it_is_published(publish, portal, release):
    ran = publish(release, "--yes")
    assert ran.code == 0, ran.err
    one = portal.only()
    dataset = one.view["id"]
    assert portal.writes == [
        "POST /api/views.json", f"PUT /resource/{dataset}.json", f"POST /api/views/{dataset}/publication.json",
    ]  # fmt: skip
    assert (one.stage, one.public) == ("published", False)
    assert dataset in ran.out
    assert by_cells(shown(portal, dataset)) == by_cells(filled(published(release)))
    assert json.loads((publish.folder / "var/socrata-state.json").read_text()) == {
        publish.environment["DAYLIGHT_SOCRATA_DOMAIN"]: {"complaints": {"id": dataset}}
    }


def test_all_tables_of_a_release_arrive_cell_by_cell(publish, portal, release):
    publish.more = []
    ran = publish(release, "--yes", VISIBILITY="public")
    assert ran.code == 0, ran.err
    resources = json.loads((release / "datapackage.json").read_text())["resources"]
    assert len(portal.datasets) == len(resources) == 9
    for resource in resources:
        dataset = dataset_of(portal, resource["title"])
        assert by_cells(shown(portal, dataset)) == by_cells(filled(published(release, resource["name"])))
        assert portal.datasets[dataset].public
    hidden = [
        row for row in published(release, "notice_compliance_by_facility") if row["notified_status"] == "suppressed"
    ]
    assert hidden, "the release has no hidden cell to look at"
    reviews = portal.table(dataset_of(portal, "Reviews of user accounts"))
    assert reviews[0]["review_due_on"].endswith("T00:00:00.000")
    assert any(isinstance(row.get("value"), Decimal) for row in portal.table(dataset_of(portal, "Indicators")))


def test_the_metadata_of_a_new_dataset_is_the_release_s(publish, portal, release):
    settings = {"CATEGORY": "Public Safety", "CUSTOM_FIELDS": '{"Publishing": {"Update Frequency": "{frequency}"}}'}
    assert publish(release, "--yes", **settings).code == 0
    view = portal.only().view
    assert (view["name"], view["licenseId"], view["category"]) == ("Complaints", "CC0_10", "Public Safety")
    assert view["attribution"] == "King County (demonstration publisher)"
    assert view["description"].endswith("Updated monthly.")
    assert view["metadata"]["rowLabel"] == "one month of complaints to one agency"
    assert view["metadata"]["custom_fields"] == {"Publishing": {"Update Frequency": "Monthly"}}
    assert "daylight-king-county-complaints" in view["tags"]
    assert all(column["description"] and column["name"] for column in view["columns"])


def test_a_second_run_writes_nothing(publish, portal, release):
    publish.more = []
    publish(release, "--yes", VISIBILITY="public")
    portal.asked.clear()
    ran = publish(release, "--yes", VISIBILITY="public")
    assert ran.code == 0
    assert portal.writes == []
    assert "nothing to do" in ran.out
    assert len(portal.asked) <= 4 * len(portal.datasets)


def test_a_changed_table_takes_few_requests_and_one_write_of_rows(publish, portal, release, next_release):
    publish(release, "--yes", VISIBILITY="public")
    portal.only().view["description"] = "Somebody's own words."
    portal.asked.clear()
    ran = publish(next_release, "--yes", VISIBILITY="public")
    assert ran.code == 0, ran.err
    assert [one.split("/")[1] for one in portal.writes] == ["resource", "api"]
    assert len(portal.asked) <= 10
    assert len(portal.seen_by_anybody) == 2
    dataset = portal.only().view["id"]
    assert by_cells(shown(portal, dataset)) == by_cells(filled(published(next_release)))


def test_json_is_one_document(publish, portal, release):
    plan, done = publish(release, "--json").document, publish(release, "--yes", "--json").document
    assert plan.keys() == done.keys() == {"destination", "domain", "release", "plan", "done", "datasets"}
    assert (plan["done"], plan["datasets"]) == ([], {"complaints": ""})
    assert "3 rows written" in done["done"][0]
    again = publish(release, "--yes", "--json").document
    assert (again["plan"], again["datasets"]) == ([], {"complaints": portal.only().view["id"]})


# --- which dataset ---------------------------------------------------------------------------------------------------


def test_without_the_state_file_the_dataset_is_found_by_its_mark(publish, portal, release):
    publish(release, "--yes")
    (publish.folder / "var/socrata-state.json").unlink()
    portal.asked.clear()
    assert publish(release, "--yes").code == 0
    assert portal.writes == []
    assert len(portal.datasets) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"127.0.0.1": []}', "\udcff"])
def test_a_damaged_state_file_is_as_good_as_none(text, publish, portal, release):
    publish(release, "--yes")
    (publish.folder / "var/socrata-state.json").write_text(text, errors="surrogateescape")
    assert publish(release, "--yes").code == 0
    assert len(portal.datasets) == 1


def test_a_remembered_dataset_that_is_gone_is_made_again(publish, portal, release):
    publish(release, "--yes")
    portal.datasets.clear()
    assert publish(release, "--yes").code == 0
    assert by_cells(shown(portal, portal.only().view["id"])) == by_cells(filled(published(release)))


def test_the_dataset_of_the_settings_goes_before_what_is_remembered(publish, portal, release):
    publish(release, "--yes")
    (told,) = portal.datasets
    other = portal.add(portal.datasets[told].view | {"metadata": {"rowIdentifier": "row_id"}}, stage="published")
    ran = publish(release, "--yes", DATASETS=json.dumps({"complaints": other}))
    assert ran.code == 0, ran.err
    assert by_cells(shown(portal, other)) == by_cells(filled(published(release)))


def test_more_than_one_dataset_with_our_mark_stops(publish, portal, release):
    publish(release, "--yes")
    view = portal.only().view
    portal.add(view | {"metadata": {"rowIdentifier": "row_id"}})
    (publish.folder / "var/socrata-state.json").unlink()
    portal.asked.clear()
    ran = publish(release, "--yes")
    assert ran.code == 13
    assert "several datasets carry the mark daylight-king-county-complaints" in ran.err
    assert portal.writes == []


# --- words -----------------------------------------------------------------------------------------------------------


def test_what_others_wrote_into_the_metadata_stays(publish, portal, release):
    publish(release, "--yes")
    view = portal.only().view
    view["tags"].append("council")
    view["metadata"].update(
        custom_fields={"Legal": {"Owner": "Clerk"}}, attachments=[{"filename": "memo.pdf"}], rowLabel="x"
    )
    view["columns"][3]["description"] = "?"
    view["columns"][3]["format"] = {"align": "right"}
    fields = '{"Legal": {"Basis": "K.C.C. 2.15"}}'
    ran = publish(release, "--yes", CUSTOM_FIELDS=fields)
    assert ran.code == 0, ran.err
    assert "metadata changed: custom fields, descriptions of 1 columns" in ran.out
    view = portal.only().view
    assert "council" in view["tags"]
    assert view["metadata"]["custom_fields"] == {"Legal": {"Owner": "Clerk", "Basis": "K.C.C. 2.15"}}
    assert view["metadata"]["attachments"] == [{"filename": "memo.pdf"}]
    assert view["metadata"]["rowLabel"] == "one month of complaints to one agency"
    assert view["columns"][3]["description"] != "?"
    assert view["columns"][3]["format"] == {"align": "right"}


# --- visibility ------------------------------------------------------------------------------------------------------


def test_public_comes_last_and_is_read_without_an_account(publish, portal, release):
    ran = publish(release, "--yes", VISIBILITY="public")
    assert ran.code == 0
    assert portal.writes[-1].endswith("?method=setPermission")
    anonymous = [one for one in portal.asked if "authorization" not in one.headers]
    assert [str(one) for one in anonymous] == [str(portal.asked[-1])]
    assert "x-app-token" not in anonymous[0].headers
    assert portal.seen_by_anybody == [(portal.only().view["id"], 3)]


def test_private_comes_first(publish, portal, release, next_release):
    publish(release, "--yes", VISIBILITY="public")
    portal.asked.clear()
    portal.seen_by_anybody.clear()
    assert publish(next_release, "--yes", VISIBILITY="private").code == 0
    assert portal.writes[0].endswith("?method=setPermission")
    assert (portal.only().public, portal.seen_by_anybody) == (False, [])


def test_a_public_dataset_stays_public_where_nothing_is_said(publish, portal, release):
    publish(release, "--yes", VISIBILITY="public")
    portal.asked.clear()
    assert publish(release, "--yes").code == 0
    assert portal.writes == []
    assert portal.only().public


def test_public_in_the_metadata_and_closed_to_readers_is_not_public(publish, portal, release, fake):
    publish(release, "--yes", VISIBILITY="public")
    portal.asked.clear()
    portal._get = lambda name, who, right="read": _closed(portal, fake, name, who)
    ran = publish(release, "--yes")
    assert ran.code == 13
    assert "cannot be read without an account" in ran.err


def _closed(portal, fake, name, who):
    if not who:
        raise fake.Wrong(403, "permission_denied", "closed")
    return portal.datasets[name]


# --- staged ----------------------------------------------------------------------------------------------------------


def test_staged_rows_are_compared_in_a_working_copy_before_readers_see_them(publish, portal, release, next_release):
    publish(release, "--yes", VISIBILITY="public")
    (dataset,) = portal.datasets
    portal.asked.clear()
    ran = publish(next_release, "--yes", STAGED="1")
    assert ran.code == 0, ran.err
    copy, rows, shown_at = portal.writes
    assert copy == f"POST /api/views/{dataset}/publication.json?method=copy"
    draft = rows.split("/")[2].removesuffix(".json")
    assert draft != dataset
    assert shown_at == f"POST /api/views/{draft}/publication.json"
    assert list(portal.datasets) == [dataset]
    assert by_cells(shown(portal, dataset)) == by_cells(filled(published(next_release)))
    assert len(portal.asked) <= 10
    portal.asked.clear()
    assert publish(next_release, "--yes", STAGED="1").code == 0
    assert portal.writes == []


def test_a_working_copy_of_somebody_else_is_left_alone(publish, portal, release, next_release, fake):
    publish(release, "--yes", VISIBILITY="public")
    (dataset,) = portal.datasets
    portal.handle(fake.Asked("POST", f"/api/views/{dataset}/publication.json", {"method": "copy"}, _signed(fake), b""))
    portal.asked.clear()
    ran = publish(next_release, "--yes", STAGED="1")
    assert ran.code == 13
    assert "somebody has a working copy" in ran.err
    assert "The table is as it was before, and is shown to everybody" in ran.err
    assert portal.writes == []
    assert by_cells(shown(portal, dataset)) == by_cells(filled(published(release)))


def _signed(fake):
    import base64

    return {"authorization": "Basic " + base64.b64encode(f"{fake.KEY_ID}:{fake.KEY_SECRET}".encode()).decode()}


def test_a_staged_copy_that_is_not_equal_is_never_published(publish, portal, release, next_release, fake):
    publish(release, "--yes", VISIBILITY="public")
    (dataset,) = portal.datasets
    portal.faults.append(fake.Fault(r"PUT /resource/", fake.says({"Errors": 2, "Rows Created": 2}), times=99))
    ran = publish(next_release, "--yes", STAGED="1", PATIENCE="0.5")
    assert ran.code == 13
    assert not any(one.endswith("publication.json") for one in portal.writes[3:])
    assert by_cells(shown(portal, dataset)) == by_cells(filled(published(release)))
    assert "The table is as it was before, and is shown to everybody" in ran.err
    portal.faults.clear()
    assert publish(next_release, "--yes", STAGED="1").code == 0
    assert list(portal.datasets) == [dataset]


# --- one at a time ---------------------------------------------------------------------------------------------------


def test_one_publisher_at_a_time(publish, portal, release):
    (publish.folder / "var").mkdir()
    with alone(publish.folder / "var/socrata-state.json"):
        ran = publish(release, "--yes")
    assert ran.code == 13
    assert "Another publication" in ran.err
    assert portal.writes == []
    assert publish(release, "--yes").code == 0


def test_nothing_is_ever_deleted(publish, portal, release, next_release):
    publish(release, "--yes")
    publish(next_release, "--yes")
    publish(release, "--yes", "--allow-shrink")
    assert not [one for one in portal.asked if one.method == "DELETE" or b":deleted" in one.body]
