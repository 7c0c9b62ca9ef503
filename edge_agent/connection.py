"""One connection to the broker, driven by its owner's thread: callbacks only queue what happened."""

from __future__ import annotations

import ssl
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from edge_agent.errors import BrokerError, SettingsError
from edge_agent.link import Event, Message, Taken
from edge_agent.settings import Broker, read_secret

Protocol = Literal["5", "3.1.1"]
PORTS = {"mqtt": 1883, "mqtts": 8883}
TOO_LARGE = 0x95
PROBE_S = 3.0
UNANSWERED_MAX = 250  # several times the window's frames
INFLIGHT_MAX = 200
UNSUPPORTED_VERSION = {0x84, 0x01}
UNSUPPORTED_WILL = {0x9A, 0x9B}  # a broker without retained messages, or without QoS 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What the broker says when this connection dies: retained and at QoS 1, unless it knows neither (`plain`)."""

    topic: str
    payload: bytes
    plain: bool = False


class VersionRefusedError(BrokerError):
    """The broker does not speak this version of MQTT."""


class WillRefusedError(BrokerError):
    """The broker keeps no retained messages, or knows no QoS 1."""


class Connection:
    """Made by `connect`. Every call is for one thread; each raises BrokerError once the connection is gone."""

    def __init__(self, url: str, client: mqtt.Client) -> None:
        self.url = url
        self.events: deque[Event] = deque()
        self.max_packet_bytes: int | None = None
        self.too_large = False
        self._receive_maximum = INFLIGHT_MAX
        self._max_qos = 2
        self._retains = True
        self._client = client
        self._answer: ReasonCode | None = None
        self._granted: list[ReasonCode] = []
        self._gone: str | None = None
        self._unanswered: set[int] = set()
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe

    def turn(self, wait_s: float) -> None:
        """Let the client read and write for at most `wait_s`."""
        code: MQTTErrorCode = self._client.loop(timeout=wait_s)
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or self._gone:
            raise BrokerError(self.url, self._gone or mqtt.error_string(code), expected="an open connection")

    @property
    def room(self) -> int:
        """How many messages of QoS 1 may be handed over now: the broker says how many it answers at a time."""
        return max(0, self._receive_maximum - len(self._unanswered))

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> int:
        """Hand a message over and return its number; delivery is told by a `Taken` event.

        Neither QoS nor retain go beyond what the broker knows: no record is deleted for either.
        """
        qos, retain = min(qos, self._max_qos), retain and self._retains
        if qos and len(self._unanswered) >= UNANSWERED_MAX:  # each would stay in memory until answered
            problem = f"{len(self._unanswered)} messages and no answer"
            raise BrokerError(self.url, problem, expected="PUBACK for each, or a refusal")
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        if info.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
            raise BrokerError(self.url, mqtt.error_string(info.rc), expected="room in the client's queue")
        if qos:
            self._unanswered.add(info.mid)
        return info.mid

    def subscribe(self, topics: Sequence[str], *, timeout_s: float) -> None:
        """Subscribe at QoS 1 and wait until it is granted."""
        self._granted.clear()
        self._client.subscribe([(topic, 1) for topic in topics])
        self._wait(lambda: self._granted, timeout_s=timeout_s, what="no answer to the subscription")
        refused = [str(code) for code in self._granted if code.value >= 0x80]
        if refused:
            raise BrokerError(self.url, f"subscription refused: {refused[0]}", expected=f"leave to read {topics}")

    def close(self, *, timeout_s: float = 2.0) -> None:
        """Say goodbye (the will is not sent) after what is queued has gone out."""
        until = time.monotonic() + timeout_s
        try:
            while self._client.want_write() and time.monotonic() < until:
                self.turn(0.05)
        except BrokerError:
            return
        self._client.disconnect()
        self._client.loop(timeout=0.05)

    def await_answer(self, *, timeout_s: float) -> None:
        """Wait for the broker's CONNACK; BrokerError says why it refused."""
        try:
            self._wait(lambda: self._answer is not None, timeout_s=timeout_s, what="no answer to CONNECT")
        except BrokerError as gone:
            if self._answer is None:  # some 3.1.1 brokers just close on a version they do not know
                raise VersionRefusedError(self.url, gone.problem, expected="an answer to CONNECT") from gone
        answer = self._answer
        if answer is None or not answer.is_failure:
            return
        problem = f"refused: {answer}"
        if answer.value in UNSUPPORTED_VERSION:
            raise VersionRefusedError(self.url, problem, expected="a version the broker speaks")
        if answer.value in UNSUPPORTED_WILL:
            raise WillRefusedError(self.url, problem, expected="a will the broker can keep")
        raise BrokerError(self.url, problem, expected="user and password the broker knows")

    def _wait(self, done: Any, *, timeout_s: float, what: str) -> None:
        until = time.monotonic() + timeout_s
        while not done():
            if time.monotonic() > until:
                raise BrokerError(self.url, what, expected=f"one within {timeout_s:g} s")
            self.turn(0.05)

    def _on_connect(self, _c: Any, _u: Any, _f: Any, answer: ReasonCode, properties: Properties | None) -> None:
        self._answer = answer
        self.max_packet_bytes = getattr(properties, "MaximumPacketSize", None)
        self._receive_maximum = min(INFLIGHT_MAX, getattr(properties, "ReceiveMaximum", INFLIGHT_MAX))
        self._max_qos = getattr(properties, "MaximumQoS", 2)
        self._retains = bool(getattr(properties, "RetainAvailable", 1))

    def _on_disconnect(self, _c: Any, _u: Any, _f: Any, reason: ReasonCode, _p: Any) -> None:
        self._gone = f"closed: {reason}"
        self.too_large = reason.value == TOO_LARGE

    def _on_message(self, _c: Any, _u: Any, message: mqtt.MQTTMessage) -> None:
        self.events.append(Message(topic=message.topic, payload=bytes(message.payload)))

    def _on_publish(self, _c: Any, _u: Any, mid: int, reason: ReasonCode, _p: Any) -> None:
        self._unanswered.discard(mid)
        self.events.append(Taken(mid=mid, code=reason.value, reason=str(reason)))

    def _on_subscribe(self, _c: Any, _u: Any, _mid: int, granted: list[ReasonCode], _p: Any) -> None:
        self._granted.extend(granted)


