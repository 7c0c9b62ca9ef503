"""Lines, arrows, zebra crossings and studs on a lane. Pure."""

import numpy as np

from training.scenes.road.pen import LIFT_M, Pen

LINE_M = 0.09  # each lane draws its own half of the line it shares with the next one
ARROW_EVERY_M = 14.0


def draw_marks(
    pen: Pen,
    x: tuple[float, float],
    y: tuple[float, float],
    *,
    first: bool,
    last: bool,
    worn: bool,
    zebra: bool = False,
) -> None:
    """The paint of one lane between two chainages: fresh, or worn to a shadow of old lines."""
    z = 2 * LIFT_M
    paint = "worn" if worn else "white"
    edge = "worn" if worn else ("gold" if pen.strip.marks == "yellow" else "white")
    _line(pen, edge if first else paint, (x[0], x[0] + LINE_M + 0.05 * first), y, z, solid=first)
    _line(pen, paint, (x[1] - LINE_M - 0.05 * last, x[1]), y, z, solid=last)
    if worn:
        return
    if zebra:
        _zebra(pen, x, y, z)
        return
    for start in np.arange(np.floor(y[0] / ARROW_EVERY_M) * ARROW_EVERY_M, y[1], ARROW_EVERY_M):
        if pen.random(int(start) + 1000, int(x[0] * 10), 41).random() < 0.6:
            _arrow(pen, (x[0] + x[1]) / 2, float(start) + 2.0, y, z)
    if pen.random(42).random() < 0.3 and not last:
        for spot in np.arange(np.ceil(y[0] / 3) * 3, y[1], 3.0):
            pen.rect("stud", (x[1] - 0.09, x[1] + 0.09), (float(spot), float(spot) + 0.14), z + LIFT_M)


def _line(pen: Pen, name: str, x: tuple[float, float], y: tuple[float, float], z: float, *, solid: bool) -> None:
    if solid:
        pen.rect(name, x, y, z)
        return
    length, gap = pen.strip.dash_m
    period = length + gap
    for start in np.arange(np.floor(y[0] / period) * period, y[1], period):
        low, high = max(float(start), y[0]), min(float(start) + length, y[1])
        if low < high:
            pen.rect(name, x, (low, high), z)


def _zebra(pen: Pen, x: tuple[float, float], y: tuple[float, float], z: float) -> None:
    """Bars along the lane over some metres in the middle of the section."""
    middle = (y[0] + y[1]) / 2
    long = min(4.0, 0.7 * (y[1] - y[0]))
    for left in np.arange(x[0] + 0.25, x[1] - 0.4, 1.0):
        pen.rect("white", (float(left), float(left) + 0.45), (middle - long / 2, middle + long / 2), z)


def _arrow(pen: Pen, x: float, y: float, span: tuple[float, float], z: float) -> None:
    """A straight-on arrow of 4 m, or of the part of it that lies in the section."""
    pen.rect("white", (x - 0.09, x + 0.09), (max(y, span[0]), min(y + 2.6, span[1])), z)
    for step in range(5):
        half = 0.45 * (1 - step / 5)
        low = y + 2.6 + 0.28 * step
        pen.rect("white", (x - half, x + half), (max(low, span[0]), min(low + 0.28, span[1])), z)
