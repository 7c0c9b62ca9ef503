"""Stores a plan: a new version of the project, all of it or nothing; earlier versions stay."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, select

from central.audit.trail import append
from central.domain import Project as PlannedProject
from central.errors import PlanRefused
from central.ingest.letters import is_storable
from central.lifecycle.revision import Outline, outline_of, revise
from central.plan.document import SCHEMA, ImportedPlan, PlannedFace
from central.plan.importing import read_plan_json
from central.store import tables
from central.store.engine import writing
from central.store.instants import district_day, from_ms
from central.store.judged_plans import keep_plan
from central.store.load_facts import cameras_of
from central.store.load_project import load_project
from central.store.read_organised import life_events_of
from central.store.read_transfers import unit_kept
from central.store.save_audit import lock_head
from central.store.save_seen import mark_dirty, refresh_observations
from central.store.upsert import insert_new, table_of, upsert

_PLAN, _PROJECT, _BUILDING = table_of(tables.Plan), table_of(tables.Project), table_of(tables.Building)
_DECISION, _UNIT = table_of(tables.PlanDecision), table_of(tables.OrgUnit)
_ITEM, _ASSIGNED = table_of(tables.WorkItem), table_of(tables.FaceAssignment)
_READING, _OBSERVATION = table_of(tables.FaceReading), table_of(tables.Observation)


def save_imported(
    engine: Engine, plan: ImportedPlan, *, by: str, reason: str, now_ms: int, approved_by: str = ""
) -> int:
    """Store what a plan file said; see `save_plan`."""
    with writing(engine) as connection:
        return put_plan(connection, plan, by=by, reason=reason, now_ms=now_ms, approved_by=approved_by)


def save_plan(
    engine: Engine,
    project: PlannedProject,
    *,
    faces: Sequence[PlannedFace],
    document: dict[str, Any],
    by: str,
    reason: str,
    now_ms: int,
    approved_by: str = "",
) -> int:
    """The new version; the same document again gives the version it has. PlanRefused, and nothing stored, otherwise."""
    plan = ImportedPlan(project=project, faces=tuple(faces), document=document)
    return save_imported(engine, plan, by=by, reason=reason, now_ms=now_ms, approved_by=approved_by)


def put_plan(
    connection: Connection, plan: ImportedPlan, *, by: str, reason: str, now_ms: int, approved_by: str = ""
) -> int:
    """The same within a transaction. `approved_by` '' = the author, as for the baseline and for operators.

    The trail's head is held first, before any row: whoever holds it then waits for no row of this plan. What came while
    this one waited was not looked at by who sends it: it is refused."""
    seen = newest_version(connection, plan.project.id)
    lock_head(connection)
    spelled, digest = spelled_plan(plan.document)
    project = plan.project
    check_clash(connection, project)
    check_code(connection, plan)
    check_unit(connection, plan.terms.unit_id)
    version, known = newest_version(connection, project.id)
    if known == digest:
        return version
    if (version, known) != seen:
        raise _at_once(project.id, version)
    before = outline_in_force(connection, project.id, version)
    version += 1
    row = {
        "project": project.id,
        "version": version,
        "imported_at": now_ms,
        "imported_by": by,
        "reason": reason,
        "sha256": digest,
        "document": spelled,
    }
    insert_new(connection, tables.Plan, [row])
    _check_first(connection, project.id, digest=digest, version=version)
    looked, agreed = cameras_of(connection, project.id), life_events_of(connection, project.id)
    unit = unit_kept(connection, project.id, planned=project.unit, day=district_day(from_ms(now_ms)))
    _save_structure(connection, replace(project, unit=unit), version)
    since_ms = keep_plan(connection, project, version=version, now_ms=now_ms)
    _save_assignments(connection, plan.faces, version=version, since_ms=since_ms)
    decision = _decision(connection, plan, before, version=version)
    settled = {"reason": reason, "approved_by": approved_by or by, "decided_at": now_ms}
    insert_new(connection, tables.PlanDecision, [decision | settled])
    _derive_again(connection, project, since_ms=since_ms)
    undated = (cameras_of(connection, project.id), life_events_of(connection, project.id)) != (looked, agreed)
    mark_dirty(connection, [project.id], since_ms=None if undated else since_ms)
    detail = {"version": version, "sha256": digest, "reason": reason, "approved_by": approved_by or by}
    told = {"delay_days": decision["delay_days"], "removed": json.loads(decision["removed"])}
    if unit != project.unit:
        told["unit_kept"] = unit.zh
    append(
        connection,
        at_ms=now_ms,
        actor=by,
        action="plan.import",
        object_=f"project/{project.id}",
        detail=detail | told,
    )
    return version


def _check_first(connection: Connection, project: str, *, digest: str, version: int) -> None:
    """PlanRefused when another plan became this version at the same moment: two are never mixed."""
    if newest_version(connection, project) != (version, digest):
        raise _at_once(project, version)


def _at_once(project: str, version: int) -> PlanRefused:
    what = f"version {version} of {project} came at the same moment"
    return PlanRefused(what, where="plan", expected="a revision of the plan that is in force now")


def spelled_plan(document: dict[str, Any]) -> tuple[str, str]:
    """A plan document as it is kept, and its digest; PlanRefused where a database cannot keep it."""
    spelled = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if "\\u0000" in spelled or not is_storable(spelled):
        raise PlanRefused("NUL or half a character", where="texts of the plan", expected="plain text")
    return spelled, hashlib.sha256(spelled.encode()).hexdigest()


def _decision(connection: Connection, plan: ImportedPlan, before: Outline | None, *, version: int) -> dict[str, Any]:
    """What the version changes, and its terms."""
    first = select(_DECISION.c.finish).where(_DECISION.c.project == plan.project.id, _DECISION.c.version == 1)
    baseline = connection.execute(first).scalar() or plan.project.finish
    outline = outline_of(plan.project, plan.structure)
    revision = revise(before or outline, outline, baseline_finish=baseline)
    terms = plan.terms
    return {
        "project": plan.project.id,
        "version": version,
        "finish": plan.project.finish,
        "delay_days": revision.delay_days,
        "removed": json.dumps(revision.removed, separators=(",", ":")),
        "signed_on": terms.signed_on,
        "agreed_start": terms.agreed_start,
        "estimate_fen": terms.estimate_fen,
        "object_code": terms.object_code,
        "unit_id": terms.unit_id,
    }


def outline_in_force(connection: Connection, project: str, version: int) -> Outline | None:
    """What the newest version is compared by; None when there is none."""
    if not version:
        return None
    spelled = select(_PLAN.c.document).where(_PLAN.c.project == project, _PLAN.c.version == version)
    stored = load_project(connection, project, points=False)
    read = read_plan_json(json.loads(connection.execute(spelled).scalar_one()))
    structure = read.structure if isinstance(read, ImportedPlan) else None
    return outline_of(stored, structure) if stored is not None else None


def check_clash(connection: Connection, project: PlannedProject) -> None:
    """Ids of projects, buildings and items are subjects of one series: nobody else's may be among them."""
    own = {project.id, *(building.id for building in project.buildings)}
    own |= {item.id for building in project.buildings for item in building.items}
    others = (
        select(_PROJECT.c.id).where(_PROJECT.c.id.in_(own), _PROJECT.c.id != project.id),
        select(_BUILDING.c.id).where(_BUILDING.c.id.in_(own), _BUILDING.c.project != project.id),
        select(_ITEM.c.id)
        .join(_BUILDING, _BUILDING.c.id == _ITEM.c.building)
        .where(_ITEM.c.id.in_(own), _BUILDING.c.project != project.id),
    )
    taken = {found for other in others for found in connection.execute(other).scalars()}
    if taken:
        raise PlanRefused(
            f"ids {', '.join(sorted(taken))}", where="buildings and items", expected="ids that no other project uses"
        )


