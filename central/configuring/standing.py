"""How a gateway's configurations stand: what was ordered, what was answered, what nobody answers any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from central.store.read_configs import orders_of, parts_of
from wire.messages import ConfigPart

State = Literal["waiting", "overdue", "superseded", "applied", "refused", "rolled_back", "expired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One configuration. `waiting` within its deadline, `overdue` past it without an answer; times in ms UTC."""

    id: int
    issued_ms: int
    deadline_ms: int
    by: str
    parts: tuple[ConfigPart, ...]
    state: State
    reason: str
    answered_ms: int | None


def standings(connection: Connection, gateway: str, *, now_ms: int, limit: int) -> tuple[Standing, ...]:
    """The last configurations of a gateway, newest first."""
    rows = orders_of(connection, gateway, limit=limit)
    return tuple(
        Standing(
            id=row.id,
            issued_ms=row.issued_at,
            deadline_ms=row.deadline_at,
            by=row.issued_by,
            parts=parts_of(connection, gateway, row.id),
            state=state_of(row.state, newest=row.id == rows[0].id, late=now_ms > row.deadline_at),
            reason=row.reason,
            answered_ms=row.answered_at,
        )
        for row in rows
    )


def state_of(answered: str, *, newest: bool, late: bool) -> State:
    """An answer stands; without one a newer order replaces it, and else its deadline tells."""
    if answered:
        return answered  # type: ignore[return-value]
    if not newest:
        return "superseded"
    return "overdue" if late else "waiting"
