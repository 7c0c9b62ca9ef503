"""The peers say what their names promise."""

from datetime import timedelta

import numpy as np
import pytest

from edge_agent.vision.peers import Daily, FacePast, line_through
from tests.edge_agent.vision.drawing import START


def test_yesterday_is_the_newest_value_of_an_earlier_day() -> None:
    daily = Daily()
    said = []
    for hours, value in ((0, 10.0), (3, 11.0), (24, 20.0), (26, None), (27, 22.0), (96, 30.0)):
        when = START + timedelta(hours=hours)
        said.append(daily.before(when))
        daily.put(when, value)
    assert said == [None, None, 11.0, 11.0, 11.0, 22.0]


@pytest.mark.parametrize(("day", "expected"), [(0, None), (2, 30.0), (5, 60.0), (8, None), (9, None)])
def test_the_schedule_is_a_line_between_the_ends_and_not_scored_at_them(day: int, expected: float | None) -> None:
    line = line_through([(START + timedelta(days=8), 90.0), (START, 10.0), (START + timedelta(days=3), 70.0)])
    assert line is not None
    found = line.at(START + timedelta(days=day))
    assert found == (None if expected is None else pytest.approx(expected))


def test_one_time_gives_no_schedule() -> None:
    assert line_through([]) is None
    assert line_through([(START, 10.0), (START, 12.0)]) is None


def test_carry_forward_never_goes_back_and_starts_with_the_first_sight() -> None:
    past = FacePast()

    def look(stage: int, *, visible: bool) -> int:
        return int(past.carry_forward(np.eye(6)[[[stage]]], np.array([[visible]]))[0, 0])

    assert [look(3, visible=False), look(2, visible=True), look(4, visible=True), look(1, visible=True)] == [
        -1,
        2,
        4,
        4,
    ]


def test_false_falls() -> None:
    past = FacePast()
    days = [(50.0, 50.0), (47.0, 51.0), (40.0, 40.0), (39.5, 41.0), (None, 41.0), (30.0, 41.0)]
    found = [past.falls({"filtered": value}, truth_pp=truth).get("filtered") for value, truth in days]
    assert found == [None, True, False, False, None, True]


def test_a_cell_falls_when_it_is_said_to_and_its_truth_does_not() -> None:
    """Five cells: said to go back, said to stay, truly gone back, hidden now, hidden before."""
    past = FacePast()
    first, then = np.array([[3, 3, 3, 3, 3]]), np.array([[2, 3, 2, 2, 2]])
    shown, later = np.array([[1, 1, 1, 1, 0]], bool), np.array([[1, 1, 1, 0, 1]], bool)
    assert past.cell_falls({"filtered": first}, truth=np.array([[3, 3, 3, 3, 3]]), shown=shown) == {}
    found = past.cell_falls({"filtered": then, "network": then}, truth=np.array([[3, 3, 2, 3, 3]]), shown=later)
    assert found == {"filtered": (1, 2)}
