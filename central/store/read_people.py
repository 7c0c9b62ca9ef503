"""Read queries about who asks: people, their grants, gateways by token."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, or_
from sqlalchemy import select as choose
from sqlmodel import Session, col, select

from central.store.tables import Gateway, Grant, User
from central.store.upsert import table_of

_USER, _GRANT = table_of(User), table_of(Grant)
_HOLDS = and_(
    _GRANT.c.user == _USER.c.id,
    _GRANT.c.valid_from_at <= bindparam("at"),
    or_(_GRANT.c.valid_to_at.is_(None), _GRANT.c.valid_to_at > bindparam("at")),
)
_CALLER = (
    choose(_USER.c.name, _GRANT.c.role, _GRANT.c.scope_kind, _GRANT.c.scope)
    .select_from(_USER.outerjoin(_GRANT, _HOLDS))
    .where(_USER.c.username == bindparam("username"), _USER.c.active.is_(True))
    .order_by(_GRANT.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An active person with his grants that hold, oldest first, each as (role, kind of scope, scope)."""

    name: str
    grants: tuple[tuple[str, str, str], ...]


def caller_named(connection: Connection, username: str, *, at_ms: int) -> Caller | None:
    """Who asks, in one question: every request begins with it."""
    rows = connection.execute(_CALLER, {"username": username, "at": at_ms}).all()
    if not rows:
        return None
    grants = tuple((row.role, row.scope_kind, row.scope) for row in rows if row.role is not None)
    return Caller(name=rows[0].name, grants=grants)


def user_named(session: Session, username: str) -> User | None:
    """The active person of this login name."""
    return session.exec(select(User).where(User.username == username, col(User.active).is_(True))).first()


def gateway_with_token(session: Session, token_sha256: str) -> Gateway | None:
    """The registered gateway whose token has this digest; it may be a revoked one."""
    return session.exec(
        select(Gateway).where(Gateway.token_sha256 == token_sha256, col(Gateway.retired_at).is_(None))
    ).first()
