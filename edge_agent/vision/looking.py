"""Runs one scene of a data set through the agent's chain and its peers, look by look."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

import numpy as np
import numpy.typing as npt

from edge_agent.vision.baseline import FeatureBaseline
from edge_agent.vision.carry import held_probabilities
from edge_agent.vision.dataset import UNKNOWN, FaceTruth, FrameFile, SceneFolder
from edge_agent.vision.filter import HIDDEN_FROM, FaceBelief
from edge_agent.vision.frame import Frame, Image, decode_frame
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.metrics import FaceRecord, cell_set
from edge_agent.vision.peers import FacePast, line_through
from edge_agent.vision.perturb import Disturbance
from edge_agent.vision.reading import FaceReading, cell_weights
from edge_agent.vision.rectify import FaceMap, face_map_of
from edge_agent.vision.rig import FeatureEye, recorder
from edge_agent.vision.scene import Face, Scene
from edge_agent.vision.see import Network, see
from edge_agent.vision.session import CellLikelihoods
from edge_agent.vision.stages import OCCLUDERS, StageList
from edge_agent.vision.tops import top_storey
from edge_agent.vision.viewing import obliquity_deg

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SURE_OF_SAID = 1.0  # the hard maximum says one stage and leaves no doubt


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceLook:
    """One scored face in one frame. `answer` and `canvas` are None when the frame was not looked at."""

    scene: Scene
    face: Face
    face_map: FaceMap
    captured_at: datetime
    conditions: tuple[str, ...]
    truth: FaceTruth
    reading: FaceReading
    belief: FaceBelief
    answer: CellLikelihoods | None
    canvas: Image | None
    features: CellLikelihoods | None
    features_belief: FaceBelief | None
    stages: StageList

    @property
    def known(self) -> Mask:
        """Cells whose truth is told."""
        return np.asarray(self.truth.stage != UNKNOWN)

    @property
    def held(self) -> Floats:
        """What the agent holds of each cell: rows x cols x stages."""
        return held_probabilities(self.belief, stages=self.stages)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameLook:
    """One frame: the scored faces with their records, and what it cost in milliseconds a face (empty: not looked)."""

    looks: tuple[tuple[FaceLook, FaceRecord], ...]
    chain_ms: float | None
    network_ms: tuple[float, ...]


@dataclass(slots=True)
class _Watch:
    """What one scene carries from frame to frame."""

    scene: Scene
    net: Network
    peer: FeatureEye | None
    past: dict[str, FacePast]
    obliquity_deg: dict[str, float]
    memory: CameraMemory = field(default_factory=CameraMemory)
    peer_memory: CameraMemory = field(default_factory=CameraMemory)


def watch_scene(
    folder: SceneFolder, net: Network, *, features: FeatureBaseline | None, disturbance: Disturbance | None = None
) -> Iterator[FrameLook]:
    """Every frame in time order, those without truth too: they feed the filter. FrameError on a broken frame."""
    scene = disturbance.scene(folder.scene) if disturbance else folder.scene
    watch = _Watch(
        scene=scene,
        net=net,
        peer=FeatureEye(sha256=net.sha256, entry=net.entry, stages=net.stages, baseline=features) if features else None,
        past={face.face_id: _past(folder, face, stages=net.stages) for face in scene.faces},
        obliquity_deg={face.face_id: obliquity_deg(face, scene.camera) for face in scene.faces},
    )
    for number, file in enumerate(folder.frames):
        frame = decode_frame(file.path.read_bytes(), captured_at=file.captured_at, source=str(file.path))
        if disturbance:
            frame = disturbance.frame(frame, scene_id=scene.scene_id, first=number == 0)
        yield _one_frame(watch, frame, file)


def true_points(truth: FaceTruth, face: Face, *, stages: StageList) -> float | None:
    """Completion in points over the cells whose truth is told, weighted as the face is; None without any."""
    known = truth.stage != UNKNOWN
    return weighted_points(np.asarray(stages.credit_bp, float)[truth.stage], face, known)


def weighted_points(credit_bp: Floats, face: Face, chosen: Mask) -> float | None:
    """Weighted mean of a rows x cols table of credits over the chosen cells, in points."""
    weights = np.where(chosen, cell_weights(face), 0.0)
    total = float(weights.sum())
    return float((weights * credit_bp).sum() / total) / 100 if total > 0 else None


def _past(folder: SceneFolder, face: Face, *, stages: StageList) -> FacePast:
    told = [
        (frame.captured_at, points)
        for frame in folder.frames
        if (truth := frame.truth.get(face.face_id)) is not None
        and (points := true_points(truth, face, stages=stages)) is not None
    ]
    return FacePast(schedule=line_through(told))


def _one_frame(watch: _Watch, frame: Frame, file: FrameFile) -> FrameLook:
    asked = recorder(watch.net)
    started = perf_counter()
    seen = see(frame, watch.scene, asked, watch.memory)
    chain_ms = 1000 * (perf_counter() - started) / len(seen.readings)
    watch.memory = seen.memory
    peer = recorder(watch.peer) if watch.peer else None
    if peer:
        watch.peer_memory = see(frame, watch.scene, peer, watch.peer_memory).memory
    looks = []
    for index, (face, reading) in enumerate(zip(watch.scene.faces, seen.readings, strict=True)):
        truth, belief = file.truth.get(face.face_id), seen.memory.belief(face.face_id)
        if truth is None or belief is None or not (truth.stage != UNKNOWN).any():
            continue
        look = FaceLook(
            scene=watch.scene,
            face=face,
            face_map=face_map_of(face, watch.scene.camera, watch.scene.privacy_masks),
            captured_at=file.captured_at,
            conditions=file.conditions,
            truth=truth,
            reading=reading,
            belief=belief,
            answer=asked.answers[index] if asked.answers else None,
            canvas=asked.canvases[index] if asked.answers else None,
            features=peer.answers[index] if peer and peer.answers else None,
            features_belief=watch.peer_memory.belief(face.face_id),
            stages=watch.net.stages,
        )
        past = watch.past[face.face_id]
        looks.append((look, _record(look, past, obliquity=watch.obliquity_deg[face.face_id])))
    return FrameLook(looks=tuple(looks), chain_ms=chain_ms if asked.answers else None, network_ms=tuple(asked.times_ms))


def _record(look: FaceLook, past: FacePast, *, obliquity: float) -> FaceRecord:
    truth, reading, known = look.truth, look.reading, look.known
    true_pp = true_points(truth, look.face, stages=look.stages)
    assert true_pp is not None, "only faces with a known cell are scored"
    said = _said(look, past)
    values = _values(look, past, said) | {
        "yesterday_true": past.truth.before(look.captured_at),
        "schedule": past.schedule.at(look.captured_at) if past.schedule else None,
    }
    past.truth.put(look.captured_at, true_pp)
    shown = known & ~truth.occluded & look.face_map.observable
    hidden = known & truth.occluded & look.belief.known
    return FaceRecord(
        scene=look.scene.scene_id,
        face=look.face.face_id,
        building=look.face.building,
        work_type=look.scene.work_type,
        captured_at=look.captured_at,
        conditions=look.conditions,
        occluded_share=float(truth.occluded[known].mean()),
        occluders=_occluders(truth),
        px_per_storey=look.face_map.px_per_storey,
        obliquity_deg=obliquity,
        truth_pp=true_pp,
        true_top=_true_top(look),
        values=values,
        fell=past.falls(values, truth_pp=true_pp),
        cells_fell=past.cell_falls(
            {name: p.argmax(axis=-1) for name, p in said.items()}, truth=truth.stage.astype(np.int64), shown=shown
        ),
        tops=_tops(look, said),
        visible={name: cell_set(truth.stage, p, shown) for name, p in said.items()},
        hidden={name: cell_set(truth.stage, p, hidden) for name, p in said.items()} if hidden.any() else {},
        sigma_pp=reading.sigma_bp / 100,
        coverage=reading.coverage_bp / 10000,
        abstained=reading.abstained,
        registration=reading.registration,
    )


def _said(look: FaceLook, past: FacePast) -> dict[str, Floats]:
    """Stage probabilities (rows x cols x stages) by every estimator that speaks of cells."""
    said: dict[str, Floats] = {}
    if look.belief.known.any():
        said["filtered"] = look.held
    if look.answer is not None:
        said["network"] = np.asarray(look.answer.stage, float)
        furthest = past.carry_forward(said["network"], _visible(look.answer, look))
        said["carry_forward_max"] = SURE_OF_SAID * np.eye(len(look.stages.names))[furthest.clip(0)]
    if look.features is not None:
        said["features"] = np.asarray(look.features.stage, float)
    if look.features_belief is not None and look.features_belief.known.any():
        said["features_filtered"] = held_probabilities(look.features_belief, stages=look.stages)
    return said


def _values(look: FaceLook, past: FacePast, said: dict[str, Floats]) -> dict[str, float | None]:
    """Points by estimator, over the cells whose truth is told; None where an estimator gives none."""
    credit = np.asarray(look.stages.credit_bp, float)
    known, observable = look.known, look.face_map.observable

    def points(name: str, chosen: Mask) -> float | None:
        return weighted_points(said[name] @ credit, look.face, chosen & known) if name in said else None

    filtered = _held_points(look, points("filtered", _ever_seen(look.belief, observable)), said)
    values: dict[str, float | None] = {
        "filtered": filtered,
        "published": None if look.reading.completion_bp is None else filtered,
        "network": points("network", observable),
        "features": points("features", observable),
        "features_filtered": points("features_filtered", _ever_seen(look.features_belief, observable)),
        "yesterday": past.network.before(look.captured_at),
    }
    past.network.put(look.captured_at, values["network"])
    if look.answer is not None and past.furthest is not None:
        values["visible_mean"] = points("network", _visible(look.answer, look))
        values["carry_forward_max"] = points("carry_forward_max", past.furthest >= 0)
    return values


def _held_points(look: FaceLook, told: float | None, said: dict[str, Floats]) -> float | None:
    """Points as the agent says them, of the cells whose truth is told: `told` as they are held, and as much above it as
    the whole face is said to be above what is held of it.
    """
    if told is None or look.reading.held_bp is None:
        return None
    credit = np.asarray(look.stages.credit_bp, float)
    whole = weighted_points(said["filtered"] @ credit, look.face, _ever_seen(look.belief, look.face_map.observable))
    return told if whole is None else told + look.reading.held_bp / 100 - whole


def _ever_seen(belief: FaceBelief | None, observable: Mask) -> Mask:
    return belief.known | observable if belief is not None else observable


def _visible(answer: CellLikelihoods, look: FaceLook) -> Mask:
    """Cells that the network holds to be in sight."""
    return np.asarray(look.face_map.observable & (answer.occluded < HIDDEN_FROM))


def _true_top(look: FaceLook) -> int | None:
    """None as well where cells without a truth leave it open."""
    if not look.stages.rises:
        return None
    void = (look.truth.stage == 0).astype(float)
    lowest, highest = (top_storey(np.where(look.known, void, unknown)) for unknown in (1.0, 0.0))
    return lowest if lowest == highest else None


def _tops(look: FaceLook, said: dict[str, Floats]) -> dict[str, int | None]:
    """Storeys begun by estimator; hidden cells say nothing to those that see one frame."""
    if not look.stages.rises:
        return {}
    tops: dict[str, int | None] = {"filtered": look.reading.top_storey}
    if look.reading.completion_bp is not None:
        tops["published"] = look.reading.top_storey
    for name in ("network", "features", "features_filtered", "carry_forward_max"):
        if name in said:
            hidden = look.answer.occluded >= HIDDEN_FROM if name == "network" and look.answer is not None else False
            tops[name] = top_storey(np.where(hidden, 0.5, said[name][..., 0]))
    return tops


def _occluders(truth: FaceTruth) -> tuple[str, ...]:
    """Kinds that hide at least one cell of known truth."""
    hiding = truth.occluder[truth.occluded & (truth.stage != UNKNOWN)]
    return tuple(OCCLUDERS[i] for i in np.unique(hiding) if i > 0)
