"""The centre's connections to the broker, one a lane: stay connected, hand messages on, tell gateways what is stored.

No backlog can stand before a live reading in the broker's queue: it is read by a connection of its own.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Event, Lock, Thread

from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from central.ingest import metrics
from central.ingest.client import BrokerClient
from central.ingest.commit import StreamAck
from central.ingest.delivery import Delivery
from central.ingest.link import Lane, Link
from central.ingest.nacks import Nacks
from central.ingest.waiting import BULK_BESIDE_NEWS, BULK_MAX, NEWS_MAX
from central.settings import BrokerSettings
from wire import topics
from wire.codec import ack_statement, encode

log = logging.getLogger(__name__)

RETRY_S_MAX = 120.0
STABLE_AFTER_S = 60.0  # the back-off starts from the bottom again only after a connection of this length
AGAIN_S = 1.0
ACK_EXPIRY_S = 60
SAID_AGAIN_S = 60.0


@dataclass(slots=True, kw_only=True)
class Listener:
    """`receive` takes each message, on a network thread: it only enqueues.

    `session` grows with each start and each connection: the will of an older one that comes late is known for old.
    `connected`: live records are read; the backlog lane has a connection and a thread of its own. `sign` makes acks
    that a gateway can tell from a forger's: bytes to 128 hex digits.
    """

    settings: BrokerSettings
    session: int
    receive: Callable[[Delivery], None]
    sign: Callable[[bytes], str] | None = None
    plain_will: bool = False
    stopping: Event = field(default_factory=Event)
    connected: Event = field(default_factory=Event)
    _in_use: dict[str, BrokerClient] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _beside: Thread | None = None
    _nacks: Nacks = field(default_factory=Nacks)
    _expiring: Properties = field(default_factory=lambda: _expiring_after(ACK_EXPIRY_S))

    def run(self) -> None:
        """Connect and stay connected until `stopping` is set; then say goodbye."""
        live, bulk = lanes_of(self.settings)
        if self._beside is None or not self._beside.is_alive():
            self._beside = Thread(target=self._keep_beside, args=(bulk,), name="broker-bulk", daemon=True)
            self._beside.start()
        self._keep(live)
        self._beside.join(10.0)

    def _keep_beside(self, lane: Lane) -> None:
        while not self.stopping.is_set():
            try:
                self._keep(lane)
            except Exception:
                log.exception("broker connection broke, starting it again: lane=%s", lane.name)
            self.stopping.wait(AGAIN_S)

    def _keep(self, lane: Lane) -> None:
        protocol, attempt = MQTTProtocolVersion.MQTTv5, 0
        while not self.stopping.is_set():
            began = time.monotonic()
            self.session += lane.announces
            answered = Link(owner=self, lane=lane, protocol=protocol).serve()
            if self.stopping.is_set():
                break
            if not answered:
                protocol = _other(protocol)
            attempt = 0 if time.monotonic() - began > STABLE_AFTER_S else attempt + 1
            pause_s = random.uniform(0, min(RETRY_S_MAX, 0.25 * 2 ** min(attempt, 10)))
            log.info("broker connection: lane=%s trying again in %.1f s", lane.name, pause_s)
            self.stopping.wait(pause_s)

    def tell(self, acks: Sequence[StreamAck]) -> None:
        """Publish acks to their gateways; one that cannot go out is lost, which costs a resend and no data."""
        with self._lock:
            client = self._in_use.get("live")
        if client is None:
            return
        for stream_ack in acks:
            ack = self._nacks.paced(stream_ack, now_s=time.monotonic())
            if self.sign is not None:
                ack = replace(ack, sig=self.sign(ack_statement(stream_ack.gateway, ack)))
            properties = self._expiring if client.protocol == MQTTProtocolVersion.MQTTv5 else None
            client.say(topics.down(stream_ack.gateway, "ack"), encode(ack), properties=properties)

    def receive_from(self, delivery: Delivery) -> None:
        """Hand a message on."""
        self.receive(delivery)

    def say(self, topic: str, payload: bytes) -> bool:
        """Publish a retained message; False when there is no connection to say it over."""
        with self._lock:
            client = self._in_use.get("live")
        if client is None:
            return False
        client.say(topic, payload, retain=True)
        return True

    def telling(self) -> tuple[int, int]:
        """Changes when retained messages are to be said again: with each connection, and each minute to a broker that
        keeps none, for whom it concerns may not have listened."""
        with self._lock:
            client = self._in_use.get("live")
        kept = client is None or client.retains
        return self.session, 0 if kept else int(time.monotonic() // SAID_AGAIN_S)

    def current(self, lane: Lane, client: BrokerClient) -> bool:
        """Whether this client is the lane's connection in use."""
        with self._lock:
            return self._in_use.get(lane.name) is client

    def use(self, lane: Lane, client: BrokerClient | None) -> None:
        """Make this client the lane's connection in use; None when there is none."""
        with self._lock:
            if client is None:
                self._in_use.pop(lane.name, None)
            else:
                self._in_use[lane.name] = client
        if lane.name == "live":
            metrics.CONNECTED.set(client is not None)
            (self.connected.set if client is not None else self.connected.clear)()
        else:
            metrics.CONNECTED_BULK.set(client is not None)

    def complete(self) -> bool:
        """Whether both lanes are read."""
        with self._lock:
            return len(self._in_use) == 2


def _expiring_after(seconds: int) -> Properties:
    """Of an ack, made once: paho takes longer over these than over the rest of a publish."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.MessageExpiryInterval = seconds
    return properties


def lanes_of(settings: BrokerSettings) -> tuple[Lane, Lane]:
    """The lane of what happens now, and that of backlog."""
    live = Lane(
        name="live",
        client_id=settings.client_id,
        filters=settings.subscriptions(("data", "birth", "beat", "state")),
        announces=True,
        unanswered_max=NEWS_MAX,
    )
    bulk = Lane(
        name="bulk",
        client_id=f"{settings.client_id}-bulk",
        filters=settings.subscriptions(("bulk",)),
        announces=False,
        unanswered_max=BULK_MAX + BULK_BESIDE_NEWS,
    )
    return live, bulk


def _other(protocol: MQTTProtocolVersion) -> MQTTProtocolVersion:
    return MQTTProtocolVersion.MQTTv311 if protocol == MQTTProtocolVersion.MQTTv5 else MQTTProtocolVersion.MQTTv5
