"""Read queries of the public page: which projects are public, and since which decision."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from central.domain import Text
from central.store import tables
from central.store.upsert import table_of

_FLAG = table_of(tables.LivelihoodFlag)


def newest_flag(connection: Connection) -> int:
    """Changes with every decision on what is public."""
    return int(connection.execute(select(func.coalesce(func.max(_FLAG.c.id), 0))).scalar_one())


def promised(connection: Connection) -> dict[str, Text]:
    """Projects on the public list of any year with what is promised, that of the newest year they are listed for."""
    newest = select(func.max(_FLAG.c.id)).group_by(_FLAG.c.project, _FLAG.c.year).scalar_subquery()
    wanted = select(_FLAG.c.project, _FLAG.c.promise_zh, _FLAG.c.promise_en).where(
        _FLAG.c.id.in_(newest), _FLAG.c.listed.is_(True)
    )
    rows = connection.execute(wanted.order_by(_FLAG.c.year))
    return {row.project: Text(zh=row.promise_zh, en=row.promise_en) for row in rows}
