"""How fast backlog may go, as a truth table."""

from __future__ import annotations

import pytest

from edge_agent.speed import FRAME, START, Speed


def test_it_doubles_until_something_is_late_then_grows_by_a_frame_a_round_trip() -> None:
    speed = Speed(limit=3000)
    speed.arrived(START, sent_s=0.0, now=0.1)
    assert speed.window == 2 * START
    speed.yield_way(0.2)
    assert speed.window == START
    for _ in range(START // FRAME):
        speed.arrived(FRAME, sent_s=0.9, now=1.0)
    assert START + FRAME - 20 <= speed.window <= START + FRAME


@pytest.mark.parametrize(
    ("took_s", "cuts", "window"),
    [(0.1, 0, 3000), (2.5, 1, 1500), (2.5, 20, FRAME)],
    ids=["in time", "late once", "late for long"],
)
def test_it_gives_way_to_delay(took_s: float, cuts: int, window: int) -> None:
    speed = Speed(limit=3000, window=3000)
    for number in range(max(1, cuts)):
        now = 100.0 * number
        speed.arrived(FRAME, sent_s=now - took_s, now=now)
    assert speed.window == window


def test_at_most_once_a_round_trip() -> None:
    speed = Speed(limit=3000, window=2000, round_trip_s=1.0)
    speed.yield_way(10.0)
    speed.yield_way(10.5)
    assert speed.window == 1000
    speed.yield_way(11.1)
    assert speed.window == 500


def test_it_keeps_the_centres_pace() -> None:
    speed = Speed(limit=3000, pace=400, window=3000)
    assert speed.allows(3000, 0.0) == 400
    speed.went(400, 0.0)
    assert speed.allows(3000, 0.9) == 0
    assert speed.allows(3000, 1.0) == 400


def test_a_pace_holds_from_the_last_frame_that_went_before_it_was_told() -> None:
    speed = Speed(limit=3000)
    speed.went(FRAME, 50.0)
    speed.pace = 20
    assert speed.allows(FRAME, 50.0 + FRAME / 20 - 0.1) == 0
    assert speed.allows(FRAME, 50.0 + FRAME / 20) == FRAME, "and then a whole frame goes, not a fraction"


@pytest.mark.parametrize(("window", "room", "allowed"), [(3000, 199, 0), (3000, 200, 200), (200, 100, 100), (5, 3, 3)])
def test_what_is_left_of_a_window_is_not_filled_with_scraps(window: int, room: int, allowed: int) -> None:
    assert Speed(limit=3000, window=window).allows(room, 0.0) == allowed
