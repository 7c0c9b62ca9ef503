"""From a frame to the readings of its faces: the whole chain, pure around the network's session."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

import numpy as np

from edge_agent.vision.errors import FrameError
from edge_agent.vision.filter import FaceBelief, Observation, adopted, update
from edge_agent.vision.first_look import FirstLooks, kept, worth_keeping
from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.interval import Spread
from edge_agent.vision.landmarks import frame_landmarks
from edge_agent.vision.last_look import LastLook, looked_at
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.quality import Quality, judge, remember
from edge_agent.vision.reading import (
    FaceReading,
    Look,
    cell_weights,
    cells_of,
    standing,
    storeys_begun,
    why_abstain,
)
from edge_agent.vision.rectify import Mask, Shift, face_map_of, rectify
from edge_agent.vision.registration import Registration, register
from edge_agent.vision.scene import Face, Scene
from edge_agent.vision.session import CellLikelihoods, Floats, ModelEntry
from edge_agent.vision.stages import COVERS, StageList

NET_OPAQUE = COVERS.index("net_opaque")
FOGGY_COUNTS = 0.2  # what a look through fog is worth: it is read with errors of its own, all in one direction


class Network(Protocol):
    """What the chain asks of a network: `session.CellNetwork` is the real one."""

    @property
    def sha256(self) -> str: ...
    @property
    def entry(self) -> ModelEntry: ...
    @property
    def stages(self) -> StageList: ...
    def infer(self, canvas: Image, first: Sequence[bytes] = ()) -> CellLikelihoods: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Readings of all faces of a scene, in its order, and the memory to hand in with the next frame.

    `occluders` by face id: what the network says stands before each cell, rows x cols x kinds; a face is missing when
    it was not looked at or the weights tell no kinds. `shift` is where the commissioned view lies in this frame, and
    `trusted` whether the frame is known to show it.
    """

    readings: tuple[FaceReading, ...]
    memory: CameraMemory
    occluders: dict[str, Floats]
    shift: Shift
    trusted: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _FaceSeen:
    reading: FaceReading
    belief: FaceBelief
    first: FirstLooks | None
    last: LastLook | None
    occluder: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """One frame judged: everything about it that its faces share."""

    frame: Frame
    scene: Scene
    quality: Quality
    registration: Registration
    unverified_s: float

    @property
    def may_update(self) -> bool:
        return self.quality.usable and self.registration.may_update


def see(frame: Frame, scene: Scene, net: Network, memory: CameraMemory) -> Seen:
    """Look at one frame. Unusable frame or moved camera: no cell changes. FrameError if it is of another size."""
    _check_size(frame, scene)
    if net.stages.work_type != scene.work_type:
        msg = f"scene {scene.scene_id} is {scene.work_type}, the network sees {net.stages.work_type}"
        raise ValueError(msg)
    memory = memory.under(view_of(scene))
    marks = frame_landmarks(frame, scene)
    quality = judge(frame, memory.quality, marks=marks, place=scene.place)
    now_s = frame.captured_at.timestamp()
    registered = register(marks, quality, memory.bank, captured_s=now_s)
    verified_at_s = registered.bank.verified_at_s
    view = _View(
        frame=frame,
        scene=scene,
        quality=quality,
        registration=registered.registration,
        unverified_s=0.0 if verified_at_s is None else now_s - verified_at_s,
    )
    faces = tuple(
        _see_face(
            view,
            face,
            net,
            belief=memory.belief(face.face_id),
            first=memory.first_looks_at(face),
            last=memory.last_look_at(face),
        )
        for face in scene.faces
    )
    return Seen(
        readings=tuple(seen.reading for seen in faces),
        memory=replace(
            memory,
            quality=remember(frame, quality, memory.quality),
            bank=registered.bank,
            faces=tuple((seen.reading.face_id, seen.belief) for seen in faces),
            first_looks=tuple(seen.first for seen in faces if seen.first),
            last_looks=tuple(seen.last for seen in faces if seen.last),
        ),
        occluders={seen.reading.face_id: seen.occluder for seen in faces if seen.occluder is not None},
        shift=view.registration.shift,
        trusted=view.may_update,
    )


@lru_cache(maxsize=64)
def view_of(scene: Scene) -> str:
    """A name of what was marked where: another one when frame size, lens or a line of a face changes."""
    marked = (scene.camera, tuple((face.face_id, face.row_lines, face.col_x) for face in scene.faces))
    return hashlib.sha256(repr(marked).encode()).hexdigest()[:16]


def _check_size(frame: Frame, scene: Scene) -> None:
    height, width = frame.image.shape[:2]
    camera = scene.camera
    if (width, height) != (camera.width_px, camera.height_px):
        raise FrameError(
            source=f"camera {camera.camera_id}",
            problem=f"frame of {width} x {height} px",
            expected=f"{camera.width_px} x {camera.height_px} px as commissioned in scene {scene.scene_id}",
        )


