"""Reads the lives of projects: templates, stages, permits, tax."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from central.errors import UnknownThing
from central.lifecycle.gates import Paper, StageAct
from central.lifecycle.permits import PermitEvent
from central.lifecycle.stages import SHIPPED, LifecycleTemplate
from central.lifecycle.templates import read_template
from central.store import tables
from central.store.upsert import table_of

_ACT, _STAGE_PLAN = table_of(tables.StageAct), table_of(tables.StagePlan)
_PERMIT, _TAX = table_of(tables.PermitEvent), table_of(tables.TaxYear)
_TEMPLATE, _PROJECT = table_of(tables.LifecycleTemplate), table_of(tables.Project)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStage:
    """When a stage is to be passed, and who answers for it."""

    stage: str
    planned_on: date
    responsible: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxYear:
    """Tax of a year against what was agreed, fen."""

    year: int
    amount_fen: int
    target_fen: int
    ref: str


def templates_in_force(connection: Connection) -> tuple[LifecycleTemplate, ...]:
    """The newest version of each template; shipped ones count as version 1 of their name."""
    found = {template.name: template for template in SHIPPED}
    for template in _stored(connection):
        found[template.name] = template
    return tuple(found.values())


def template_of(connection: Connection, project: str) -> LifecycleTemplate:
    """The template of a project: that of its first act for good, before any the newest for its work type."""
    first = select(_ACT.c.template).where(_ACT.c.project == project).order_by(_ACT.c.id).limit(1)
    label = connection.execute(first).scalar()
    if label is not None:
        every = (*SHIPPED, *_stored(connection))
        return next(template for template in reversed(every) if template.label == label)
    work_type = connection.execute(select(_PROJECT.c.work_type).where(_PROJECT.c.id == project)).scalar()
    known = templates_in_force(connection)
    found = next((template for template in known if work_type in template.work_types), None)
    if found is None:
        raise UnknownThing(f"work type {work_type!r}", where="project", expected="one that a lifecycle template has")
    return found


def acts_of(connection: Connection, project: str) -> tuple[StageAct, ...]:
    """Every act of a project, oldest first."""
    rows = connection.execute(select(_ACT).where(_ACT.c.project == project).order_by(_ACT.c.id))
    return tuple(
        StageAct(
            id=row.id,
            stage=row.stage,
            actual_on=row.actual_on,
            responsible=row.responsible,
            papers=tuple(Paper(**paper) for paper in json.loads(row.documents)),
            author=row.author,
            state=row.state,
            template=row.template,
            decided_by=row.decided_by,
            remark=row.remark,
        )
        for row in rows
    )


def planned_stages_of(connection: Connection, project: str) -> dict[str, PlannedStage]:
    """The newest planned date of each stage."""
    rows = connection.execute(select(_STAGE_PLAN).where(_STAGE_PLAN.c.project == project).order_by(_STAGE_PLAN.c.id))
    return {
        row.stage: PlannedStage(stage=row.stage, planned_on=row.planned_on, responsible=row.responsible) for row in rows
    }


def permits_of(connection: Connection, project: str) -> tuple[PermitEvent, ...]:
    """Every permit event of a project, oldest first."""
    rows = connection.execute(select(_PERMIT).where(_PERMIT.c.project == project).order_by(_PERMIT.c.id))
    return tuple(
        PermitEvent(permit=row.permit, state=row.state, day=row.day, ref=row.ref, note=row.note) for row in rows
    )


def tax_of(connection: Connection, project: str) -> tuple[TaxYear, ...]:
    """The newest figure of each year, oldest year first."""
    rows = connection.execute(select(_TAX).where(_TAX.c.project == project).order_by(_TAX.c.id))
    found = {
        row.year: TaxYear(year=row.year, amount_fen=row.amount_fen, target_fen=row.target_fen, ref=row.ref)
        for row in rows
    }
    return tuple(found[year] for year in sorted(found))


def _stored(connection: Connection) -> list[LifecycleTemplate]:
    """Stored templates by version, oldest first; they were right when they were stored."""
    rows = connection.execute(select(_TEMPLATE).order_by(_TEMPLATE.c.name, _TEMPLATE.c.version))
    read = [read_template(json.loads(row.document), version=row.version) for row in rows]
    return [template for template in read if isinstance(template, LifecycleTemplate)]
