"""Settings: file and environment, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from central.errors import SettingsError
from central.settings import PREFIX, load_settings

GOOD = 'data_dir = "d"\n[broker]\nurl = "mqtt://centre:p%40ss@broker.site:1884"\n'


def test_file_and_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "centre.toml"
    file.write_text(GOOD)
    monkeypatch.setenv(f"{PREFIX}PORT", "9000")
    monkeypatch.setenv(f"{PREFIX}BROKER__SHARED", "ingest")
    settings = load_settings(file)
    assert settings.port == 9000
    assert settings.broker is not None
    assert (settings.broker.host, settings.broker.port) == ("broker.site", 1884)
    assert (settings.broker.username, settings.broker.secret()) == ("centre", "p@ss")
    assert settings.broker.subscription() == "$share/ingest/siteprogress/v1/+/up/#"
    assert settings.database_url.endswith("/d/centre.db")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("", "data_dir"),
        ('data_dir = "d"\nporrt = 1\n', "porrt"),
        ('data_dir = "d"\nport = 99999\n', "port.*less than or equal to 65535"),
        ('data_dir = "d"\nclock = "sundial"\n', "clock.*'system' or 'event'"),
        ('data_dir = "d"\nsecret = "changeme"\n', "secret.*at least 32 characters"),
        ('data_dir = "d"\n[broker]\nurl = "http://x"\n', "broker.url.*expected mqtt://"),
        ('data_dir = "d"\n[broker]\n', "broker.url"),
        ("data_dir = \n", "expected TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, toml: str, said: str) -> None:
    file = tmp_path / "centre.toml"
    file.write_text(toml)
    with pytest.raises(SettingsError, match=said) as told:
        load_settings(file)
    assert str(file) in str(told.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nothing.toml.*expected a TOML settings file"):
        load_settings(tmp_path / "nothing.toml")
