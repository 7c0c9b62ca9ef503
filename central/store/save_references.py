"""Files requests for reference frames; their answers come with those to configurations (save_configs)."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Engine, insert

from central.audit.trail import append
from central.store import tables
from central.store.engine import writing
from central.store.read_references import newest_ask, open_asks
from central.store.save_configs import check_enrolled
from central.store.upsert import table_of
from wire.codec import encode
from wire.messages import References, ReferenceWanted

OPEN_MAX = 64  # requests in one message; of more the newest
_ASK = table_of(tables.ReferenceAsk)


def ask(
    engine: Engine,
    wanted: Callable[[int], ReferenceWanted],
    *,
    gateway: str,
    reason: str,
    make: Callable[[int, tuple[ReferenceWanted, ...]], References],
    by: str,
    now_ms: int,
) -> ReferenceWanted:
    """File the next request of an enrolled gateway; `make` signs the list of all that is open there, this one too.

    Ids grow with the clock, as those of configurations do. Who asks, for which camera and why is in the audit trail.
    """
    with writing(engine) as connection:
        check_enrolled(connection, gateway)
        one = wanted(max(newest_ask(connection, gateway) + 1, now_ms // 1000))
        others = tuple(row for row in open_asks(connection, gateway, now_ms=now_ms) if row.camera != one.camera)
        connection.execute(
            insert(_ASK).values(
                gateway=gateway,
                id=one.id,
                camera=one.camera,
                asked_by=by,
                reason=reason,
                issued_at=now_ms,
                deadline_at=one.deadline,
                message=encode(make(one.id, (*others[1 - OPEN_MAX :], one))).decode(),
                state="",
                why="",
                config=0,
                scene="",
                guess="",
                width_px=0,
                height_px=0,
            )
        )
        append(
            connection,
            at_ms=now_ms,
            actor=by,
            action="gateway.reference",
            object_=f"gateway/{gateway}",
            detail={"id": one.id, "camera": one.camera, "reason": reason},
        )
    return one
