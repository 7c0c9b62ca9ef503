"""A hand-written centre in memory, for tests of the edge alone: stores once, acknowledges, can be told to misbehave."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from tests.services import Broker, wait_until
from wire import topics
from wire.codec import decode, decode_body, decode_frame, encode
from wire.messages import Ack, Beat, Birth, Frame, HostState, Record, Tombstone


@dataclass(slots=True, kw_only=True)
class SmallCentre:
    """`stored` by (gateway, epoch, seq); `copies` counts duplicates. `mute` stores and says nothing; `plain`
    speaks at QoS 0 and retains nothing."""

    broker: Broker
    session: int = 1
    mute: bool = False
    plain: bool = False
    stored: dict[tuple[str, str, int], Record] = field(default_factory=dict)
    gone: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    births: list[Birth] = field(default_factory=list)
    beats: list[Beat] = field(default_factory=list)
    frames: int = 0
    copies: int = 0
    client: mqtt.Client | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> SmallCentre:
        """Connect (by MQTT 3.1.1, which every broker speaks) and say that a centre is online."""
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"small-centre-{self.session}")
        client.username_pw_set("centre", self.broker.users["centre"])
        if not self.plain:
            client.will_set(topics.HOST_STATE, self._host(online=False), qos=1, retain=True)
        client.on_connect = self._connected
        client.on_message = self._message
        client.reconnect_delay_set(1, 1)
        client.connect("127.0.0.1", self.broker.port)
        client.loop_start()
        self.client = client
        wait_until(client.is_connected, what="small centre connected")
        return self

    def stop(self) -> None:
        """Say goodbye; the next start has a greater session number."""
        if self.client is None:
            return
        if self.client.is_connected():  # a test that failed may have left its broker dead
            self.client.publish(topics.HOST_STATE, self._host(online=False), **self._manner).wait_for_publish(5)
        self.client.disconnect()
        self.client.loop_stop()
        self.client = None
        self.session += 1

    @property
    def _manner(self) -> dict[str, Any]:
        return {"qos": 0 if self.plain else 1, "retain": not self.plain}

    def say_online(self) -> None:
        """Again, as a centre does now and then: not every broker keeps it."""
        assert self.client is not None
        self.client.publish(topics.HOST_STATE, self._host(online=True), **self._manner)

    def say(self, gateway: str, ack: Ack) -> None:
        """Publish an acknowledgement of the test's own."""
        assert self.client is not None
        self.client.publish(topics.down(gateway, "ack"), encode(ack), qos=self._manner["qos"])

    def seqs(self, gateway: str, epoch: str) -> list[int]:
        """Numbers stored for a gateway, in order."""
        with self.lock:
            return sorted(seq for gw, e, seq in self.stored if (gw, e) == (gateway, epoch))

    def watermark(self, gateway: str, epoch: str) -> int:
        """The last number up to which everything is stored or known to be gone."""
        known = {seq for gw, e, seq in self.stored if (gw, e) == (gateway, epoch)} | self.gone.get(
            (gateway, epoch), set()
        )
        mark = 0
        while mark + 1 in known:
            mark += 1
        return mark

    def _host(self, *, online: bool) -> bytes:
        return encode(HostState(online=online, session=self.session))

    def _connected(self, client: mqtt.Client, _u: Any, _f: Any, _r: Any, _p: Any) -> None:
        client.subscribe(topics.all_up(), qos=1)
        client.publish(topics.HOST_STATE, self._host(online=True), **self._manner)

    def _message(self, _client: mqtt.Client, _u: Any, message: mqtt.MQTTMessage) -> None:
        topic, payload = topics.parse(message.topic), bytes(message.payload)
        with self.lock:
            match topic.channel:
                case "birth":
                    birth = decode(Birth, payload)
                    self.births.append(birth)
                    self._answer(topic.gateway, birth.epoch)
                case "beat":
                    self.beats.append(decode(Beat, payload))
                case "data" | "bulk":
                    frame = decode_frame(payload)
                    self._store(frame)
                    self._answer(frame.gw, frame.epoch)

    def _store(self, frame: Frame) -> None:
        self.frames += 1
        for record in frame.recs:
            key = (frame.gw, frame.epoch, record.seq)
            if key in self.stored:
                self.copies += 1
                assert self.stored[key] == record, "same key, other content"
            self.stored[key] = record
            body = decode_body(record) if record.kind == "tombstone" else None
            if isinstance(body, Tombstone):
                self.gone.setdefault((frame.gw, frame.epoch), set()).update(range(body.lo, body.hi + 1))

    def _answer(self, gateway: str, epoch: str) -> None:
        if not self.mute:
            self.say(gateway, Ack(epoch=epoch, hi=self.watermark(gateway, epoch)))
