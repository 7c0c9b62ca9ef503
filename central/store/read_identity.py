"""Reads who may sign and who may connect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, select

from central.identity.ca import AuthorityName, Revoked
from central.store import tables
from central.store.instants import from_ms, to_ms
from central.store.upsert import table_of

_GATEWAY, _CERTIFICATE = table_of(tables.Gateway), table_of(tables.Certificate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A registered gateway. `valid_until` is the end of the newest certificate that holds, None = it has none."""

    gateway: str
    public_key: str | None
    retired_at: datetime | None
    revoked_at: datetime | None
    valid_until: datetime | None


def standing_of(connection: Connection, gateway: str) -> Standing | None:
    """One gateway; None when it is not registered."""
    row = connection.execute(select(_GATEWAY).where(_GATEWAY.c.id == gateway)).first()
    return _standing(connection, row) if row is not None else None


def all_standing(connection: Connection) -> list[Standing]:
    """Every gateway, by id."""
    rows = connection.execute(select(_GATEWAY).order_by(_GATEWAY.c.id)).all()
    return [_standing(connection, row) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A certificate that holds."""

    name: str
    purpose: str
    serial: str
    valid_until: datetime


def held_now(connection: Connection, *, now: datetime) -> list[Held]:
    """Every certificate that holds now, the next to end first."""
    wanted = (
        select(_CERTIFICATE)
        .where(_CERTIFICATE.c.revoked_at.is_(None), _CERTIFICATE.c.valid_until_at > to_ms(now))
        .order_by(_CERTIFICATE.c.valid_until_at, _CERTIFICATE.c.serial)
    )
    return [
        Held(name=row.name, purpose=row.purpose, serial=row.serial, valid_until=from_ms(row.valid_until_at))
        for row in connection.execute(wanted)
    ]


def revoked_of(connection: Connection, authority: AuthorityName, *, now: datetime) -> list[Revoked]:
    """What an authority's list must name: revoked before its end, which has not come yet."""
    wanted = (
        select(_CERTIFICATE.c.serial, _CERTIFICATE.c.revoked_at)
        .where(
            _CERTIFICATE.c.authority == authority,
            _CERTIFICATE.c.revoked_at.is_not(None),
            _CERTIFICATE.c.valid_until_at > to_ms(now),
        )
        .order_by(_CERTIFICATE.c.serial)
    )
    return [Revoked(serial=row.serial, at=from_ms(row.revoked_at)) for row in connection.execute(wanted)]


def _standing(connection: Connection, row: Row[tuple[object, ...]]) -> Standing:
    newest = (
        select(_CERTIFICATE.c.valid_until_at)
        .where(
            _CERTIFICATE.c.name == row.id,
            _CERTIFICATE.c.purpose == "gateway",
            _CERTIFICATE.c.revoked_at.is_(None),
        )
        .order_by(_CERTIFICATE.c.valid_until_at.desc())
        .limit(1)
    )
    until = connection.execute(newest).scalar()
    return Standing(
        gateway=row.id,
        public_key=row.public_key,
        retired_at=_instant(row.retired_at),
        revoked_at=_instant(row.revoked_at),
        valid_until=_instant(until),
    )


def _instant(at_ms: int | None) -> datetime | None:
    return None if at_ms is None else from_ms(at_ms)
