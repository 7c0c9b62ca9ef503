"""How often a facade repeats: storeys or bays counted, and where one repetition follows the other."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from edge_agent.vision.frame import Image

Floats = npt.NDArray[np.float32]

STRIPS = 12
MIN_PERIOD_PX = 7
MAX_COUNT = 40
HARMONIC = 0.70  # a shorter period that explains this share of the best one's likeness is the true one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strips:
    """Signed gradients along one axis of a rectified face, averaged over STRIPS strips across it.

    `profile` is strips x length x 3 (colours); index 0 along the length is the ground (rows) or the left side (bays).
    """

    profile: Floats

    @property
    def length_px(self) -> int:
        """Pixels along the counted axis."""
        return int(self.profile.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One possible number of repetitions, with the likeness (−1 … 1) of the face to itself moved by one."""

    number: int
    likeness: float
    period_px: float


def row_strips(face: Image) -> Strips:
    """Strips of a rectified face (top row of pixels = top of the face) from the ground up."""
    return _strips(np.ascontiguousarray(face[::-1]))


def col_strips(face: Image) -> Strips:
    """Strips of a rectified face from left to right."""
    return _strips(np.ascontiguousarray(face.transpose(1, 0, 2)))


def _strips(along_first: Image) -> Strips:
    smooth = cv2.GaussianBlur(along_first, (0, 0), 1.0).astype(np.float32)
    signed = cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    cross = cv2.Sobel(smooth, cv2.CV_32F, 1, 0)
    power = np.sqrt((signed * signed + cross * cross).sum(axis=2))
    local = cv2.blur(power, (61, 61))
    level = signed / (local + 8.0)[..., None]
    parts = np.array_split(level, STRIPS, axis=1)
    return Strips(profile=np.stack([part.mean(axis=1) for part in parts]).astype(np.float32))


def straightened(strips: Strips, offsets_px: npt.NDArray[np.float64]) -> Strips:
    """Strips read along bent lines: `offsets_px` (strips x length) is added to each place along the axis."""
    length = strips.length_px
    at = np.arange(length)
    moved = np.empty_like(strips.profile)
    for k, strip in enumerate(strips.profile):
        for c in range(strip.shape[1]):
            moved[k, :, c] = np.interp(at + offsets_px[k], at, strip[:, c], left=0.0, right=0.0)
    return Strips(profile=moved)


def likenesses(strips: Strips, *, until_px: int) -> Floats:
    """Likeness of the strips to themselves moved by 0 … until_px - 1 pixels, each strip apart, −1 … 1."""
    profile = strips.profile - strips.profile.mean(axis=1, keepdims=True)
    found = np.zeros(until_px, np.float32)
    for lag in range(1, until_px):
        low, high = profile[:, :-lag], profile[:, lag:]
        norm = float(np.sqrt((low * low).sum() * (high * high).sum()))
        found[lag] = float((low * high).sum()) / max(norm, 1e-6)
    return found


def counts(strips: Strips, *, least: int = 2, most: int = MAX_COUNT, excess: float = 0.0) -> tuple[Count, ...]:
    """Possible numbers of repetitions, the likeliest first; empty when the face shows no rhythm at all.

    `excess` repetitions are taken off the length first: the first one (a ground storey) is that much longer.
    """
    length = strips.length_px
    until = min(length - 1, int(length / least * 1.2) + 1)
    if until <= MIN_PERIOD_PX + 1:
        return ()
    likeness = likenesses(strips, until_px=until)
    peaks = [
        lag
        for lag in range(MIN_PERIOD_PX, until - 1)
        if likeness[lag] >= likeness[lag - 1] and likeness[lag] > likeness[lag + 1] and likeness[lag] > 0.02
    ]
    best: dict[int, Count] = {}
    for lag in peaks:
        number = round(length / lag - excess)
        if least <= number <= most and (number not in best or likeness[lag] > best[number].likeness):
            best[number] = Count(number=number, likeness=float(likeness[lag]), period_px=float(lag))
    ranked = sorted(best.values(), key=lambda count: -count.likeness)
    if not ranked:
        return ()
    top = ranked[0].likeness
    first = max((count for count in ranked if count.likeness >= HARMONIC * top), key=lambda count: count.number)
    return (first, *(count for count in ranked if count is not first))
