"""Backlog of many gateways together goes as fast as commits do."""

from __future__ import annotations

import pytest

from central.ingest.pace import BEHIND_S, FEW, PACE_MIN, PROBE, RATE_FIRST, SHARE, Pacer


def behind(count: int, *, rate: float = 10_000.0, at_s: float = 0.0) -> Pacer:
    pacer = Pacer(rate=rate)
    for number in range(count):
        pacer.arrived(f"gw-{number}", now_s=at_s)
    return pacer


@pytest.mark.parametrize(
    ("count", "now_s", "expected"),
    [
        (1, 0.0, 0),
        (FEW, 0.0, 0),
        (100, 0.0, int(SHARE * 10_000 / 100)),
        (100, BEHIND_S + 1, 0),
        (50_000, 0.0, PACE_MIN),
    ],
)
def test_share(count: int, now_s: float, expected: int) -> None:
    assert behind(count).pace("gw-0", now_s=now_s) == expected


def test_a_gateway_without_backlog_is_not_paced() -> None:
    assert behind(50).pace("gw-live", now_s=0.0) == 0


def test_the_rate_follows_what_is_measured_and_is_tried_higher_when_no_backlog_waits() -> None:
    pacer = Pacer()
    for number in range(60):
        pacer.committed(2_000, took_s=0.1, busy=True, now_s=100 + number / 10)
    assert pacer.rate == pytest.approx(20_000, rel=0.01)
    for number in range(1, 21):
        pacer.committed(10, took_s=0.01, busy=False, now_s=105.9 + number / 20)
    assert pacer.rate == pytest.approx(20_000 * (1 + PROBE), rel=0.01), "by time, however many commits that is"
    pacer.committed(10, took_s=0.01, busy=False, now_s=5_000)
    assert pacer.rate == pytest.approx(20_000 * (1 + PROBE) ** 2, rel=0.01)
    assert Pacer().rate == RATE_FIRST
