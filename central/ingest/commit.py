"""One transaction of ingest: each record once, watermarks on, what was seen up to date. Only then is it acked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Engine

from central.ingest.guard import SAID, Refused, Registered, signed_range
from central.ingest.letters import Letter
from central.ingest.ranges import Received
from central.ingest.sorting import Sorted
from central.ingest.taking import Taken, Taking
from central.ingest.timing import Mapped
from central.store.engine import writing
from central.store.retime_stored import retime_stored
from central.store.save_configs import save_results
from central.store.save_letters import letters_of, save_letter_rows
from central.store.save_proofs import gateways_named, save_losses, save_proofs
from central.store.save_records import RecordRow, save_records
from central.store.save_security import note_security
from central.store.save_seen import earlier, mark_dirty, projects_of, save_events, save_readings
from central.store.save_status import save_seen_now
from wire.codec import OpenedFrame, canonical, encode_frame
from wire.messages import Ack, Frame
from wire.topics import up

REFUSED_LETTERS_MAX = 200  # of one gateway nobody knows: it is never acked, so it keeps its data and sends it again
REFUSED_BYTES_MAX = 4096
LETTERS_MAX = 2000  # of one gateway, or of nobody's; those that a watermark or a record rests on are always kept
RANGES_SAID_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamAck:
    """What to tell a gateway after the commit."""

    gateway: str
    ack: Ack


@dataclass(slots=True, kw_only=True)
class Committed:
    """What a transaction did; counts are of records, `letters` of dead letters, `refused` of frames."""

    acks: list[StreamAck] = field(default_factory=list)
    projects: frozenset[str] = frozenset()
    stored: int = 0
    duplicates: int = 0
    conflicts: int = 0
    letters: int = 0
    refused: int = 0


@dataclass(slots=True, kw_only=True)
class _Stream:
    """What came for one stream: frames, ranges to be passed over, and the highest record of its backlog lane."""

    frames: list[OpenedFrame] = field(default_factory=list)
    passed: list[tuple[int, int]] = field(default_factory=list)
    bulk_hi: int = 0


def commit(
    engine: Engine,
    *,
    frames: Sequence[Frame | OpenedFrame],
    letters: Sequence[Letter],
    now_ms: int,
    bulk: Sequence[Frame | OpenedFrame] = (),
    live: bool = False,
) -> Committed:
    """Store frames and letters in one transaction; streams in order of their keys, so that centres do not deadlock.

    `bulk` frames came by the backlog lane. `live`: event times are today's, so late and early ones are marked.
    """
    lanes = [_opened(frame) for frame in frames], [_opened(frame) for frame in bulk]
    with writing(engine) as connection:
        known = gateways_named(connection, _gateways((*lanes[0], *lanes[1]), letters))
        letters = [_answered_for(letter, known) for letter in letters]
        turned_away = [_turned_away(one.frame, known) for lane in lanes for one in lane]
        sorted_ = Sorted(letters=[*letters, *(letter for letter in turned_away if letter is not None)])
        batch = _Batch(connection=connection, now_ms=now_ms, live=live, known=known, sorted=sorted_)
        for (gateway, epoch), stream in _by_stream(lanes, letters, known=known):
            batch.take(gateway, epoch, stream)
        batch.save()
    return batch.done


@dataclass(slots=True, kw_only=True)
class _Batch:
    """What one transaction takes in, gathered stream by stream, and saved as one."""

    connection: Connection
    now_ms: int
    live: bool
    known: Mapping[str, Registered]
    sorted: Sorted
    done: Committed = field(default_factory=Committed)
    maps: dict[tuple[str, str], list[Mapped]] = field(default_factory=dict)
    rows: list[RecordRow] = field(default_factory=list)
    proofs: list[dict[str, Any]] = field(default_factory=list)

    def take(self, gateway: str, epoch: str, stream: _Stream) -> None:
        """The frames of a stream as far as they hold, what they say, and the acknowledgement they earn."""
        taking = Taking(
            connection=self.connection,
            gateway=gateway,
            epoch=epoch,
            key=self.known[gateway].public_key,
            now_ms=self.now_ms,
            live=self.live,
        )
        taken = taking.take(stream.frames, stream.passed)
        _count(self.done, taken)
        self.rows += taken.rows
        self.proofs += taken.proofs
        self.sorted.take(taken.found)
        self.maps[gateway, epoch] = taken.found.maps
        self.sorted.letters += [_refusal(one) for one in taken.refused]
        if len(taken.refused) < len(stream.frames) or stream.passed:
            near = [one.frame.lo for one in stream.frames]
            ack = ack_of(epoch, taken.received, bulk_hi=stream.bulk_hi, near=near)
            self.done.acks.append(StreamAck(gateway=gateway, ack=ack))
        self._note(gateway, epoch, taken)

    def _note(self, gateway: str, epoch: str, taken: Taken) -> None:
        """Chains that do not hold and numbers that came twice with other content, as security events."""
        said = [("chain_broken", broken.said) for broken in taken.breaks]
        if taken.conflicts:
            other = f"other content under known numbers of epoch {epoch}: a cloned or restored store"
            said.append(("identity_conflict", other))
        for code, detail in said:
            note_security(self.connection, code=code, gateway=gateway, detail=detail, at_ms=self.now_ms)

    def save(self) -> None:
        """All of it, and which projects have to be judged again from when."""
        connection, now_ms, found = self.connection, self.now_ms, self.sorted
        save_records(connection, self.rows)
        save_proofs(connection, self.proofs)
        save_seen_now(connection, sorted({stream.gateway for stream in self.done.acks}), now_ms=now_ms)
        save_readings(connection, found.readings)
        save_events(connection, found.events)
        save_results(connection, found.results)
        dirty = projects_of(connection, readings=found.readings, events=found.events)
        for (gateway, epoch), new in self.maps.items():
            earlier(dirty, retime_stored(connection, new, gateway=gateway, epoch=epoch, live=self.live))
        save_losses(connection, found.losses, now_ms=now_ms)
        self.done.letters = _save_letters(connection, found.letters, known=self.known, now_ms=now_ms)
        self.done.projects = frozenset(dirty)
        mark_dirty(connection, dirty)


def ack_of(epoch: str, received: Received, *, bulk_hi: int = 0, near: Iterable[int] = ()) -> Ack:
    """The committed state of a stream as its gateway is told it; `near`: what has just come of it.

    Only what is missing below a record of the backlog lane is asked for: live records run ahead, that is no gap.
    """
    need = received.need
    asked = need if need is not None and need < bulk_hi else None
    return Ack(epoch=epoch, hi=received.hi, recv=received.said(near, limit=RANGES_SAID_MAX), need=asked)


def _opened(frame: Frame | OpenedFrame) -> OpenedFrame:
    if isinstance(frame, OpenedFrame):
        return frame
    return OpenedFrame(frame=frame, bodies=tuple(canonical(record.body).decode() for record in frame.recs))


def _gateways(frames: Sequence[OpenedFrame], letters: Sequence[Letter]) -> set[str]:
    return {one.frame.gw for one in frames} | {letter.gateway for letter in letters if letter.gateway}


def _by_stream(
    lanes: tuple[Sequence[OpenedFrame], Sequence[OpenedFrame]],
    letters: Sequence[Letter],
    *,
    known: Mapping[str, Registered],
) -> Iterable[tuple[tuple[str, str], _Stream]]:
    """Streams of gateways whose data is taken, with the ranges that letters stand for."""
    streams: dict[tuple[str, str], _Stream] = defaultdict(_Stream)
    welcome = {name: one for name, one in known.items() if not one.revoked}
    for is_bulk, lane in enumerate(lanes):
        for one in lane:
            if one.frame.gw in welcome:
                stream = streams[one.frame.gw, one.frame.epoch]
                stream.frames.append(one)
                stream.bulk_hi = max(stream.bulk_hi, one.frame.hi if is_bulk else 0)
    for letter in letters:
        gateway = letter.gateway or ""
        if gateway in welcome and letter.epoch and letter.lo is not None and letter.hi is not None:
            streams[gateway, letter.epoch].passed.append((letter.lo, letter.hi))
    return sorted(streams.items(), key=lambda entry: entry[0])


def _answered_for(letter: Letter, known: Mapping[str, Registered]) -> Letter:
    """With its range only if its gateway answers for the frame; else it stands for nothing, and is cut and counted.

    Such a frame is not acknowledged, so it comes again and again, each time in other bytes.
    """
    found = known.get(letter.gateway or "")
    if found is None or letter.lo is None:
        return letter
    if not found.revoked and (found.public_key is None or signed_range(letter.payload, key=found.public_key)):
        return letter
    cut = letter.payload[:REFUSED_BYTES_MAX]
    return replace(letter, lo=None, hi=None, payload=cut, size_bytes=letter.whole_bytes)


def _turned_away(frame: Frame, known: Mapping[str, Registered]) -> Letter | None:
    """A letter for a frame of a gateway of which nothing is taken."""
    if frame.gw not in known:
        return _kept_aside(
            frame,
            code="unregistered_gateway",
            reason=f"gateway {frame.gw}: expected a registered one (siteprogress-central gateway add)",
            security="frames of a gateway that is not registered",
        )
    if known[frame.gw].revoked:
        return _kept_aside(
            frame,
            code="revoked_gateway",
            reason=f"gateway {frame.gw}: its certificate and key were revoked",
            security="frames of a gateway that was revoked",
        )
    return None


def _refusal(refused: Refused) -> Letter:
    frame = refused.frame
    return _kept_aside(
        frame,
        code=refused.code,
        reason=f"records {frame.lo}..{frame.hi} of {frame.gw}/{frame.epoch}: {SAID[refused.code]}",
        security=f"epoch {frame.epoch}: {SAID[refused.code]}",
    )


def _kept_aside(frame: Frame, *, code: str, reason: str, security: str) -> Letter:
    """Not acknowledged, so the stream does not pass it: the gateway, if it is the gateway, has it still."""
    payload = encode_frame(frame)
    return Letter(
        topic=up(frame.gw, "data"),
        code=code,
        reason=reason,
        payload=payload[:REFUSED_BYTES_MAX],
        gateway=frame.gw,
        epoch=frame.epoch,
        security=security,
        size_bytes=len(payload),
    )


def _save_letters(
    connection: Connection, letters: Sequence[Letter], *, known: Mapping[str, Registered], now_ms: int
) -> int:
    caps = {one.gateway: LETTERS_MAX if one.gateway in {None, *known} else REFUSED_LETTERS_MAX for one in letters}
    full = {gateway for gateway, cap in caps.items() if letters_of(connection, gateway) >= cap}
    kept = [one for one in letters if one.gateway not in full or (one.gateway in known and one.is_of_a_record)]
    save_letter_rows(connection, kept, now_ms=now_ms)
    for one in letters:
        if one.security:
            note_security(connection, code=one.code, gateway=one.gateway, detail=one.security, at_ms=now_ms)
    return len(kept)


def _count(done: Committed, taken: Taken) -> None:
    done.stored += taken.stored
    done.duplicates += taken.duplicates
    done.conflicts += taken.conflicts
    done.refused += len(taken.refused)
