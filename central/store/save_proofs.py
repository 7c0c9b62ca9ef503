"""SQL of who made what: keys of gateways, signatures over frames, clock maps, losses that are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, select

from central.ingest.guard import Chain, Registered
from central.ingest.timing import Mapped
from central.store.tables import ClockMap, FrameProof, Gateway, KnownLoss
from central.store.upsert import Row, insert_new, table_of

_GATEWAY, _PROOF, _MAP = table_of(Gateway), table_of(FrameProof), table_of(ClockMap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One stored signature; links and signature in hex."""

    lo: int
    hi: int
    prev: str
    end_link: str
    sig: str
    public_key: str


def gateways_named(connection: Connection, ids: Iterable[str]) -> dict[str, Registered]:
    """Those of the ids that are registered and not retired; revoked ones say so."""
    wanted = select(_GATEWAY.c.id, _GATEWAY.c.public_key, _GATEWAY.c.revoked_at).where(
        _GATEWAY.c.id.in_(sorted(ids)), _GATEWAY.c.retired_at.is_(None)
    )
    return {
        row.id: Registered(public_key=row.public_key, revoked=row.revoked_at is not None)
        for row in connection.execute(wanted)
    }


def chain_beside(
    connection: Connection, *, gateway: str, epoch: str, ended: Iterable[int], begun: Iterable[int]
) -> Chain:
    """Stored links after the records `ended` and before the records `begun`, where a frame ended or began there."""
    mine = _PROOF.c.gateway == gateway, _PROOF.c.epoch == epoch
    ends = select(_PROOF.c.hi, _PROOF.c.end_link).where(*mine, _PROOF.c.hi.in_(sorted(ended)))
    starts = select(_PROOF.c.lo, _PROOF.c.prev).where(*mine, _PROOF.c.lo.in_(sorted(begun)))
    return Chain(ends=_by_seq(connection, ends), starts=_by_seq(connection, starts))


def _by_seq(connection: Connection, wanted: Select[tuple[int, str]]) -> dict[int, frozenset[str]]:
    found: dict[int, frozenset[str]] = {}
    for seq, said in connection.execute(wanted):
        found[seq] = found.get(seq, frozenset()) | {said}
    return found


def save_proofs(connection: Connection, rows: Sequence[Row]) -> None:
    """Keep signatures; the same frame again changes nothing."""
    insert_new(connection, FrameProof, rows)


def proofs_of(connection: Connection, *, gateway: str, epoch: str) -> list[Proof]:
    """Every signature of a stream, by its first record."""
    wanted = select(_PROOF).where(_PROOF.c.gateway == gateway, _PROOF.c.epoch == epoch)
    return [
        Proof(lo=row.lo, hi=row.hi, prev=row.prev, end_link=row.end_link, sig=row.sig, public_key=row.public_key)
        for row in connection.execute(wanted.order_by(_PROOF.c.lo, _PROOF.c.hi))
    ]


def maps_of(connection: Connection, *, gateway: str, epoch: str, lo: int, hi: int) -> tuple[Mapped, ...]:
    """Clock maps of a stream that say something of lo..hi, by their record."""
    mine = _MAP.c.gateway == gateway, _MAP.c.epoch == epoch, _MAP.c.lo <= hi, _MAP.c.hi >= lo
    wanted = select(_MAP).where(*mine).order_by(_MAP.c.seq)
    return tuple(Mapped(seq=row.seq, lo=row.lo, hi=row.hi, add_ms=row.add_ms) for row in connection.execute(wanted))


def save_maps(connection: Connection, maps: Sequence[Mapped], *, gateway: str, epoch: str) -> None:
    """Keep clock maps."""
    rows = [
        {"gateway": gateway, "epoch": epoch, "seq": one.seq, "lo": one.lo, "hi": one.hi, "add_ms": one.add_ms}
        for one in maps
    ]
    insert_new(connection, ClockMap, rows)


def save_losses(connection: Connection, rows: Sequence[Row], *, now_ms: int) -> None:
    """Keep what gateways say went with their older stores."""
    insert_new(connection, KnownLoss, [{**row, "told_at": now_ms} for row in rows])
