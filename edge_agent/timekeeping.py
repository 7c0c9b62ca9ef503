"""What the store is told of the clock: the newest certain time, and what an unset clock's records were off by."""

from __future__ import annotations

import logging
import time

from edge_agent.buffer.outbox import Outbox
from edge_agent.clock import Clock
from edge_agent.errors import StoreBrokenError, StoreError

log = logging.getLogger(__name__)

FLOOR_S = 600.0


class Timekeeper:
    """`tend` now and then, by the thread that appends."""

    def __init__(self, clock: Clock, outbox: Outbox) -> None:
        self._clock = clock
        self._outbox = outbox
        self._unset = True  # records of an earlier life of this process may wait to be put right
        self._floor_s: float | None = None

    def stamped(self, *, unset: bool) -> None:
        """A record was stored; `unset` if its time can be put right later."""
        self._unset |= unset

    def tend(self) -> None:
        """A disk too full for it stops nothing: it is tried again."""
        held = self._clock.is_set()
        if held is None:
            return
        try:
            if self._unset:
                said = self._outbox.map_clock(boot=held.boot, base_ms=held.base_ms)
                self._unset = False
                if said:
                    log.warning("clock is set, times of %d spans of records are put right", said)
            if self._floor_s is None or time.monotonic() - self._floor_s >= FLOOR_S:
                self._outbox.keep_floor(int(self._clock.now().timestamp() * 1000))
                self._floor_s = time.monotonic()
        except StoreBrokenError:
            raise
        except StoreError as full:
            log.error("clock not noted: %s", full)
