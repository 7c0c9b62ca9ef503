"""A link on paper: what was published is written down, what the test says arrives. For stepping a publisher by hand."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from edge_agent.buffer.outbox import Outbox
from edge_agent.link import Event, Message, Taken
from edge_agent.publisher import Publisher
from edge_agent.settings import Broker
from tests.edge_agent.build import START_MS, an_identity, vitals
from wire import topics
from wire.codec import OpenedFrame, decode, encode, open_frame
from wire.messages import Ack, Beat, Birth, HostState


@dataclass(slots=True)
class PaperLink:
    """`answered` = False leaves publishes without PUBACK."""

    events: deque[Event] = field(default_factory=deque)
    max_packet_bytes: int | None = None
    receive_maximum: int = 200
    answered: bool = True
    codes: dict[str, int] = field(default_factory=dict)
    said: list[tuple[str, bytes]] = field(default_factory=list)
    unanswered: int = 0

    @property
    def room(self) -> int:
        """As the broker's receive maximum."""
        return self.receive_maximum - self.unanswered

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> int:
        """Write down; the PUBACK is there at the next turn."""
        channel = topics.parse(topic).channel
        self.said.append((channel, payload))
        if qos and self.answered:
            self.events.append(Taken(mid=len(self.said), code=self.codes.get(channel, 0), reason=""))
        elif qos:
            self.unanswered += 1
        return len(self.said)

    def frames(self, channel: str) -> list[OpenedFrame]:
        """Frames of a channel so far."""
        return [open_frame(payload) for said, payload in self.said if said == channel]

    def spans(self, channel: str) -> list[tuple[int, int]]:
        """Their numbers."""
        return [(one.frame.lo, one.frame.hi) for one in self.frames(channel)]


class Desk:
    """A publisher on a link on paper, at a time the test sets."""

    def __init__(self, outbox: Outbox, **rest: Any) -> None:
        self.outbox = outbox
        self.now = 1000.0
        self.link = PaperLink()
        given = {"url": "mqtt://paper", "resend_s": 2.0, "beat_s": 30.0} | rest.pop("broker", {})
        self.publisher = Publisher(
            outbox,
            Broker.model_validate(given),
            an_identity(),
            vitals=vitals,
            wall=lambda: datetime.fromtimestamp(START_MS / 1000 + self.now, UTC),
            random=random.Random(3),
            monotonic=lambda: self.now,
            **rest,
        )

    def connect(self, **link: Any) -> PaperLink:
        """A fresh link, a centre online, nothing acknowledged yet."""
        self.link = PaperLink(**link)
        self.publisher.begin(self.link, self.now, session=1)
        self.hear(HostState(online=True, session=1))
        self.turns(1)
        self.now += 1
        self.turns(1)
        assert self.last(Birth, "birth") is not None
        return self.link

    def greet(self, **link: Any) -> PaperLink:
        """Connected, and the birth answered."""
        self.connect(**link)
        self.ack(self.outbox.counters().acked)
        return self.link

    def turns(self, count: int = 30) -> None:
        """Until nothing more goes out, at most so often."""
        for _ in range(count):
            if not self.publisher.turn(self.link, self.now):
                return

    def hear(self, message: Any) -> None:
        """Something the centre says."""
        topic = topics.down("gw-1", "ack") if isinstance(message, Ack) else topics.HOST_STATE
        self.link.events.append(Message(topic=topic, payload=encode(message)))

    def ack(self, hi: int, **rest: Any) -> None:
        """The centre's word, and what it sets going."""
        self.hear(Ack(epoch=rest.pop("epoch", self.outbox.epoch), hi=hi, **rest))
        self.turns()

    def last(self, kind: Any, channel: str) -> Any:
        """The newest message of a channel."""
        payloads = [payload for said, payload in self.link.said if said == channel]
        return decode(kind, payloads[-1]) if payloads else None

    def beat(self) -> Beat:
        """The next heartbeat."""
        self.now += 30
        self.turns(1)
        beat: Beat = self.last(Beat, "beat")
        return beat
