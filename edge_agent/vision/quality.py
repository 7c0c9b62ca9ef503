"""The quality gate: is this frame worth looking at? Classical, cheap, reason codes published."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from edge_agent.vision.frame import Frame, Image

QualityCode = Literal["dark", "blur", "low_contrast", "fog", "frozen", "covered", "clock_backwards"]

ANALYSIS_WIDTH_PX = 320
DARK_LEVEL = 28.0  # mean grey level (0–255) under which stages cannot be told
COVERED_SPREAD = 2.5  # grey standard deviation of a lens behind a bag or a hand
FOG_CONTRAST = 0.20  # Michelson contrast of the 5 % and 95 % grey levels under which a frame counts as foggy
LOW_CONTRAST = 0.05  # … and under which nothing can be read
BLUR_SHARE = 0.22  # sharpness under this share of the camera's own median
HISTORY = 48
HISTORY_MIN = 5
UNUSABLE: frozenset[QualityCode] = frozenset({"dark", "blur", "low_contrast", "frozen", "covered", "clock_backwards"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Verdict on a frame: reason codes, whether cells may be read, and the sharpness that history remembers."""

    codes: tuple[QualityCode, ...]
    usable: bool
    sharpness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityHistory:
    """What the gate remembers of a camera: sharpness of its latest usable frames, last hash and capture time."""

    sharpness: tuple[float, ...] = ()
    last_sha256: str = ""
    last_captured_s: float = 0.0


def judge(frame: Frame, history: QualityHistory) -> Quality:
    """Judge one frame against its camera's own history."""
    grey = _analysis_grey(frame.image)
    sharpness = float(cv2.Laplacian(cv2.GaussianBlur(grey, (3, 3), 0), cv2.CV_32F).var())
    found: list[QualityCode] = [*_light_codes(grey), *_repeat_codes(frame, history)]
    if found in ([], ["fog"]) and _is_blurred(sharpness, history, found=found):
        found.append("blur")
    return Quality(codes=tuple(found), usable=not UNUSABLE.intersection(found), sharpness=sharpness)


def remember(frame: Frame, quality: Quality, history: QualityHistory) -> QualityHistory:
    """History after a frame; only usable clear frames teach what sharp means for this camera."""
    teaches = quality.usable and not quality.codes
    sharpness = (*history.sharpness, quality.sharpness)[-HISTORY:] if teaches else history.sharpness
    # Taken as it is, not as a maximum: one frame dated 2099 must not close the gate for ever.
    return QualityHistory(sharpness=sharpness, last_sha256=frame.sha256, last_captured_s=frame.captured_at.timestamp())


def _analysis_grey(image: Image) -> Image:
    height, width = image.shape[:2]
    if width > ANALYSIS_WIDTH_PX:
        size = (ANALYSIS_WIDTH_PX, max(2, round(height * ANALYSIS_WIDTH_PX / width)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def _light_codes(grey: Image) -> list[QualityCode]:
    if grey.mean() < DARK_LEVEL:
        return ["dark"]
    if grey.std() < COVERED_SPREAD:
        return ["covered"]
    low, high = np.percentile(grey, (5, 95))
    contrast = (high - low) / (high + low + 1)
    if contrast < LOW_CONTRAST:
        return ["low_contrast"]
    return ["fog"] if contrast < FOG_CONTRAST else []


def _repeat_codes(frame: Frame, history: QualityHistory) -> list[QualityCode]:
    """The same bytes again mean a frozen source; a clock behind the last frame means a reset or a fraud."""
    if history.last_sha256 and frame.sha256 == history.last_sha256:
        return ["frozen"]
    if frame.captured_at.timestamp() < history.last_captured_s:
        return ["clock_backwards"]
    return []


def _is_blurred(sharpness: float, history: QualityHistory, *, found: list[QualityCode]) -> bool:
    """Fog softens too, so under fog the share asked for is halved."""
    if len(history.sharpness) < HISTORY_MIN:
        return False
    share = BLUR_SHARE / 2 if "fog" in found else BLUR_SHARE
    return sharpness < share * float(np.median(history.sharpness))
