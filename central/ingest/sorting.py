"""Stored records by kind: readings, events, tombstones, clock maps, losses, and letters for unreadable bodies. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from central.ingest.letters import Letter, is_storable
from central.ingest.timing import NO_MAPS, Mapped, Maps, stamp_of
from wire.codec import canonical, decode_body
from wire.errors import MalformedError
from wire.messages import (
    BODIES,
    CameraEvent,
    ClockMap,
    ConfigResult,
    ConfigStep,
    FaceReading,
    Record,
    ReferenceFrame,
    StoreLost,
    Tombstone,
)


@dataclass(slots=True, kw_only=True)
class Sorted:
    """Rows for face_reading, camera_event, clock_map and known_loss, ranges known to be lost, and letters.

    `results` are answers to orders of every kind; `of` names the kind.
    """

    readings: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    tombstones: list[tuple[int, int]] = field(default_factory=list)
    maps: list[Mapped] = field(default_factory=list)
    losses: list[dict[str, Any]] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)

    def take(self, other: Sorted) -> None:
        """Add what is in another, but its ranges and maps, which are of one stream only."""
        self.readings += other.readings
        self.events += other.events
        self.results += other.results
        self.losses += other.losses
        self.letters += other.letters


def sort_records(
    records: Sequence[Record],
    *,
    gateway: str,
    epoch: str,
    maps: Sequence[Mapped] = (),
    received_ms: int = 0,
    live: bool = False,
) -> Sorted:
    """Every record to its place; a kind that this centre does not know stays a stored record and nothing more.

    `maps` are the stream's clock maps so far; those among the records count as well.
    """
    found = Sorted()
    clocks = NO_MAPS
    for record in sorted(records, key=_maps_first):
        if record.kind not in BODIES:
            continue
        if clocks is NO_MAPS and record.kind != "clock_map" and (maps or found.maps):
            clocks = Maps((*maps, *found.maps))
        key = {"gateway": gateway, "epoch": epoch, "seq": record.seq}
        try:
            match decode_body(record):
                case ClockMap() as said:
                    found.maps.append(_mapped(said, record))
                case FaceReading() as reading:
                    when = _when(record, clocks, received_ms=received_ms, live=live)
                    found.readings.append(key | _reading_row(reading) | {"observed_at": when[0], "timing": when[1]})
                case CameraEvent() as event:
                    when = _when(record, clocks, received_ms=received_ms, live=live)
                    found.events.append(key | _event_row(event) | {"at": when[0], "timing": when[1]})
                case ConfigResult() as result:
                    found.results.append(_result_row(result, gateway=gateway, at=record.at))
                case ConfigStep() as step:
                    found.results.append(
                        {"of": record.kind, **key, "config": step.id, "step": step.step, "at": record.at}
                    )
                case ReferenceFrame() as frame:
                    found.results.append(_reference_row(frame, gateway=gateway, at=record.at))
                case Tombstone() as stone:
                    found.tombstones += _lost(stone, record)
                case StoreLost() as loss:
                    found.losses.append(_loss_row(loss, gateway=gateway, ref=f"{gateway}/{epoch}/{record.seq}"))
        except MalformedError as broken:
            found.letters.append(_letter(record, broken, gateway=gateway, epoch=epoch))
    return found


def _maps_first(record: Record) -> bool:
    return record.kind != "clock_map"


def _when(record: Record, maps: Maps, *, received_ms: int, live: bool) -> tuple[int, str]:
    stamp = stamp_of(record, received_ms=received_ms, live=live)
    true_ms = stamp.true_ms(maps)
    return true_ms, stamp.timing(true_ms)


def _mapped(said: ClockMap, record: Record) -> Mapped:
    if said.hi < said.lo:
        raise MalformedError(f"{said.lo}..{said.hi}", where="body.hi", expected="lo <= hi")
    return Mapped(seq=record.seq, lo=said.lo, hi=said.hi, add_ms=said.add_ms)


def _loss_row(loss: StoreLost, *, gateway: str, ref: str) -> dict[str, Any]:
    if loss.hi is not None and loss.hi < loss.lo:
        raise MalformedError(f"{loss.lo}..{loss.hi}", where="body.hi", expected="lo <= hi")
    row = {"gateway": gateway, "epoch": loss.epoch, "lo": loss.lo, "ref": ref, "hi": loss.hi, "reason": loss.reason}
    return _checked(row)


def _reading_row(reading: FaceReading) -> dict[str, Any]:
    row = {
        "building": reading.building,
        "face": reading.face,
        "camera": reading.camera,
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


def _event_row(event: CameraEvent) -> dict[str, Any]:
    row = {
        "camera": event.camera,
        "code": event.code,
        "state": event.state,
        "detail": event.detail,
        "residual_mpx": event.residual_mpx,
        "frame_sha256": event.frame_sha256,
    }
    return _checked(row)


def _result_row(result: ConfigResult, *, gateway: str, at: int) -> dict[str, Any]:
    row = {
        "of": "config_result",
        "gateway": gateway,
        "id": result.id,
        "state": result.state,
        "reason": result.reason,
        "at": at,
    }
    return _checked(row)


def _reference_row(frame: ReferenceFrame, *, gateway: str, at: int) -> dict[str, Any]:
    row = {
        "of": "reference_frame",
        "gateway": gateway,
        "id": frame.id,
        "camera": frame.camera,
        "state": frame.state,
        "why": frame.reason,
        "config": frame.config,
        "scene": frame.scene,
        "guess": frame.guess,
        "sha256": frame.evidence_sha256,
        "width_px": frame.width_px,
        "height_px": frame.height_px,
        "at": at,
    }
    return _checked(row)


def _lost(stone: Tombstone, record: Record) -> list[tuple[int, int]]:
    ranges = [(stone.lo, stone.hi), *stone.also]
    above = 0
    for lo, hi in ranges:
        if not above < lo <= hi < record.seq:
            expected = "ranges lo <= hi, each above the one before it and below the tombstone's own seq"
            raise MalformedError(f"{lo}..{hi}", where="body.lo" if not above else "body.also", expected=expected)
        above = hi
    return ranges


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
