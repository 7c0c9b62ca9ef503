"""The evidence still of a face: its rectified canvas as JPEG, nothing beside the face, nobody to be recognised."""

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.mask import filled
from edge_agent.vision.persons import person_boxes
from edge_agent.vision.rectify import (
    CELL_PX,
    MARGIN_ABOVE_PX,
    MARGIN_BELOW_PX,
    MARGIN_SIDE_PX,
    NO_SHIFT,
    Shift,
    rectify,
)
from edge_agent.vision.scene import Face, Polyline, Scene
from edge_agent.vision.stages import OCCLUDERS

QUALITY = 80
MOSAIC_PX = 16
PASSING_FROM = 0.15  # probability of a person or vehicle in a cell from which the cell is made unreadable
PASSING_REACH_PX = CELL_PX // 4  # what stands in a cell reaches over its edge

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceStill:
    """A JPEG named by the SHA-256 of its bytes."""

    jpeg: bytes
    sha256: str
    width_px: int
    height_px: int


def evidence_still(
    frame: Frame, scene: Scene, face: Face, *, shift: Shift = NO_SHIFT, occluder: Floats | None = None
) -> EvidenceStill:
    """The face alone: the frame never leaves, and what the margins show beside the face is black.

    What lies under a privacy mask is black too, where it was commissioned and where it lies in this frame. Cells in
    which the network sees a person or a vehicle (`occluder`, rows x cols x kinds from the ground up; None where the
    weights tell no kinds) and people found in the native frame become a mosaic. The strip below the ground line is cut.
    """
    people = person_boxes(frame, scene, face)
    masks = (*scene.privacy_masks, *(shifted(mask, shift) for mask in scene.privacy_masks))
    readable = blanked(pixelated(frame.image, people), masks)
    canvas = rectify(
        Frame(image=readable, captured_at=frame.captured_at, sha256=frame.sha256), scene, face, shift=shift
    ).image
    if occluder is not None:
        canvas = pixelated(canvas, tuple(_cell_box(r, c, face.rows) for r, c in np.argwhere(passing_cells(occluder))))
    kept = _face_only(canvas)
    done, data = cv2.imencode(".jpg", kept, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    assert done, "OpenCV cannot encode a BGR image"
    jpeg = data.tobytes()
    height, width = kept.shape[:2]
    return EvidenceStill(jpeg=jpeg, sha256=hashlib.sha256(jpeg).hexdigest(), width_px=width, height_px=height)


def shifted(polygon: Polyline, shift: Shift) -> Polyline:
    """Where a commissioned polygon lies in a frame."""
    return tuple((shift.a * x + shift.b * y + shift.dx_px, shift.c * x + shift.d * y + shift.dy_px) for x, y in polygon)


def passing_cells(occluder: Floats) -> Mask:
    """Cells in which a person or a vehicle may be, rows x cols; a low threshold, for a miss costs more than a blur."""
    return np.asarray(occluder[..., OCCLUDERS.index("vehicle_person")] >= PASSING_FROM)


def _cell_box(row: int, col: int, rows: int) -> Polyline:
    """A cell's rectangle in canvas pixels, widened by PASSING_REACH_PX."""
    left, top = MARGIN_SIDE_PX + CELL_PX * int(col), MARGIN_ABOVE_PX + CELL_PX * (rows - 1 - int(row))
    x0, x1 = left - PASSING_REACH_PX, left + CELL_PX + PASSING_REACH_PX
    y0, y1 = top - PASSING_REACH_PX, top + CELL_PX + PASSING_REACH_PX
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def _face_only(canvas: Image) -> Image:
    """The canvas with black margins above and beside the face, without the one below."""
    kept = np.zeros_like(canvas[:-MARGIN_BELOW_PX])
    inside = (slice(MARGIN_ABOVE_PX, None), slice(MARGIN_SIDE_PX, -MARGIN_SIDE_PX))
    kept[inside] = canvas[:-MARGIN_BELOW_PX][inside]
    return np.asarray(kept, np.uint8)


def blanked(image: Image, polygons: tuple[Polyline, ...]) -> Image:
    """A copy with the polygons' pixels black."""
    if not polygons:
        return image
    height, width = image.shape[:2]
    mask = filled(polygons, width=width, height=height)
    return np.asarray(np.where(mask[..., None] > 0, 0, image), np.uint8)


def pixelated(image: Image, polygons: tuple[Polyline, ...]) -> Image:
    """A copy with the polygons' pixels replaced by a coarse mosaic."""
    if not polygons:
        return image
    height, width = image.shape[:2]
    small = cv2.resize(image, (max(1, width // MOSAIC_PX), max(1, height // MOSAIC_PX)), interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    mask = filled(polygons, width=width, height=height)
    return np.asarray(np.where(mask[..., None] > 0, coarse, image), np.uint8)
