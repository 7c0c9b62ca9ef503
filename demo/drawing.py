"""Draws the demo's plan files from the generator's planned stage shares: `python -m demo.drawing PLAN_JSON`.

Run once, when the footage is made; its output is committed beside the footage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from demo.district import FOLDER

ITEMS: tuple[dict[str, Any], ...] = (
    {
        "id": "structure",
        "name": {"zh": "主体结构", "en": "Main structure"},
        "weight_bp": 5000,
        "credits": {"formwork": 5000, "structure": 10_000, "infill": 10_000, "base": 10_000, "finished": 10_000},
    },
    {
        "id": "masonry",
        "name": {"zh": "砌体", "en": "Masonry"},
        "weight_bp": 1500,
        "credits": {"infill": 10_000, "base": 10_000, "finished": 10_000},
    },
    {
        "id": "facade-base",
        "name": {"zh": "外墙基层", "en": "Facade base"},
        "weight_bp": 1500,
        "credits": {"base": 10_000, "finished": 10_000},
    },
    {
        "id": "finish",
        "name": {"zh": "门窗饰面", "en": "Windows and finish"},
        "weight_bp": 2000,
        "credits": {"finished": 10_000},
    },
)
"""Parts of a facade with what each stage proves of them; a finished cell counts whole, formwork a quarter."""


def plan_file(project: Mapping[str, Any], drawn: Mapping[str, Any], *, start: date, finish: date) -> dict[str, Any]:
    """A `siteprogress.plan/1` of one project; `drawn` maps a building to its entry in the generator's plan.json.

    `float_days` of a project: its approved plan allows that many days more than the builders were drawn to take.
    """
    facts = {key: value for key, value in project.items() if key not in ("buildings", "float_days")}
    slack = timedelta(days=int(project.get("float_days", 0)))
    buildings = [_building(b, drawn[b["id"]], start=start, finish=finish, slack=slack) for b in project["buildings"]]
    return {
        "schema": "siteprogress.plan/1",
        "project": {**facts, "start": start.isoformat(), "finish": finish.isoformat(), "pauses": []},
        "buildings": buildings,
    }


def _building(
    told: Mapping[str, Any], drawn: Mapping[str, Any], *, start: date, finish: date, slack: timedelta
) -> dict[str, Any]:
    return {
        **told,
        "storeys": drawn["rows"],
        "items": [
            {**item, "id": f"{told['id']}-{item['id']}", "points": _points(item, drawn["days"], start, finish, slack)}
            for item in ITEMS
        ],
        "faces": [{"camera": drawn["camera"], "gateway": drawn["gateway"], "face": drawn["face_id"]}],
    }


def _points(
    item: Mapping[str, Any], days: list[Mapping[str, Any]], start: date, finish: date, slack: timedelta
) -> list[dict[str, Any]]:
    """What stood before the cameras came is planned for the eve of the first day; the rest follows day by day."""
    credits_bp = accumulate(
        (_credit(item, day["shares_bp"]) for day in days), max
    )  # shares are rounded to sum to 10000
    curve = [(date.fromisoformat(day["date"]) + slack, bp) for day, bp in zip(days, credits_bp, strict=True)]
    eve = max(start, curve[0][0] - slack - timedelta(days=1))
    whole = [(eve, curve[0][1]), *((day, bp) for day, bp in curve if day > eve), (finish, 10_000)]
    return [{"day": day.isoformat(), "cum_bp": bp} for day, bp in whole]


def _credit(item: Mapping[str, Any], shares_bp: Mapping[str, int]) -> int:
    return round(sum(share * int(item["credits"].get(stage, 0)) for stage, share in shares_bp.items()) / 10_000)


def main(source: Path) -> None:
    """Write plan-PROJECT.json for every project of projects.json."""
    told = json.loads((FOLDER / "projects.json").read_text(encoding="utf-8"))
    drawn = {b["building"]: b for b in json.loads(source.read_text(encoding="utf-8"))["buildings"]}
    start, finish = date.fromisoformat(told["start"]), date.fromisoformat(told["finish"])
    for project in told["projects"]:
        plan = plan_file(project, drawn, start=start, finish=finish)
        path = FOLDER / f"plan-{project['id']}.json"
        path.write_text(json.dumps(plan, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
