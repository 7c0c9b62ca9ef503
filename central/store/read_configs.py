"""Read queries about configurations of gateways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from central.store import tables
from central.store.upsert import table_of
from wire.messages import ConfigPart

_GATEWAY, _DESIRED, _PART = (
    table_of(tables.Gateway),
    table_of(tables.DesiredConfig),
    table_of(tables.ConfigPart),
)


def newest_id(connection: Connection, gateway: str) -> int:
    """The highest id ordered for a gateway, 0 = none."""
    found = select(func.coalesce(func.max(_DESIRED.c.id), 0)).where(_DESIRED.c.gateway == gateway)
    return int(connection.execute(found).scalar_one())


def parts_of(connection: Connection, gateway: str, config: int) -> tuple[ConfigPart, ...]:
    """The parts of one configuration, in order of kind and name."""
    rows = connection.execute(
        select(_PART).where(_PART.c.gateway == gateway, _PART.c.config == config).order_by(_PART.c.kind, _PART.c.name)
    )
    return tuple(ConfigPart(kind=r.kind, name=r.name, sha256=r.sha256, size_bytes=r.size_bytes) for r in rows)


def newest_messages(connection: Connection) -> dict[str, tuple[int, str]]:
    """Id and signed message of the newest configuration, by gateway that is registered, not retired and not revoked."""
    newest = (
        select(_DESIRED.c.gateway, func.max(_DESIRED.c.id).label("id")).group_by(_DESIRED.c.gateway).subquery("newest")
    )
    rows = connection.execute(
        select(_DESIRED.c.gateway, _DESIRED.c.id, _DESIRED.c.message)
        .join(newest, (newest.c.gateway == _DESIRED.c.gateway) & (newest.c.id == _DESIRED.c.id))
        .join(_GATEWAY, _GATEWAY.c.id == _DESIRED.c.gateway)
        .where(_GATEWAY.c.retired_at.is_(None), _GATEWAY.c.revoked_at.is_(None))
    )
    return {row.gateway: (row.id, row.message) for row in rows}


def orders_of(connection: Connection, gateway: str, *, limit: int) -> Sequence[Row[Any]]:
    """The last configurations of a gateway, newest first."""
    mine = select(_DESIRED).where(_DESIRED.c.gateway == gateway).order_by(_DESIRED.c.id.desc()).limit(limit)
    return connection.execute(mine).all()


def may_fetch(connection: Connection, gateway: str, sha256: str) -> bool:
    """Whether a configuration of this gateway names this content."""
    named = select(_PART.c.config).where(_PART.c.gateway == gateway, _PART.c.sha256 == sha256).limit(1)
    return connection.execute(named).first() is not None
