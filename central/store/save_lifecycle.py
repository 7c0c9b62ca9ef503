"""Stores what happens in a project's life: stages submitted and decided, milestones, permits, tax, templates."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select, update

from central.audit.trail import append
from central.domain import LifeEvent, Text
from central.errors import UnknownThing
from central.lifecycle.chain import in_force, order_fault
from central.lifecycle.gates import StageAct, check_decision, check_submission, life_event, passed
from central.lifecycle.permits import PermitEvent, check_permit, check_start
from central.lifecycle.refused import ActRefused
from central.lifecycle.stages import LIFE_OF_STAGE, STAGE_NAMES, LifecycleTemplate, spoken
from central.lifecycle.templates import template_document
from central.plan.calendar import midnight
from central.store import tables
from central.store.act_mended import permitted
from central.store.instants import to_ms
from central.store.read_lifecycle import acts_of, permits_of, template_of, templates_in_force
from central.store.read_organised import life_events_of
from central.store.save_audit import lock_head
from central.store.save_plan import spelled_plan
from central.store.save_seen import mark_dirty
from central.store.tell_deciding import tell_decided, tell_waiting
from central.store.upsert import table_of

_ACT, _STAGE_PLAN = table_of(tables.StageAct), table_of(tables.StagePlan)
_EVENT, _PERMIT, _TAX = table_of(tables.LifeEventRow), table_of(tables.PermitEvent), table_of(tables.TaxYear)
_TEMPLATE, _PROJECT = table_of(tables.LifecycleTemplate), table_of(tables.Project)


def plan_stage(
    connection: Connection, project: str, stage: str, *, planned_on: date, responsible: str, by: str, now_ms: int
) -> None:
    """When a stage is to be passed, and who answers for it."""
    _lock(connection, project)
    template = template_of(connection, project)
    if template.rule(stage) is None:
        stages = ", ".join(rule.stage for rule in template.stages)
        raise ActRefused(f"stage {stage!r}", where="stage", expected=f"one of {stages}")
    if not responsible.strip():
        raise ActRefused("nobody", where="responsible", expected="the person who answers for the stage")
    row = {"project": project, "stage": stage, "planned_on": planned_on, "responsible": responsible}
    connection.execute(insert(_STAGE_PLAN).values(**row, set_by=by, set_at=now_ms))
    detail = {"stage": stage, "planned_on": str(planned_on), "responsible": responsible}
    _note(connection, project, "stage.plan", by=by, now_ms=now_ms, detail=detail)


def submit_stage(connection: Connection, project: str, act: StageAct, *, today: date, now_ms: int) -> int:
    """The number of the act that waits for approval; ActRefused names what it lacks."""
    _lock(connection, project)
    template = template_of(connection, project)
    check_submission(template, acts_of(connection, project), act, today=today)
    if act.stage == "started":
        check_start(permits_of(connection, project), act.actual_on)
    row = {
        "project": project,
        "stage": act.stage,
        "actual_on": act.actual_on,
        "responsible": act.responsible,
        "documents": json.dumps([asdict(paper) for paper in act.papers], ensure_ascii=False, separators=(",", ":")),
        "template": template.label,
        "author": act.author,
        "submitted_at": now_ms,
        "state": "submitted",
        "decided_by": "",
        "remark": "",
    }
    number = int(connection.execute(insert(_ACT).values(**row).returning(_ACT.c.id)).scalar_one())
    digests = {paper.kind: paper.sha256 for paper in act.papers}
    rule = template.rule(act.stage)
    name = STAGE_NAMES.get(act.stage, Text(zh=act.stage, en=act.stage))
    told = tell_waiting(
        connection,
        project,
        "stage",
        number,
        what=Text(zh=f"{name.zh} {act.actual_on}", en=f"{name.en} on {act.actual_on}"),
        roles=rule.approver_roles if rule else (),
        by=act.author,
        now_ms=now_ms,
    )
    detail: dict[str, Any] = {"act": number, "stage": act.stage, "actual_on": str(act.actual_on)}
    detail |= {"documents": digests, "told": list(told)}
    _note(connection, project, "stage.submit", by=act.author, now_ms=now_ms, detail=detail)
    return number


def decide_stage(
    connection: Connection,
    project: str,
    number: int,
    *,
    by: str,
    roles: Collection[str],
    approve: bool,
    remark: str,
    now_ms: int,
) -> StageAct:
    """Approve or return an act; an approved one may say something that is judged (signed, started, completed)."""
    _lock(connection, project)
    act = next((act for act in acts_of(connection, project) if act.id == number), None)
    if act is None:
        raise UnknownThing(f"act {number}", where="act", expected=f"one of project {project}")
    check_decision(template_of(connection, project), act, by=by, roles=roles, remark=remark, approve=approve)
    if approve and act.stage == "started":
        check_start(permits_of(connection, project), act.actual_on)
    event = life_event(project, act) if approve else None
    if event is not None:
        _check_order(connection, event)
    state = "approved" if approve else "returned"
    same = update(_ACT).where(_ACT.c.id == number)
    connection.execute(same.values(state=state, decided_by=by, decided_at=now_ms, remark=remark))
    if event is not None:
        _add_event(connection, event, by=by, now_ms=now_ms)
    tell_decided(
        connection, project, "stage", number, author=act.author, approved=approve, remark=remark, by=by, now_ms=now_ms
    )
    detail = {"act": number, "stage": act.stage, "remark": remark}
    action = "stage.approve" if approve else "stage.return"
    _note(connection, project, action, by=by, now_ms=now_ms, detail=detail)
    return act


def note_milestone(connection: Connection, event: LifeEvent, *, today: date, by: str, now_ms: int) -> None:
    """A link of the chain signed → agreed start → started → production, in its order (domain.md A36)."""
    _lock(connection, event.project)
    if event.kind != "agreed_start" and event.day > today:
        raise ActRefused(f"{event.kind} on {event.day}, after {today}", where="day", expected="a day that has come")
    _check_not_approved(connection, event)
    _check_order(connection, event)
    _check_by_two(connection, event)
    if event.kind == "started":
        check_start(permits_of(connection, event.project), event.day)
    _add_event(connection, event, by=by, now_ms=now_ms)
    detail = {"kind": event.kind, "day": str(event.day), "ref": event.ref}
    _note(connection, event.project, "life.note", by=by, now_ms=now_ms, detail=detail)


def _check_not_approved(connection: Connection, event: LifeEvent) -> None:
    """What a stage said and somebody else approved is not undone by one person's word."""
    for act in passed(acts_of(connection, event.project)).values():
        if LIFE_OF_STAGE.get(act.stage) == event.kind:
            what = f"{event.kind} was approved with stage {act.stage} on {act.actual_on}"
            raise ActRefused(what, where="kind", expected="a link of the chain that no approved stage has said")