def check_code(connection: Connection, plan: ImportedPlan) -> None:
    """PlanRefused when another project has the national code; plans of the older schema may share one."""
    if plan.document.get("schema") != SCHEMA:
        return
    same = select(_PROJECT.c.id).where(_PROJECT.c.code == plan.project.code, _PROJECT.c.id != plan.project.id)
    other = connection.execute(same.limit(1)).scalar()
    if other is not None:
        what = f"code {plan.project.code} of project {other}"
        raise PlanRefused(what, where="project.code", expected="the code of this project alone")


def check_unit(connection: Connection, unit: str) -> None:
    """PlanRefused when there is an organisation without this unit; '' is none."""
    if not unit or connection.execute(select(_UNIT.c.id).limit(1)).first() is None:
        return
    if connection.execute(select(_UNIT.c.id).where(_UNIT.c.id == unit)).first() is None:
        raise PlanRefused(f"unit {unit!r}", where="project.unit_id", expected="a unit of the organisation")


def newest_version(connection: Connection, project: str) -> tuple[int, str]:
    """The number and digest of a project's newest plan; 0 and '' when it has none."""
    newest = select(_PLAN.c.version, _PLAN.c.sha256).where(_PLAN.c.project == project)
    row = connection.execute(newest.order_by(_PLAN.c.version.desc()).limit(1)).first()
    return (row.version, row.sha256) if row else (0, "")


