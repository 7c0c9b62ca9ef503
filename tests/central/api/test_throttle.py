"""Login throttling: five free tries, then doubling pauses, an hour forgives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from central.api.throttle import FREE_TRIES, KEYS_MAX, LONGEST_PAUSE, Throttle, Tries, after_failure, neighbourhood

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def failed(times: int, *, every: timedelta = timedelta(0)) -> Tries:
    """The memory of so many failures in a row, the last one at NOW."""
    tries: Tries | None = None
    for number in range(times):
        tries = after_failure(tries, now=NOW - every * (times - 1 - number))
    assert tries is not None
    return tries


@pytest.mark.parametrize(
    ("failures", "pause_s"), [(1, 0), (FREE_TRIES, 0), (6, 2), (7, 4), (8, 8), (12, 128), (15, 900), (400, 900)]
)
def test_the_pause_after_failures(failures: int, pause_s: int) -> None:
    assert failed(failures).until - NOW == timedelta(seconds=pause_s)


def test_an_hour_without_a_failure_forgives() -> None:
    after = after_failure(failed(9), now=NOW + timedelta(hours=1, seconds=1))
    assert (after.failures, after.until) == (1, NOW + timedelta(hours=1, seconds=1))


def test_either_key_alone_makes_wait() -> None:
    throttle = Throttle()
    for _ in range(FREE_TRIES + 1):
        throttle.failed("name:li", now=NOW)
        throttle.failed("host:10.0.0.1", now=NOW)
    assert throttle.wait_s("name:li", "host:10.0.0.9", now=NOW) == 2
    assert throttle.wait_s("name:wang", "host:10.0.0.1", now=NOW) == 2
    assert throttle.wait_s("name:wang", "host:10.0.0.9", now=NOW) == 0
    assert throttle.wait_s("name:li", now=NOW + timedelta(milliseconds=1500)) == 1


def test_success_forgets() -> None:
    throttle = Throttle()
    for _ in range(20):
        throttle.failed("name:li", now=NOW)
    assert throttle.wait_s("name:li", now=NOW) == LONGEST_PAUSE.total_seconds()
    throttle.succeeded("name:li")
    assert throttle.wait_s("name:li", now=NOW) == 0


def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    throttle = Throttle()
    for _ in range(FREE_TRIES + 1):
        throttle.failed("name:first", now=NOW)
    for number in range(KEYS_MAX):
        throttle.failed(f"name:{number}", now=NOW)
    assert throttle.wait_s("name:first", now=NOW) == 0


@pytest.mark.parametrize(
    ("host", "one"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_what_counts_as_one_address(host: str, one: str) -> None:
    assert neighbourhood(host) == one
