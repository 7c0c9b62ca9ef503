"""Read queries about stored records by their ref, gateway/epoch/seq."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import tuple_
from sqlmodel import Session, col, select

from central.store.read_faces import StillRow, still_before, still_of
from central.store.read_places import is_number
from central.store.tables import FaceReading, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record with its still, if it has one that has arrived; else `before` = the newest of its facade until then."""

    record: Record
    still: StillRow | None
    before: StillRow | None = None


def kept_records(session: Session, refs: Sequence[str]) -> dict[str, Kept]:
    """The records that exist, by ref; refs of another form are passed over."""
    keys = [key for key in map(_key, refs) if key is not None]
    if not keys:
        return {}
    where = tuple_(col(Record.gateway), col(Record.epoch), col(Record.seq)).in_(keys)
    found = {}
    for record in session.exec(select(Record).where(where)):
        reading = session.get(FaceReading, (record.gateway, record.epoch, record.seq))
        still = still_of(session, reading) if reading else None
        before = still_before(session, reading) if reading and still is None else None
        found[f"{record.gateway}/{record.epoch}/{record.seq}"] = Kept(record=record, still=still, before=before)
    return found


def _key(ref: str) -> tuple[str, str, int] | None:
    parts = ref.split("/")
    if len(parts) != 3 or not is_number(parts[2]):
        return None
    return parts[0], parts[1], int(parts[2])
