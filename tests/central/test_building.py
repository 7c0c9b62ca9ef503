"""What the composition root makes of the settings."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from central.api.uploads.limits import Quota, UploadLimits
from central.app import build
from central.settings import IdentitySettings, Settings, UploadSettings


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
