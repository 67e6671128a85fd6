"""No secret in anything that is printed, logged, written, shown by repr, or part of an address."""

import base64
import logging

import pytest

from etl.publish.portal_settings import portal_settings_from
from etl.publish.socrata import SocrataPortal


@pytest.fixture
def canaries(fake):
    pair = base64.b64encode(f"{fake.KEY_ID}:{fake.KEY_SECRET}".encode()).decode()
    return (fake.KEY_ID, fake.KEY_SECRET, fake.TOKEN, pair)


def echo(fake):
    """A portal that repeats in its error what it was told, as some do."""

    def act(handler, _):
        told = f"denied for {handler.headers['Authorization']} {handler.headers['X-App-Token']} {fake.KEY_SECRET}"
        handler.reply(fake.Answer(403, {"code": "permission_denied", "message": told}))

    return act


def written(folder):
    return "".join(path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("fault", ["none", "echo", "401", "500", "reset", "certificate", "html"])
def test_secrets_are_nowhere(fault, publish, portal, release, fake, canaries, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    faults = {"echo": echo(fake), "500": fake.status(500), "reset": fake.reset, "html": fake.status(200, html=True)}
    if fault in faults:
        portal.faults.append(fake.Fault("PUT /resource", faults[fault], times=99))
    if fault == "401":
        portal.expired.add(fake.KEY_ID)
    if fault == "certificate":
        del publish.environment["REQUESTS_CA_BUNDLE"]
    ran = publish(release, "--yes", PATIENCE="0.3", VISIBILITY="public")
    assert ran.code == (0 if fault == "none" else 13)
    logged = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    everything = ran.said + logged + "".join(capfd.readouterr()) + written(publish.folder)
    everything += "".join(f"{one} {one.query}" for one in portal.asked)
    assert [secret for secret in canaries if secret in everything] == []
    if fault == "echo":
        assert "denied for Basic [secret] [secret] [secret]" in ran.err


def test_secrets_are_in_no_repr_or_message_of_the_settings(fake, canaries, tmp_path):
    environment = {
        "DAYLIGHT_SOCRATA_DOMAIN": "data.example.org", "DAYLIGHT_SOCRATA_KEY_ID": fake.KEY_ID,
        "DAYLIGHT_SOCRATA_KEY_SECRET": fake.KEY_SECRET, "DAYLIGHT_SOCRATA_APP_TOKEN": fake.TOKEN,
    }  # fmt: skip
    settings = portal_settings_from(environment, tmp_path)
    portal = SocrataPortal(settings)
    shown = f"{settings!r} {settings} {settings.model_dump_json()} {portal!r} {portal._soda!r} {portal._soda.scrub!r}"
    assert [secret for secret in canaries if secret in shown] == []
