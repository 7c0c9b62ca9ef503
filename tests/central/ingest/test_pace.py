"""Backlog of many gateways together goes as fast as commits do."""

from __future__ import annotations

import pytest

from central.ingest.pace import BEHIND_S, FEW, PACE_MIN, RATE_FIRST, SHARE, Pacer


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
        (5_000, 0.0, PACE_MIN),
    ],
)
def test_share(count: int, now_s: float, expected: int) -> None:
    assert behind(count).pace("gw-0", now_s=now_s) == expected


def test_a_gateway_without_backlog_is_not_paced() -> None:
    assert behind(50).pace("gw-live", now_s=0.0) == 0


def test_the_rate_follows_what_is_measured_and_is_tried_higher_when_idle() -> None:
    pacer = Pacer()
    for _ in range(60):
        pacer.committed(2_000, took_s=0.1, busy=True)
    assert pacer.rate == pytest.approx(20_000, rel=0.01)
    pacer.committed(10, took_s=0.1, busy=False)
    assert pacer.rate > 20_000
    assert Pacer().rate == RATE_FIRST