def connect(broker: Broker, *, client_id: str, will: Will | None, protocol: Protocol) -> Connection:
    """Open a connection and wait for the broker's answer. The client is new, so its session is clean."""
    client = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        protocol=mqtt.MQTTv5 if protocol == "5" else mqtt.MQTTv311,
    )
    client.connect_timeout = broker.connect_timeout_s
    client.max_inflight_messages_set(INFLIGHT_MAX)
    if broker.username is not None:
        client.username_pw_set(broker.username, _password(broker))
    if will is not None:
        client.will_set(will.topic, will.payload, qos=0 if will.plain else 1, retain=not will.plain)
    connection = Connection(broker.url, client)
    _open(connection, client, broker, protocol=protocol)
    # A broker that does not know version 5 may just not answer; the other version is tried next.
    probing = broker.protocol == "auto" and protocol == "5"
    connection.await_answer(timeout_s=min(PROBE_S, broker.connect_timeout_s) if probing else broker.connect_timeout_s)
    return connection


def _password(broker: Broker) -> str | None:
    try:
        return read_secret(broker.password_file) if broker.password_file else None
    except SettingsError as wrong:
        raise BrokerError(broker.url, f"no password, {wrong}", expected="its password in that file") from wrong


def _open(connection: Connection, client: mqtt.Client, broker: Broker, *, protocol: Protocol) -> None:
    parts = urlsplit(broker.url)
    try:
        if parts.scheme == "mqtts":
            client.tls_set(
                ca_certs=str(broker.ca_file) if broker.ca_file else None,
                certfile=str(broker.cert_file) if broker.cert_file else None,
                keyfile=str(broker.key_file) if broker.key_file else None,
            )
        client.connect(parts.hostname or "", parts.port or PORTS[parts.scheme], keepalive=broker.keepalive_s)
    except ssl.SSLError as error:
        raise BrokerError(broker.url, f"TLS: {error}", expected="a certificate both sides trust") from error
    except OSError as error:
        raise BrokerError(broker.url, str(error.strerror or error), expected="a broker that answers") from error
    except UnicodeError as error:
        raise BrokerError(broker.url, f"no host name: {error}", expected="a name or an address") from error
