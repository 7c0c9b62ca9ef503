"""The one dependency every route asks: `allow(action)`: who calls, whether the role may, whether the scope reaches.

What is absent and what is forbidden get the same 404, so nobody learns of things outside their scope. Only discipline
inspection, from which nothing is hidden, is told that it may not write (403).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool

from central.api.errors import AbsentError, ReadOnlyError, UnauthorisedError, absent
from central.api.policy import Action, Grant, Place, covers, district_wide, usable
from central.api.services import Given, Services, services_of, snapshot
from central.audit.trail import append
from central.store.engine import writing
from central.store.instants import to_ms
from central.store.read_people import caller_named, gateway_with_token
from central.store.read_places import Located, locate
from central.store.save_security import note_security
from central.store.tables import Project

log = logging.getLogger(__name__)

_bearer = HTTPBearer(auto_error=False, scheme_name="bearer", description="a token of POST /auth/login")
WATCHED = "discipline"  # who reads everything is himself on record
_UNWATCHED = frozenset[Action]({"know_self", "follow"})
_READING = frozenset({"GET", "HEAD"})
_GATEWAYS_ONLY = frozenset[Action]({"put_evidence", "renew_identity", "fetch_config"})
_SUBJECTS = {
    "project_id": "project",
    "building_id": "building",
    "warning_id": "warning",
    "rectification_id": "rectification",
    "seq": "record",
    "sha256": "evidence",
    "photo": "photo",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A permitted call: who it is, and how far the grants that permit it reach. `expires_at` is the token's end.

    `gateway`: `username` is the id of a gateway, which may be called as a person is.
    """

    username: str
    name: str
    grants: tuple[Grant, ...]
    expires_at: datetime | None
    gateway: bool = False

    def sees(self, project: Project) -> bool:
        """Whether the grants reach this project."""
        return covers(self.grants, place=place_of(project))

    def sees_scores(self, project: Project) -> bool:
        """Whether one of the grants that reach this project may read scores."""
        return covers(usable(self.grants, action="read_scores"), place=place_of(project))

    @property
    def everywhere(self) -> bool:
        """Whether the grants reach also what belongs to no project."""
        return district_wide(self.grants)


class Allow:
    """The dependency of one action: 401 without a good token, 404 where the role or the scope does not reach."""

    def __init__(self, action: Action) -> None:
        self.action = action

    def __call__(
        self,
        request: Request,
        services: Given,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    ) -> Access:
        token = _token_of(bearer)
        with snapshot(services) as session:  # an event stream's own: it must not hold a connection while it lives
            if self.action in _GATEWAYS_ONLY:
                return _gateway(services, session, token)
            if self.action == "upload" and (gateway := _known_gateway(services, session, token)) is not None:
                return gateway
            return self._person(request, services, session, token)

    def _person(self, request: Request, services: Services, session: Session, token: str) -> Access:
        caller = _caller(services, session, token)
        granted = usable(caller.grants, action=self.action)
        if not granted:
            if request.method not in _READING and any(grant.role == WATCHED for grant in caller.grants):
                _note_reading(services, caller, request, result=".refused")
                raise ReadOnlyError(method=request.method, path=request.url.path)
            raise _refused(caller, request)
        access = Access(username=caller.username, name=caller.name, grants=granted, expires_at=caller.expires_at)
        _check_scope(access, request, session)
        if self.action not in _UNWATCHED and any(grant.role == WATCHED for grant in granted):
            session.rollback()  # what is read from here on knows of this
            _note_reading(services, access, request)
        return access


def _note_reading(services: Services, access: Access, request: Request, *, result: str = "") -> None:
    """What discipline inspection looked at (or tried) stands in the audit trail, which no unit reads (C08)."""
    with writing(services.engine) as connection:
        append(
            connection,
            at_ms=to_ms(services.wall()),
            actor=access.username,
            action=f"inspection.{request.method.lower()}{result}",
            object_=request.url.path,
            detail={"query": request.url.query} if request.url.query else {},
        )


def allow(action: Action) -> Any:
    """`access: Annotated[Access, allow("read_projects")]` in every route."""
    return Depends(Allow(action))


class AskFirst(APIRoute):
    """A route whose large body is read only once the caller is known: FastAPI reads bodies before it asks anybody."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The same, after every `allow` of the route has been asked."""
        answer = super().get_route_handler()
        asked = [needed.call for needed in self.dependant.dependencies if isinstance(needed.call, Allow)]

        async def handle(request: Request) -> Response:
            bearer = await _bearer(request)
            for ask in asked:
                await run_in_threadpool(ask, request, services_of(request), bearer)
            return await answer(request)

        return handle


def place_of(project: Project) -> Place:
    """Where a stored project is, as grants name it."""
    return Place(project=project.id, unit=project.unit_zh, street=project.street_zh)


def _token_of(bearer: HTTPAuthorizationCredentials | None) -> str:
    if bearer is None:
        raise UnauthorisedError(
            "no token", where="header.Authorization", expected="Bearer and a token", code="token_missing"
        )
    return bearer.credentials


def _gateway(services: Services, session: Session, token: str) -> Access:
    found = _known_gateway(services, session, token)
    if found is None:
        raise UnauthorisedError(
            "token of no registered gateway", where="header.Authorization", expected="the token of gateway add"
        )
    return found


def _known_gateway(services: Services, session: Session, token: str) -> Access | None:
    found = gateway_with_token(session, hashlib.sha256(token.encode()).hexdigest())
    if found is None:
        return None
    if found.revoked_at is not None:
        _note_revoked(services, found.id)
        raise UnauthorisedError(
            "token of a revoked gateway", where="header.Authorization", expected="one enrolled anew", code="revoked"
        )
    return Access(username=found.id, name=found.id, grants=(), expires_at=None, gateway=True)


def _note_revoked(services: Services, gateway: str) -> None:
    detail = "its token was used after the gateway was revoked"
    with writing(services.engine) as connection:
        at_ms = to_ms(services.wall())
        note_security(connection, code="revoked_gateway", gateway=gateway, detail=detail, at_ms=at_ms)


def _caller(services: Services, session: Session, token: str) -> Access:
    now = services.wall()
    claims = services.signer.read(token, now=now)
    person = caller_named(session.connection(), claims.username, at_ms=to_ms(now))
    if person is None:
        raise UnauthorisedError(
            "token of a person who may no longer log in", where="header.Authorization", expected="an active account"
        )
    grants = tuple(Grant(role=role, kind=kind, scope=scope) for role, kind, scope in person.grants)
    return Access(username=claims.username, name=person.name, grants=grants, expires_at=claims.expires_at)


def _check_scope(access: Access, request: Request, session: Session) -> None:
    subject = _subject_of(request.path_params)
    if subject is None:
        return
    kind, key = subject
    located = locate(session, kind, key)
    if located is None:
        raise absent(kind, key)
    if not _reaches(access, located):
        log.warning("scope refused user=%s kind=%s id=%s path=%s", access.username, kind, key, request.url.path)
        raise absent(kind, key)


def _subject_of(params: Mapping[str, Any]) -> tuple[str, str] | None:
    for name, kind in _SUBJECTS.items():
        if name in params:
            key = "/".join(str(params[part]) for part in ("gateway", "epoch", "seq")) if name == "seq" else params[name]
            return kind, str(key)
    return None


def _reaches(access: Access, located: Located) -> bool:
    return access.everywhere or any(access.sees(project) for project in located.projects)


def _refused(caller: Access, request: Request) -> AbsentError:
    log.warning("role refused user=%s method=%s path=%s", caller.username, request.method, request.url.path)
    return absent("address", request.url.path)
