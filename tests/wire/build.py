"""Builders of valid messages: plain functions with defaults, so that a test names only what it is about."""

from __future__ import annotations

from typing import Any

from wire.codec import content_hash, encode_body
from wire.messages import Birth, CameraEvent, FaceReading, Frame, Record, Tombstone

AT = 1_788_228_000_000  # 2026-09-01T02:00:00Z
SHA = "ab" * 32
STAGES = ("void", "formwork", "structure", "infill", "base", "finished")


def a_reading(**changes: Any) -> FaceReading:
    """A 2 x 3 face, half structure, half formwork."""
    told: dict[str, Any] = {
        "camera": "qp-c1",
        "face": "qp-b1-south",
        "building": "qp-b1",
        "work_type": "new_build",
        "stages": STAGES,
        "stage_shares_bp": (0, 5000, 5000, 0, 0, 0),
        "completion_bp": 3750,
        "sigma_bp": 240,
        "coverage_bp": 10_000,
        "top_storey": 2,
        "stage": ((2, 2, 2), (1, 1, 1)),
        "stage_bp": ((9000, 9000, 9000), (8000, 8000, 8000)),
        "occluded": ((0, 0, 0), (0, 0, 1)),
        "cover": (("", "", ""), ("", "", "scaffold")),
        "quality": ("rain",),
        "registration": "VERIFIED",
        "residual_mpx": 412,
        "model_sha256": SHA,
        "frame_sha256": SHA,
        "evidence_sha256": SHA,
    }
    return FaceReading(**(told | changes))


def an_event(**changes: Any) -> CameraEvent:
    """A camera that was knocked."""
    told: dict[str, Any] = {
        "camera": "gt-c1",
        "code": "moved",
        "state": "begin",
        "detail": "移位 31 px",
        "residual_mpx": 31_000,
    }
    return CameraEvent(**(told | changes))


def a_tombstone(**changes: Any) -> Tombstone:
    """Five records dropped because the disk was full."""
    told: dict[str, Any] = {"lo": 3, "hi": 7, "count": 5, "reason": "disk_cap", "at_min": AT, "at_max": AT + 5000}
    return Tombstone(**(told | changes))


def a_record(*, seq: int = 1, at: int = AT, kind: str = "face_reading", body: Any = None) -> Record:
    """A record with the right hash; `body` is a body dataclass or a plain dict."""
    found = a_reading() if body is None else body
    plain = found if isinstance(found, dict) else encode_body(found)
    digest = content_hash(kind=kind, at=at, body=plain)
    return Record(seq=seq, kind=kind, at=at, clock="synced", hash=digest, body=plain)


def a_frame(*, records: tuple[Record, ...] | None = None, gw: str = "gw-qp", epoch: str = "e1") -> Frame:
    """A frame around contiguous records."""
    recs = (a_record(seq=1), a_record(seq=2, kind="camera_event", body=an_event())) if records is None else records
    return Frame(gw=gw, epoch=epoch, lo=recs[0].seq, hi=recs[-1].seq, boot="b1", sent_at=AT + 60_000, recs=recs)


def a_birth(**changes: Any) -> Birth:
    """Hello of a gateway that holds records 4..9."""
    told: dict[str, Any] = {
        "gw": "gw-qp",
        "epoch": "e1",
        "boot": "b1",
        "oldest": 4,
        "newest": 9,
        "clock": "synced",
        "sent_at": AT,
        "software": "siteprogress 0.1.0",
        "model_sha256": SHA,
        "cameras": ("qp-c1", "xl-c1"),
    }
    return Birth(**(told | changes))
