"""Stores versions of the table of what results lead to; never for a period that has begun."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert

from central.audit.trail import append
from central.domain import Text
from central.evaluate.result_policy import read_policy
from central.scoring.refused import ScoringRefused
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.read_ranked_policy import StoredTable, stored_tables
from central.store.save_audit import lock_head
from central.store.upsert import table_of

_TABLE = table_of(tables.ResultTable)


def put_table(connection: Connection, document: Mapping[str, Any], *, by: str, now_ms: int) -> StoredTable:
    """The next version. ScoringRefused where it would hold for periods that began today or before, or before those of
    the version that is there: what has begun is judged by what was known when it began."""
    lock_head(connection)
    known = stored_tables(connection)
    version = known[-1].policy.version + 1 if known else 1
    policy = read_policy(document, version=version)
    today = district_day(from_ms(now_ms))
    if policy.since <= today:
        raise ScoringRefused(
            "not_yours",
            Text(
                zh=f"自 {policy.since} 起执行, 已开始的考核期不得改动",
                en=f"in force from {policy.since}: what has begun is not changed",
            ),
            where="policy.since",
            expected=Text(zh=f"{today} 之后的日期", en=f"a day after {today}"),
        )
    if known and policy.since < known[-1].policy.since:
        newest = known[-1].policy
        raise ScoringRefused(
            "conflict",
            Text(
                zh=f"第 {newest.version} 版自 {newest.since} 起执行",
                en=f"version {newest.version} is in force from {newest.since}",
            ),
            where="policy.since",
            expected=Text(zh=f"{newest.since} 或以后", en=f"{newest.since} or later"),
        )
    spelled = json.dumps(dict(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(spelled.encode()).hexdigest()
    row = {"version": version, "since": policy.since, "document": spelled, "sha256": digest, "set_by": by}
    connection.execute(insert(_TABLE).values(**row, set_at=now_ms))
    detail = {"version": version, "since": policy.since.isoformat(), "sha256": digest}
    append(connection, at_ms=now_ms, actor=by, action="results.table", object_=f"result_table/{version}", detail=detail)
    return StoredTable(policy=policy, document=dict(document), sha256=digest, set_by=by, set_ms=now_ms)
