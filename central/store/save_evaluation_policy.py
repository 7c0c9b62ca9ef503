"""Sets the policy of evaluating: versions are only added, and each is for what is opened after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert

from central.audit.trail import append
from central.evaluate.policy import EvaluationPolicy, read_policy, spelled
from central.store import tables
from central.store.move_evaluated import digest
from central.store.move_evaluated import spelled as canonical
from central.store.read_evaluated import policy_in_force
from central.store.save_audit import lock_head
from central.store.upsert import table_of

_POLICY = table_of(tables.EvaluationPolicyRow)


def put_policy(
    connection: Connection, document: Mapping[str, Any], *, reason: str, by: str, now_ms: int
) -> EvaluationPolicy:
    """The version it was stored as; the same again is the version in force."""
    lock_head(connection)
    before = policy_in_force(connection)
    found = read_policy(document, version=before.version + 1)
    plain = spelled(found)
    if plain == spelled(before) and before.version:
        return before
    row = {"version": found.version, "document": canonical(plain), "sha256": digest(plain), "reason": reason}
    connection.execute(insert(_POLICY).values(**row, set_by=by, set_at=now_ms))
    detail = {"version": found.version, "sha256": row["sha256"], "reason": reason}
    append(
        connection, at_ms=now_ms, actor=by, action="evaluation.policy_set", object_="evaluation_policy", detail=detail
    )
    return found
