"""What `check` says of a gateway's own keys."""

from __future__ import annotations

from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from sqlalchemy import Engine

from central.identity.ca import AuthorityName, key_pem, new_key, open_authority
from central.identity.enroll import enroll
from edge_agent.check import Found, _centre, _identity, _tried
from edge_agent.settings import Centre, Settings
from tests.central.identity.mtls import PLACES, now
from tests.edge_agent.http_server import http_server

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


@pytest.mark.parametrize(("trusted", "said"), [("gateways", "answers 200"), ("centres", "CERTIFICATE_VERIFY_FAILED")])
def test_a_centre_of_an_own_authority_is_tried_as_the_agent_would(
    tmp_path: Path, trusted: AuthorityName, said: str
) -> None:
    authority, key = open_authority(tmp_path, "gateways", now=now()), new_key()
    issued = authority.issue(
        key.public_key(), name="c", purpose="broker", now=now(), life=timedelta(days=1), hosts=["127.0.0.1"]
    )
    for name, content in {"pem": issued.pem + key_pem(key), "token": b"t"}.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "ca.crt").write_bytes(open_authority(tmp_path, trusted, now=now()).pem)
    with http_server(get=_well, tls=tmp_path / "pem") as url:
        centre = Centre(url=url, token_file=tmp_path / "token", ca_file=tmp_path / "ca.crt")
        found = _tried("centre", lambda: _centre(centre))
    assert said in found.detail


def _well(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "0")
    request.end_headers()
