"""Records to frames that the broker and the centre take: cut, signed, and never larger than either carries."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from edge_agent.buffer.outbox import Outbox
from edge_agent.window import Sent
from wire.codec import (
    FRAME_RECORDS_MAX,
    INFLATED_BYTES_MAX,
    MESSAGE_BYTES_MAX,
    Sealed,
    encode_sealed,
    split_sealed,
)
from wire.messages import Frame

log = logging.getLogger(__name__)

STRIKES = 3
ENVELOPE_BYTES = 4096  # more than a frame says beside its records
PACKET_BYTES = 200  # of MQTT around a payload

Sign = Callable[[bytes], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A frame ready to go; `payload` None: its one record will never fit and has been set aside."""

    records: tuple[Sealed, ...]
    payload: bytes | None


class Framer:
    """Remembers, for one outbox, at which size frames get through."""

    def __init__(
        self, outbox: Outbox, *, gateway: str, boot: str, now_ms: Callable[[], int], sign: Sign | None
    ) -> None:
        self._outbox = outbox
        self._gateway = gateway
        self._boot = boot
        self._now_ms = now_ms
        self._sign = sign
        self._size = FRAME_RECORDS_MAX
        self._strikes: dict[int, int] = {}

    def frames(self, records: Sequence[Sealed], *, broker_takes: int | None) -> Iterator[Packed]:
        """In order. A record that no broker or centre takes is set aside, and a tombstone takes its place."""
        for cut in split_sealed(records):
            if not all(record.is_whole for record in cut):
                yield from self._without_damaged(cut, broker_takes)
                continue
            for start in range(0, len(cut), self._size):
                yield from self._packed(cut[start : start + self._size], broker_takes)

    def _without_damaged(self, records: Sequence[Sealed], broker_takes: int | None) -> Iterator[Packed]:
        """The disk changed a record: the centre would refuse its whole frame for ever, so it goes no further."""
        for record in records:
            if record.is_whole:
                yield from self._packed((record,), broker_takes)
                continue
            log.error("record changed on the disk, set aside seq=%d kind=%s", record.seq, record.kind)
            self._outbox.refuse((record,), reason="changed on the disk")
            yield Packed(records=(record,), payload=None)

    def got_through(self) -> None:
        """Something was acknowledged: frames may be large again."""
        self._size = FRAME_RECORDS_MAX
        self._strikes.clear()

    def died(self, on_the_way: Sequence[Sent], *, too_large: bool) -> None:
        """The link died with frames on their way: the same head three times is sent in smaller frames from then on."""
        if not on_the_way:
            return
        head = on_the_way[0]
        strikes = self._strikes.get(head.lo, 0) + 1
        self._strikes = {head.lo: 0 if strikes == STRIKES else strikes}
        if strikes < STRIKES:
            return
        self._size = max(1, self._size // 2)
        log.warning("link died %d times at seq=%d, frames of %d records now", STRIKES, head.lo, self._size)
        if too_large and head.count == 1:
            alone = [record for record in self._outbox.pending(head.lo - 1, 1) if record.seq == head.lo]
            if alone:
                self._outbox.refuse(alone, reason="larger than the broker takes")

    def _packed(self, records: tuple[Sealed, ...], broker_takes: int | None) -> Iterator[Packed]:
        payload = encode_sealed(self._head(records), records, sign=self._sign)
        if not _is_too_large(payload, records, broker_takes=broker_takes):
            yield Packed(records=records, payload=payload)
        elif len(records) == 1:
            takes = min(broker_takes or MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX)
            self._outbox.refuse(records, reason=f"larger than broker or centre takes ({takes} bytes)")
            log.error("record set aside seq=%d expected a message of at most %d bytes", records[0].seq, takes)
            yield Packed(records=records, payload=None)
        else:
            middle = len(records) // 2
            yield from self._packed(records[:middle], broker_takes)
            yield from self._packed(records[middle:], broker_takes)

    def _head(self, records: Sequence[Sealed]) -> Frame:
        return Frame(
            gw=self._gateway,
            epoch=self._outbox.epoch,
            lo=records[0].seq,
            hi=records[-1].seq,
            boot=self._boot,
            sent_at=self._now_ms(),
            recs=(),
        )


def _is_too_large(payload: bytes, records: Sequence[Sealed], *, broker_takes: int | None) -> bool:
    """Whether broker or centre would never take it: then it would be sent for ever, and nothing behind it."""
    if len(payload) > MESSAGE_BYTES_MAX or (broker_takes is not None and len(payload) + PACKET_BYTES > broker_takes):
        return True
    # Bodies of many records are far below the cap of a frame; one alone may be of any size.
    return len(records) == 1 and len(records[0].body.encode()) + ENVELOPE_BYTES > INFLATED_BYTES_MAX
