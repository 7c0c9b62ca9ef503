"""Camera conditions over time: warnings begin when the condition does and end when it ends."""

from __future__ import annotations

from datetime import timedelta

from central.domain import CameraCondition
from central.rules.devices import devices
from central.rules.ladder import DEFAULT
from tests.central.build import at


def a_condition(code: str, since: float, until: float | None = None, *, camera: str = "cam1") -> CameraCondition:
    return CameraCondition(
        camera=camera,
        code=code,
        since=at(since),
        detail="",
        ref=f"gw1/e1/{round(since * 100)}",
        until=None if until is None else at(until),
    )


def life(*conditions: CameraCondition, now: float) -> list[tuple[str, str, str | None, float]]:
    changes = devices(conditions, DEFAULT, now=at(now)).changes
    return [(c.rule, c.event, c.level, (c.at - at(0)) / timedelta(days=1)) for c in changes]


def test_a_knocked_camera_warns_at_once_and_clears_when_put_back() -> None:
    assert life(a_condition("moved", 10.5, 13), now=20) == [
        ("device_moved", "raised", "blue", 10.5),
        ("device_moved", "escalated", "yellow", 11.5),
        ("device_moved", "cleared", None, 13.0),
    ]


def test_what_has_not_happened_yet_is_not_known() -> None:
    condition = a_condition("moved", 10.5, 13)
    assert life(condition, now=10) == []
    assert [event for _, event, _, _ in life(condition, now=12)] == ["raised", "escalated"]


def test_a_night_is_no_fault() -> None:
    nights = [a_condition("dark", day + 0.8, day + 1.3) for day in range(5)]
    assert life(*nights, now=9) == []


def test_two_reports_of_one_fault_are_one_warning() -> None:
    overlapping = (a_condition("covered", 1, 4), a_condition("frozen", 2, 5))
    assert [(event, day) for _, event, _, day in life(*overlapping, now=9)] == [
        ("raised", 2.0),
        ("cleared", 5.0),
    ]
