"""How far the stored judgement of a project reaches."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, ScalarSelect, bindparam, func, select

from central.store import tables
from central.store.upsert import table_of

_PROGRESS, _CHECKPOINT = table_of(tables.ProgressState), table_of(tables.Checkpoint)
OF = bindparam("of", type_=_PROGRESS.c.project.type)

# Either may be lacking: a project that has not begun has no progress, and checkpoints may be lost.
_STATED = select(func.max(_PROGRESS.c.as_of_at)).where(_PROGRESS.c.project == OF).scalar_subquery()
_REMEMBERED = select(func.max(_CHECKPOINT.c.at)).where(_CHECKPOINT.c.project == OF).scalar_subquery()
_SAID = select(_STATED.label("stated_ms"), _REMEMBERED.label("remembered_ms"))


def said_columns() -> tuple[ScalarSelect[Any], ScalarSelect[Any]]:
    """For a query with the parameter `of`, a project: the two instants of which the later one is meant."""
    return _STATED, _REMEMBERED


def later(stated_ms: int | None, remembered_ms: int | None) -> int:
    """The later of two instants that may be lacking, ms UTC; -1 without either."""
    return max(-1 if stated_ms is None else stated_ms, -1 if remembered_ms is None else remembered_ms)


def said_up_to(connection: Connection, project: str) -> int:
    """The newest instant of which anything is stored, ms UTC; -1 when nothing is."""
    row = connection.execute(_SAID, {"of": project}).one()
    return later(row.stated_ms, row.remembered_ms)
