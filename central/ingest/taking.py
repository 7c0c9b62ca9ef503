"""One stream within the transaction: what of its frames is new, and how far it goes now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from central.ingest.guard import Admitted, Break, Refused, admit, breaks_of
from central.ingest.ranges import Received
from central.ingest.sorting import Sorted, sort_records
from central.ingest.timing import Mapped
from central.store.save_proofs import chain_beside, maps_of, save_maps
from central.store.save_records import (
    RecordRow,
    lock_stream,
    save_conflicts,
    save_stream,
    stored_hashes,
)
from wire.codec import OpenedFrame, canonical
from wire.messages import SEQ_MAX, Frame, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one stream; counts are of records. `rows` and `proofs` are the caller's to save, all at once."""

    received: Received
    found: Sorted
    refused: list[Refused]
    breaks: list[Break]
    rows: list[RecordRow]
    proofs: list[dict[str, Any]]
    stored: int
    duplicates: int
    conflicts: int


@dataclass(slots=True, kw_only=True)
class _Settled:
    """Records told apart: to be stored, repeats, second contents of a key.

    Of frames, those that are more than a repeat, and of these the ones whose every record is stored as they say it.
    """

    new: list[tuple[Record, str]] = field(default_factory=list)
    telling: list[OpenedFrame] = field(default_factory=list)
    bringing: list[OpenedFrame] = field(default_factory=list)
    conflicts: dict[tuple[int, str], tuple[Record, str]] = field(default_factory=dict)
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """One stream; `key` (Ed25519, hex) None: its gateway is not enrolled. `live`: its times are today's."""

    connection: Connection
    gateway: str
    epoch: str
    key: str | None
    now_ms: int
    live: bool

    def take(self, frames: Sequence[OpenedFrame], passed: Sequence[tuple[int, int]]) -> Taken:
        """Lock, find what is new, move the watermark; `passed` are ranges that are kept as dead letters."""
        watermark, ranges = lock_stream(self.connection, gateway=self.gateway, epoch=self.epoch, now_ms=self.now_ms)
        before = Received(hi=watermark, beyond=tuple(ranges))
        admitted = self._admitted(frames)
        settled = self._settle(admitted.taken, before)
        save_conflicts(self.connection, [self._conflict(*pair) for pair in settled.conflicts.values()])
        found = self._sorted([record for record, _ in settled.new])
        came = ((one.frame.lo, one.frame.hi) for one in admitted.taken)
        taken = Taken(
            received=before.add_all((*came, *found.tombstones, *passed)),
            found=found,
            refused=admitted.refused,
            breaks=self._breaks(settled),
            rows=[self._row(record, body) for record, body in settled.new],
            proofs=[] if self.key is None else [self._proof(one, self.key) for one in settled.bringing],
            stored=len(settled.new),
            duplicates=settled.count - len(settled.new),
            conflicts=len(settled.conflicts),
        )
        self._save(before, taken)
        return taken

    def _admitted(self, frames: Sequence[OpenedFrame]) -> Admitted:
        if self.key is None:
            return Admitted(taken=list(frames), refused=[])
        return admit(frames, key=self.key)

    def _breaks(self, settled: _Settled) -> list[Break]:
        if self.key is None or not settled.telling:
            return []
        chain = chain_beside(
            self.connection,
            gateway=self.gateway,
            epoch=self.epoch,
            ended={seq for one in settled.telling for seq in (one.frame.lo - 1, one.frame.hi)},
            begun={seq for one in settled.telling for seq in (one.frame.lo, one.frame.hi + 1) if seq <= SEQ_MAX},
        )
        return breaks_of(settled.telling, chain, anchors=settled.bringing)

    def _sorted(self, records: Sequence[Record]) -> Sorted:
        maps = self._maps([record.seq for record in records if record.clock != "synced"])
        found = sort_records(
            records, gateway=self.gateway, epoch=self.epoch, maps=maps, received_ms=self.now_ms, live=self.live
        )
        save_maps(self.connection, found.maps, gateway=self.gateway, epoch=self.epoch)
        return found

    def _maps(self, unsynced: Sequence[int]) -> tuple[Mapped, ...]:
        if not unsynced:
            return ()
        lo, hi = min(unsynced), max(unsynced)
        return maps_of(self.connection, gateway=self.gateway, epoch=self.epoch, lo=lo, hi=hi)

    def _save(self, before: Received, taken: Taken) -> None:
        after = taken.received
        save_stream(
            self.connection,
            gateway=self.gateway,
            epoch=self.epoch,
            watermark=after.hi,
            gone=set(before.beyond).difference(after.beyond),
            new=set(after.beyond).difference(before.beyond),
            stored=taken.stored,
            duplicates=taken.duplicates,
            now_ms=self.now_ms,
        )

    def _settle(self, frames: Sequence[OpenedFrame], before: Received) -> _Settled:
        """A key counts as a repeat only when its record is stored: what was given up as lost and comes late is new."""
        hashes = self._stored_hashes([one.frame for one in frames], before)
        settled = _Settled(count=sum(len(one.frame.recs) for one in frames))
        for one in frames:
            known, odd = len(settled.new), len(settled.conflicts)
            for record, body in zip(one.frame.recs, one.bodies, strict=True):
                first = hashes.get(record.seq)
                if first is None:
                    hashes[record.seq] = record.hash
                    settled.new.append((record, body))
                elif first != record.hash:
                    settled.conflicts[record.seq, record.hash] = record, first
            told = len(settled.new) > known, len(settled.conflicts) > odd
            if any(told):
                settled.telling.append(one)
            if told == (True, False):
                settled.bringing.append(one)
        return settled

    def _stored_hashes(self, frames: Sequence[Frame], before: Received) -> dict[int, str]:
        """Of the spans that frames and store have in common; a live span far above the backlog is read apart."""
        common = Received().add_all((one.lo, one.hi) for one in frames if before.touches(one.lo, one.hi))
        found: dict[int, str] = {}
        for lo, hi in ((1, common.hi), *common.beyond):
            if lo <= hi:
                found |= stored_hashes(self.connection, gateway=self.gateway, epoch=self.epoch, lo=lo, hi=hi)
        return found

    def _row(self, record: Record, body: str) -> RecordRow:
        return (
            self.gateway,
            self.epoch,
            record.seq,
            record.kind,
            record.at,
            record.clock,
            record.hash,
            body,
            self.now_ms,
        )

    def _proof(self, one: OpenedFrame, key: str) -> dict[str, Any]:
        return {
            "gateway": self.gateway,
            "epoch": self.epoch,
            "lo": one.frame.lo,
            "hi": one.frame.hi,
            "prev": one.frame.prev,
            "end_link": one.end.hex() if one.end else "",
            "sig": one.frame.sig,
            "public_key": key,
        }

    def _conflict(self, record: Record, stored_hash: str) -> dict[str, Any]:
        return {
            "gateway": self.gateway,
            "epoch": self.epoch,
            "seq": record.seq,
            "hash": record.hash,
            "stored_hash": stored_hash,
            "kind": record.kind,
            "at": record.at,
            "body": canonical(record.body).decode(),
            "received_at": self.now_ms,
        }
