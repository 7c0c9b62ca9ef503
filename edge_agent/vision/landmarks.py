"""What stays put in a camera's view: the static part of a frame, compared by gradients and by features."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.mask import filled
from edge_agent.vision.scene import Scene
from wire.scene.grid import node_grid

ANALYSIS_WIDTH_PX = 384
SEARCH_PX = 28  # analysis pixels that correlation may shift: 37 px of a 512 px frame, 140 px of a 1920 px one
GROUND_MIN_PX = 400.0  # analysis pixels of ground without which nothing is said
CLEARLY_HIGHER = 0.15  # correlation by which a shifted view must beat the view at rest
FEATURES = 1000
STAYED_PX = 1.5  # analysis pixels within which a feature counts as unmoved
RICH_FEATURES = 80  # features a frame must have before foreign content proves anything
RATIO = 0.8

Gradient = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """What is off the building. `mask` is 255 there; `weight` 0 … 1, eroded, with its sum and its Fourier transform."""

    mask: Image
    weight: Gradient
    total: float
    spectrum: Gradient


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landmarks:
    """A frame's content and its ground, where nothing is being built; sizes in analysis pixels.

    `building` holds the corners of the faces (n x 2).
    """

    grey: Image
    gradient: Gradient
    ground: Ground
    building: npt.NDArray[np.float32]
    native_per_px: float

    @property
    def is_rich(self) -> bool:
        """True when the ground has enough texture for a foreign view to be recognised as such."""
        return len(_features(self.grey, mask=self.ground.mask).points) >= RICH_FEATURES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Search:
    """A frame made ready to be compared with any number of references: what does not depend on the reference."""

    spectrum: Gradient
    power: Gradient
    ground: Ground
    native_per_px: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Gradient correlation (−1 … 1) at the best small shift, native pixels."""

    agreement: float
    dx_px: float
    dy_px: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Match:
    """Features that moved together: RANSAC inliers, their spread, largest movement of a frame corner (native px).

    `transform` is the 2 x 3 similarity from reference to frame, analysis pixels; None without inliers.
    """

    inliers: int
    spread: int
    corner_shift_px: float
    transform: npt.NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Features:
    points: npt.NDArray[np.float32]
    descriptors: Image


NO_MATCH = Match(inliers=0, spread=0, corner_shift_px=0.0)


def frame_landmarks(frame: Frame, scene: Scene) -> Landmarks:
    """Landmarks of a frame of a commissioned camera."""
    height, width = frame.image.shape[:2]
    native_per_px = max(1.0, width / ANALYSIS_WIDTH_PX)
    size = (round(width / native_per_px), round(height / native_per_px))
    grey = cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if native_per_px > 1 else grey
    grey_small = np.asarray(small, np.uint8)
    return Landmarks(
        grey=grey_small,
        gradient=gradient_of(grey_small),
        ground=ground_of(scene, size[0], size[1]),
        building=_corners(scene) / np.float32(native_per_px),
        native_per_px=native_per_px,
    )


def gradient_of(grey: Image) -> Gradient:
    """Gradient magnitude normalised by local contrast, so that light and haze matter less."""
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.5).astype(np.float32)
    magnitude = cv2.magnitude(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))
    local = cv2.blur(magnitude, (65, 65))
    return np.asarray(np.minimum(magnitude / (local + 4.0), 3.0), np.float32)


@lru_cache(maxsize=32)
def remembered_grey(jpeg: bytes) -> Image:
    """Grey analysis image of a stored reference."""
    return np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8)


@lru_cache(maxsize=32)
def remembered_gradient(jpeg: bytes) -> Gradient:
    """Gradient of a stored reference; cached, because the bank is looked through at every frame."""
    return gradient_of(remembered_grey(jpeg))


