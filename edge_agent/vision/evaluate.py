"""Runs the shipped model and filter over a data set in time order and reports the figures of vision.md section 5."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_agent.vision.baseline import FeatureBaseline
from edge_agent.vision.cells import top_storey
from edge_agent.vision.dataset import UNKNOWN, FaceTruth, FrameFile, SceneFolder, read_dataset
from edge_agent.vision.filter import FaceBelief, blank_belief, stage_probabilities, update
from edge_agent.vision.frame import Image, decode_frame
from edge_agent.vision.memory import CameraMemory
from edge_agent.vision.metrics import CellSet, FaceRecord, estimator_figures, interval_coverage, strata
from edge_agent.vision.reading import HALF_WIDTH_SIGMAS, FaceReading
from edge_agent.vision.rectify import face_map_of
from edge_agent.vision.scene import Face, Scene
from edge_agent.vision.see import Network, observe, see
from edge_agent.vision.session import CellLikelihoods, ModelEntry
from edge_agent.vision.stages import StageList

Floats = npt.NDArray[np.float64]
ProgressCallback = Callable[[int, int], None]

# What stands in the table, by name; `network` is the single frame, `filtered` what the agent holds.
ESTIMATORS = (
    "filtered",
    "published",
    "network",
    "visible_mean",
    "carry_forward_max",
    "yesterday",
    "features",
    "features_filtered",
)


@dataclass(slots=True)
class _Recorder:
    """Passes canvases on to the real network and keeps what was asked and answered."""

    net: Network
    sha256: str
    entry: ModelEntry
    stages: StageList
    canvases: list[Image] = field(default_factory=list)
    answers: list[CellLikelihoods] = field(default_factory=list)

    def infer(self, canvas: Image) -> CellLikelihoods:
        answer = self.net.infer(canvas)
        self.canvases.append(canvas)
        self.answers.append(answer)
        return answer


@dataclass(slots=True)
class _Past:
    """What the baselines remember of one face."""

    highest: float = 0.0
    last: float | None = None
    features: FaceBelief | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _FaceLook:
    """One face in one frame, ready to be scored; `answer` and `canvas` are None when it was not looked at."""

    scene: Scene
    face: Face
    frame: FrameFile
    truth: FaceTruth
    reading: FaceReading
    belief: FaceBelief
    answer: CellLikelihoods | None
    canvas: Image | None


def evaluate_dataset(
    path: Path, net: Network, progress: ProgressCallback | None = None, *, features: FeatureBaseline | None = None
) -> dict[str, Any]:
    """Evaluate a data set; DatasetError or SceneError when it breaks the layout, before anything is run.

    `progress(done, total)` counts frames. `features` adds the colour/edge/texture baseline.
    """
    folders = read_dataset(path)
    total = sum(len(folder.frames) for folder in folders)
    records: list[FaceRecord] = []
    times_ms: list[float] = []
    done = 0
    for folder in folders:
        memory, past = CameraMemory(), {face.face_id: _Past() for face in folder.scene.faces}
        for frame in folder.frames:
            memory = _one_frame(
                folder, frame, net, memory=memory, past=past, features=features, records=records, times_ms=times_ms
            )
            done += 1
            if progress:
                progress(done, total)
    return report(records, times_ms, net=net, frames=total, scenes=len(folders))


def report(
    records: list[FaceRecord], times_ms: list[float], *, net: Network, frames: int, scenes: int
) -> dict[str, Any]:
    """The evaluation as one JSON document: in all, and by stratum."""
    return {
        "schema": "siteprogress.evaluation/1",
        "model_sha256": net.sha256,
        "stages": list(net.stages.names),
        "scenes": scenes,
        "frames": frames,
        "faces_scored": len(records),
        "ms_per_face": {
            "median": round(float(np.median(times_ms)), 1),
            "p95": round(float(np.percentile(times_ms, 95)), 1),
        }
        if times_ms
        else None,
        "all": _figures(records),
        "strata": {name: _figures(group) for name, group in strata(records).items()},
    }


def _figures(records: list[FaceRecord]) -> dict[str, Any]:
    if not records:
        return {"faces": 0}
    return {
        "faces": len(records),
        "coverage": round(float(np.mean([r.coverage for r in records])), 3),
        "abstained": round(float(np.mean([bool(r.abstained) for r in records])), 3),
        "interval_90_covers": interval_coverage(records, "filtered", sigmas=HALF_WIDTH_SIGMAS),
        "estimators": {name: estimator_figures(records, name) for name in ESTIMATORS},
    }


def _one_frame(
    folder: SceneFolder,
    file: FrameFile,
    net: Network,
    *,
    memory: CameraMemory,
    past: dict[str, _Past],
    features: FeatureBaseline | None,
    records: list[FaceRecord],
    times_ms: list[float],
) -> CameraMemory:
    frame = decode_frame(file.path.read_bytes(), captured_at=file.captured_at, source=str(file.path))
    recorder = _Recorder(net=net, sha256=net.sha256, entry=net.entry, stages=net.stages)
    started = time.perf_counter()
    seen = see(frame, folder.scene, recorder, memory)
    times_ms.append(1000 * (time.perf_counter() - started) / len(seen.readings))
    looked = bool(recorder.answers)
    for index, (face, reading) in enumerate(zip(folder.scene.faces, seen.readings, strict=True)):
        truth, belief = file.truth.get(face.face_id), seen.memory.belief(face.face_id)
        if truth is None or belief is None or not (truth.stage != UNKNOWN).any():
            continue
        look = _FaceLook(
            scene=folder.scene,
            face=face,
            frame=file,
            truth=truth,
            reading=reading,
            belief=belief,
            answer=recorder.answers[index] if looked else None,
            canvas=recorder.canvases[index] if looked else None,
        )
        records.append(_record(look, past[face.face_id], stages=net.stages, features=features))
    return seen.memory


def _record(look: _FaceLook, past: _Past, *, stages: StageList, features: FeatureBaseline | None) -> FaceRecord:
    credit = np.asarray(stages.credit_bp, float) / 100
    truth, reading = look.truth, look.reading
    known = truth.stage != UNKNOWN
    face_map = face_map_of(look.face, look.scene.camera, look.scene.privacy_masks)
    probabilities = {"filtered": stage_probabilities(look.belief, stages=stages)} if look.belief.known.any() else {}
    values: dict[str, float | None] = {
        "filtered": _points(reading.held_bp),
        "published": _points(reading.completion_bp),
    }
    tops: dict[str, int | None] = {"filtered": reading.top_storey}
    if look.answer is not None:
        probabilities["network"] = np.asarray(look.answer.stage, float)
        observation = observe(look.answer, observable=face_map.observable)
        values |= _single_values(look.answer, observation.visible, past, credit=credit, observable=face_map.observable)
        tops["network"] = top_storey(observation.stage[..., 0])
    if features is not None and look.canvas is not None:
        probabilities |= _feature_probabilities(look, features, past, stages=stages, observable=face_map.observable)
        for name in ("features", "features_filtered"):
            values[name] = _mean(probabilities[name] @ credit, face_map.observable)
            tops[name] = top_storey(probabilities[name][..., 0])
    shown = known & ~truth.occluded & face_map.observable
    return FaceRecord(
        scene=look.scene.scene_id,
        face=look.face.face_id,
        building=look.face.building,
        captured_at=look.frame.captured_at,
        conditions=look.frame.conditions,
        occluded_share=float(truth.occluded[known].mean()),
        px_per_storey=face_map.px_per_storey,
        truth_pp=float(credit[truth.stage[known]].mean()),
        true_top=top_storey(np.where(known, (truth.stage == 0).astype(float), 0.5)),
        values=values,
        tops=tops,
        visible={n: CellSet(truth=truth.stage[shown], probabilities=p[shown]) for n, p in probabilities.items()},
        hidden={
            n: CellSet(truth=truth.stage[m], probabilities=p[m])
            for n, p in probabilities.items()
            for m in [known & truth.occluded & look.belief.known]
        },
        sigma_pp=reading.sigma_bp / 100,
        coverage=reading.coverage_bp / 10000,
        abstained=reading.abstained,
    )


def _single_values(
    answer: CellLikelihoods,
    visible: npt.NDArray[np.bool_],
    past: _Past,
    *,
    credit: Floats,
    observable: npt.NDArray[np.bool_],
) -> dict[str, float | None]:
    """The network without the filter, and what is easily made of it. Updates what the baselines remember."""
    of_cells = np.asarray(answer.stage, float) @ credit
    now, yesterday = _mean(of_cells, observable), past.last
    past.last = now
    past.highest = max(past.highest, now or 0.0)
    return {
        "network": now,
        "visible_mean": _mean(of_cells, visible),
        "carry_forward_max": past.highest,
        "yesterday": yesterday,
    }


def _feature_probabilities(
    look: _FaceLook,
    features: FeatureBaseline,
    past: _Past,
    *,
    stages: StageList,
    observable: npt.NDArray[np.bool_],
) -> dict[str, Floats]:
    """The feature baseline on the same canvas, alone and through the same filter."""
    assert look.canvas is not None
    answer = features.infer(look.canvas)
    belief = past.features or blank_belief(look.face.rows, look.face.cols, stages=stages)
    now_s = look.frame.captured_at.timestamp()
    past.features = update(belief, observe(answer, observable=observable), now_s=now_s, stages=stages)
    return {
        "features": np.asarray(answer.stage, float),
        "features_filtered": stage_probabilities(past.features, stages=stages),
    }


def _mean(of_cells: Floats, chosen: npt.NDArray[np.bool_]) -> float | None:
    return float(of_cells[chosen].mean()) if chosen.any() else None


def _points(value_bp: int | None) -> float | None:
    return None if value_bp is None else value_bp / 100
