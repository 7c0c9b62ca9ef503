"""One transaction of ingest: each record once, watermarks on, what was seen up to date. Only then is it acked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine

from central.ingest.letters import Letter
from central.ingest.ranges import Received
from central.ingest.sorting import Sorted, sort_records
from central.store.engine import writing
from central.store.save_records import (
    RecordRow,
    letters_of,
    lock_stream,
    registered_gateways,
    save_conflicts,
    save_letters,
    save_records,
    save_stream,
    stored_hashes,
)
from central.store.save_seen import mark_dirty, projects_touched, save_events, save_readings
from central.store.save_status import save_seen_now
from wire.codec import OpenedFrame, canonical, encode_frame
from wire.messages import Ack, Frame, Record
from wire.topics import up

STRANGER_LETTERS_MAX = 200  # of one unregistered gateway: it is never acked, so it keeps its data and sends it again
STRANGER_BYTES_MAX = 4096
LETTERS_MAX = 2000  # of one gateway, or of nobody's; those that a watermark or a record rests on are always kept


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamAck:
    """What to tell a gateway after the commit."""

    gateway: str
    ack: Ack


@dataclass(slots=True, kw_only=True)
class Committed:
    """What a transaction did; counts are of records, `letters` of dead letters."""

    acks: list[StreamAck] = field(default_factory=list)
    projects: frozenset[str] = frozenset()
    stored: int = 0
    duplicates: int = 0
    conflicts: int = 0
    letters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """Records of one stream told apart: to be stored, repeats, and second contents of a key."""

    new: list[tuple[Record, str]]
    duplicates: int
    conflicts: list[tuple[Record, str]]


def commit(
    engine: Engine, *, frames: Sequence[Frame | OpenedFrame], letters: Sequence[Letter], now_ms: int
) -> Committed:
    """Store frames and letters in one transaction; streams in order of their keys, so that centres do not deadlock."""
    done = Committed()
    opened = [frame if isinstance(frame, OpenedFrame) else _spelled(frame) for frame in frames]
    sorted_ = Sorted(letters=list(letters))
    with writing(engine) as connection:
        known = registered_gateways(connection, _gateways(opened, letters))
        sorted_.letters += [_stranger(one.frame) for one in opened if one.frame.gw not in known]
        for (gateway, epoch), (own, passed) in _by_stream(opened, letters, known=known):
            taking = _Taking(connection=connection, gateway=gateway, epoch=epoch, now_ms=now_ms)
            ack, settled = taking.take(own, passed, into=sorted_)
            done.acks.append(StreamAck(gateway=gateway, ack=ack))
            done.stored += len(settled.new)
            done.duplicates += settled.duplicates
            done.conflicts += len(settled.conflicts)
        save_seen_now(connection, sorted({stream.gateway for stream in done.acks}), now_ms=now_ms)
        save_readings(connection, sorted_.readings)
        save_events(connection, sorted_.events)
        done.letters = _save_letters(connection, sorted_.letters, known=known, now_ms=now_ms)
        done.projects = _touched(connection, sorted_)
        mark_dirty(connection, done.projects)
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taking:
    """One stream within the transaction."""

    connection: Connection
    gateway: str
    epoch: str
    now_ms: int

    def take(
        self, frames: Sequence[OpenedFrame], passed: Sequence[tuple[int, int]], *, into: Sorted
    ) -> tuple[Ack, _Settled]:
        """Lock, store what is new, move the watermark; `passed` are ranges that are kept as dead letters."""
        key = {"gateway": self.gateway, "epoch": self.epoch}
        watermark, ranges = lock_stream(self.connection, **key, now_ms=self.now_ms)
        before = Received(hi=watermark, beyond=tuple(ranges))
        settled = self._settle(frames, before)
        save_records(self.connection, [self._row(record, body) for record, body in settled.new])
        conflicts = [self._conflict(record, stored) for record, stored in settled.conflicts]
        save_conflicts(self.connection, conflicts)
        found = sort_records([record for record, _ in settled.new], **key)
        into.readings += found.readings
        into.events += found.events
        into.letters += found.letters
        after = before
        for lo, hi in (*((one.frame.lo, one.frame.hi) for one in frames), *found.tombstones, *passed):
            after = after.add(lo, hi)
        save_stream(
            self.connection,
            **key,
            watermark=after.hi,
            ranges=None if after.beyond == before.beyond else after.beyond,
            stored=len(settled.new),
            duplicates=settled.duplicates,
            now_ms=self.now_ms,
        )
        return ack_of(self.epoch, after), settled

    def _settle(self, frames: Sequence[OpenedFrame], before: Received) -> _Settled:
        """A key counts as a repeat only when its record is stored: what was given up as lost and comes late is new."""
        records = [pair for one in frames for pair in zip(one.frame.recs, one.bodies, strict=True)]
        hashes = self._stored_hashes([record.seq for record, _ in records if record.seq in before])
        new: list[tuple[Record, str]] = []
        conflicts: dict[tuple[int, str], tuple[Record, str]] = {}
        for record, body in records:
            first = hashes.get(record.seq)
            if first is None:
                hashes[record.seq] = record.hash
                new.append((record, body))
            elif first != record.hash:
                conflicts[record.seq, record.hash] = record, first
        return _Settled(new=new, duplicates=len(records) - len(new), conflicts=list(conflicts.values()))

    def _stored_hashes(self, seqs: Sequence[int]) -> dict[int, str]:
        if not seqs:
            return {}
        return stored_hashes(self.connection, gateway=self.gateway, epoch=self.epoch, lo=min(seqs), hi=max(seqs))

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


def _spelled(frame: Frame) -> OpenedFrame:
    return OpenedFrame(frame=frame, bodies=tuple(canonical(record.body).decode() for record in frame.recs))


def ack_of(epoch: str, received: Received) -> Ack:
    """The committed state of a stream as the gateway is told it."""
    return Ack(epoch=epoch, hi=received.hi, recv=received.beyond[:100], need=received.need)


def _gateways(frames: Sequence[OpenedFrame], letters: Sequence[Letter]) -> set[str]:
    return {one.frame.gw for one in frames} | {letter.gateway for letter in letters if letter.gateway}


def _by_stream(
    frames: Sequence[OpenedFrame], letters: Sequence[Letter], *, known: frozenset[str]
) -> Iterable[tuple[tuple[str, str], tuple[list[OpenedFrame], list[tuple[int, int]]]]]:
    streams: dict[tuple[str, str], tuple[list[OpenedFrame], list[tuple[int, int]]]] = defaultdict(lambda: ([], []))
    for one in frames:
        if one.frame.gw in known:
            streams[one.frame.gw, one.frame.epoch][0].append(one)
    for letter in letters:
        if letter.gateway in known and letter.epoch and letter.lo is not None and letter.hi is not None:
            streams[letter.gateway or "", letter.epoch][1].append((letter.lo, letter.hi))
    return sorted(streams.items(), key=lambda entry: entry[0])


def _stranger(frame: Frame) -> Letter:
    return Letter(
        topic=up(frame.gw, "data"),
        code="unregistered_gateway",
        reason=f"gateway {frame.gw}: expected a registered one (siteprogress-central gateway add)",
        payload=encode_frame(frame)[:STRANGER_BYTES_MAX],
        gateway=frame.gw,
        epoch=frame.epoch,
    )


def _save_letters(connection: Connection, letters: Sequence[Letter], *, known: frozenset[str], now_ms: int) -> int:
    caps = {one.gateway: LETTERS_MAX if one.gateway in {None, *known} else STRANGER_LETTERS_MAX for one in letters}
    full = {gateway for gateway, cap in caps.items() if letters_of(connection, gateway) >= cap}
    kept = [one for one in letters if one.gateway not in full or (one.gateway in known and one.is_of_a_record)]
    save_letter_rows(connection, kept, now_ms=now_ms)
    return len(kept)


def save_letter_rows(connection: Connection, letters: Sequence[Letter], *, now_ms: int) -> None:
    """Keep letters within a transaction."""
    rows = [
        {
            "received_at": now_ms,
            "topic": letter.topic,
            "gateway": letter.gateway,
            "epoch": letter.epoch,
            "seq": letter.seq,
            "lo": letter.lo,
            "hi": letter.hi,
            "code": letter.code,
            "reason": letter.clean_reason,
            "sha256": letter.sha256,
            "size_bytes": len(letter.payload),
            "payload": letter.payload,
            "times": 1,
        }
        for letter in letters
    ]
    save_letters(connection, rows)


def _touched(connection: Connection, found: Sorted) -> frozenset[str]:
    return projects_touched(
        connection,
        buildings={row["building"] for row in found.readings},
        cameras={(row["gateway"], row["camera"]) for row in (*found.events, *found.readings)},
    )
