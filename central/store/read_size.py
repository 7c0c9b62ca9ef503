"""SQL of how large a district is."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from central.store import tables
from central.store.upsert import table_of


def projects_of_district(connection: Connection) -> int:
    """How many projects there are."""
    return int(connection.execute(select(func.count()).select_from(table_of(tables.Project))).scalar_one())
