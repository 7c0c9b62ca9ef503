"""Gives and withdraws roles, opens and closes accounts. What was given stays on record with its end.

Whoever acts holds the trail's head first and is looked at again then: of two admins who withdraw each other's role at
once, the second is refused, so that one always remains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, update

from central.accounts import check_apart
from central.audit.trail import append
from central.domain import Text
from central.errors import UnknownThing
from central.mending.refused import MendingRefused
from central.store import tables
from central.store.read_accounts import Account, StoredGrant, account_named
from central.store.save_audit import lock_head
from central.store.upsert import table_of

_USER, _GRANT = table_of(tables.User), table_of(tables.Grant)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGrant:
    """A role within a scope from now on, until `to_ms` (None = until withdrawn)."""

    role: str
    kind: str
    scope: str
    to_ms: int | None


def open_account(
    connection: Connection, username: str, *, name: str, password_hash: str, grant: NewGrant, by: str, now_ms: int
) -> Account:
    """A new person with a first role; MendingRefused when the user name is taken."""
    _hold(connection, by, now_ms)
    if account_named(connection, username) is not None:
        raise MendingRefused(
            "conflict",
            Text(zh=f"用户名 {username} 已有人用", en=f"user name {username} is taken"),
            where="username",
            expected=Text(zh="别人没有用过的用户名", en="a user name nobody has"),
        )
    made = insert(_USER).values(
        username=username, name=name, password_hash=password_hash, active=True, created_at=now_ms
    )
    user = connection.execute(made.returning(_USER.c.id)).scalar_one()
    _insert(connection, user, grant, now_ms)
    detail = {"name": name, "role": grant.role, "scope": _spelled(grant.kind, grant.scope)}
    _trail(connection, "user.add", username, by=by, now_ms=now_ms, detail=detail)
    return _account(connection, username)


def give_role(connection: Connection, username: str, grant: NewGrant, *, basis: str, by: str, now_ms: int) -> Account:
    """One more role; MendingRefused to oneself, beside one that must stand apart, or when it is held already."""
    _hold(connection, by, now_ms)
    account = _other(connection, username, by)
    held = [one for one in account.grants if one.to_ms is None or one.to_ms > now_ms]
    check_apart(grant.role, [one.role for one in held])
    if any((one.role, one.kind, one.scope, one.to_ms) == (grant.role, grant.kind, grant.scope, None) for one in held):
        raise MendingRefused(
            "conflict",
            Text(zh="此人在这个范围内已有这个角色", en="this role is held within this scope already"),
            where="role",
            expected=Text(zh="另一个角色或范围", en="another role or scope"),
        )
    _insert(connection, account.id, grant, now_ms)
    detail: dict[str, Any] = {"role": grant.role, "scope": _spelled(grant.kind, grant.scope), "basis": basis}
    if grant.to_ms is not None:
        detail["until_ms"] = grant.to_ms
    _trail(connection, "grant.give", username, by=by, now_ms=now_ms, detail=detail)
    return _account(connection, username)


def withdraw_role(connection: Connection, username: str, number: int, *, basis: str, by: str, now_ms: int) -> Account:
    """A role ends now; MendingRefused for one's own, or when it has ended."""
    _hold(connection, by, now_ms)
    account = _other(connection, username, by)
    grant = _grant(account, number)
    if grant.to_ms is not None and grant.to_ms <= now_ms:
        raise MendingRefused(
            "wrong_state",
            Text(zh="这项授权已经结束", en="this grant has ended"),
            where="grant",
            expected=Text(zh="一项仍有效的授权", en="one that is in force"),
        )
    ended = update(_GRANT).where(_GRANT.c.id == number).values(valid_to_at=max(now_ms, grant.from_ms))
    connection.execute(ended)
    detail = {"role": grant.role, "scope": _spelled(grant.kind, grant.scope), "basis": basis}
    _trail(connection, "grant.withdraw", username, by=by, now_ms=now_ms, detail=detail)
    return _account(connection, username)


def set_active(connection: Connection, username: str, *, active: bool, basis: str, by: str, now_ms: int) -> Account:
    """Close an account, so that nobody logs in by it and its tokens are refused at once, or open it again."""
    _hold(connection, by, now_ms)
    account = _other(connection, username, by)
    if account.active != active:
        connection.execute(update(_USER).where(_USER.c.id == account.id).values(active=active))
        action = "user.open" if active else "user.close"
        _trail(connection, action, username, by=by, now_ms=now_ms, detail={"basis": basis})
    return _account(connection, username)


def set_password(connection: Connection, username: str, *, password_hash: str, by: str, now_ms: int) -> Account:
    """A new password; the old one is good no more."""
    _hold(connection, by, now_ms)
    account = _account(connection, username)
    connection.execute(update(_USER).where(_USER.c.id == account.id).values(password_hash=password_hash))
    _trail(connection, "user.password", username, by=by, now_ms=now_ms, detail={})
    return account


def _hold(connection: Connection, by: str, now_ms: int) -> None:
    """Nobody else acts meanwhile; who acts is an admin of the district still."""
    lock_head(connection)
    acting = account_named(connection, by)
    held = acting.grants if acting is not None and acting.active else ()
    if not any(one.role == "admin" and one.kind == "district" and one.holds(now_ms) for one in held):
        raise MendingRefused(
            "not_yours",
            Text(zh="您已不是全区管理员", en="you are no longer an admin of the district"),
            where="by",
            expected=Text(zh="由全区管理员办理", en="an admin of the district"),
        )


def _other(connection: Connection, username: str, by: str) -> Account:
    """The account, which is not one's own."""
    account = _account(connection, username)
    if username == by:
        raise MendingRefused(
            "own_work",
            Text(zh="不能改自己的权限", en="nobody changes what he may do himself"),
            where="username",
            expected=Text(zh="由另一位管理员办理", en="another admin does it"),
        )
    return account


def _account(connection: Connection, username: str) -> Account:
    found = account_named(connection, username)
    if found is None:
        raise UnknownThing(f"account {username}", where="account", expected="one that is there")
    return found


def _grant(account: Account, number: int) -> StoredGrant:
    found = next((one for one in account.grants if one.id == number), None)
    if found is None:
        raise UnknownThing(f"grant {number}", where="grant", expected=f"one of {account.username}")
    return found


def _insert(connection: Connection, user: int, grant: NewGrant, now_ms: int) -> None:
    values = {"user": user, "role": grant.role, "scope_kind": grant.kind, "scope": grant.scope}
    connection.execute(
        insert(_GRANT).values(**values, valid_from_at=now_ms, valid_to_at=grant.to_ms).returning(_GRANT.c.id)
    )


def _spelled(kind: str, scope: str) -> str:
    return f"{kind}:{scope}" if scope else kind


def _trail(connection: Connection, action: str, username: str, *, by: str, now_ms: int, detail: dict[str, Any]) -> None:
    append(connection, at_ms=now_ms, actor=by, action=action, object_=f"user/{username}", detail=detail)
