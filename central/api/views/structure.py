"""Lots, buildings, units and items with their share of the project and their own completion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from central.api.lives_schemas import KeyDateShown, LinkShown, PlanPartShown, PlanStep, Structure
from central.api.views.lives import said
from central.domain import Building, Project, Text, WorkItem
from central.errors import UnknownThing
from central.plan.calendar import SiteCalendar, calendar_of
from central.plan.planned import MICRO, item_curve
from central.plan.structure import PlanStructure
from central.store.load_project import load_project
from central.store.read_proposals import structure_of
from central.store.read_values import item_values

_PPM = 100  # of a product of two shares in bp, 1e8, to millionths


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An item as a part of anything above it: its share of the project (1e-8), planned and actual value."""

    item: WorkItem
    share: int
    planned_micro: int
    actual: float | None


def structure_shown(session: Session, project_id: str, *, now: datetime) -> Structure:
    """The plan in force as a tree; a part is as far as its items are, weighed as they weigh in the project."""
    connection = session.connection()
    project = load_project(connection, project_id)
    if project is None:
        raise UnknownThing(f"project {project_id!r}", where="project", expected="one that has a plan")
    structure = structure_of(connection, project_id)
    members = members_of(project, item_values(connection, project_id), now=now)
    return Structure(
        project=project_id,
        plan_version=project.plan_version,
        parts=_parts(project, structure, members),
        key_dates=[
            KeyDateShown(id=key.id, name=said(key.name), day=key.day, item=key.item or None)
            for key in structure.key_dates
        ],
        dependencies=[
            LinkShown(before=link.before, after=link.after, lag_days=link.lag_days) for link in structure.dependencies
        ],
    )


def members_of(project: Project, values: Mapping[str, float], *, now: datetime) -> dict[str, Member]:
    """Every item with its share and values at an instant."""
    calendar = calendar_of(project)
    return {
        item.id: _member(building, item, project, calendar, values.get(item.id), now=now)
        for building in project.buildings
        for item in building.items
    }


def _member(
    building: Building, item: WorkItem, project: Project, calendar: SiteCalendar, actual: float | None, *, now: datetime
) -> Member:
    planned = item_curve(item, project, calendar).micro_at(calendar.effective_s(now))
    return Member(item=item, share=building.weight_bp * item.weight_bp, planned_micro=planned, actual=actual)


def _parts(project: Project, structure: PlanStructure, members: Mapping[str, Member]) -> list[PlanPartShown]:
    lot_of = {building: lot.id for lot in structure.lots for building in lot.buildings}
    inside = {b.id: [members[item.id] for item in b.items] for b in project.buildings}
    parts = [
        _part("lot", lot.id, None, lot.name, [m for b in lot.buildings for m in inside.get(b, [])])
        for lot in structure.lots
    ]
    for building in project.buildings:
        template = building.id in structure.from_template
        own = inside[building.id]
        parts.append(_part("building", building.id, lot_of.get(building.id), building.name, own, template=template))
        parts.extend(_of_building(building, structure, members))
    return parts


def _of_building(building: Building, structure: PlanStructure, members: Mapping[str, Member]) -> list[PlanPartShown]:
    units = [unit for unit in structure.units if unit.building == building.id]
    unit_of = {item: unit.id for unit in units for item in unit.items}
    parts = [
        _part("unit", unit.id, building.id, unit.name, [members[item] for item in unit.items if item in members])
        for unit in units
    ]
    for item in building.items:
        steps = [
            PlanStep(name=step.name, credit_bp=step.credit_bp, evidence=step.evidence)
            for step in structure.steps
            if step.item == item.id
        ]
        parent = unit_of.get(item.id, building.id)
        parts.append(_part("item", item.id, parent, item.name, [members[item.id]], steps=steps))
    return parts


def _part(
    kind: str,
    part: str,
    parent: str | None,
    name: Text,
    members: Sequence[Member],
    *,
    steps: Sequence[PlanStep] = (),
    template: bool = False,
) -> PlanPartShown:
    planned, actual = planned_bp(members), actual_bp(members)
    return PlanPartShown(
        kind=kind,
        id=part,
        parent=parent,
        name=said(name),
        share_ppm=(sum(member.share for member in members) + _PPM // 2) // _PPM,
        plan_bp=planned,
        actual_bp=actual,
        gap_bp=None if actual is None else planned - actual,
        template=template,
        steps=list(steps),
    )


def planned_bp(members: Sequence[Member]) -> int:
    """Planned completion of parts together, rounded half up."""
    whole = sum(member.share for member in members)
    if not whole:
        return 0
    micro = sum(member.share * member.planned_micro for member in members) // whole
    return (micro + MICRO // 2) // MICRO


def actual_bp(members: Sequence[Member]) -> int | None:
    """Completion of parts together, rounded half up; None while nothing was judged."""
    value = actual(members)
    return None if value is None else int(value + 0.5)


def actual(members: Sequence[Member]) -> float | None:
    """The same unrounded: what was never judged counts as not done, and stays in the denominator."""
    if all(member.actual is None for member in members):
        return None
    done = sum(member.share * (member.actual or 0.0) for member in members)
    return done / sum(member.share for member in members)
