"""Finds how the lines of a face tilt and bow against the quad that a person gave: the bend that makes them sharpest."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from edge_agent.commission.rhythm import Strips

TILT_REACH_PX = 14.0
BOW_REACH_PX = 14.0
GAIN_MIN = 1.02  # a bend must make the lines so much sharper than none, else the quad is taken as it is
SCALES = (1.0, 0.5, 0.25, 0.125)
NAMES = ("tilt_low_px", "tilt_high_px", "bow_low_px", "bow_high_px")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bend:
    """Offsets of a line along the counted axis, rectified pixels: tilt at its right end, bow at its middle.

    `low` is at the ground (or left), `high` at the other end; between them linear. Zero = as the quad says.
    """

    tilt_low_px: float = 0.0
    tilt_high_px: float = 0.0
    bow_low_px: float = 0.0
    bow_high_px: float = 0.0

    def at(self, across: float, along: float) -> float:
        """Offset at a place: `across` −1 … 1 along the line, `along` 0 … 1 from the ground (or left) up."""
        tilt = (1 - along) * self.tilt_low_px + along * self.tilt_high_px
        bow = (1 - along) * self.bow_low_px + along * self.bow_high_px
        return tilt * across + bow * (1 - across * across)


NO_BEND = Bend()


def offsets_px(bend: Bend, *, strips: int, length_px: int) -> npt.NDArray[np.float64]:
    """Strips x length offsets of a bend, for `straightened`."""
    across = ((np.arange(strips) + 0.5) / strips * 2 - 1)[:, None]
    along = (np.arange(length_px) / max(1, length_px - 1))[None]
    tilt = (1 - along) * bend.tilt_low_px + along * bend.tilt_high_px
    bow = (1 - along) * bend.bow_low_px + along * bend.bow_high_px
    return np.asarray(tilt * across + bow * (1 - across * across))


def find_bend(strips: Strips, *, scale: float = 1.0) -> Bend:
    """The bend under which the strips agree best; NO_BEND when none agrees clearly better.

    `scale` is rectified pixels per native pixel. Coordinate search, coarse to fine; deterministic.
    """
    at_rest = best = _sharpness(strips, NO_BEND)
    bend = NO_BEND
    for step in SCALES:
        for _ in range(2):
            for name in NAMES:
                reach = (TILT_REACH_PX if name.startswith("tilt") else BOW_REACH_PX) * scale
                middle = getattr(bend, name)
                for factor in (-1.0, -0.5, 0.5, 1.0):
                    tried = replace(bend, **{name: float(np.clip(middle + factor * step * reach, -reach, reach))})
                    sharp = _sharpness(strips, tried)
                    if sharp > best:
                        best, bend = sharp, tried
    return bend if best > GAIN_MIN * at_rest else NO_BEND


def _sharpness(strips: Strips, bend: Bend) -> float:
    """Energy of the mean profile: large when edges of all strips fall on each other. Slightly dearer for more bend."""
    count, length = strips.profile.shape[:2]
    shift = np.rint(offsets_px(bend, strips=count, length_px=length)).astype(np.intp)
    at = np.clip(np.arange(length)[None] + shift, 0, length - 1)
    mean = strips.profile[np.arange(count)[:, None], at].mean(axis=0)
    return float((mean * mean).sum())
