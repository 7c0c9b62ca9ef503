"""The Gantt of a project: frozen baseline, plan in force, what was really seen."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from central.api.access import Access, allow
from central.api.errors import absent
from central.api.gantt_schemas import Gantt, GanttBuilding, GanttItem, Span
from central.api.services import Db, Given
from central.api.views.standing import Judged
from central.store.read_gantt import PlannedSpan, seen_of, spans_of, still_days
from central.store.read_standing import standings

router = APIRouter(tags=["projects"])
BASELINE = 1


@router.get("/projects/{project_id}/gantt", operation_id="getGantt", response_model=Gantt)
def gantt(project_id: str, access: Annotated[Access, allow("read_projects")], services: Given, session: Db) -> Gantt:
    """Each item's span in the first plan and in the one in force, and when work on it was seen."""
    found = standings(session, [project_id])
    if not found:
        raise absent("project", project_id)
    judged, connection = Judged(session, found[0], now=services.clock()), session.connection()
    version = judged.plan.plan_version
    summary = judged.summary()
    baseline, planned = (
        spans_of(connection, project_id, number, start=summary.start) for number in (BASELINE, version)
    )
    seen, stills = seen_of(connection, project_id), still_days(connection, project_id)
    return Gantt(
        project=project_id,
        version=version,
        start=summary.start,
        finish=summary.finish,
        as_of=summary.as_of,
        buildings=[
            GanttBuilding(
                id=building.id,
                name=building.name,
                items=[
                    GanttItem(
                        id=item.id,
                        name=item.name,
                        baseline=_span(baseline.get(item.id)),
                        planned=_span(planned.get(item.id)),
                        actual_bp=item.actual_bp,
                        begun=seen[item.id].begun if item.id in seen else None,
                        done=seen[item.id].done if item.id in seen else None,
                    )
                    for item in building.items
                ],
                still_days=list(stills.get(building.id, ())),
            )
            for building in judged.buildings()
        ],
    )


def _span(found: PlannedSpan | None) -> Span | None:
    return None if found is None else Span(first=found.first, last=found.last)
