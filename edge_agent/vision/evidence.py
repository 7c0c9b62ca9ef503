"""The evidence still of a face: its rectified canvas as JPEG, privacy masks unreadable."""

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np

from edge_agent.vision.frame import Frame, Image
from edge_agent.vision.mask import filled
from edge_agent.vision.rectify import MARGIN_BELOW_PX, NO_SHIFT, Shift, rectify
from edge_agent.vision.scene import Face, Polyline, Scene

QUALITY = 80
MOSAIC_PX = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceStill:
    """A JPEG named by the SHA-256 of its bytes."""

    jpeg: bytes
    sha256: str
    width_px: int
    height_px: int


def evidence_still(frame: Frame, scene: Scene, face: Face, *, shift: Shift = NO_SHIFT) -> EvidenceStill:
    """The face alone: the frame never leaves. What lies under a privacy mask is pixelated before the warp.

    The strip below the ground line, where people and vehicles pass, is cut off.
    """
    masked = Frame(
        image=pixelated(frame.image, scene.privacy_masks), captured_at=frame.captured_at, sha256=frame.sha256
    )
    canvas = rectify(masked, scene, face, shift=shift).image
    kept = canvas[:-MARGIN_BELOW_PX]
    done, data = cv2.imencode(".jpg", kept, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    assert done, "OpenCV cannot encode a BGR image"
    jpeg = data.tobytes()
    height, width = kept.shape[:2]
    return EvidenceStill(jpeg=jpeg, sha256=hashlib.sha256(jpeg).hexdigest(), width_px=width, height_px=height)


def pixelated(image: Image, polygons: tuple[Polyline, ...]) -> Image:
    """A copy with the polygons' pixels replaced by a coarse mosaic."""
    if not polygons:
        return image
    height, width = image.shape[:2]
    small = cv2.resize(image, (max(1, width // MOSAIC_PX), max(1, height // MOSAIC_PX)), interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    mask = filled(polygons, width=width, height=height)
    return np.asarray(np.where(mask[..., None] > 0, coarse, image), np.uint8)
