"""Settings: an option goes before a variable, a variable before daylight.toml, that before the default."""

from datetime import date
from pathlib import Path

import pytest

from etl.errors import SettingsError
from etl.publish.portal_settings import portal_settings_from
from etl.settings import Settings, settings_from


@pytest.mark.parametrize(
    ("variable", "written", "port"),
    [(None, None, 8501), (None, "9001", 9001), ("9002", None, 9002), ("9002", "9001", 9002)],
    ids=["default", "file", "variable", "variable before file"],
)
def test_precedence(variable, written, port, tmp_path):
    if written:
        (tmp_path / "daylight.toml").write_text(f"port = {written}\n[socrata]\ndomain = 'elsewhere'\n")
    environment = {"DAYLIGHT_PORT": variable} if variable else {}
    assert settings_from(environment, tmp_path).port == port


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path):
    (tmp_path / "daylight.toml").mkdir()  # as a folder without rights: the system says no
    with pytest.raises(SettingsError, match="cannot be read"):
        settings_from({}, tmp_path)
    with pytest.raises(SettingsError, match="cannot be read"):
        portal_settings_from({}, tmp_path)


def test_every_setting_can_be_a_variable(tmp_path):
    environment = {
        "DAYLIGHT_CATALOGUE": "/srv/catalogue", "DAYLIGHT_ON": "2026-10-20", "DAYLIGHT_HOST": "::1",
        "DAYLIGHT_JURISDICTION": "king_county", "HOME": "/root", "DAYLIGHT_SOMETHING_ELSE": "1",
    }  # fmt: skip
    told = settings_from(environment, tmp_path)
    assert (told.catalogue, told.on, told.host) == (Path("/srv/catalogue"), date(2026, 10, 20), "::1")
    assert told.today() == date(2026, 10, 20)


@pytest.mark.parametrize(
    ("environment", "text", "named"),
    [
        ({"DAYLIGHT_PORT": "eighty"}, "", "port"),
        ({"DAYLIGHT_ON": "20/10/2026"}, "", "on"),
        ({}, "colour = 'red'", "colour"),
        ({"DAYLIGHT_PORT": "x", "DAYLIGHT_ON": "y"}, "", "on, port"),
        ({}, "port = ", "daylight.toml"),
        ({}, "port = '\udcff'", "daylight.toml"),
    ],
    ids=["no number", "no ISO date", "a setting nobody knows", "two at once", "no TOML", "no UTF-8"],
)
def test_a_setting_that_makes_no_sense_is_named(environment, text, named, tmp_path):
    (tmp_path / "daylight.toml").write_text(text, errors="surrogateescape")
    with pytest.raises(SettingsError, match=named) as wrong:
        settings_from(environment, tmp_path)
    assert wrong.value.exit_code == 14


def test_the_day_is_the_clock_s_where_nobody_says_otherwise():
    assert isinstance(Settings().today(), date)
