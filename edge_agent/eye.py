"""From a frame to what the wire carries: one look of the vision chain, its readings and the stills that are due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from edge_agent.commission.reference import View
from edge_agent.vision import reading
from edge_agent.vision.evidence import evidence_still, passing_cells
from edge_agent.vision.frame import Frame
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.scene import Scene
from edge_agent.vision.see import Network, see
from edge_agent.vision.stages import stages_of
from wire.messages import FaceReading

# People and vehicles pass: a still that is due waits for a look without them, at most until the next would be due.
PATIENCE = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """What one frame gave. `stills` are JPEG bytes by face id; the readings do not name them yet.

    `view` tells where a trusted frame shows what was commissioned; None = it is not known to.
    """

    readings: tuple[FaceReading, ...]
    memory: CameraMemory
    quality: tuple[str, ...]
    registration: str
    residual_mpx: int
    stills: dict[str, bytes]
    view: View | None = None


def look_at(
    frame: Frame,
    scene: Scene,
    net: Network,
    *,
    camera: str,
    memory: CameraMemory,
    stills_at: Mapping[str, datetime],
    every_s: float | None,
) -> Look:
    """Look once. `stills_at`: when each face last gave a still; `every_s` None = no stills. FrameError as `see`.

    A camera that may look elsewhere may look into somebody's window: of a frame that is not trusted no still is taken.
    """
    seen = see(frame, scene, net, memory)
    faces = {face.face_id: face for face in scene.faces}
    stills = {}
    for found in seen.readings:
        occluder, last = seen.occluders.get(found.face_id), stills_at.get(found.face_id)
        wait = PATIENCE if last is not None and occluder is not None and passing_cells(occluder).any() else 1.0
        if seen.trusted and _due(last, frame.captured_at, every_s=every_s, wait=wait):
            face = faces[found.face_id]
            stills[face.face_id] = evidence_still(frame, scene, face, shift=seen.shift, occluder=occluder).jpeg
    first = seen.readings[0]
    return Look(
        readings=tuple(face_reading(found, camera=camera) for found in seen.readings),
        memory=seen.memory,
        quality=tuple(first.quality),
        registration=first.registration,
        residual_mpx=_mpx(first.residual_px),
        stills=stills,
        view=View(shift=seen.shift, occluders=seen.occluders) if seen.trusted else None,
    )


def face_reading(found: reading.FaceReading, *, camera: str) -> FaceReading:
    """The body of a `face_reading` record. A cell never seen has stage -1; covers of a cell are joined by '+'."""
    stages = stages_of(found.work_type).names
    return FaceReading(
        camera=camera,
        face=found.face_id,
        building=found.building,
        work_type=found.work_type,  # type: ignore[arg-type]
        stages=stages,
        stage_shares_bp=found.stage_shares_bp or (0,) * len(stages),  # no cell was ever seen
        completion_bp=found.completion_bp,
        sigma_bp=min(found.sigma_bp, 10_000),
        coverage_bp=min(found.coverage_bp, 10_000),
        top_storey=found.top_storey,
        stage=tuple(tuple(cell.stage if cell.known else -1 for cell in row) for row in found.cells),
        stage_bp=tuple(tuple(cell.probability_bp if cell.known else 0 for cell in row) for row in found.cells),
        occluded=tuple(tuple(int(cell.occluded) for cell in row) for row in found.cells),
        cover=tuple(tuple("+".join(cell.cover) for cell in row) for row in found.cells),
        quality=tuple(found.quality),
        registration=found.registration,
        residual_mpx=_mpx(found.residual_px),
        model_sha256=found.model_sha256,
        frame_sha256=found.frame_sha256,
        abstained=",".join(found.abstained) or None,
    )


def with_evidence(readings: tuple[FaceReading, ...], sha256_of: Mapping[str, str]) -> tuple[FaceReading, ...]:
    """The readings naming their stills, by face id."""
    return tuple(replace(r, evidence_sha256=sha256_of.get(r.face)) for r in readings)


def _mpx(residual_px: float) -> int:
    return min(max(0, round(residual_px * 1000)), 2**31)


def _due(last: datetime | None, now: datetime, *, every_s: float | None, wait: float) -> bool:
    if every_s is None:
        return False
    # Either way: a still dated ahead of its time (a clock that was wrong) must not put off the next ones until then.
    return last is None or abs((now - last).total_seconds()) >= wait * every_s
