"""The centre's connection to the broker: subscribe each time, hand messages on, say that it is listening.

A new paho client for each connection: an acknowledgement of an old connection can never hit a reused packet id. MQTT 5
first, 3.1.1 when the broker does not answer that. No session at the broker: the gateways keep what is not committed.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from central.ingest import metrics
from central.ingest.commit import StreamAck
from central.ingest.delivery import Delivery
from central.settings import BrokerSettings
from wire import topics
from wire.codec import encode
from wire.messages import Ack, HostState

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 5.0
RETRY_S_MAX = 120.0
STABLE_AFTER_S = 60.0  # the back-off starts from the bottom again only after a connection of this length
NACK_EVERY_S = 5.0
ACK_EXPIRY_S = 60
ANNOUNCE_S = 60.0  # so often it says again that it listens: whoever thinks otherwise holds back its records
RECEIVE_MAXIMUM = 64


@dataclass(slots=True, kw_only=True)
class Listener:
    """`receive` takes each message, on the network thread: it only enqueues.

    `session` grows with each start and each connection: the will of an older one that comes late is known for old.
    """

    settings: BrokerSettings
    session: int
    receive: Callable[[Delivery], None]
    stopping: Event = field(default_factory=Event)
    connected: Event = field(default_factory=Event)
    _client: mqtt.Client | None = None
    _lock: Lock = field(default_factory=Lock)
    _nacked: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)

    def run(self) -> None:
        """Connect and stay connected until `stopping` is set; then say goodbye."""
        protocol, attempt = MQTTProtocolVersion.MQTTv5, 0
        while not self.stopping.is_set():
            began = time.monotonic()
            self.session += 1
            link = _Link(owner=self, protocol=protocol)
            answered = link.serve()
            if self.stopping.is_set():
                break
            if not answered:
                protocol = _other(protocol)
            attempt = 0 if time.monotonic() - began > STABLE_AFTER_S else attempt + 1
            pause_s = random.uniform(0, min(RETRY_S_MAX, 0.25 * 2 ** min(attempt, 10)))
            log.info("broker connection: trying again in %.1f s", pause_s)
            self.stopping.wait(pause_s)

    def tell(self, acks: Sequence[StreamAck]) -> None:
        """Publish acks to their gateways; one that cannot go out is lost, which costs a resend and no data."""
        with self._lock:
            client = self._client
        if client is None:
            return
        for stream_ack in acks:
            ack = self._paced(stream_ack)
            properties = None
            if client.protocol == MQTTProtocolVersion.MQTTv5:
                properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
                properties.MessageExpiryInterval = ACK_EXPIRY_S
            client.publish(topics.down(stream_ack.gateway, "ack"), encode(ack), qos=1, properties=properties)

    def current(self, client: mqtt.Client) -> bool:
        """Whether this client is the connection in use."""
        with self._lock:
            return self._client is client

    def use(self, client: mqtt.Client | None) -> None:
        """Make this client the connection in use; None when there is none."""
        with self._lock:
            self._client = client
        metrics.CONNECTED.set(client is not None)
        (self.connected.set if client is not None else self.connected.clear)()

    def _paced(self, stream_ack: StreamAck) -> Ack:
        """A `need` (nack) only once per gap and 5 s: the gateway goes back once, not with every frame in flight."""
        ack = stream_ack.ack
        if ack.need is None:
            return ack
        key, now = (stream_ack.gateway, ack.epoch), time.monotonic()
        need, said_at = self._nacked.get(key, (0, 0.0))
        if need == ack.need and now - said_at < NACK_EVERY_S:
            return Ack(epoch=ack.epoch, hi=ack.hi, recv=ack.recv, pace=ack.pace)
        self._nacked[key] = ack.need, now
        return ack


class _Client(mqtt.Client):
    """paho's client, whose network thread tells when it ends, however it ends."""

    ended: Event

    def loop_forever(self, timeout: float = 1.0, retry_first_connection: bool = False) -> MQTTErrorCode:
        """What the network thread runs."""
        try:
            return super().loop_forever(timeout, retry_first_connection)
        except Exception:
            log.exception("network thread of the broker connection broke")
            return MQTTErrorCode.MQTT_ERR_UNKNOWN
        finally:
            self.ended.set()


