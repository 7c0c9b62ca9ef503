"""Reads what the rules remember of a project: levels, month ends, and which of them cannot judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, case, func, select

from central.domain import Condition, Text
from central.rules.sentence import line_name
from central.store import tables
from central.store.upsert import table_of

_RULE, _BUILDING, _PROJECT = table_of(tables.RuleState), table_of(tables.Building), table_of(tables.Project)
_FIRST = case({"error": 0, "no_data": 1}, value=_RULE.c.condition, else_=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """One (rule, subject) with the subject's name, None for a device; `since_ms` dates the condition."""

    rule: str
    kind: str
    subject: str
    name: Text | None
    level: str | None
    months: int
    condition: str
    since_ms: int | None
    detail: str


def remembered(
    connection: Connection, project_id: str, *, condition: Condition | None, limit: int, offset: int
) -> tuple[int, list[Remembered]]:
    """How many there are, and a page of them: failing ones first, then those without data, then by rule and subject."""
    mine = _RULE.c.project == project_id
    wanted = mine if condition is None else and_(mine, _RULE.c.condition == condition)
    total = connection.execute(select(func.count()).select_from(_RULE).where(wanted)).scalar_one()
    building = and_(_RULE.c.subject_kind == "building", _BUILDING.c.id == _RULE.c.subject)
    newest = and_(building, _BUILDING.c.plan_version == _PROJECT.c.plan_version)
    joined = _RULE.join(_PROJECT, _PROJECT.c.id == _RULE.c.project).outerjoin(_BUILDING, newest)
    rows = connection.execute(
        select(
            _RULE,
            _PROJECT.c.name_zh,
            _PROJECT.c.name_en,
            _BUILDING.c.name_zh.label("building_zh"),
            _BUILDING.c.name_en.label("building_en"),
        )
        .select_from(joined)
        .where(wanted)
        .order_by(_FIRST, _RULE.c.rule, _RULE.c.subject_kind, _RULE.c.subject)
        .limit(limit)
        .offset(offset)
    )
    return int(total), [_remembered(row) for row in rows]


def _remembered(row: Any) -> Remembered:
    return Remembered(
        rule=row.rule,
        kind=row.subject_kind,
        subject=row.subject,
        name=_name(row),
        level=row.level,
        months=row.months,
        condition=row.condition,
        since_ms=row.since_at,
        detail=row.detail,
    )


def _name(row: Any) -> Text | None:
    match row.subject_kind:
        case "project":
            return Text(zh=row.name_zh, en=row.name_en)
        case "building" if row.building_zh is not None:
            return Text(zh=row.building_zh, en=row.building_en)
        case "line":
            return line_name(row.subject)
    return None
