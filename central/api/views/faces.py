"""A building as its cameras see it: the newest reading of each work face against the row that should stand."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from central.api.errors import absent
from central.api.face_schemas import Faces, FaceState
from central.api.views.readings import reading_of, ref_of, still
from central.api.views.words import named
from central.domain import Project, WorkItem
from central.plan.calendar import calendar_of
from central.plan.planned import FULL_BP, item_curve
from central.store import tables
from central.store.instants import from_ms
from central.store.load_project import load_project
from central.store.read_faces import Seen, newest_faces

_STANDING = "structure"  # the stage that makes a storey stand


def faces_of(session: Session, building_id: str, *, now: datetime) -> Faces:
    """Each face a camera has read, by face then camera."""
    building = session.get(tables.Building, building_id)
    project = load_project(session.connection(), building.project, within=[building_id]) if building else None
    if building is None or project is None:
        raise absent("building", building_id)
    standing_bp = _standing_bp(project, building_id, now=now)
    faces = [_face(seen, standing_bp=standing_bp) for seen in newest_faces(session, building_id)]
    return Faces(building=named(building), faces=faces)


def _standing_bp(project: Project, building_id: str, *, now: datetime) -> int | None:
    """Share of the rows that should stand by plan: the planned share of the item that the structure stage completes."""
    items = [item for building in project.buildings if building.id == building_id for item in building.items]
    frames = [item for item in items if _completed_by_structure(item)]
    if not frames:
        return None
    calendar = calendar_of(project)
    return item_curve(frames[0], project, calendar).bp_at(calendar.effective_s(now))


def _completed_by_structure(item: WorkItem) -> bool:
    return dict(item.credits).get(_STANDING) == FULL_BP


def _face(seen: Seen, *, standing_bp: int | None) -> FaceState:
    said = reading_of(seen.record)
    rows = len(said.stage)
    newest, before = (*seen.stills, None, None)[:2]
    return FaceState(
        face=said.face,
        camera=said.camera,
        gateway=seen.reading.gateway,
        rows=rows,
        cols=len(said.stage[0]) if rows else 0,
        observed_at=from_ms(seen.reading.observed_at),
        stages=list(said.stages),
        stage=[list(row) for row in said.stage],
        stage_bp=[list(row) for row in said.stage_bp],
        occluded=[list(row) for row in said.occluded],
        cover=[list(row) for row in said.cover],
        top_storey=said.top_storey,
        planned_top_row=None if standing_bp is None else standing_bp * rows // FULL_BP,
        completion_bp=said.completion_bp,
        sigma_bp=said.sigma_bp,
        coverage_bp=said.coverage_bp,
        registration=said.registration,
        quality=list(said.quality),
        abstained=said.abstained,
        ref=ref_of(seen.record),
        evidence=still(newest),
        previous_evidence=still(before),
    )
