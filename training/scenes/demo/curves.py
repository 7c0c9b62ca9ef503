"""plan.json and true.json of the demo district: completion and stage shares by day. Pure."""

from datetime import timedelta
from typing import Any

import numpy as np

from edge_agent.vision.stages import NEW_BUILD
from training.scenes.demo.district import CAMERAS, DAYS, START, actual_schedule, planned_schedule
from training.scenes.schedule import credit_bp, stage_at
from training.scenes.site import Schedule


def shares_bp(schedule: Schedule, day: float) -> dict[str, int]:
    """Share of the cells in each stage on `day`, in basis points that sum to 10000 (the rest goes to the largest)."""
    counts = np.bincount(stage_at(schedule, day).ravel(), minlength=len(NEW_BUILD.names))
    shares = [int(count * 10000 // counts.sum()) for count in counts]
    shares[int(np.argmax(shares))] += 10000 - sum(shares)
    return dict(zip(NEW_BUILD.names, shares, strict=True))


def curve(schedule: Schedule) -> list[dict[str, Any]]:
    """Completion and stage shares at the end of each local day."""
    first = (START + timedelta(hours=8)).date()
    return [
        {
            "date": (first + timedelta(days=day)).isoformat(),
            "completion_bp": credit_bp(schedule, day + 1.0),
            "shares_bp": shares_bp(schedule, day + 1.0),
        }
        for day in range(DAYS)
    ]


def district(which: str) -> dict[str, Any]:
    """plan.json (`which` = "plan") or true.json (`which` = "true"): every building's curve by day."""
    make = planned_schedule if which == "plan" else actual_schedule
    return {
        "schema": f"siteprogress.demo-{which}/1",
        "start": "2026-09-01",
        "days": DAYS,
        "meaning": "completion_bp and shares_bp hold at the end of each local day (24:00 Asia/Shanghai)",
        "buildings": [
            {
                "building": item.building_id,
                "face_id": f"{item.building_id}-front",
                "camera": camera.camera_id,
                "gateway": camera.gateway,
                "project": camera.project,
                "project_name": camera.project_name,
                "rows": item.rows,
                "cols": item.cols,
                "days": curve(make(item)),
            }
            for camera in CAMERAS
            for item in camera.buildings
        ],
    }
