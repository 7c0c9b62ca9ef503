"""Stored records by kind: readings, camera events, tombstones, and letters for bodies that cannot be read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from central.ingest.letters import Letter, is_storable
from wire.codec import canonical, decode_body
from wire.errors import MalformedError
from wire.messages import CameraEvent, FaceReading, Record, Tombstone


@dataclass(slots=True, kw_only=True)
class Sorted:
    """Rows for the tables face_reading and camera_event, ranges known to be lost, and letters."""

    readings: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    tombstones: list[tuple[int, int]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)


def sort_records(records: Sequence[Record], *, gateway: str, epoch: str) -> Sorted:
    """Every record to its place; a kind that this centre does not know stays a stored record and nothing more."""
    found = Sorted()
    for record in records:
        key = {"gateway": gateway, "epoch": epoch, "seq": record.seq}
        try:
            match decode_body(record):
                case FaceReading() as reading:
                    found.readings.append(key | _reading_row(reading, record))
                case CameraEvent() as event:
                    found.events.append(key | _event_row(event, record))
                case Tombstone() as stone:
                    found.tombstones.append(_lost(stone, record))
        except MalformedError as broken:
            found.letters.append(_letter(record, broken, gateway=gateway, epoch=epoch))
    return found


def _reading_row(reading: FaceReading, record: Record) -> dict[str, Any]:
    row = {
        "building": reading.building,
        "face": reading.face,
        "camera": reading.camera,
        "observed_at": record.at,
        "work_type": reading.work_type,
        "shares": canonical(dict(zip(reading.stages, reading.stage_shares_bp, strict=True))).decode(),
        "cells": sum(map(len, reading.stage)),
        "completion_bp": reading.completion_bp,
        "sigma_bp": reading.sigma_bp,
        "coverage_bp": reading.coverage_bp,
        "registration": reading.registration,
        "abstained": reading.abstained,
        "frame_sha256": reading.frame_sha256,
        "evidence_sha256": reading.evidence_sha256,
    }
    return _checked(row)


def _event_row(event: CameraEvent, record: Record) -> dict[str, Any]:
    row = {
        "camera": event.camera,
        "code": event.code,
        "state": event.state,
        "at": record.at,
        "detail": event.detail,
        "residual_mpx": event.residual_mpx,
        "frame_sha256": event.frame_sha256,
    }
    return _checked(row)


def _lost(stone: Tombstone, record: Record) -> tuple[int, int]:
    if not stone.lo <= stone.hi < record.seq:
        raise MalformedError(f"{stone.lo}..{stone.hi}", where="body.lo", expected="lo <= hi < the tombstone's own seq")
    return stone.lo, stone.hi


def _checked(row: dict[str, Any]) -> dict[str, Any]:
    for name, value in row.items():
        if isinstance(value, str) and not is_storable(value):
            raise MalformedError("NUL or half a character", where=f"body.{name}", expected="plain text")
    return row


def _letter(record: Record, broken: MalformedError, *, gateway: str, epoch: str) -> Letter:
    return Letter(
        topic=f"record/{record.kind}",
        code="malformed_record",
        reason=str(broken),
        payload=canonical(record.body),
        gateway=gateway,
        epoch=epoch,
        seq=record.seq,
    )
