"""Stored records read back as the messages they came in, and stills as links."""

from __future__ import annotations

import json

from central.api.schemas import Still
from central.store.instants import from_ms
from central.store.read_faces import StillRow
from central.store.tables import Record
from wire import messages
from wire.codec import decode_body


def reading_of(record: Record) -> messages.FaceReading:
    """The face reading a stored record holds; it was checked before it was stored."""
    body = decode_body(
        messages.Record(
            seq=record.seq,
            kind=record.kind,
            at=record.at,
            clock=record.clock,  # type: ignore[arg-type]  # checked by ingest
            hash=record.hash,
            body=json.loads(record.body),
        )
    )
    if not isinstance(body, messages.FaceReading):
        raise TypeError(f"record {ref_of(record)} is a {record.kind}: expected a face_reading")
    return body


def ref_of(record: Record) -> str:
    """How a record is referred to everywhere: gateway/epoch/seq."""
    return f"{record.gateway}/{record.epoch}/{record.seq}"


def still(row: StillRow | None) -> Still | None:
    """A still as a link; the address needs the bearer token."""
    if row is None:
        return None
    return Still(sha256=row.sha256, url=f"/api/v1/evidence/{row.sha256}", captured_at=from_ms(row.captured_at))
