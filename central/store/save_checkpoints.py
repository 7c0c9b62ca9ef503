"""Saves where judging can go on from; what is no longer worth keeping goes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, select

from central.checkpoint import Checkpoint, kept, pack
from central.store import tables
from central.store.instants import from_ms, to_ms
from central.store.upsert import table_of, upsert

_CHECKPOINT = table_of(tables.Checkpoint)
_MINE = _CHECKPOINT.c.project == bindparam("of")
_STORED = select(_CHECKPOINT.c.at).where(_MINE)
_DROP = delete(_CHECKPOINT).where(_MINE, _CHECKPOINT.c.at == bindparam("then"))


def save_checkpoints(
    connection: Connection, project: str, checkpoints: Sequence[Checkpoint], *, since_ms: int | None
) -> None:
    """Take the place of all checkpoints later than `since_ms` (None: of all)."""
    stored = set(connection.execute(_STORED, {"of": project}).scalars())
    older = {at for at in stored if since_ms is not None and at <= since_ms}
    new = {to_ms(one.at): one for one in checkpoints}
    keep = {to_ms(at) for at in kept(from_ms(at) for at in older | new.keys())}
    gone = sorted(stored - (keep & older))
    if gone:
        connection.execute(_DROP, [{"of": project, "then": at} for at in gone])
    rows = [
        {"project": project, "at": at, "digest": one.digest, "body": pack(one.memory)}
        for at, one in new.items()
        if at in keep
    ]
    upsert(connection, tables.Checkpoint, rows)
