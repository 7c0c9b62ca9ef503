"""Accounts as the API shows them."""

from __future__ import annotations

from collections.abc import Sequence

from central.api.account_schemas import AccountShown, GrantShown
from central.api.policy import Grant, Place, covers, permitted
from central.api.views.words import instant
from central.store.instants import from_ms
from central.store.read_accounts import Account, StoredGrant


def account_shown(account: Account, places: Sequence[Place], *, now_ms: int) -> AccountShown:
    """A person with all grants, those in force first, then the newest."""
    held = [one for one in account.grants if one.holds(now_ms)]
    ordered = sorted(account.grants, key=lambda one: (not one.holds(now_ms), -one.id))
    return AccountShown(
        username=account.username,
        name=account.name,
        active=account.active,
        created_at=from_ms(account.created_ms),
        grants=[_grant(one, places, now_ms=now_ms) for one in ordered],
        may=permitted(tuple(_plain(one) for one in held)) if account.active else [],
    )


def _grant(one: StoredGrant, places: Sequence[Place], *, now_ms: int) -> GrantShown:
    grant = _plain(one)
    return GrantShown(
        id=one.id,
        role=one.role,
        kind=one.kind,
        scope=one.scope,
        since=from_ms(one.from_ms),
        until=instant(one.to_ms),
        in_force=one.holds(now_ms),
        projects=sum(covers((grant,), place=place) for place in places),
    )


def _plain(one: StoredGrant) -> Grant:
    return Grant(role=one.role, kind=one.kind, scope=one.scope)
