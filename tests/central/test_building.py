"""What the composition root makes of the settings."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from central.api.answerers import BEGIN_FROM
from central.api.uploads.limits import Quota, UploadLimits
from central.app import build
from central.identity.keys import centre_signer
from central.settings import IdentitySettings, Settings, UploadSettings
from central.store.engine import open_engine, writing
from central.store.save_plan import put_plan
from tests.central.store.lives import a_plan


def test_without_a_word_uploads_cost_what_the_limits_say(tmp_path: Path) -> None:
    centre = build(Settings(data_dir=tmp_path))
    assert centre.app.state.services.settings.uploads == UploadLimits()
    centre.engine.dispose()


def test_limits_of_uploads_and_proxies_reach_the_api(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("0123456789abcdef")
    said = UploadSettings(photo_bytes=1 << 20, gateway_uploads=7, gateway_bytes=1 << 21, lifetime=timedelta(days=9))
    given = Settings(
        data_dir=tmp_path, uploads=said, trusted_proxies=("127.0.0.1",), metrics_token_file=tmp_path / "token"
    )
    centre = build(given)
    found = centre.app.state.services.settings
    assert (found.uploads.photo_bytes, found.uploads.lifetime) == (1 << 20, timedelta(days=9))
    assert found.uploads.gateway == Quota(uploads=7, size_bytes=1 << 21)
    assert (found.trusted_proxies, found.metrics_token) == (("127.0.0.1",), "0123456789abcdef")
    centre.engine.dispose()


def test_what_the_watch_of_the_brokers_log_cannot_do_shows_in_the_centres_health(tmp_path: Path) -> None:
    identity = IdentitySettings(broker_log=tmp_path / "broker.log")
    centre = build(Settings(data_dir=tmp_path, identity=identity))
    services = centre.app.state.services
    assert services.problems() == ()
    assert centre.broker_watch is not None
    centre.broker_watch.problems["read"] = "no leave"
    assert services.problems() == ("broker_log",)
    centre.engine.dispose()


def test_in_a_large_district_processes_beside_are_begun_with_the_first_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun_from() -> int:
        centre = build(Settings(data_dir=tmp_path, answerers=2))
        assert centre.answerers is not None
        centre.engine.dispose()
        return centre.answerers.begin_from

    assert begun_from() == BEGIN_FROM
    with writing(open_engine(Settings(data_dir=tmp_path).database_url)) as connection:
        put_plan(connection, a_plan(), by="owner", reason="", now_ms=1)
    assert begun_from() == BEGIN_FROM
    monkeypatch.setattr("central.app.LARGE", 1)
    assert begun_from() == 1


def modes(*paths: Path) -> list[int]:
    return [path.stat().st_mode & 0o777 for path in paths]


def test_what_the_centre_keeps_is_its_users_alone_also_what_was_open_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = tmp_path / "data"
    before = os.umask(0o022)
    try:
        build(Settings(data_dir=data)).engine.dispose()
        centre = build(Settings(data_dir=data))
        with writing(centre.engine) as connection:
            connection.exec_driver_sql("CREATE TABLE t (x INTEGER)")
            inside = (data / "centre.db", data / "centre.db-wal", data / "centre.db-shm", data / "token.secret")
            assert modes(data, *inside) == [0o700, 0o600, 0o600, 0o600, 0o600]
        centre.engine.dispose()
        assert "was open" not in caplog.text
        for path in (data, data / "centre.db", data / "token.secret"):
            path.chmod(0o755)
        build(Settings(data_dir=data)).engine.dispose()
    finally:
        os.umask(before)
    assert modes(data, data / "centre.db", data / "token.secret") == [0o700, 0o700, 0o700]
    assert f"closed path={data / 'centre.db'} mode=700 before=755" in caplog.text


def test_keys_that_others_could_read_are_closed_and_a_database_elsewhere_too(tmp_path: Path) -> None:
    data, database = tmp_path / "data", tmp_path / "elsewhere.db"
    (data / "identity").mkdir(parents=True)
    centre_signer(data)
    (data / "identity" / "centre.key").chmod(0o644)
    database.touch(0o644)
    database.chmod(0o644)
    centre = build(Settings(data_dir=data, database=f"sqlite:///{database}"))
    centre.engine.dispose()
    assert modes(database, data / "identity", data / "identity" / "centre.key") == [0o600, 0o700, 0o600]
    assert centre_signer(data).public_hex


def test_a_broker_that_reads_below_the_data_folder_goes_on_doing_so(tmp_path: Path) -> None:
    lists = tmp_path / "data" / "broker"
    lists.mkdir(parents=True)
    (lists / "gateways.crl").touch(0o644)
    for folder in (tmp_path / "data", lists):
        folder.chmod(0o755)
    identity = IdentitySettings(revocation_file=lists / "gateways.crl")
    build(Settings(data_dir=tmp_path / "data", identity=identity)).engine.dispose()
    assert modes(tmp_path / "data", lists, lists / "gateways.crl") == [0o711, 0o755, 0o644]
