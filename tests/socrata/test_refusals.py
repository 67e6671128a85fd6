"""What a portal or the settings make impossible: refused plainly, with what to do, and nothing changed by half."""

import json

import pytest
import trustme


@pytest.fixture
def there(publish, portal, release):
    """The release, published and public; the dataset's id."""
    publish(release, "--yes", VISIBILITY="public")
    portal.asked.clear()
    return portal.only().view["id"]


def refused(ran, portal, *words):
    assert ran.code == 13, ran.said
    for word in words:
        assert word in ran.err
    assert portal.writes == []


# --- who we are ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", ["KEY_ID", "KEY_SECRET"])
def test_wrong_credentials(setting, publish, portal, there, next_release):
    publish.environment.pop("DAYLIGHT_SOCRATA_KEY_SECRET_FILE", None)
    told = {"KEY_SECRET": "canary-key-secret-9c1b", setting: "wrong"}
    ran = publish(next_release, "--yes", **told)
    refused(ran, portal, "401", "DAYLIGHT_SOCRATA_KEY_ID", "Nothing was changed on the portal")


def test_an_expired_key(publish, portal, there, next_release, fake):
    portal.expired.add(fake.KEY_ID)
    refused(publish(next_release, "--yes"), portal, "has expired")


def test_a_key_that_expires_on_the_way(publish, portal, there, next_release, fake):
    told = {"code": "authentication_required", "message": "expired"}
    portal.faults.append(fake.Fault("PUT /resource", fake.status(401, told)))
    ran = publish(next_release, "--yes")
    assert ran.code == 13
    assert "has expired" in ran.err
    assert "The table is as it was before, and is shown to everybody" in ran.err


def test_a_bad_app_token(publish, portal, there, next_release):
    ran = publish(next_release, "--yes", APP_TOKEN="another-token-123")
    refused(ran, portal, "DAYLIGHT_SOCRATA_APP_TOKEN", "none at all is better")
    assert "another-token-123" not in ran.said


def test_without_an_app_token_it_works(publish, portal, release, capfd, caplog):
    del publish.environment["DAYLIGHT_SOCRATA_APP_TOKEN"]
    ran = publish(release, "--yes")
    assert ran.code == 0
    assert not any("x-app-token" in one.headers for one in portal.asked)
    assert "throttling" not in ran.said + caplog.text + "".join(capfd.readouterr())


def test_an_account_that_may_only_read(publish, portal, there, next_release, fake):
    portal.rights[fake.KEY_ID] = ["read"]
    refused(publish(next_release, "--yes"), portal, "has no right to write")


def test_rights_lost_on_the_way(publish, portal, there, next_release, fake):
    told = {"code": "permission_denied", "message": "You do not have appropriate access to upsert into this view ID"}
    portal.faults.append(fake.Fault("PUT /resource", fake.status(403, told), times=99))
    ran = publish(next_release, "--yes")
    assert ran.code == 13
    assert "what rights the key's account has" in ran.err
    assert "The table is as it was before" in ran.err


def test_an_account_that_may_not_create(publish, portal, release, fake):
    portal.rights[fake.KEY_ID].remove("add")
    ran = publish(release, "--yes")
    assert ran.code == 13
    assert "permission to create datasets" in ran.err
    assert portal.datasets == {}


# --- which dataset ---------------------------------------------------------------------------------------------------


def test_a_dataset_that_is_not_there(publish, portal, release):
    ran = publish(release, "--yes", DATASETS='{"complaints": "abcd-1234"}')
    refused(ran, portal, "complaints (abcd-1234)", "404", "[socrata.datasets]")


def test_the_dataset_of_another_table(publish, portal, there, release):
    publish.more = ["--dataset", "account_reviews"]
    ran = publish(release, "--yes", DATASETS=json.dumps({"account_reviews": there}))
    refused(ran, portal, "the portal has no column accounts_total (number)", "a column closed that the release has not")


def test_the_same_columns_with_another_table_s_mark(publish, portal, there, release):
    portal.only().view["tags"] = ["daylight-king-county-training"]
    ran = publish(release, "--yes", DATASETS=json.dumps({"complaints": there}))
    refused(ran, portal, "carries the mark of another table (daylight-king-county-training)")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda view: view["columns"].pop(), "the portal has no column"),
        (lambda view: view["columns"].append({"id": 1, "fieldName": "note", "dataTypeName": "text"}), "a column note"),
        (lambda view: view["columns"][4].update(dataTypeName="text"), "received is text on the portal and number"),
        (lambda view: view.update(rowIdentifierColumnId=None), "its row identifier is “none”, not row_id"),
        (lambda view: view.update(viewType="blobby"), "it is no table but “blobby”"),
    ],
    ids=["missing", "extra", "type", "identifier", "file"],
)
def test_a_schema_that_differs(change, says, publish, portal, there, next_release):
    change(portal.only().view)
    ran = publish(next_release, "--yes")
    refused(ran, portal, says, "Nothing was changed on the portal")
    assert "CANNOT" in ran.out
    assert publish(next_release).code == 13


