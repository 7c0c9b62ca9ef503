"""Read queries of an inspector's round: what asks to be looked at in many projects at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from central.store import tables
from central.store.upsert import table_of

_WARNING, _DISPUTE = table_of(tables.PlanWarning), table_of(tables.ValueDispute)
_PROJECT, _BUILDING, _ITEM = table_of(tables.Project), table_of(tables.Building), table_of(tables.WorkItem)
_FENCE, _CLAUSES = table_of(tables.SiteFence), table_of(tables.ContractClauses)
EVIDENCE = "evidence"  # the rule that says that too little was seen


def warnings_that_ask(connection: Connection, projects: Sequence[str]) -> list[Row[Any]]:
    """Open warnings of thin evidence, newest first: id, project, rule, level, subject, its building's id and name."""
    wanted = (
        select(
            *(_WARNING.c[name] for name in ("id", "project", "rule", "level")),
            _BUILDING.c.id.label("building"),
            _BUILDING.c.name_zh,
            _BUILDING.c.name_en,
        )
        .join(_PROJECT, _PROJECT.c.id == _WARNING.c.project)
        .outerjoin(
            _BUILDING,
            and_(
                _BUILDING.c.id == _WARNING.c.subject,
                _BUILDING.c.project == _WARNING.c.project,
                _BUILDING.c.plan_version == _PROJECT.c.plan_version,
            ),
        )
        .where(
            _WARNING.c.state == "open",
            or_(_WARNING.c.rule == EVIDENCE, _WARNING.c.capped),
            _WARNING.c.project.in_(projects),
        )
    )
    return list(connection.execute(wanted.order_by(_WARNING.c.raised_at.desc(), _WARNING.c.id)))


def disputes_that_ask(connection: Connection, projects: Sequence[str]) -> list[Row[Any]]:
    """Open disputes about items of the newest plans, newest first: id, project, item with its name, building with its
    name, and what the cameras and the person said (auto_bp, human_bp)."""
    wanted = (
        select(
            *(_DISPUTE.c[name] for name in ("id", "project", "item", "auto_bp", "human_bp")),
            _ITEM.c.name_zh.label("item_zh"),
            _ITEM.c.name_en.label("item_en"),
            _BUILDING.c.id.label("building"),
            _BUILDING.c.name_zh,
            _BUILDING.c.name_en,
        )
        .join(_ITEM, _ITEM.c.id == _DISPUTE.c.item)
        .join(_BUILDING, and_(_BUILDING.c.id == _ITEM.c.building, _BUILDING.c.project == _DISPUTE.c.project))
        .join(
            _PROJECT,
            and_(
                _PROJECT.c.id == _BUILDING.c.project,
                _PROJECT.c.plan_version == _BUILDING.c.plan_version,
                _PROJECT.c.plan_version == _ITEM.c.plan_version,
            ),
        )
        .where(_DISPUTE.c.state == "open", _DISPUTE.c.project.in_(projects))
    )
    return list(connection.execute(wanted.order_by(_DISPUTE.c.id.desc())))


def terms_of_each(connection: Connection, projects: Sequence[str]) -> dict[str, tuple[int, int]]:
    """The newest versions of fence and clauses of each project; 0 = there is none."""
    fences, clauses = (
        dict(
            connection.execute(
                select(table.c.project, func.max(table.c.version))
                .where(table.c.project.in_(projects))
                .group_by(table.c.project)
            )
            .tuples()
            .all()
        )
        for table in (_FENCE, _CLAUSES)
    )
    return {project: (fences.get(project, 0), clauses.get(project, 0)) for project in projects}
