"""The district, its projects, their curves and scores."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from central.api.access import Access, allow
from central.api.acting import Day
from central.api.kept import Kept, answered, kept, kept_bytes
from central.api.project_schemas import Curve, District, ProjectDetail, ProjectList
from central.api.schemas import Sign
from central.api.score_schemas import ScoreDetail
from central.api.services import Db, Given
from central.api.views.curve import curve_of
from central.api.views.projects import Filters, district_of, list_of, project_json
from central.api.views.scores import score_of
from central.store.read_marks import judged_stamp, marks

router = APIRouter(tags=["projects"])
Reader = Annotated[Access, allow("read_projects")]
PAGE_MAX = 1000
OFFSET_MAX = 1_000_000
Short = Annotated[str | None, Query(max_length=128)]


def _filters(
    *,
    street: Short = None,
    type_: Annotated[str | None, Query(alias="type", max_length=64)] = None,
    level: Annotated[list[Sign] | None, Query()] = None,
    sort: Literal["level", "lag", "gap", "name", "score"] = "level",
    limit: Annotated[int | None, Query(ge=1, le=PAGE_MAX)] = None,
    offset: Annotated[int, Query(ge=0, le=OFFSET_MAX)] = 0,
) -> Filters:
    return Filters(street=street, work_type=type_, signs=tuple(level or ()), sort=sort, limit=limit, offset=offset)


@router.get("/district", operation_id="getDistrict", response_model=District)
def district(
    request: Request,
    access: Reader,
    services: Given,
    session: Db,
    brief: Annotated[bool, Query(description="without the projects: name, time and counts")] = False,
) -> Response:
    """Counts by sign and every project of the caller's scope, heaviest first."""
    now = services.clock()
    stamp = judged_stamp(session.connection())

    def make() -> Kept:
        found = services.briefs.all(session, now=now)
        return kept(district_of(found, access=access, name=services.settings.district, brief=brief))

    as_of = now if stamp[-1] else None  # projects that were never judged are shown as of the clock
    found = services.districts.answer((frozenset(access.grants), brief), (stamp, as_of), make)
    return answered(request, found)


@router.get("/projects", operation_id="listProjects", response_model=ProjectList)
def projects(
    request: Request, access: Reader, services: Given, session: Db, filters: Annotated[Filters, Depends(_filters)]
) -> Response:
    """The projects that pass the filters; `total` counts all that pass."""
    found = services.briefs.all(session, now=services.clock())
    return answered(request, kept(list_of(found, access=access, filters=filters)))


@router.get("/projects/{project_id}", operation_id="getProject", response_model=ProjectDetail)
def project(request: Request, project_id: str, access: Reader, services: Given, session: Db) -> Response:
    """A project with its buildings, items and cameras."""
    body = project_json(session, services.details, project_id, access=access, now=services.clock())
    return answered(request, kept_bytes(body))


@router.get("/projects/{project_id}/curve", operation_id="getCurve", response_model=Curve)
def curve(
    request: Request, project_id: str, access: Reader, services: Given, session: Db, *, building: Short = None
) -> Response:
    """Planned and measured completion by day, of the project or of one of its buildings."""
    (mark,) = marks(session.connection(), [project_id])

    def make() -> Kept:
        return kept(curve_of(session, project_id, building_id=building))

    return answered(request, services.curves.answer((project_id, building), mark.stamp(services.clock()), make))


@router.get("/projects/{project_id}/score", operation_id="getScore", response_model=ScoreDetail)
def score(
    project_id: str,
    access: Annotated[Access, allow("read_scores")],
    session: Db,
    day: Annotated[Day | None, Query(description="as it stood at the end of this day; the newest unless told")] = None,
) -> ScoreDetail:
    """The newest score, or a past day's, with its contributions."""
    return score_of(session, project_id, day=day)
