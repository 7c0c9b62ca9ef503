"""Settings: file and environment, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from central.errors import SettingsError
from central.settings import PREFIX, check_files, load_settings

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
    assert settings.broker.subscriptions(("data", "bulk")) == (
        "$share/ingest/siteprogress/v1/+/up/data",
        "$share/ingest/siteprogress/v1/+/up/bulk",
    )
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
        ("", "no setting at data_dir.*expected a value"),
        ('data_dir = "d"\n[broker]\nurl = "mqtt://h"\nulr = 1\n', "unknown setting at broker.ulr.*one of client_id"),
        ('data_dir = "d"\n[broker]\nurl = "mqtt://h:99999"\n', "broker.url.*[Pp]ort out of range"),
        ("a = " + "[" * 20_000, "expected TOML"),
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


def test_a_file_of_the_broker_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "centre.toml"
    file.write_text(f'{GOOD}tls_ca = "{tmp_path / "ca.pem"}"\n')
    with pytest.raises(SettingsError, match=r"ca\.pem at broker\.tls_ca: expected a file"):
        check_files(load_settings(file))


def test_a_password_in_the_database_url_is_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "centre.toml"
    file.write_text('data_dir = "d"\ndatabase = "postgresql://u:hush@db/x"\n')
    assert load_settings(file).database_shown == "postgresql://u:***@db/x"
