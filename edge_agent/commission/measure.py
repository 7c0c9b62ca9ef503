"""How good the guess is: on commissioned scenes, with the quad given as inexactly as a person would give it."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_agent.commission.face import guess_face
from edge_agent.commission.picture import capture_instant
from edge_agent.commission.shapes import FaceGuess, Quad
from edge_agent.vision.errors import DatasetError, FrameError
from edge_agent.vision.frame import Frame, decode_frame
from edge_agent.vision.scene import Face, Scene, load_scene
from wire.scene.grid import node_grid

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceMeasure:
    """One face guessed against its true commissioning. Errors are medians over the nodes, in storeys and bays."""

    scene_id: str
    face_id: str
    rows: int
    cols: int
    rows_guessed: int
    cols_guessed: int
    rows_confidence: float
    cols_confidence: float
    row_error: float
    col_error: float
    even_row_error: float
    even_col_error: float
    lines_seen: int
    lines_open: int


def measure_dataset(root: Path, *, noise_px: float, seed: int) -> Iterator[FaceMeasure]:
    """Guess each face of each scene from its newest frame, as the scenes come. DatasetError when there are none."""
    folders = sorted(path.parent for path in (root / "scenes").glob("*/scene.json"))
    if not folders:
        raise DatasetError(file=str(root), where="scenes/", expected="at least one SCENE_ID/scene.json")
    rng = np.random.default_rng(seed)
    for folder in folders:
        scene, frame = load_scene(folder / "scene.json"), _newest(folder / "frames")
        if frame is None:
            continue
        for face in scene.faces:
            yield _measure(scene, face, frame, offsets_px=rng.uniform(-noise_px, noise_px, (4, 2)))


def summary(found: list[FaceMeasure]) -> dict[str, Any]:
    """Shares of right counts and medians and 90th percentiles of the line errors; plain JSON types."""
    if not found:
        return {"faces": 0}
    sure = [m for m in found if m.rows_confidence >= 0.6]
    sure_cols = [m for m in found if m.cols_confidence >= 0.6]
    return {
        "faces": len(found),
        "storeys_right": _share(m.rows_guessed == m.rows for m in found),
        "storeys_within_1": _share(abs(m.rows_guessed - m.rows) <= 1 for m in found),
        "storeys_claimed": len(sure),
        "storeys_right_when_claimed": _share(m.rows_guessed == m.rows for m in sure),
        "bays_right": _share(m.cols_guessed == m.cols for m in found),
        "bays_within_1": _share(abs(m.cols_guessed - m.cols) <= 1 for m in found),
        "bays_claimed": len(sure_cols),
        "bays_right_when_claimed": _share(m.cols_guessed == m.cols for m in sure_cols),
        "row_error_storeys": _spread([m.row_error for m in found]),
        "row_error_storeys_evenly_spaced": _spread([m.even_row_error for m in found]),
        "col_error_bays": _spread([m.col_error for m in found]),
        "col_error_bays_evenly_spaced": _spread([m.even_col_error for m in found]),
    }


def to_json(measured: FaceMeasure) -> dict[str, Any]:
    """Plain JSON types."""
    return asdict(measured)


def _newest(frames: Path) -> Frame | None:
    names = sorted(path for path in frames.iterdir() if path.suffix.lower() in (".jpg", ".png"))
    if not names:
        return None
    try:
        return decode_frame(names[-1].read_bytes(), captured_at=capture_instant(names[-1]), source=str(names[-1]))
    except FrameError as error:
        raise DatasetError(file=str(names[-1]), where="(file)", expected=str(error)) from error


def _measure(scene: Scene, face: Face, frame: Frame, *, offsets_px: Array) -> FaceMeasure:
    true = node_grid(face).inner
    corners = np.array([true[0, 0], true[0, -1], true[-1, -1], true[-1, 0]]) + offsets_px
    quad = Quad(corners=tuple((float(x), float(y)) for x, y in corners))  # type: ignore[arg-type]
    free = guess_face(frame.image, quad, work_type=scene.work_type)
    told = guess_face(frame.image, quad, rows=face.rows, cols=face.cols, work_type=scene.work_type)
    even = guess_face(np.zeros_like(frame.image), quad, rows=face.rows, cols=face.cols, work_type=scene.work_type)
    row_error, col_error = _errors(true, told, face)
    even_row_error, even_col_error = _errors(true, even, face)
    return FaceMeasure(
        scene_id=scene.scene_id,
        face_id=face.face_id,
        rows=face.rows,
        cols=face.cols,
        rows_guessed=free.rows.number,
        cols_guessed=free.cols.number,
        rows_confidence=free.rows.confidence,
        cols_confidence=free.cols.confidence,
        row_error=row_error,
        col_error=col_error,
        even_row_error=even_row_error,
        even_col_error=even_col_error,
        lines_seen=sum(line.origin == "seen" for line in told.row_lines),
        lines_open=sum(line.points is None for line in told.row_lines),
    )


def _errors(true: Array, guess: FaceGuess, face: Face) -> tuple[float, float]:
    """Median distance of the guessed nodes from the true ones, along the column in storeys, along the row in bays."""
    nodes = node_grid(as_face(guess, face_id=face.face_id, building=face.building)).inner
    apart = nodes - true
    up, along = _axis(true, 0), _axis(true, 1)
    return _median_along(apart, up), _median_along(apart, along)


def as_face(guess: FaceGuess, *, face_id: str, building: str) -> Face:
    """The guess as the noun that the eye uses."""
    return Face(
        face_id=face_id,
        building=building,
        rows=guess.rows.number,
        cols=guess.cols.number,
        row_lines=tuple(line.points for line in guess.row_lines),
        col_x=tuple(line.points for line in guess.col_lines if line.points is not None),
        cell_weight_bp=None,
    )


def _axis(nodes: Array, axis: int) -> Array:
    """One storey (axis 0) or one bay (axis 1) at each node, as a vector in pixels: the mean of its neighbours."""
    return np.asarray(np.gradient(nodes, axis=axis))


def _median_along(apart: Array, unit: Array) -> float:
    squared = np.maximum((unit * unit).sum(axis=-1), 1e-6)
    return float(np.median(np.abs((apart * unit).sum(axis=-1) / squared)))


def _share(right: Iterator[bool]) -> float | None:
    values = list(right)
    return round(sum(values) / len(values), 3) if values else None


def _spread(errors: list[float]) -> dict[str, float]:
    return {"median": round(float(np.median(errors)), 3), "p90": round(float(np.percentile(errors, 90)), 3)}
