"""The demo's brokers, really started: who may connect, who may say what, and what is said of them."""

from __future__ import annotations

import contextlib
import queue
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from demo.broker import CENTRE, Broker, choose, external, open_broker
from demo.errors import DemoError
from wire.topics import all_up, down, up

PASSWORDS = {CENTRE: "c-secret", "gw-1": "one-secret", "gw-2": "two-secret"}
KINDS = ["mosquitto", "amqtt"]


@pytest.fixture(params=KINDS, scope="module")
def broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp(request.param)
    with open_broker(request.param, passwords=PASSWORDS, folder=folder) as started:
        yield started


@contextlib.contextmanager
def _client(
    broker: Broker, name: str, *, password: str | None = None
) -> Iterator[tuple[mqtt.Client, queue.Queue[str]]]:
    said: queue.Queue[str] = queue.Queue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv311)
    client.username_pw_set(name, password or broker.accounts[name].password)
    client.on_connect = lambda _c, _u, _f, code, _p: said.put("refused" if code.is_failure else "connected")
    client.on_subscribe = lambda _c, _u, _m, codes, _p: said.put(
        "unsubscribed" if codes[0].is_failure else "subscribed"
    )
    client.on_message = lambda _c, _u, message: said.put(message.topic)
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        yield client, said
    finally:
        client.disconnect()
        client.loop_stop()


def test_it_is_on_the_loopback_and_says_what_it_lacks(broker: Broker) -> None:
    assert broker.host == "127.0.0.1"
    assert broker.kind in broker.words
    assert "lacks" in broker.words


def test_a_wrong_password_is_refused(broker: Broker) -> None:
    with _client(broker, "gw-1", password="guess") as (_, said):
        assert said.get(timeout=10) == "refused"


def test_gateways_speak_only_for_themselves(broker: Broker) -> None:
    with _client(broker, CENTRE) as (centre, heard):
        assert heard.get(timeout=10) == "connected"
        centre.subscribe(all_up(), qos=1)
        assert heard.get(timeout=10) == "subscribed"
        with _client(broker, "gw-1") as (gateway, said):
            assert said.get(timeout=10) == "connected"
            gateway.publish(up("gw-2", "data"), b"forged", qos=1)
            gateway.publish(up("gw-1", "data"), b"own", qos=1)
            assert heard.get(timeout=10) == up("gw-1", "data")
            assert heard.empty()


def test_gateways_hear_the_centre(broker: Broker) -> None:
    with _client(broker, CENTRE) as (centre, ready), _client(broker, "gw-2") as (gateway, said):
        assert ready.get(timeout=10) == "connected"
        assert said.get(timeout=10) == "connected"
        gateway.subscribe(down("gw-2", "ack"), qos=1)
        assert said.get(timeout=10) == "subscribed"
        centre.publish(down("gw-1", "ack"), b"for another", qos=1)
        centre.publish(down("gw-2", "ack"), b"for you", qos=1)
        assert said.get(timeout=10) == down("gw-2", "ack")


@pytest.mark.parametrize(
    "url",
    [
        "http://u:p@127.0.0.1",
        "rabbit",
        "mqtt://127.0.0.1",
        "mqtt://user@127.0.0.1",
        "mqtt://",
        "mqtt://u:p@127.0.0.1:1",
    ],
)
def test_a_bad_address_is_explained(url: str) -> None:
    with pytest.raises(DemoError, match="--broker"):
        external(url, names=("gw-1",))


def test_a_given_address_is_taken(broker: Broker, tmp_path: Path) -> None:
    url = f"mqtt://{CENTRE}:c-secret@{broker.host}:{broker.port}"
    with open_broker(url, passwords=PASSWORDS, folder=tmp_path) as taken:
        assert taken.kind == "external"
        assert {a.username for a in taken.accounts.values()} == {CENTRE}
        assert taken.child is None


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [(None, "mosquitto"), ("mosquitto", "mosquitto"), ("amqtt", "amqtt"), ("mqtt://a:b@c", "external")],
)
def test_which_is_taken(wanted: str | None, kind: str) -> None:
    assert choose(wanted) == kind
