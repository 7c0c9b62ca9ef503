"""Has the view turned or zoomed? Local shifts of patches of the ground, and the similarity transform they agree on."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.landmarks import Gradient, Landmarks

PATCHES_WIDE, PATCHES_HIGH = 6, 4
LOCAL_PX = 9  # analysis pixels a patch may lie off the shift of the whole
PATCH_GROUND = 0.5  # share of a patch that must be ground
PATCH_TEXTURE = 0.25  # standard deviation of its gradient
PATCH_AGREES = 0.45  # correlation at which a patch testifies
PATCHES_MIN = 5
FITS_PX = 1.2  # analysis pixels within which a patch agrees with the transform; its peak is a whole pixel
TURNS_DEG, ZOOMS = 0.3, 0.006  # less cannot be told from noise


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turn:
    """Similarity transform from reference to frame, analysis pixels: degrees, zoom − 1, patches that agree."""

    rotation_deg: float
    zoom: float
    patches: int
    transform: npt.NDArray[np.float64]


def beyond_shift_px(
    transform: npt.NDArray[np.float64], points: npt.NDArray[np.float32], *, dx: float, dy: float
) -> float:
    """Largest displacement of the points by a transform that a shift by (dx, dy) leaves, analysis pixels."""
    moved = points @ transform[:, :2].T + transform[:, 2] - points - np.array([dx, dy])
    return float(np.linalg.norm(moved, axis=1).max())


def find_turn(reference: Gradient, marks: Landmarks, *, dx: float, dy: float) -> Turn | None:
    """The turn of a frame whose ground as a whole lies (dx, dy) analysis pixels off; None when none can be told."""
    origin, moved = _local_shifts(reference, marks, dx=round(dx), dy=round(dy))
    if len(origin) < PATCHES_MIN:
        return None
    found, inlier = cv2.estimateAffinePartial2D(origin, moved, ransacReprojThreshold=FITS_PX)
    if found is None or int(inlier.sum()) < max(PATCHES_MIN, 0.6 * len(origin)):
        return None
    transform = np.asarray(found, float)
    rotation = float(np.degrees(np.arctan2(transform[1, 0], transform[0, 0])))
    zoom = float(np.hypot(transform[0, 0], transform[1, 0])) - 1
    if abs(rotation) < TURNS_DEG and abs(zoom) < ZOOMS:
        return None
    return Turn(rotation_deg=rotation, zoom=zoom, patches=int(inlier.sum()), transform=transform)


def _local_shifts(
    reference: Gradient, marks: Landmarks, *, dx: int, dy: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Centres of the patches that testify, and where each is found."""
    height, width = reference.shape
    high, wide = height // PATCHES_HIGH, width // PATCHES_WIDE
    reach = LOCAL_PX + max(abs(dx), abs(dy))
    padded = cv2.copyMakeBorder(marks.gradient, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    origin, moved = [], []
    for top in range(0, high * PATCHES_HIGH, high):
        for left in range(0, wide * PATCHES_WIDE, wide):
            patch = reference[top : top + high, left : left + wide]
            ground = marks.ground.weight[top : top + high, left : left + wide]
            if float(ground.mean()) < PATCH_GROUND or float(patch.std()) < PATCH_TEXTURE:
                continue
            y, x = top + reach + dy - LOCAL_PX, left + reach + dx - LOCAL_PX
            window = padded[y : y + high + 2 * LOCAL_PX, x : x + wide + 2 * LOCAL_PX]
            surface = cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED)
            _, best, _, (col, row) = cv2.minMaxLoc(surface)
            if best < PATCH_AGREES or row in (0, 2 * LOCAL_PX) or col in (0, 2 * LOCAL_PX):
                continue
            centre = (left + wide / 2, top + high / 2)
            origin.append(centre)
            moved.append((centre[0] + dx + col - LOCAL_PX, centre[1] + dy + row - LOCAL_PX))
    return np.array(origin, np.float32).reshape(-1, 2), np.array(moved, np.float32).reshape(-1, 2)
