"""Registers people, their roles, and gateways; each write is in the audit trail."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import Connection, Engine, insert, select, update

from central.audit.trail import append
from central.errors import AlreadyThere, UnknownThing
from central.store import tables
from central.store.engine import writing
from central.store.upsert import table_of, upsert

_GATEWAY, _USER, _GRANT = table_of(tables.Gateway), table_of(tables.User), table_of(tables.Grant)
TOKEN_BYTES = 32


def token_digest(token: str) -> str:
    """What is kept of a gateway's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_gateway(engine: Engine, gateway: str, *, by: str, now_ms: int, renew: bool = False) -> str:
    """Register a gateway and return its token, which is told this once; `renew` gives a known one a new token."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with writing(engine) as connection:
        known = connection.execute(select(_GATEWAY.c.id).where(_GATEWAY.c.id == gateway)).scalar()
        if known and not renew:
            raise AlreadyThere(f"gateway {gateway}", where="gateway", expected="a new id, or --renew for a new token")
        row = {"id": gateway, "token_sha256": token_digest(token), "registered_at": now_ms, "retired_at": None}
        upsert(connection, tables.Gateway, [row], keep=["registered_at"])
        _trail(connection, by=by, action="gateway.renew" if known else "gateway.add", what=gateway, now_ms=now_ms)
    return token


def retire_gateway(engine: Engine, gateway: str, *, by: str, now_ms: int) -> None:
    """Nothing of this gateway is taken any more; what it delivered stays."""
    with writing(engine) as connection:
        same = update(_GATEWAY).where(_GATEWAY.c.id == gateway, _GATEWAY.c.retired_at.is_(None))
        if not connection.execute(same.values(retired_at=now_ms)).rowcount:
            raise UnknownThing(f"gateway {gateway}", where="gateway", expected="a registered one")
        _trail(connection, by=by, action="gateway.retire", what=gateway, now_ms=now_ms)


def add_user(
    engine: Engine,
    username: str,
    *,
    name: str,
    password_hash: str,
    role: str,
    scope_kind: str,
    scope: str,
    by: str,
    now_ms: int,
) -> None:
    """A person with one role in one scope; AlreadyThere when the user name is taken."""
    with writing(engine) as connection:
        if connection.execute(select(_USER.c.id).where(_USER.c.username == username)).scalar() is not None:
            raise AlreadyThere(f"user {username}", where="username", expected="a user name nobody has")
        made = insert(_USER).values(
            username=username, name=name, password_hash=password_hash, active=True, created_at=now_ms
        )
        user = connection.execute(made.returning(_USER.c.id)).scalar_one()
        connection.execute(
            insert(_GRANT).values(user=user, role=role, scope_kind=scope_kind, scope=scope, valid_from_at=now_ms)
        )
        detail = {"role": role, "scope": f"{scope_kind}:{scope}" if scope else scope_kind}
        _trail(connection, by=by, action="user.add", what=username, now_ms=now_ms, detail=detail)


def _trail(
    connection: Connection, *, by: str, action: str, what: str, now_ms: int, detail: dict[str, str] | None = None
) -> None:
    kind = action.partition(".")[0]
    append(connection, at_ms=now_ms, actor=by, action=action, object_=f"{kind}/{what}", detail=dict(detail or {}))
