"""The portal's settings: variables, files that variables name, [socrata] of daylight.toml; secrets never from the last."""

import pytest

from etl.errors import SettingsError
from etl.publish.portal_settings import PortalSettings, portal_settings_from

NEEDED = {"DOMAIN": "data.example.org", "KEY_ID": "key", "KEY_SECRET": "secret"}


def settings(folder, toml="", **told):
    (folder / "daylight.toml").write_text(toml)
    return portal_settings_from(
        {f"DAYLIGHT_SOCRATA_{name}": value for name, value in {**NEEDED, **told}.items()}, folder
    )


def test_a_variable_goes_before_the_file(tmp_path):
    toml = '[socrata]\nvisibility = "private"\nstaged = true\n[socrata.datasets]\ncomplaints = "aaaa-1111"\n'
    assert settings(tmp_path, toml).datasets == {"complaints": "aaaa-1111"}
    told = settings(tmp_path, toml, VISIBILITY="public", DATASETS='{"training": "bbbb-2222"}', STAGED="")
    assert (told.visibility, told.datasets, told.staged) == ("public", {"training": "bbbb-2222"}, True)


@pytest.mark.parametrize("name", PortalSettings.model_fields)
def test_every_setting_can_stand_in_a_file_of_its_own(name, tmp_path):
    texts = {"datasets": '{"a": "aaaa-1111"}', "custom_fields": '{"A": {"b": "c"}}', "visibility": "public",
             "staged": "1", "domain": "data.example.org:444"}  # fmt: skip
    (tmp_path / "one").write_text(texts.get(name, "1") + "\n")
    environment = {f"DAYLIGHT_SOCRATA_{key}": value for key, value in NEEDED.items() if key != name.upper()}
    told = portal_settings_from(
        {**environment, f"DAYLIGHT_SOCRATA_{name.upper()}_FILE": str(tmp_path / "one")}, tmp_path
    )
    assert name in told.model_fields_set


@pytest.mark.parametrize(
    ("toml", "told", "words"),
    [
        ("", {"KEY_SECRET": ""}, "key_secret"),
        ("", {"KEY_ID": "a\nb"}, "key_id"),
        ("", {"KEY_SECRET": "sécret"}, "key_secret"),
        ("", {"DOMAIN": "user:pass@data.example.org"}, "domain"),
        ("", {"MAX_SHRINK": "2"}, "max_shrink"),
        ("", {"DATASETS_FILE": "/nowhere"}, "DATASETS_FILE"),
        ('[socrata]\nkey_secret = "x"\n', {}, "must hold no secret"),
        ('[socrata]\ncolour = "red"\n', {}, "colour"),
        ("socrata = 1\n", {}, "must be a table"),
        ("[socrata\n", {}, "daylight.toml"),
    ],
    ids=[
        "empty",
        "line break",
        "no ASCII",
        "user",
        "share",
        "no file",
        "secret in toml",
        "unknown",
        "no table",
        "no toml",
    ],
)
def test_what_makes_no_sense_is_named_without_its_value(toml, told, words, tmp_path):
    with pytest.raises(SettingsError, match=words) as wrong:
        settings(tmp_path, toml, **told)
    assert wrong.value.exit_code == 14
    assert not any(value in str(wrong.value) for value in ("sécret", "user:pass", "a\nb"))


def test_what_is_missing_is_listed(tmp_path):
    with pytest.raises(SettingsError, match="DAYLIGHT_SOCRATA_DOMAIN, DAYLIGHT_SOCRATA_KEY_ID"):
        portal_settings_from({}, tmp_path)
