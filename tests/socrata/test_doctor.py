"""The doctor's look at a portal: it signs in, reads, changes nothing, and says what is wrong without a secret."""

import pytest

from etl.errors import PublicationFailed
from etl.publish.portal_settings import portal_settings_from
from etl.publish.socrata import SocrataPortal


def look(publish, monkeypatch, **settings):
    environment = {**publish.environment, **{f"DAYLIGHT_SOCRATA_{name}": value for name, value in settings.items()}}
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", environment["REQUESTS_CA_BUNDLE"])
    return SocrataPortal(portal_settings_from(environment, publish.folder)).reached()


def test_it_signs_in_and_only_reads(publish, portal, release, monkeypatch):
    ran = publish(release, "--yes", VISIBILITY="public")
    assert ran.code == 0
    (dataset,) = portal.datasets
    before = len(portal.asked)
    said = look(publish, monkeypatch, DATASETS=f'{{"complaints": "{dataset}"}}')
    assert "1 of 1 datasets" in said
    assert {one.method for one in portal.asked[before:]} == {"GET"}
    assert len(portal.asked) > before


def test_a_key_that_was_revoked(publish, portal, fake, monkeypatch):
    portal.expired.add(fake.KEY_ID)
    with pytest.raises(PublicationFailed, match="KEY_ID") as told:
        look(publish, monkeypatch)
    assert fake.KEY_SECRET not in str(told.value)


def test_a_dataset_that_is_not_there(publish, portal, monkeypatch):
    with pytest.raises(PublicationFailed, match="complaints \\(aaaa-bbbb\\)"):
        look(publish, monkeypatch, DATASETS='{"complaints": "aaaa-bbbb"}')
