"""What stays put in a camera's view: the static part of a frame, compared by gradients and by features."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.grid import node_grid
from edge_agent.vision.scene import Scene

ANALYSIS_WIDTH_PX = 512
SEARCH_PX = 10  # analysis pixels that correlation may shift
FEATURES = 500
RICH_FEATURES = 80  # features a frame must have before foreign content proves anything
RATIO = 0.8

Gradient = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landmarks:
    """A frame's static content. `static` is 255 where nothing is being built; sizes in analysis pixels."""

    grey: Image
    static: Image
    gradient: Gradient
    native_per_px: float

    @property
    def is_rich(self) -> bool:
        """True when the static part has enough texture for a foreign view to be recognised as such."""
        return len(_features(self).points) >= RICH_FEATURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Gradient correlation (−1 … 1) at the best small shift, native pixels."""

    agreement: float
    dx_px: float
    dy_px: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Feature match: RANSAC inliers, translation, and the largest movement of a frame corner, native pixels."""

    inliers: int
    dx_px: float
    dy_px: float
    corner_shift_px: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Features:
    points: npt.NDArray[np.float32]
    descriptors: Image


NO_MATCH = Match(inliers=0, dx_px=0.0, dy_px=0.0, corner_shift_px=0.0)


def frame_landmarks(frame: Frame, scene: Scene) -> Landmarks:
    """Landmarks of a frame of a commissioned camera."""
    height, width = frame.image.shape[:2]
    native_per_px = max(1.0, width / ANALYSIS_WIDTH_PX)
    size = (round(width / native_per_px), round(height / native_per_px))
    grey = cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if native_per_px > 1 else grey
    static = static_mask(scene, size[0], size[1])
    return landmarks_of(np.asarray(small, np.uint8), static=static, native_per_px=native_per_px)


def landmarks_of(grey: Image, *, static: Image, native_per_px: float) -> Landmarks:
    """Landmarks of an analysis image; the gradient is normalised by local contrast so light and haze matter less."""
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.5).astype(np.float32)
    magnitude = cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))
    local = cv2.GaussianBlur(magnitude, (0, 0), 24)
    gradient = np.asarray(np.minimum(magnitude / (local + 4.0), 3.0), np.float32)
    return Landmarks(grey=grey, static=static, gradient=gradient, native_per_px=native_per_px)


@lru_cache(maxsize=32)
def static_mask(scene: Scene, width: int, height: int) -> Image:
    """255 on the anchors, or, where none are drawn, on all that is off the faces by a storey; masks count as off."""
    scale = np.array([width / scene.camera.width_px, height / scene.camera.height_px])
    if scene.anchors:
        mask = _filled(scene.anchors, scale=scale, shape=(height, width))
    else:
        hulls = [_hull(node_grid(face).points) for face in scene.faces]
        building = _filled(hulls, scale=scale, shape=(height, width))
        mask = np.asarray(255 - cv2.dilate(building, np.ones((9, 9), np.uint8)), np.uint8)
    mask[_filled(scene.privacy_masks, scale=scale, shape=(height, width)) > 0] = 0
    mask.flags.writeable = False
    return mask


def _hull(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.convexHull(points.reshape(-1, 2).astype(np.float32))[:, 0], np.float32)


def _filled(polygons: object, *, scale: npt.NDArray[np.float64], shape: tuple[int, int]) -> Image:
    mask = np.zeros(shape, np.uint8)
    for polygon in polygons:  # type: ignore[attr-defined]
        cv2.fillPoly(mask, [np.round(np.asarray(polygon, float) * scale).astype(np.int32)], 255)
    return mask


