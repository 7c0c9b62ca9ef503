"""A schedule keeps the order of trades, and a cell is always what most of it shows."""

import numpy as np
import pytest

from training.scenes.new_build.schedule import Pace, make_schedule
from training.scenes.schedule import blend_at, credit_bp, last_day, stage_at
from training.scenes.site import Schedule


def pace(**changes: object) -> Pace:
    values = {
        "start_day": 0.0,
        "cycle_days": 5.0,
        "strike_cycles": 1.5,
        "lag_days": (4.0, 5.0, 6.0),
        "trade_days": (4.0, 4.0, 4.0),
        "downwards": False,
        "stagger": 0.7,
        "irregular": 0.6,
        "late_ground_days": 0.0,
    }
    return Pace(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes", [{}, {"downwards": True}, {"late_ground_days": 30.0}, {"irregular": 1.0, "stagger": 0.95}]
)
@pytest.mark.parametrize("seed", range(5))
def test_no_cell_is_entered_before_its_turn(changes: dict[str, object], seed: int) -> None:
    schedule = make_schedule(pace(**changes), 7, 5, rng=np.random.default_rng(seed))
    assert (np.diff(schedule.entries(), axis=0) > 0).all(), "the stages of a cell follow each other"
    assert (schedule.cast > schedule.begun).all()
    assert (schedule.cast < schedule.structure).all(), "props stay until after the pour"
    assert (schedule.begun[1:] > schedule.cast[:-1] - 1e-9).all(), "nothing stands on a slab that is not poured"


def one_cell() -> Schedule:
    entered = np.array([10.0, 20.0, 30.0, 40.0, 50.0]).reshape(5, 1, 1)
    return Schedule(entered=entered, cast=np.array([[14.0]]), blend_days=2.0)


@pytest.mark.parametrize(
    ("day", "stage", "credit"),
    [
        (9.9, 0, 0),
        (10.0, 1, 2500),
        (19.9, 1, 2500),
        (20.0, 2, 5000),
        (30.0, 3, 6500),
        (40.0, 4, 8000),
        (50.0, 5, 10000),
    ],
)
def test_stage_and_credit_change_at_the_entry(day: float, stage: int, credit: int) -> None:
    assert stage_at(one_cell(), day)[0, 0] == stage
    assert credit_bp(one_cell(), day) == credit


@pytest.mark.parametrize(
    ("day", "newest", "share"),
    [(8.0, 0, 1.0), (9.5, 1, 0.25), (10.0, 1, 0.5), (10.5, 1, 0.75), (12.0, 1, 1.0), (49.5, 5, 0.25)],
)
def test_a_new_stage_fills_half_of_the_cell_when_it_is_entered(day: float, newest: int, share: float) -> None:
    stage, shown = blend_at(one_cell(), day)
    assert (stage[0, 0], shown[0, 0]) == (newest, pytest.approx(share))


def test_last_day_is_the_last_finished_cell() -> None:
    assert last_day(one_cell()) == 50.0
