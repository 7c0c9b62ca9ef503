"""The same edge with the usual habit: a record is deleted when the broker says that it has it. It loses."""

from __future__ import annotations

from threading import Event
from typing import Any
from urllib.parse import urlsplit

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from edge_agent.buffer.outbox import Outbox
from wire import topics
from wire.codec import encode_sealed, split_sealed
from wire.messages import Frame

INFLIGHT_MAX = 60


class DeleteOnPuback:
    """paho as it is commonly used: QoS 1, a session that the broker keeps, deletion on PUBACK."""

    def __init__(self, outbox: Outbox, *, url: str, gateway: str, password: str) -> None:
        self._outbox = outbox
        self._gateway = gateway
        self._sent: dict[int, int] = {}
        self._has = 0
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 1883
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=gateway, clean_session=False)
        self._client.username_pw_set(gateway, password)
        self._client.max_inflight_messages_set(INFLIGHT_MAX)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = self._published

    def run(self, stop: Event) -> None:
        """Until told to stop."""
        self._client.connect_async(self._host, self._port, keepalive=5)
        self._client.loop_start()
        cursor = 0
        while not stop.wait(0.01):
            if len(self._sent) < INFLIGHT_MAX and self._client.is_connected():
                for records in split_sealed(self._outbox.pending(cursor, 3000)):
                    lo, hi = records[0].seq, records[-1].seq
                    epoch = self._outbox.epoch
                    head = Frame(gw=self._gateway, epoch=epoch, lo=lo, hi=hi, boot="b", sent_at=1, recs=())
                    topic = topics.up(self._gateway, "data")
                    self._sent[self._client.publish(topic, encode_sealed(head, records), qos=1).mid] = hi
                    cursor = hi
            if self._has:
                self._outbox.acked(self._has)
        self._client.loop_stop()

    def _published(self, _client: Any, _data: Any, mid: int, *_: Any) -> None:
        self._has = max(self._has, self._sent.pop(mid, 0))
