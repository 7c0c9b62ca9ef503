"""The peer to beat: colour, edge and texture features of a cell with a logistic regression."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.errors import ModelError
from edge_agent.vision.frame import Image
from edge_agent.vision.rectify import CELL_PX, MARGIN_ABOVE_PX, MARGIN_BELOW_PX, MARGIN_SIDE_PX
from edge_agent.vision.session import CellLikelihoods
from edge_agent.vision.stages import COVERS, STAGE_LISTS, stages_of

Floats = npt.NDArray[np.float64]

ARRAYS = ("mean", "scale", "weights", "bias")
ORIENTATIONS = 8
HUES = 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeatureBaseline:
    """Logistic regression on standardised cell features; sees no occlusion. `weights` is features x stages."""

    mean: Floats
    scale: Floats
    weights: Floats
    bias: Floats

    def infer(self, canvas: Image) -> CellLikelihoods:
        """Likelihoods for a canvas of `rectify`, as the network gives them."""
        features = cell_features(canvas)
        logits = ((features - self.mean) / self.scale) @ self.weights + self.bias
        shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
        rows, cols = features.shape[:2]
        return CellLikelihoods(
            stage=np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), np.float32),
            cover=np.zeros((rows, cols, len(COVERS)), np.float32),
            occluded=np.zeros((rows, cols), np.float32),
        )


def load_baseline(path: Path, *, work_type: str = "new_build") -> FeatureBaseline:
    """Read the weights of a work type as training/baseline.py wrote them; ModelError when they cannot be used."""
    stages = stages_of(work_type).names
    try:
        with np.load(path, allow_pickle=False) as arrays:
            fitted = {name: np.asarray(arrays[f"{work_type}_{name}"], float) for name in ARRAYS}
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(file=str(path), reason=f"holds no feature baseline for {work_type}: {error}") from error
    shapes = {name: values.shape for name, values in fitted.items()}
    features = len(fitted["mean"].ravel())
    if shapes != dict(zip(ARRAYS, ((features,), (features,), (features, len(stages)), (len(stages),)), strict=True)):
        raise ModelError(file=str(path), reason=f"{work_type}: arrays {shapes}, expected {len(stages)} stages")
    return FeatureBaseline(**fitted)


def baseline_work_types(path: Path) -> tuple[str, ...]:
    """Work types that a baseline file has weights for; ModelError when it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return tuple(kind for kind in STAGE_LISTS if f"{kind}_mean" in arrays.files)
    except (OSError, ValueError) as error:
        raise ModelError(file=str(path), reason=f"holds no feature baseline: {error}") from error


def cell_features(canvas: Image) -> Floats:
    """Rows x cols x features, rows from the ground up."""
    inner = canvas[MARGIN_ABOVE_PX:-MARGIN_BELOW_PX, MARGIN_SIDE_PX:-MARGIN_SIDE_PX]
    lab = cv2.cvtColor(inner, cv2.COLOR_BGR2LAB).astype(np.float32)
    parts = [
        _moments(lab),
        _hues(cv2.cvtColor(inner, cv2.COLOR_BGR2HSV).astype(np.float32)),
        _edges(lab[..., 0]),
        _tones(lab[..., 0]),
    ]
    return np.concatenate(parts, axis=-1)[::-1]


def _by_cell(plane: npt.ArrayLike) -> Floats:
    """H x W to rows x cols x (pixels of the cell)."""
    values = np.asarray(plane, float)
    rows, cols = values.shape[0] // CELL_PX, values.shape[1] // CELL_PX
    return values.reshape(rows, CELL_PX, cols, CELL_PX).transpose(0, 2, 1, 3).reshape(rows, cols, -1)


def _moments(lab: npt.NDArray[np.float32]) -> Floats:
    channels = [_by_cell(lab[..., i]) for i in range(3)]
    return np.stack([c.mean(-1) for c in channels] + [c.std(-1) for c in channels], axis=-1)


def _hues(hsv: npt.NDArray[np.float32]) -> Floats:
    """Histogram of hue weighted by saturation."""
    hue, saturation = hsv[..., 0] * (HUES / 180.0), hsv[..., 1] / 255
    return np.stack([_by_cell(saturation * (hue.astype(int) % HUES == i)).mean(-1) for i in range(HUES)], axis=-1)


def _edges(grey: npt.NDArray[np.float32]) -> Floats:
    """Orientation histogram, edge density, and horizontal against vertical edges in the upper and lower half."""
    dx, dy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    magnitude = cv2.magnitude(dx, dy)
    angle = ((np.arctan2(dy, dx) % np.pi) * (ORIENTATIONS / np.pi)).astype(int) % ORIENTATIONS
    cells = [_by_cell(magnitude * (angle == i)).mean(-1) for i in range(ORIENTATIONS)]
    cells += [_by_cell(magnitude).mean(-1), _by_cell(magnitude > 60).mean(-1)]
    half = CELL_PX * CELL_PX // 2
    for plane in (np.abs(dx), np.abs(dy)):
        by_cell = _by_cell(plane)
        cells += [by_cell[..., :half].mean(-1), by_cell[..., half:].mean(-1)]
    fine = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    coarse = np.abs(cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), 2), cv2.CV_32F))
    return np.stack([*cells, _by_cell(fine).mean(-1), _by_cell(coarse).mean(-1)], axis=-1)


def _tones(grey: npt.NDArray[np.float32]) -> Floats:
    """Dark and bright shares, and the tone of the nine ninths against the cell's mean."""
    cells = _by_cell(grey)
    third = CELL_PX // 3
    blocks = cells.reshape(*cells.shape[:2], 3, third, 3, third).mean(axis=(3, 5)).reshape(*cells.shape[:2], 9)
    shares = np.stack([(cells < 60).mean(-1), (cells > 200).mean(-1)], axis=-1)
    return np.concatenate([shares, blocks - cells.mean(-1)[..., None]], axis=-1)
