"""What cameras show of a building at one look, and when a week's lag is told of work that does not begin or stops."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from central.domain import Observation
from central.progress.profile import PACED
from central.progress.site import SiteFold
from central.progress.siteplan import site_plan
from tests.central.build import a_building, a_project, an_item, an_observation, at, judged

FIRST, SECOND = "b1-i1", "b1-i2"
PROJECT = a_project(  # one item after the other, 70 days each, of the same weight
    a_building(
        items=(
            an_item(FIRST, weight_bp=5_000, plan=((70, 10_000),)),
            an_item(SECOND, weight_bp=5_000, plan=((70, 0), (140, 10_000))),
        )
    )
)
OVERLAPPING = a_project(  # the second begins when the first has come to half
    a_building(
        items=(
            an_item(FIRST, weight_bp=5_000, plan=((70, 10_000),)),
            an_item(SECOND, weight_bp=5_000, plan=((35, 0), (105, 10_000))),
        )
    ),
)


@pytest.mark.parametrize(
    ("project", "first", "second", "shown_bp"),
    [
        (PROJECT, 0.50, 0.01, 2_500),  # it was not the second's turn: what a camera says of it is noise
        (PROJECT, 0.99, 0.10, 5_500),  # the second has begun: the first is done
        (PROJECT, 0.985, 0.004, 4_945),  # between the two nobody knows: as they were seen
        (PROJECT, 1.00, 0.015, 5_075),
        (PROJECT, 0.012, 0.003, 0),  # nothing was begun
        (PROJECT, 0.03, 0.003, 150),
        (OVERLAPPING, 0.98, 0.45, 7_150),  # the plan has the second at 50 % when the first is done
        (OVERLAPPING, 0.98, 0.55, 7_750),
        (OVERLAPPING, 0.40, 0.015, 2_000),
        (OVERLAPPING, 0.49, 0.015, 2_525),  # it may have begun
    ],
)
def test_what_a_look_shows(project: object, first: float, second: float, shown_bp: int) -> None:
    folds = SiteFold(site_plan(project), profile=PACED)  # type: ignore[arg-type]
    for day in range(20, 81):
        folds.take(seen_both(first, second, day))
    assert folds.look_bp("b1", seen_both(first, second, 80), at(80)) == shown_bp
    assert folds.look_bp("b1", seen_both(first, second, 79), at(81)) is None


def seen_both(first: float, second: float, day: float) -> tuple[Observation, ...]:
    return an_observation(first, day, item=FIRST), an_observation(second, day, item=SECOND)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("done_days", "due_day", "off_days"),
    [
        (lambda _: 0.0, 7, 0),  # never begun: the planned start and seven days, to the day
        (lambda day: min(day, 70.0), 77, 0),  # the second item is not begun
        (lambda day: min(day, 69.0), 76, 1),  # it stops at 98.6 % of the first
        (lambda day: min(day, 50.0), 57, 1),
        (lambda day: day - min(day, 4.0), None, 0),  # begun four days late, and at work
    ],
)
def test_a_week_late_is_told_on_its_day(
    done_days: Callable[[float], float], due_day: int | None, off_days: int, seed: int
) -> None:
    """A look a day at 9:36 with an error of a point, cut off at 0 and at all."""
    rng = random.Random(seed)
    last = 40 if due_day is None else due_day + 4
    looks = [day + 0.4 for day in range(last)]
    observations = [one for day in looks for one in noisy(done_days(day), day, rng)]
    changes = judged(PROJECT, observations=observations, now=at(last)).changes
    days = [
        (change.at - at(0)).total_seconds() // 86_400
        for change in changes
        if change.rule == "time_lag" and change.subject.kind == "building" and change.event == "raised"
    ]
    assert len(days) == (due_day is not None)
    assert all(due_day is not None and abs(day - due_day) <= off_days for day in days)


def noisy(done_days: float, day: float, rng: random.Random) -> tuple[Observation, ...]:
    shared = rng.gauss(0, 0.01)
    first, second = (
        min(1.0, max(0.0, min(1.0, max(0.0, share)) + shared + rng.gauss(0, 0.005)))
        for share in (done_days / 70, done_days / 70 - 1)
    )
    return seen_both(first, second, day)
