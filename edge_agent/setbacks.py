"""What stood in the way of single stills: each waits for itself, ever longer, and holds no other back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from random import Random

from edge_agent.backoff import Backoff


@dataclass(frozen=True, slots=True, kw_only=True)
class Lenience:
    """How long a still that fails is tried again: pauses from `first_s` to `longest_s`, and when it is given up.

    Given up is one that is `old_s` old and failed `tries` times, while others were taken: it is the still's own fault.
    """

    first_s: float = 30.0
    longest_s: float = 3600.0
    old_s: float = 3 * 86_400.0
    tries: int = 8


@dataclass(slots=True, kw_only=True)
class _Setback:
    backoff: Backoff
    not_before_s: float
    times: int
    sent_then: int


class Setbacks:
    """Failures by still, in this life of the process. Times: monotonic seconds; `sent`: how many were taken."""

    def __init__(self, lenience: Lenience, *, random: Random) -> None:
        self._lenience = lenience
        self._random = random
        self._held: dict[str, _Setback] = {}

    def is_due(self, still: str, *, now_s: float) -> bool:
        """Whether it may be tried (again)."""
        held = self._held.get(still)
        return held is None or now_s >= held.not_before_s

    def failed(self, still: str, *, now_s: float, sent: int) -> None:
        """Once more; it waits for longer than the last time."""
        held = self._held.get(still)
        if held is None:
            lenience = self._lenience
            backoff = Backoff(min_s=lenience.first_s, max_s=lenience.longest_s, stable_s=0.0, random=self._random)
            held = self._held[still] = _Setback(backoff=backoff, not_before_s=0.0, times=0, sent_then=sent)
        held.times += 1
        held.not_before_s = now_s + held.backoff.after_failure()

    def is_hopeless(self, still: str, *, age_s: float, sent: int) -> bool:
        """Whether it has failed often, is old, and others were taken since it failed first."""
        held, lenience = self._held.get(still), self._lenience
        return held is not None and held.times >= lenience.tries and age_s >= lenience.old_s and sent > held.sent_then

    def keep_only(self, waiting: Collection[str]) -> None:
        """Forget those that wait no more."""
        for still in self._held.keys() - set(waiting):
            del self._held[still]
