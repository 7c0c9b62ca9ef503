"""Log in, renew, and ask who one is."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request

from central.api.access import Access, allow
from central.api.envelopes import ErrorEnvelope, Login, Me, Scope, Token
from central.api.errors import TooManyTriesError, UnauthorisedError
from central.api.passwords import password_matches
from central.api.policy import over_district, permitted
from central.api.services import Db, Given
from central.api.throttle import FREE_TRIES_OF_ADDRESS, neighbourhood
from central.api.tokens import Issued
from central.api.trail import note_login
from central.store.read_people import user_named

_ENVELOPE: dict[str, Any] = {"model": ErrorEnvelope}
router = APIRouter(prefix="/auth", tags=["sessions"])


@router.post("/login", operation_id="login", response_model=Token, responses={413: _ENVELOPE, 429: _ENVELOPE})
def login(credentials: Login, request: Request, services: Given, session: Db) -> Token:
    """A token for a name and a password. Failures are slowed down and noted in the audit trail."""
    now = services.wall()
    host = request.client.host if request.client else "unknown"
    name_key, host_key = f"name:{credentials.username}", f"host:{neighbourhood(host)}"
    wait_s = services.throttle.wait_s(name_key, host_key, now=now)
    if wait_s:
        raise TooManyTriesError(retry_after_s=wait_s)
    person = user_named(session, credentials.username)
    encoded = person.password_hash if person else None
    if not password_matches(credentials.password, encoded=encoded):
        services.throttle.failed(name_key, now=now)
        services.throttle.failed(host_key, now=now, free=FREE_TRIES_OF_ADDRESS)
        note_login(services, username=credentials.username, host=host, succeeded=False)
        raise UnauthorisedError(
            "login failed", where="body", expected="the name and password of an active account", code="login_failed"
        )
    services.throttle.succeeded(name_key)  # the address goes on: else one good account would buy tries on all others
    note_login(services, username=credentials.username, host=host, succeeded=True)
    return _token(services.signer.issue(credentials.username, now=now))


@router.post("/refresh", operation_id="refreshToken", response_model=Token)
def refresh(access: Annotated[Access, allow("know_self")], services: Given) -> Token:
    """A new token for one that is still good."""
    return _token(services.signer.issue(access.username, now=services.wall()))


@router.get("/me", operation_id="getMe", response_model=Me)
def me(access: Annotated[Access, allow("know_self")]) -> Me:
    """Who the token speaks for, how far it reaches, and what it may be used for."""
    grants = access.grants  # all there are: every role may know itself
    return Me(
        username=access.username,
        name=access.name,
        roles=sorted({grant.role for grant in grants}),
        scope=[Scope.model_validate(_scope(grant.role, grant.kind, grant.scope)) for grant in grants],
        may=permitted(grants),
        may_everywhere=permitted(over_district(grants)),
    )


def _scope(role: str, kind: str, scope: str) -> dict[str, str | None]:
    return {"role": role, "kind": kind, "id": scope or None}


def _token(issued: Issued) -> Token:
    return Token(
        access_token=issued.token,
        token_type="bearer",  # noqa: S106 - a scheme, no password
        expires_in=int(issued.lifetime.total_seconds()),
    )
