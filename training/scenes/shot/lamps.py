"""How strong the lamps of a site and the camera's own infrared light are, the same for both renderers. Pure."""

from dataclasses import dataclass

import numpy as np

from training.scenes.site import View

INFRARED_W_PER_M2 = 7.0  # times the square of the distance: the camera's light reaches what it looks at


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulb:
    """A lamp that shines alike all round."""

    watts: float
    rgb: tuple[float, float, float]


def bulb(index: int) -> Bulb:
    """The work lamp of that number: five strengths, every other one warmer."""
    return Bulb(watts=900.0 + 500.0 * (index % 5), rgb=(1.0, 0.86 if index % 2 else 0.7, 0.5))


def infrared_watts(view: View) -> float:
    """The camera's own light by night."""
    return INFRARED_W_PER_M2 * float(np.linalg.norm(np.asarray(view.target) - np.asarray(view.position))) ** 2
