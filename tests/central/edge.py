"""A gateway reduced to its MQTT side: sends any frame at any time, and notes what the centre answers."""

from __future__ import annotations

from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.services import Broker, wait_until
from wire import topics
from wire.codec import content_hash, decode, encode, encode_frame
from wire.messages import Ack, Birth, Frame, HostState, Presence, Record
from wire.topics import UpChannel

AT = 1_788_228_000_000


def small(seq: int, *, at: int = AT, **body: Any) -> Record:
    """A record of a kind the centre keeps but does not look into."""
    plain = {"n": seq, **body}
    return Record(
        seq=seq, kind="note", at=at, clock="synced", hash=content_hash(kind="note", at=at, body=plain), body=plain
    )


def frame_of(records: list[Record], *, gateway: str, epoch: str = "e1") -> Frame:
    """Contiguous records as a frame."""
    recs = tuple(records)
    return Frame(gw=gateway, epoch=epoch, lo=recs[0].seq, hi=recs[-1].seq, boot="b1", sent_at=AT, recs=recs)


class Edge:
    """One connection of one gateway."""

    def __init__(self, broker: Broker, *, gateway: str, epoch: str = "e1") -> None:
        self.broker, self.gateway, self.epoch = broker, gateway, epoch
        self.acks: list[Ack] = []
        self.host_online = False
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"{gateway}-test")
        self.client.username_pw_set(gateway, broker.users[gateway])
        self.client.on_connect = self._subscribe
        self.client.on_message = self._note

    @property
    def acked(self) -> int:
        """Watermark of the newest ack for this epoch."""
        return max((ack.hi for ack in self.acks if ack.epoch == self.epoch), default=0)

    def connect(self) -> Edge:
        """Connect and wait until the centre is listening."""
        self.client.connect("127.0.0.1", self.broker.port)
        self.client.loop_start()
        wait_until(lambda: self.host_online, what="host online")
        return self

    def close(self) -> None:
        """Disconnect."""
        self.client.disconnect()
        self.client.loop_stop()

    def hello(self, *, oldest: int = 0, newest: int = 0) -> None:
        """Presence and birth."""
        self.say("state", encode(Presence(gw=self.gateway, online=True, session=1)), retain=True)
        birth = Birth(
            gw=self.gateway,
            epoch=self.epoch,
            boot="b1",
            oldest=oldest,
            newest=newest,
            clock="synced",
            sent_at=AT,
            software="test",
            model_sha256="",
            cameras=("c1",),
        )
        self.say("birth", encode(birth))

    def send(self, lo: int, hi: int, *, channel: UpChannel = "data") -> None:
        """Records lo..hi in frames of at most 200."""
        for start in range(lo, hi + 1, 200):
            records = [small(seq) for seq in range(start, min(start + 199, hi) + 1)]
            self.say(channel, encode_frame(frame_of(records, gateway=self.gateway, epoch=self.epoch)))

    def say(self, channel: Any, payload: bytes, *, retain: bool = False) -> None:
        """Publish on one of the gateway's own topics."""
        self.client.publish(topics.up(self.gateway, channel), payload, qos=1, retain=retain)

    def _subscribe(self, client: mqtt.Client, *_: Any) -> None:
        client.subscribe([(topics.all_down(self.gateway), 1), (topics.HOST_STATE, 1)])

    def _note(self, _client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        if message.topic == topics.HOST_STATE:
            self.host_online = decode(HostState, bytes(message.payload)).online
        else:
            self.acks.append(decode(Ack, bytes(message.payload)))
