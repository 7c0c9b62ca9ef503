"""Why people look at pictures of a site, and the register of who looked at which."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy import Row
from sqlmodel import Session

from central.api.access import WATCHED, Access, allow, place_of
from central.api.acting import Id, refusals
from central.api.policy import ROLES, covers
from central.api.schemas import Text
from central.api.services import Db, Given
from central.api.viewing_schemas import PurposeCode, PurposeGiven, PurposeShown, Views, ViewShown
from central.api.views.seats import visible_projects
from central.quality.viewing import NAMES, PURPOSES, usual
from central.store.engine import writing
from central.store.instants import from_ms, to_ms
from central.store.read_views import purpose_of, views_before
from central.store.save_views import state_purpose
from central.store.tables import Project

router = APIRouter(tags=["viewing"])
Reader = Annotated[Access, allow("read_projects")]
Before = Annotated[int | None, Query(ge=1, lt=1 << 62)]
Limit = Annotated[int, Query(ge=1, le=200)]
_OVERSEEING = frozenset({"auditor", WATCHED})


@router.get("/projects/{project_id}/viewing-purpose", operation_id="getViewingPurpose", response_model=PurposeShown)
def get_purpose(project_id: str, access: Reader, services: Given, session: Db) -> PurposeShown:
    """What is noted as the caller's purpose when he looks at pictures of this project, and what may be chosen."""
    return _purpose(session, project_id, access, now_ms=to_ms(services.wall()))


@router.post(
    "/projects/{project_id}/viewing-purpose",
    operation_id="stateViewingPurpose",
    status_code=201,
    response_model=PurposeShown,
)
def post_purpose(project_id: str, given: PurposeGiven, access: Reader, services: Given) -> PurposeShown:
    """Say why one looks at pictures of this project; it holds for twelve hours."""
    now_ms = to_ms(services.wall())
    with refusals(), writing(services.engine) as connection:
        state_purpose(
            connection, project_id, purpose=given.purpose, remark=given.remark, by=access.username, now_ms=now_ms
        )
        return _purpose(Session(connection), project_id, access, now_ms=now_ms)


@router.get("/evidence-views", operation_id="listEvidenceViews", response_model=Views)
def get_views(
    access: Annotated[Access, allow("read_views")],
    session: Db,
    *,
    project: Id | None = None,
    person: Annotated[str | None, Query(max_length=128)] = None,
    sha256: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None,
    before: Before = None,
    limit: Limit = 50,
) -> Views:
    """Who was shown which picture, when, and why; of the caller's scope.

    That discipline inspection looked is for auditors and itself: the watched do not learn of it (C08).
    """
    connection = session.connection()
    visible = visible_projects(connection, access)
    wanted = visible if project is None else [project] if visible is None or project in visible else []
    overseeing = any(grant.role in _OVERSEEING for grant in access.grants)
    found = views_before(
        connection,
        projects=wanted,
        person=person,
        sha256=sha256,
        before=before,
        limit=limit + 1,
        hidden="" if overseeing else WATCHED,
    )
    shown = [_view(row) for row in found[:limit]]
    return Views(views=shown, next=shown[-1].id if len(found) > limit else None)


def _purpose(session: Session, project_id: str, access: Access, *, now_ms: int) -> PurposeShown:
    said = purpose_of(session.connection(), project_id, person=access.username, now_ms=now_ms)
    project = session.get(Project, project_id)
    near = [grant.role for grant in access.grants if project is not None and covers((grant,), place=place_of(project))]
    return PurposeShown(
        project=project_id,
        stated=said.purpose if said else None,
        remark=said.remark if said else None,
        until=from_ms(said.until_at) if said else None,
        usual=usual(min(near, key=ROLES.index, default="")),
        choices=[PurposeCode.model_validate({"code": code, "name": NAMES[code]}) for code in PURPOSES],
    )


def _view(row: Row[Any]) -> ViewShown:
    name = NAMES[row.purpose]
    return ViewShown(
        id=row.id,
        viewed_at=from_ms(row.viewed_at),
        person=row.person,
        role=row.role,
        kind=row.kind,
        sha256=row.sha256,
        project=row.project or None,
        purpose=row.purpose,
        purpose_name=Text(zh=name.zh, en=name.en),
        remark=row.remark,
        stated=bool(row.stated),
    )
