"""How often anybody may ask what needs no token: so many questions a minute from one neighbourhood of addresses."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from threading import Lock

ASKED_MAX = 240  # an office or a mobile provider has one address and many people behind it
WINDOW_S = 60
KEYS_MAX = 10_000


class Meter:
    """Counts questions by key in whole minutes, bounded; the oldest key goes first. A brake, not a truth."""

    def __init__(self, *, asked_max: int = ASKED_MAX) -> None:
        self._asked: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._asked_max = asked_max
        self._lock = Lock()

    def wait_s(self, key: str, *, now: datetime) -> int:
        """Count one question; whole seconds until the next is answered, 0 = this one is."""
        second = int(now.timestamp())
        window = second // WINDOW_S
        with self._lock:
            before, asked = self._asked.get(key, (window, 0))
            asked = asked + 1 if before == window else 1
            self._asked[key] = (window, asked)
            self._asked.move_to_end(key)
            while len(self._asked) > KEYS_MAX:
                self._asked.popitem(last=False)
        return 0 if asked <= self._asked_max else WINDOW_S - second % WINDOW_S
