"""Reads accounts with every grant they ever had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, and_, func, or_, select

from central.store import tables
from central.store.upsert import table_of

_USER, _GRANT = table_of(tables.User), table_of(tables.Grant)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGrant:
    """A role within a scope; it holds from `from_ms` until before `to_ms` (None = until withdrawn)."""

    id: int
    role: str
    kind: str
    scope: str
    from_ms: int
    to_ms: int | None

    def holds(self, at_ms: int) -> bool:
        """Whether it is in force at an instant."""
        return self.from_ms <= at_ms and (self.to_ms is None or self.to_ms > at_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person who may (`active`) or may no longer log in, with all grants, oldest first."""

    id: int
    username: str
    name: str
    active: bool
    created_ms: int
    grants: tuple[StoredGrant, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilter:
    """`find`: part of a user name or name. `role`: held at `at_ms`. `active` None = all."""

    at_ms: int
    find: str = ""
    role: str | None = None
    active: bool | None = None


def accounts_of(
    connection: Connection, wanted: AccountFilter, *, limit: int, offset: int
) -> tuple[int, tuple[Account, ...]]:
    """How many there are, and a page of them by user name."""
    total = connection.execute(select(func.count()).select_from(_chosen(wanted).subquery())).scalar_one()
    page = connection.execute(_chosen(wanted).order_by(_USER.c.username).limit(limit).offset(offset)).all()
    grants = _grants(connection, [row.id for row in page])
    return int(total), tuple(_account(row, grants.get(row.id, ())) for row in page)


def account_named(connection: Connection, username: str) -> Account | None:
    """One of them."""
    row = connection.execute(select(_USER).where(_USER.c.username == username)).first()
    return None if row is None else _account(row, _grants(connection, [row.id]).get(row.id, ()))


def _chosen(wanted: AccountFilter) -> Select[tuple[object, ...]]:
    query = select(_USER)
    if wanted.find:
        part = f"%{_plain(wanted.find.lower())}%"
        query = query.where(
            or_(func.lower(_USER.c.username).like(part, escape="\\"), func.lower(_USER.c.name).like(part, escape="\\"))
        )
    if wanted.active is not None:
        query = query.where(_USER.c.active.is_(wanted.active))
    if wanted.role is not None:
        held = and_(
            _GRANT.c.user == _USER.c.id,
            _GRANT.c.role == wanted.role,
            _GRANT.c.valid_from_at <= wanted.at_ms,
            or_(_GRANT.c.valid_to_at.is_(None), _GRANT.c.valid_to_at > wanted.at_ms),
        )
        query = query.where(select(_GRANT.c.id).where(held).exists())
    return query


def _plain(part: str) -> str:
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _grants(connection: Connection, users: Sequence[int]) -> dict[int, tuple[StoredGrant, ...]]:
    found: dict[int, tuple[StoredGrant, ...]] = {}
    for row in connection.execute(select(_GRANT).where(_GRANT.c.user.in_(users)).order_by(_GRANT.c.id)):
        grant = StoredGrant(
            id=row.id,
            role=row.role,
            kind=row.scope_kind,
            scope=row.scope,
            from_ms=row.valid_from_at,
            to_ms=row.valid_to_at,
        )
        found[row.user] = (*found.get(row.user, ()), grant)
    return found


def _account(row: object, grants: tuple[StoredGrant, ...]) -> Account:
    values = row._mapping  # type: ignore[attr-defined]
    return Account(
        id=values["id"],
        username=values["username"],
        name=values["name"],
        active=values["active"],
        created_ms=values["created_at"],
        grants=grants,
    )