def _see_face(
    view: _View,
    face: Face,
    net: Network,
    *,
    belief: FaceBelief | None,
    first: FirstLooks | None,
    last: LastLook | None,
) -> _FaceSeen:
    belief = adopted(belief, face.rows, face.cols, stages=net.stages)  # blank if new, or commissioned anew
    if not view.may_update:
        reading = _reading(view, face, net, belief=belief, look=_blind(face))
        return _FaceSeen(reading=reading, belief=_having_said(belief, reading), first=first, last=last)
    canvas = rectify(view.frame, view.scene, face, shift=view.registration.shift)
    likelihoods = net.infer(canvas.image, first.jpegs if first else ())
    foggy = "fog" in view.quality.codes
    counts = FOGGY_COUNTS if foggy else 1.0
    observation = observe(likelihoods, observable=canvas.observable, in_view=canvas.in_view, counts=counts)
    now_s = view.frame.captured_at.timestamp()
    if last is not None and not foggy:
        change = last.change(canvas.image, observation.visible, now_s=now_s)
        observation = replace(observation, change=change)
    if worth_keeping(observation.visible, canvas.in_view):
        first = _kept_beside(first, face, canvas.image, now_s=now_s)
    belief = update(belief, observation, now_s=now_s, stages=net.stages)
    look = Look(visible=observation.visible, cover=np.asarray(likelihoods.cover, float))
    reading = _reading(view, face, net, belief=belief, look=look)
    belief = _having_said(belief, reading)
    if not foggy:
        last = _shown_last(last, face, canvas.image, observation.visible, now_s=now_s)
    return _FaceSeen(reading=reading, belief=belief, first=first, last=last, occluder=likelihoods.occluder)


def _shown_last(last: LastLook | None, face: Face, canvas: Image, visible: Mask, *, now_s: float) -> LastLook:
    if last is None:
        return looked_at(face.face_id, canvas, visible, now_s=now_s)
    return last.plus(canvas, visible, now_s=now_s)


def _kept_beside(first: FirstLooks | None, face: Face, canvas: Image, *, now_s: float) -> FirstLooks:
    if first is None:
        jpegs, at_s = (kept(canvas),), (now_s,)
        return FirstLooks(face_id=face.face_id, rows=face.rows, cols=face.cols, jpegs=jpegs, at_s=at_s)
    return first.plus(canvas, now_s) if first.wants(now_s) else first


def _having_said(belief: FaceBelief, reading: FaceReading) -> FaceBelief:
    """The belief that remembers what was said of the face."""
    return belief if reading.held_bp is None else replace(belief, said_bp=float(reading.held_bp))


def observe(likelihoods: CellLikelihoods, *, observable: Mask, in_view: Mask, counts: float = 1.0) -> Observation:
    """What the filter takes from one look, which `counts` (0–1) for so much; whatever is out of view is hidden."""
    return Observation(
        stage=np.asarray(likelihoods.stage, float),
        occluded=np.where(in_view, likelihoods.occluded, 1.0),
        netted=np.where(in_view, likelihoods.cover[..., NET_OPAQUE], 0.0),
        observable=observable,
        in_view=in_view,
        counts=counts,
    )


def _blind(face: Face) -> Look:
    return Look(visible=np.zeros((face.rows, face.cols), bool), cover=None)


def _reading(view: _View, face: Face, net: Network, *, belief: FaceBelief, look: Look) -> FaceReading:
    now_s = view.frame.captured_at.timestamp()
    weights = cell_weights(face)
    observable = face_map_of(face, view.scene.camera, view.scene.privacy_masks).observable
    held = standing(belief, weights, observable=observable, now_s=now_s, stages=net.stages, spread=spread_of(net.entry))
    coverage_bp = round(float(weights[look.visible].sum()) * 10000)
    reasons = why_abstain(
        held,
        coverage_bp=coverage_bp,
        usable=view.quality.usable,
        status=view.registration.status,
        unverified_s=view.unverified_s,
    )
    return FaceReading(
        scene_id=view.scene.scene_id,
        face_id=face.face_id,
        building=face.building,
        work_type=view.scene.work_type,
        captured_at=view.frame.captured_at,
        completion_bp=None if reasons or held is None else held.completion_bp,
        abstained=reasons,
        held_bp=held.completion_bp if held else None,
        sigma_bp=held.sigma_bp if held else 10000,
        coverage_bp=coverage_bp,
        stage_shares_bp=held.shares_bp if held else (),
        top_storey=storeys_begun(belief, stages=net.stages) if held else None,
        cells=cells_of(belief, look, stages=net.stages),
        quality=view.quality.codes,
        registration=view.registration.status,
        residual_px=round(view.registration.residual_px, 2),
        model_sha256=net.sha256,
        frame_sha256=view.frame.sha256,
        doubt=held.doubt if held else None,
    )


def spread_of(entry: ModelEntry) -> Spread:
    """How unsure readings of these weights are, as their manifest says."""
    plain = Spread(floor_bp=entry.sigma_floor_bp, scale=entry.sigma_scale)
    fitted = entry.conformal
    return plain if fitted is None else replace(plain, factor_bp=fitted.factor_bp, buildings=fitted.buildings)


def observable_share_bp(scene: Scene, face: Face) -> int:
    """Share of a face that this camera can ever observe: what a commissioning check reports."""
    observable = face_map_of(face, scene.camera, scene.privacy_masks).observable
    return round(float(cell_weights(face)[observable].sum()) * 10000)
