"""The network and the broker of the simulation: messages on their way, by a seed late, lost, doubled or swapped."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from edge_agent.errors import BrokerError
from edge_agent.link import Event, Message, Taken
from wire import topics

UNANSWERED_MAX = 120
NOBODY_LISTENS = 0x10


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Shares are probabilities a message. `discard`: acknowledged by the broker, and gone. `swap`: lanes lose order."""

    delay_s: float = 0.02
    discard: float = 0.0
    lose_down: float = 0.0
    double: float = 0.0
    swap: bool = False


FAIR = Weather()


@dataclass(slots=True, kw_only=True, eq=False)
class SimLink:
    """A connection of one edge; satisfies `edge_agent.link.Link`."""

    network: Network
    gateway: str
    events: deque[Event] = field(default_factory=deque)
    max_packet_bytes: int | None = None
    unanswered: int = 0
    next_mid: int = 1
    cut: bool = False
    hole: bool = False

    @property
    def room(self) -> int:
        """As a real connection that keeps what is not answered in memory."""
        return max(0, UNANSWERED_MAX - self.unanswered)

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> int:
        """Hand over; BrokerError once the connection is cut."""
        if self.cut:
            raise BrokerError("sim", "closed", expected="an open connection")
        mid, self.next_mid = self.next_mid, self.next_mid + 1
        self.unanswered += bool(qos)
        self.network.take(self, topic, payload, mid=mid, qos=qos)
        return mid


@dataclass(slots=True, kw_only=True)
class Network:
    """Time stands still until `advance`. `arrive` is the centre's ear, `listening` whether it has one now.

    `reads_bulk`: whether the centre subscribed to the backlog's lane; an older one did not.
    """

    random: Random
    arrive: Callable[[str, bytes], None]
    listening: bool = False
    reads_bulk: bool = True
    weather: Weather = FAIR
    now_s: float = 0.0
    host_state: bytes = b""
    links: dict[str, SimLink] = field(default_factory=dict)
    _due: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _count: int = 0
    _last: dict[str, float] = field(default_factory=dict)

    def open(self, gateway: str) -> SimLink:
        """A new connection takes over from the old one of the same gateway."""
        self.sever(gateway)
        link = SimLink(network=self, gateway=gateway)
        self.links[gateway] = link
        if self.host_state:
            self._later(gateway, lambda: link.events.append(Message(topic=topics.HOST_STATE, payload=self.host_state)))
        return link

    def sever(self, gateway: str) -> None:
        """Cut a connection; what was on its way down is gone, what was on its way up may arrive."""
        link = self.links.pop(gateway, None)
        if link is not None:
            link.cut = True
            link.events.clear()

    def take(self, link: SimLink, topic: str, payload: bytes, *, mid: int, qos: int) -> None:
        """From an edge to the broker and on to whoever listens."""
        if link.hole:
            return
        if qos:
            self._later(f"{link.gateway}/puback", lambda: self._answer(link, mid, topic))
            if self._chance(self.weather.discard):
                return
        elif self._chance(self.weather.lose_down):
            return
        for _ in range(2 if self._chance(self.weather.double) else 1):
            self._later(topic, lambda: self.arrive(topic, payload) if self._read(topic) else None)

    def down(self, gateway: str, payload: bytes) -> None:
        """An ack from the centre."""
        for _ in range(2 if self._chance(self.weather.double) else 1):
            if not self._chance(self.weather.lose_down):
                self._later(f"{gateway}/down", lambda: self._deliver(gateway, payload))

    def host(self, payload: bytes, *, listening: bool) -> None:
        """The centre's retained state."""
        self.host_state, self.listening = payload, listening
        for gateway, link in self.links.items():
            message = Message(topic=topics.HOST_STATE, payload=payload)
            self._later(f"{gateway}/host", partial(self._tell, link, message))

    def advance(self, seconds: float) -> None:
        """Let time pass; everything that is due happens in its order."""
        until = self.now_s + seconds
        while self._due and self._due[0][0] <= until:
            self.now_s, _, happen = heapq.heappop(self._due)
            happen()
        self.now_s = until

    def _deliver(self, gateway: str, payload: bytes) -> None:
        link = self.links.get(gateway)
        if link is not None:
            self._tell(link, Message(topic=topics.down(gateway, "ack"), payload=payload))

    def _tell(self, link: SimLink, message: Message) -> None:
        if not link.cut and not link.hole:
            link.events.append(message)

    def _read(self, topic: str) -> bool:
        return self.listening and (self.reads_bulk or not topic.endswith("/bulk"))

    def _answer(self, link: SimLink, mid: int, topic: str) -> None:
        if link.cut or link.hole:
            return
        link.unanswered -= 1
        link.events.append(Taken(mid=mid, code=0 if self._read(topic) else NOBODY_LISTENS, reason="sim"))

    def _later(self, lane: str, happen: Callable[[], None]) -> None:
        due = self.now_s + self.random.uniform(0, self.weather.delay_s)
        if not self.weather.swap:
            due = max(due, self._last.get(lane, 0.0))
            self._last[lane] = due
        self._count += 1
        heapq.heappush(self._due, (due, self._count, happen))

    def _chance(self, share: float) -> bool:
        return share > 0 and self.random.random() < share
