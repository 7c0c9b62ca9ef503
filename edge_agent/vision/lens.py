"""Drops, dirt or a web on the lens: parts of the view off the building that lost the texture they always had."""

from dataclasses import dataclass

import numpy as np

LEARNS = 0.1
LOOKS_MIN = 5
TEXTURED = 1.2  # Laplacian energy of a block that has something to lose
LOST = 0.15  # of its usual energy, after what the whole view has lost is taken away
SPOILT_SHARE, SPOILT_MIN = 0.12, 3  # share and number of textured blocks that must be lost


@dataclass(frozen=True, slots=True, kw_only=True)
class LensTexture:
    """Usual Laplacian energy of blocks off the building (−1 = on it or never seen) and looks taken."""

    usual: tuple[float, ...] = ()
    looks: int = 0

    def after(self, texture: tuple[float, ...]) -> "LensTexture":
        """Running mean after one clear look; starts anew when the blocks are others (commissioned anew)."""
        new, old = np.array(texture), np.array(self.usual)
        if len(old) != len(new) or not np.array_equal(old < 0, new < 0):
            return LensTexture(usual=texture, looks=1)
        mixed = np.where(new < 0, -1.0, (1 - LEARNS) * old + LEARNS * new)
        return LensTexture(usual=tuple(round(float(v), 3) for v in mixed), looks=min(self.looks + 1, 1000))

    def is_spoilt(self, texture: tuple[float, ...]) -> bool:
        """True when some textured blocks lost nearly all while the view as a whole kept its own."""
        usual, now = np.array(self.usual), np.array(texture)
        if self.looks < LOOKS_MIN or len(usual) != len(now):
            return False
        textured = (usual >= TEXTURED) & (now >= 0)
        if textured.sum() < 2 * SPOILT_MIN:
            return False
        kept = now[textured] / usual[textured]
        lost = kept < LOST * float(np.percentile(kept, 75))
        return bool(lost.sum() >= max(SPOILT_MIN, SPOILT_SHARE * textured.sum()))