# --- approval, shrinking, samples ------------------------------------------------------------------------------------


def test_pending_approval_is_told_apart_and_asked_for_once(publish, portal, release):
    portal.needs_approval = True
    for _ in range(2):
        ran = publish(release, "--yes", VISIBILITY="public")
        assert ran.code == 13
        assert "has put it before its approvers" in ran.err
        assert "shown to nobody but the account" in ran.err
    assert sum("setPermission" in one for one in portal.writes) == 1
    portal.only().public = True
    portal.only().view["approvals"] = [{"state": "approved"}]
    assert publish(release, "--yes", VISIBILITY="public").code == 0


def test_a_table_does_not_shrink_unless_told(publish, portal, next_release, release):
    publish(next_release, "--yes")
    portal.asked.clear()
    ran = publish(release, "--yes")
    refused(ran, portal, "would shrink from 4 to 3 rows, more than 10%", "--allow-shrink")
    assert publish(release, "--yes", MAX_SHRINK="0.25").code == 0
    assert publish(next_release, "--yes").code == 0
    assert publish(release, "--yes", "--allow-shrink").code == 0


@pytest.mark.parametrize(
    ("options", "settings"),
    [((), {}), ((), {"VISIBILITY": "private"}), (("--allow-sample",), {"VISIBILITY": "public"})],
    ids=["not allowed", "private", "public"],
)
@pytest.mark.parametrize("yes", [(), ("--yes",)], ids=["plan", "yes"])
def test_sample_rows_are_refused_before_any_request(yes, options, settings, publish, portal, sample_release):
    ran = publish(sample_release, *yes, *options, **settings)
    refused(ran, portal, "SAMPLE DATA", "No request was made")
    assert portal.asked == []


def test_sample_rows_may_go_to_a_private_dataset_when_allowed(publish, portal, sample_release):
    assert publish(sample_release, "--yes", "--allow-sample").code == 0
    assert (portal.only().public, len(portal.only().rows)) == (False, 3)
    assert portal.only().view["name"].startswith("SAMPLE DATA")


def test_sample_rows_do_not_go_to_a_dataset_that_is_public_already(publish, portal, there, sample_release):
    before = dict(portal.only().rows)
    ran = publish(sample_release, "--yes", "--allow-sample")
    refused(ran, portal, "Sample rows never reach a public dataset")
    assert portal.only().rows == before


def test_sample_rows_follow_after_a_public_dataset_was_made_private(publish, portal, there, sample_release):
    assert publish(sample_release, "--yes", "--allow-sample", VISIBILITY="private").code == 0
    assert portal.writes[0].endswith("setPermission")
    assert portal.seen_by_anybody == [(there, 3)]


def test_a_table_that_the_release_has_not(publish, portal, release):
    publish.more = ["--dataset", "weather"]
    refused(publish(release, "--yes"), portal, "has no table weather")


# --- TLS and settings ------------------------------------------------------------------------------------------------


def test_a_certificate_of_another_authority(publish, portal, release, tmp_path):
    trustme.CA().cert_pem.write_to_path(tmp_path / "other.pem")
    publish.environment["REQUESTS_CA_BUNDLE"] = str(tmp_path / "other.pem")
    ran = publish(release, "--yes")
    refused(ran, portal, "the certificate of 127.0.0.1", "Certificates are always checked")
    assert portal.asked == []


def test_a_certificate_for_another_name(publish, portal, release):
    port = publish.environment["DAYLIGHT_SOCRATA_DOMAIN"].partition(":")[2]
    refused(publish(release, "--yes", DOMAIN=f"localhost:{port}"), portal, "the certificate of localhost")


def test_a_bundle_that_is_not_there_is_14(publish, release, portal):
    publish.environment["REQUESTS_CA_BUNDLE"] = "/nowhere/bundle.pem"
    ran = publish(release, "--yes")
    assert ran.code == 14
    assert "REQUESTS_CA_BUNDLE" in ran.err


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"DOMAIN": "https://data.example.org"}, "domain"), ({"DATASETS": "{"}, "DATASETS"),
        ({"DATASETS": '{"complaints": "four by four"}'}, "datasets"), ({"VISIBILITY": "secret"}, "visibility"),
        ({"STAGED": "perhaps"}, "staged"), ({"COLOUR": "red"}, "DAYLIGHT_SOCRATA_COLOUR"),
        ({"KEY_SECRET": "twice"}, "DAYLIGHT_SOCRATA_KEY_SECRET_FILE"), ({"APP_TOKEN": "two words"}, "app_token"),
    ],
    ids=["an address", "no JSON", "no id", "visibility", "staged", "unknown", "twice", "blank"],
)  # fmt: skip
def test_settings_that_make_no_sense_are_14(settings, named, publish, portal, release):
    ran = publish(release, "--yes", **settings)
    assert ran.code == 14, ran.said
    assert named in ran.err
    assert portal.asked == []


def test_a_folder_that_cannot_be_written_is_14(publish, portal, release):
    (publish.folder / "var").write_text("in the way")
    ran = publish(release, "--yes")
    assert ran.code == 14
    assert portal.writes == []
