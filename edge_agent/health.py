"""How the agent is, for the heartbeat and `status`: ages, problems, counts; written beside the store now and then."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge_agent.announcing import Vitals
from edge_agent.buffer.evidence import EvidenceFolder
from edge_agent.camera.source import Camera
from edge_agent.clock import Clock, wall
from edge_agent.identity import Renewer
from edge_agent.publisher import Publisher
from edge_agent.sense import Sense, inference_ages_ms
from edge_agent.uploader import Uploader
from wire.messages import CameraHealth

FILE = "health.json"


def vitals(data_dir: Path, cameras: Sequence[Camera], sense: Sense, clock: Clock) -> Vitals:
    """What the heartbeat says of disk, clock and cameras."""
    inferred = inference_ages_ms(sense.remembered)
    return Vitals(
        degraded=sense.degraded or _aside_words(stills_aside(data_dir)) or None,
        clock=clock.state(),
        disk_free_bytes=shutil.disk_usage(data_dir).free,
        cameras=tuple(
            CameraHealth(camera=c.id, frame_age_ms=frame_age_ms(c), inference_age_ms=inferred.get(c.id, -1))
            for c in cameras
        ),
    )


def stills_aside(data_dir: Path) -> int:
    """Stills that the centre does not take, kept for a person."""
    return sum(1 for _ in (data_dir / "evidence" / "refused").glob("*.jpg"))


def _aside_words(stills: int) -> str:
    if stills == 1:
        return "1 still set aside, the centre does not take it"
    return f"{stills} stills set aside, the centre does not take them" if stills else ""


def frame_age_ms(camera: Camera) -> int:
    """Milliseconds since the newest frame, -1 = none yet."""
    frame_s = camera.condition.frame_s
    return -1 if frame_s is None else int((time.monotonic() - frame_s) * 1000)


def snapshot(
    cameras: Sequence[Camera],
    sense: Sense,
    publisher: Publisher,
    uploader: Uploader | None,
    evidence: EvidenceFolder,
    *,
    renewer: Renewer | None = None,
) -> dict[str, Any]:
    """Everything a person asks first, as plain values."""
    link, inferred = publisher.state, inference_ages_ms(sense.remembered)
    return {
        "at": wall().isoformat(timespec="milliseconds"),
        "link": {
            "connected": link.connected,
            "centre_online": link.host_online,
            "synced": link.synced,
            "protocol": link.protocol,
            "problem": link.problem,
            "frames_sent": link.frames_sent,
            "records_sent": link.records_sent,
            "in_flight": link.in_flight,
            "backlog": link.backlog,
            "clock_offset_ms": link.clock_offset_ms,
            "security": link.security,
        },
        "sense": {"problem": sense.problem, "degraded": sense.degraded},
        "evidence": {
            "waiting": len(evidence.waiting()),
            "sent": uploader.sent if uploader else 0,
            "problem": uploader.problem if uploader else "no [centre] in the settings: stills stay here",
        },
        "identity": {
            "problem": renewer.problem if renewer else "",
            "certificate_until": renewer.until.isoformat() if renewer and renewer.until else None,
        },
        "cameras": [
            {
                "id": camera.id,
                "kind": camera.settings.kind,
                "pid": camera.condition.pid,
                "frames": camera.condition.frames,
                "overwritten": camera.condition.overwritten,
                "refused": camera.condition.refused,
                "restarts": camera.condition.restarts,
                "frame_age_ms": frame_age_ms(camera),
                "inference_age_ms": inferred.get(camera.id, -1),
                "problem": camera.condition.problem,
            }
            for camera in cameras
        ],
    }


def write_snapshot(data_dir: Path, plain: dict[str, Any]) -> None:
    """Replace the file whole, so that a reader never sees half of it. It is not truth, so it is not synced."""
    part = data_dir / f"{FILE}.part"
    part.write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
    part.replace(data_dir / FILE)
