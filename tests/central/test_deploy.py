"""The deployment's files: settings load, the broker takes its configuration, the access rules keep gateways apart."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import yaml
from paho.mqtt.enums import CallbackAPIVersion

from central.identity.broker_log import LogReader
from central.identity.broker_watch import refusals
from central.identity.mosquitto import access_rules, configuration
from central.settings import PREFIX, Settings, load_settings
from tests.services import Broker, wait_until

DEPLOY = Path(__file__).parents[2] / "deploy" / "central"


def test_the_example_settings_load() -> None:
    settings = load_settings(DEPLOY / "example.toml", environ={})
    assert settings.broker is not None
    assert settings.broker.username == "centre"


def test_every_variable_of_the_compose_file_is_a_setting() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for name in services["centre"]["environment"]:
        assert name.startswith(PREFIX)
        head, _, tail = name.removeprefix(PREFIX).lower().partition("__")
        field = Settings.model_fields[head]
        assert not tail or tail in _nested(field.annotation), name


def test_a_gateway_writes_only_its_own_branch(mosquitto: Broker) -> None:
    got: list[str] = []
    centre = _client(mosquitto, "centre")
    centre.on_message = lambda _c, _d, message: got.append(message.topic)
    granted: list[Any] = []
    centre.on_subscribe = lambda *about: granted.append(about)
    centre.subscribe("siteprogress/v1/+/up/#", 1)
    wait_until(lambda: granted, what="subscription")
    gateway = _client(mosquitto, "gw-1")
    for topic in ("siteprogress/v1/gw-2/up/data", "siteprogress/v1/host/state", "siteprogress/v1/gw-1/up/data"):
        gateway.publish(topic, b"x", 1)
    wait_until(lambda: "siteprogress/v1/gw-1/up/data" in got, what="own branch")
    assert got == ["siteprogress/v1/gw-1/up/data"]
    for client in (centre, gateway):
        client.disconnect()
        client.loop_stop()


def _client(broker: Broker, user: str) -> mqtt.Client:
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"{user}-acl")
    client.username_pw_set(user, broker.users[user])
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    wait_until(client.is_connected, what=f"{user} connected")
    return client


def _nested(annotation: Any) -> set[str]:
    kinds = [annotation, *getattr(annotation, "__args__", ())]
    return {name for kind in kinds for name in getattr(kind, "model_fields", {})}


def test_the_brokers_files_are_those_the_command_writes() -> None:
    assert (DEPLOY / "mosquitto.conf").read_text() == configuration("/mosquitto/certs")
    assert (DEPLOY / "acl").read_text() == access_rules()


def test_the_log_that_is_kept_holds_every_line_that_tells_of_a_refusal() -> None:
    """compose.yaml filters the broker's log with awk; what the reader makes of it is the same with and without."""
    command = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["broker"]["command"][-1]
    program = command.split("awk '")[1].split("'")[0]
    lines = [*CALLS, *REFUSED, *HARMLESS]
    kept = subprocess.run(["awk", program], input="\n".join(lines), capture_output=True, text=True, check=True)
    assert set(kept.stdout.splitlines()) >= {*CALLS, *REFUSED}
    assert len(kept.stdout.splitlines()) < len(lines)
    assert refusals(kept.stdout.splitlines(), LogReader(), at_ms=0) == refusals(lines, LogReader(), at_ms=0)


CALLS = (
    "New connection from 10.1.2.3:53969 on port 8883.",
    "New client connected from 10.1.2.3:55945 as siteprogress-centre (p5, c1, k60, u'centre').",
)
REFUSED = (
    "OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed",
    "Client connection from 10.9.9.9 failed: error:0A00010B:SSL routines::wrong version number.",
    "Denied PUBLISH from gw-1 (d0, q1, r0, m4, 'siteprogress/v1/gw-2/up/data', ... (1 bytes))",
    "gw-1 1 siteprogress/v1/gw-2/down/#",
    "Client gw-3 disconnected, not authorised.",
    "Client gw-1 already connected, closing old connection.",
)
HARMLESS = (
    "siteprogress-centre 1 siteprogress/v1/+/up/#",
    "Received PUBLISH from gw-1 (d0, q1, r0, m2, 'siteprogress/v1/gw-1/up/data', ... (1 bytes))",
    "Sending PUBACK to gw-1 (m2, rc0)",
    "Sending CONNACK to gw-1 (0, 0)",
)
