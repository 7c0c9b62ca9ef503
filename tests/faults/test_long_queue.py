"""A centre behind a long queue: whatever its length does, next to nothing goes twice, and what is lost arrives.

One gateway of the product on a link of the test; the queue is a time from publish to ack, as many other gateways make
it, and keeps its order. Time is the test's.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edge_agent.ranges import Ranges
from tests.edge_agent.build import START_MS, a_record, an_outbox
from tests.edge_agent.paper_link import Desk
from wire.codec import open_frame
from wire.messages import Ack, Birth

BACKLOG = 8000
STEP_S = 0.1
NEWS_S = 0.2  # of the live lane, which has a queue of its own
GIVE_UP_S = 7200.0


@dataclass(slots=True, kw_only=True)
class Centre:
    """Acknowledges what it hears after `delay_s` (by the time of publishing), in order; `loses` the n-th bulk frame."""

    desk: Desk
    delay_s: Callable[[float], float]
    loses: Callable[[int], bool] = lambda _: False
    read: int = 0
    bulk: int = 0
    sent: int = 0
    heard: Ranges = field(default_factory=Ranges)
    late_s: list[float] = field(default_factory=list)
    _free_s: dict[str, float] = field(default_factory=dict)
    _due: list[tuple[float, int, int]] = field(default_factory=list)

    def turn(self) -> None:
        """What was published since, and the acks whose time has come."""
        desk = self.desk
        for channel, payload in desk.link.said[self.read :]:
            self.read += 1
            if channel in ("data", "bulk"):
                self._arrived(channel, payload)
        told = False
        while self._due and self._due[0][0] <= desk.now:
            _, lo, hi = heapq.heappop(self._due)
            self.heard.add(lo, hi)
            told = True
        if told:
            mark = self.heard.end_at(1)
            beyond = tuple(span for span in self.heard.spans if span[0] > mark + 1)
            desk.hear(Ack(epoch=desk.outbox.epoch, hi=max(mark, 0), recv=beyond[:100]))

    def _arrived(self, channel: str, payload: bytes) -> None:
        frame, now = open_frame(payload).frame, self.desk.now
        if channel == "bulk":
            self.bulk += 1
            self.sent += frame.hi - frame.lo + 1
            if self.loses(self.bulk):
                return
        else:
            self.late_s.append(now + NEWS_S)
        takes_s = self.delay_s(now - self.began_s) if channel == "bulk" else NEWS_S
        due = max(self._free_s.get(channel, 0.0), now + takes_s)
        self._free_s[channel] = due
        heapq.heappush(self._due, (due, frame.lo, frame.hi))

    began_s: float = 0.0


def drained(folder: Path, delay_s: Callable[[float], float], loses: Callable[[int], bool] = lambda _: False) -> Centre:
    """The whole backlog through the queue, with a record a second beside it."""
    outbox = an_outbox(folder)
    outbox.append([a_record(n) for n in range(BACKLOG)])
    desk = Desk(outbox)
    desk.connect()
    desk.ack(0, echo=desk.last(Birth, "birth").sent_at, at=START_MS)
    centre = Centre(desk=desk, delay_s=delay_s, loses=loses, began_s=desk.now)
    steps = 0
    while outbox.counters().acked < BACKLOG:
        assert desk.now < centre.began_s + GIVE_UP_S, f"acked {outbox.counters().acked} of {BACKLOG}"
        centre.turn()
        desk.turns(4)
        desk.now += STEP_S
        steps += 1
        if steps % 10 == 0:
            outbox.append([a_record(steps)])
    outbox.close()
    return centre


QUEUES: dict[str, Callable[[float], float]] = {
    "thirty seconds from the start": lambda _: 30.0,
    "grows to thirty seconds": lambda t: min(30.0, 0.1 + t / 4),
    "thirty seconds all at once": lambda t: 30.0 if t > 3 else 0.1,
    "comes and goes": lambda t: 30.0 if int(t / 60) % 2 else 0.1,
    "swings": lambda t: 15.0 + 14.0 * (-1) ** int(t / 37),
}


@pytest.mark.parametrize("queue", QUEUES)
def test_next_to_nothing_goes_twice(tmp_path: Path, queue: str) -> None:
    centre = drained(tmp_path, QUEUES[queue])
    assert centre.sent >= BACKLOG
    assert (centre.sent - BACKLOG) / BACKLOG < 0.05, f"sent {centre.sent} of {BACKLOG}"


@pytest.mark.parametrize("every", [2, 10])
def test_what_a_broker_drops_arrives_all_the_same(tmp_path: Path, every: int) -> None:
    centre = drained(tmp_path, lambda _: 3.0, lambda number: number % every == 0)
    assert centre.sent > BACKLOG
    assert (centre.sent - BACKLOG) / BACKLOG < 1.6 / (every - 1), "and little more than what was dropped goes again"


def test_news_does_not_wait_for_the_backlogs_queue(tmp_path: Path) -> None:
    centre = drained(tmp_path, QUEUES["thirty seconds from the start"])
    spans = [(one.frame.lo, one.frame.hi) for one in centre.desk.link.frames("data")]
    made = {seq for lo, hi in spans for seq in range(lo, hi + 1)}
    assert made >= set(range(BACKLOG + 1, centre.desk.outbox.newest))
    assert sum(hi - lo + 1 for lo, hi in spans) == len(made), "none twice"
