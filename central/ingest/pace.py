"""How fast returning gateways may send their backlog: together as fast as commits go, and no faster. Pure.

Brokers drop what piles up (mosquitto silently, over max_queued_messages), and what they drop is sent again: with many
gateways behind, each is told its share of what the centre commits. The rate is measured while the centre is busy, and
tried a little higher whenever it has run out of work.
"""

from __future__ import annotations

from dataclasses import dataclass, field

FEW = 4  # so many gateways limit themselves by their windows: 4 x 3000 records are 60 frames
BEHIND_S = 15.0  # a gateway is behind for so long after its last frame of backlog
SHARE = 0.8  # of the measured rate goes to backlog, the rest is for what happens now
WEIGHT = 0.2  # of a new measurement
PROBE = 1.05
RATE_FIRST = 5_000.0  # records/s, until something was measured
RATE_MAX = 1_000_000.0
PACE_MIN = 20


@dataclass(slots=True, kw_only=True)
class Pacer:
    """Rate in records/s; instants in seconds of any clock that only goes forward."""

    rate: float = RATE_FIRST
    _last_bulk_s: dict[str, float] = field(default_factory=dict)

    def arrived(self, gateway: str, *, now_s: float) -> None:
        """A frame of backlog came from this gateway."""
        self._last_bulk_s[gateway] = now_s

    def committed(self, records: int, *, took_s: float, busy: bool) -> None:
        """So many records went through; `busy`: more was waiting when they were done."""
        if busy and records and took_s > 0:
            self.rate += WEIGHT * (records / took_s - self.rate)
        else:
            self.rate = min(RATE_MAX, self.rate * PROBE)

    def pace(self, gateway: str, *, now_s: float) -> int:
        """Records/s this gateway may send of its backlog; 0 = as fast as it likes."""
        for name in [name for name, at_s in self._last_bulk_s.items() if now_s - at_s > BEHIND_S]:
            del self._last_bulk_s[name]
        behind = len(self._last_bulk_s)
        if behind <= FEW or gateway not in self._last_bulk_s:
            return 0
        return max(PACE_MIN, int(SHARE * self.rate / behind))
