"""Two lanes over the outbox: what was sent, what the centre has, what goes next. Pure; each frame is sent again alone.

Numbers up to `until` are the bulk lane's, those above the live lane's: what a gateway produces is sent at once, beyond
the watermark, while its backlog drains beside it. Nothing here deletes: only `acked` grows, and only by the centre.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Literal

from edge_agent.ranges import Ranges
from wire.topics import UpChannel

FRAMES_MAX = 60  # of one lane; under the broker's receive maximum and the centre's batch
LITTLE = 200  # records, a frame: what a short break leaves goes before what comes after it
LaneName = Literal["live", "bulk"]
LANES: tuple[LaneName, ...] = ("live", "bulk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One frame on its way: the `order`-th, sent at `at_s` on `channel`, and again if nothing is heard by `due_s`.

    Seconds are monotonic. `tries`: how often its first number went before.
    """

    lo: int
    hi: int
    count: int
    order: int
    at_s: float
    due_s: float
    channel: UpChannel
    tries: int = 0


@dataclass(slots=True, kw_only=True)
class Lane:
    """`cursor`: the last number looked at, in this pass. `on_the_way` in the order of sending.

    `heard_s`, `asked_s`: when an ack last told that something of it arrived, and when a late frame last went again to
    ask for the others; `answered`: whether that one has arrived and no other, None when nothing is asked.
    """

    cursor: int = 0
    on_the_way: deque[Sent] = field(default_factory=deque)
    heard_s: float = -inf
    asked_s: float = -inf
    answered: bool | None = None

    def heard(self, frames: Sequence[Sent], now: float) -> None:
        """An ack told that these arrived."""
        self.heard_s = now
        once = any(not sent.tries for sent in frames)
        self.answered = None if once or self.answered is None else True

    def room(self, limit: int) -> int:
        """How many records may be sent now if `limit` may be on their way."""
        if len(self.on_the_way) >= FRAMES_MAX:
            return 0
        return max(0, limit - sum(sent.count for sent in self.on_the_way))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What an ack told: whether the watermark moved, the frames that arrived, and those that must go again."""

    advanced: bool
    arrived: dict[LaneName, tuple[Sent, ...]]
    lost: dict[LaneName, tuple[Sent, ...]]


@dataclass(slots=True, kw_only=True)
class Lanes:
    """`limit`: most records on their way in a lane. `known`: beyond `acked`, the centre has them.

    `sent`: what this life of the process has sent beyond `acked`. An ack counts for nothing else: in a restored store
    the same numbers say something else, and only the centre, comparing, can tell.
    """

    limit: int
    acked: int = 0
    until: int = 0
    live: Lane = field(default_factory=Lane)
    bulk: Lane = field(default_factory=Lane)
    known: Ranges = field(default_factory=Ranges)
    sent: Ranges = field(default_factory=Ranges)
    tries: dict[int, int] = field(default_factory=dict)
    order: int = 0

    @property
    def highest_sent(self) -> int:
        """The highest number sent in this life, or acknowledged."""
        return max(self.acked, self.sent.top)

    @property
    def in_flight(self) -> int:
        """Records sent and not yet known to be at the centre."""
        return sum(sent.count for lane in (self.live, self.bulk) for sent in lane.on_the_way)

    def lane(self, name: LaneName) -> Lane:
        """By name."""
        return self.live if name == "live" else self.bulk

    def begin(self, recv: Iterable[tuple[int, int]], *, newest: int, news: int = 0) -> None:
        """A greeting was answered: nothing is on its way. More than a frame of backlog takes the lane of its own, but
        for its last `news` numbers, which were made just now: others may have come back at the same time."""
        for lane in (self.live, self.bulk):
            lane.on_the_way.clear()
            lane.answered = None
        self.tries.clear()
        self.known = Ranges()
        self._learn(recv)
        self.until = self.bulk.cursor = self.live.cursor = self.acked
        self._divide(newest, most=min(LITTLE, self.limit), news=news)

    def divide(self, newest: int) -> None:
        """What the live lane has fallen behind by more than a window becomes backlog."""
        self._divide(newest, most=self.limit, news=0)

    def _divide(self, newest: int, *, most: int, news: int) -> None:
        if newest - self.live.cursor <= most:
            return
        if self.bulk.cursor >= self.until:
            self.bulk.cursor = self.live.cursor
        self.until = self.live.cursor = max(self.live.cursor, newest - news)

    def stretch(self, name: LaneName, *, newest: int) -> tuple[int, int] | None:
        """The next lo..hi that this lane has to send; None when it has nothing. Moves past what needs no sending."""
        lane = self.lane(name)
        end = newest if name == "live" else self.until
        seq = max(lane.cursor, self.acked) + 1
        while seq <= end:
            if seq not in self.sent:
                again = self.sent.next_from(seq)
                lane.cursor = seq - 1
                return seq, min(end, again - 1) if again is not None else end
            beyond = max(self.known.end_at(seq), self._flying_until(seq))
            if beyond < seq:
                lane.cursor = seq - 1
                return seq, min(end, self._free_until(seq))
            seq = beyond + 1
        lane.cursor = max(lane.cursor, seq - 1)
        return None

    def passed(self, name: LaneName, lo: int, hi: int) -> None:
        """Numbers that hold no record to send: given up, set aside, or told by a tombstone."""
        lane = self.lane(name)
        self.sent.add(max(lo, self.acked + 1), hi)
        lane.cursor = max(lane.cursor, hi)

    def went(
        self, name: LaneName, lo: int, hi: int, *, count: int, at_s: float, due_s: float, channel: UpChannel = "data"
    ) -> None:
        """A frame has gone out."""
        self.passed(name, lo, hi)
        self.order += 1
        tries = self.tries.get(lo, 0)
        frame = Sent(lo=lo, hi=hi, count=count, order=self.order, at_s=at_s, due_s=due_s, channel=channel, tries=tries)
        self.lane(name).on_the_way.append(frame)

    def acknowledge(self, hi: int, recv: Sequence[tuple[int, int]]) -> Heard:
        """The centre has everything up to `hi`, and `recv` beyond. A frame overtaken on its own lane was lost, once."""
        through = min(hi, self.sent.end_at(self.acked + 1))
        advanced = through > self.acked
        if advanced:
            self.acked = through
            self.sent.drop_through(through)
            self.tries = {lo: tries for lo, tries in self.tries.items() if lo > through}
        self._learn([*recv, (self.acked + 1, hi)])
        self.known.drop_through(self.acked)
        arrived = {name: self._arrived(name) for name in LANES}
        lost = {name: self._overtaken(name, arrived[name]) for name in LANES}
        return Heard(advanced=advanced, arrived=arrived, lost=lost)

    def expired(self, name: LaneName, now: float, *, wait_s: float = 0.0) -> tuple[Sent, ...]:
        """Frames of which nothing was heard in time, at most once in `wait_s`; they go again.

        First only the lowest, to ask: behind a long queue all are late and none is lost. When that has arrived and no
        other in `wait_s` more, the others were lost (RFC 5682 tells a false alarm much so). While the lane goes on, a
        frame's turn is only yet to come, unless it has gone again before: what overtakes that tells nothing.
        """
        lane = self.lane(name)
        if now < lane.asked_s + wait_s:
            return ()
        waits = now < lane.heard_s + wait_s
        late = [sent for sent in lane.on_the_way if sent.due_s <= now and (sent.tries or not waits)]
        if not late:
            return ()
        again = tuple(late) if lane.answered else (min(late, key=lambda sent: sent.lo),)
        lane.asked_s, lane.answered = now, False
        self._again(name, again)
        return again

    def give_up(self, name: LaneName, *, channel: UpChannel) -> None:
        """What went out on a channel that nobody reads goes again."""
        self._again(name, tuple(sent for sent in self.lane(name).on_the_way if sent.channel == channel))

    def asked(self, need: int, *, heard_by: float) -> tuple[Sent, ...]:
        """The centre lacks `need`: what holds it and went out before `heard_by` goes again; or is looked for again."""
        for name in LANES:
            held = tuple(sent for sent in self.lane(name).on_the_way if sent.lo <= need <= sent.hi)
            if held:
                old = tuple(sent for sent in held if sent.at_s <= heard_by)
                self._again(name, old)
                return old
        self.known = Ranges(span for span in self.known.spans if not span[0] <= need <= span[1])
        self._look_again(need)
        return ()

    def _learn(self, recv: Iterable[tuple[int, int]]) -> None:
        for lo, hi in recv:
            for first, last in self.sent.common(max(lo, self.acked + 1), hi):
                self.known.add(first, last)

    def _has(self, sent: Sent) -> bool:
        return sent.hi <= self.acked or self.known.holds(max(sent.lo, self.acked + 1), sent.hi)

    def _arrived(self, name: LaneName) -> tuple[Sent, ...]:
        lane = self.lane(name)
        arrived = tuple(sent for sent in lane.on_the_way if self._has(sent))
        if arrived:
            lane.on_the_way = deque(sent for sent in lane.on_the_way if not self._has(sent))
        return arrived

    def _overtaken(self, name: LaneName, arrived: Sequence[Sent]) -> tuple[Sent, ...]:
        """A lane keeps its order, so the first time a later frame is acknowledged before an earlier one, that was lost.

        Only the first time: a frame that the centre refuses must not go round at the speed of the link. And not by one
        that went twice: it may be the first copy that arrived.
        """
        newest = max((sent.order for sent in arrived if not sent.tries), default=0)
        late = [s for s in self.lane(name).on_the_way if s.order < newest and not self.tries.get(s.lo)]
        self._again(name, late)
        return tuple(late)

    def _again(self, name: LaneName, frames: Sequence[Sent]) -> None:
        if not frames:
            return
        lane, gone = self.lane(name), set(frames)
        lane.on_the_way = deque(sent for sent in lane.on_the_way if sent not in gone)
        for sent in frames:
            self.tries[sent.lo] = self.tries.get(sent.lo, 0) + 1
            self._look_again(sent.lo)

    def _look_again(self, seq: int) -> None:
        owner = self.bulk if seq <= self.until else self.live
        owner.cursor = min(owner.cursor, max(self.acked, seq - 1))

    def _flying_until(self, seq: int) -> int:
        for lane in (self.live, self.bulk):
            for sent in lane.on_the_way:
                if sent.lo <= seq <= sent.hi:
                    return sent.hi
        return seq - 1

    def _free_until(self, seq: int) -> int:
        """The end of what was sent once, is not on its way and not known; a stretch never sent begins a new one."""
        ends = [self.sent.end_at(seq)]
        known = self.known.next_from(seq)
        if known is not None:
            ends.append(known - 1)
        ends += [sent.lo - 1 for lane in (self.live, self.bulk) for sent in lane.on_the_way if sent.lo > seq]
        return min(ends)
