"""The sliding window over the outbox: what was sent, what is acknowledged, where to go on. Pure; go-back-N."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

FRAMES_MAX = 60  # under the broker's receive maximum and the centre's batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One frame on its way."""

    lo: int
    hi: int
    count: int


@dataclass(slots=True, kw_only=True)
class Window:
    """`acked`: the centre's word. `cursor`: the last number sent, in this pass. `limit`: most records on their way."""

    limit: int
    acked: int = 0
    cursor: int = 0
    highest_sent: int = 0
    on_the_way: deque[Sent] = field(default_factory=deque)

    @property
    def room(self) -> int:
        """How many records may be sent now."""
        if len(self.on_the_way) >= FRAMES_MAX:
            return 0
        return max(0, self.limit - sum(sent.count for sent in self.on_the_way))

    def sent(self, lo: int, hi: int, *, count: int) -> None:
        """A frame has gone out."""
        self.on_the_way.append(Sent(lo=lo, hi=hi, count=count))
        self.cursor = max(self.cursor, hi)
        self.highest_sent = max(self.highest_sent, hi)

    def acknowledge(self, hi: int) -> bool:
        """The centre has everything up to `hi`; True when that is news."""
        if hi <= self.acked:
            return False
        self.acked = hi
        self.cursor = max(self.cursor, hi)
        while self.on_the_way and self.on_the_way[0].hi <= hi:
            self.on_the_way.popleft()
        return True

    def rewind(self, need: int | None = None) -> None:
        """Send again from `need` on, or from the first that is not acknowledged."""
        self.cursor = max(self.acked, (need or self.acked + 1) - 1)
        self.on_the_way = deque(sent for sent in self.on_the_way if sent.hi <= self.cursor)
