"""SQL of leases and job runs; the same statements on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, case, select, update

from central.store.tables import JobRun, Lease
from central.store.upsert import insert_new, insert_statement, table_of

_LEASE, _RUN = table_of(Lease), table_of(JobRun)
_AHEAD_MS = 600_000  # clocks of two centres differ by less


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lease this process holds; `fence` tells its time of holding from any other's."""

    name: str
    holder: str
    fence: int


def take_lease(connection: Connection, name: str, *, holder: str, now_ms: int, until_ms: int) -> Held | None:
    """Take or renew the lease; None while another holds it. The fence grows whenever the holder changes.

    One that ends much later than ours would was taken by a clock that ran ahead: nobody waits years for it.
    """
    insert_new(connection, Lease, [{"name": name, "holder": "", "fence": 0, "until_at": 0}])
    mine = _LEASE.c.holder == holder
    over = (_LEASE.c.until_at < now_ms) | (_LEASE.c.until_at > until_ms + _AHEAD_MS)
    taken = connection.execute(
        update(_LEASE)
        .where(_LEASE.c.name == name, mine | over)
        .values(
            fence=case((mine & (_LEASE.c.until_at >= now_ms), _LEASE.c.fence), else_=_LEASE.c.fence + 1),
            holder=holder,
            until_at=until_ms,
        )
        .returning(_LEASE.c.fence)
    ).scalar()
    return Held(name=name, holder=holder, fence=int(taken)) if taken is not None else None


def still_held(connection: Connection, held: Held) -> bool:
    """Whether nobody took the lease since; locks it, so that it stays so until the transaction ends."""
    fence = select(_LEASE.c.fence).where(_LEASE.c.name == held.name, _LEASE.c.holder == held.holder).with_for_update()
    return connection.execute(fence).scalar() == held.fence


def claim_run(connection: Connection, job: str, *, scheduled_ms: int, held: Held, now_ms: int) -> bool:
    """Whether this transaction is the one that runs the job for that instant; the key lets only one be."""
    row = {
        "job": job,
        "scheduled_at": scheduled_ms,
        "holder": held.holder,
        "fence": held.fence,
        "started_at": now_ms,
    }
    statement = insert_statement(connection, JobRun).on_conflict_do_nothing().returning(_RUN.c.job)
    return connection.execute(statement, row).scalar() is not None


def finish_run(connection: Connection, job: str, *, scheduled_ms: int, outcome: str, now_ms: int) -> None:
    """Note how the claimed run ended."""
    same = _RUN.c.job == job, _RUN.c.scheduled_at == scheduled_ms
    connection.execute(update(_RUN).where(*same).values(finished_at=now_ms, outcome=outcome))


def was_run(connection: Connection, job: str, *, scheduled_ms: int) -> bool:
    """Whether the job has been claimed for that instant."""
    same = _RUN.c.job == job, _RUN.c.scheduled_at == scheduled_ms
    return connection.execute(select(_RUN.c.job).where(*same)).scalar() is not None
