"""Known mishaps and frauds put on real frames, to measure how surely they are noticed. Deterministic by seed."""

import cv2
import numpy as np

from edge_agent.vision.frame import Image

STREAM_QUALITY = 85  # what a camera's own encoder makes of a disturbed picture


def encoded(image: Image, quality: int = STREAM_QUALITY) -> Image:
    """The picture after one more JPEG."""
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done, "OpenCV cannot encode a colour image"
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def knocked(image: Image, *, dx_px: float = 0.0, dy_px: float = 0.0, turn_deg: float = 0.0, zoom: float = 1.0) -> Image:
    """The view after the camera was knocked: content moves by (dx, dy) px and turns about the middle of the frame."""
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn_deg, zoom)
    matrix[:, 2] += np.array([dx_px, dy_px])
    moved = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return encoded(np.asarray(moved, np.uint8))


def live(image: Image, *, seed: int, noise: float = 1.5) -> Image:
    """The same view a moment later: other sensor noise, a breath of other light from another side."""
    rng = np.random.default_rng(seed)
    light = 1 + rng.uniform(-0.12, 0.08) + rng.uniform(-0.06, 0.06) * np.linspace(-1, 1, image.shape[1])[None, :, None]
    return encoded(np.asarray(np.clip(image * light + rng.normal(0, noise, image.shape), 0, 255), np.uint8), 92)


def stamped(image: Image, text: str) -> Image:
    """The picture under a clock written into its corner."""
    size = image.shape[1] / 900
    marked = np.array(image)
    at = (int(0.02 * image.shape[1]), int(0.06 * image.shape[0]))
    cv2.putText(marked, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, (255, 255, 255), 1, cv2.LINE_AA)
    return encoded(marked)


def bagged(image: Image, *, seed: int) -> Image:
    """A bag over the lens: an even grey with the noise of high gain."""
    noise = np.random.default_rng(seed).normal(0, 2, image.shape)
    return encoded(np.asarray(np.clip(34 + noise, 0, 255), np.uint8))


def held(image: Image, *, seed: int) -> Image:
    """A hand before the lens: skin colours, light from one side, no edge."""
    side = np.linspace(25, 110, image.shape[1])[None, :, None] * np.array([0.55, 0.7, 1.0])[None, None]
    noise = np.random.default_rng(seed).normal(0, 2, image.shape)
    return encoded(np.asarray(np.clip(side + noise, 0, 255), np.uint8))


def at_night(image: Image, *, seed: int) -> Image:
    """A night without lamps: a twelfth of the light, and noise."""
    noise = np.random.default_rng(seed).normal(0, 3, image.shape)
    return encoded(np.asarray(np.clip(image * 0.08 + noise, 0, 255), np.uint8))


def foggy(image: Image, *, share: float) -> Image:
    """Fog of which so large a share of the light comes; distance is not known, so it lies evenly."""
    return encoded(np.asarray(image * (1 - share) + 190 * share, np.uint8))


def blurred(image: Image, *, share_of_width: float = 0.006) -> Image:
    """Out of focus, radius as a share of the frame's width."""
    return encoded(np.asarray(cv2.GaussianBlur(image, (0, 0), share_of_width * image.shape[1]), np.uint8))


def burnt_out(image: Image) -> Image:
    """Exposed for the shade: three stops too much."""
    return encoded(np.asarray(np.clip(image * 8.0, 0, 255), np.uint8))
