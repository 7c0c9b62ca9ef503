"""Builders of rows for the tests of insight."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from central.domain import Text
from central.insight.project import ProjectRow, StageDay

START = date(2024, 3, 1)
WAN_FEN = 1_000_000


def a_row(name: str = "p1", *, build_days: int | None = None, delay_days: int = 0, **more: Any) -> ProjectRow:
    """A renovation of 800 万元; completed after so many days of works when they are given."""
    given: dict[str, Any] = {
        "id": name,
        "name": Text(zh=name, en=name),
        "work_type": "renovation",
        "kind": "renovation",
        "sector": "livelihood",
        "unit": "区住建局",
        "street": "青坪街道",
        "contract_fen": 800 * WAN_FEN,
        "budget_fen": 820 * WAN_FEN,
        "start": START,
        "planned_finish": START + timedelta(days=200),
        "finish": START + timedelta(days=200),
    }
    if build_days is not None:
        completed = START + timedelta(days=build_days)
        given |= {"started": START, "completed": completed, "planned_finish": completed - timedelta(days=delay_days)}
    return ProjectRow(**(given | more))


def stage_days(*stages: tuple[str, int | None, int | None], start: date = START) -> tuple[StageDay, ...]:
    """Stages from (name, planned day, actual day) counted from the start."""

    def day(after: int | None) -> date | None:
        return None if after is None else start + timedelta(days=after)

    return tuple(
        StageDay(stage=name, planned_on=day(planned), actual_on=day(actual)) for name, planned, actual in stages
    )
