"""Waiting times between attempts: full jitter under a doubling ceiling, forgotten only after a stable period."""

from __future__ import annotations

from random import Random


class Backoff:
    """`after_failure` gives the next wait in seconds; `after_run` tells how long the last attempt held."""

    def __init__(self, *, min_s: float, max_s: float, stable_s: float, random: Random) -> None:
        self._min_s = min_s
        self._max_s = max_s
        self._stable_s = stable_s
        self._random = random
        self._failures = 0

    def after_run(self, held_s: float) -> None:
        """An attempt that held for the stable period makes the next failure the first one again."""
        if held_s >= self._stable_s:
            self._failures = 0

    def after_failure(self) -> float:
        """Seconds to wait: uniform between a tenth of the ceiling and the ceiling."""
        ceiling = min(self._max_s, self._min_s * 2 ** min(self._failures, 30))
        self._failures += 1
        return self._random.uniform(ceiling / 10, ceiling)
