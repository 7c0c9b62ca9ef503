"""One connection of one lane to the broker, from CONNECT to its end.

A new paho client for each connection: an acknowledgement of an old connection can never hit a reused packet id. MQTT 5
first, 3.1.1 when the broker does not answer that. No session at the broker: the gateways keep what is not committed.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from threading import Event
from typing import Any, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from central.ingest.client import UNSUPPORTED_WILL, BrokerClient
from central.ingest.delivery import Delivery
from central.settings import BrokerSettings
from wire import topics
from wire.codec import encode
from wire.messages import HostState

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 5.0
ANNOUNCE_S = 60.0  # so often it says again that it listens: whoever thinks otherwise holds back its records
BULK_WITHIN_S = 5.0  # so long it waits for the other lane before it says that it listens


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What one connection reads. Only one of them `announces` that the centre listens.

    `unanswered_max`: messages that the broker may have sent and that are not committed yet (MQTT 5).
    """

    name: str
    client_id: str
    filters: tuple[str, ...]
    announces: bool
    unanswered_max: int


class Owner(Protocol):
    """Whoever keeps the connections up. `plain_will`: the broker keeps no retained messages, or knows no QoS 1."""

    settings: BrokerSettings
    session: int
    stopping: Event
    plain_will: bool

    def receive_from(self, delivery: Delivery) -> None:
        """Take a message; only enqueues."""

    def use(self, lane: Lane, client: BrokerClient | None) -> None:
        """Make this client the lane's connection in use; None when there is none."""

    def current(self, lane: Lane, client: BrokerClient) -> bool:
        """Whether this client is the lane's connection in use."""

    def complete(self) -> bool:
        """Whether every lane is read."""


class Link:
    """One connection, from CONNECT to its end."""

    def __init__(self, *, owner: Owner, lane: Lane, protocol: MQTTProtocolVersion) -> None:
        self.owner = owner
        self.lane = lane
        self.subscribed_s = 0.0
        self.answered = Event()
        self.ended = Event()
        self.announced_s = -ANNOUNCE_S
        self.client = self._made(protocol)
        self.client.ended = self.ended

    def serve(self) -> bool:
        """Until the connection ends; whether the broker answered the CONNECT and let us in."""
        settings = self.owner.settings
        try:
            properties = None
            if self.client.protocol == MQTTProtocolVersion.MQTTv5:
                properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
                properties.ReceiveMaximum = self.lane.unanswered_max
            clean = True if properties else mqtt.MQTT_CLEAN_START_FIRST_ONLY
            self.client.connect(
                settings.host, settings.port, keepalive=settings.keepalive_s, clean_start=clean, properties=properties
            )
        except OSError as refused:
            log.warning("broker %s:%s not reached: %s", settings.host, settings.port, refused)
            return True
        self.client.loop_start()
        try:
            self._watch()
        finally:
            self.owner.use(self.lane, None)
            self.client.loop_stop()
        return self.answered.is_set()

    def _watch(self) -> None:
        deadline = time.monotonic() + ANSWER_WITHIN_S
        while not self.ended.wait(0.1):
            if self.owner.stopping.is_set():
                self._goodbye()
                return
            if self.owner.current(self.lane, self.client):
                self._announce_if_due()
            elif time.monotonic() > deadline + (ANSWER_WITHIN_S if self.answered.is_set() else 0.0):
                what = "the subscription" if self.answered.is_set() else self.client.protocol
                log.warning("broker does not answer %s", what)
                self.client.disconnect()
                return

    def _announce_if_due(self) -> None:
        """Not before the backlog lane is read as well, or has had its time: gateways would send backlog as news."""
        now = time.monotonic()
        ready = self.owner.complete() or now > self.subscribed_s + BULK_WITHIN_S
        if not self.lane.announces or not ready or now < self.announced_s + ANNOUNCE_S:
            return
        self.announced_s = now
        on = HostState(online=True, session=self.owner.session)
        self.client.say(topics.HOST_STATE, encode(on), retain=True)

    def _goodbye(self) -> None:
        if self.answered.is_set() and self.lane.announces:
            off = HostState(online=False, session=self.owner.session)
            self.client.say(topics.HOST_STATE, encode(off), retain=True).wait_for_publish(2.0)
        self.client.disconnect()

    def _made(self, protocol: MQTTProtocolVersion) -> BrokerClient:
        settings = self.owner.settings
        more: dict[str, Any] = {} if protocol == MQTTProtocolVersion.MQTTv5 else {"clean_session": True}
        client = BrokerClient(
            CallbackAPIVersion.VERSION2,
            client_id=self.lane.client_id,
            protocol=protocol,
            manual_ack=True,
            reconnect_on_failure=False,
            **more,
        )
        if settings.username:
            client.username_pw_set(settings.username, settings.secret())
        if settings.tls:
            client.tls_set(
                ca_certs=str(settings.tls_ca) if settings.tls_ca else None,
                certfile=str(settings.tls_cert) if settings.tls_cert else None,
                keyfile=str(settings.tls_key) if settings.tls_key else None,
            )
        client.max_inflight_messages_set(200)
        if self.lane.announces:
            off = HostState(online=False, session=self.owner.session)
            plain = self.owner.plain_will
            client.will_set(topics.HOST_STATE, encode(off), 0 if plain else 1, retain=not plain)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, properties: Any) -> None:
        if reason.value in UNSUPPORTED_WILL and not self.owner.plain_will:
            self.owner.plain_will = True
            self.answered.set()
            log.warning("broker keeps no such will (%s): the centre connects with a plain one", reason)
            self.ended.set()
            return
        if reason.is_failure:
            if "protocol" not in str(reason).lower():
                self.answered.set()
            log.error("broker refused the centre: %s", reason)
            self.ended.set()
            return
        self.answered.set()
        self.client.learn(properties)
        self.client.subscribe([(topic, 1) for topic in self.lane.filters])

    def _on_subscribe(self, _client: mqtt.Client, _data: Any, _mid: Any, reasons: Any, _properties: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            log.error("broker refused the subscription %s: %s", self.lane.filters, reasons)
            self.client.disconnect()
            return
        self.subscribed_s = time.monotonic()
        self.owner.use(self.lane, self.client)
        self._announce_if_due()
        log.info("listening: broker=%s:%s lane=%s", self.owner.settings.host, self.owner.settings.port, self.lane.name)

    def _on_disconnect(self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        log.info("broker connection ended: lane=%s reason=%s", self.lane.name, reason)
        self.ended.set()

    def _on_message(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        def acknowledge() -> None:
            if message.qos and self.owner.current(self.lane, self.client):
                self.client.ack(message.mid, message.qos)

        self.owner.receive_from(Delivery(topic=message.topic, payload=bytes(message.payload), acknowledge=acknowledge))
