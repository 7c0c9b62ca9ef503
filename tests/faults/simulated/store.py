"""Where the simulated centre keeps records: the product's commit on a database in memory, or a plain model of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from sqlalchemy import Engine, event, text
from sqlalchemy.pool import StaticPool
from sqlmodel import SQLModel, create_engine

from central.ingest.commit import StreamAck, ack_of, commit
from central.ingest.greet import greet
from central.ingest.letters import Letter
from central.ingest.ranges import Received
from central.store.engine import reading, writing
from central.store.save_people import add_gateway
from tests.faults.checker import Kept, Row, kept_of
from wire.codec import OpenedFrame
from wire.messages import Beat, Birth, Presence
from wire.stones import stone_ranges

Hello = Birth | Beat | Presence


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one transaction takes."""

    live: Sequence[OpenedFrame]
    bulk: Sequence[OpenedFrame]
    letters: Sequence[Letter]
    hellos: Sequence[Hello]


class Store(Protocol):
    """What a simulated centre keeps things in; `take` is one transaction and gives the acks that follow it.

    A gateway registered with a `public_key` (hex) must sign its frames.
    """

    def register(self, gateway: str, *, public_key: str | None) -> None: ...
    def kept(self, gateway: str) -> Kept: ...
    def take(self, batch: Batch, *, now_ms: int) -> list[StreamAck]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RealStore:
    """The product's commit and greeting."""

    engine: Engine

    def register(self, gateway: str, *, public_key: str | None) -> None:
        """Its frames are taken from now on."""
        add_gateway(self.engine, gateway, by="lab", now_ms=1)
        with writing(self.engine) as connection:
            connection.execute(
                text("UPDATE gateway SET public_key = :key WHERE id = :id"), {"key": public_key, "id": gateway}
            )

    def kept(self, gateway: str) -> Kept:
        """From the tables."""
        with reading(self.engine) as connection:
            return kept_of(connection, gateway)

    def take(self, batch: Batch, *, now_ms: int) -> list[StreamAck]:
        """As the worker does it."""
        acks: list[StreamAck] = []
        if batch.live or batch.bulk or batch.letters:
            done = commit(
                self.engine, frames=batch.live, bulk=batch.bulk, letters=batch.letters, now_ms=now_ms, live=True
            )
            assert not (done.refused or done.conflicts or done.letters), f"frames of ours were not taken: {done}"
            acks += done.acks
        if batch.hellos:
            acks += greet(self.engine, batch.hellos, now_ms=now_ms)
        return acks


@dataclass(slots=True, kw_only=True)
class ModelStore:
    """The rules alone, without a database: ten times as many histories in the same time."""

    rows: dict[tuple[str, str], dict[int, Row]] = field(default_factory=lambda: defaultdict(dict))
    received: dict[tuple[str, str], Received] = field(default_factory=lambda: defaultdict(Received))
    gone: list[tuple[str, str, int, int]] = field(default_factory=list)

    def register(self, gateway: str, *, public_key: str | None) -> None:
        """Every gateway is known, and nobody's signature looked at."""

    def kept(self, gateway: str) -> Kept:
        """In order of (epoch, seq)."""
        streams = sorted(key for key in self.received if key[0] == gateway)
        return Kept(
            rows=tuple(self.rows[key][seq] for key in streams for seq in sorted(self.rows[key])),
            watermarks={epoch: self.received[gateway, epoch].hi for _, epoch in streams},
            lettered=tuple((epoch, lo, hi) for gw, epoch, lo, hi in self.gone if gw == gateway),
        )

    def take(self, batch: Batch, *, now_ms: int) -> list[StreamAck]:
        """Each key once; the watermark passes what is stored, buried, or held by nobody any more."""
        assert not batch.letters, f"a frame of ours was not understood: {batch.letters[0].reason}"
        touched: dict[tuple[str, str], int] = {}
        near: dict[tuple[str, str], list[int]] = defaultdict(list)
        for lane, is_bulk in ((batch.live, False), (batch.bulk, True)):
            for one in lane:
                self._keep(one)
                key = one.frame.gw, one.frame.epoch
                touched[key] = max(touched.get(key, 0), one.frame.hi if is_bulk else 0)
                near[key].append(one.frame.lo)
        acks = [
            StreamAck(gateway=key[0], ack=ack_of(key[1], self.received[key], bulk_hi=bulk_hi, near=near[key]))
            for key, bulk_hi in touched.items()
        ]
        return acks + [self._answer(hello, now_ms=now_ms) for hello in batch.hellos if not isinstance(hello, Presence)]

    def _answer(self, hello: Birth | Beat, *, now_ms: int) -> StreamAck:
        if isinstance(hello, Birth):
            self._welcome(hello)
        ack = ack_of(hello.epoch, self.received[hello.gw, hello.epoch])
        return StreamAck(gateway=hello.gw, ack=replace(ack, echo=hello.sent_at, at=now_ms))

    def _keep(self, one: OpenedFrame) -> None:
        key = one.frame.gw, one.frame.epoch
        self.received[key] = self.received[key].add(one.frame.lo, one.frame.hi)
        for record, body in zip(one.frame.recs, one.bodies, strict=True):
            new = Row(epoch=key[1], seq=record.seq, kind=record.kind, at=record.at, hash=record.hash, body=body)
            old = self.rows[key].setdefault(record.seq, new)
            assert old == new, f"{key} seq {record.seq}: a second content"
            if record.kind == "tombstone":
                for lo, hi in stone_ranges(record.body):
                    self.received[key] = self.received[key].add(lo, hi)

    def _welcome(self, birth: Birth) -> None:
        key = birth.gw, birth.epoch
        held_from = birth.oldest or birth.newest + 1
        for lo, hi in self.received[key].missing(1, held_from - 1) if held_from > 1 else ():
            self.gone.append((*key, lo, hi))
            self.received[key] = self.received[key].add(lo, hi)


def memory_engine() -> Engine:
    """An empty database of the current schema, in memory, for many histories one after another."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", lambda driver, _record: setattr(driver, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    SQLModel.metadata.create_all(engine)
    return engine
