"""Writes golden messages that are not there yet; never touches one that is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.wire.build import AT, a_birth, a_frame, a_reading, a_record, a_tombstone, an_event
from wire.codec import encode, encode_frame
from wire.messages import (
    Ack,
    Beat,
    CameraHealth,
    ClockMap,
    Config,
    ConfigPart,
    ConfigResult,
    ConfigStep,
    HostState,
    Presence,
    ReferenceFrame,
    References,
    ReferenceWanted,
    StillHeld,
    StoreLost,
)

GOLDEN = Path(__file__).with_name("golden")
MESSAGES: dict[str, Any] = {
    "birth-v1": a_birth(),
    "beat-v1": Beat(
        gw="gw-qp",
        epoch="e1",
        sent_at=AT,
        produced=12,
        acked=9,
        oldest_age_ms=3000,
        disk_free_bytes=10**12,
        cameras=(
            CameraHealth(camera="qp-c1", frame_age_ms=1500, inference_age_ms=1800),
            CameraHealth(camera="xl-c1", frame_age_ms=-1, inference_age_ms=-1),
        ),
    ),
    "presence-v1": Presence(gw="gw-qp", online=True, session=7),
    "ack-v1": Ack(epoch="e1", hi=12, recv=((14, 20), (25, 25)), need=13, pace=500),
    "beatwhole-v1": Beat(
        gw="gw-qp",
        epoch="e1",
        sent_at=AT,
        produced=12,
        acked=9,
        oldest_age_ms=3000,
        disk_free_bytes=10**12,
        cameras=(),
        in_flight=2,
        tombstoned=1,
        clock_offset_ms=-1500,
        security=3,
        degraded="disk full",
    ),
    "ackclock-v1": Ack(epoch="e1", hi=12, echo=AT, at=AT + 40),
    "acksigned-v1": Ack(epoch="e1", hi=12, sig="cd" * 64),
    "config-v1": Config(
        gw="gw-qp",
        id=4,
        issued_at=AT,
        deadline=AT + 7_200_000,
        parts=(ConfigPart(kind="scene", name="qp-c1", sha256="ab" * 32, size_bytes=4096),),
        sig="cd" * 64,
    ),
    "references-v1": References(
        gw="gw-qp",
        id=5,
        issued_at=AT,
        wanted=(ReferenceWanted(id=5, camera="qp-c1", deadline=AT + 7_200_000),),
        sig="cd" * 64,
    ),
    "hoststate-v1": HostState(online=False, session=3),
    "frame-v1": a_frame(
        records=(
            a_record(seq=8),
            a_record(
                seq=9,
                at=AT + 1,
                body=a_reading(completion_bp=None, abstained="fog", top_storey=None, evidence_sha256=None),
            ),
            a_record(seq=10, at=AT + 2, kind="camera_event", body=an_event()),
            a_record(seq=11, at=AT + 3, kind="camera_event", body=an_event(state="end")),
            a_record(seq=12, at=AT + 4, kind="tombstone", body=a_tombstone()),
        )
    ),
    "framesigned-v1": replace(
        a_frame(
            records=(
                a_record(seq=8, kind="clock_map", body=ClockMap(boot="b1", lo=1, hi=7, add_ms=86_400_000)),
                a_record(seq=9, kind="store_lost", body=StoreLost(epoch="e0", lo=5, hi=None, reason="damaged")),
                a_record(seq=10, kind="config_result", body=ConfigResult(id=4, state="applied", reason="")),
            )
        ),
        prev="ab" * 32,
        sig="cd" * 64,
    ),
    "framestones-v1": a_frame(
        records=(
            a_record(seq=30, kind="tombstone", body=a_tombstone(count=8, also=((9, 9), (12, 13)))),
            a_record(seq=31, kind="tombstone", body=a_tombstone(lo=15, hi=19)),
        )
    ),
    "framestill-v1": a_frame(
        records=(
            a_record(
                seq=8,
                kind="still_held",
                body=StillHeld(sha256="ab" * 32, size_bytes=4096, state="failed", reason="500; expected 2xx"),
            ),
        )
    ),
    "framereference-v1": a_frame(
        records=(
            a_record(seq=8, kind="config_step", body=ConfigStep(id=4, step="received")),
            a_record(
                seq=9,
                kind="reference_frame",
                body=ReferenceFrame(
                    id=5,
                    camera="qp-c1",
                    state="taken",
                    scene='{"schema":"siteprogress.scene/1"}',
                    evidence_sha256="ab" * 32,
                    width_px=1600,
                    height_px=900,
                ),
            ),
        )
    ),
}


def expected(name: str) -> bytes:
    """The bytes we would send today."""
    message = MESSAGES[name]
    return encode_frame(message) if name.startswith("frame") else encode(message)


def main() -> None:
    """Add what is missing."""
    GOLDEN.mkdir(exist_ok=True)
    for name in MESSAGES:
        path = GOLDEN / f"{name}.{'bin' if name.startswith('frame') else 'json'}"
        if not path.exists():
            path.write_bytes(expected(name))


if __name__ == "__main__":
    main()
