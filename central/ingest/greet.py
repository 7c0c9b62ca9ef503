"""A gateway's hello: note what it says, and answer with the centre's watermark of its epoch."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import Connection, Engine

from central.ingest import metrics
from central.ingest.commit import StreamAck, ack_of, save_letter_rows
from central.ingest.letters import Letter
from central.ingest.ranges import Received
from central.store.engine import writing
from central.store.save_records import lock_stream, registered_gateways, save_stream
from central.store.save_status import save_beats, save_birth, save_presence
from wire.messages import Beat, Birth, Presence
from wire.topics import up

log = logging.getLogger(__name__)


def greet(engine: Engine, messages: Sequence[Birth | Beat | Presence], *, now_ms: int) -> list[StreamAck]:
    """Save the messages in order; one ack a birth. Unregistered gateways are not answered."""
    acks: list[StreamAck] = []
    with writing(engine) as connection:
        known = registered_gateways(connection, {message.gw for message in messages})
        for message in messages:
            if message.gw not in known:
                continue
            match message:
                case Birth():
                    acks.append(_welcome(connection, message, now_ms=now_ms))
                case Beat():
                    save_beats(connection, [message], now_ms=now_ms)
                case Presence():
                    save_presence(connection, message, now_ms=now_ms)
    return acks


def _welcome(connection: Connection, birth: Birth, *, now_ms: int) -> StreamAck:
    save_birth(connection, birth, now_ms=now_ms)
    watermark, ranges = lock_stream(connection, gateway=birth.gw, epoch=birth.epoch, now_ms=now_ms)
    received = Received(hi=watermark, beyond=tuple(ranges))
    held_from = birth.oldest or birth.newest + 1  # 0: it holds nothing of what it made
    lost = received.missing(1, held_from - 1) if held_from > 1 else ()
    for lo, hi in lost:
        received = received.add(lo, hi)
    if lost:
        log.error("known loss: gateway=%s epoch=%s never stored and no longer held: %s", birth.gw, birth.epoch, lost)
        metrics.LETTERS.inc(len(lost))
        save_letter_rows(connection, [_gone(birth, lo, hi) for lo, hi in lost], now_ms=now_ms)
        save_stream(
            connection,
            gateway=birth.gw,
            epoch=birth.epoch,
            watermark=received.hi,
            ranges=received.beyond,
            stored=0,
            duplicates=0,
            now_ms=now_ms,
        )
    return StreamAck(gateway=birth.gw, ack=ack_of(birth.epoch, received))


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
