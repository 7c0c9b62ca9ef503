"""How much backlog may be on its way: grows while the centre keeps up, halves when it does not. Pure.

Grows by a frame a round trip, as TCP's congestion avoidance (RFC 5681), and gives way by delay before anything is lost,
as LEDBAT does (RFC 6817: a scavenger's lane yields when the queueing delay passes a target). Brokers drop silently when
their queue is full, so delay is the only warning there is. It begins with one frame: hundreds may begin at once.
"""

from __future__ import annotations

from dataclasses import dataclass

FRAME = 200  # records
START = FRAME
TARGET_S = 2.0


@dataclass(slots=True, kw_only=True)
class Speed:
    """`window`: records. `pace`: records/s that the centre allows, 0 = no limit. Times are monotonic seconds.

    `last` records went at `last_s`; how long after them the next may go is by the pace that holds then.
    """

    limit: int
    window: int = START
    threshold: int = 1 << 31
    round_trip_s: float = 0.0
    pace: int = 0
    last: int = 0
    last_s: float = 0.0
    next_cut_at: float = 0.0

    def allows(self, room: int, now: float) -> int:
        """How many of `room` records may go now: whole frames, for a frame costs the centre more than its records."""
        if (self.pace and now < self.last_s + self.last / self.pace) or room < min(FRAME, max(1, self.window // 2)):
            return 0
        return min(room, max(self.pace, FRAME)) if self.pace else room

    def went(self, records: int, now: float) -> None:
        """So many went out."""
        if records:
            self.last, self.last_s = records, now

    def arrived(self, records: int, *, sent_s: float, now: float) -> None:
        """An ack for records of which the last were sent at `sent_s`."""
        took_s = max(0.0, now - sent_s)
        self.round_trip_s += (took_s - self.round_trip_s) / 8 if self.round_trip_s else took_s
        if took_s > TARGET_S:
            self.yield_way(now)
            return
        grown = records if self.window < self.threshold else max(1, FRAME * records // self.window)
        self.window = min(self.limit, self.window + grown)

    def yield_way(self, now: float) -> None:
        """Late or lost: half as much, at most once a round trip."""
        if now < self.next_cut_at:
            return
        self.next_cut_at = now + max(self.round_trip_s, 0.1)
        self.window = self.threshold = max(min(FRAME, self.limit), self.window // 2)