def _check_order(connection: Connection, event: LifeEvent) -> None:
    """The chain signed → agreed start → started → production → completed, whoever says a link of it."""
    fault = order_fault(life_events_of(connection, event.project), event)
    if fault is not None:
        raise ActRefused(fault[0], where="day", expected=fault[1])


def _check_by_two(connection: Connection, event: LifeEvent) -> None:
    """What a stage of the project's template says is said by that stage, which somebody else approves; an agreed start
    that is known is moved by a revision of the plan, which somebody else approves too."""
    stage = next((stage for stage, kind in LIFE_OF_STAGE.items() if kind == event.kind), None)
    template = template_of(connection, event.project)
    if stage is not None and template.rule(stage) is not None:
        what = f"{event.kind} by the word of one"
        raise ActRefused(what, where="kind", expected=f"stage {spoken(stage)}, which somebody else approves")
    known = in_force(life_events_of(connection, event.project)).get("agreed_start")
    if event.kind == "agreed_start" and known is not None and known.day != event.day:
        what = f"another agreed start than {known.day}"
        raise ActRefused(what, where="day", expected="a revision of the plan, which somebody else approves")


def note_permit(connection: Connection, project: str, event: PermitEvent, *, today: date, by: str, now_ms: int) -> None:
    """A permit is required, refused or granted; a grant answers who was asked to help with it."""
    _lock(connection, project)
    check_permit(event, permits_of(connection, project), today=today)
    row = {"project": project, **asdict(event), "noted_by": by, "noted_at": now_ms}
    connection.execute(insert(_PERMIT).values(**row))
    detail = {"permit": event.permit, "state": event.state, "day": str(event.day)}
    _note(connection, project, "permit.note", by=by, now_ms=now_ms, detail=detail)
    if event.state == "granted":
        permitted(connection, project, f"permit_{event.permit}", ref=event.ref, actor=by, wall_ms=now_ms)


