"""How fast returning gateways may send their backlog: together as fast as commits go, and no faster. Pure.

Brokers drop what piles up (mosquitto silently, over max_queued_messages), and what they drop is sent again: with many
gateways behind, each is told its share of what the centre commits. The rate is measured while backlog waits at the
centre, and tried a little higher while none does: slowly, for what is told now counts only from a gateway's next frame.
"""

from __future__ import annotations

from dataclasses import dataclass, field

FEW = 4  # so many gateways limit themselves by their windows: 4 x 3000 records are 60 frames
BEHIND_S = 60.0  # a gateway is behind for so long after its last frame of backlog: longer than its share makes it wait
SHARE = 0.8  # of the measured rate goes to backlog, the rest is for what happens now
WEIGHT = 0.2  # of a new measurement
PROBE = 0.1  # more in a second
RATE_FIRST = 5_000.0  # records/s, until something was measured
RATE_MAX = 1_000_000.0
PACE_MIN = 5


@dataclass(slots=True, kw_only=True)
class Pacer:
    """Rate in records/s; instants in seconds of any clock that only goes forward."""

    rate: float = RATE_FIRST
    _last_bulk_s: dict[str, float] = field(default_factory=dict)
    _committed_s: float = 0.0

    def arrived(self, gateway: str, *, now_s: float) -> None:
        """A frame of backlog came from this gateway."""
        self._last_bulk_s[gateway] = now_s

    def committed(self, records: int, *, took_s: float, busy: bool, now_s: float) -> None:
        """So many records went through; `busy`: when they were done more backlog waited than one commit takes.

        A frame or two wait now and then at any pace, and small commits say nothing of what large ones would take.
        """
        if busy and records and took_s > 0:
            self.rate += WEIGHT * (records / took_s - self.rate)
        else:
            self.rate = min(RATE_MAX, self.rate * (1 + PROBE * min(1.0, now_s - self._committed_s)))
        self._committed_s = now_s

    def pace(self, gateway: str, *, now_s: float) -> int:
        """Records/s this gateway may send of its backlog; 0 = as fast as it likes."""
        for name in [name for name, at_s in self._last_bulk_s.items() if now_s - at_s > BEHIND_S]:
            del self._last_bulk_s[name]
        behind = len(self._last_bulk_s)
        if behind <= FEW or gateway not in self._last_bulk_s:
            return 0
        return max(PACE_MIN, int(SHARE * self.rate / behind))