def correlate(reference: Landmarks, marks: Landmarks) -> Agreement:
    """Normalised correlation of the static gradients over shifts of ± SEARCH_PX, refined below a pixel."""
    weight = cv2.erode(marks.static, np.ones((3, 3), np.uint8)).astype(np.float32) / 255
    if weight.sum() < 400:
        return Agreement(agreement=-1.0, dx_px=0.0, dy_px=0.0)
    surface = _correlation_surface(reference.gradient, marks.gradient, weight)
    row, col = np.unravel_index(int(surface.argmax()), surface.shape)
    dy, dx = _peak(surface, int(row), int(col))
    scale = marks.native_per_px
    return Agreement(agreement=float(surface[row, col]), dx_px=dx * scale, dy_px=dy * scale)


def _correlation_surface(reference: Gradient, seen: Gradient, weight: Gradient) -> Gradient:
    """(2·SEARCH+1)² correlations: the reference's static patch against the frame moved by each shift."""
    total = float(weight.sum())
    template = (reference - float((reference * weight).sum()) / total) * weight
    padded = cv2.copyMakeBorder(seen, SEARCH_PX, SEARCH_PX, SEARCH_PX, SEARCH_PX, cv2.BORDER_REPLICATE)
    cross = cv2.matchTemplate(padded, template, cv2.TM_CCORR)
    mean = cv2.matchTemplate(padded, weight, cv2.TM_CCORR) / total
    power = cv2.matchTemplate(padded * padded, weight, cv2.TM_CCORR) - total * mean * mean
    norm = np.sqrt(np.maximum(power, 1e-6) * max(float((template * template).sum()), 1e-6))
    return np.asarray(cross / norm, np.float32)


def _peak(surface: Gradient, row: int, col: int) -> tuple[float, float]:
    """Sub-pixel peak by a parabola through the neighbours, as shift (dy, dx) in analysis pixels."""
    return _parabola(surface[:, col], row) - SEARCH_PX, _parabola(surface[row], col) - SEARCH_PX


def _parabola(values: Gradient, at: int) -> float:
    if at in (0, len(values) - 1):
        return float(at)
    left, mid, right = (float(value) for value in values[at - 1 : at + 2])
    curve = left - 2 * mid + right
    return at if abs(curve) < 1e-9 else at + 0.5 * (left - right) / curve


def match_features(reference: Landmarks, marks: Landmarks) -> Match:
    """Similarity transform between ORB features by RANSAC, 3 px; NO_MATCH when there are too few."""
    before, after = _features(reference), _features(marks)
    if len(before.points) < 8 or len(after.points) < 8:
        return NO_MATCH
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(before.descriptors, after.descriptors, k=2)
    good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < RATIO * p[1].distance]
    if len(good) < 8:
        return NO_MATCH
    source = before.points[[m.queryIdx for m in good]]
    target = after.points[[m.trainIdx for m in good]]
    transform, inlier = cv2.estimateAffinePartial2D(source, target, ransacReprojThreshold=3.0)
    if transform is None or not 0.5 < float(np.linalg.norm(transform[:, 0])) < 2.0:
        return NO_MATCH
    return _as_match(np.asarray(transform), int(inlier.sum()), marks)


def _as_match(transform: npt.NDArray[np.float64], inliers: int, marks: Landmarks) -> Match:
    height, width = marks.grey.shape
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height], [width / 2, height / 2]], float)
    moved = (corners @ transform[:, :2].T + transform[:, 2] - corners) * marks.native_per_px
    dx, dy = moved[-1]
    largest = float(np.linalg.norm(moved, axis=1).max())
    return Match(inliers=inliers, dx_px=float(dx), dy_px=float(dy), corner_shift_px=largest)


def _features(marks: Landmarks) -> _Features:
    """ORB over the whole frame but the buildings' own faces are excluded by the static mask, widened a little."""
    orb = cv2.ORB_create(nfeatures=FEATURES, fastThreshold=12)
    mask = cv2.dilate(marks.static, np.ones((15, 15), np.uint8))
    points, descriptors = orb.detectAndCompute(marks.grey, mask)
    if descriptors is None:
        return _Features(points=np.zeros((0, 2), np.float32), descriptors=np.zeros((0, 32), np.uint8))
    return _Features(points=np.array([p.pt for p in points], np.float32), descriptors=descriptors)
