"""A gateway's hello: note what it says, and answer with the centre's watermark of its epoch."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, Engine

from central.ingest import metrics
from central.ingest.commit import StreamAck, ack_of
from central.ingest.guard import Registered
from central.ingest.letters import Letter
from central.ingest.ranges import Received
from central.store.engine import writing
from central.store.save_letters import save_letter_rows
from central.store.save_proofs import gateways_named
from central.store.save_records import lock_stream, read_stream, save_stream
from central.store.save_security import note_security
from central.store.save_status import epoch_of, refused_by, save_beats, save_birth, save_presence
from wire.messages import Ack, Beat, Birth, Presence
from wire.topics import up

log = logging.getLogger(__name__)


def greet(engine: Engine, messages: Sequence[Birth | Beat | Presence], *, now_ms: int) -> list[StreamAck]:
    """Save the messages in order; one ack a birth and a beat, which says the time. Only gateways in good standing."""
    acks: list[StreamAck] = []
    with writing(engine) as connection:
        known = gateways_named(connection, {message.gw for message in messages})
        for message in messages:
            if not _welcome(connection, message, known, now_ms=now_ms):
                continue
            if not isinstance(message, Presence):
                _heed_return(connection, message, now_ms=now_ms)
            match message:
                case Birth():
                    received = _born(
                        connection, message, enrolled=known[message.gw].public_key is not None, now_ms=now_ms
                    )
                    acks.append(_answer(message, received, now_ms=now_ms))
                case Beat():
                    _heed_refusals(connection, message, now_ms=now_ms)
                    save_beats(connection, [message], now_ms=now_ms)
                    watermark, ranges = read_stream(connection, gateway=message.gw, epoch=message.epoch)
                    acks.append(_answer(message, Received(hi=watermark, beyond=tuple(ranges)), now_ms=now_ms))
                case Presence():
                    save_presence(connection, message, now_ms=now_ms)
    return acks


def _welcome(
    connection: Connection, message: Birth | Beat | Presence, known: Mapping[str, Registered], *, now_ms: int
) -> bool:
    """Whoever is turned away is seen: an agent that is not answered sends nothing but this."""
    gateway, found = message.gw, known.get(message.gw)
    if found is None and not isinstance(message, Presence):  # which a broker retains long after a gateway is retired
        said = "a gateway that is not registered speaks of itself"
        note_security(connection, code="unregistered_gateway", gateway=gateway, detail=said, at_ms=now_ms)
    if found is not None and found.revoked:
        said = "a gateway that was revoked speaks of itself"
        note_security(connection, code="revoked_gateway", gateway=gateway, detail=said, at_ms=now_ms)
    return found is not None and not found.revoked


def _heed_refusals(connection: Connection, beat: Beat, *, now_ms: int) -> None:
    """The gateway counts what it refused since its start: more than it last said, or any at all after a new start."""
    before, said = refused_by(connection, beat.gw), beat.security or 0
    if said > before or 0 < said < before:
        detail = "the gateway refused what was sent in the centre's name: an ack or a configuration"
        note_security(connection, code="forged_ack", gateway=beat.gw, detail=detail, at_ms=now_ms)


def _heed_return(connection: Connection, said: Birth | Beat, *, now_ms: int) -> None:
    """A gateway leaves an epoch for good: when it speaks again there are two stores of one id."""
    left = epoch_of(connection, said.gw)
    if left in {"", said.epoch} or read_stream(connection, gateway=said.gw, epoch=said.epoch) == (0, []):
        return
    detail = f"epoch {said.epoch} speaks again after {left}: two machines with this id, or an old store put back"
    note_security(connection, code="identity_conflict", gateway=said.gw, detail=detail, at_ms=now_ms)


def _answer(message: Birth | Beat, received: Received, *, now_ms: int) -> StreamAck:
    ack: Ack = replace(ack_of(message.epoch, received), echo=message.sent_at, at=now_ms)
    return StreamAck(gateway=message.gw, ack=ack)


def _born(connection: Connection, birth: Birth, *, enrolled: bool, now_ms: int) -> Received:
    """Note the birth; the state of its stream.

    What its gateway holds no more and was never stored is known loss, passed over. Not at the word of a birth where
    frames are signed: nobody signs a birth, and such a gateway buries what it misses by a tombstone of its own.
    """
    save_birth(connection, birth, now_ms=now_ms)
    watermark, ranges = lock_stream(connection, gateway=birth.gw, epoch=birth.epoch, now_ms=now_ms)
    received = Received(hi=watermark, beyond=tuple(ranges))
    held_from = birth.oldest or birth.newest + 1  # 0: it holds nothing of what it made
    lost = received.missing(1, held_from - 1) if held_from > 1 else ()
    if not lost:
        return received
    log.error("known loss: gateway=%s epoch=%s never stored and no longer held: %s", birth.gw, birth.epoch, lost)
    if enrolled:
        return received
    before, received = received, received.add_all(lost)
    metrics.LETTERS.inc(len(lost))
    save_letter_rows(connection, [_gone(birth, lo, hi) for lo, hi in lost], now_ms=now_ms)
    save_stream(
        connection,
        gateway=birth.gw,
        epoch=birth.epoch,
        watermark=received.hi,
        gone=set(before.beyond).difference(received.beyond),
        new=set(received.beyond).difference(before.beyond),
        stored=0,
        duplicates=0,
        now_ms=now_ms,
    )
    return received


def _gone(birth: Birth, lo: int, hi: int) -> Letter:
    """The gateway holds nothing below its oldest record: what never came from there is known loss, in a row."""
    return Letter(
        topic=up(birth.gw, "birth"),
        code="no_longer_held",
        reason=f"records {lo}..{hi} of {birth.gw}/{birth.epoch} were never stored here, its oldest is "
        f"{birth.oldest or birth.newest + 1}",
        payload=b"",
        gateway=birth.gw,
        epoch=birth.epoch,
        lo=lo,
        hi=hi,
    )
