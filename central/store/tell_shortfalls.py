"""Goals that belong to no project: who answers for one is told when it falls short, once per level. Of a project the
rule of effect warns (central.rules.effect), like every other rule."""

from __future__ import annotations

from sqlalchemy import Connection

from central.domain import Text
from central.notify.message import Message
from central.notify.outbox import enqueue
from central.rules.sentence import LEVEL_NAMES
from central.scoring.effect import effects_of
from central.scoring.goal import Goal, Shortfall, shortfall
from central.store.instants import district_day, from_ms
from central.store.load_project import project_ids
from central.store.read_goals import goals_of, records_of


def tell_shortfalls(connection: Connection, *, now_ms: int) -> str:
    """Look at the newest record of each goal in force that is not a planned project's, against what was expected by the
    end of its period (the target, once the goal is due). The same shortfall of the same period is told once."""
    today = district_day(from_ms(now_ms))
    planned = set(project_ids(connection))
    in_force = goals_of(connection, day=today)
    goals = [goal for goal in in_force if goal.subject.kind != "project" or goal.subject.id not in planned]
    noted = records_of(connection, goals=[goal.id for goal in goals], known_ms=now_ms)
    short = 0
    for one in effects_of(goals, [record for records in noted.values() for record in records], today=today):
        found = None if one.record is None else shortfall(one.goal, one.record.value, day=one.day)
        if found is not None and one.record is not None:
            short += 1
            _tell(connection, one.goal, found, period=one.record.period, now_ms=now_ms)
    return f"{short} of {len(goals)} goals fall short"


def _tell(connection: Connection, goal: Goal, found: Shortfall, *, period: str, now_ms: int) -> None:
    level = LEVEL_NAMES[found.level]
    subject = Text(
        zh=f"效果{level.zh}预警: {goal.text.zh} ({period})",
        en=f"{level.en} warning of effect: {goal.text.en} ({period})",
    )
    message = Message(
        person=goal.owner, kind="warning", about=f"goal/{goal.id}/{goal.version}/{period}", level=found.level,
        subject=subject, body=found.reason, link=f"/goals?sel={goal.id}", urgent=found.level == "red",
    )  # fmt: skip
    enqueue(connection, message, wall_ms=now_ms)
