"""The one place that touches onnxruntime: loads checked weights and turns canvases into cell likelihoods."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge_agent.vision.errors import ModelError
from edge_agent.vision.frame import Image
from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX, canvas_size
from edge_agent.vision.scene import first_place, first_problem
from edge_agent.vision.stages import COVERS, stages_of

Floats = npt.NDArray[np.float32]
WARM_UP_CELLS = (2, 2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellLikelihoods:
    """What the network says of each cell, rows from the ground up, columns from left to right.

    `stage` rows x cols x stages sums to 1 over stages (calibrated); `cover` rows x cols x 3 and `occluded` rows x cols
    are independent probabilities.
    """

    stage: Floats
    cover: Floats
    occluded: Floats


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class CanvasSpec(_Manifest):
    """The canvas the weights were trained on, pixels; must be the one `rectify` makes."""

    cell_px: int
    margin_above_px: int
    margin_below_px: int
    margin_side_px: int


class ModelEntry(_Manifest):
    """One set of weights as the manifest describes it."""

    file: str = Field(min_length=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    stages: tuple[str, ...]
    covers: tuple[str, ...]
    canvas: CanvasSpec
    stage_temperature: Annotated[float, Field(gt=0.05, lt=20)] = 1.0
    sigma_floor_bp: Annotated[int, Field(ge=0, le=5000)] = 200
    sigma_scale: Annotated[float, Field(gt=0, le=20)] = 1.0


class Manifest(_Manifest):
    """models/manifest.json: weights by work type."""

    schema_: Literal["siteprogress.models/1"] = Field(alias="schema")
    models: dict[str, ModelEntry]


class CellNetwork:
    """A checked, warmed-up session for one work type. Thread-safe: onnxruntime runs may overlap."""

    def __init__(self, session: ort.InferenceSession, *, entry: ModelEntry, work_type: str) -> None:
        self._session = session
        self.entry = entry
        self.work_type = work_type
        self.stages = stages_of(work_type)
        self.sha256 = entry.sha256

    def infer(self, canvas: Image) -> CellLikelihoods:
        """Likelihoods for a BGR canvas of `rectify`; ModelError when its size is no whole number of cells."""
        height, width = canvas.shape[:2]
        rows, cols = (height - MARGIN_ABOVE_PX - MARGIN_BELOW_PX) // CELL_PX, (width - 2 * MARGIN_SIDE_PX) // CELL_PX
        if rows < 1 or cols < 1 or canvas_size(rows, cols) != (height, width):
            raise ModelError(
                file=self.entry.file, reason=f"canvas {width} x {height} px is no whole number of {CELL_PX} px cells"
            )
        stage, cover, occluded = self._session.run(None, {"canvas": canvas[None]})
        stage = stage[0, :, ::-1].transpose(1, 2, 0) / self.entry.stage_temperature
        return CellLikelihoods(
            stage=_softmax(stage),
            cover=_sigmoid(cover[0, :, ::-1].transpose(1, 2, 0)),
            occluded=_sigmoid(occluded[0, 0, ::-1]),
        )


def load_network(models: Path, *, work_type: str = "new_build", threads: int = 1) -> CellNetwork:
    """Load the weights of a work type from a models folder; ModelError says which check failed."""
    entry = read_manifest(models).models.get(work_type)
    if entry is None:
        raise ModelError(file=str(models / "manifest.json"), reason=f"names no weights for work type {work_type!r}")
    weights = models / entry.file
    _check_entry(entry, work_type=work_type, file=str(weights))
    network = CellNetwork(_session(weights, entry=entry, threads=threads), entry=entry, work_type=work_type)
    network.infer(np.zeros((*canvas_size(*WARM_UP_CELLS), 3), np.uint8))
    return network


def read_manifest(models: Path) -> Manifest:
    """The manifest of a models folder; ModelError when missing or malformed."""
    path = models / "manifest.json"
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ModelError(file=str(path), reason=f"cannot be read: {error.strerror}") from error
    except (ValidationError, json.JSONDecodeError) as error:
        detail = f"{first_place(error)}: {first_problem(error)}" if isinstance(error, ValidationError) else str(error)
        raise ModelError(file=str(path), reason=f"is no siteprogress.models/1 manifest: {detail}") from error


def _check_entry(entry: ModelEntry, *, work_type: str, file: str) -> None:
    expected = stages_of(work_type).names
    if entry.stages != expected:
        raise ModelError(file=file, reason=f"stages {entry.stages}, expected {expected}")
    if entry.covers != COVERS:
        raise ModelError(file=file, reason=f"covers {entry.covers}, expected {COVERS}")
    made = CanvasSpec(
        cell_px=CELL_PX,
        margin_above_px=MARGIN_ABOVE_PX,
        margin_below_px=MARGIN_BELOW_PX,
        margin_side_px=MARGIN_SIDE_PX,
    )
    if entry.canvas != made:
        raise ModelError(file=file, reason=f"canvas {entry.canvas}, this version rectifies to {made}")


def _session(weights: Path, *, entry: ModelEntry, threads: int) -> ort.InferenceSession:
    try:
        data = weights.read_bytes()
    except OSError as error:
        raise ModelError(file=str(weights), reason=f"cannot be read: {error.strerror}") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != entry.sha256:
        raise ModelError(file=str(weights), reason=f"sha256 {digest[:12]}…, the manifest says {entry.sha256[:12]}…")
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def _softmax(logits: Floats) -> Floats:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), np.float32)


def _sigmoid(logits: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-logits.clip(-30, 30))), np.float32)
