"""The API of configurations: admins order, gateways fetch what is theirs, everybody else finds nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from central.identity.keys import centre_signer
from central.store.engine import reading
from central.store.read_configs import newest_messages
from tests.central.api.district import Centre
from tests.central.configuring.build import a_gateway, model
from tests.edge_agent.remote.build import a_scene
from wire.codec import config_statement, decode
from wire.messages import Config
from wire.signing import verify

PATH = "/api/v1/gateways/gw-7/config"
SETTINGS = {"evidence": {"every_h": 2.0}}


@pytest.fixture
def token(one_centre: Centre) -> str:
    """Of gw-7, an enrolled gateway."""
    return a_gateway(one_centre.engine, "gw-7")


def test_an_order_is_told_signed_and_its_parts_are_fetched_by_its_gateway_alone(
    one_centre: Centre,
    token: str,
    tmp_path: Path,
) -> None:
    weights = model(tmp_path / "models")
    order = {
        "settings": SETTINGS,
        "scenes": {"cam-1": json.loads(a_scene())},
        "model_zip": base64.b64encode(weights).decode(),
        "deadline_s": 60,
    }
    admin = one_centre.client("admin")
    made = admin.post(PATH, json=order)
    assert made.status_code == 201, made.text
    assert (made.json()["state"], made.json()["issued_by"]) == ("waiting", "admin")
    assert admin.get(PATH).json()["configs"] == [made.json()]
    with reading(one_centre.engine) as connection:
        config = decode(Config, newest_messages(connection)["gw-7"][1].encode())
    key = centre_signer(one_centre.services.settings.data_dir).public_hex
    assert verify(key, config_statement(config), config.sig)
    other = a_gateway(one_centre.engine, "gw-8")
    for part in config.parts:
        path = f"/api/v1/blobs/{part.sha256}"
        whole = one_centre.client(token=token).get(path)
        assert hashlib.sha256(whole.content).hexdigest() == part.sha256
        rest = one_centre.client(token=token).get(path, headers={"Range": "bytes=5-"})
        assert (rest.status_code, rest.content) == (206, whole.content[5:])
        assert one_centre.client(token=other).get(path).status_code == 404
        assert admin.get(path).status_code == 401


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a broker's address": ({"settings": {"broker": {"url": "mqtt://x"}}}, "settings.broker"),
    "a scene that is none": ({"scenes": {"cam-1": {"schema": "x"}}}, "scenes.cam-1"),
    "weights that are none": ({"model_zip": "aGVsbG8="}, "model_zip"),
    "a scene of a nameless camera": ({"scenes": {"": {}}}, "scenes"),
    "a camera with half a character": ({"settings": {"camera": {"\ud800": {}}}}, "settings.camera"),
    "a NUL in a key": ({"settings": {"\0": {}}}, "settings"),
    "no base64": ({"model_zip": "%%%"}, "model_zip"),
    "a deadline of nothing": ({"deadline_s": 0}, "deadline_s"),
    "another key": ({"identity": {}}, "identity"),
}


@pytest.mark.parametrize(("order", "where"), REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.usefixtures("token")
def test_an_order_nobody_could_follow_is_refused(
    one_centre: Centre,
    order: dict[str, Any],
    where: str,
) -> None:
    client, kind = one_centre.client("admin"), {"Content-Type": "application/json"}
    answer = client.post(PATH, content=json.dumps(order).encode(), headers=kind)
    assert answer.status_code == 422
    assert where in answer.json()["error"]["where"]
    assert one_centre.client("admin").get(PATH).json()["configs"] == []


def test_a_gateway_without_keys_takes_no_orders(one_centre: Centre) -> None:
    a_gateway(one_centre.engine, "gw-6", enrolled=False)
    answer = one_centre.client("admin").post("/api/v1/gateways/gw-6/config", json={"settings": SETTINGS})
    assert answer.status_code == 422
    assert "not enrolled" in answer.json()["error"]["what"]


@pytest.mark.parametrize("person", ["leader", "owner", "audit", "public", "nobody"])
@pytest.mark.usefixtures("token")
def test_others_find_nothing(one_centre: Centre, person: str) -> None:
    client = one_centre.client(person)
    assert client.get(PATH).status_code == 404
    assert client.post(PATH, json={"settings": SETTINGS}).status_code == 404


def test_only_this_address_takes_large_bodies(one_centre: Centre, token: str) -> None:
    admin = one_centre.client("admin")
    assert admin.post(PATH, content=b" " * 200_000).status_code == 422
    assert admin.post("/api/v1/gateways/gw-7/certificate", content=b" " * 200_000).status_code == 413
    assert token


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("nobody's", 401), ("a person's", 404)])
def test_of_whom_may_not_order_no_body_is_read(one_centre: Centre, token: str | None, status: int) -> None:
    """The body never comes, and the answer does: nobody fills the centre's memory with what it would parse."""
    if token == "a person's":
        token = one_centre.services.signer.issue("owner", now=one_centre.wall()).token
    parts = urlsplit(one_centre.url)
    said = f"Authorization: Bearer {token}\r\n" if token else ""
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        kind = "Content-Type: application/json\r\nContent-Length: 9000000\r\n"
        connection.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{said}{kind}\r\n{{".encode())
        assert connection.recv(12) == f"HTTP/1.1 {status}".encode()
