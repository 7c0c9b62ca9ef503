"""Reads the versions of the table of what results lead to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from central.evaluate.result_policy import ResultPolicy, policy_of, read_policy
from central.store import tables
from central.store.upsert import table_of

_TABLE = table_of(tables.ResultTable)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTable:
    """A version as it was stored; time in ms UTC."""

    policy: ResultPolicy
    document: dict[str, Any]
    sha256: str
    set_by: str
    set_ms: int


def stored_tables(connection: Connection) -> tuple[StoredTable, ...]:
    """Every version, oldest first; none = the shipped one holds."""
    rows = connection.execute(select(_TABLE).order_by(_TABLE.c.version))
    return tuple(
        StoredTable(
            policy=read_policy(json.loads(row.document), version=row.version),
            document=json.loads(row.document),
            sha256=row.sha256,
            set_by=row.set_by,
            set_ms=row.set_at,
        )
        for row in rows
    )


def policy_on(connection: Connection, day: date) -> ResultPolicy:
    """The version in force for a period that begins on a day."""
    return policy_of((one.policy for one in stored_tables(connection)), first=day)
