"""What `check` says of a gateway's own keys."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from central.identity.enroll import enroll
from edge_agent.check import Found, _identity
from edge_agent.settings import Settings
from tests.central.identity.mtls import PLACES, now

GATEWAY = {"id": "gw-1", "data_dir": "/nowhere"}
CAMERA = {"id": "c1", "kind": "folder", "scene": "s.json", "path": "drop"}


@pytest.mark.parametrize(
    ("case", "ok", "words"),
    [
        ("good", True, "certificate until"),
        ("due", None, "; due"),
        ("readable", None, "can be read by others, expected mode 0600"),
        ("no pair", False, "are no pair; expected a certificate and its key"),
        ("no certificate", None, "no certificate, expected one of `gateway enroll`"),
    ],
)
def test_keys_are_looked_at(sqlite_store: Engine, tmp_path: Path, case: str, ok: bool | None, words: str) -> None:
    at = tmp_path / "identity"
    made = now() - timedelta(days=25 if case == "due" else 0)
    enroll(
        sqlite_store,
        tmp_path / "data",
        "gw-1",
        out=at,
        places=PLACES,
        life=timedelta(days=30),
        by="test",
        now=made,
    )
    if case == "readable":
        (at / "signing.key").chmod(0o644)
    if case == "no pair":
        (at / "gateway.key").write_bytes((at / "signing.key").read_bytes())
    broker: dict[str, object] = {"url": "mqtts://127.0.0.1"}
    if case != "no certificate":
        broker |= {"cert_file": at / "gateway.crt", "key_file": at / "gateway.key", "ca_file": at / "ca.crt"}
    keys = {"signing_key": at / "signing.key", "centre_key": at / "centre.pub"}
    settings = Settings.model_validate({"gateway": GATEWAY, "broker": broker, "identity": keys, "camera": [CAMERA]})
    said = _identity(settings)
    found = said if isinstance(said, Found) else Found(what="identity", ok=True, detail=said)
    assert found.ok is ok
    assert words in found.detail
    assert found.detail.startswith("signs as ") or case == "no pair"
