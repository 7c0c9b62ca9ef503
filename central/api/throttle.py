"""Login throttling: after five failures of a name, or fifty of an address, each further failure doubles the pause."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address
from threading import Lock

FREE_TRIES = 5
FREE_TRIES_OF_ADDRESS = 50  # an office has one address and many people who mistype
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=1)
KEYS_MAX = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """Failures of one key since its last success, and until when it has to wait."""

    failures: int
    last: datetime
    until: datetime


def after_failure(before: Tries | None, *, now: datetime, free: int = FREE_TRIES) -> Tries:
    """One more failure, the first `free` of them without a pause; an hour without one forgives."""
    if before is None or now - before.last > FORGET_AFTER:
        return Tries(failures=1, last=now, until=now)
    failures = before.failures + 1
    if failures <= free:
        return replace(before, failures=failures, last=now)
    pause = min(FIRST_PAUSE * 2 ** min(failures - free - 1, 20), LONGEST_PAUSE)
    return Tries(failures=failures, last=now, until=now + pause)


def neighbourhood(host: str) -> str:
    """What counts as one address: of IPv6 the first 64 bits, for the rest is the caller's own to choose."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, 64), strict=False))


class Throttle:
    """Memory of failures by key, bounded; the oldest key goes first. It is a brake, not a truth: a restart forgets."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, Tries] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, *keys: str, now: datetime) -> int:
        """Whole seconds until the next try is heard; 0 = now."""
        with self._lock:
            found = [self._tries[key] for key in keys if key in self._tries]
        longest = max((tries.until - now for tries in found), default=timedelta(0))
        return max(0, -int(-longest.total_seconds() // 1))

    def failed(self, key: str, *, now: datetime, free: int = FREE_TRIES) -> None:
        """Count a failure of a key that has so many free ones."""
        with self._lock:
            self._tries[key] = after_failure(self._tries.get(key), now=now, free=free)
            self._tries.move_to_end(key)
            while len(self._tries) > KEYS_MAX:
                self._tries.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures of a key."""
        with self._lock:
            self._tries.pop(key, None)
