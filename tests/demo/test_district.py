"""The demo district as it is committed: plans that add up, a building that is late, a project that is not."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

import pytest

from demo.district import District, load_district
from demo.drawing import ITEMS, plan_file
from demo.footage import CREDIT_BP
from demo.oracle import building_plans

DISTRICT = load_district()
PLANS = [told for _, told in DISTRICT.plans]


@pytest.fixture
def district() -> District:
    return DISTRICT


def test_it_is_as_large_as_promised(district: District) -> None:
    assert len(PLANS) >= 3
    assert len(district.projects) >= 6
    assert len(district.sites) >= 2
    assert sum(len(site.cameras) for site in district.sites) >= 3
    assert any(camera.kind == "rtsp" for site in district.sites for camera in site.cameras)


@pytest.mark.parametrize("told", PLANS, ids=lambda p: p["project"]["id"])
def test_weights_sum_and_curves_rise(told: Any) -> None:
    assert sum(b["weight_bp"] for b in told["buildings"]) == 10_000
    for building in told["buildings"]:
        assert sum(item["weight_bp"] for item in building["items"]) == 10_000
        for item in building["items"]:
            points = [(date.fromisoformat(p["day"]), p["cum_bp"]) for p in item["points"]]
            assert all(a[0] < b[0] and a[1] <= b[1] for a, b in itertools.pairwise(points))
            assert points[-1] == (date.fromisoformat(told["project"]["finish"]), 10_000)


def test_what_is_expected_is_in_it(district: District) -> None:
    cameras = {camera.id for site in district.sites for camera in site.cameras}
    assert district.late_building in district.projects
    assert district.fine_project in district.projects.values()
    assert district.knocked_camera in cameras
    assert {face["camera"] for told in PLANS for b in told["buildings"] for face in b["faces"]} == cameras
    for outage in district.outages:
        assert (outage.end - outage.begin).total_seconds() == 2 * 3600


@pytest.mark.parametrize("stage", sorted(CREDIT_BP))
def test_items_together_credit_a_cell_as_truth_does(stage: str) -> None:
    assert sum(item["weight_bp"] * item["credits"].get(stage, 0) for item in ITEMS) == CREDIT_BP[stage] * 10_000


def test_drawing_a_plan() -> None:
    shares = [{"void": 10_000}, {"void": 5000, "formwork": 5000}, {"structure": 5000, "finished": 5000}]
    days = [{"date": f"2026-09-0{n}", "shares_bp": share} for n, share in enumerate(shares, 1)]
    drawn = {"b": {"rows": 3, "camera": "c", "gateway": "g", "face_id": "f", "days": days}}
    project = {"id": "p", "buildings": [{"id": "b", "weight_bp": 10_000}]}
    told = plan_file(project, drawn, start=date(2026, 8, 31), finish=date(2026, 9, 30))
    (plan,) = building_plans(told)
    assert [bp for _, bp in plan.by_day] == [0, 0, 1250, 7500, 10_000]
    assert [day.day for day, _ in plan.by_day] == [31, 1, 2, 3, 30]
