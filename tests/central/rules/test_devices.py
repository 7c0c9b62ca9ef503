"""Camera conditions over time: warnings begin when the condition does and end when it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from central.domain import CameraCondition
from central.rules.devices import devices
from central.rules.in_force import Switch, in_force
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


@pytest.mark.parametrize(
    ("switched_h", "expected"),
    [
        (2.0, [("blue", 6.0), ("yellow", 12.0)]),
        (17.0, [("yellow", 17.0)]),  # as old as that when the profile comes: it does not wait for a line of the former
        (100.0, [("blue", 24.0), ("yellow", 72.0), ("red", 100.0)]),
    ],
)
def test_another_profile_judges_what_goes_on_from_its_instant_on(
    switched_h: float, expected: list[tuple[str, float]]
) -> None:
    sooner = replace(DEFAULT.ladder("device_offline"), thresholds=(("blue", 6), ("yellow", 12), ("red", 90)))
    profile = replace(DEFAULT, name="sooner", ladders={**DEFAULT.ladders, "device_offline": sooner})
    ladders = in_force([Switch(since=at(switched_h / 24), profile=profile)])
    offline = CameraCondition(camera="c1", code="offline", since=at(0), until=at(4.5), detail="", ref="r")
    found = devices([offline], ladders, now=at(4.4)).changes
    hours = [(change.level, (change.at - at(0)) / timedelta(hours=1)) for change in found]
    assert hours == expected + ([("red", 90.0)] if switched_h < 90 else [])
    for split in (0.3, switched_h / 24, 2.0, 4.3):
        first = devices([offline], ladders, now=at(split))
        rest = devices([offline], ladders, now=at(4.4), after=at(split), states=first.states)
        assert (*first.changes, *rest.changes) == found
