"""Warnings of effect: who answers for a goal is told when what was recorded of it falls short, once per level."""

from __future__ import annotations

from sqlalchemy import Connection

from central.domain import Text
from central.notify.message import Message
from central.notify.outbox import enqueue
from central.rules.sentence import LEVEL_NAMES
from central.scoring.goal import Goal, Shortfall, shortfall
from central.scoring.period import period_of
from central.store.instants import district_day, from_ms
from central.store.read_goals import goals_of, records_of


def tell_shortfalls(connection: Connection, *, now_ms: int) -> str:
    """Look at the newest record of each goal in force, against what was expected by the end of its period (the target,
    once the goal is due). The same shortfall of the same period is told once."""
    today = district_day(from_ms(now_ms))
    goals = {goal.id: goal for goal in goals_of(connection, day=today)}
    short = 0
    for goal, records in sorted(records_of(connection, goals=sorted(goals), known_ms=now_ms).items()):
        over = [record for record in records if period_of(record.period).last < today]
        if not over:
            continue
        last = period_of(over[-1].period).last
        found = shortfall(goals[goal], over[-1].value, day=min(last, goals[goal].due))
        if found is not None:
            short += 1
            _tell(connection, goals[goal], found, period=over[-1].period, now_ms=now_ms)
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