@lru_cache(maxsize=32)
def ground_of(scene: Scene, width: int, height: int) -> Ground:
    """All that is off the faces by a storey, and the anchors, but nothing under privacy masks.

    Anchors alone are too little: over 43 rendered scenes one small anchor gave a false shift in 15 % of the frames.
    """
    scale = width / scene.camera.width_px
    hulls = [_hull(node_grid(face).points) for face in scene.faces]
    building = 255 * filled(hulls, width=width, height=height, scale=scale)
    anchors = 255 * filled(scene.anchors, width=width, height=height, scale=scale)
    mask = np.maximum(255 - cv2.dilate(building, np.ones((9, 9), np.uint8)), anchors).astype(np.uint8)
    mask[filled(scene.privacy_masks, width=width, height=height, scale=scale) > 0] = 0
    mask.flags.writeable = False
    weight = np.asarray(cv2.erode(mask, np.ones((3, 3), np.uint8)) / 255, np.float32)
    return Ground(mask=mask, weight=weight, total=float(weight.sum()), spectrum=_spectrum(weight, plain=weight.shape))


def _corners(scene: Scene) -> npt.NDArray[np.float32]:
    return np.concatenate([_hull(node_grid(face).points) for face in scene.faces])


def _hull(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return np.asarray(cv2.convexHull(points.reshape(-1, 2).astype(np.float32))[:, 0], np.float32)


def search(marks: Landmarks) -> Search:
    """Everything about a frame that correlation with a reference needs, computed once."""
    reach = SEARCH_PX
    bordered = cv2.copyMakeBorder(marks.gradient, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
    padded = np.asarray(bordered, np.float32)
    ground, plain = marks.ground, marks.gradient.shape
    spectrum = _spectrum(padded, plain=plain)
    mean = _cross(spectrum, ground.spectrum) / max(ground.total, 1.0)
    power = _cross(_spectrum(padded * padded, plain=plain), ground.spectrum) - ground.total * mean * mean
    return Search(
        spectrum=spectrum,
        power=np.asarray(np.maximum(power, 1e-6), np.float32),
        ground=ground,
        native_per_px=marks.native_per_px,
    )


def correlate(reference: Gradient, seen: Search) -> Agreement:
    """Normalised correlation of the gradients on the ground over shifts of ± SEARCH_PX, refined below a pixel.

    A camera is at rest until the contrary is clear: a peak further away counts only when it is well above what the
    view at rest gives (repeating textures gave false peaks up to 0.13 higher, measured on rendered scenes).
    """
    ground = seen.ground
    if ground.total < GROUND_MIN_PX:
        return Agreement(agreement=-1.0, dx_px=0.0, dy_px=0.0)
    template = (reference - float((reference * ground.weight).sum()) / ground.total) * ground.weight
    cross = _cross(seen.spectrum, _spectrum(template, plain=template.shape))
    surface = cross / np.sqrt(seen.power * max(float((template * template).sum()), 1e-6))
    row, col = np.unravel_index(int(surface.argmax()), surface.shape)
    rest = surface[SEARCH_PX - 1 : SEARCH_PX + 2, SEARCH_PX - 1 : SEARCH_PX + 2]
    if float(rest.max()) >= float(surface[row, col]) - CLEARLY_HIGHER:
        near = np.unravel_index(int(rest.argmax()), rest.shape)
        row, col = near[0] + SEARCH_PX - 1, near[1] + SEARCH_PX - 1
    dy, dx = _peak(surface, int(row), int(col))
    scale = seen.native_per_px
    return Agreement(agreement=float(surface[row, col]), dx_px=dx * scale, dy_px=dy * scale)


def likeness(one: Gradient, other: Gradient, ground: Ground) -> float:
    """Correlation of two gradients on the ground, without any shift."""
    weight, total = ground.weight, max(ground.total, 1.0)
    a = (one - float((one * weight).sum()) / total) * weight
    b = (other - float((other * weight).sum()) / total) * weight
    norm = float(np.linalg.norm(a)) * float(np.linalg.norm(b))
    return float(np.vdot(a, b)) / norm if norm > 0 else 0.0


def _spectrum(image: Gradient, *, plain: tuple[int, int]) -> Gradient:
    """Fourier transform with zeros behind, at the size that a search over `plain` (rows, columns) takes."""
    rows, cols = (cv2.getOptimalDFTSize(side + 2 * SEARCH_PX) for side in plain)
    laid = np.zeros((rows, cols), np.float32)
    laid[: image.shape[0], : image.shape[1]] = image
    return np.asarray(cv2.dft(laid), np.float32)


def _cross(seen: Gradient, template: Gradient) -> Gradient:
    """Correlation for each shift of ± SEARCH_PX."""
    product = cv2.mulSpectrums(seen, template, 0, conjB=True)
    whole = cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
    return np.asarray(whole[: 2 * SEARCH_PX + 1, : 2 * SEARCH_PX + 1], np.float32)


def _peak(surface: Gradient, row: int, col: int) -> tuple[float, float]:
    """Sub-pixel peak by a parabola through the neighbours, as shift (dy, dx) in analysis pixels."""
    return _parabola(surface[:, col], row) - SEARCH_PX, _parabola(surface[row], col) - SEARCH_PX


def _parabola(values: Gradient, at: int) -> float:
    if at in (0, len(values) - 1):
        return float(at)
    left, mid, right = (float(value) for value in values[at - 1 : at + 2])
    curve = left - 2 * mid + right
    return at if abs(curve) < 1e-9 else at + 0.5 * (left - right) / curve


def match_features(reference: Image, marks: Landmarks) -> Match:
    """Similarity transform between ORB features of two whole frames by RANSAC; NO_MATCH when there are too few.

    Only what moved is asked: pairs that stayed where they were are left out first, because burnt-in text stays in every
    view and would vote for rest. `spread` counts the squares of an 8 x 6 raster that hold inliers.
    """
    before, after = _features(reference, mask=None), _features(marks.grey, mask=None)
    if len(before.points) < 8 or len(after.points) < 8:
        return NO_MATCH
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(before.descriptors, after.descriptors, k=2)
    good = [p[0] for p in pairs if len(p) == 2 and p[0].distance < RATIO * p[1].distance]
    source = before.points[[m.queryIdx for m in good]].reshape(-1, 2)
    target = after.points[[m.trainIdx for m in good]].reshape(-1, 2)
    away = np.linalg.norm(source - target, axis=1) > STAYED_PX
    source, target = source[away], target[away]
    if len(source) < 8:
        return NO_MATCH
    transform, inlier = cv2.estimateAffinePartial2D(source, target, ransacReprojThreshold=3.0)
    if transform is None or not 0.7 < float(np.linalg.norm(transform[:, 0])) < 1.4:
        return NO_MATCH
    return _as_match(np.asarray(transform), source[inlier.ravel() > 0], marks)


def _as_match(transform: npt.NDArray[np.float64], inliers: npt.NDArray[np.float32], marks: Landmarks) -> Match:
    height, width = marks.grey.shape
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], float)
    moved = (corners @ transform[:, :2].T + transform[:, 2] - corners) * marks.native_per_px
    squares = {(int(8 * x / width), int(6 * y / height)) for x, y in inliers}
    largest = float(np.linalg.norm(moved, axis=1).max())
    return Match(inliers=len(inliers), spread=len(squares), corner_shift_px=largest, transform=transform)


def _features(grey: Image, *, mask: Image | None) -> _Features:
    everywhere = np.full_like(grey, 255)
    orb = cv2.ORB.create(nfeatures=FEATURES, fastThreshold=5)
    points, descriptors = orb.detectAndCompute(grey, everywhere if mask is None else mask)
    if descriptors is None:
        return _Features(points=np.zeros((0, 2), np.float32), descriptors=np.zeros((0, 32), np.uint8))
    return _Features(points=np.array([p.pt for p in points], np.float32), descriptors=np.asarray(descriptors, np.uint8))
