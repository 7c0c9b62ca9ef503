"""Reads the register of views, newest first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, select

from central.store import tables
from central.store.upsert import table_of

_PURPOSE, _VIEW = table_of(tables.ViewingPurpose), table_of(tables.EvidenceView)


def views_before(
    connection: Connection,
    *,
    projects: Collection[str] | None,
    person: str | None,
    sha256: str | None,
    before: int | None,
    limit: int,
    hidden: str = "",
) -> tuple[Row[Any], ...]:
    """Views numbered under `before`; `projects` None = of the whole district, also of pictures of no project.

    `hidden`: a role whose looks are left out.
    """
    wanted = select(_VIEW).order_by(_VIEW.c.id.desc()).limit(limit)
    if projects is not None:
        wanted = wanted.where(_VIEW.c.project.in_(sorted(projects)))
    if hidden:
        wanted = wanted.where(_VIEW.c.role != hidden)
    for column, value in ((_VIEW.c.person, person), (_VIEW.c.sha256, sha256)):
        if value is not None:
            wanted = wanted.where(column == value)
    if before is not None:
        wanted = wanted.where(_VIEW.c.id < before)
    return tuple(connection.execute(wanted))


def purpose_of(connection: Connection, project: str, *, person: str, now_ms: int) -> Row[Any] | None:
    """What the person said last and still holds; None = the usual purpose of the role is noted."""
    mine = (_PURPOSE.c.person == person, _PURPOSE.c.project == project, _PURPOSE.c.until_at > now_ms)
    return connection.execute(select(_PURPOSE).where(*mine).order_by(_PURPOSE.c.id.desc()).limit(1)).first()
