"""Read queries about what cameras saw of a building: newest reading of each face, and its stills."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func
from sqlmodel import Session, col, select

from central.store.tables import Evidence, FaceReading, Record

_MONTH_MS = 30 * 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StillRow:
    """A still that lies at the centre, with the time of the frame it was cut from (ms UTC)."""

    sha256: str
    captured_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The newest reading of one face with its record, its newest still and the one before."""

    reading: FaceReading
    record: Record
    stills: tuple[StillRow, ...]


def newest_faces(session: Session, building: str) -> list[Seen]:
    """One entry for each (face, camera) that ever read this building, by face then camera."""
    newest = (
        select(FaceReading.face, FaceReading.gateway, FaceReading.camera, func.max(FaceReading.observed_at).label("at"))
        .where(FaceReading.building == building)
        .group_by(FaceReading.face, FaceReading.gateway, FaceReading.camera)
        .subquery()
    )
    same = and_(
        col(FaceReading.face) == newest.c.face,
        col(FaceReading.gateway) == newest.c.gateway,
        col(FaceReading.camera) == newest.c.camera,
        col(FaceReading.observed_at) == newest.c.at,
    )
    key = and_(
        col(Record.gateway) == FaceReading.gateway,
        col(Record.epoch) == FaceReading.epoch,
        col(Record.seq) == FaceReading.seq,
    )
    rows = session.exec(
        select(FaceReading, Record)
        .join(newest, same)
        .join(Record, key)
        .where(FaceReading.building == building)
        .order_by(FaceReading.face, FaceReading.gateway, FaceReading.camera, FaceReading.epoch, col(FaceReading.seq))
    )
    last = {(reading.face, reading.gateway, reading.camera): (reading, record) for reading, record in rows}
    return [
        Seen(reading=reading, record=record, stills=tuple(_stills(session, reading)))
        for reading, record in last.values()
    ]


def still_of(session: Session, reading: FaceReading) -> StillRow | None:
    """The still of this very reading, if it has arrived."""
    if reading.evidence_sha256 is None or session.get(Evidence, reading.evidence_sha256) is None:
        return None
    return StillRow(sha256=reading.evidence_sha256, captured_at=reading.observed_at)


def still_before(session: Session, reading: FaceReading) -> StillRow | None:
    """The newest still of the same face by the same camera up to a reading: not every reading comes with one."""
    wanted = (
        select(FaceReading.evidence_sha256, FaceReading.observed_at)
        .join(Evidence, col(Evidence.sha256) == FaceReading.evidence_sha256)
        .where(
            FaceReading.gateway == reading.gateway,
            FaceReading.camera == reading.camera,
            FaceReading.observed_at <= reading.observed_at,
            FaceReading.building == reading.building,
            FaceReading.face == reading.face,
        )
        .order_by(col(FaceReading.observed_at).desc())
        .limit(1)
    )
    found = session.exec(wanted).first()
    return None if found is None else StillRow(sha256=str(found[0]), captured_at=found[1])


def _stills(session: Session, reading: FaceReading) -> list[StillRow]:
    """The newest still of the face, then the earliest of the month before it: what the month has brought."""
    of_face = (
        select(FaceReading.evidence_sha256, FaceReading.observed_at)
        .join(Evidence, col(Evidence.sha256) == FaceReading.evidence_sha256)
        .where(
            FaceReading.building == reading.building,
            FaceReading.face == reading.face,
            FaceReading.gateway == reading.gateway,
            FaceReading.camera == reading.camera,
        )
    )
    newest = session.exec(of_face.order_by(col(FaceReading.observed_at).desc()).limit(1)).first()
    if newest is None:
        return []
    earliest = session.exec(
        of_face.where(FaceReading.observed_at >= newest[1] - _MONTH_MS, FaceReading.evidence_sha256 != newest[0])
        .order_by(col(FaceReading.observed_at))
        .limit(1)
    ).first()
    found = [newest] if earliest is None else [newest, earliest]
    return [StillRow(sha256=str(sha256), captured_at=at) for sha256, at in found]