def note_tax(
    connection: Connection, project: str, *, year: int, amount_fen: int, target_fen: int, ref: str, by: str, now_ms: int
) -> None:
    """Tax of a year; only of a project that produces, and not before the year in which it began to."""
    _lock(connection, project)
    begun = in_force(life_events_of(connection, project)).get("production")
    if begun is None:
        raise ActRefused("tax before production (投产)", where="year", expected="production to be noted first")
    if year < begun.day.year:
        raise ActRefused(f"year {year}", where="year", expected=f"{begun.day.year} or later, when production began")
    row = {"project": project, "year": year, "amount_fen": amount_fen, "target_fen": target_fen, "ref": ref}
    connection.execute(insert(_TAX).values(**row, noted_by=by, noted_at=now_ms))
    _note(
        connection, project, "tax.note", by=by, now_ms=now_ms, detail={k: v for k, v in row.items() if k != "project"}
    )


def put_template(connection: Connection, template: LifecycleTemplate, *, by: str, now_ms: int) -> LifecycleTemplate:
    """The template with the version it was stored as; the same again gives the version it has.

    Whoever stores one waits for whoever does so at the same time, and sees what that one stored."""
    lock_head(connection)
    known = templates_in_force(connection)
    for other in known:
        both = sorted(set(other.work_types) & set(template.work_types))
        if both and other.name != template.name:
            what = f"{', '.join(both)} in template {template.name}"
            raise ActRefused(what, where="work_types", expected=f"types that template {other.name} does not have")
    newest = next((other for other in known if other.name == template.name), None)
    spelled, digest = spelled_plan(template_document(template))
    if newest is not None and spelled_plan(template_document(newest))[1] == digest:
        return newest
    version = 1 if newest is None else newest.version + 1
    row = {"name": template.name, "version": version, "document": spelled, "sha256": digest}
    connection.execute(insert(_TEMPLATE).values(**row, set_by=by, set_at=now_ms))
    append(
        connection,
        at_ms=now_ms,
        actor=by,
        action="lifecycle.template",
        object_=f"lifecycle/{template.name}",
        detail={"version": version, "sha256": digest},
    )
    return LifecycleTemplate(
        name=template.name, version=version, work_types=template.work_types, stages=template.stages
    )


def _add_event(connection: Connection, event: LifeEvent, *, by: str, now_ms: int) -> None:
    """The project is judged anew from the day of the event, or of the one whose place it takes."""
    known = [other.day for other in life_events_of(connection, event.project) if other.kind == event.kind]
    row = {"project": event.project, "kind": event.kind, "day": event.day, "ref": event.ref}
    connection.execute(insert(_EVENT).values(**row, noted_by=by, noted_at=now_ms))
    ahead = event.kind == "agreed_start"  # what was agreed bears on the days before it too
    since_ms = None if ahead else to_ms(midnight(min((event.day, *known))))
    mark_dirty(connection, [event.project], since_ms=since_ms)


def _lock(connection: Connection, project: str) -> None:
    """Two people at one project take turns, so that what one checks still holds when it is stored."""
    lock_head(connection)  # before rows, as everybody does
    if connection.execute(select(_PROJECT.c.id).where(_PROJECT.c.id == project).with_for_update()).scalar() is None:
        raise UnknownThing(f"project {project!r}", where="project", expected="one that has a plan")


def _note(
    connection: Connection, project: str, action: str, *, by: str, now_ms: int, detail: Mapping[str, Any]
) -> None:
    append(connection, at_ms=now_ms, actor=by, action=action, object_=f"project/{project}", detail=dict(detail))