def _save_structure(connection: Connection, project: PlannedProject, version: int) -> None:
    upsert(connection, tables.Project, [_project_row(project, version)])
    pauses = [
        {"project": project.id, "version": version, "first": first, "last": last} for first, last in project.pauses
    ]
    insert_new(connection, tables.Pause, pauses)
    for position, building in enumerate(project.buildings):
        row = {
            "id": building.id,
            "project": project.id,
            "position": position,
            "name_zh": building.name.zh,
            "name_en": building.name.en,
            "storeys": building.storeys,
            "weight_bp": building.weight_bp,
            "plan_version": version,
        }
        upsert(connection, tables.Building, [row])
        items = [
            {
                "id": item.id,
                "building": building.id,
                "position": order,
                "name_zh": item.name.zh,
                "name_en": item.name.en,
                "weight_bp": item.weight_bp,
                "credits": json.dumps(dict(item.credits), sort_keys=True, separators=(",", ":")),
                "plan_version": version,
            }
            for order, item in enumerate(building.items)
        ]
        upsert(connection, tables.WorkItem, items)
        points = [
            {"project": project.id, "version": version, "item": item.id, "day": point.day, "cum_bp": point.cum_bp}
            for item in building.items
            for point in item.points
        ]
        insert_new(connection, tables.PlanPoint, points)


def _project_row(project: PlannedProject, version: int) -> dict[str, Any]:
    return {
        "id": project.id,
        "code": project.code,
        "name_zh": project.name.zh,
        "name_en": project.name.en,
        "street_zh": project.street.zh,
        "street_en": project.street.en,
        "unit_zh": project.unit.zh,
        "unit_en": project.unit.en,
        "work_type": project.work_type,
        "contract_fen": project.contract_fen,
        "budget_fen": project.budget_fen,
        "start": project.start,
        "finish": project.finish,
        "plan_version": version,
    }


def _save_assignments(connection: Connection, faces: Sequence[PlannedFace], *, version: int, since_ms: int) -> None:
    """A camera that left the plan keeps its row, so that what it saw still counts; a face moved elsewhere does not.

    A face that is new in this version counts from `since_ms` on.
    """
    for place in faces:
        elsewhere = (_ASSIGNED.c.gateway == place.gateway, _ASSIGNED.c.camera == place.camera)
        moved = (_ASSIGNED.c.face == place.face, _ASSIGNED.c.building != place.building)
        connection.execute(delete(_ASSIGNED).where(*elsewhere, *moved))
    rows = [
        {
            "gateway": place.gateway,
            "camera": place.camera,
            "building": place.building,
            "face": place.face,
            "plan_version": version,
            "since_at": since_ms,
        }
        for place in faces
    ]
    upsert(connection, tables.FaceAssignment, rows, keep=("since_at",))


def _derive_again(connection: Connection, project: PlannedProject, *, since_ms: int) -> None:
    """Camera observations follow from readings and plan: those from `since_ms` on are made anew.

    By a first plan that is all of them, from readings that came before it too.
    """
    derived = _OBSERVATION.c.project == project.id, _OBSERVATION.c.kind == "camera"
    connection.execute(delete(_OBSERVATION).where(*derived, _OBSERVATION.c.observed_at >= since_ms))
    seen = (
        select(_READING.c.gateway, _READING.c.building, func.max(_READING.c.observed_at).label("until"))
        .where(_READING.c.building.in_([building.id for building in project.buildings]))
        .group_by(_READING.c.gateway, _READING.c.building)
    )
    for row in connection.execute(seen).all():
        if row.until >= since_ms:
            refresh_observations(
                connection, gateway=row.gateway, building=row.building, since_ms=since_ms, until_ms=row.until
            )