class _Link:
    """One connection, from CONNECT to its end."""

    def __init__(self, *, owner: Listener, protocol: MQTTProtocolVersion) -> None:
        self.owner = owner
        self.answered = Event()
        self.ended = Event()
        self.announced_s = 0.0
        self.client = self._made(protocol)
        self.client.ended = self.ended

    def serve(self) -> bool:
        """Until the connection ends; whether the broker answered the CONNECT and let us in."""
        settings = self.owner.settings
        try:
            properties = None
            if self.client.protocol == MQTTProtocolVersion.MQTTv5:
                properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
                properties.ReceiveMaximum = RECEIVE_MAXIMUM
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
            self.owner.use(None)
            self.client.loop_stop()
        return self.answered.is_set()

    def _watch(self) -> None:
        deadline = time.monotonic() + ANSWER_WITHIN_S
        while not self.ended.wait(0.1):
            if self.owner.stopping.is_set():
                self._goodbye()
                return
            if self.owner.current(self.client):
                if time.monotonic() > self.announced_s + ANNOUNCE_S:
                    self._announce()
            elif time.monotonic() > deadline + (ANSWER_WITHIN_S if self.answered.is_set() else 0.0):
                what = "the subscription" if self.answered.is_set() else self.client.protocol
                log.warning("broker does not answer %s", what)
                self.client.disconnect()
                return

    def _announce(self) -> None:
        self.announced_s = time.monotonic()
        on = HostState(online=True, session=self.owner.session)
        self.client.publish(topics.HOST_STATE, encode(on), qos=1, retain=True)

    def _goodbye(self) -> None:
        if self.answered.is_set():
            off = HostState(online=False, session=self.owner.session)
            self.client.publish(topics.HOST_STATE, encode(off), qos=1, retain=True).wait_for_publish(2.0)
        self.client.disconnect()

    def _made(self, protocol: MQTTProtocolVersion) -> _Client:
        settings = self.owner.settings
        more: dict[str, Any] = {} if protocol == MQTTProtocolVersion.MQTTv5 else {"clean_session": True}
        client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
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
        client.will_set(topics.HOST_STATE, encode(HostState(online=False, session=self.owner.session)), 1, retain=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            if "protocol" not in str(reason).lower():
                self.answered.set()
            log.error("broker refused the centre: %s", reason)
            self.ended.set()
            return
        self.answered.set()
        client.subscribe(self.owner.settings.subscription(), qos=1)

    def _on_subscribe(self, client: mqtt.Client, _data: Any, _mid: Any, reasons: Any, _properties: Any) -> None:
        if any(reason.is_failure for reason in reasons):
            log.error("broker refused the subscription %s: %s", self.owner.settings.subscription(), reasons)
            client.disconnect()
            return
        self.owner.use(client)
        self._announce()
        log.info("listening: broker=%s:%s", self.owner.settings.host, self.owner.settings.port)

    def _on_disconnect(self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        log.info("broker connection ended: %s", reason)
        self.ended.set()

    def _on_message(self, client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        def acknowledge() -> None:
            if message.qos and self.owner.current(client):
                client.ack(message.mid, message.qos)

        self.owner.receive(Delivery(topic=message.topic, payload=bytes(message.payload), acknowledge=acknowledge))


def _other(protocol: MQTTProtocolVersion) -> MQTTProtocolVersion:
    return MQTTProtocolVersion.MQTTv311 if protocol == MQTTProtocolVersion.MQTTv5 else MQTTProtocolVersion.MQTTv5
