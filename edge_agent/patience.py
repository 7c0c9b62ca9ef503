"""How long to wait for the centre's word before a frame goes again: the timer of RFC 6298. Pure.

TCP's rule for the same question. A time that is too short under a long queue is worse than one that is too long: what
goes twice makes the queue longer still, and a broker over a TCP connection loses next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_S = 60.0
DOUBLINGS_MAX = 10


@dataclass(slots=True, kw_only=True)
class Patience:
    """Of one lane. `least_s` is never gone below, `first_s` holds until something was measured; seconds all.

    `smoothed_s` and `varies_s` are SRTT and RTTVAR; `doubled` counts the times that it ran out since the
    last measurement.
    """

    least_s: float
    first_s: float
    smoothed_s: float = 0.0
    varies_s: float = 0.0
    doubled: int = 0
    knows: bool = False

    def measured(self, took_s: float) -> None:
        """A round trip of something that went once only: of a repeat nobody knows which copy was answered (Karn)."""
        self.doubled = 0
        if not self.knows:
            self.knows, self.smoothed_s, self.varies_s = True, took_s, took_s / 2
            return
        self.varies_s += (abs(self.smoothed_s - took_s) - self.varies_s) / 4
        self.smoothed_s += (took_s - self.smoothed_s) / 8

    def ran_out(self) -> None:
        """Nothing was heard in time: twice as long from now on, until something can be measured again."""
        self.doubled = min(self.doubled + 1, DOUBLINGS_MAX)

    def wait_s(self, tries: int = 0) -> float:
        """For a frame that went so often before; srtt + 4 rttvar, doubled for each try or each time it ran out."""
        once_s = max(self.least_s, self.smoothed_s + 4 * self.varies_s) if self.knows else self.first_s
        return min(max(LONGEST_S, self.least_s), once_s * 2.0 ** min(max(self.doubled, tries), DOUBLINGS_MAX))
