"""The centre of the simulation: reads messages as the product does, keeps them in a store, acknowledges, crashes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from central.ingest.commit import StreamAck
from central.ingest.inbox import open_message
from central.ingest.letters import Letter
from tests.faults.simulated.store import Batch, Store
from wire.codec import OpenedFrame, encode
from wire.messages import Ack, Beat, Birth, HostState, Presence

BATCH_MAX = 50


@dataclass(slots=True, kw_only=True)
class SimCentre:
    """`tell` sends an ack to a gateway, `say` the retained host state. A crash loses whatever is not committed.

    `hasty` acknowledges what it has only received: with such a centre the lab must find losses.
    """

    store: Store
    random: Random
    tell: Callable[[str, bytes], None]
    say: Callable[[bytes, bool], None]
    now_ms: Callable[[], int]
    inbox: list[tuple[str, bytes]]
    hasty: bool = False
    session: int = 0
    up: bool = False

    def start(self) -> None:
        """A new session listens."""
        self.session, self.up = self.session + 1, True
        self.say(encode(HostState(online=True, session=self.session)), True)

    def crash(self) -> None:
        """What was received and not committed is gone; the will is spoken."""
        self.up = False
        self.inbox.clear()
        self.say(encode(HostState(online=False, session=self.session)), False)

    def turn(self, *, dies: bool = False) -> None:
        """Commit a batch and acknowledge it, live before backlog; `dies`: in the middle, wherever the seed says."""
        self.inbox.sort(key=lambda message: message[0].endswith("/bulk"))
        batch = self.inbox[:BATCH_MAX]
        del self.inbox[:BATCH_MAX]
        if dies and self.random.random() < 0.5:
            if self.hasty:
                self._promise(batch)
            self.crash()
            return
        acks = self._take(batch) if batch else []
        if dies:
            self.crash()
            return
        for one in acks:
            self.tell(one.gateway, encode(one.ack))

    def _promise(self, batch: list[tuple[str, bytes]]) -> None:
        for topic, payload in batch:
            opened = open_message(topic, payload)
            if isinstance(opened, OpenedFrame):
                frame = opened.frame
                self.tell(frame.gw, encode(Ack(epoch=frame.epoch, hi=frame.hi)))

    def _take(self, batch: list[tuple[str, bytes]]) -> list[StreamAck]:
        opened = [(topic.endswith("/bulk"), open_message(topic, payload)) for topic, payload in batch]
        said = [message for _, message in opened]
        return self.store.take(
            Batch(
                live=[message for bulk, message in opened if isinstance(message, OpenedFrame) and not bulk],
                bulk=[message for bulk, message in opened if isinstance(message, OpenedFrame) and bulk],
                letters=[message for message in said if isinstance(message, Letter)],
                hellos=[message for message in said if isinstance(message, Birth | Beat | Presence)],
            ),
            now_ms=self.now_ms(),
        )
