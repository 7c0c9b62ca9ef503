"""Lines that no grid can be made of are refused in words, before a number that is none goes on."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from wire.scene.errors import SceneError
from wire.scene.shapes import Scene

PIXELS_MAX = 64_000_000


def check_size(scene: Scene) -> None:
    """SceneError when the frame is larger than any that is looked at here."""
    camera = scene.camera
    if camera.width_px * camera.height_px > PIXELS_MAX:
        expected = f"a frame of at most {PIXELS_MAX} pixels (got {camera.width_px} x {camera.height_px})"
        raise SceneError(file="scene", where="camera", expected=expected)


@contextmanager
def sound(where: str) -> Iterator[None]:
    """SceneError at `where` for lines without length, on top of each other, or as far away as no frame reaches."""
    try:
        with np.errstate(divide="raise", invalid="raise", over="raise"):
            yield
    except (FloatingPointError, np.linalg.LinAlgError, OverflowError) as broken:
        expected = "lines of two or more different points, within reach of the frame"
        raise SceneError(file="scene", where=where, expected=expected) from broken
