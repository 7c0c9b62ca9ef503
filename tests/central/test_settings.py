"""Settings: file and environment, and what a wrong one is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from central.errors import SettingsError
from central.settings import PREFIX, Settings, check_files, load_settings, metrics_token

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
        ('data_dir = "d"\ntrusted_proxies = ["10.0.0.300"]\n', "trusted_proxies.*such as 127.0.0.1 or 10.0.0.0/8"),
        ('data_dir = "d"\ntrusted_proxies = ["*"]\n', "trusted_proxies"),
        ('data_dir = "d"\n[uploads]\nphoto_bytes = 1\n', "uploads.photo_bytes.*greater than or equal to 1048576"),
        ('data_dir = "d"\n[uploads]\nstill_bytes = 1\n', "unknown setting at uploads.still_bytes.*one of disk_free"),
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


def test_proxies_and_limits_of_uploads_by_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(f"{PREFIX}DATA_DIR", str(tmp_path))
    monkeypatch.setenv(f"{PREFIX}TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")
    monkeypatch.setenv(f"{PREFIX}UPLOADS__LIFETIME", "P1D")
    settings = load_settings()
    assert settings.trusted_proxies == ("127.0.0.1", "10.0.0.0/8")
    assert settings.uploads.lifetime == timedelta(days=1)


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), ("", "holds 0 char"), ("short\n", "at least 16")]
)
def test_a_token_that_is_none_is_refused(tmp_path: Path, content: str | None, said: str) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_text(content)
    settings = Settings(data_dir=tmp_path, metrics_token_file=file)
    with pytest.raises(SettingsError, match=rf"{said}.*metrics_token_file|metrics_token_file.*{said}"):
        metrics_token(settings)


def test_the_token_of_the_counters_is_read_without_its_newline(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("0123456789abcdef\n")
    settings = Settings(data_dir=tmp_path, metrics_token_file=tmp_path / "token")
    assert metrics_token(settings) == "0123456789abcdef"
    assert metrics_token(Settings(data_dir=tmp_path)) is None


@pytest.mark.parametrize(
    ("said", "processors", "most"), [(None, 1, 0), (None, 2, 2), (None, 8, 2), (0, 8, 0), (4, 1, 4)]
)
def test_processes_beside_are_as_many_as_said_else_by_the_processors(
    said: int | None, processors: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: processors)
    assert Settings(data_dir=Path("d"), answerers=said).answerers_most == most


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
