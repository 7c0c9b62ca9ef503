"""What anybody may read without a token, and guests of an open day with theirs: plain words, no person, no money."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import FileResponse
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.envelopes import ErrorEnvelope
from central.api.errors import TooOftenError, absent
from central.api.public_schemas import PublicDistrict, PublicProject
from central.api.public_stills import PublicStills
from central.api.services import Db, Given, Services
from central.api.throttle import neighbourhood
from central.api.views.public import Shown, district_of, published
from central.plan.calendar import local_day
from central.store.read_public import newest_flag
from central.store.read_standing import standings
from central.store.read_wall import stamp_of


def unhurried(request: Request, services: Given) -> None:
    """Who asks too often waits: a page is read by people."""
    host = request.client.host if request.client else "unknown"
    wait_s = services.meter.wait_s(neighbourhood(host), now=services.wall())
    if wait_s:
        raise TooOftenError(retry_after_s=wait_s)


router = APIRouter(tags=["public"], responses={429: {"model": ErrorEnvelope}})
Code = Annotated[str, Path(max_length=128, description="the project's id, or its national code")]
Guest = Annotated[Access, allow("visit")]
Unhurried = Depends(unhurried)
_JPEG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}}
}


@router.get(
    "/public/projects",
    operation_id="listPublicProjects",
    response_model=PublicDistrict,
    dependencies=[Unhurried],
)
def list_projects(services: Given, session: Db) -> PublicDistrict:
    """Every project that the district has made public."""
    return _shown(services, session).district


@router.get(
    "/public/projects/{code}",
    operation_id="getPublicProject",
    response_model=PublicProject,
    dependencies=[Unhurried],
)
def get_project(code: Code, services: Given, session: Db) -> PublicProject:
    """One of them; whatever is not public is not there."""
    return _one(_shown(services, session), code)


@router.get(
    "/public/projects/{code}/still",
    operation_id="getPublicStill",
    response_class=FileResponse,
    responses=_JPEG,
    dependencies=[Unhurried],
)
def get_still(
    code: Code,
    services: Given,
    session: Db,
    of: Annotated[str, Query(max_length=64, description="which one, so that browsers may keep it")] = "",
) -> FileResponse:
    """Its newest picture: blurred at the site, small, without anything the file said of itself."""
    shown = _shown(services, session)
    found = _one(shown, code)
    sha256 = shown.stills.get(found.code)
    path = None if sha256 is None else PublicStills(services.settings.data_dir).made(sha256)
    if path is None:
        raise absent("still", code)
    return FileResponse(path, media_type="image/jpeg", headers={"Cache-Control": "public, max-age=300"})


@router.get("/visit/projects", operation_id="listVisitedProjects", response_model=PublicDistrict)
def list_visited(access: Guest, services: Given, session: Db) -> PublicDistrict:
    """What guests of an open day see: the same plain words, of the projects they were invited to and the public ones.

    Their account ends when it was said to end: from then on there is nothing here. Pictures only of public projects.
    """
    everything, public = _published(services, session, everything=True), _shown(services, session)
    invited = {one.project.id for one in standings(session) if access.sees(one.project)}
    projects = [
        public.codes.get(one.code) or one.model_copy(update={"still": None})
        for one in everything.district.projects
        if one.code in invited or one.code in public.codes
    ]
    return district_of(projects, name=services.settings.district)


def _shown(services: Services, session: Session) -> Shown:
    return _published(services, session, everything=services.settings.public_projects == "all")


def _published(services: Services, session: Session, *, everything: bool) -> Shown:
    """Made once for everybody, again only when something changed."""
    connection, now = session.connection(), services.clock()
    stamp = (stamp_of(connection), newest_flag(connection), local_day(now))

    def make() -> Shown:
        return published(session, name=services.settings.district, everything=everything, now=now)

    return services.published.answer(everything, stamp, make)


def _one(shown: Shown, code: str) -> PublicProject:
    found = shown.codes.get(code)
    if found is None:
        raise absent("project", code)
    return found
