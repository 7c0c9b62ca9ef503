"""Draws small building sites with OpenCV: scenes with known geometry and truth for the tests of the eye."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.scene import Scene, parse_scene
from edge_agent.vision.stages import NEW_BUILD

START = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
WIDTH, HEIGHT = 512, 384
# One flat look per stage, BGR; the drawing is for geometry and logic, not for realism.
LOOKS = ((235, 206, 180), (60, 120, 190), (140, 140, 140), (70, 80, 150), (210, 225, 235), (150, 90, 40))


def homography(corners: list[tuple[float, float]], *, rows: int, cols: int) -> npt.NDArray[np.float64]:
    """Face coordinates (bay, storey) to pixels; corners lower left, lower right, upper right, upper left."""
    source = np.array([[0, 0], [cols, 0], [cols, rows], [0, rows]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(source, np.array(corners, np.float32)), float)


def project(h: npt.NDArray[np.float64], u: float, v: float) -> list[float]:
    x, y, w = h @ np.array([u, v, 1.0])
    return [float(x / w), float(y / w)]


CORNERS = [(150.0, 330.0), (350.0, 310.0), (345.0, 90.0), (160.0, 70.0)]


def scene_json(
    *,
    rows: int = 5,
    cols: int = 4,
    corners: list[tuple[float, float]] = CORNERS,
    seen_rows: tuple[int, ...] = (),
    **over: Any,
) -> dict[str, Any]:
    """A commissioning file of one face; `seen_rows` names the storey lines that are not null (default all)."""
    h = homography(corners, rows=rows, cols=cols)
    row_lines = [
        [project(h, 0, v), project(h, cols / 2, v), project(h, cols, v)] if not seen_rows or v in seen_rows else None
        for v in range(rows + 1)
    ]
    face = {
        "face_id": "A-front",
        "building": "A",
        "rows": rows,
        "cols": cols,
        "row_lines": row_lines,
        "col_x": [[project(h, u, 0), project(h, u, rows)] for u in range(cols + 1)],
        "cell_weight_bp": None,
    }
    return {
        "schema": "siteprogress.scene/1",
        "scene_id": "drawn",
        "work_type": "new_build",
        "camera": {"id": "cam-1", "width": WIDTH, "height": HEIGHT, "k1": 0.0, "k2": 0.0},
        "anchors": [],
        "privacy_masks": [],
        "faces": [face],
    } | over


def a_scene(**given: Any) -> Scene:
    return parse_scene(scene_json(**given), file="scene.json")


def backdrop(seed: int = 1) -> Image:
    """Sky, ground and a fixed skyline of boxes: what registration holds on to."""
    rng = np.random.default_rng(seed)
    image = np.full((HEIGHT, WIDTH, 3), (225, 200, 170), np.uint8)
    image[300:] = (90, 120, 130)
    for _ in range(60):
        x, y = int(rng.integers(0, WIDTH)), int(rng.integers(150, 370))
        w, h = (int(v) for v in rng.integers(8, 40, 2))
        colour = tuple(int(v) for v in rng.integers(30, 220, 3))
        cv2.rectangle(image, (x, y), (x + w, y + h), colour, -1)
    return image


def draw(
    stages: npt.ArrayLike,
    *,
    corners: list[tuple[float, float]] = CORNERS,
    seed: int = 1,
    occluded: npt.ArrayLike | None = None,
) -> Image:
    """The backdrop with a face whose cells (rows from the ground up) have the flat looks of their stages."""
    cells = np.asarray(stages)
    rows, cols = cells.shape
    h = homography(corners, rows=rows, cols=cols)
    image = backdrop(seed)
    for r in range(rows):
        for c in range(cols):
            ring = [project(h, *p) for p in ((c, r), (c + 1, r), (c + 1, r + 1), (c, r + 1))]
            hidden = occluded is not None and np.asarray(occluded)[r, c]
            colour = (0, 200, 255) if hidden else LOOKS[cells[r, c]]
            if cells[r, c] or hidden:
                polygon = np.round(ring).astype(np.int32)
                cv2.fillPoly(image, [polygon], colour)
                cv2.polylines(image, [polygon], isClosed=True, color=(20, 20, 20))
    return image


def daylight(image: Image, day: float) -> Image:
    """The drawing in the light of its moment: it comes from another side and with another strength each time."""
    across = np.linspace(-0.03, 0.03, image.shape[1])[None, :, None] * (2 * (day * 7.755 % 1) - 1)
    return np.asarray(image * (0.91 + 0.06 * (day * 5.618 % 1) + across), np.uint8)


def a_frame(image: Image, *, day: float = 0.0) -> Frame:
    digest = hashlib.sha256(image.tobytes() + str(day).encode()).hexdigest()
    return Frame(image=image, captured_at=START + timedelta(days=day), sha256=digest)


def stages_on(day: float, *, rows: int = 5, cols: int = 4, days_a_storey: float = 4.0) -> npt.NDArray[np.int64]:
    """A regular schedule: storey r enters its stages one after another, bays half a day apart."""
    r, c = np.indices((rows, cols))
    entered = (day - r * days_a_storey - c * 0.5) / 4.0
    return np.asarray(np.clip(np.ceil(entered), 0, 5), np.int64)


def write_dataset(root: Path, *, scenes: int = 2, days: int = 24, step: int = 2, noise: float = 6.0) -> Path:
    """A data set in the layout of vision.md section 5."""
    for index in range(scenes):
        folder = root / "scenes" / f"drawn-{index}"
        (folder / "frames").mkdir(parents=True)
        offset = 12.0 * index
        corners = [(x - offset, y - offset / 2) for x, y in CORNERS]
        scene = scene_json(corners=corners, scene_id=f"drawn-{index}")
        (folder / "scene.json").write_text(json.dumps(scene))
        frames: dict[str, Any] = {}
        rng = np.random.default_rng(index)
        for day in range(0, days, step):
            stages = stages_on(day + 3 * index)
            occluded = np.zeros_like(stages)
            if day % 6 == 0:
                occluded[1, 2] = 1
            image = draw(stages, corners=corners, seed=index, occluded=occluded)
            noisy = np.clip(daylight(image, day) + rng.normal(0, noise, image.shape), 0, 255).astype(np.uint8)
            name = (START + timedelta(days=day)).strftime("%Y%m%dT%H%M%SZ")
            cv2.imwrite(str(folder / "frames" / f"{name}.jpg"), noisy)
            frames[name] = {"conditions": ["clear"], "faces": {"A-front": truth_face(stages, occluded)}}
        truth = {"schema": "siteprogress.truth/1", "frames": frames}
        (folder / "truth.json").write_text(json.dumps(truth))
    return root


def truth_face(stages: npt.NDArray[np.int64], occluded: npt.NDArray[np.int64]) -> dict[str, Any]:
    return {
        "stage": [[NEW_BUILD.names[s] for s in row] for row in stages],
        "occluded": occluded.tolist(),
        "cover": [["" for _ in row] for row in stages],
    }
