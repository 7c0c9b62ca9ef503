"""The demo district keeps its promises: who is on plan, who stalls, when the camera is knocked."""

from datetime import timedelta

import numpy as np
import pytest

from training.scenes.demo.curves import district
from training.scenes.demo.district import CAMERAS, DAYS, START, actual_schedule, planned_schedule
from training.scenes.demo.site import KNOCK, demo_site
from training.scenes.schedule import credit_bp

BUILDINGS = [building for camera in CAMERAS for building in camera.buildings]
PLAN, TRUE = (
    {item["building"]: [day["completion_bp"] for day in item["days"]] for item in district(which)["buildings"]}
    for which in ("plan", "true")
)


def lag_days(name: str, day: int) -> float:
    """How many plan days ago the plan stood where the building stands at the end of `day`."""
    curve = np.array(PLAN[name], dtype=float)
    return day - float(np.interp(TRUE[name][day], curve, np.arange(DAYS)))


@pytest.mark.parametrize("name", list(PLAN))
def test_a_plan_rises_from_a_tenth_to_nine_tenths(name: str) -> None:
    curve = PLAN[name]
    assert len(curve) == DAYS and curve == sorted(curve)
    assert 500 <= curve[0] <= 1500 and 7500 <= curve[-1] <= 9500
    assert max(np.diff(curve)) <= 450, "no day jumps"


@pytest.mark.parametrize("name", [name for name in PLAN if name != "qp-b2"])
def test_a_fine_building_stays_within_a_day_and_a_half_of_its_plan(name: str) -> None:
    building = next(item for item in BUILDINGS if item.building_id == name)
    assert np.abs(actual_schedule(building).entries() - planned_schedule(building).entries()).max() <= 1.5


def test_the_stalled_building_stands_still_and_then_goes_on() -> None:
    curve = TRUE["qp-b2"]
    assert abs(lag_days("qp-b2", 22)) < 1.5
    assert len(set(curve[24:43])) == 1
    assert lag_days("qp-b2", 40) > 14
    assert curve[61] - curve[44] > 1500


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: camera.camera_id)
def test_two_frames_a_day_and_the_knock(camera: object) -> None:
    site = demo_site(camera)  # type: ignore[arg-type]
    assert len(site.moments) == 2 * DAYS
    local = [moment.at + timedelta(hours=8) for moment in site.moments]
    assert {moment.date() for moment in local} == {(START + timedelta(days=day, hours=8)).date() for day in range(DAYS)}
    assert {moment.hour for moment in local} <= {9, 10, 14, 15}
    turned = {int(moment.day) for moment in site.moments if moment.view != site.view}
    assert turned == (set(range(KNOCK[0], KNOCK[1] + 1)) if camera.knocked else set())  # type: ignore[attr-defined]


def test_no_frame_of_the_demo_is_by_night_and_some_are_in_rain_and_fog() -> None:
    kinds = {moment.weather.conditions[0] for camera in CAMERAS for moment in demo_site(camera).moments}
    assert kinds == {"clear", "overcast", "rain", "fog"}


@pytest.mark.parametrize("day", [0.0, 17.3, 44.0])
def test_shares_add_up(day: float) -> None:
    for item in district("plan")["buildings"]:
        assert all(sum(entry["shares_bp"].values()) == 10000 for entry in item["days"])
    assert credit_bp(planned_schedule(BUILDINGS[0]), day) >= 0
